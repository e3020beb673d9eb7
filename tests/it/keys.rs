//! Keys as the program documents them and as people may write them: the page about keys is what the keymap says, every press has one spelling, and no
//! text, however wrong, is more than a list of problems.

use std::path::Path;

use keybinds::{Key, KeyInput, Mods};
use leadtime::intent::Intent;
use leadtime::key::{Chord, Context, Keymap, reference};
use proptest::prelude::*;

#[test]
fn the_page_about_keys_is_what_the_keymap_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
    let wanted = reference(&Keymap::default());
    if std::env::var_os("LEADTIME_UPDATE").is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let page = std::fs::read_to_string(&file).unwrap();
    assert_eq!(page, wanted, "LEADTIME_UPDATE=1 writes it anew");
}

#[test]
fn the_page_and_the_shipped_file_name_every_intent() {
    let page = reference(&Keymap::default());
    for intent in Intent::ALL {
        assert!(page.contains(&format!("| `{}` |", intent.name())));
    }
}

fn key() -> impl Strategy<Value = Key> {
    let named = [
        Key::Up,
        Key::Right,
        Key::Enter,
        Key::Backspace,
        Key::Delete,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
        Key::Esc,
        Key::Tab,
        Key::Insert,
        Key::Copy,
        Key::Menu,
        Key::PrintScreen,
        Key::ScrollLock,
        Key::PlayPause,
        Key::NextTrack,
        Key::Help,
        Key::F1,
        Key::F12,
        Key::F35,
        Key::ZoomIn,
        Key::Mute,
    ];
    prop_oneof![
        proptest::sample::select(named.to_vec()),
        proptest::char::range(' ', '~').prop_map(Key::Char),
        any::<char>().prop_map(Key::Char),
    ]
}

fn chord() -> impl Strategy<Value = Chord> {
    (key(), any::<u8>()).prop_filter_map("no key", |(key, held)| {
        Chord::of(Pressed(KeyInput::new(key, Mods::from_bits_truncate(held))))
    })
}

/// As a terminal hands it over.
struct Pressed(KeyInput);

impl From<Pressed> for KeyInput {
    fn from(pressed: Pressed) -> Self {
        pressed.0
    }
}

proptest! {
    #[test]
    fn a_press_is_read_as_it_was_written(chord in chord()) {
        let text = chord.to_string();
        prop_assert_eq!(text.parse::<Chord>(), Ok(chord), "{}", text);
    }

    #[test]
    fn a_spelling_that_is_read_has_one_print(text in "((ctrl|Alt|SHIFT|super)[-+]){0,3}(.|F[0-9]{1,2}|tab|PgUp|space)") {
        if let Ok(chord) = text.parse::<Chord>() {
            prop_assert_eq!(chord.to_string().parse::<Chord>(), Ok(chord));
        }
    }

    #[test]
    fn a_binding_that_is_read_does_what_it_says(
        chord in chord(),
        context in proptest::sample::select(Context::ALL.to_vec()),
        intent in proptest::sample::select(Intent::ALL.to_vec()),
    ) {
        let key = toml::Value::String(chord.to_string());
        let text = format!("[{}]\n{key} = {:?}\n\"F34\" = \"quit\"\n", context.word(), intent.name());
        if let Ok(keymap) = Keymap::read(&text, "keys.toml") {
            prop_assert_eq!(keymap.intent(context, chord), Some(intent));
            prop_assert!(keymap.keys(context, intent).contains(&chord));
            let shown = keymap.first_key(context, intent).unwrap().parse::<Chord>().unwrap();
            prop_assert_eq!(keymap.intent(context, shown), Some(intent));
        } else {
            // The one thing that a single binding can spoil: a way out of the other views.
            let quit = Keymap::default();
            prop_assert_eq!(quit.intent(context, chord), Some(Intent::Quit));
        }
    }

    #[test]
    fn no_text_is_more_than_a_list_of_problems(text in "(\\[?(global|map|x)\\]?\n|\"?[a-z\\-]{0,6}\"? ?= ?\"?[a-z\\-]{0,8}\"?\n|.{0,12}\n){0,6}") {
        if let Err(problems) = Keymap::read(&text, "keys.toml") {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                prop_assert!(problem.to_string().starts_with("keys.toml"), "{}", problem);
            }
        }
    }
}
