//! The colours of a terminal that a picture is drawn as.

use ratatui::style::Color;

/// Paper, ink, and the sixteen colours that a reader may have chosen.
#[derive(Debug)]
pub struct Ground {
    pub name: &'static str,
    pub(super) paper: &'static str,
    /// Of the window's bar.
    pub(super) bar: &'static str,
    pub(super) ink: &'static str,
    pub(super) faint: &'static str,
    /// The first eight, then their bright kin.
    colours: [&'static str; 16],
}

pub const DARK: Ground = Ground {
    name: "dark",
    paper: "#16191f",
    bar: "#21252d",
    ink: "#d5d9e0",
    faint: "#868d99",
    colours: [
        "#3a404b", "#ff6b5e", "#7fbf7f", "#d9b26a", "#7db7e8", "#c39ad8", "#6cc4c4", "#d5d9e0",
        "#868d99", "#ff8a80", "#9fd69f", "#ffc04d", "#a3cdf0", "#d8b8e8", "#8fd8d8", "#ffffff",
    ],
};

pub const LIGHT: Ground = Ground {
    name: "light",
    paper: "#fcfbf8",
    bar: "#ece9e2",
    ink: "#24292f",
    faint: "#646a73",
    colours: [
        "#24292f", "#b3160b", "#1f6b2c", "#8a5a00", "#0b5aa2", "#6f3a91", "#0f6b6b", "#646a73",
        "#646a73", "#c9291c", "#2b7d39", "#a33f00", "#1a6cb8", "#834ba8", "#1c7f7f", "#24292f",
    ],
};

impl Ground {
    /// How a colour is written; nothing for the terminal's own.
    pub(super) fn colour(&self, colour: Color) -> Option<String> {
        let number = match colour {
            Color::Reset => return None,
            Color::Rgb(red, green, blue) => return Some(rgb(red, green, blue)),
            Color::Indexed(number) => number,
            named => NAMED
                .iter()
                .position(|colour| *colour == named)?
                .try_into()
                .ok()?,
        };
        Some(match number {
            0..16 => self.colours[usize::from(number)].to_owned(),
            16..232 => {
                let part = |step: u8| match (number - 16) / step % 6 {
                    0 => 0,
                    level => 55 + 40 * level,
                };
                rgb(part(36), part(6), part(1))
            }
            232.. => {
                let grey = 8 + 10 * (number - 232);
                rgb(grey, grey, grey)
            }
        })
    }
}

const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

fn rgb(red: u8, green: u8, blue: u8) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_colour_is_written() {
        let colour = |colour| DARK.colour(colour).unwrap_or_default();
        assert_eq!(colour(Color::Reset), "");
        assert_eq!(colour(Color::Red), DARK.colours[1]);
        assert_eq!(colour(Color::White), DARK.colours[15]);
        assert_eq!(colour(Color::Indexed(9)), DARK.colours[9]);
        assert_eq!(colour(Color::Indexed(16)), "#000000");
        assert_eq!(colour(Color::Indexed(208)), "#ff8700");
        assert_eq!(colour(Color::Indexed(231)), "#ffffff");
        assert_eq!(colour(Color::Indexed(255)), "#eeeeee");
        assert_eq!(colour(Color::Rgb(1, 2, 255)), "#0102ff");
    }
}
