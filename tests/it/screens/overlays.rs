//! What lies over a page: the palette, the help, the lines to type into.

use super::{demo, opening, pictures, press, shot};

#[test]
fn the_palette() {
    let mut desk = demo(12, 3_000);
    press(&mut desk, ":");
    pictures("palette", &mut desk);
    press(&mut desk, "'wind'");
    pictures("palette-typed", &mut desk);
    press(&mut desk, "'zzz'");
    pictures("palette-nothing", &mut desk);
}

#[test]
fn the_help() {
    let mut desk = demo(12, 3_000);
    press(&mut desk, "?");
    pictures("help", &mut desk);
    press(&mut desk, "G");
    pictures("help-end", &mut desk);
    press(&mut desk, "q");
    assert!(!shot(&mut desk, 120, 36).contains("· help"));
}

#[test]
fn the_lines_to_type_into() {
    let mut desk = demo(12, 3_000);
    press(&mut desk, "/ 'team:payments'");
    pictures("filter", &mut desk);
    press(&mut desk, "'zzz'");
    pictures("filter-nothing", &mut desk);
    press(&mut desk, "esc f 'acme/checkout#1'");
    pictures("where", &mut desk);
    press(&mut desk, "esc e");
    pictures("save", &mut desk);
}

#[test]
fn what_is_typed_stays_in_sight_however_long() {
    let mut desk = demo(4, 500);
    let long = "結帳abc".repeat(60);
    press(&mut desk, &format!("f '{long}'"));
    for (width, height) in super::SIZES {
        let screen = shot(&mut desk, width, height);
        let foot = screen.lines().last().unwrap();
        assert!(foot.ends_with("abc"), "{foot}");
    }
}

#[test]
fn a_paste_is_one_line_and_harmless() {
    let mut desk = opening();
    desk.paste("two\nlines\x1b[31m\u{202e}");
    let screen = shot(&mut desk, 80, 24);
    assert!(screen.contains("where is two lines[31m"), "{screen}");
}
