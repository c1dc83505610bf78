//! Reads debug information by itself: the process-wide cache of `backtrace` has a lock, holds
//! what it loaded for ever, and unpacks the system's debug files.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use addr2line::{demangle_auto, Loader};

use crate::model::Frame;

/// How much of a file's beginning is read for its program headers.
const HEADERS: u64 = 4_096;

/// The program and its libraries, as `/proc/self/maps` tells.
pub(crate) struct Objects {
    mappings: Vec<Mapping>,
    objects: Vec<Object>,
}

/// A piece of a file that is mapped for execution.
struct Mapping {
    start: u64,
    end: u64,
    offset: u64,
    object: usize,
}

/// A loaded file.
struct Object {
    path: PathBuf,
    /// Debug information; `None` inside: the file has none, or can't be read.
    loaded: OnceCell<Option<Loaded>>,
}

struct Loaded {
    loader: Loader,
    segments: Vec<Segment>,
}

/// A piece of the file and the address for which it was linked.
struct Segment {
    offset: u64,
    size: u64,
    address: u64,
}

impl Objects {
    pub(crate) fn load() -> Self {
        let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let program = fs::read_link("/proc/self/exe").unwrap_or_default();
        Self::parse(&maps, &program)
    }

    fn parse(maps: &str, program: &Path) -> Self {
        let mut found = Self { mappings: Vec::new(), objects: Vec::new() };
        for (start, end, offset, path) in maps.lines().filter_map(parse_line) {
            // The file may have been replaced by a newer build meanwhile.
            let is_program = Path::new(path) == program;
            let path = if is_program { Path::new("/proc/self/exe") } else { Path::new(path) };
            let object = found.object(path);
            found.mappings.push(Mapping { start, end, offset, object });
        }
        found
    }

    fn object(&mut self, path: &Path) -> usize {
        let known = self.objects.iter().position(|object| object.path == path);
        known.unwrap_or_else(|| {
            self.objects.push(Object { path: path.to_owned(), loaded: OnceCell::new() });
            self.objects.len() - 1
        })
    }

    /// Returns the function at an address, after the functions inlined into it.
    pub(crate) fn frames(&mut self, address: u64) -> Vec<Frame> {
        if self.mapping(address).is_none() {
            self.note_new_libraries();
        }
        let Some(mapping) = self.mapping(address) else { return Vec::new() };
        let object = &self.objects[mapping.object];
        let offset = address - mapping.start + mapping.offset;
        let loaded = object.loaded.get_or_init(|| Loaded::open(&object.path));
        loaded.as_ref().map(|loaded| loaded.frames(offset)).unwrap_or_default()
    }

    fn mapping(&self, address: u64) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| (mapping.start..mapping.end).contains(&address))
    }

    /// A library may have been loaded since; what is read of others stays.
    fn note_new_libraries(&mut self) {
        let mut now = Self::load();
        for object in &mut now.objects {
            if let Some(known) = self.objects.iter_mut().find(|known| known.path == object.path) {
                object.loaded = std::mem::take(&mut known.loaded);
            }
        }
        *self = now;
    }
}

/// Reads `start-end r-xp offset device inode path`.
fn parse_line(line: &str) -> Option<(u64, u64, u64, &str)> {
    let mut fields = line.splitn(6, ' ');
    let (start, end) = fields.next()?.split_once('-')?;
    let is_executable = fields.next()?.contains('x');
    let offset = fields.next()?;
    let path = fields.nth(2)?.trim_start();
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let found = (hex(start)?, hex(end)?, hex(offset)?, path);
    (is_executable && path.starts_with('/')).then_some(found)
}

impl Loaded {
    fn open(path: &Path) -> Option<Self> {
        let segments = segments(path)?;
        Some(Self { loader: Loader::new(path).ok()?, segments })
    }

    fn frames(&self, offset: u64) -> Vec<Frame> {
        let holds = |segment: &&Segment| offset.wrapping_sub(segment.offset) < segment.size;
        let Some(segment) = self.segments.iter().find(holds) else { return Vec::new() };
        let address = offset - segment.offset + segment.address;
        let mut frames = self.inlined(address);
        if frames.is_empty() {
            frames.push(Frame { function: self.symbol(address), ..Frame::default() });
        }
        frames.retain(|frame| !frame.function.is_empty());
        frames
    }

    /// Reads debug information; line tables alone leave it to the symbols to name functions.
    fn inlined(&self, address: u64) -> Vec<Frame> {
        let mut found = Vec::new();
        let Ok(mut frames) = self.loader.find_frames(address) else { return found };
        while let Ok(Some(frame)) = frames.next() {
            let name = frame.function.as_ref().and_then(|name| name.demangle().ok());
            let location = frame.location.as_ref();
            found.push(Frame {
                function: name.map_or_else(|| self.symbol(address), Cow::into_owned),
                file: location.and_then(|place| place.file).unwrap_or_default().to_owned(),
                line: location.and_then(|place| place.line).unwrap_or_default(),
                ..Frame::default()
            });
        }
        found
    }

    fn symbol(&self, address: u64) -> String {
        let name = self.loader.find_symbol(address).unwrap_or_default();
        demangle_auto(name.into(), None).into_owned()
    }
}

/// Reads which pieces of an ELF file are loaded, and for which address they were linked.
fn segments(path: &Path) -> Option<Vec<Segment>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(HEADERS).read_to_end(&mut bytes).ok()?;
    let is_little_64 = bytes.starts_with(b"\x7fELF\x02\x01");
    let (at, size, count) =
        (number(&bytes, 32, 8)?, number(&bytes, 54, 2)?, number(&bytes, 56, 2)?);
    let header = |index| bytes.get((at + index * size) as usize..);
    let headers = (0..count).map_while(header);
    is_little_64.then(|| headers.filter_map(loaded_segment).collect())
}

fn loaded_segment(header: &[u8]) -> Option<Segment> {
    const LOAD: u64 = 1;
    let segment = Segment {
        offset: number(header, 8, 8)?,
        address: number(header, 16, 8)?,
        size: number(header, 32, 8)?,
    };
    (number(header, 0, 4)? == LOAD).then_some(segment)
}

fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + size)?;
    Some(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &str = "\
55d0c0000000-55d0c0100000 r--p 00000000 fd:01 131 /usr/bin/shop
55d0c0100000-55d0c0500000 r-xp 00100000 fd:01 131 /usr/bin/shop
7f0000000000-7f0000010000 r-xp 00028000 fd:01 77                 /usr/lib/a b/libc.so.6
7f0000020000-7f0000030000 rw-p 00000000 00:00 0
7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0                  [vdso]
";

    #[test]
    fn executable_pieces_of_files_are_found_with_their_paths() {
        let objects = Objects::parse(MAPS, Path::new("/usr/bin/shop"));
        let paths: Vec<_> = objects.objects.iter().map(|object| object.path.as_path()).collect();
        assert_eq!(paths, [Path::new("/proc/self/exe"), Path::new("/usr/lib/a b/libc.so.6")]);
        let mapping = objects.mapping(0x55d0_c010_0010).unwrap();
        assert_eq!((mapping.offset, mapping.object), (0x10_0000, 0));
        assert!(objects.mapping(0x7f00_0002_0000).is_none());
    }

    #[test]
    fn a_file_that_is_no_program_has_no_segments() {
        assert!(segments(Path::new("/proc/self/maps")).is_none());
        assert!(segments(Path::new("/no/such/file")).is_none());
        assert!(!segments(Path::new("/proc/self/exe")).unwrap().is_empty());
    }
}
