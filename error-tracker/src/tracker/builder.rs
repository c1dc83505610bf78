//! Builds a tracker from settings and parts.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use crate::backtrace::InApp;
use crate::capture::{Budget, Global, Recorder, RecorderParts, Show};
use crate::config::{
    host_name, resolve, Config, ConfigFile, Durability, Override, Resolved, CONFIG_VARIABLE,
};
#[cfg(feature = "web")]
use crate::config::{NamedPermission, TrackedStatuses};
use crate::context::ContextBuilder;
use crate::error::Error;
use crate::mask::{DefaultMasking, Masker, Masking};
use crate::model::Clock;
use crate::pipeline::{RetentionParts, Writer, WriterParts};
use crate::queue::{Counters, Sink};
use crate::spool::{self, SpoolParts};
use crate::store::{self, Origin, Shared};
use crate::text::Limits;
#[cfg(feature = "web")]
use crate::tracker::part::PermissionPart;
use crate::tracker::part::StorePart;
use crate::tracker::reading::Reader;
use crate::tracker::{Guard, Inner, Tracker};
#[cfg(feature = "web")]
use crate::visit::{BasicAuth, BearerToken, LoopbackOnly, Nobody, ViewPermission};

/// How long the start waits for a store that is required.
const OPENING: Duration = Duration::from_secs(10);

/// Builds a tracker; [`init!`](crate::init!) is the short form.
///
/// Values given here win over the environment (`ERROR_TRACKER_<NAME>`), that over
/// `error-tracker.toml` (from the working directory, or from the path in `ERROR_TRACKER_CONFIG`),
/// that over the defaults. [`init`](Builder::init) reads the file and checks all.
#[must_use = "a builder does nothing until `init` is called"]
pub struct Builder {
    code: Vec<Override>,
    environment: Vec<(String, String)>,
    file: ConfigFile,
    application: Application,
    masking: Option<Arc<dyn Masking>>,
    own_store: Option<Shared>,
    context_builder: Option<Arc<dyn ContextBuilder>>,
    #[cfg(feature = "web")]
    view_permission: Option<Arc<dyn ViewPermission>>,
    globals: Vec<Global>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Application {
    release: String,
    crate_name: Option<String>,
}

/// A tracker, and what feeds and ends it.
pub(crate) struct Built {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) tracker: Tracker,
    pub(crate) guard: Guard,
    pub(crate) in_app: InApp,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $given:ty => $convert:expr;)*) => {
        $($(#[$doc])*
        pub fn $name(self, $name: $given) -> Self {
            let value = $convert($name);
            self.set(stringify!($name), move |config| config.$name = value)
        })*
    };
}

impl Builder {
    /// Begins with what the environment says; the file is read by [`init`](Builder::init).
    pub fn new() -> Self {
        let variables = std::env::vars_os();
        let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let environment = variables.map(|(name, value)| (lossy(name), lossy(value))).collect();
        let file = ConfigFile::from_variable(std::env::var_os(CONFIG_VARIABLE));
        Self { file, ..Self::with_environment(environment) }
    }

    /// Begins with this environment, and without a file.
    pub(crate) fn with_environment(environment: Vec<(String, String)>) -> Self {
        Self {
            code: Vec::new(),
            environment,
            file: ConfigFile::Nowhere,
            application: Application::default(),
            masking: None,
            own_store: None,
            context_builder: None,
            #[cfg(feature = "web")]
            view_permission: None,
            globals: Vec::new(),
            clock: Clock::default(),
        }
    }

    setters! {
        /// Sets whether anything is recorded; unless set, true.
        enabled: bool => same;
        /// Sets whether stacks are captured; unless set, true.
        stack: bool => same;
        /// Sets the crates whose frames count as the application's own.
        in_app: impl IntoIterator<Item = impl Into<String>> => texts;
        /// Sets how long the dropped guard waits, at most a minute; unless set, 2 seconds.
        shutdown_timeout: Duration => same;
        /// Sets what the names of the store's tables begin with.
        table_prefix: impl Into<String> => Into::into;
        /// Sets what stands in place of a masked value; unless set, `*****`.
        mask_with: impl Into<String> => Into::into;
        /// Sets the words that make a name secret, in place of the default ones.
        masked_key_has: impl IntoIterator<Item = impl Into<String>> => texts;
        /// Sets names that are harmless although they contain such a word.
        masked_key_except: impl IntoIterator<Item = impl Into<String>> => texts;
        /// Sets whether secrets are found by what they look like; unless set, true.
        mask_values: bool => same;
        /// Sets whether long random strings are masked, too; unless set, false.
        mask_high_entropy: bool => same;
        /// Sets how many elements of a collection are shown; unless set, 100.
        max_elements: usize => same;
        /// Sets how many characters of a text are shown; unless set, 1,000.
        max_string: usize => same;
        /// Sets how many levels of nested values are shown; unless set, 10.
        max_depth: usize => same;
        /// Sets how many bytes the locals of one event may take; unless set, 16 KiB.
        max_locals: usize => same;
        /// Sets whether the start waits for the store, and fails with it; unless set, false.
        require_store: bool => same;
        /// Sets the release that events carry.
        release: impl Into<String> => Into::into;
        /// Sets the environment that events carry; unless set, `production`.
        environment: impl Into<String> => Into::into;
        /// Sets the machine that events carry; unless set, the host's name.
        server_name: impl Into<String> => Into::into;
        /// Sets how many events of an issue are stored in full; unless set, 100.
        max_events_per_issue: usize => same;
        /// Sets how many days issues, events and hourly counts are kept; unless set, 90.
        retention_days: usize => same;
        /// Sets how many bytes the store may take; unless set, 1 GiB.
        max_store_size: usize => same;
        /// Sets how many bytes may wait on disk while the store can't be written; unless set, 64 MiB.
        spool_size: usize => same;
        /// Sets whether a capture waits until its event is on disk; unless set, it does not.
        durability: Durability => same;
        /// Sets how long such a capture waits, at most a minute; unless set, 2 seconds.
        immediate_timeout: Duration => same;
        /// Sets how many issues a page holds; unless set, 10.
        list_size: usize => same;
    }

    #[cfg(feature = "web")]
    setters! {
        /// Sets where the pages stand; unless set, `/dev/error`.
        url_prefix: impl Into<String> => Into::into;
        /// Sets whether issues can be selected in the list and changed together; unless set, true.
        admin: bool => same;
        /// Sets which answers the web layers record: `true`, `false`, or a list of statuses.
        track_all_exceptions: impl Into<TrackedStatuses> => Into::into;
    }

    /// Sets who may see the pages, and who may change issues there; unless set, nobody.
    ///
    /// Takes the name of a ready-made one (`"loopback"`, `"basic:NAME:PASSWORD"`, `"bearer:TOKEN"`)
    /// by [`PermissionSetting`](crate::PermissionSetting), or any
    /// [`ViewPermission`](crate::ViewPermission): a closure, for one.
    #[cfg(feature = "web")]
    pub fn view_permission(mut self, permission: impl Into<PermissionPart>) -> Self {
        let (setting, own) = permission.into().take();
        self.view_permission = own;
        self.set("view_permission", move |config| config.view_permission = setting)
    }

    /// Sets where events are stored: `sqlite:FILE`, a path, or a [`Store`](crate::Store) of your own.
    pub fn store(self, store: impl Into<StorePart>) -> Self {
        let (setting, own) = store.into().take();
        let mut builder = self.set("store", move |config| config.store = setting);
        builder.own_store = own.map(Shared::new);
        builder
    }

    /// Sets the rule that decides which names are masked, in place of the words.
    pub fn masking(mut self, masking: impl Masking + 'static) -> Self {
        self.masking = Some(Arc::new(masking));
        self
    }

    /// Sets what events keep of web requests, in place of all of them.
    pub fn context_builder(mut self, builder: impl ContextBuilder + 'static) -> Self {
        self.context_builder = Some(Arc::new(builder));
        self
    }

    #[doc(hidden)]
    pub fn application(mut self, name: Option<&str>, version: Option<&str>, module: &str) -> Self {
        let crate_name = module.split("::").next().unwrap_or(module);
        self.application.crate_name = Some(crate_name.to_owned());
        self.application.release = match (name, version) {
            (Some(name), Some(version)) => format!("{name}@{version}"),
            _ => String::new(),
        };
        self
    }

    #[doc(hidden)]
    pub fn global(mut self, name: &'static str, show: fn(&mut Show<'_>)) -> Self {
        self.globals.push((name, show));
        self
    }

    #[cfg(all(test, feature = "sqlite"))]
    pub(crate) fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    #[cfg(all(test, feature = "sqlite"))]
    pub(crate) fn config_file(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.file = ConfigFile::Named(path.into());
        self
    }

    fn set(mut self, name: &'static str, apply: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        self.code.push(Override { name, apply: Box::new(apply) });
        self
    }

    /// Checks everything, starts the writer and assembles the parts.
    pub(crate) fn build(mut self) -> Result<Built, Error> {
        let Resolved { config, unknown_variables, missing_file } = self.resolve()?;
        let config = Arc::new(config);
        let counters = Arc::new(Counters::new());
        let writer = match config.enabled {
            true => Some(self.start_writer(&config, &counters)?),
            false => None,
        };
        let inner = Inner {
            config: Arc::clone(&config),
            unknown_variables,
            missing_file,
            counters: Arc::clone(&counters),
            clock: self.clock.clone(),
            writer: writer.clone(),
            reader: Reader::new(Arc::clone(&config), self.own_store.clone()),
            #[cfg(feature = "web")]
            view_permission: self.permission(&config),
            #[cfg(feature = "web")]
            masker: self.masker(&config),
        };
        let in_app = self.in_app_crates(&config);
        let recorder = Arc::new(self.recorder(&config, counters, writer.clone()));
        let guard = Guard::new(Arc::clone(&recorder), writer, config.shutdown_timeout);
        Ok(Built { recorder, tracker: Tracker::new(inner), guard, in_app })
    }

    fn resolve(&mut self) -> Result<Resolved, Error> {
        let code = std::mem::take(&mut self.code);
        let mut resolved = resolve(code, &self.environment, &self.file.find()?)?;
        self.complete(&mut resolved.config);
        Ok(resolved)
    }

    /// Fills in what the call site and the machine tell.
    fn complete(&self, config: &mut Config) {
        if config.release.is_empty() {
            config.release.clone_from(&self.application.release);
        }
        if config.server_name.is_empty() {
            config.server_name = host_name(&self.environment);
        }
        // The working directory may change while the program runs.
        config.store.make_absolute();
    }

    #[cfg(feature = "web")]
    fn permission(&self, config: &Config) -> Arc<dyn ViewPermission> {
        if let Some(own) = &self.view_permission {
            return Arc::clone(own);
        }
        match config.view_permission.named() {
            Some(NamedPermission::Loopback) => Arc::new(LoopbackOnly),
            Some(NamedPermission::Basic(name, password)) => {
                Arc::new(BasicAuth::new(name, password))
            }
            Some(NamedPermission::Bearer(token)) => Arc::new(BearerToken::new(token)),
            Some(NamedPermission::Nobody) | None => Arc::new(Nobody),
        }
    }

    fn masker(&self, config: &Config) -> Masker {
        let words = || {
            let words = DefaultMasking::new(&config.mask_with, &config.masked_key_has);
            Arc::new(words.except(&config.masked_key_except)) as Arc<dyn Masking>
        };
        Masker::new(self.masking.clone().unwrap_or_else(words), &config.mask_with)
            .looking(config.mask_values, config.mask_high_entropy)
    }

    fn in_app_crates(&self, config: &Config) -> InApp {
        InApp::new(&config.in_app, self.application.crate_name.as_deref())
    }

    fn start_writer(
        &self,
        config: &Arc<Config>,
        counters: &Arc<Counters>,
    ) -> Result<Writer, Error> {
        let (own, opened) = (self.own_store.clone(), Arc::clone(config));
        if own.is_none() {
            store::check(config)?;
        }
        let damaged = Arc::clone(config);
        let writer = Writer::start(WriterParts {
            clear: Box::new(move || store::set_aside(&damaged)),
            spool: self.spool(config),
            open: Box::new(move || match &own {
                Some(own) => Ok(Box::new(own.clone())),
                None => store::open(&opened),
            }),
            counters: Arc::clone(counters),
            origin: Origin {
                release: config.release.clone(),
                environment: config.environment.clone(),
                server_name: config.server_name.clone(),
            },
            in_app: self.in_app_crates(config),
            retention: RetentionParts {
                days: config.retention_days,
                max_store_size: config.max_store_size as u64,
                clock: self.clock.clone(),
            },
            max_events: config.max_events_per_issue,
            run: RandomState::new().hash_one(std::process::id()),
            require_store: config.require_store,
        })?;
        if config.require_store {
            if let Err(error) = writer.opened(OPENING) {
                writer.shutdown(Duration::ZERO);
                return Err(error);
            }
        }
        Ok(writer)
    }

    fn spool(&self, config: &Config) -> SpoolParts {
        // Stores of a folder or file in common are told apart by their tables, or their programs.
        let own = self.own_store.as_ref().and(self.application.crate_name.as_ref());
        SpoolParts {
            folders: spool::places(&config.store.spool_folder()),
            size: config.spool_size as u64,
            owner: own.unwrap_or(&config.table_prefix).clone(),
        }
    }

    fn recorder(
        self,
        config: &Config,
        counters: Arc<Counters>,
        writer: Option<Writer>,
    ) -> Recorder {
        let masker = self.masker(config);
        let is_enabled = writer.is_some();
        let sink: Arc<dyn Sink> = match writer {
            Some(writer) => Arc::new(writer),
            None => Arc::new(Nowhere),
        };
        let recorder = Recorder::new(RecorderParts {
            masker,
            limits: Limits {
                elements: config.max_elements,
                string: config.max_string,
                depth: config.max_depth,
                locals: config.max_locals,
            },
            stack: config.stack,
            globals: self.globals,
            counters,
            sink,
            clock: self.clock,
            budget: Budget::PerSecond,
            context_builder: self.context_builder,
            #[cfg(feature = "watch")]
            statuses: config.track_all_exceptions.clone(),
            immediate: (config.durability == Durability::Immediate)
                .then_some(config.immediate_timeout),
        });
        if !is_enabled {
            recorder.close();
        }
        recorder
    }
}

/// Where a tracker that is switched off would send events.
struct Nowhere;

impl Sink for Nowhere {
    fn submit(&self, message: crate::queue::Message) -> Result<(), crate::queue::Message> {
        Err(message)
    }

    fn wake(&self) {}

    fn flush(&self, _: Duration) -> bool {
        true
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<&str> = self.code.iter().map(|given| given.name).collect();
        f.debug_struct("Builder")
            .field("set", &set)
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}

fn same<T>(value: T) -> T {
    value
}

fn texts(list: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    list.into_iter().map(Into::into).collect()
}
