//! What each path below the mount is for.

use crate::model::{EventId, Fingerprint, IssueState};

/// What a visit asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    List,
    Detail(Fingerprint),
    Markdown(Fingerprint),
    Curl(Fingerprint),
    Act(Fingerprint, Action),
    Bulk,
    Api(Api),
    Unknown,
}

/// What a program asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    Issues,
    Issue(Fingerprint),
    Events(Fingerprint),
    Event(EventId),
    Act(Fingerprint, Action),
    Health,
    Description,
    Unknown,
}

/// What can be done to an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Delete,
    Resolve,
    Mute,
    Reopen,
}

impl Action {
    pub(super) const ALL: [Action; 4] = [Self::Resolve, Self::Mute, Self::Reopen, Self::Delete];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Resolve => "resolve",
            Self::Mute => "mute",
            Self::Reopen => "reopen",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }

    /// Returns the state that an issue gets; `None`: it is deleted.
    pub(super) const fn state(self) -> Option<IssueState> {
        match self {
            Self::Delete => None,
            Self::Resolve => Some(IssueState::Resolved),
            Self::Mute => Some(IssueState::Muted),
            Self::Reopen => Some(IssueState::Unresolved),
        }
    }
}

impl Route {
    /// Reads the path below the mount, with or without a slash at its ends.
    pub(super) fn of(below: &str) -> Self {
        let mut parts = below.split('/').filter(|part| !part.is_empty());
        let parts = [(); 5].map(|()| parts.next());
        match parts {
            [None, ..] => Self::List,
            [Some("bulk"), None, ..] => Self::Bulk,
            [Some("api"), rest @ ..] => Self::Api(Api::of(rest)),
            [Some(issue), rest, None, ..] => match issue.parse() {
                Ok(issue) => Self::of_issue(issue, rest),
                Err(_) => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }

    fn of_issue(issue: Fingerprint, rest: Option<&str>) -> Self {
        match rest {
            None => Self::Detail(issue),
            Some("markdown") => Self::Markdown(issue),
            Some("curl") => Self::Curl(issue),
            Some(name) => match Action::named(name) {
                Some(action) => Self::Act(issue, action),
                None => Self::Unknown,
            },
        }
    }

    pub(super) fn is_known(self) -> bool {
        !matches!(self, Self::Unknown | Self::Api(Api::Unknown))
    }

    pub(super) fn is_api(self) -> bool {
        matches!(self, Self::Api(_))
    }

    /// Whether it changes something, and so is asked for by POST alone.
    pub(super) fn is_change(self) -> bool {
        matches!(self, Self::Act(..) | Self::Bulk | Self::Api(Api::Act(..)))
    }

    /// Returns the methods by which it may be asked for.
    pub(super) fn methods(self) -> &'static str {
        if self.is_change() {
            "POST"
        } else {
            "GET, HEAD"
        }
    }
}

impl Api {
    fn of(parts: [Option<&str>; 4]) -> Self {
        let issue = |text: &str| text.parse().ok();
        match parts {
            [Some("issues"), None, ..] => Self::Issues,
            [Some("health"), None, ..] => Self::Health,
            [Some("openapi.json"), None, ..] => Self::Description,
            [Some("issues"), Some(text), None, ..] => {
                issue(text).map_or(Self::Unknown, Self::Issue)
            }
            [Some("issues"), Some(text), Some("events"), None] => {
                issue(text).map_or(Self::Unknown, Self::Events)
            }
            [Some("issues"), Some(text), Some(name), None] => {
                match (issue(text), Action::named(name)) {
                    (Some(issue), Some(action)) => Self::Act(issue, action),
                    _ => Self::Unknown,
                }
            }
            [Some("events"), Some(text), None, ..] => {
                text.parse().map_or(Self::Unknown, Self::Event)
            }
            _ => Self::Unknown,
        }
    }
}

/// Returns what leads from a page back to the mount, relative to the page's own address.
///
/// So links work wherever the pages are mounted, and behind a proxy that takes off a prefix. A list
/// whose address does not end with a slash stands beside what is below it: hence its own name. The
/// dot keeps a name with a colon from being a scheme.
pub(super) fn base(path: &str, below: &str) -> String {
    let below = below.trim_start_matches('/');
    let depth = below.matches('/').count();
    match path.rsplit('/').next() {
        Some(name) if below.is_empty() && !name.is_empty() => format!("./{name}/"),
        _ if depth == 0 => "./".into(),
        _ => "../".repeat(depth),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn each_path_is_for_one_thing() {
        let issue: Fingerprint = ISSUE.parse().unwrap();
        let event: EventId = ISSUE[..32].parse().unwrap();
        for (below, route) in [
            ("", Route::List),
            ("/", Route::List),
            ("bulk", Route::Bulk),
            ("{}", Route::Detail(issue)),
            ("/{}/", Route::Detail(issue)),
            ("{}/markdown", Route::Markdown(issue)),
            ("{}/curl", Route::Curl(issue)),
            ("{}/delete", Route::Act(issue, Action::Delete)),
            ("{}/reopen", Route::Act(issue, Action::Reopen)),
            ("api/issues", Route::Api(Api::Issues)),
            ("api/issues/{}", Route::Api(Api::Issue(issue))),
            ("api/issues/{}/events", Route::Api(Api::Events(issue))),
            ("api/issues/{}/mute", Route::Api(Api::Act(issue, Action::Mute))),
            ("api/health", Route::Api(Api::Health)),
            ("api/openapi.json", Route::Api(Api::Description)),
        ] {
            assert_eq!(Route::of(&below.replace("{}", ISSUE)), route, "{below}");
        }
        assert_eq!(Route::of(&format!("api/events/{event}")), Route::Api(Api::Event(event)));
    }

    #[test]
    fn other_paths_are_for_nothing() {
        for below in [
            "x",
            "{}x",
            "{}/x",
            "{}/delete/x",
            "bulk/x",
            "api",
            "api/x",
            "api/issues/x",
            "api/issues/{}/x",
            "api/issues/{}/mute/x",
            "api/events/{}",
            "api/health/x",
            "api/issues/{}/events/x/y/z",
            "%2e%2e",
            "..",
        ] {
            let below = below.replace("{}", ISSUE);
            {
                assert!(!Route::of(&below).is_known(), "{below}");
            }
        }
    }

    #[test]
    fn the_way_back_to_the_mount_is_relative() {
        for (path, below, expected) in [
            ("/", "", "./"),
            ("/x", "", "./x/"),
            ("/x/", "", "./"),
            ("/dev/error/", "/", "./"),
            ("/dev/error", "", "./error/"),
            ("/a:b", "", "./a:b/"),
            ("", "", "./"),
            ("/x/f", "f", "./"),
            ("/f", "/f", "./"),
            ("/x/f/", "f/", "../"),
            ("/x/f/delete", "f/delete", "../"),
            ("/x/api/issues/f/mute", "api/issues/f/mute", "../../../"),
        ] {
            assert_eq!(base(path, below), expected, "{path} {below}");
        }
    }
}
