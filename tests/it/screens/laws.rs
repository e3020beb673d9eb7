//! What holds of every page at every size after any keys: it is drawn, within its place, in whole signs.

use std::cell::RefCell;

use leadtime::intent::{Intent, View};
use leadtime::report::text;
use leadtime::theme::Theme;
use leadtime::view::page::of;
use leadtime::view::pen::Pen;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::acting::able;
use super::hostile::assert_harmless;
use super::{Desk, demo, desk, press, showing};

/// The organisations that everything is tried on: none, one workload, a few, and hostile ones.
fn organisations() -> Vec<Desk> {
    let all = vec![
        desk(&[], ""),
        demo(1, 120),
        demo(5, 900),
        showing(super::hostile::fleet()),
    ];
    all.into_iter().map(able).collect()
}

const KEYS: [&str; 55] = [
    "j",
    "k",
    "h",
    "l",
    "g",
    "G",
    "pgdn",
    "pgup",
    "enter",
    "esc",
    "s",
    "i",
    "t",
    "*",
    "space",
    ".",
    ",",
    "w",
    "[",
    "]",
    "{",
    "}",
    "\\",
    "/",
    ":",
    "?",
    "f",
    "e",
    "tab",
    "%",
    "c",
    "z",
    "v",
    "a",
    "1",
    "2",
    "3",
    "4",
    "5",
    "0",
    "S",
    "backspace",
    "b",
    "x",
    "p",
    "R",
    "H",
    "m",
    "A",
    "@",
    "y",
    "o",
    "u",
    "u",
    "q",
];

/// Every sign stands whole within the buffer.
fn assert_whole(buffer: &Buffer) {
    let area = buffer.area;
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        while x < area.right() {
            let width = text::width(buffer[(x, y)].symbol()).max(1);
            x += u16::try_from(width).unwrap();
        }
        assert_eq!(x, area.right(), "a sign hangs over the edge of row {y}");
    }
}

#[test]
fn anything_is_drawn_at_any_size_after_any_keys() {
    let desks = RefCell::new(organisations());
    let keys = prop::collection::vec(prop::sample::select(KEYS.to_vec()), 0..8);
    let view = prop::sample::select(View::ALL.to_vec());
    let cases = ProptestConfig::with_cases(48);
    proptest!(cases, |(which in 0..4_usize, width in 1..=220_u16, height in 1..=70_u16, view in view, keys in keys)| {
        let desk = &mut desks.borrow_mut()[which];
        desk.resize(width, height);
        desk.intent(view.intent());
        press(desk, &keys.join(" "));
        let buffer = desk.picture();
        assert_whole(&buffer);
        assert_harmless(&buffer);
        // Nothing stays open for the next one.
        press(desk, "esc esc esc");
    });
}

/// Rows are remembered from frame to frame: whatever was done between them, they look as if they were drawn anew.
#[test]
fn what_is_remembered_of_rows_is_never_old() {
    let desks = RefCell::new(organisations());
    let key = prop_oneof![
        2 => prop::sample::select(vec!["j", "k", "pgdn", "pgup", "g", "G", "h", "l"]),
        1 => prop::sample::select(KEYS.to_vec()),
    ];
    let keys = prop::collection::vec(key, 0..12);
    let view = prop::sample::select(View::ALL.to_vec());
    let sizes = prop::sample::select(super::SIZES.to_vec());
    let cases = ProptestConfig::with_cases(96);
    proptest!(cases, |(which in 0..4_usize, size in sizes, view in view, keys in keys)| {
        let desk = &mut desks.borrow_mut()[which];
        desk.resize(size.0, size.1);
        desk.intent(view.intent());
        for key in &keys {
            press(desk, key);
            desk.picture();
        }
        let remembered = desk.picture();
        desk.scene.version += 1;
        let anew = desk.picture();
        prop_assert_eq!(remembered, anew);
        press(desk, "esc esc esc");
    });
}

#[test]
fn a_page_keeps_to_its_place() {
    let mut desks = organisations();
    let theme = Theme::default();
    let sizes = [
        (60, 9),
        (61, 10),
        (79, 21),
        (80, 21),
        (119, 30),
        (139, 33),
        (140, 33),
        (200, 57),
        (220, 67),
    ];
    for desk in &mut desks {
        for view in View::ALL {
            desk.resize(120, 36);
            desk.intent(view.intent());
            desk.picture();
            let mut page = of(view);
            page.refresh(&desk.scene);
            for (width, height) in sizes {
                let whole = Rect::new(0, 0, width + 9, height + 7);
                let inner = Rect::new(5, 3, width, height);
                let mut buffer = Buffer::filled(whole, ratatui::buffer::Cell::new("▒"));
                let mut hits = Vec::new();
                page.draw(
                    inner,
                    &mut Pen {
                        buffer: &mut buffer,
                        scene: &desk.scene,
                        theme: &theme,
                        hits: &mut hits,
                    },
                );
                for position in whole.positions().filter(|at| !inner.contains(*at)) {
                    let found = buffer[position].symbol();
                    assert_eq!(
                        found,
                        "▒",
                        "{} in {width}x{height} at {position}",
                        view.title()
                    );
                }
                for hit in hits {
                    let place = hit.area;
                    assert_eq!(inner.intersection(place), place, "{}", view.title());
                }
            }
        }
    }
}

/// Intents that may do nothing in silence: what moves stands at its end already, and what is drawn anew looks as before.
const SILENT: [Intent; 9] = [
    Intent::Up,
    Intent::Down,
    Intent::PageUp,
    Intent::PageDown,
    Intent::First,
    Intent::Last,
    Intent::Redraw,
    Intent::Left,
    Intent::Right,
];

#[test]
fn every_key_does_something_or_says_why_not() {
    let mut silent = Vec::new();
    for mut desk in [desk(&[], ""), demo(5, 900)].map(able) {
        desk.resize(120, 36);
        for view in View::ALL {
            for intent in Intent::ALL {
                if SILENT.contains(&intent) || View::of(intent) == Some(view) {
                    continue;
                }
                desk.ui.message = None;
                desk.intent(view.intent());
                let before = desk.picture();
                let wanted = desk.intent(intent);
                if wanted.is_empty() && desk.picture() == before {
                    silent.push(format!("{} in {}", intent.name(), view.title()));
                }
                press(&mut desk, "esc esc esc");
                desk.intent(Intent::Now);
                desk.intent(Intent::Unscope);
            }
        }
    }
    silent.dedup();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn a_key_of_another_view_says_where_it_works() {
    let mut desk = demo(5, 900);
    press(&mut desk, "1 v");
    let screen = super::shot(&mut desk, 120, 36);
    assert!(
        screen.contains("v does nothing here; it works in Map, Activity"),
        "{screen}"
    );
}
