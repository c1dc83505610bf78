//! A folder that its owner alone can enter, and the files in it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The end of a segment's name.
pub(super) const SEGMENT: &str = ".segment";
/// What is added to the name while it is written.
const UNFINISHED: &str = ".unfinished";
/// What is added to the name of a file that can't be used.
const BAD: &str = ".bad";

/// Returns where a spool may be: beside the store's file, else below the temporary folder.
pub(crate) fn places(beside: &Path) -> Vec<PathBuf> {
    let user = own_user().map(|user| user.to_string()).unwrap_or_default();
    let text = format!("{user}\n{}", beside.display());
    let digest = Sha256::digest(text.as_bytes());
    let tag: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let temporary = std::env::temp_dir().join(format!("error-tracker-spool-{tag}"));
    vec![beside.to_owned(), temporary]
}

/// Makes the folder if it is missing; an error if somebody else could read or change it.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    if !is_own(folder)? {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "others can change the folder",
        ));
    }
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// Tells whether nobody else can have put anything into the folder.
#[cfg(unix)]
fn is_own(folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::symlink_metadata(folder)?;
    Ok(found.is_dir() && own_user() == Some(found.uid()) && found.mode() & 0o022 == 0)
}

#[cfg(not(unix))]
fn is_own(folder: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(folder)?.is_dir())
}

/// Returns the user as whom files are made: a pipe belongs to whoever makes it.
#[cfg(unix)]
fn own_user() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let (reader, _writer) = io::pipe().ok()?;
    let file = File::from(std::os::fd::OwnedFd::from(reader));
    file.metadata().ok().map(|found| found.uid())
}

#[cfg(not(unix))]
fn own_user() -> Option<u32> {
    None
}

/// Writes a file so that it is there in full or not at all, also after a loss of power.
pub(super) fn write(path: &Path, parts: [&[u8]; 2]) -> io::Result<()> {
    let unfinished = with_end(path, UNFINISHED);
    let written = write_unfinished(&unfinished, parts).and_then(|file| {
        fs::rename(&unfinished, path)?;
        // Held until here: it tells a start meanwhile that somebody is at it.
        drop(file);
        Ok(())
    });
    match &written {
        Ok(()) => sync_folder(path),
        Err(_) => [&unfinished, path].into_iter().for_each(|left| _ = fs::remove_file(left)),
    }
    written
}

fn write_unfinished(path: &Path, parts: [&[u8]; 2]) -> io::Result<File> {
    let mut open = OpenOptions::new();
    open.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    let mut file = open.open(path)?;
    // Without locks in the file system, a file that is left unfinished stays so.
    let is_taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !path.exists();
    if is_taken {
        return Err(io::Error::new(io::ErrorKind::Interrupted, "another process took the file"));
    }
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()?;
    Ok(file)
}

/// The file is there without it; only a loss of power could take it.
fn sync_folder(file: &Path) {
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    #[cfg(not(unix))]
    let _ = file;
}

/// Lists the segments with their sizes; one that a process left behind as it
/// died while writing is among them.
pub(super) fn list(folder: &Path) -> Vec<(PathBuf, u64)> {
    if !is_own(folder).unwrap_or(false) {
        return Vec::new();
    }
    let listed = fs::read_dir(folder).into_iter().flatten().flatten();
    listed.filter_map(|entry| segment(entry.path())).collect()
}

fn segment(path: PathBuf) -> Option<(PathBuf, u64)> {
    let name = path.file_name()?.to_str()?;
    let path = match name.strip_suffix(UNFINISHED) {
        Some(finished) if finished.ends_with(SEGMENT) => finish(&path, finished)?,
        _ if name.ends_with(SEGMENT) => path,
        _ => return None,
    };
    let found = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
    Some((path, found.len()))
}

/// Gives an unfinished file its name unless somebody still writes it; it may be whole.
fn finish(unfinished: &Path, name: &str) -> Option<PathBuf> {
    let file = File::open(unfinished).ok()?;
    file.try_lock().ok()?;
    let path = unfinished.with_file_name(name);
    let is_free = !path.exists();
    let renamed = is_free && fs::rename(unfinished, &path).is_ok();
    let _ = file.unlock();
    renamed.then_some(path)
}

/// Gives a file another name, which nobody looks at again.
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let free = (0..1_000).map(|number| match number {
        0 => with_end(path, BAD),
        number => with_end(path, &format!("-{number}{BAD}")),
    });
    let free = free.into_iter().find(|bad| !bad.exists());
    let bad = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(path, &bad).map(|()| bad)
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
