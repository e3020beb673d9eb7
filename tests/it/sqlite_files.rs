//! What the SQLite store does with the file itself: kept over a restart, whole after a kill, shared by processes, refused when it is not ours or
//! is damaged, read where it cannot be written. Other processes are this test binary again, told by a variable to play the other part.

use std::env;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use leadtime::event::time::Timestamp;
use leadtime::store::sqlite::SqliteStore;
use leadtime::store::{
    Appended, Batch, Cursor, Entry, Seq, SnapshotHead, SnapshotUpdate, Store, StoreError,
};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::piece;

/// Holds, in another process, which file to work on.
const FILE: &str = "LEADTIME_TEST_FILE";
/// Holds, in another process, which of several it is.
const WHICH: &str = "LEADTIME_TEST_WHICH";

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    (folder, path)
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path).unwrap()
}

fn entry(id: &str) -> Entry {
    Entry {
        source: "gh".to_owned(),
        id: id.to_owned(),
        at: Timestamp::from_seconds(1),
        body: format!("{id} {}", "x".repeat(300)),
    }
}

fn cursor(key: &str, value: u64) -> Cursor {
    Cursor {
        source: "gh".to_owned(),
        key: key.to_owned(),
        value: Some(value.to_string()),
    }
}

fn append(store: &mut SqliteStore, ids: &[&str]) -> Appended {
    let batch = Batch {
        entries: ids.iter().map(|id| entry(id)).collect(),
        cursors: Vec::new(),
    };
    store.append(&batch, Timestamp::from_seconds(2)).unwrap()
}

fn ids(store: &SqliteStore) -> Result<Vec<String>, StoreError> {
    let mut ids = Vec::new();
    store.read_after(0, &mut |_, _, body| {
        ids.push(body.split(' ').next().unwrap_or_default().to_owned());
        ControlFlow::Continue(())
    })?;
    Ok(ids)
}

fn cursor_values(store: &SqliteStore) -> Vec<u64> {
    let cursors = store.cursors("gh").unwrap().into_iter();
    cursors
        .map(|cursor| cursor.value.unwrap().parse().unwrap())
        .collect()
}

fn pragma(path: &Path, name: &str) -> String {
    let connection = Connection::open(path).unwrap();
    connection
        .pragma_query_value(None, name, |row| {
            let value: rusqlite::types::Value = row.get(0)?;
            Ok(match value {
                rusqlite::types::Value::Text(text) => text,
                rusqlite::types::Value::Integer(number) => number.to_string(),
                other => format!("{other:?}"),
            })
        })
        .unwrap()
}

/// This binary again, to play the other part of a test of this file.
fn other_process(exe: &Path, test: &str, file: &Path) -> Command {
    let (_, module) = module_path!().split_once("::").unwrap();
    let mut command = Command::new(exe);
    command
        .args([&format!("{module}::{test}"), "--exact", "--nocapture"])
        .env(FILE, file)
        .stdout(Stdio::null());
    command
}

fn this_binary() -> PathBuf {
    env::current_exe().unwrap()
}

#[test]
fn a_file_keeps_everything() {
    let (folder, _) = folder();
    let path = folder.path().join("not/there yet/log.db");
    {
        let mut store = open(&path);
        let batch = Batch {
            entries: vec![entry("a"), entry("b")],
            cursors: vec![cursor("page", 9)],
        };
        store.append(&batch, Timestamp::from_micros(-3)).unwrap();
        assert!(save(&mut store, 2, None, 1).unwrap());
    }
    let mut store = open(&path);
    assert!(!store.is_read_only());
    assert_eq!(ids(&store).unwrap(), ["a", "b"]);
    let found = store.find("gh", "b").unwrap().unwrap();
    assert_eq!(found.arrived, Timestamp::from_micros(-3));
    assert_eq!(cursor_values(&store), [9]);
    assert_eq!(store.snapshot().unwrap(), Some(snapshot(2, None).head));
    assert_eq!(piece(&store, 2).unwrap(), Some(vec![2]));
    assert_eq!(store.pieces_with(-5, -5).unwrap(), [2]);
    let appended = append(&mut store, &["b", "c"]);
    assert_eq!((appended.new, appended.known), (1, 1));
    assert!(appended.head > found.seq);
    drop(store);
    assert_eq!(pragma(&path, "journal_mode"), "wal");
    assert_eq!(pragma(&path, "user_version"), "3");
}

#[test]
fn a_file_without_content_is_a_new_one() {
    let (_folder, path) = folder();
    fs::write(&path, "").unwrap();
    assert_eq!(append(&mut open(&path), &["a"]).head, 1);
}

#[test]
fn a_name_that_sqlite_would_read_otherwise_is_a_file() {
    let (folder, _) = folder();
    for name in [":memory:", "file:a?mode=memory", "a%20b?c#d \u{e9}.db"] {
        let path = folder.path().join(name);
        append(&mut open(&path), &["a"]);
        assert!(path.is_file());
        assert_eq!(
            ids(&SqliteStore::open_read_only(&path).unwrap()).unwrap(),
            ["a"]
        );
    }
}

#[test]
fn a_fresh_file_is_made_once_by_many_at_once() {
    for _ in 0..10 {
        let (_folder, path) = folder();
        let start = Barrier::new(6);
        thread::scope(|scope| {
            for which in 0..6 {
                let (start, path) = (&start, &path);
                scope.spawn(move || {
                    start.wait();
                    append(&mut open(path), &[&format!("{which}"), "same"]);
                });
            }
        });
        assert_eq!(open(&path).head().unwrap(), 7);
        assert_eq!(pragma(&path, "user_version"), "3");
        assert_eq!(pragma(&path, "integrity_check"), "ok");
    }
}

/// Saves a snapshot with two pieces.
fn save(
    store: &mut SqliteStore,
    seq: Seq,
    base: Option<Seq>,
    piece: u8,
) -> Result<bool, StoreError> {
    let mut make = |number, _: Option<&[u8]>| Some(vec![if number == 1 { piece } else { 2 }]);
    store.save_snapshot(&snapshot(seq, base), &mut make)
}

fn snapshot(seq: Seq, base: Option<Seq>) -> SnapshotUpdate {
    SnapshotUpdate {
        head: SnapshotHead {
            format: 3,
            seq,
            bytes: vec![7; 10_000],
        },
        base,
        pieces: vec![1, 2],
        references: vec![(-5, 2)],
    }
}

#[test]
fn of_snapshots_made_from_the_same_one_the_first_stays() {
    let (_folder, path) = folder();
    assert!(save(&mut open(&path), 0, None, 0).unwrap());
    let start = Barrier::new(4);
    // Nothing is unwrapped between the barriers: a thread that panics there would leave the others waiting.
    let mine = &|which: u8| {
        let mut store = open(&path);
        let turns = (1..=20).map(|turn| {
            start.wait();
            let saved = save(&mut store, turn, Some(turn - 1), which);
            start.wait();
            (saved, piece(&store, 1))
        });
        turns.collect::<Vec<_>>()
    };
    let told: Vec<_> = thread::scope(|scope| {
        let all = [0, 1, 2, 3].map(|which| scope.spawn(move || mine(which)));
        all.map(|one| one.join().unwrap()).into_iter().collect()
    });
    for turn in 0..20 {
        let mut first = Vec::new();
        for (which, told) in (0..).zip(&told) {
            let (saved, piece) = &told[turn];
            if *saved.as_ref().unwrap() {
                first.push(vec![which]);
                assert_eq!(piece.as_ref().unwrap().as_ref(), first.last());
            }
        }
        assert_eq!(first.len(), 1, "turn {turn}");
    }
}

#[test]
fn processes_share_a_file() {
    if let Some(file) = env::var_os(FILE) {
        return append_beside_others(Path::new(&file), &env::var(WHICH).unwrap());
    }
    let (_folder, path) = folder();
    let others = ["0", "1", "2"].map(|which| {
        other_process(&this_binary(), "processes_share_a_file", &path)
            .env(WHICH, which)
            .spawn()
            .unwrap()
    });
    for mut other in others {
        assert!(other.wait().unwrap().success());
    }

    let store = open(&path);
    let ids = ids(&store).unwrap();
    for which in 0..3 {
        let own: Vec<&String> = ids
            .iter()
            .filter(|id| id.starts_with(&format!("{which}.")))
            .collect();
        let expected: Vec<String> = (0..400).map(|n| format!("{which}.{n}")).collect();
        assert!(own.into_iter().eq(&expected), "all there, in their order");
    }
    let shared = ids.iter().filter(|id| id.starts_with("all.")).count();
    assert_eq!((shared, ids.len()), (400, 1600));
    assert_eq!(cursor_values(&store).iter().sum::<u64>(), 1600);
    assert_eq!(pragma(&path, "integrity_check"), "ok");
}

/// Appends what is one's own and what everybody has, and leaves the count of what was new as a cursor.
fn append_beside_others(path: &Path, which: &str) {
    let mut store = open(path);
    let mut new = 0;
    for turn in 0..40 {
        let numbers = turn * 10..turn * 10 + 10;
        let entries = numbers.flat_map(|n| [format!("{which}.{n}"), format!("all.{n}")]);
        let batch = Batch {
            entries: entries.map(|id| entry(&id)).collect(),
            cursors: vec![cursor(which, new)],
        };
        let appended = store.append(&batch, Timestamp::from_seconds(2)).unwrap();
        new += appended.new as u64;
    }
    let last = Batch {
        entries: Vec::new(),
        cursors: vec![cursor(which, new)],
    };
    store.append(&last, Timestamp::from_seconds(2)).unwrap();
}

#[test]
fn a_killed_process_leaves_whole_batches() {
    if let Some(file) = env::var_os(FILE) {
        return append_until_killed(Path::new(&file));
    }
    let (_folder, path) = folder();
    let mut before = 0;
    for pause in [0, 2, 5, 9, 17, 31, 58] {
        let test = "a_killed_process_leaves_whole_batches";
        let mut other = other_process(&this_binary(), test, &path).spawn().unwrap();
        let seen = wait_for_more(&path, before, &mut other);
        thread::sleep(Duration::from_millis(pause));
        other.kill().unwrap();
        assert!(!other.wait().unwrap().success(), "it was still at work");

        let store = open(&path);
        let ids = ids(&store).unwrap();
        before = ids.len() as Seq;
        assert!(before >= seen, "what was there has stayed");
        assert_eq!(store.head().unwrap(), before);
        assert_eq!(cursor_values(&store), [before]);
        assert!((0..before).map(|n| n.to_string()).eq(ids));
        assert_eq!(pragma(&path, "integrity_check"), "ok");
    }
}

/// Batches of 200, each with the number of all events as its cursor. Ends by itself one day, should nobody be left to kill it.
fn append_until_killed(path: &Path) {
    let mut store = open(path);
    let mut next = cursor_values(&store).first().copied().unwrap_or(0);
    for _ in 0..2_000 {
        let numbers = next..next + 200;
        next = numbers.end;
        let batch = Batch {
            entries: numbers.map(|n| entry(&n.to_string())).collect(),
            cursors: vec![cursor("count", next)],
        };
        store.append(&batch, Timestamp::from_seconds(2)).unwrap();
    }
}

/// Waits until the other process has written something.
fn wait_for_more(path: &Path, before: Seq, other: &mut Child) -> Seq {
    loop {
        let head = open(path).head().unwrap();
        if head > before {
            return head;
        }
        assert_eq!(other.try_wait().unwrap(), None, "it ended by itself");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Opens a file that must be refused, both ways; it may not be changed by that.
fn refused(path: &Path) -> StoreError {
    let before = fs::read(path).ok();
    let error = SqliteStore::open_read_only(path).unwrap_err();
    let again = SqliteStore::open(path).unwrap_err();
    assert_eq!(error.to_string(), again.to_string());
    assert!(
        error.to_string().contains(path.to_str().unwrap()),
        "{error}"
    );
    assert_eq!(fs::read(path).ok(), before, "the file is as it was");
    error
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let (_folder, path) = folder();
    let long = "# Notes\nNothing of a database.\n".repeat(500);
    for text in ["x", "hello\n", &long] {
        fs::write(&path, text).unwrap();
        let error = refused(&path);
        assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
        assert!(error.to_string().contains("--db"), "{error}");
    }
}

#[test]
fn a_database_of_another_program_is_refused() {
    let (_folder, path) = folder();
    for sql in [
        "CREATE TABLE song (title TEXT)",
        "PRAGMA application_id = 17",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 17; PRAGMA user_version = 1; CREATE TABLE event (seq INTEGER PRIMARY KEY)",
        // Ours by name, and yet no step was ever taken.
        "PRAGMA application_id = 1818583396; CREATE TABLE song (title TEXT)",
    ] {
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        let error = refused(&path);
        assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
        assert!(error.to_string().contains("another program"), "{error}");
        assert_eq!(pragma(&path, "journal_mode"), "delete");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_newer_schema_is_refused() {
    let (_folder, path) = folder();
    append(&mut open(&path), &["a"]);
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = refused(&path);
    let expected = matches!(
        error,
        StoreError::Newer {
            found: 99,
            known: 3,
            ..
        }
    );
    assert!(expected, "{error}");
}

#[test]
fn a_damaged_file_is_an_error_and_no_more() {
    let (folder, path) = folder();
    let mut store = open(&path);
    let all: Vec<String> = (0..500).map(|n| n.to_string()).collect();
    append(
        &mut store,
        &all.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    drop(store);
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() > 100_000);

    let damaged = folder.path().join("damaged.db");
    for length in [whole.len() / 2, 8192, 4096, 101] {
        fs::write(&damaged, &whole[..length]).unwrap();
        let error = refused(&damaged);
        assert!(error.to_string().contains("damaged"), "{length}: {error}");
    }
    let mut noticed = 0;
    for page in 1..whole.len() / 8192 {
        let mut bytes = whole.clone();
        bytes[page * 8192..(page + 1) * 8192].fill(0xa5);
        fs::write(&damaged, &bytes).unwrap();
        let mut read = SqliteStore::open(&damaged).and_then(|store| {
            store.find("gh", "1")?;
            ids(&store)
        });
        if let Err(error) = &mut read {
            assert!(matches!(error, StoreError::Failed { .. }), "{error}");
            assert!(error.to_string().contains("damaged"), "{error}");
            noticed += 1;
        }
    }
    assert!(noticed > 10, "{noticed}");
}

#[test]
fn a_place_where_no_file_can_be_is_refused() {
    let (folder, path) = folder();
    let error = refused(folder.path());
    assert!(matches!(error, StoreError::Unopenable { .. }), "{error}");
    assert!(error.to_string().contains("is a folder"), "{error}");

    fs::write(&path, "a file").unwrap();
    let error = SqliteStore::open(&path.join("log.db")).unwrap_err();
    assert!(matches!(error, StoreError::Unopenable { .. }), "{error}");
    assert!(error.to_string().contains("--db"), "{error}");

    let error = SqliteStore::open(Path::new("")).unwrap_err();
    assert!(matches!(error, StoreError::Unopenable { .. }), "{error}");
}

#[test]
fn reading_alone_makes_no_file() {
    let (_folder, path) = folder();
    let error = SqliteStore::open_read_only(&path).unwrap_err();
    assert!(matches!(error, StoreError::Unopenable { .. }), "{error}");
    assert!(!path.exists());

    fs::write(&path, "").unwrap();
    let error = SqliteStore::open_read_only(&path).unwrap_err();
    assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
}

#[test]
fn reading_alone_sees_what_others_write() {
    let (_folder, path) = folder();
    let mut writer = open(&path);
    append(&mut writer, &["a"]);
    let mut reader = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(ids(&reader).unwrap(), ["a"]);
    append(&mut writer, &["b"]);
    assert_eq!(ids(&reader).unwrap(), ["a", "b"]);
    refuses_to_write(&mut reader);
    assert_eq!(ids(&writer).unwrap(), ["a", "b"]);
}

fn refuses_to_write(store: &mut SqliteStore) {
    assert!(store.is_read_only());
    let batch = Batch {
        entries: vec![entry("z")],
        cursors: vec![cursor("page", 1)],
    };
    let error = store.append(&batch, Timestamp::default()).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    let error = save(store, 1, None, 1).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    assert_eq!(store.cursors("gh").unwrap(), []);
    assert_eq!(store.snapshot().unwrap(), None);
}

/// Permissions mean nothing to root, so under root the part that meets them is played as nobody.
#[cfg(unix)]
mod without_permission {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::os::unix::process::CommandExt;

    use super::*;

    const NOBODY: u32 = 65_534;

    fn permit(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_file_that_cannot_be_written_is_read() {
        if let Some(file) = env::var_os(FILE) {
            return meet(Path::new(&file));
        }
        let place = tempfile::tempdir().unwrap();
        permit(place.path(), 0o755);
        let (exe, root) = exe_for_everybody(place.path());
        let cases = lay_out(place.path());
        let test = "without_permission::a_file_that_cannot_be_written_is_read";
        let mut other = other_process(&exe, test, place.path());
        if root {
            other.uid(NOBODY).gid(NOBODY);
        }
        let ended = other.current_dir(place.path()).status();
        for case in cases {
            permit(&case, 0o755);
        }
        assert!(ended.unwrap().success());
    }

    /// Where this binary can be started by anybody, and whether we are root.
    fn exe_for_everybody(place: &Path) -> (PathBuf, bool) {
        let root = fs::metadata(place).unwrap().uid() == 0;
        let exe = place.join("exe");
        if root {
            fs::hard_link(this_binary(), &exe)
                .or_else(|_| fs::copy(this_binary(), &exe).map(drop))
                .unwrap();
        } else {
            symlink(this_binary(), &exe).unwrap();
        }
        (exe, root)
    }

    fn lay_out(place: &Path) -> [PathBuf; 5] {
        let cases = ["file", "folder?#%20 \u{e9}", "ahead", "empty", "hidden"];
        let cases = cases.map(|name| place.join(name));
        for case in &cases[..3] {
            fs::create_dir(case).unwrap();
            append(&mut open(&case.join("log.db")), &["a"]);
        }
        let [file, folder, ahead, empty, hidden] = &cases;
        permit(&file.join("log.db"), 0o444);
        permit(file, 0o777);
        permit(&folder.join("log.db"), 0o666);
        permit(folder, 0o555);

        // As a process that was killed leaves it: the newest event is in the write-ahead log only.
        let elsewhere = tempfile::tempdir().unwrap();
        let busy = elsewhere.path().join("log.db");
        let mut store = open(&busy);
        append(&mut store, &["a"]);
        for name in ["log.db", "log.db-wal"] {
            fs::copy(elsewhere.path().join(name), ahead.join(name)).unwrap();
        }
        permit(ahead, 0o555);

        fs::create_dir(empty).unwrap();
        permit(empty, 0o555);

        fs::create_dir(hidden).unwrap();
        append(&mut open(&hidden.join("log.db")), &["a"]);
        permit(&hidden.join("log.db"), 0o000);
        cases
    }

    fn meet(place: &Path) {
        let log = |case: &str| place.join(case).join("log.db");
        for case in ["file", "folder?#%20 \u{e9}"] {
            let mut store = open(&log(case));
            assert_eq!(ids(&store).unwrap(), ["a"], "{case}");
            refuses_to_write(&mut store);
        }
        let error = SqliteStore::open(&log("ahead")).unwrap_err();
        assert!(matches!(error, StoreError::Unopenable { .. }), "{error}");
        assert!(error.to_string().contains("log.db-wal"), "{error}");
        for case in ["empty", "hidden", "empty/not/there"] {
            let error = SqliteStore::open(&log(case)).unwrap_err();
            assert!(matches!(error, StoreError::Unopenable { .. }), "{error}");
            assert!(error.to_string().contains("--db"), "{error}");
        }
    }
}
