//! The assertion that nothing kept holds a secret.

use crate::testing::kept::Kept;
use crate::testing::needles::{Hit, Needles};

/// What stands for a secret in the assertion's own message.
const MASK: &str = "*****";
/// A shorter secret can't be told from other text.
const SHORTEST: usize = 4;
/// How many places are told.
const TOLD: usize = 20;

/// Asserts that none of the secrets is in what was kept, in no form that a leak would take.
///
/// It is meant for a program's own tests: let it fail with values that must not get out, then
/// search the events, the store, its log and its answers for them. Searched are the forms as it is,
/// in upper and lower case, escaped as in JSON, `Debug` text and HTML, percent-encoded, in base64 of
/// either alphabet at any offset (of secrets of five bytes and more), in hexadecimal, as a list of
/// bytes, in UTF-16, and, for a number of eight digits and more, in any groups of digits. What
/// else was done to a secret (compressed, encrypted, cut in the middle) is not found.
///
/// # Examples
///
/// ```
/// use error_tracker::testing::{assert_no_secret, record};
/// use error_tracker::track_exception;
///
/// #[track_exception]
/// fn login(user: &str, password: &str) -> Result<(), String> {
///     Err(format!("{user} is not known"))
/// }
///
/// let events = record(|| login("joe", "correct horse"));
/// assert_no_secret(&events, ["correct horse"]);
/// ```
///
/// The bytes of the store, and of what lies beside it:
///
/// ```no_run
/// use std::path::Path;
///
/// error_tracker::testing::assert_no_secret(Path::new("error-tracker.db"), ["correct horse"]);
/// ```
///
/// # Panics
///
/// If a secret is found: the message tells which one by its number, where it stands and in which
/// form, and never shows it. If there are no secrets, if one has fewer than four characters, and if
/// a file can't be read, as then nothing is proved.
#[track_caller]
pub fn assert_no_secret<S: AsRef<str>>(
    kept: &(impl Kept + ?Sized),
    secrets: impl IntoIterator<Item = S>,
) {
    let secrets: Vec<S> = secrets.into_iter().collect();
    if let Err(complaint) = search(kept, &secrets) {
        panic!("assert_no_secret: {complaint}");
    }
}

fn search(kept: &(impl Kept + ?Sized), secrets: &[impl AsRef<str>]) -> Result<(), String> {
    check(secrets)?;
    let needles = Needles::new(secrets);
    let (mut told, mut more) = (Vec::new(), 0);
    kept.pieces(&mut |of, place, bytes| {
        for hit in needles.find(bytes) {
            if told.len() < TOLD {
                told.push(line(&needles, &hit, (of, place), secrets.len()));
            } else {
                more += 1;
            }
        }
    })?;
    match (told.len(), more) {
        (0, _) => Ok(()),
        (_, 0) => Err(told.join("\n")),
        _ => Err(format!("{}\nand {more} more", told.join("\n"))),
    }
}

fn check(secrets: &[impl AsRef<str>]) -> Result<(), String> {
    if secrets.is_empty() {
        return Err("no secret was given, so that nothing would be proved".to_owned());
    }
    let short = |secret: &str| secret.chars().count() < SHORTEST;
    match secrets.iter().position(|secret| short(secret.as_ref())) {
        Some(at) => Err(format!(
            "secret {} of {} has fewer than {SHORTEST} characters, so that it can't be told from other text",
            at + 1,
            secrets.len()
        )),
        None => Ok(()),
    }
}

#[inline]
fn line(needles: &Needles, hit: &Hit, (of, place): (&str, Option<&str>), count: usize) -> String {
    // A secret that was used as a key or as a file's name must not get out by that.
    let told = |text: &str| match needles.find(text.as_bytes()).is_empty() {
        true => text.to_owned(),
        false => MASK.to_owned(),
    };
    let place = place.map(|place| format!(", {}", told(place))).unwrap_or_default();
    let (number, of, form, offset) = (hit.secret + 1, told(of), hit.form, hit.offset);
    format!("secret {number} of {count} ({MASK}) is in {of}{place}, at byte {offset}, {form}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Event, Local, Recorded};
    use std::path::Path;

    fn event(value: &str) -> Event {
        let mut event = Event::default();
        event.context.insert("order".into(), serde_json::json!({"items": [1, value]}));
        event.globals.push(Local { name: "KEY".into(), value: "-".into(), masked: None });
        event
    }

    fn complaint(kept: &(impl Kept + ?Sized)) -> String {
        search(kept, &["hunter2", "open sesame"]).expect_err("a secret is there")
    }

    #[test]
    fn a_secret_in_an_event_is_told_by_its_field() {
        let told = complaint(&vec![event("no"), event("x open sesame")]);
        let id = Event::default().id;
        assert_eq!(
            told,
            format!("secret 2 of 2 (*****) is in event {id}, context.order.items[1], at byte 2, as it is")
        );
        assert_eq!(search(&[event("open, sesame")], &["open sesame"]), Ok(()));
        let recorded = Recorded { event: event("hunter2"), ..Recorded::default() };
        assert!(complaint(&recorded).contains("context.order.items[1]"));
    }

    #[test]
    fn a_secret_that_is_a_key_is_found_and_not_told() {
        let mut event = Event::default();
        event.tags.insert("hunter2".into(), true.into());
        let told = complaint(&event);
        assert!(told.contains("secret 1 of 2 (*****) is in event"), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }

    #[test]
    fn text_and_bytes_are_told_by_offset() {
        assert_eq!(
            complaint("no HUNTER2"),
            "secret 1 of 2 (*****) is in the text, at byte 3, in another case"
        );
        assert!(
            complaint(&b"\xff68756e74657232"[..]).contains("the bytes, at byte 1, in hexadecimal")
        );
        assert_eq!(search(&String::from("hunter"), &["hunter2"]), Ok(()));
    }

    #[test]
    fn files_folders_and_what_lies_beside_a_file_are_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.db");
        std::fs::write(&file, "nothing").expect("it writes");
        assert_eq!(search(&file, &["hunter2"]), Ok(()));
        std::fs::write(folder.path().join("a.db-wal"), "x hunter2").expect("it writes");
        assert!(complaint(&file).contains("a.db-wal, at byte 2"));
        std::fs::write(folder.path().join("hunter2"), "hunter2").expect("it writes");
        let told = complaint(folder.path());
        assert_eq!((told.lines().count(), told.contains("hunter2")), (2, false), "{told}");
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn a_secret_that_stands_on_two_pages_of_a_sqlite_file_is_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.db");
        let connection = rusqlite::Connection::open(&file).expect("it opens");
        connection.execute_batch("CREATE TABLE t (a)").expect("it writes");
        // Wherever the file is parted, one of them is on both sides.
        let text = "hunter2 and ".repeat(2_000);
        connection.execute("INSERT INTO t VALUES (?1)", [&text]).expect("it writes");
        let whole = "hunter2 and ".repeat(700);
        let told = search(&file, &[&whole]).expect_err("it is there");
        assert!(told.contains("table t, column a, at byte 0"), "{told}");
    }

    #[test]
    fn what_proves_nothing_is_refused() {
        assert!(search("text", &[""; 0]).is_err_and(|told| told.starts_with("no secret was given")));
        let short = search("text", &["long enough", "abc"]).expect_err("it is short");
        assert!(short.starts_with("secret 2 of 2 has fewer than 4 characters"), "{short}");
        let missing = search(Path::new("no such file"), &["hunter2"]).expect_err("it is missing");
        assert!(missing.starts_with("no such file can't be searched"), "{missing}");
    }

    #[test]
    #[should_panic(expected = "assert_no_secret: secret 1 of 1 (*****) is in the text, at byte 0")]
    fn the_assertion_panics_with_the_place() {
        assert_no_secret("hunter2", ["hunter2"]);
    }
}
