//! Which key means what, and which keys an intent has. The keymap that ships is a file (`config/keymap.toml`); a user's file is a patch over it. Every
//! question that drawing asks (which keys has this here?) is answered from tables that were made once.

use rustc_hash::FxHashMap;

use super::chord::Chord;
use super::context::Context;
use super::problem::Problem;
use super::read::{Binding, read};
use crate::intent::Intent;

/// The keymap that ships, with what each key is for.
pub const DEFAULT: &str = include_str!("../../config/keymap.toml");

/// What has no key by default: it is reached by the palette.
pub const UNBOUND: &[Intent] = &[];

/// Keys and what they mean, in every context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    contexts: Vec<Keys>,
}

/// The keys of one context.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Keys {
    intents: FxHashMap<Chord, Intent>,
    /// By intent.
    chords: Vec<Vec<Chord>>,
    /// The first of them in print, by intent.
    first: Vec<Option<Box<str>>>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::of(&read(DEFAULT, "config/keymap.toml").0)
    }
}

impl Keymap {
    /// The keymap that ships, with the changes of a user's file. Everything that is wrong with the file is told at once.
    pub fn read(text: &str, file: &str) -> Result<Self, Vec<Problem>> {
        let (mut bindings, mut problems) = read(text, file);
        // What the user wrote comes first: it is what hints show.
        let wished = bindings.len();
        for binding in read(DEFAULT, "config/keymap.toml").0 {
            let same = |own: &Binding| own.context == binding.context && own.chord == binding.chord;
            if !bindings[..wished].iter().any(same) {
                bindings.push(binding);
            }
        }
        let keymap = Self::of(&bindings);
        problems.extend(keymap.trap(file));
        if problems.is_empty() {
            Ok(keymap)
        } else {
            Err(problems)
        }
    }

    /// A view that no key leaves is told before somebody is in it.
    fn trap(&self, file: &str) -> Option<Problem> {
        let stuck = Context::ALL
            .into_iter()
            .find(|context| self.keys(*context, Intent::Quit).is_empty())?;
        Some(Problem {
            file: file.to_owned(),
            line: 0,
            column: 0,
            text: format!("no key is left for \"quit\" in [{}]", stuck.word()),
            hint: "bind one, as \"ctrl-c\" = \"quit\"".to_owned(),
        })
    }

    fn of(bindings: &[Binding]) -> Self {
        Self {
            contexts: Context::ALL
                .into_iter()
                .map(|context| Keys::of(bindings, context))
                .collect(),
        }
    }

    /// What a key means here: in the view first, then everywhere.
    #[must_use]
    pub fn intent(&self, context: Context, chord: Chord) -> Option<Intent> {
        self.contexts[context.place()].intents.get(&chord).copied()
    }

    /// The keys that mean it here, those to be shown first in front.
    #[must_use]
    pub fn keys(&self, context: Context, intent: Intent) -> &[Chord] {
        &self.contexts[context.place()].chords[intent as usize]
    }

    /// The key to show for it here, as it is written: `ctrl-d`.
    #[must_use]
    pub fn first_key(&self, context: Context, intent: Intent) -> Option<&str> {
        self.contexts[context.place()].first[intent as usize].as_deref()
    }
}

impl Keys {
    fn of(bindings: &[Binding], context: Context) -> Self {
        let own: Vec<&Binding> = bindings.iter().filter(|it| it.context == context).collect();
        let taken = |chord: Chord| own.iter().any(|it| it.chord == chord);
        let around = bindings
            .iter()
            .filter(|it| it.context == Context::Global && !taken(it.chord));
        let mut keys = Self {
            intents: FxHashMap::default(),
            chords: vec![Vec::new(); Intent::ALL.len()],
            first: Vec::new(),
        };
        for binding in own.iter().copied().chain(around) {
            if let Some(intent) = binding.intent {
                keys.intents.insert(binding.chord, intent);
                keys.chords[intent as usize].push(binding.chord);
            }
        }
        let print = |chords: &Vec<Chord>| Some(chords.first()?.to_string().into_boxed_str());
        keys.first = keys.chords.iter().map(print).collect();
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::View;

    fn means(keymap: &Keymap, context: Context, key: &str) -> Option<Intent> {
        keymap.intent(context, key.parse().unwrap())
    }

    fn told(text: &str) -> Vec<String> {
        let problems = Keymap::read(text, "keys.toml").unwrap_err();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_keymap_that_ships_is_sound_and_reaches_everything() {
        let (bindings, problems) = read(DEFAULT, "config/keymap.toml");
        assert_eq!(problems, []);
        assert!(bindings.iter().all(|binding| binding.intent.is_some()));
        let keymap = Keymap::default();
        for intent in Intent::ALL {
            let mut contexts = Context::ALL.into_iter();
            let bound = contexts.any(|context| !keymap.keys(context, intent).is_empty());
            assert_ne!(bound, UNBOUND.contains(&intent), "{}", intent.name());
        }
        assert_eq!(Keymap::read("", "keys.toml"), Ok(keymap));
    }

    #[test]
    fn the_keys_that_act_do_so_in_every_view() {
        let keymap = Keymap::default();
        for context in Context::ALL {
            for (key, intent) in [
                ("a", Intent::Approve),
                ("x", Intent::Reject),
                ("p", Intent::Promote),
                ("R", Intent::Rollback),
                ("t", Intent::Retry),
                ("H", Intent::Hold),
                ("K", Intent::Acknowledge),
                ("D", Intent::Resolve),
                ("m", Intent::Declare),
                ("A", Intent::Arm),
                ("@", Intent::Actions),
            ] {
                assert_eq!(means(&keymap, context, key), Some(intent), "{key}");
            }
        }
    }

    #[test]
    fn a_view_s_own_key_comes_before_the_one_that_works_everywhere() {
        let text = "[map]\n\"j\" = \"live\"\n\"k\" = \"none\"\n";
        let keymap = Keymap::read(text, "keys.toml").unwrap();
        assert_eq!(
            means(&keymap, Context::In(View::Map), "j"),
            Some(Intent::Live)
        );
        assert_eq!(means(&keymap, Context::In(View::Map), "k"), None);
        assert_eq!(
            means(&keymap, Context::In(View::Fleet), "j"),
            Some(Intent::Down)
        );
        assert_eq!(
            keymap.first_key(Context::In(View::Map), Intent::Live),
            Some("j")
        );
        assert_eq!(
            keymap.first_key(Context::In(View::Map), Intent::Down),
            Some("down")
        );
        assert_eq!(
            keymap.first_key(Context::In(View::Fleet), Intent::Down),
            Some("j")
        );
    }

    #[test]
    fn a_user_s_file_is_a_patch() {
        let text = "[global]\n\"n\" = \"down\"\n\"q\" = \"none\"\n\"Ctrl+D\" = \"export\"\n";
        let keymap = Keymap::read(text, "keys.toml").unwrap();
        let here = Context::In(View::Gates);
        assert_eq!(keymap.first_key(here, Intent::Down), Some("n"));
        assert_eq!(means(&keymap, here, "j"), Some(Intent::Down));
        assert_eq!(means(&keymap, here, "q"), None);
        assert_eq!(keymap.first_key(here, Intent::Quit), Some("ctrl-c"));
        assert_eq!(means(&keymap, here, "ctrl-d"), Some(Intent::Export));
        let page: Vec<String> = keymap
            .keys(here, Intent::PageDown)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert!(!page.contains(&"ctrl-d".to_owned()), "{page:?}");
    }

    #[test]
    fn a_conflict_names_both() {
        assert_eq!(
            told("[global]\n\"ctrl-d\" = \"down\"\n  \"Ctrl+D\" = \"up\"\n"),
            [
                "keys.toml:3:3: \"Ctrl+D\" is bound to \"up\", and so is \"ctrl-d\" on line 2 to \"down\": one key in [global]; keep one of them"
            ]
        );
        assert_eq!(
            told("[map]\n\"j\" = \"down\"\n[global]\n\"j\" = \"up\"\n\"j\" = \"down\"\n"),
            ["keys.toml:5:1: \"j\" is bound here and, to \"up\", on line 4; keep one of them"]
        );
    }

    #[test]
    fn what_is_not_known_is_told_with_the_nearest_that_is() {
        let text = "\"k\" = \"up\"\n[globl]\n\"j\" = \"down\"\n[map]\n\"jj\" = \"down\"\n\"j\" = \"dwon\"\n\"k\" = 3\n\"l\" = \"frobnicate\"\n[x]\n";
        let wanted = [
            "keys.toml:1:1: \"k\" stands in no part of the file; write it below [global]",
            "keys.toml:2:2: there is no view \"globl\"; did you mean \"global\"?",
            "keys.toml:5:1: \"jj\" is no key; keys are written as a, G, F5",
            "keys.toml:6:7: \"j\" is bound to \"dwon\", which leadtime cannot do; did you mean \"down\"?",
            "keys.toml:7:7: \"k\" is bound to what is no text; write the name",
            "keys.toml:8:7: \"l\" is bound to \"frobnicate\", which leadtime cannot do; docs/keys.md",
            "keys.toml:9:2: there is no view \"x\"; known here: global, fleet, map,",
        ];
        let told_of = told(text);
        assert_eq!(told_of.len(), wanted.len(), "{told_of:#?}");
        for (line, wanted) in told_of.iter().zip(wanted) {
            assert!(line.starts_with(wanted), "{line}");
        }
        assert!(told("[global\n")[0].starts_with("keys.toml:1:8: not TOML: "));
    }

    #[test]
    fn one_can_always_leave() {
        let text = "[map]\n\"q\" = \"none\"\n\"ctrl-c\" = \"up\"\n";
        assert_eq!(
            told(text),
            ["keys.toml: no key is left for \"quit\" in [map]; bind one, as \"ctrl-c\" = \"quit\""]
        );
    }
}
