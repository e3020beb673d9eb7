//! What a picture must keep: places, colours, and being XML.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::{COLUMN, DARK, EDGE, LIGHT, Picture};

fn drawn(text: &str, style: Style) -> String {
    let mut frame = Buffer::empty(Rect::new(0, 0, 12, 1));
    frame.set_string(0, 0, text, style);
    lines(&frame)
}

/// What is drawn in the window.
fn lines(frame: &Buffer) -> String {
    let picture = Picture {
        label: "",
        ground: &DARK,
        slim: false,
    };
    let svg = picture.draw(frame);
    let (_, inner) = svg.split_once("</g>\n").unwrap();
    inner.trim_end_matches("</svg>\n").to_owned()
}

#[test]
fn a_wide_sign_paints_the_ground_of_both_its_cells() {
    let svg = drawn("世b", Style::new().bg(Color::Rgb(1, 2, 3)));
    let width = 3.0 * COLUMN;
    assert!(
        svg.contains(&format!(
            r##"width="{width:.1}" height="18" fill="#010203""##
        )),
        "{svg}"
    );
    let centre = EDGE + COLUMN;
    assert!(svg.contains(&format!(r#"<text x="{centre:.1}""#)), "{svg}");
    let b = EDGE + 2.0 * COLUMN;
    assert!(
        svg.contains(&format!(r#"<text x="{b:.1}""#)) && svg.contains(">b<"),
        "{svg}"
    );
}

#[test]
fn a_gap_does_not_move_what_stands_behind_it() {
    let svg = drawn("a b   c", Style::new());
    let c = EDGE + 6.0 * COLUMN;
    assert!(
        svg.contains(">a b<") && svg.contains(&format!(r#"x="{c:.1}""#)),
        "{svg}"
    );
}

#[test]
fn looks_are_told() {
    let bold = drawn(
        "x",
        Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
    );
    assert!(
        bold.contains(r#"class="b""#) && bold.contains("underline"),
        "{bold}"
    );
    let reversed = drawn(
        "x",
        Style::new().fg(Color::Red).add_modifier(Modifier::REVERSED),
    );
    let red = DARK.colour(Color::Red).unwrap();
    assert!(reversed.contains(&format!(r#"fill="{red}""#)), "{reversed}");
    assert!(
        reversed.contains(&format!("fill:{}", DARK.paper)),
        "{reversed}"
    );
    assert_eq!(drawn("x", Style::new().add_modifier(Modifier::HIDDEN)), "");
}

#[test]
fn lines_and_blocks_are_drawn_and_not_written() {
    for sign in ["─", "│", "╭", "╯", "█", "▌", "▁", "⣿", "┼"] {
        let svg = drawn(sign, Style::new());
        assert!(!svg.contains("<text") && svg.len() > 10, "{sign}: {svg}");
    }
    assert_eq!(drawn("───", Style::new()).lines().count(), 1, "one stroke");
}

#[test]
fn text_cannot_break_the_picture() {
    let mut frame = Buffer::empty(Rect::new(0, 0, 4, 1));
    frame.content[0].set_symbol("<");
    frame.content[1].set_symbol("&\u{1b}");
    let svg = lines(&frame);
    assert!(
        svg.contains("&lt;&amp;") && !svg.contains('\u{1b}'),
        "{svg}"
    );
    let label = "\"><script>";
    let svg = Picture {
        label,
        ground: &LIGHT,
        slim: true,
    }
    .draw(&frame);
    assert!(!svg.contains("<script>"), "{svg}");
}
