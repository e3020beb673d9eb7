//! How a role looks: a colour, what is behind it, and what a terminal can do to letters.

/// A colour as a terminal takes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Whatever is there: the ground's, and without one the terminal's own.
    #[default]
    Default,
    /// By number: the 16 that the reader chose, then the cube and the greys that all terminals have alike.
    Terminal(u8),
    Rgb(u8, u8, u8),
}

/// How a role looks.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a terminal switches each by itself"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub colour: Colour,
    pub background: Colour,
    pub bold: bool,
    pub dim: bool,
    pub underline: bool,
    pub reverse: bool,
}

impl Look {
    /// A text as it looks in a row that is set apart: it keeps its colour before the row's background. In a reversed row it takes the row's colours, else
    /// each text would have another background.
    #[must_use]
    pub const fn within(self, row: Self) -> Self {
        let mut look = Self {
            bold: self.bold || row.bold,
            dim: self.dim && !row.reverse,
            underline: self.underline || row.underline,
            reverse: row.reverse,
            ..row
        };
        if !row.reverse {
            if !matches!(self.colour, Colour::Default) {
                look.colour = self.colour;
            }
            if !matches!(self.background, Colour::Default) {
                look.background = self.background;
            }
            look.reverse = self.reverse;
        }
        look
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_colour_in_a_row_but_not_in_a_reversed_one() {
        let bad = Look {
            colour: Colour::Terminal(1),
            bold: true,
            ..Look::default()
        };
        let row = Look {
            background: Colour::Rgb(40, 50, 60),
            ..Look::default()
        };
        let within = Look {
            background: row.background,
            ..bad
        };
        assert_eq!(bad.within(row), within);
        let reversed = Look {
            reverse: true,
            ..Look::default()
        };
        let within = Look {
            bold: true,
            ..reversed
        };
        assert_eq!(bad.within(reversed), within);
        // A reversed text in a row that is not stays reversed, or it would be lost.
        assert!(reversed.within(row).reverse);
        assert_eq!(Look::default().within(row), row);
    }
}
