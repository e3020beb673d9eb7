//! Reads a theme from TOML: `inherits`, `[palette]` (names for colours) and `[roles]` (a colour, or a table with `colour`, `background`, `bold`,
//! `dim`, `underline`, `reverse`). Never fails: every complaint is a warning, since a report in the wrong colour beats no report. Where a theme that is
//! inherited comes from is for others to say.

use toml::{Table, Value};

use super::{Colour, Look, Role, Theme};

const SHIPPED: [(&str, &str); 6] = [
    ("terminal", include_str!("../../themes/terminal.toml")),
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../themes/high-contrast.toml"),
    ),
    (
        "colour-blind",
        include_str!("../../themes/colour-blind.toml"),
    ),
    ("mono", include_str!("../../themes/mono.toml")),
];

/// The themes that ship with the program.
pub const NAMES: [&str; 6] = [
    SHIPPED[0].0,
    SHIPPED[1].0,
    SHIPPED[2].0,
    SHIPPED[3].0,
    SHIPPED[4].0,
    SHIPPED[5].0,
];

/// How far a theme may inherit; more is a circle.
const DEPTH: usize = 8;

const TERMINAL: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// What is put on where a theme cannot be had: said behind the reason.
pub(super) const INSTEAD: &str = "the theme `terminal` stands in for it";

/// Where something of a theme is written, for warnings: `mine.toml:7`, or the file alone where its line is not known.
struct Source<'a> {
    place: &'a str,
    text: &'a str,
}

impl Source<'_> {
    /// At a byte of it.
    fn at(&self, byte: usize) -> String {
        let before = self.text.get(..byte).unwrap_or_default();
        format!("{}:{}", self.place, before.matches('\n').count() + 1)
    }

    /// At the line that sets a key.
    fn of(&self, key: &str) -> String {
        let sets = |line: &str| {
            let line = line.trim_start().trim_start_matches(['[', '"']);
            let line = line.strip_prefix("roles.").unwrap_or(line);
            let rest = line.strip_prefix(key);
            rest.is_some_and(|rest| rest.trim_start().starts_with(['=', '.', ']', '"']))
        };
        match self.text.lines().position(sets) {
            Some(line) => format!("{}:{}", self.place, line + 1),
            None => self.place.to_owned(),
        }
    }
}

/// A theme's place, for warnings, and its text.
pub(super) type Parent = (String, String);

/// Finds a theme by its name.
pub(super) type Seek<'a> = &'a dyn Fn(&str) -> Result<Option<Parent>, String>;

/// A theme that ships.
pub(super) fn shipped(name: &str) -> Option<Parent> {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
    Some((name.to_owned(), (*text).to_owned()))
}

pub(super) fn read(text: &str, place: &str, seek: Seek) -> (Theme, Vec<String>) {
    let mut theme = Theme {
        name: place.to_owned(),
        looks: [Look::default(); Role::ALL.len()],
    };
    let mut warnings = Vec::new();
    let first = (place.to_owned(), text.to_owned());
    let layers = layers(first, seek, &mut warnings);
    let mut palette = Table::new();
    for (_, layer) in &layers {
        if let Some(colours) = layer.get("palette").and_then(Value::as_table) {
            palette.extend(colours.clone());
        }
    }
    for ((place, text), layer) in &layers {
        let source = Source { place, text };
        match layer.get("roles").map(Value::as_table) {
            Some(Some(roles)) => dress(&mut theme, roles, &palette, (&source, &mut warnings)),
            Some(None) => warnings.push(format!("{}: roles is no table", source.of("roles"))),
            None => {}
        }
    }
    (theme, warnings)
}

/// The theme and all that it inherits from, with their places and texts, the oldest first. For one that is no TOML stands the one that is made of the
/// terminal's own colours.
fn layers(first: Parent, seek: Seek, warnings: &mut Vec<String>) -> Vec<(Parent, Table)> {
    let mut layers: Vec<(Parent, Table)> = Vec::new();
    let mut next = Some(first);
    while let Some((place, text)) = next.take() {
        if layers.len() >= DEPTH || layers.iter().any(|((known, _), _)| *known == place) {
            warnings.push(format!("{place}: inherits from itself"));
            break;
        }
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(problem) => {
                let problem: toml::de::Error = problem;
                let source = Source {
                    place: &place,
                    text: &text,
                };
                let at = problem
                    .span()
                    .map_or_else(|| place.clone(), |span| source.at(span.start));
                warnings.push(format!("{at}: {}; {INSTEAD}", problem.message()));
                next = shipped("terminal");
                continue;
            }
        };
        let source = Source {
            place: &place,
            text: &text,
        };
        for key in table.keys() {
            if !["inherits", "palette", "roles"].contains(&key.as_str()) {
                let at = source.of(key);
                warnings.push(format!("{at}: {key} is not a key of a theme"));
            }
        }
        match table.get("inherits").map(Value::as_str) {
            Some(Some(parent)) => next = inherited(parent, &source, seek, warnings),
            Some(None) => {
                let at = source.of("inherits");
                warnings.push(format!("{at}: inherits is the name of a theme"));
            }
            None => {}
        }
        layers.push(((place, text), table));
    }
    layers.reverse();
    layers
}

/// A file that inherits from its own name means the theme that ships under it.
fn inherited(
    parent: &str,
    source: &Source<'_>,
    seek: Seek,
    warnings: &mut Vec<String>,
) -> Option<Parent> {
    let place = source.place;
    let found = match seek(parent) {
        Ok(Some((own, _))) if own == place => shipped(parent).filter(|_| place != parent),
        Ok(found) => found,
        Err(problem) => {
            warnings.push(problem);
            return None;
        }
    };
    if found.is_none() {
        warnings.push(format!(
            "{}: inherits {parent:?}, which is no other theme; there are {}",
            source.of("inherits"),
            NAMES.join(", ")
        ));
    }
    found
}

fn dress(
    theme: &mut Theme,
    roles: &Table,
    palette: &Table,
    (source, warnings): (&Source<'_>, &mut Vec<String>),
) {
    for (word, value) in roles {
        let Some(role) = Role::named(word) else {
            let at = source.of(word);
            warnings.push(format!("{at}: roles.{word} is not a role"));
            continue;
        };
        match look(value, palette, theme.look(role)) {
            Ok(look) => theme.looks[role as usize] = look,
            Err(problem) => {
                warnings.push(format!("{}: roles.{word}: {problem}", source.of(word)));
            }
        }
    }
}

/// A bare colour sets the whole look; a table changes what it names.
fn look(value: &Value, palette: &Table, before: Look) -> Result<Look, String> {
    if let Some(text) = value.as_str() {
        return Ok(Look {
            colour: colour(text, palette)?,
            ..Look::default()
        });
    }
    let Some(table) = value.as_table() else {
        return Err("expected a colour or a table".to_owned());
    };
    let mut look = before;
    for (key, value) in table {
        let flag = || {
            value
                .as_bool()
                .ok_or_else(|| format!("{key} is true or false"))
        };
        match key.as_str() {
            "colour" | "color" => {
                let text = value.as_str().ok_or("colour is a text")?;
                look.colour = colour(text, palette)?;
            }
            "background" => {
                let text = value.as_str().ok_or("background is a text")?;
                look.background = colour(text, palette)?;
            }
            "bold" => look.bold = flag()?,
            "dim" => look.dim = flag()?,
            "underline" => look.underline = flag()?,
            "reverse" => look.reverse = flag()?,
            _ => {
                return Err(format!(
                    "{key} is not one of colour, background, bold, dim, underline, reverse"
                ));
            }
        }
    }
    Ok(look)
}

fn colour(text: &str, palette: &Table) -> Result<Colour, String> {
    let text = palette.get(text).and_then(Value::as_str).unwrap_or(text);
    if text == "default" {
        return Ok(Colour::Default);
    }
    if let Some(number) = TERMINAL.iter().position(|name| *name == text) {
        return Ok(Colour::Terminal(u8::try_from(number).unwrap_or_default()));
    }
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
    let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some([_, red, green, blue]) = number.map(u32::to_be_bytes) else {
        return Err(format!(
            "{text:?} is not a colour: #rrggbb, default, one of the palette, or a terminal colour as red or bright-blue"
        ));
    };
    Ok(Colour::Rgb(red, green, blue))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_theme_is_sound_and_names_every_role() {
        for name in NAMES {
            let (theme, warnings) = Theme::named(name);
            assert_eq!(theme.name, name);
            assert!(warnings.is_empty(), "{warnings:?}");
        }
        let base: Table = SHIPPED[0].1.parse().unwrap();
        let roles = base["roles"].as_table().unwrap();
        for role in Role::ALL {
            assert!(roles.contains_key(role.word()), "{}", role.word());
        }
    }

    #[test]
    fn a_wrong_theme_still_works_and_says_what_is_wrong() {
        let text = "inherits = \"dark\"\nextra = 1\n[palette]\nsea = \"#0000fF\"\n[roles]\nlink = \"sea\"\nbad = \"reddish\"\nspecial = \"red\"\n\
                    gate = { bold = 3 }\nwait = { reverse = true }\n";
        let (theme, warnings) = Theme::read(text, "mine.toml");
        let dark = Theme::named("dark").0;
        assert_eq!(theme.look(Role::Link).colour, Colour::Rgb(0, 0, 255));
        assert_eq!(theme.look(Role::Bad), dark.look(Role::Bad));
        assert_eq!(
            theme.look(Role::Wait),
            Look {
                reverse: true,
                ..dark.look(Role::Wait)
            }
        );
        assert_eq!(warnings.len(), 4, "{warnings:?}");
        let places = warnings.iter().map(|warning| warning.split(' ').next());
        let places: Vec<&str> = places.flatten().collect();
        assert_eq!(
            places,
            [
                "mine.toml:2:",
                "mine.toml:7:",
                "mine.toml:9:",
                "mine.toml:8:"
            ]
        );
        let (broken, warnings) = Theme::read("# mine\n[roles]\nbad = \n", "mine.toml");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].starts_with("mine.toml:3: "), "{warnings:?}");
        assert!(warnings[0].ends_with(INSTEAD), "{warnings:?}");
        assert_eq!(broken.look(Role::Bad), Theme::default().look(Role::Bad));
        let wrong = Theme::read("inherits = 3\nroles = 4\n", "x").1;
        assert_eq!(
            wrong,
            [
                "x:1: inherits is the name of a theme",
                "x:2: roles is no table"
            ]
        );
        assert_eq!(Theme::read("roles = [", "x").1.len(), 1);
        assert_eq!(Theme::read("inherits = \"no\"", "x").1.len(), 1);
        assert_eq!(
            Theme::named("nope").0.look(Role::Bad),
            Theme::default().look(Role::Bad)
        );
    }
}
