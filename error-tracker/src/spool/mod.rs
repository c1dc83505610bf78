//! What could not be written to the store, on disk until it can.
//!
//! A batch is a file, a segment, from the time when the store did not take it until it does. It
//! keeps the name by which the store knows that it has it already, so that it counts once wherever
//! the program is cut off between the two.

mod entry;
mod folder;
mod form;
mod segment;

#[cfg(test)]
mod tests;

use std::collections::{HashSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub(crate) use self::entry::Taken;
use self::entry::{name, rounded, take, Entry};
pub(crate) use self::folder::places;
pub(crate) use self::form::{Extent, Parcel};
use self::segment::Content;
use crate::error::{Error, ErrorKind};
use crate::queue::Amendment;
use crate::store::Batch;

/// The last part of the room is for counts alone.
const RESERVE: u64 = 16;
/// After so many panics of the store a segment is set aside, if the store took others meanwhile.
const MAX_PANICS: u32 = 3;
/// After so many attempts in a row it is the next one's turn.
const MAX_TRIES: u32 = 3;

/// Where segments are, whose they are, and how much room they may take.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpoolParts {
    /// In the order in which they are tried; none: nothing is kept on disk.
    pub(crate) folders: Vec<PathBuf>,
    /// In bytes; 0: nothing is added to what is there.
    pub(crate) size: u64,
    /// Two stores that have a folder in common take their own segments only.
    pub(crate) owner: String,
}

/// The segments that wait, oldest first.
pub(crate) struct Spool {
    parts: SpoolParts,
    waiting: VecDeque<Entry>,
    /// Segments of a newer version, which stay.
    newer: HashSet<PathBuf>,
    /// Segments of others, and those that can't be removed although the store has them.
    left: HashSet<PathBuf>,
    /// Where the last segment was written.
    place: Option<PathBuf>,
    /// How often something else was written to the store.
    written: u64,
    /// What was set aside and not told yet.
    set_aside: Vec<PathBuf>,
}

/// How much waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waits {
    pub(crate) segments: u64,
    pub(crate) failures: u64,
    pub(crate) bytes: u64,
    pub(crate) newer: u64,
}

/// The oldest segment, as far as it can be read.
pub(crate) enum First {
    Nothing,
    /// Another process is at it, or the file can't be read now.
    Busy,
    Parcel(Box<Parcel>, Taken),
}

/// Why a segment was not written to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Error,
    Panic,
}

impl Spool {
    pub(crate) fn new(parts: SpoolParts) -> Self {
        Self {
            parts,
            waiting: VecDeque::new(),
            newer: HashSet::new(),
            left: HashSet::new(),
            place: None,
            written: 0,
            set_aside: Vec::new(),
        }
    }

    /// Tells whether anything may be kept on disk.
    pub(crate) fn is_on(&self) -> bool {
        self.parts.size > 0 && !self.parts.folders.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn waits(&self) -> Waits {
        Waits {
            segments: self.waiting.len() as u64,
            failures: self.waiting.iter().map(|entry| entry.failures).sum(),
            bytes: self.bytes(),
            newer: self.newer.len() as u64,
        }
    }

    /// Returns since when the oldest segment has waited, as far as this process knows.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.waiting.iter().map(|entry| entry.since).min()
    }

    /// Returns where the last segment was written.
    pub(crate) fn place(&self) -> Option<&Path> {
        self.place.as_deref()
    }

    /// Finds out where segments can be written, before there is one.
    pub(crate) fn prepare(&mut self) {
        if self.is_on() && self.place.is_none() {
            let mut folders = self.parts.folders.iter();
            self.place = folders.find(|folder| folder::make(folder).is_ok()).cloned();
        }
    }

    /// Removes folders that are empty.
    pub(crate) fn leave(&self) {
        self.parts.folders.iter().for_each(|folder| _ = fs::remove_dir(folder));
    }

    /// Returns what was set aside since it was last asked.
    pub(crate) fn take_set_aside(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.set_aside)
    }

    fn bytes(&self) -> u64 {
        self.waiting.iter().map(|entry| entry.bytes).sum()
    }

    /// Looks which segments are there, of this and earlier runs and of other processes.
    pub(crate) fn look(&mut self, now: Instant) {
        let mut found: Vec<_> =
            self.parts.folders.iter().flat_map(|folder| folder::list(folder)).collect();
        found.sort_by(|(one, _), (other, _)| one.file_name().cmp(&other.file_name()));
        let there: HashSet<_> = found.iter().map(|(path, _)| path.clone()).collect();
        self.waiting.retain(|entry| there.contains(&entry.path));
        self.newer.retain(|path| there.contains(path));
        let known: HashSet<_> = self.waiting.iter().map(|entry| entry.path.clone()).collect();
        let is_new = |path: &PathBuf| {
            ![&known, &self.newer, &self.left].iter().any(|set| set.contains(path))
        };
        let new: Vec<_> = found.into_iter().filter(|(path, _)| is_new(path)).collect();
        self.waiting.extend(new.into_iter().map(|(path, length)| Entry::new(path, length, now)));
    }

    /// Writes a batch to disk; tells how many events in full were left out for want of room.
    pub(crate) fn put(
        &mut self,
        batch: &Batch,
        amendments: &[&Amendment],
        (extent, now): (Extent, Instant),
    ) -> Result<u64, Error> {
        let body = self.encode(batch, amendments, extent)?;
        let head = segment::head(&body);
        let length = rounded((head.len() + body.len()) as u64);
        if !self.has_room(length, extent, now) {
            return Err(Error::new(ErrorKind::Spool, "keep events on disk: spool_size is reached"));
        }
        let path = self.write(&name(batch), [head.as_bytes(), &body])?;
        self.waiting.push_back(Entry::new(path, length, now));
        let left_out = match extent {
            Extent::Whole => 0,
            Extent::Counts => batch.deltas.iter().map(|delta| delta.events.len() as u64).sum(),
        };
        Ok(left_out)
    }

    /// Writes a batch to disk under a name that is not looked at again.
    pub(crate) fn put_aside(
        &mut self,
        batch: &Batch,
        amendments: &[&Amendment],
    ) -> Result<(), Error> {
        let body = self.encode(batch, amendments, Extent::Whole)?;
        let path = self.write(&name(batch), [segment::head(&body).as_bytes(), &body])?;
        self.set_aside_file(&path);
        Ok(())
    }

    fn encode(
        &self,
        batch: &Batch,
        amendments: &[&Amendment],
        extent: Extent,
    ) -> Result<Vec<u8>, Error> {
        if !self.is_on() {
            return Err(Error::new(ErrorKind::Spool, "keep events on disk: there is no spool"));
        }
        let body = form::encode(&self.parts.owner, batch, amendments, extent);
        let body = body.map_err(|error| {
            Error::new(ErrorKind::Spool, "keep events on disk").with_source(error)
        })?;
        match body.len() < segment::MAX_BYTES {
            true => Ok(body),
            false => Err(Error::new(ErrorKind::Spool, "keep more than 64 MiB in one file")),
        }
    }

    fn has_room(&mut self, length: u64, extent: Extent, now: Instant) -> bool {
        let size = match extent {
            Extent::Whole => self.parts.size - self.parts.size / RESERVE,
            Extent::Counts => self.parts.size,
        };
        if self.bytes() + length <= size {
            return true;
        }
        // Another process may have written some of it to the store.
        self.look(now);
        self.bytes() + length <= size
    }

    /// Tries one folder after another.
    fn write(&mut self, name: &str, parts: [&[u8]; 2]) -> Result<PathBuf, Error> {
        let mut failure = None;
        for folder in &self.parts.folders {
            let path = folder.join(name);
            let write = || folder::make(folder).and_then(|()| folder::write(&path, parts));
            // Whoever wrote the last one removes the folder, perhaps right between the two.
            let written = write().or_else(|error| match error.kind() {
                io::ErrorKind::NotFound => write(),
                _ => Err(error),
            });
            match written {
                Ok(()) => {
                    self.place = Some(folder.clone());
                    return Ok(path);
                }
                Err(error) => failure = failure.or(Some((folder.clone(), error))),
            }
        }
        let (folder, error) = failure.unwrap_or_else(|| (PathBuf::new(), io::Error::other("none")));
        let text = format!("keep events in {}", folder.display());
        Err(Error::new(ErrorKind::Spool, text).with_source(error))
    }

    /// Reads the oldest segment that is ours; what can't be used is set aside on the way.
    pub(crate) fn first(&mut self) -> First {
        while let Some(path) = self.waiting.front().map(|entry| entry.path.clone()) {
            match take(&path) {
                Ok((file, bytes)) => match self.judge(&path, &bytes) {
                    Some(parcel) => return First::Parcel(parcel, file),
                    None => _ = self.waiting.pop_front(),
                },
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.waiting.pop_front();
                }
                Err(_) => return First::Busy,
            }
        }
        First::Nothing
    }

    fn judge(&mut self, path: &Path, bytes: &[u8]) -> Option<Box<Parcel>> {
        let body = match segment::read(bytes) {
            Content::Body(body) => form::decode(body).ok(),
            Content::Newer => {
                self.newer.insert(path.to_owned());
                return None;
            }
            Content::Bad => None,
        };
        match body {
            Some((owner, parcel)) if owner == self.parts.owner => Some(Box::new(parcel)),
            Some(_) => {
                self.left.insert(path.to_owned());
                None
            }
            None => {
                self.set_aside_file(path);
                None
            }
        }
    }

    fn set_aside_file(&mut self, path: &Path) {
        if let Ok(bad) = folder::set_aside(path) {
            self.set_aside.push(bad);
        }
    }

    /// Forgets the oldest segment, which the store has taken.
    pub(crate) fn done(&mut self, taken: Taken) {
        self.written += 1;
        if let Some(entry) = self.waiting.pop_front() {
            // At the next start, the store knows one that can't be removed by its name.
            if fs::remove_file(&entry.path).is_err() {
                self.left.insert(entry.path);
            }
        }
        drop(taken);
        if self.waiting.is_empty() {
            self.leave();
        }
    }

    /// Notes that the store took something else.
    pub(crate) fn note_written(&mut self) {
        self.written += 1;
    }

    /// Notes that the store did not take the oldest segment; tells whether that is its own fault.
    pub(crate) fn failed(&mut self, failure: Failure) -> bool {
        let written = self.written;
        let Some(entry) = self.waiting.front_mut() else { return false };
        let is_to_blame = entry.failed_at.is_some_and(|before| written > before);
        entry.failed_at.get_or_insert(written);
        entry.tries += 1;
        entry.panics += u32::from(failure == Failure::Panic);
        if is_to_blame && entry.panics >= MAX_PANICS {
            let path = entry.path.clone();
            self.waiting.pop_front();
            self.set_aside_file(&path);
        } else if is_to_blame || entry.tries >= MAX_TRIES {
            entry.tries = 0;
            self.waiting.rotate_left(1);
        }
        is_to_blame
    }
}

/// Reads a segment and writes it anew.
#[cfg(fuzzing)]
pub(crate) fn rewritten(file: &[u8]) -> Option<Vec<u8>> {
    let Content::Body(body) = segment::read(file) else { return None };
    let (owner, parcel) = form::decode(body).ok()?;
    let amendments: Vec<_> = parcel.amendments.iter().collect();
    let body = form::encode(&owner, &parcel.batch, &amendments, Extent::Whole).ok()?;
    Some(sealed(&body))
}

/// Makes a segment of a body.
#[cfg(fuzzing)]
pub(crate) fn sealed(body: &[u8]) -> Vec<u8> {
    [segment::head(body).as_bytes(), body].concat()
}
