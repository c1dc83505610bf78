//! A whole tracker whose SQLite file is locked, gone, damaged, foreign, or on a disk that is full.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;

fn spool_of(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}-spool", file.display()))
}

fn start(file: &Path) -> Built {
    builder(file).build().unwrap()
}

fn count(file: &Path) -> i64 {
    let connection = Connection::open(file).unwrap();
    let sql = "SELECT coalesce(sum(count), 0) FROM error_tracker_issues";
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn reason(built: &Built) -> String {
    match built.tracker.health().store {
        StoreHealth::Waiting(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_locked_file_gets_all_when_the_lock_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let built = start(&file);
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    fail(&built);
    assert!(!built.tracker.flush(LIMIT));
    let health = built.tracker.health();
    assert_eq!((health.spool.events, health.committed), (1, 1));
    assert!(reason(&built).contains("locked"), "{health:?}");
    // Reads go on meanwhile.
    assert_eq!(only_issue(&built.tracker).count, 1);
    other.execute_batch("COMMIT").unwrap();
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(only_issue(&built.tracker).count, 2);
    assert!(!spool_of(&file).exists());
}

#[test]
fn a_program_that_ends_while_the_file_is_locked_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    drop(start(&file).guard);
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let built = start(&file);
    (0..100).for_each(|_| _ = fail(&built));
    drop(built.guard);
    assert_eq!(count(&file), 0);
    other.execute_batch("COMMIT").unwrap();
    let next = start(&file);
    assert!(next.tracker.flush(LIMIT));
    assert_eq!(only_issue(&next.tracker).count, 100);
}

/// Leaves segments behind, and nothing in the file.
fn leave_segments(file: &Path, segments: usize) {
    drop(start(file).guard);
    let other = Connection::open(file).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let built = start(file);
    for _ in 0..segments {
        (0..10).for_each(|_| _ = fail(&built));
        assert!(!built.tracker.flush(LIMIT));
    }
    drop(built.guard);
    other.execute_batch("COMMIT").unwrap();
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    #[cfg(unix)]
    fs::set_permissions(to, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_segment_that_was_written_but_not_removed_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    leave_segments(&file, 3);
    let copies = folder.path().join("copies");
    copy_files(&spool_of(&file), &copies);
    // A program that is killed after each write leaves them there.
    for round in 0..3 {
        let built = start(&file);
        assert!(built.tracker.flush(LIMIT));
        assert_eq!(only_issue(&built.tracker).count, 30, "{round}");
        drop(built.guard);
        assert!(!spool_of(&file).exists());
        copy_files(&copies, &spool_of(&file));
    }
}

#[test]
fn two_programs_that_find_the_same_segments_count_them_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    leave_segments(&file, 3);
    let both = [start(&file), start(&file)];
    for built in &both {
        // The other one may be at it.
        while !built.tracker.flush(LIMIT) {
            std::thread::yield_now();
        }
    }
    assert_eq!(only_issue(&both[0].tracker).count, 30);
    // The folder itself goes with whoever looks at it last, the files with who has stored them.
    let left = || fs::read_dir(spool_of(&file)).map_or(0, Iterator::count);
    let begun = Instant::now();
    while left() > 0 && begun.elapsed() < LIMIT {
        std::thread::yield_now();
    }
    assert_eq!(left(), 0);
}

#[test]
fn a_file_that_is_removed_or_replaced_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let built = start(&file);
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(only_issue(&built.tracker).count, 1);
    fs::remove_file(&file).unwrap();
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(count(&file), 1);
    // The connection that reads follows, too.
    assert_eq!(only_issue(&built.tracker).count, 1);
    let elsewhere = folder.path().join("elsewhere.db");
    drop(start(&elsewhere).guard);
    fs::rename(&elsewhere, &file).unwrap();
    (0..3).for_each(|_| _ = fail(&built));
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(only_issue(&built.tracker).count, 3);
}

#[test]
fn a_folder_that_is_removed_leaves_the_temporary_one() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("data");
    fs::create_dir(&inner).unwrap();
    let file = inner.join("errors.db");
    let built = start(&file);
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    fs::remove_dir_all(&inner).unwrap();
    fail(&built);
    assert!(!built.tracker.flush(LIMIT));
    let spool = built.tracker.health().spool;
    assert_eq!(spool.events, 1);
    let place = PathBuf::from(spool.folder.unwrap());
    assert!(place.starts_with(std::env::temp_dir()) && !place.starts_with(&inner));
    fs::create_dir(&inner).unwrap();
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(count(&file), 1);
    assert!(!place.exists());
}

#[test]
fn a_damaged_file_is_set_aside_and_a_new_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let built = start(&file);
    fail(&built);
    drop(built.guard);
    let mut bytes = fs::read(&file).unwrap();
    bytes[100..].fill(0x55);
    fs::write(&file, &bytes).unwrap();
    let built = start(&file);
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(count(&file), 1);
    let aside = built.tracker.health().set_aside;
    assert!(aside[0].starts_with(&format!("{}.corrupt-", file.display())), "{aside:?}");
    assert_eq!(fs::read(&aside[0]).unwrap(), bytes);
}

#[test]
fn files_of_a_newer_version_and_of_something_else_stay_while_events_wait() {
    let newer = |file: &Path| {
        drop(start(file).guard);
        let sql = "PRAGMA user_version = 99; PRAGMA journal_mode = DELETE";
        Connection::open(file).unwrap().execute_batch(sql).unwrap();
    };
    let foreign = |file: &Path| fs::write(file, "somebody's diary\n".repeat(100)).unwrap();
    for make in [&newer as &dyn Fn(&Path), &foreign] {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        make(&file);
        let before = fs::read(&file).unwrap();
        let built = start(&file);
        fail(&built);
        assert!(!built.tracker.flush(LIMIT));
        let health = built.tracker.health();
        assert_eq!((health.spool.events, health.set_aside.len()), (1, 0));
        drop(built.guard);
        assert_eq!(fs::read(&file).unwrap(), before);
        // Once it is out of the way, all goes in.
        fs::remove_file(&file).unwrap();
        let next = start(&file);
        assert!(next.tracker.flush(LIMIT));
        assert_eq!(only_issue(&next.tracker).count, 1);
    }
}

#[test]
fn a_path_that_is_a_folder_makes_events_wait() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    fs::create_dir(&file).unwrap();
    let built = start(&file);
    fail(&built);
    assert!(!built.tracker.flush(LIMIT));
    assert_eq!(built.tracker.health().spool.events, 1);
    fs::remove_dir(&file).unwrap();
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(count(&file), 1);
}

#[test]
fn without_a_spool_events_wait_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/errors.db");
    let built = builder(&missing).spool_size(0).build().unwrap();
    fail(&built);
    assert!(!built.tracker.flush(LIMIT));
    assert_eq!(built.tracker.health().spool.segments, 0);
    fs::create_dir(folder.path().join("missing")).unwrap();
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(count(&missing), 1);
}

/// A small file system of its own.
struct Disk(TempDir);

impl Disk {
    /// Says so where the machine does not allow it.
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            let _ = std::io::Write::write_all(
                &mut std::io::stderr(),
                b"SKIPPED: no small file system can be mounted here, which needs root\n",
            );
        }
        mounted.then_some(Self(folder))
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("errors.db")
    }

    fn remount(&self, options: &str) {
        let mut command = Command::new("mount");
        command.args(["-o", &format!("remount,{options}")]).arg(self.0.path());
        assert!(command.status().unwrap().success());
    }

    /// Uses up all room but for some.
    fn fill(&self, left: usize) {
        let ballast = self.0.path().join("ballast");
        let mut size = 4 << 20;
        while size >= 1_024 {
            let mut bytes = fs::read(&ballast).unwrap_or_default();
            bytes.resize(bytes.len() + size, 1);
            if fs::write(&ballast, &bytes).is_err() {
                fs::write(&ballast, &bytes[..bytes.len() - size]).unwrap();
            }
            size /= 2;
        }
        let bytes = fs::read(&ballast).unwrap();
        fs::write(&ballast, &bytes[..bytes.len() - left]).unwrap();
    }

    fn free(&self) {
        fs::remove_file(self.0.path().join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn a_disk_that_is_read_only_gets_all_when_it_can_be_written() {
    let Some(disk) = Disk::mount("8m") else { return };
    let built = start(&disk.file());
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    drop(built.guard);
    disk.remount("ro");
    let built = start(&disk.file());
    fail(&built);
    assert!(!built.tracker.flush(LIMIT));
    let spool = built.tracker.health().spool;
    assert_eq!(spool.events, 1);
    assert!(!Path::new(&spool.folder.unwrap()).starts_with(disk.0.path()));
    drop(built.guard);
    disk.remount("rw");
    let next = start(&disk.file());
    assert!(next.tracker.flush(LIMIT));
    assert_eq!(only_issue(&next.tracker).count, 2);
}

#[test]
fn counts_are_exact_on_a_disk_that_is_full_at_any_point() {
    // At the begin (migration), in the log, in the events, in the spool beside.
    for left in [0, 4_096, 20_000, 70_000, 150_000, 400_000] {
        let Some(disk) = Disk::mount("2m") else { return };
        disk.fill(left);
        let built = start(&disk.file());
        for _ in 0..10 {
            (0..10).for_each(|_| _ = fail(&built));
            built.tracker.flush(LIMIT);
        }
        let health = built.tracker.health();
        assert_eq!((health.lost, &health.set_aside[..]), (0, &[][..]), "{left}: {health:?}");
        disk.free();
        assert!(built.tracker.flush(LIMIT), "{left}: {:?}", built.tracker.health());
        assert_eq!(only_issue(&built.tracker).count, 100, "{left}");
    }
}

#[test]
fn what_waits_as_a_program_ends_on_a_full_disk_goes_in_at_the_next_start() {
    let Some(disk) = Disk::mount("2m") else { return };
    let built = start(&disk.file());
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    disk.fill(0);
    (0..20).for_each(|_| _ = fail(&built));
    built.tracker.flush(LIMIT);
    drop(built.guard);
    disk.free();
    let next = start(&disk.file());
    assert!(next.tracker.flush(LIMIT));
    assert_eq!(only_issue(&next.tracker).count, 21);
}
