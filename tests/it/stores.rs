//! What every store must do, once for all of them. A law is an ordinary function over a store; the list below gives it to each backend, as a
//! test of its own. `MemoryStore` is the reference; a new backend adds one line to the list's macro.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use leadtime::event::time::Timestamp;
use leadtime::store::memory::MemoryStore;
use leadtime::store::sqlite::SqliteStore;
use leadtime::store::{
    Appended, Batch, Cursor, Entry, Seq, SnapshotHead, SnapshotUpdate, Store, Stored,
};
use proptest::prelude::*;

use crate::support::piece;

macro_rules! for_every_store {
    ($($law:ident),* $(,)?) => {
        mod memory {
            $(#[test] fn $law() { super::$law(&mut super::MemoryStore::new()); })*
        }
        mod sqlite {
            $(#[test] fn $law() { super::with_sqlite(super::$law); })*
        }
    };
}

for_every_store!(
    an_empty_store_has_nothing,
    what_is_appended_is_read_in_order,
    the_same_identity_is_kept_once,
    an_identity_is_source_and_id,
    reading_starts_after_a_place_and_stops_when_told,
    reading_back_goes_from_the_latest_and_stops_when_told,
    an_event_is_found_by_its_identity,
    cursors_are_set_moved_and_forgotten,
    cursors_move_with_a_batch_that_brings_nothing_new,
    any_text_comes_back_as_it_was,
    a_snapshot_is_kept_and_replaced,
    a_snapshot_made_from_another_is_refused,
    a_piece_is_made_of_what_is_there,
    a_large_piece_is_kept_whole,
    references_lead_to_pieces,
);

fn with_sqlite(law: fn(&mut dyn Store)) {
    let folder = tempfile::tempdir().unwrap();
    law(&mut SqliteStore::open(&folder.path().join("log.db")).unwrap());
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn entry(source: &str, id: &str) -> Entry {
    Entry {
        source: source.to_owned(),
        id: id.to_owned(),
        at: time(1),
        body: format!("{{\"of\":\"{source}\",\"id\":\"{id}\"}}"),
    }
}

fn cursor(key: &str, value: Option<&str>) -> Cursor {
    Cursor {
        source: "gh".to_owned(),
        key: key.to_owned(),
        value: value.map(str::to_owned),
    }
}

fn append(store: &mut dyn Store, entries: Vec<Entry>) -> Appended {
    let batch = Batch {
        entries,
        cursors: Vec::new(),
    };
    store.append(&batch, time(100)).unwrap()
}

fn read_after(store: &dyn Store, seq: Seq) -> Vec<Stored> {
    let mut read = Vec::new();
    store
        .read_after(seq, &mut |seq, arrived, body| {
            let body = body.to_owned();
            read.push(Stored { seq, arrived, body });
            ControlFlow::Continue(())
        })
        .unwrap();
    read
}

fn bodies(store: &dyn Store) -> Vec<String> {
    let events = read_after(store, 0).into_iter();
    events.map(|stored| stored.body).collect()
}

fn an_empty_store_has_nothing(store: &mut dyn Store) {
    assert_eq!(store.head().unwrap(), 0);
    assert_eq!(read_after(store, 0), []);
    assert_eq!(read_after(store, Seq::MAX), []);
    assert_eq!(store.find("gh", "1").unwrap(), None);
    assert_eq!(store.cursors("gh").unwrap(), []);
    assert_eq!(store.snapshot().unwrap(), None);
    assert_eq!(piece(store, 0).unwrap(), None);
    assert!(store.pieces_with(i64::MIN, i64::MAX).unwrap().is_empty());
    assert_eq!(append(store, Vec::new()), Appended::default());
    assert!(!store.is_read_only());
}

fn what_is_appended_is_read_in_order(store: &mut dyn Store) {
    // The order is that of arrival, neither of the time of the fact nor of the identity.
    let mut late = entry("gh", "a");
    late.at = time(-50);
    let entries = vec![entry("gh", "z"), late, entry("gh", "m")];
    let batch = Batch {
        entries: entries.clone(),
        cursors: Vec::new(),
    };
    store.append(&batch, time(7)).unwrap();
    append(store, vec![entry("gh", "b")]);

    let read = read_after(store, 0);
    let ids: Vec<&str> = read.iter().map(|stored| stored.body.as_str()).collect();
    let expected = [&entries[0], &entries[1], &entries[2], &entry("gh", "b")];
    assert_eq!(ids, expected.map(|entry| entry.body.as_str()));
    let arrived: Vec<Timestamp> = read.iter().map(|stored| stored.arrived).collect();
    assert_eq!(arrived, [time(7), time(7), time(7), time(100)]);
    assert!(read[0].seq >= 1);
    assert!(read.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    assert_eq!(store.head().unwrap(), read[3].seq);
}

fn the_same_identity_is_kept_once(store: &mut dyn Store) {
    let mut twin = entry("gh", "1");
    "another body".clone_into(&mut twin.body);
    let first = append(
        store,
        vec![entry("gh", "1"), twin.clone(), entry("gh", "2")],
    );
    assert_eq!((first.new, first.known), (2, 1));
    assert_eq!(first.head, store.head().unwrap());

    let second = append(store, vec![twin, entry("gh", "3"), entry("gh", "2")]);
    assert_eq!((second.new, second.known), (1, 2));
    assert!(second.head > first.head);

    let third = append(store, vec![entry("gh", "3")]);
    assert_eq!((third.new, third.known, third.head), (0, 1, second.head));
    let expected = ["1", "2", "3"].map(|id| entry("gh", id).body);
    assert_eq!(bodies(store), expected, "the first body stays");
}

fn an_identity_is_source_and_id(store: &mut dyn Store) {
    let others = vec![
        entry("a", "bc"),
        entry("ab", "c"),
        entry("A", "bc"),
        entry("", "abc"),
        entry("abc", ""),
        entry("a ", "bc"),
        entry("a\0", "bc"),
        entry("a", "bc\0x"),
        entry("a", "bc\0y"),
        entry("\u{e9}", "1"),
        entry("e\u{301}", "1"),
    ];
    let count = others.len();
    assert_eq!(append(store, others.clone()).new, count);
    assert_eq!(append(store, others).known, count);
}

fn reading_starts_after_a_place_and_stops_when_told(store: &mut dyn Store) {
    append(
        store,
        (0..10).map(|n| entry("gh", &n.to_string())).collect(),
    );
    let all = read_after(store, 0);
    for (passed, stored) in all.iter().enumerate() {
        assert_eq!(read_after(store, stored.seq), all[passed + 1..]);
    }

    let mut taken = Vec::new();
    store
        .read_after(all[2].seq, &mut |seq, _, _| {
            taken.push(seq);
            if taken.len() == 3 {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(taken, [all[3].seq, all[4].seq, all[5].seq]);
}

fn reading_back_goes_from_the_latest_and_stops_when_told(store: &mut dyn Store) {
    let at = |id: &str, seconds| Entry {
        at: time(seconds),
        ..entry("gh", id)
    };
    append(
        store,
        vec![at("b", 20), at("d", 40), at("a", -10), at("c", 20)],
    );
    // Known already: its time does not move.
    append(store, vec![at("a", 90)]);
    let read = |until: i64, most: usize| {
        let latest = store.latest(time(until), most).unwrap();
        let id = |seq: &Seq| {
            let stored = store.event(*seq).unwrap().unwrap();
            assert_eq!((stored.seq, stored.arrived), (*seq, time(100)));
            assert_eq!(read_after(store, seq - 1).first(), Some(&stored));
            stored.body.rsplit('"').nth(1).unwrap().to_owned()
        };
        latest.iter().map(id).collect::<Vec<_>>().concat()
    };
    assert_eq!(read(1_000, 9), "dcba");
    assert_eq!(read(40, 9), "dcba", "by then");
    assert_eq!(read(39, 9), "cba");
    assert_eq!(read(0, 9), "a");
    assert_eq!(read(-11, 9), "");
    assert_eq!(read(1_000, 2), "dc");
}

fn an_event_is_found_by_its_identity(store: &mut dyn Store) {
    append(
        store,
        vec![entry("gh", "1"), entry("gl", "1"), entry("gl", "2")],
    );
    for (place, (source, id)) in [("gh", "1"), ("gl", "1"), ("gl", "2")].iter().enumerate() {
        let expected = read_after(store, 0).swap_remove(place);
        assert_eq!(expected.body, entry(source, id).body);
        assert_eq!(store.find(source, id).unwrap(), Some(expected));
    }
    assert_eq!(store.find("gh", "2").unwrap(), None);
    assert_eq!(store.find("g", "h1").unwrap(), None);
}

fn cursors_are_set_moved_and_forgotten(store: &mut dyn Store) {
    let mut turn = |cursors: Vec<Cursor>| {
        let batch = Batch {
            entries: Vec::new(),
            cursors,
        };
        let appended = store.append(&batch, time(1)).unwrap();
        assert_eq!(appended, Appended::default());
        store.cursors("gh").unwrap()
    };
    let elsewhere = Cursor {
        source: "gl".to_owned(),
        ..cursor("b", Some("other"))
    };
    let set = vec![
        cursor("c", Some("3")),
        elsewhere.clone(),
        cursor("b", Some("2")),
        cursor("", Some("")),
        cursor("B", Some("1")),
    ];
    let sorted = vec![
        cursor("", Some("")),
        cursor("B", Some("1")),
        cursor("b", Some("2")),
        cursor("c", Some("3")),
    ];
    assert_eq!(turn(set), sorted);
    let moved = turn(vec![
        cursor("b", Some("20")),
        cursor("c", None),
        cursor("B", None),
        cursor("nothing", None),
        cursor("b", Some("21")),
    ]);
    assert_eq!(moved, [cursor("", Some("")), cursor("b", Some("21"))]);
    // Within a batch the last word counts.
    let last = turn(vec![
        cursor("b", None),
        cursor("b", Some("22")),
        cursor("", Some("x")),
        cursor("", None),
    ]);
    assert_eq!(last, [cursor("b", Some("22"))]);
    assert_eq!(store.cursors("gl").unwrap(), [elsewhere]);
    assert_eq!(store.cursors("g").unwrap(), []);
    let one = |source: &str, key: &str| store.cursor(source, key).unwrap();
    assert_eq!(one("gh", "b").as_deref(), Some("22"));
    assert_eq!((one("gh", ""), one("g", "b")), (None, None));
}

fn cursors_move_with_a_batch_that_brings_nothing_new(store: &mut dyn Store) {
    for value in ["1", "2"] {
        let batch = Batch {
            entries: vec![entry("gh", "same")],
            cursors: vec![cursor("page", Some(value))],
        };
        store.append(&batch, time(1)).unwrap();
        let cursors = store.cursors("gh").unwrap();
        assert_eq!(cursors, [cursor("page", Some(value))]);
    }
    assert_eq!(bodies(store).len(), 1);
}

fn any_text_comes_back_as_it_was(store: &mut dyn Store) {
    let texts = [
        String::new(),
        " \t\r\n".to_owned(),
        "before\0after\0".to_owned(),
        "Grüße 你好 \u{1f680} e\u{301} \u{202e}back \u{feff}".to_owned(),
        "'; DROP TABLE event; --".to_owned(),
        "0012".to_owned(),
        "NULL".to_owned(),
        "x".repeat(3_000_000),
    ];
    for text in &texts {
        let batch = Batch {
            entries: vec![Entry {
                source: text.clone(),
                id: text.clone(),
                at: Timestamp::MIN,
                body: text.clone(),
            }],
            cursors: vec![Cursor {
                source: text.clone(),
                key: text.clone(),
                value: Some(text.clone()),
            }],
        };
        assert_eq!(store.append(&batch, Timestamp::MAX).unwrap().new, 1);
        assert_eq!(store.append(&batch, Timestamp::MIN).unwrap().known, 1);
        let found = store.find(text, text).unwrap().unwrap();
        assert!(found.body == *text && found.arrived == Timestamp::MAX);
        assert!(store.cursors(text).unwrap() == batch.cursors);
    }
    assert!(bodies(store) == texts);
}

/// A snapshot, and the pieces that it changes.
type Change = (SnapshotUpdate, Vec<(u32, Vec<u8>)>);

fn save(store: &mut dyn Store, (update, pieces): &Change) -> bool {
    let mut make = |number: u32, _: Option<&[u8]>| {
        let made = pieces.iter().find(|(one, _)| *one == number);
        made.map(|(_, bytes)| bytes.clone())
    };
    store.save_snapshot(update, &mut make).unwrap()
}

fn snapshot(format: u32, seq: Seq, base: Option<Seq>, pieces: &[(u32, &[u8])]) -> Change {
    let update = SnapshotUpdate {
        head: SnapshotHead {
            format,
            seq,
            bytes: vec![0, 255, u8::try_from(seq).unwrap()],
        },
        base,
        pieces: pieces.iter().map(|(number, _)| *number).collect(),
        references: pieces
            .iter()
            .map(|(number, _)| (i64::from(*number) * 10, *number))
            .collect(),
    };
    let pieces = pieces.iter();
    let pieces = pieces.map(|(number, bytes)| (*number, bytes.to_vec()));
    (update, pieces.collect())
}

/// All that a store says of its snapshot, for pieces up to 4.
type Told = (Option<SnapshotHead>, Vec<Option<Vec<u8>>>, Vec<u32>);

fn told(store: &dyn Store) -> Told {
    let pieces = (0..5).map(|number| piece(store, number).unwrap());
    (
        store.snapshot().unwrap(),
        pieces.collect(),
        store.pieces_with(i64::MIN, i64::MAX).unwrap(),
    )
}

fn a_snapshot_is_kept_and_replaced(store: &mut dyn Store) {
    let bytes = |text: &str| Some(text.as_bytes().to_vec());
    let first = snapshot(1, 10, None, &[(0, b"a"), (1, b""), (4, b"\0e")]);
    assert!(save(store, &first));
    let pieces = vec![bytes("a"), bytes(""), None, None, bytes("\0e")];
    assert_eq!(told(store), (Some(first.0.head), pieces, vec![0, 1, 4]));

    // Made from the one before: pieces are replaced and added, the others stay.
    let second = snapshot(1, 20, Some(10), &[(1, b"B"), (2, b"C")]);
    assert!(save(store, &second));
    let pieces = vec![bytes("a"), bytes("B"), bytes("C"), None, bytes("\0e")];
    assert_eq!(told(store), (Some(second.0.head), pieces, vec![0, 1, 2, 4]));

    // Made from nothing: nothing of the one before is left, whatever its format and place.
    let third = snapshot(2, 5, None, &[(3, b"d")]);
    assert!(save(store, &third));
    let pieces = vec![None, None, None, bytes("d"), None];
    assert_eq!(told(store), (Some(third.0.head), pieces, vec![3]));
    assert_eq!(store.head().unwrap(), 0, "the log is not touched");
}

fn a_snapshot_made_from_another_is_refused(store: &mut dyn Store) {
    let orphan = snapshot(1, 20, Some(10), &[(0, b"x")]);
    assert!(!save(store, &orphan));
    assert_eq!(told(store), (None, vec![None; 5], Vec::new()));

    let kept = snapshot(1, 11, None, &[(0, b"a")]);
    assert!(save(store, &kept));
    let before = told(store);
    for (format, base) in [(1, 10), (1, 0), (1, 12), (2, 11)] {
        let other = snapshot(format, 30, Some(base), &[(0, b"x"), (1, b"y")]);
        assert!(!save(store, &other));
        assert_eq!(told(store), before);
    }
}

fn a_piece_is_made_of_what_is_there(store: &mut dyn Store) {
    let first = snapshot(1, 10, None, &[(0, b"a"), (1, b"b")]);
    assert!(save(store, &first));
    let mut seen = Vec::new();
    let mut grow = |number: u32, before: Option<&[u8]>| {
        seen.push((number, before.map(<[u8]>::to_vec)));
        Some([before.unwrap_or(b"new"), b"+"].concat())
    };
    let (second, _) = snapshot(1, 20, Some(10), &[(1, b""), (2, b"")]);
    assert!(store.save_snapshot(&second, &mut grow).unwrap());
    assert_eq!(seen, [(1, Some(b"b".to_vec())), (2, None)]);
    let bytes = |text: &str| Some(text.as_bytes().to_vec());
    let pieces = vec![bytes("a"), bytes("b+"), bytes("new+"), None, None];
    let grown = (Some(second.head), pieces, vec![0, 1, 2]);
    assert_eq!(told(store), grown);

    // Where one cannot be made, none is.
    for base in [Some(20), None] {
        let (third, _) = snapshot(1, 30, base, &[(0, b""), (3, b"")]);
        let mut half = |number: u32, _: Option<&[u8]>| (number == 0).then(|| b"x".to_vec());
        assert!(!store.save_snapshot(&third, &mut half).unwrap());
        assert_eq!(told(store), grown);
    }
    // From nothing, nothing is there before.
    let (fourth, _) = snapshot(1, 40, None, &[(1, b"")]);
    let mut fresh = |_: u32, before: Option<&[u8]>| {
        assert_eq!(before, None);
        Some(b"y".to_vec())
    };
    assert!(store.save_snapshot(&fourth, &mut fresh).unwrap());
    let pieces = vec![None, bytes("y"), None, None, None];
    assert_eq!(told(store), (Some(fourth.head), pieces, vec![1]));
}

/// Around the size from which a store may read a piece in another way, and well over it.
fn a_large_piece_is_kept_whole(store: &mut dyn Store) {
    let bytes = |length: usize| -> Vec<u8> { (0..=250).cycle().take(length).collect() };
    let large = [(1 << 20) - 1, 1 << 20, 5 << 20].map(bytes);
    let pieces = [(0, &*large[0]), (1, &*large[1]), (3, &*large[2])];
    assert!(save(store, &snapshot(1, 10, None, &pieces)));
    let kept = told(store).1;
    assert!(
        kept == [
            Some(&large[0]),
            Some(&large[1]),
            None,
            Some(&large[2]),
            None
        ]
        .map(|one| one.cloned())
    );

    let mut grow = |_: u32, before: Option<&[u8]>| Some([before.unwrap(), b"+"].concat());
    let (second, _) = snapshot(1, 20, Some(10), &[(3, b"")]);
    assert!(store.save_snapshot(&second, &mut grow).unwrap());
    assert!(piece(store, 3).unwrap() == Some([&*large[2], b"+"].concat()));
}

fn references_lead_to_pieces(store: &mut dyn Store) {
    let mut update = snapshot(1, 1, None, &[]);
    update.0.references = vec![
        (5, 9),
        (5, 2),
        (-7, 3),
        (6, 2),
        (5, 9),
        (i64::MAX, u32::MAX),
        (i64::MIN, 0),
    ];
    assert!(save(store, &update));
    let mut more = snapshot(1, 2, Some(1), &[]);
    more.0.references = vec![(5, 9), (7, 1)];
    assert!(save(store, &more));

    let with = |from, to| store.pieces_with(from, to).unwrap();
    assert_eq!(with(5, 5), [2, 9]);
    assert_eq!(with(5, 6), [2, 9]);
    assert_eq!(with(-7, 7), [1, 2, 3, 9]);
    assert_eq!(with(i64::MIN, i64::MAX), [0, 1, 2, 3, 9, u32::MAX]);
    assert!(with(8, i64::MAX - 1).is_empty());
    assert!(with(6, 5).is_empty());
}

/// One append: identities, each a source and an id, and cursors, each a key and perhaps a value.
type Step = (Vec<(u8, u8)>, Vec<(u8, Option<u8>)>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let entries = prop::collection::vec((0..3u8, 0..12u8), 0..12);
    let cursors = prop::collection::vec((0..4u8, prop::option::of(0..9u8)), 0..4);
    prop::collection::vec((entries, cursors), 0..8)
}

/// What a store should be, said as simply as can be.
#[derive(Default)]
struct Expected {
    known: HashSet<(u8, u8)>,
    log: Vec<(Timestamp, String)>,
    cursors: BTreeMap<String, String>,
}

impl Expected {
    fn take(&mut self, step: &Step, arrived: Timestamp, bodies: &[Entry]) -> usize {
        let before = self.log.len();
        for (identity, entry) in step.0.iter().zip(bodies) {
            if self.known.insert(*identity) {
                self.log.push((arrived, entry.body.clone()));
            }
        }
        for (key, value) in &step.1 {
            match value {
                Some(value) => self.cursors.insert(key.to_string(), value.to_string()),
                None => self.cursors.remove(&key.to_string()),
            };
        }
        self.log.len() - before
    }
}

fn behaves(store: &mut dyn Store, steps: &[Step]) {
    let mut expected = Expected::default();
    for (turn, step) in (0..).zip(steps) {
        let entries = step.0.iter().zip(0..).map(|((source, id), place)| Entry {
            body: format!("{turn}.{place}"),
            ..entry(&source.to_string(), &id.to_string())
        });
        let cursors = step.1.iter().map(|(key, value)| {
            let value = value.map(|value| value.to_string());
            cursor(&key.to_string(), value.as_deref())
        });
        let batch = Batch {
            entries: entries.collect(),
            cursors: cursors.collect(),
        };
        let appended = store.append(&batch, time(turn)).unwrap();
        let new = expected.take(step, time(turn), &batch.entries);
        assert_eq!((appended.new, appended.known), (new, step.0.len() - new));
        assert_eq!(appended.head, store.head().unwrap());

        let read = read_after(store, 0);
        assert!(read.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        assert_eq!(read.last().map_or(0, |last| last.seq), appended.head);
        let log = read.into_iter().map(|stored| (stored.arrived, stored.body));
        assert_eq!(log.collect::<Vec<_>>(), expected.log);
        let cursors = store.cursors("gh").unwrap().into_iter();
        let cursors = cursors.map(|cursor| (cursor.key, cursor.value.unwrap()));
        assert!(cursors.eq(expected.cursors.clone()));
    }
}

proptest! {
    #[test]
    fn memory_behaves_as_a_list_without_doubles(steps in steps()) {
        behaves(&mut MemoryStore::new(), &steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn sqlite_behaves_as_a_list_without_doubles(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        behaves(&mut SqliteStore::open(&folder.path().join("log.db")).unwrap(), &steps);
    }
}
