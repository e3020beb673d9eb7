//! A line of text that is being typed: what keys do in it, and its drawing.

use tui_input::{Input, InputRequest};

use crate::key::Chord;
use crate::report::text;
use crate::theme::Role;
use crate::view::pen::Pen;

/// Does what a key does in a line; tells whether the text changed.
pub fn typed(input: &mut Input, chord: Chord) -> bool {
    request(chord)
        .and_then(|request| input.handle(request))
        .is_some_and(|changed| changed.value)
}

/// Puts pasted text in.
pub fn pasted(input: &mut Input, pasted: &str) {
    for sign in text::clean(pasted).chars() {
        input.handle(InputRequest::InsertChar(sign));
    }
}

/// What a key does in a line; none where it does nothing there.
fn request(chord: Chord) -> Option<InputRequest> {
    Some(match chord.to_string().as_str() {
        "backspace" | "ctrl-h" => InputRequest::DeletePrevChar,
        "delete" | "ctrl-d" => InputRequest::DeleteNextChar,
        "left" | "ctrl-b" => InputRequest::GoToPrevChar,
        "right" | "ctrl-f" => InputRequest::GoToNextChar,
        "ctrl-left" | "alt-b" => InputRequest::GoToPrevWord,
        "ctrl-right" | "alt-f" => InputRequest::GoToNextWord,
        "home" | "ctrl-a" => InputRequest::GoToStart,
        "end" | "ctrl-e" => InputRequest::GoToEnd,
        "ctrl-w" | "alt-backspace" => InputRequest::DeletePrevWord,
        "ctrl-u" => InputRequest::DeleteLine,
        "ctrl-k" => InputRequest::DeleteTillEnd,
        _ => return chord.sign().map(InputRequest::InsertChar),
    })
}

/// Draws the line within a width, so that the cursor is in sight; tells where that is.
pub fn draw(input: &Input, x: u16, y: u16, width: u16, pen: &mut Pen<'_>) -> (u16, u16) {
    let room = usize::from(width.saturating_sub(1)).max(1);
    let scroll = input.visual_scroll(room);
    let value = input.value();
    let hidden = text::head(value, scroll).len();
    pen.text(x, y, width, Role::Text, text::head(&value[hidden..], room));
    let at = input.visual_cursor().saturating_sub(scroll);
    let last = x + width.saturating_sub(1);
    ((x + u16::try_from(at).unwrap_or(0)).min(last), y)
}
