//! The page of the documentation about keys, written from the table of intents and a keymap. A test holds `docs/keys.md` against it.

use std::fmt::Write;

use super::chord::Chord;
use super::context::Context;
use super::keymap::Keymap;
use crate::intent::Intent;
use crate::intent::table::{Group, TABLE};

const INTRODUCTION: &str = "# Keys

What each key does in the dashboard, by what it is called in a keymap and in the palette (`:`). This page is made from the keymap that ships,
[`config/keymap.toml`](../config/keymap.toml).

To change keys, write a file with only what shall be different:

```toml
[global]                 # in every view
\"n\" = \"down\"             # one more key for it
\"q\" = \"none\"             # takes the key away
\"ctrl-d\" = \"export\"      # means something else now

[map]                    # in one view; its own keys come before those of every view
\"t\" = \"statistic\"
```

A part is `[global]` or the name of a view. A key is written as `a`, `G`, `F5`, `enter`, `space`, `ctrl-d`, `alt-x`, `shift-tab`; `Ctrl+D` is the same as
`ctrl-d`. What is not known, and one key bound twice in one part, is an error at the start that names the file and the line.
";

/// `docs/keys.md` for a keymap.
#[must_use]
pub fn reference(keymap: &Keymap) -> String {
    let mut out = INTRODUCTION.to_owned();
    for group in Group::ALL {
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\n## {}\n\n| keys | name | what it does |\n| --- | --- | --- |\n",
            group.title()
        );
        for row in TABLE.iter().filter(|row| row.group == group) {
            let keys = keys(keymap, row.intent);
            let _ = writeln!(out, "| {keys} | `{}` | {} |", row.name, row.help);
        }
    }
    out
}

/// Those that work everywhere, then what single views add.
fn keys(keymap: &Keymap, intent: Intent) -> String {
    let everywhere = keymap.keys(Context::Global, intent);
    let mut pieces: Vec<String> = everywhere.iter().map(|chord| code(*chord)).collect();
    let mut own: Vec<(Chord, Vec<&str>)> = Vec::new();
    for context in Context::ALL {
        for chord in keymap.keys(context, intent) {
            if everywhere.contains(chord) {
                continue;
            }
            match own.iter_mut().find(|(known, _)| known == chord) {
                Some((_, views)) => views.push(context.word()),
                None => own.push((*chord, vec![context.word()])),
            }
        }
    }
    for (chord, views) in own {
        pieces.push(format!("{} in {}", code(chord), views.join(", ")));
    }
    pieces.join(" ")
}

/// In a cell of a Markdown table.
fn code(chord: Chord) -> String {
    match chord.to_string().as_str() {
        "`" => "`` ` ``".to_owned(),
        text => format!("`{}`", text.replace('|', "\\|")),
    }
}
