//! Text from outside that would take the terminal over: names, titles, authors, environments made of escape sequences. Nothing that a terminal obeys, and
//! nothing that turns a line round, reaches a cell.

use leadtime::demo::{Organisation, Size};
use leadtime::event::Event;
use leadtime::event::kind::MapText;
use leadtime::intent::View;
use leadtime::model::overview::Overview;
use ratatui::buffer::Buffer;

use super::acting::able;
use super::fleet::overview;
use super::{Desk, desk, now, press, showing};

/// What people and tools have been seen to write, and worse.
pub const CORPUS: [&str; 18] = [
    "\x1b[2J\x1b[H",
    "\x1b[31;1mred\x1b[0m",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;cm0gLXJmIH4=\x07",
    "\x1b]0;title\x07",
    "\x1bP+q544e\x1b\\",
    "\x1b_Gi=1;AAAA\x1b\\",
    "\x1b[?1049l\x1bc",
    "\u{9b}31m\u{9d}52;c;eA==\u{9c}\u{90}q\u{9c}",
    "\u{202e}txt.exe\u{202c}\u{2066}isolated\u{2069}",
    "\u{200f}\u{200e}\u{61c}",
    "zero\u{200b}width\u{200d}\u{feff}\u{2060}",
    "a\x07b\x08\x08c\x7f",
    "one\r\ntwo\ttabs\u{b}\u{c}\u{85}\u{2028}",
    "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}\u{30b}\u{30c}\u{30d}\u{30e}\u{30f}",
    "\u{e0041}\u{e0042}tags\u{fe0f}\u{fff9}annotated\u{fffb}",
    "\0nul\u{1}",
    "結\u{301}帳\u{200d}🏳\u{fe0f}\u{200d}🌈",
];

/// Nothing in a cell but what is seen: no control, nothing invisible, no more marks than a sign can bear.
pub fn assert_harmless(buffer: &Buffer) {
    for (at, cell) in buffer.content.iter().enumerate() {
        let symbol = cell.symbol();
        let position = buffer.pos_of(at);
        let bad = symbol.chars().find(|sign| is_obeyed(*sign));
        assert_eq!(bad, None, "{symbol:?} at {position:?}");
        assert!(symbol.chars().count() <= 6, "{symbol:?} at {position:?}");
    }
}

fn is_obeyed(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
        || matches!(sign, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A workload for each, hostile wherever it has a text.
pub fn fleet() -> Vec<Overview> {
    let rows = CORPUS.iter().enumerate().map(|(number, text)| {
        let mut one = overview(text, number);
        let summary = &mut one.summary;
        summary.team = Some((*text).to_owned());
        (*text).clone_into(&mut summary.path);
        (*text).clone_into(&mut summary.production);
        summary.version = Some((*text).to_owned());
        if let Some(held) = &mut summary.held {
            (*text).clone_into(&mut held.step);
            (*text).clone_into(&mut held.state);
        }
        for step in &mut summary.steps {
            (*text).clone_into(&mut step.name);
        }
        one
    });
    rows.collect()
}

/// The generated events, with something hostile at the end of every text: of the same text always the same, so that what belongs together still does.
fn events() -> Vec<Event<String>> {
    let size = Size {
        workloads: 4,
        events: 900,
        days: 40,
    };
    let mut spoil = |text: &String| {
        let number = text.bytes().fold(7, |sum: usize, byte| {
            sum.wrapping_mul(31) + usize::from(byte)
        });
        match text.as_str() {
            "production" | "staging" => text.clone(),
            _ => format!("{text}{}", CORPUS[number % CORPUS.len()]),
        }
    };
    let organisation = Organisation::new(7, size, now());
    let events = organisation.events();
    events.map(|event| event.map_text(&mut spoil)).collect()
}

/// Goes through every view and into its rows, looking at each.
fn look_everywhere(desk: &mut Desk) {
    for (width, height) in super::SIZES {
        desk.resize(width, height);
        for view in View::ALL {
            desk.intent(view.intent());
            assert_harmless(&desk.picture());
            for keys in [
                "j", "enter", "enter", "esc", "esc", "y", "b", "b", "b", "b", ".", ",", "G", "?",
                "esc", "/", "esc", "a", "enter", "esc", "esc", "R", "enter", "enter", "A", "esc",
                "esc", "p", "enter", "y", "esc", "esc", "H", "enter", "A", "y", "esc", "esc", "m",
                "enter", "y", "esc", "esc", "@", "enter", "esc", "esc",
            ] {
                press(desk, keys);
                assert_harmless(&desk.picture());
                let copied = desk.copied().unwrap_or_default();
                let bad = copied
                    .chars()
                    .find(|sign| is_obeyed(*sign) && *sign != '\n');
                assert_eq!(bad, None, "{copied:?}");
            }
        }
    }
}

#[test]
fn rows_with_hostile_names() {
    let mut desk = showing(fleet());
    let screen = super::shot(&mut desk, 200, 60);
    assert!(
        screen.contains("[31;1mred[0m"),
        "its letters are seen:\n{screen}"
    );
    look_everywhere(&mut desk);
}

#[test]
fn events_with_hostile_texts() {
    let mut desk = able(desk(&events(), ""));
    assert!(
        desk.scene.fleet().len() >= 3,
        "{}",
        desk.scene.fleet().len()
    );
    assert!(desk.scene.is_whole());
    let flowing: usize = desk
        .scene
        .fleet()
        .iter()
        .map(|one| one.summary.flowing)
        .sum();
    assert!(flowing > 0, "there are changes to be seen");
    look_everywhere(&mut desk);
}

#[test]
fn words_of_the_program_itself_are_cleaned_too() {
    use leadtime::dashboard::message::News;
    for text in CORPUS {
        let mut desk = super::opening();
        desk.news(News::Opened {
            title: text.to_owned(),
            me: Some(text.to_owned()),
        });
        assert_harmless(&desk.picture());
        desk.news(News::Failed(text.to_owned()));
        assert_harmless(&desk.picture());
        desk.paste(text);
        assert_harmless(&desk.picture());
    }
}
