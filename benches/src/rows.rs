//! The rows: what each budget of DESIGN.md allows, and what was measured for it.

use crate::builds;
use crate::callgrind::{self, Figures};
use crate::cold::Cold;
use crate::lists;
use crate::load;
use crate::stored;
use crate::table::{Row, Table};

const INSTRUCTIONS: &str = "instructions";
const ALLOCATIONS: &str = "allocations";
const MICROS: &str = "µs, median of 5";

/// Rows that are measured together.
#[derive(Clone, Copy)]
pub(crate) enum Group {
    Calls,
    Errors,
    Panics,
    #[cfg(feature = "web")]
    Requests,
    #[cfg(feature = "web")]
    Pages,
    Cold,
    Stored,
    Build,
    DevBuild,
    Lists,
    Storms,
    Memory,
    Shutdown,
}

impl Group {
    /// What is measured where nothing is asked for; with the feature `web` what needs it.
    #[cfg(not(feature = "web"))]
    pub(crate) const ALL: &[Self] = &[
        Self::Calls,
        Self::Errors,
        Self::Panics,
        Self::Cold,
        Self::Stored,
        Self::Storms,
        Self::Memory,
        Self::Shutdown,
        Self::Lists,
        Self::Build,
        Self::DevBuild,
    ];
    #[cfg(feature = "web")]
    pub(crate) const ALL: &[Self] = &[Self::Requests, Self::Pages];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "calls" => Self::Calls,
            "errors" => Self::Errors,
            "panics" => Self::Panics,
            #[cfg(feature = "web")]
            "requests" => Self::Requests,
            #[cfg(feature = "web")]
            "pages" => Self::Pages,
            "cold" => Self::Cold,
            "stored" => Self::Stored,
            "build" => Self::Build,
            "dev-build" => Self::DevBuild,
            "lists" => Self::Lists,
            "storms" => Self::Storms,
            "memory" => Self::Memory,
            "shutdown" => Self::Shutdown,
            _ => return None,
        })
    }

    pub(crate) fn measure(self, table: &mut Table) {
        let counts = matches!(self, Self::Calls | Self::Errors | Self::Panics);
        #[cfg(feature = "web")]
        let counts = counts || matches!(self, Self::Requests);
        if counts && !callgrind::is_there() {
            table.note("instructions are not counted: valgrind is not installed");
        }
        match self {
            Self::Calls => calls(table),
            Self::Errors => errors(table),
            Self::Panics => panics(table),
            #[cfg(feature = "web")]
            Self::Requests => requests(table),
            #[cfg(feature = "web")]
            Self::Pages => lists::pages(table),
            Self::Cold => cold(table),
            Self::Stored => stored::rows(table),
            Self::Build => builds::release(table),
            Self::DevBuild => builds::development(table),
            Self::Lists => lists::measure(table),
            Self::Storms => load::storms(table),
            Self::Memory => load::memory(table),
            Self::Shutdown => load::shutdown(table),
        }
    }
}

/// Ours, the peer's and the bare one's figures for one thing.
struct Three {
    ours: Figures,
    peer: Figures,
    bare: Figures,
}

impl Three {
    fn count(names: [&str; 3], calls: [u64; 3]) -> Self {
        let [ours, peer, bare] = [0, 1, 2].map(|at| match names[at] {
            "" => Figures::default(),
            name => {
                eprintln!("counting {name}");
                match name {
                    "known-ours" => callgrind::count_within_a_second(name, calls[at]),
                    _ if is_happy(name) => callgrind::count_difference(name, calls[at]),
                    _ => callgrind::count(name, calls[at]),
                }
            }
        });
        Self { ours, peer, bare }
    }

    fn row(
        &self,
        name: &'static str,
        unit: &'static str,
        budget: impl FnOnce(f64) -> Option<f64>,
    ) -> Row {
        let bare = self.bare.get(unit);
        let budget = bare.and_then(budget);
        Row { name, unit, ours: self.ours.get(unit), peer: self.peer.get(unit), bare, budget }
    }
}

/// Tells whether a case counts single instructions.
fn is_happy(case: &str) -> bool {
    ["two-", "six-", "async-", "request-ours", "request-bare"]
        .iter()
        .any(|start| case.starts_with(start))
}

fn calls(table: &mut Table) {
    let mut add = |name, cases: [&str; 3], calls, above: f64| {
        let three = Three::count(cases, calls);
        table.add(three.row(name, INSTRUCTIONS, |bare| Some(bare + above)));
        let failing = cases[0].starts_with("armed");
        table.add(three.row(name, ALLOCATIONS, |bare| (!failing).then_some(bare)));
    };
    let often = [1_000, 200, 1_000];
    add("call, 2 arguments, two `?`", ["two-ours", "two-peer", "two-bare"], often, 30.0);
    let armed = [20_000, 1, 20_000];
    add("the same, 1 in 10,000 fails", ["armed-ours", "", "armed-bare"], armed, 60.0);
    add("call, 6 arguments", ["six-ours", "six-peer", "six-bare"], often, 90.0);
    add("async call, 2 arguments, 1 poll", ["async-ours", "async-peer", "async-bare"], often, 60.0);
}

fn errors(table: &mut Table) {
    let three = Three::count(["known-ours", "err-peer", "err-bare"], [100, 100, 100]);
    let name = "`Err` at a known site, counted";
    table.add(three.row(name, INSTRUCTIONS, |_| Some(4_600.0)));
    table.add(three.row(name, ALLOCATIONS, |_| Some(3.0)));
    let three = Three::count(["stack-ours", "stack-peer", "deep-bare"], [8, 8, 8]);
    let name = "`Err` with the stack, 42 frames";
    table.add(three.row(name, INSTRUCTIONS, |_| Some(85_000.0)));
    table.add(three.row(name, ALLOCATIONS, |_| Some(4.0)));
    let three = Three::count(["locals-masked", "", "locals-unmasked"], [8, 1, 8]);
    let name = "`Err` with 16 KiB of locals; bare: unmasked";
    table.add(three.row(name, INSTRUCTIONS, |unmasked| Some(1.3 * unmasked)));
    table.add(three.row(name, ALLOCATIONS, |_| None));
    let three = Three::count(["", "std-capture", "walk"], [1, 8, 8]);
    let walk = three.row("", INSTRUCTIONS, |_| None).bare.unwrap_or_default();
    let std = three.row("", INSTRUCTIONS, |_| None).peer.unwrap_or_default();
    table.note(format!(
        "the walk of {} frames alone: {walk:.0} instructions; std's capture: {std:.0}",
        three.bare.get("frames").unwrap_or_default()
    ));
}

fn panics(table: &mut Table) {
    let three = Three::count(["panic-ours", "panic-peer", "panic-bare"], [8, 8, 8]);
    let walk = callgrind::count("walk", 8).get(INSTRUCTIONS);
    let name = "panic caught, 42 frames";
    table.add(three.row(name, INSTRUCTIONS, |bare| Some(bare + 1.5 * walk?)));
    table.add(three.row(name, ALLOCATIONS, |_| None));
}

/// What our layer costs requests to axum; the budgets of time are DESIGN.md's.
#[cfg(feature = "web")]
fn requests(table: &mut Table) {
    let of = |case: &str, calls| {
        eprintln!("timing {case}");
        Cold::repeat(case, calls).micros("nanoseconds")
    };
    let three = Three::count(["request-ours", "", "request-bare"], [1_000, 1, 1_000]);
    let name = "request to axum that succeeds; bare: with an empty layer";
    let (ours, bare) = (of("request-ours", 100_000), of("request-bare", 100_000));
    let budget = bare.map(|bare| bare + 2.0);
    table.add(Row { name, unit: MICROS, ours, bare, budget, peer: None });
    table.add(three.row(name, INSTRUCTIONS, |_| None));
    table.add(three.row(name, ALLOCATIONS, |bare| Some(bare + 2.0)));
    let three = Three::count(["request-failing-ours", "", "request-failing-bare"], [8, 1, 8]);
    let name = "request to axum that fails; bare: without the tracker";
    let (ours, bare) = (of("request-failing-ours", 8), of("request-failing-bare", 8));
    table.add(Row { name, unit: MICROS, ours, bare, budget: Some(50.0), peer: None });
    table.add(three.row(name, INSTRUCTIONS, |_| None));
    table.add(three.row(name, ALLOCATIONS, |_| None));
}

fn cold(table: &mut Table) {
    let of = |case: &str, what: &str| {
        eprintln!("timing {case}");
        Cold::of(case).micros(what)
    };
    let walk = of("cold-walk", "first");
    let (ours, peer) = (Cold::of("cold-ours"), Cold::of("cold-peer"));
    let row = |name, ours, peer, bare, budget| Row { name, unit: MICROS, ours, peer, bare, budget };
    table.add(row(
        "first `Err` of a process; bare: a first walk",
        ours.micros("first"),
        peer.micros("first"),
        walk,
        walk.map(|walk| 3.0 * walk),
    ));
    let bare = of("cold-bare-panic", "first");
    table.add(row(
        "first panic of a process; bare: a panic",
        of("cold-ours-panic", "first"),
        of("cold-peer-panic", "first"),
        bare,
        bare.zip(walk).map(|(bare, walk)| bare + 3.0 * walk),
    ));
    table.add(row("`init!`", ours.micros("init"), peer.micros("init"), None, Some(5_000.0)));
    let resolve = of("cold-resolve", "first");
    let commit = of("cold-commit", "first");
    table.add(row(
        "stored after the first failure; bare: a stack resolved",
        of("cold-stored", "first"),
        None,
        resolve,
        resolve.zip(commit).map(|(resolve, commit)| 2.0 * resolve + commit),
    ));
}
