//! How many colours a terminal has, and the nearest one that it has to any other. What decides comes in as values, so that a test can stand for any
//! terminal. The 16 are chosen by the reader, so only hue and brightness can be kept there, not shades.

use super::{Colour, Look};

/// How many colours can be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Depth {
    None,
    Sixteen,
    TwoFiftySix,
    #[default]
    True,
}

/// What tells how many colours there are.
#[derive(Clone, Debug, Default)]
pub struct DepthSurroundings {
    /// `NO_COLOR`
    pub no_color: Option<String>,
    /// `COLORTERM`
    pub colorterm: Option<String>,
    /// `TERM`
    pub term: Option<String>,
    /// `TERM_PROGRAM`
    pub term_program: Option<String>,
    /// `WT_SESSION`, which Windows Terminal sets.
    pub wt_session: Option<String>,
}

/// Terminals that have all colours whether or not they say so, by their `TERM` or `TERM_PROGRAM`.
const TRUE: [&str; 8] = [
    "-direct",
    "kitty",
    "alacritty",
    "wezterm",
    "foot",
    "ghostty",
    "iterm",
    "vscode",
];

impl Depth {
    #[must_use]
    pub fn detect(around: &DepthSurroundings) -> Self {
        let lower = |value: &Option<String>| value.as_deref().unwrap_or_default().to_lowercase();
        let set = |value: &Option<String>| value.as_ref().is_some_and(|text| !text.is_empty());
        let term = lower(&around.term);
        let program = lower(&around.term_program);
        if set(&around.no_color) || term == "dumb" {
            return Self::None;
        }
        let told = matches!(lower(&around.colorterm).as_str(), "truecolor" | "24bit");
        let known = |name: &&str| term.contains(*name) || program.contains(*name);
        if told || set(&around.wt_session) || TRUE.iter().any(known) {
            Self::True
        } else if term.contains("256") || program == "apple_terminal" {
            Self::TwoFiftySix
        } else {
            Self::Sixteen
        }
    }
}

impl Colour {
    /// The nearest that a terminal of this depth has.
    #[must_use]
    pub fn at(self, depth: Depth) -> Self {
        match (depth, self) {
            (Depth::None, _) => Self::Default,
            (Depth::Sixteen, Self::Rgb(red, green, blue)) => {
                Self::Terminal(of_16([red, green, blue]))
            }
            (Depth::Sixteen, Self::Terminal(number @ 16..)) => Self::Terminal(of_16(rgb(number))),
            (Depth::TwoFiftySix, Self::Rgb(red, green, blue)) => {
                Self::Terminal(of_256([red, green, blue]))
            }
            _ => self,
        }
    }
}

impl Look {
    #[must_use]
    pub fn at(self, depth: Depth) -> Self {
        Self {
            colour: self.colour.at(depth),
            background: self.background.at(depth),
            ..self
        }
    }

    /// The same, on a ground that is already of this depth: what can no longer be told from the ground is reversed, or takes the ground's colour.
    pub(super) fn on_ground(self, depth: Depth, ground: Self) -> Self {
        let mut look = self.at(depth);
        let few = depth <= Depth::Sixteen;
        // What a default ground looks like is not known, so no quiet background is sure to show on it.
        let unsure =
            few && ground.background == Colour::Default && self.background != look.background;
        if self.background != Colour::Default && (unsure || look.background == ground.background) {
            look.background = Colour::Default;
            look.reverse = true;
        }
        let behind = match look.background {
            Colour::Default => ground.background,
            own => own,
        };
        if look.colour == behind {
            look.colour = Colour::Default;
        }
        look
    }
}

/// The steps of a channel in the cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// What the numbers from 16 on look like.
fn rgb(number: u8) -> [u8; 3] {
    let step = |at: u8| STEPS[usize::from(at % 6)];
    match number {
        232.. => [8 + 10 * (number - 232); 3],
        16.. => [
            step((number - 16) / 36),
            step((number - 16) / 6),
            step(number - 16),
        ],
        // Not asked for: these are the reader's own.
        _ => [0; 3],
    }
}

/// The nearest of the cube and the greys.
fn of_256(colour: [u8; 3]) -> u8 {
    (16..=u8::MAX)
        .min_by_key(|number| far(colour, rgb(*number)))
        .unwrap_or(16)
}

/// How far colours are apart, with what the eye makes of each channel.
fn far(one: [u8; 3], other: [u8; 3]) -> u32 {
    let weights = [3, 4, 2];
    let channels = one.into_iter().zip(other).zip(weights);
    channels
        .map(|((one, other), weight)| weight * u32::from(one.abs_diff(other)).pow(2))
        .sum()
}

/// By hue, and bright where it is light. A distance would make greys of all quiet colours.
fn of_16([red, green, blue]: [u8; 3]) -> u8 {
    let most = i32::from(red.max(green).max(blue));
    let least = i32::from(red.min(green).min(blue));
    let (chroma, light) = (most - least, i32::midpoint(most, least));
    if chroma < 32 {
        return match light {
            ..64 => 0,
            64..160 => 8,
            160..224 => 7,
            _ => 15,
        };
    }
    let [red, green, blue] = [red, green, blue].map(i32::from);
    let hue = if most == red {
        60 * (green - blue) / chroma
    } else if most == green {
        120 + 60 * (blue - red) / chroma
    } else {
        240 + 60 * (red - green) / chroma
    };
    let number = match hue.rem_euclid(360) {
        20..70 => 3,
        70..165 => 2,
        165..200 => 6,
        200..255 => 4,
        255..330 => 5,
        _ => 1,
    };
    if light >= 127 { number + 8 } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(term: &str, colorterm: &str) -> Depth {
        Depth::detect(&DepthSurroundings {
            term: Some(term.to_owned()),
            colorterm: Some(colorterm.to_owned()),
            ..DepthSurroundings::default()
        })
    }

    #[test]
    fn a_terminal_is_taken_at_its_word() {
        assert_eq!(depth("xterm-256color", ""), Depth::TwoFiftySix);
        assert_eq!(depth("xterm-256color", "truecolor"), Depth::True);
        assert_eq!(depth("xterm", "24bit"), Depth::True);
        assert_eq!(depth("xterm-kitty", ""), Depth::True);
        assert_eq!(depth("xterm-direct", ""), Depth::True);
        assert_eq!(depth("linux", ""), Depth::Sixteen);
        assert_eq!(depth("", ""), Depth::Sixteen);
        assert_eq!(depth("dumb", "truecolor"), Depth::None);
        let around = DepthSurroundings {
            term: Some("xterm-256color".to_owned()),
            ..DepthSurroundings::default()
        };
        let with = |change: fn(&mut DepthSurroundings)| {
            let mut around = around.clone();
            change(&mut around);
            Depth::detect(&around)
        };
        assert_eq!(with(|it| it.no_color = Some("1".to_owned())), Depth::None);
        // Set but empty does not count: no-color.org.
        let empty = with(|it| it.no_color = Some(String::new()));
        assert_eq!(empty, Depth::TwoFiftySix);
        assert_eq!(with(|it| it.wt_session = Some("a".to_owned())), Depth::True);
        let iterm = with(|it| it.term_program = Some("iTerm.app".to_owned()));
        assert_eq!(iterm, Depth::True);
    }

    #[test]
    fn the_nearest_of_256_is_the_colour_itself_where_it_is_one_of_them() {
        for number in 16..=u8::MAX {
            let [red, green, blue] = rgb(number);
            let near = Colour::Rgb(red, green, blue).at(Depth::TwoFiftySix);
            let Colour::Terminal(near) = near else {
                panic!("{near:?}")
            };
            assert_eq!(rgb(near), rgb(number));
        }
        let near = |red, green, blue| Colour::Rgb(red, green, blue).at(Depth::TwoFiftySix);
        assert_eq!(near(0x16, 0x19, 0x1f), Colour::Terminal(234));
        assert_eq!(near(0xff, 0xb0, 0x00), Colour::Terminal(214));
    }

    #[test]
    fn of_16_keeps_the_hue() {
        for (colour, number) in [
            ((0xff, 0x6b, 0x5e), 9),
            ((0xb3, 0x16, 0x0b), 1),
            ((0x7f, 0xbf, 0x7f), 10),
            ((0x1f, 0x6b, 0x2c), 2),
            ((0xd9, 0xb2, 0x6a), 11),
            ((0x7d, 0xb7, 0xe8), 12),
            ((0x0b, 0x5a, 0xa2), 4),
            ((0xc3, 0x9a, 0xd8), 13),
            ((0x6c, 0xc4, 0xc4), 14),
            ((0x8a, 0x8f, 0x98), 8),
            ((0x16, 0x19, 0x1f), 0),
            ((0xfc, 0xfb, 0xf8), 15),
            ((0, 0, 0), 0),
            ((255, 0, 0), 9),
        ] {
            let (red, green, blue) = colour;
            let near = Colour::Rgb(red, green, blue).at(Depth::Sixteen);
            assert_eq!(near, Colour::Terminal(number), "{colour:?}");
        }
    }

    #[test]
    fn a_depth_gives_only_colours_that_it_has() {
        let all = (0..=u8::MAX).step_by(15);
        let colours = all.flat_map(|red| {
            let green = red.wrapping_mul(7);
            let blue = red.wrapping_mul(31);
            [Colour::Rgb(red, green, blue), Colour::Terminal(red)]
        });
        for colour in colours {
            assert_eq!(colour.at(Depth::None), Colour::Default);
            assert!(matches!(colour.at(Depth::Sixteen), Colour::Terminal(0..16)));
            assert!(matches!(colour.at(Depth::TwoFiftySix), Colour::Terminal(_)));
            assert_eq!(colour.at(Depth::True), colour);
        }
        assert_eq!(Colour::Default.at(Depth::Sixteen), Colour::Default);
    }
}
