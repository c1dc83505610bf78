//! What a program keeps of its failures, piece by piece: events' fields, files, text.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::model::{Event, Issue, Recorded};

/// Takes a piece: what it belongs to, where it stands there, its bytes.
type Look<'l> = dyn FnMut(&str, Option<&str>, &[u8]) + 'l;

/// What [`assert_no_secret`](crate::testing::assert_no_secret) searches.
///
/// It is implemented for events and issues, for text and bytes, and for paths: of a file all its
/// bytes, and those of the `-wal`, `-shm` and `-journal` beside it; of a folder all files in it. Of
/// a SQLite file the values of all rows too, as long ones stand in pieces.
pub trait Kept: Searched {}

impl<T: Searched + ?Sized> Kept for T {}

pub(super) mod sealed {
    /// What can be searched.
    pub trait Searched {
        /// Shows each piece; tells what can't be read.
        fn pieces(&self, look: &mut super::Look<'_>) -> Result<(), String>;
    }
}

use self::sealed::Searched;

impl<T: Searched + ?Sized> Searched for &T {
    #[inline]
    fn pieces(&self, look: &mut Look<'_>) -> Result<(), String> {
        (**self).pieces(look)
    }
}

impl<T> Searched for Vec<T>
where
    [T]: Searched,
{
    #[inline]
    fn pieces(&self, look: &mut Look<'_>) -> Result<(), String> {
        self.as_slice().pieces(look)
    }
}

impl<T, const N: usize> Searched for [T; N]
where
    [T]: Searched,
{
    #[inline]
    fn pieces(&self, look: &mut Look<'_>) -> Result<(), String> {
        self.as_slice().pieces(look)
    }
}

impl Searched for [u8] {
    #[inline]
    fn pieces(&self, look: &mut Look<'_>) -> Result<(), String> {
        look("the bytes", None, self);
        Ok(())
    }
}

impl Searched for str {
    #[inline]
    fn pieces(&self, look: &mut Look<'_>) -> Result<(), String> {
        look("the text", None, self.as_bytes());
        Ok(())
    }
}

impl Searched for String {
    #[inline]
    fn pieces(&self, look: &mut Look<'_>) -> Result<(), String> {
        self.as_str().pieces(look)
    }
}

macro_rules! models {
    ($($type:ident, $kind:literal, |$value:ident| $id:expr;)*) => { $(
        impl Searched for $type {
            #[inline]
            fn pieces(&self, look: &mut Look<'_>) -> Result<(), String> {
                let $value = self;
                fields(&format!(concat!($kind, " {}"), $id), self, look)
            }
        }

        impl Searched for [$type] {
            #[inline]
            fn pieces(&self, look: &mut Look<'_>) -> Result<(), String> {
                self.iter().try_for_each(|value| value.pieces(look))
            }
        }
    )* };
}

models! {
    Event, "event", |event| event.id;
    Recorded, "event", |recorded| recorded.event.id;
    Issue, "issue", |issue| issue.fingerprint;
}

fn fields(of: &str, value: &impl Serialize, look: &mut Look<'_>) -> Result<(), String> {
    let json = serde_json::to_value(value).map_err(|problem| unread(of, problem))?;
    walk(of, "", &json, look);
    Ok(())
}

/// Shows every key, text and number with the path of its field.
#[inline]
fn walk(of: &str, path: &str, value: &Value, look: &mut Look<'_>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                look(of, Some(&format!("a key at {path}")), key.as_bytes());
                walk(of, &path, value, look);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                walk(of, &format!("{path}[{index}]"), value, look);
            }
        }
        Value::String(text) => look(of, Some(path), text.as_bytes()),
        Value::Number(number) => look(of, Some(path), number.to_string().as_bytes()),
        Value::Bool(_) | Value::Null => {}
    }
}

impl Searched for Path {
    #[inline]
    fn pieces(&self, look: &mut Look<'_>) -> Result<(), String> {
        if self.is_dir() {
            return folder(self, look);
        }
        file(self, look)?;
        let beside = ["-wal", "-shm", "-journal"].map(|ending| beside(self, ending));
        beside.iter().filter(|path| path.exists()).try_for_each(|path| file(path, look))
    }
}

impl Searched for PathBuf {
    #[inline]
    fn pieces(&self, look: &mut Look<'_>) -> Result<(), String> {
        self.as_path().pieces(look)
    }
}

#[inline]
fn folder(path: &Path, look: &mut Look<'_>) -> Result<(), String> {
    let unread = |problem| unread(&path.display(), problem);
    for entry in fs::read_dir(path).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        match path.is_dir() {
            true => folder(&path, look)?,
            false => file(&path, look)?,
        }
    }
    Ok(())
}

#[inline]
fn file(path: &Path, look: &mut Look<'_>) -> Result<(), String> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|problem| unread(&name, problem))?;
    look(&name, None, &bytes);
    if bytes.starts_with(b"SQLite format 3\0") {
        super::rows::rows(path, &mut |place, bytes| look(&name, Some(place), bytes))
            .map_err(|problem| unread(&name, problem))?;
    }
    Ok(())
}

#[inline]
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn unread(what: &(impl Display + ?Sized), problem: impl Display) -> String {
    format!("{what} can't be searched: {problem}")
}
