//! Holds the promise of masking from outside: no secret is in the bytes that a program leaves.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use error_tracker::testing::assert_no_secret;
use error_tracker_tests::database::Stored;
use error_tracker_tests::leaks::{sample, FORMS, WRITTEN};
use serde_json::Value;

/// Paths that no variable of the environment unmasks.
const ALWAYS_MASKED: [&str; 2] = ["masked argument", "argument of a masked type"];
/// The program while it waits, all paths behind it.
struct Leaks {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    printed: String,
    paths: Vec<String>,
    folder: PathBuf,
}

impl Leaks {
    fn run(folder: &Path, form: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_leaks"));
        command.arg(folder.join("errors.db")).arg(form).current_dir(folder);
        let ours = std::env::vars_os().map(|(name, _)| name);
        for name in ours.filter(|name| name.to_string_lossy().starts_with("ERROR_TRACKER_")) {
            command.env_remove(name);
        }
        command.env("RUST_BACKTRACE", "1").envs(variables.iter().copied());
        let errors = File::create(folder.join("stderr")).expect("the file is made");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (printed, paths) = (String::new(), Vec::new());
        let mut this = Self { child, output, printed, paths, folder: folder.to_owned() };
        this.wait_until_flushed();
        this
    }

    fn wait_until_flushed(&mut self) {
        loop {
            let from = self.printed.len();
            let read = self.output.read_line(&mut self.printed).expect("it prints UTF-8");
            assert!(
                read > 0,
                "it ended: {}",
                fs::read_to_string(self.folder.join("stderr")).unwrap_or_default()
            );
            if let Some(names) = self.printed[from..].strip_prefix("flushed ") {
                self.paths = names.trim_end().split(';').map(str::to_owned).collect();
                return;
            }
        }
    }

    /// Lets the program end, and puts what it printed beside its database.
    fn end(mut self) -> (Vec<String>, String) {
        drop(self.child.stdin.take());
        self.output.read_to_string(&mut self.printed).expect("it prints UTF-8");
        assert!(self.child.wait().expect("it ends").success());
        fs::write(self.folder.join("stdout"), &self.printed).expect("it writes");
        (self.paths, self.printed)
    }
}

/// The path that an event came along.
fn path_of(event: &Value) -> &str {
    event["tags"]["path"].as_str().unwrap_or_default()
}

/// The secrets of all paths in one form, and those in the source code, with where they come from.
fn secrets(paths: &[String], form: &str) -> Vec<(String, String)> {
    let made = paths.iter().map(String::as_str).chain(["global of every event"]);
    let made = made.map(|path| (path.to_owned(), sample(path, form).secret));
    made.chain(literals().map(|secret| (format!("literal with {secret}"), secret))).collect()
}

/// Tells where secrets were found, by path and form instead of by number.
fn found(kept: &Path, form: &str, secrets: &[(String, String)]) -> Vec<String> {
    let values: Vec<&str> = secrets.iter().map(|(_, secret)| secret.as_str()).collect();
    let Err(told) = catch_unwind(|| assert_no_secret(kept, &values)) else { return Vec::new() };
    let told = told.downcast::<String>().expect("it tells where");
    let named = secrets.iter().enumerate().fold(*told, |told, (index, (path, _))| {
        let number = format!("secret {} of {} (*****)", index + 1, secrets.len());
        told.replace(&number, &format!("{path}, {form}:"))
    });
    named.lines().map(str::to_owned).collect()
}

fn literals() -> impl Iterator<Item = String> {
    macro_rules! secrets {
        ($($text:literal $secret:literal;)*) => { [$($secret),*] };
    }
    let literals = error_tracker_tests::literals!(secrets);
    literals.into_iter().chain(WRITTEN).map(str::to_owned)
}

#[test]
fn no_secret_is_in_what_a_program_leaves_on_any_path_in_any_form() {
    let leaks: Vec<String> = thread::scope(|scope| {
        let parts: Vec<_> = FORMS
            .chunks(6)
            .map(|forms| scope.spawn(|| forms.iter().flat_map(left_of).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("all came to an end")).collect()
    });
    assert!(leaks.is_empty(), "{} places:\n{}", leaks.len(), leaks.join("\n"));
}

/// Runs the program for a form, and tells what is found while it runs and when it has ended.
fn left_of(form: &&str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let program = Leaks::run(folder, form, &[]);
    let secrets = secrets(&program.paths, form);
    assert!(folder.join("errors.db-wal").exists(), "the log is searched, too");
    let mut leaks = found(folder, form, &secrets);
    let (paths, _) = program.end();
    leaks.extend(found(folder, form, &secrets));
    assert!(paths.len() >= 60, "{}", paths.len());
    assert_all_came(&Stored::open(&folder.join("errors.db")).events(), &paths);
    leaks
}

#[test]
fn no_secret_is_in_what_waits_on_disk_for_the_store() {
    for form in FORMS.iter().step_by(5) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        fs::create_dir(folder.join("errors.db")).expect("a folder is no database");
        let program = Leaks::run(folder, form, &[]);
        let secrets = secrets(&program.paths, form);
        let mut leaks = found(folder, form, &secrets);
        let (paths, _) = program.end();
        leaks.extend(found(folder, form, &secrets));
        assert!(leaks.is_empty(), "{} places:\n{}", leaks.len(), leaks.join("\n"));
        let spool = fs::read_dir(folder.join("errors.db-spool")).expect("events wait there");
        let texts: String = spool
            .map(|entry| fs::read_to_string(entry.expect("it is there").path()))
            .map(|text| text.expect("a segment is text"))
            .collect();
        for path in &paths {
            assert!(texts.contains(path), "nothing waits that came along {path}");
        }
    }
}

/// Asserts that of every path there is an event: what was never stored can't leak.
#[track_caller]
fn assert_all_came(events: &[Value], paths: &[String]) {
    let came: BTreeSet<&str> = events.iter().map(path_of).collect();
    let missing: Vec<&String> = paths.iter().filter(|path| !came.contains(path.as_str())).collect();
    assert!(missing.is_empty(), "no event came along {missing:?}");
    for path in ["expression", "embedded source", "message literal"] {
        assert!(came.contains(path), "no event came along {path}");
    }
}

#[test]
fn without_masking_the_same_paths_show_every_secret() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let off = [("ERROR_TRACKER_MASKED_KEY_HAS", "[]"), ("ERROR_TRACKER_MASK_VALUES", "false")];
    // It could be the name of a type, which the name of an exception is taken from.
    let form = "aws";
    let (paths, printed) = Leaks::run(folder, form, &off).end();
    let kept = everything(folder, &printed);
    let shows = |secret: &str| catch_unwind(|| assert_no_secret(&kept, [secret])).is_err();
    for path in paths.iter().filter(|path| !ALWAYS_MASKED.contains(&path.as_str())) {
        assert!(shows(&sample(path, form).secret), "{path}");
    }
    let at = FORMS.iter().position(|known| *known == form).expect("it is known");
    for secret in literals().skip(at).take(1).chain(WRITTEN.map(str::to_owned)) {
        assert!(shows(&secret), "{secret}");
    }
}

/// The bytes of the database, its events in one piece each, and what was printed.
fn everything(folder: &Path, printed: &str) -> Vec<u8> {
    let file = folder.join("errors.db");
    let events = Stored::open(&file).events().iter().map(Value::to_string).collect::<String>();
    let read = |name| fs::read(folder.join(name)).expect("it reads");
    [read("errors.db"), read("stderr"), events.into_bytes(), printed.into()].concat()
}
