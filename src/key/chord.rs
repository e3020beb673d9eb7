//! One press: a key and what was held with it, as text and back. Keys and their names are those of `keybinds`, which also knows how crossterm tells
//! them; the spelling here is what terminals' manuals use (`ctrl-d`, `shift-tab`, `G`, `F5`), and every press has exactly one: `Ctrl+D` is `ctrl-d`, and
//! what shift makes of a letter is that letter (`G`), but beside ctrl, where terminals cannot tell and people do not write it.

use std::fmt;
use std::str::FromStr;

use keybinds::{Key, KeyInput, Mods};

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    key: Key,
    mods: Mods,
}

/// Why a text is no chord.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChordError {
    #[error(
        "{0:?} is no key; keys are written as a, G, F5, enter, space, ctrl-d, alt-x, shift-tab"
    )]
    Unknown(String),
    #[error("shift does not name a sign: write what it makes, as ? for shift-/")]
    Shift,
}

const MODIFIERS: [(&str, Mods); 10] = [
    ("ctrl", Mods::CTRL),
    ("alt", Mods::ALT),
    ("super", Mods::SUPER),
    ("shift", Mods::SHIFT),
    ("control", Mods::CTRL),
    ("meta", Mods::ALT),
    ("option", Mods::ALT),
    ("cmd", Mods::SUPER),
    ("command", Mods::SUPER),
    ("win", Mods::SUPER),
];

/// What else keys are called; the first name of each is the one that is printed.
const NAMES: [(&str, Key); 12] = [
    ("pgup", Key::PageUp),
    ("pgdn", Key::PageDown),
    ("page-up", Key::PageUp),
    ("page-down", Key::PageDown),
    ("pgdown", Key::PageDown),
    ("return", Key::Enter),
    ("del", Key::Delete),
    ("ins", Key::Insert),
    ("minus", Key::Char('-')),
    ("hyphen", Key::Char('-')),
    ("comma", Key::Char(',')),
    ("period", Key::Char('.')),
];

impl Chord {
    /// What a terminal told; `Chord::of(event)` for an event of crossterm. None for a release, a lone modifier and what has no name.
    #[must_use]
    pub fn of(input: impl Into<KeyInput>) -> Option<Self> {
        let input = input.into();
        let mut mods = input.mods();
        match input.key() {
            Key::Ignored | Key::Unidentified => return None,
            Key::Char(sign) if sign.is_control() => return None,
            Key::Char(sign) if sign != ' ' => mods.remove(Mods::SHIFT),
            _ => {}
        }
        if mods.intersects(Mods::CMD | Mods::WIN) {
            mods.remove(Mods::CMD | Mods::WIN);
            mods.insert(Mods::SUPER);
        }
        Some(Self {
            key: input.key(),
            mods,
        })
    }

    /// The sign that it types, where it is one and nothing is held with it: what goes into a line of text.
    #[must_use]
    pub fn sign(self) -> Option<char> {
        match self.key {
            Key::Char(sign) if (self.mods - Mods::SHIFT).is_empty() => Some(sign),
            _ => None,
        }
    }
}

/// The small letter of a capital one, for the letters that have exactly one of each.
fn small(sign: char) -> Option<char> {
    let small = only(sign.to_lowercase())?;
    (small != sign && only(small.to_uppercase()) == Some(sign)).then_some(small)
}

fn capital(sign: char) -> Option<char> {
    let capital = only(sign.to_uppercase())?;
    (small(capital) == Some(sign)).then_some(capital)
}

fn only(mut signs: impl Iterator<Item = char>) -> Option<char> {
    let first = signs.next()?;
    signs.next().is_none().then_some(first)
}

/// What a text begins with, if that is a modifier, and what follows it. Something must follow: `-` alone is a key.
fn modifier(text: &str) -> Option<(Mods, &str)> {
    let (word, rest) = text.split_once(['-', '+'])?;
    let (_, mods) = MODIFIERS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))?;
    (!rest.is_empty()).then_some((*mods, rest))
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, ChordError> {
        let unknown = || ChordError::Unknown(text.to_owned());
        let mut mods = Mods::NONE;
        let mut rest = text.trim_matches([' ', '\t']);
        while let Some((held, after)) = modifier(rest) {
            mods |= held;
            rest = after;
        }
        if rest.eq_ignore_ascii_case("backtab") {
            (rest, mods) = ("tab", mods | Mods::SHIFT);
        }
        let word = rest.to_ascii_lowercase();
        let named = NAMES.iter().find(|(name, _)| *name == word);
        let mut key = match (named, only(rest.chars())) {
            (Some((_, key)), _) => *key,
            (None, Some(sign)) => Key::Char(sign),
            (None, None) => word.parse().map_err(|_| unknown())?,
        };
        if let Key::Char(sign) = key {
            let shifted = mods.contains(Mods::SHIFT);
            if shifted && sign != ' ' {
                let letter = small(sign).map(|_| sign).or_else(|| capital(sign));
                key = Key::Char(letter.ok_or(ChordError::Shift)?);
            } else if mods.contains(Mods::CTRL) && !shifted {
                key = Key::Char(small(sign).unwrap_or(sign));
            }
        }
        // Shift is in the letter now.
        Self::of(WithMods(key, mods)).ok_or_else(unknown)
    }
}

struct WithMods(Key, Mods);

impl From<WithMods> for KeyInput {
    fn from(WithMods(key, mods): WithMods) -> Self {
        Self::new(key, mods)
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut key, mut mods) = (self.key, self.mods);
        if let Key::Char(sign) = key
            && mods.contains(Mods::CTRL)
            && let Some(small) = small(sign)
        {
            (key, mods) = (Key::Char(small), mods | Mods::SHIFT);
        }
        for (name, held) in &MODIFIERS[..4] {
            if mods.contains(*held) {
                write!(f, "{name}-")?;
            }
        }
        if let Key::Char(sign) = key
            && sign != ' '
        {
            return write!(f, "{sign}");
        }
        if let Some((name, _)) = NAMES[..2].iter().find(|(_, named)| *named == key) {
            return f.write_str(name);
        }
        let name = key.to_string();
        let function = name
            .strip_prefix('F')
            .is_some_and(|number| number.parse::<u8>().is_ok());
        if function {
            f.write_str(&name)
        } else {
            f.write_str(&name.to_lowercase())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(text: &str) -> String {
        text.parse::<Chord>()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .to_string()
    }

    #[test]
    fn one_press_has_one_spelling_however_it_was_written() {
        for text in [
            "ctrl-d",
            "shift-tab",
            "g",
            "G",
            "F5",
            "enter",
            "space",
            "/",
            "?",
            "[",
            "<",
            "alt-x",
            "alt-X",
            "-",
            "+",
            "ctrl--",
            "ctrl-+",
            "esc",
            "pgup",
            "pgdn",
            "é",
            "本",
            "super-k",
            "ctrl-shift-d",
            "ctrl-alt-F12",
            "shift-space",
            "shift-up",
            "backspace",
            "delete",
            "\\",
        ] {
            assert_eq!(spelt(text), text);
        }
        for (text, printed) in [
            ("Ctrl+D", "ctrl-d"),
            ("CONTROL-d", "ctrl-d"),
            ("alt+ctrl+D", "ctrl-alt-d"),
            ("shift-g", "G"),
            ("shift-G", "G"),
            ("ctrl-shift-D", "ctrl-shift-d"),
            ("Shift+Tab", "shift-tab"),
            ("backtab", "shift-tab"),
            ("f5", "F5"),
            ("Page-Up", "pgup"),
            ("PageDown", "pgdn"),
            ("Return", "enter"),
            ("escape", "esc"),
            ("del", "delete"),
            ("meta-x", "alt-x"),
            ("cmd-x", "super-x"),
            ("ctrl-plus", "ctrl-+"),
            (" j ", "j"),
        ] {
            assert_eq!(spelt(text), printed, "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_told() {
        for text in [
            "", " ", "jj", "ctrl-", "ctrl", "hyper-x", "F99", "ctrl-dd", "g g",
        ] {
            assert_eq!(
                text.parse::<Chord>(),
                Err(ChordError::Unknown(text.to_owned()))
            );
        }
        assert_eq!("shift-/".parse::<Chord>(), Err(ChordError::Shift));
    }

    #[test]
    fn what_a_terminal_tells_is_what_a_file_says() {
        use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
        let told = |code, mods| Chord::of(KeyEvent::new(code, mods)).map(|it| it.to_string());
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(told(KeyCode::Char('G'), KeyModifiers::SHIFT), is("G"));
        assert_eq!(told(KeyCode::Char('?'), KeyModifiers::SHIFT), is("?"));
        assert_eq!(told(KeyCode::Char('+'), KeyModifiers::SHIFT), is("+"));
        assert_eq!(
            told(KeyCode::Char('d'), KeyModifiers::CONTROL),
            is("ctrl-d")
        );
        assert_eq!(told(KeyCode::BackTab, KeyModifiers::SHIFT), is("shift-tab"));
        assert_eq!(told(KeyCode::F(5), KeyModifiers::NONE), is("F5"));
        assert_eq!(told(KeyCode::Null, KeyModifiers::NONE), None);
        let release =
            KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(Chord::of(release), None);
    }

    #[test]
    fn a_sign_is_what_goes_into_a_text() {
        let sign = |text: &str| text.parse::<Chord>().unwrap().sign();
        assert_eq!(sign("G"), Some('G'));
        assert_eq!(sign("space"), Some(' '));
        assert_eq!(sign("ctrl-d"), None);
        assert_eq!(sign("enter"), None);
    }
}
