//! The themes that ship, as they are seen: every text can be read on its ground and in the row in front, that row is seen whatever the terminal can do,
//! and the page about themes names every role.

use std::path::Path;

use leadtime::theme::{Colour, Depth, Look, NAMES, Role, Theme};

const DEPTHS: [Depth; 4] = [Depth::None, Depth::Sixteen, Depth::TwoFiftySix, Depth::True];

/// Roles that are letters, not lines or places.
fn letters() -> impl Iterator<Item = Role> {
    let not = [Role::Ground, Role::Selected, Role::Border];
    Role::ALL
        .into_iter()
        .filter(move |role| !not.contains(role))
}

/// How bright the eye takes a colour to be (WCAG 2).
fn luminance(colour: Colour) -> Option<f64> {
    let Colour::Rgb(red, green, blue) = colour else {
        return None;
    };
    let linear = |channel: u8| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 {
            channel / 12.92
        } else {
            ((channel + 0.055) / 1.055).powf(2.4)
        }
    };
    Some(0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue))
}

/// From 1 (the same) to 21 (black on white).
fn contrast(one: Colour, other: Colour) -> Option<f64> {
    let (one, other) = (luminance(one)?, luminance(other)?);
    Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
}

fn or(colour: Colour, other: Colour) -> Colour {
    if colour == Colour::Default {
        other
    } else {
        colour
    }
}

#[test]
fn every_text_can_be_read_on_the_ground_and_in_the_row_in_front() {
    let mut painted = 0;
    for name in NAMES {
        let theme = Theme::named(name).0;
        let ground = theme.look(Role::Ground);
        let row = theme.look(Role::Selected);
        for role in letters() {
            let colour = or(theme.look(role).colour, ground.colour);
            let Some(on_ground) = contrast(colour, ground.background) else {
                continue;
            };
            painted += 1;
            let on_row = contrast(colour, row.background).unwrap();
            let word = role.word();
            assert!(on_ground >= 5.0, "{name}: {word}: {on_ground}");
            assert!(on_row >= 4.0, "{name}: {word} in the row: {on_row}");
        }
    }
    assert_eq!(painted, 3 * letters().count(), "dark, light, colour-blind");
}

#[test]
fn the_row_in_front_is_seen_whatever_the_terminal_can_do() {
    for name in NAMES {
        for depth in DEPTHS {
            let theme = Theme::named(name).0.at(depth);
            let (ground, row) = (theme.look(Role::Ground), theme.look(Role::Selected));
            let behind = or(row.background, ground.background) != ground.background;
            assert!(behind ^ row.reverse, "{name} at {depth:?}: {row:?}");
            for role in letters() {
                let text = theme.look(role).within(row);
                assert!(
                    text.reverse || text.background == row.background,
                    "{name} at {depth:?}: {}",
                    role.word()
                );
            }
        }
    }
}

#[test]
fn no_text_vanishes_in_few_colours() {
    for name in NAMES {
        for depth in DEPTHS {
            let theme = Theme::named(name).0.at(depth);
            let ground = theme.look(Role::Ground);
            for role in Role::ALL {
                let Look {
                    colour, background, ..
                } = theme.look(role);
                let (colour, background) =
                    (or(colour, ground.colour), or(background, ground.background));
                assert!(
                    colour == Colour::Default || colour != background,
                    "{name} at {depth:?}: {}",
                    role.word()
                );
            }
        }
    }
}

#[test]
fn without_colour_what_matters_most_still_stands_out() {
    for name in NAMES {
        let theme = Theme::named(name).0.at(Depth::None);
        for role in [
            Role::Constraint,
            Role::Bad,
            Role::Focus,
            Role::Key,
            Role::Match,
        ] {
            let look = theme.look(role);
            assert_ne!(look, theme.look(Role::Text), "{name}: {}", role.word());
            assert_eq!(look.colour, Colour::Default);
            assert_eq!(look.background, Colour::Default);
        }
    }
}

#[test]
fn the_page_about_themes_names_every_role_and_theme() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/themes.md");
    let page = std::fs::read_to_string(file).unwrap();
    let words = Role::ALL.map(Role::word);
    for word in words.into_iter().chain(NAMES) {
        assert!(page.contains(&format!("`{word}`")), "{word}");
    }
}
