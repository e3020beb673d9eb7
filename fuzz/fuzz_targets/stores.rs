//! Files that say they are a log of leadtime's: whatever is in them, opening, reading and answering end in an answer or in words. An input is a whole file, or
//! bytes put into a good one; and a snapshot that somebody made.

#![no_main]

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::OnceLock;

use laws::{now, parts};
use leadtime::app::engine::Engine;
use leadtime::app::import;
use leadtime::demo::{Organisation, Size};
use leadtime::event::Event;
use leadtime::event::time::Timestamp;
use leadtime::fold::{Catalogue, FORMAT, Partition};
use leadtime::model::definition::Rules;
use leadtime::store::memory::MemoryStore;
use leadtime::store::sqlite::SqliteStore;
use leadtime::store::{SnapshotHead, SnapshotUpdate, Store};
use libfuzzer_sys::fuzz_target;

fn events() -> Vec<Event<String>> {
    let size = Size {
        workloads: 3,
        days: 30,
        events: 60,
    };
    Organisation::new(7, size, now()).events().collect()
}

/// A log that is as it should be, with its snapshot; and where inputs are put.
static GOOD: OnceLock<(Vec<u8>, PathBuf)> = OnceLock::new();

fn good() -> &'static (Vec<u8>, PathBuf) {
    GOOD.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("stores-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("good.db");
        let mut store = SqliteStore::open(&path).unwrap();
        import::append(&mut store, &events(), now()).unwrap();
        drop(Engine::open(
            Box::new(store),
            Vec::new(),
            Rules::default(),
            &mut |_, _| {},
        ));
        let bytes = fs::read(&path).unwrap();
        (bytes, folder.join("tried.db"))
    })
}

fn asked(store: &dyn Store) {
    let mut left = 1000;
    let mut take = |_, _: Timestamp, _: &str| {
        left -= 1;
        if left > 0 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    let _ = store.read_after(0, &mut take);
    let _ = (
        store.latest(Timestamp::MAX, 1000),
        store.event(1),
        store.head(),
        store.find("a", "b"),
        store.cursors("a"),
        store.snapshot(),
        store.cursor("a", "b"),
    );
    let _ = store.read_piece(0, &mut |from, length| Partition::read(from, length).map(drop));
    let _ = (
        store.pieces_with(i64::MIN, i64::MAX),
        store.journal(0),
        store.journal_head(),
    );
}

fn answered(store: Box<dyn Store>) {
    let Ok(mut engine) = Engine::open(store, Vec::new(), Rules::default(), &mut |_, _| {}) else {
        return;
    };
    for definition in engine
        .definitions()
        .iter()
        .take(3)
        .cloned()
        .collect::<Vec<_>>()
    {
        let _ = engine.workload(&definition, now());
    }
    let _ = engine.candidates("1.0");
}

/// `offset` in four bytes, then what is put there; the file ends where an empty part says.
fn file(data: &[u8]) {
    let (good, path) = good();
    let mut bytes = if data.starts_with(b"SQLite") {
        data.to_vec()
    } else {
        good.clone()
    };
    if bytes == *good {
        for part in parts(data) {
            let Some((offset, put)) = part.split_first_chunk::<4>() else {
                continue;
            };
            let at = u32::from_le_bytes(*offset) as usize % bytes.len();
            if put.is_empty() {
                bytes.truncate(at.max(1));
            }
            let end = (at + put.len()).min(bytes.len());
            let room = end.saturating_sub(at.min(end));
            bytes[at.min(end)..end].copy_from_slice(&put[..room]);
        }
    }
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", path.display()));
    }
    fs::write(path, &bytes).unwrap();
    if let Ok(store) = SqliteStore::open_read_only(path) {
        asked(&store);
    }
    if let Ok(store) = SqliteStore::open(path) {
        asked(&store);
        answered(Box::new(store));
    }
}

fn some() -> &'static [Event<String>] {
    static SOME: OnceLock<Vec<Event<String>>> = OnceLock::new();
    SOME.get_or_init(|| events().into_iter().take(8).collect())
}

/// A snapshot of a log: its head, then its pieces.
fn snapshot(data: &[u8]) {
    let parts = parts(data);
    if let Some(catalogue) = Catalogue::from_bytes(parts[0]) {
        let _ = catalogue.extent();
    }
    let pieces = parts.iter().skip(1).map(|part| part.to_vec());
    if let Some(partition) = pieces
        .clone()
        .next()
        .and_then(|piece| Partition::from_bytes(&piece))
    {
        let _ = partition.facts().len();
    }
    let mut store = MemoryStore::new();
    import::append(&mut store, some(), now()).unwrap();
    let update = SnapshotUpdate {
        head: SnapshotHead {
            format: FORMAT,
            seq: store.head().unwrap(),
            bytes: parts[0].to_vec(),
        },
        base: None,
        pieces: (0..)
            .zip(pieces.clone())
            .map(|(number, _)| number)
            .collect(),
        references: vec![(0, 0), (i64::MAX, u32::MAX)],
    };
    let pieces: Vec<Vec<u8>> = pieces.collect();
    let mut make = |number: u32, _: Option<&[u8]>| pieces.get(number as usize).cloned();
    assert!(store.save_snapshot(&update, &mut make).unwrap());
    answered(Box::new(store));
}

fuzz_target!(|data: &[u8]| {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    match which % 2 {
        0 => file(data),
        _ => snapshot(data),
    }
});
