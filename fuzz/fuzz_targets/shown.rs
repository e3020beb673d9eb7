//! Text of anybody's on its way to a terminal: whatever comes in, nothing goes out that moves the cursor, hides, or turns the reading order; and what has a
//! width keeps it.

#![no_main]

use laws::shown;
use leadtime::report::json::harmless;
use leadtime::report::sheet::{Line, Sheet};
use leadtime::report::text::{clean, fit, head, left, right, short, width, wrap};
use leadtime::theme::Role;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((columns, data)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(data);
    let columns = usize::from(*columns);
    let cleaned = clean(&text);
    shown(&cleaned);
    assert!(width(&fit(&cleaned, columns)) <= columns);
    assert!(width(head(&cleaned, columns)) <= columns);
    for filled in [left(&cleaned, columns), right(&cleaned, columns)] {
        assert_eq!(width(&filled), columns, "{filled:?}");
    }
    for line in wrap(&cleaned, columns) {
        assert!(width(&line) <= columns.max(2), "{line:?} in {columns}");
    }
    let line = Line::of(Role::Dim, &text).with(Role::Dim, &*cleaned);
    shown(&line.text());
    shown(&line.fit(columns).text());
    let mut sheet = Sheet::new();
    sheet.paragraph(&Line::of(Role::Dim, "- "), Role::Dim, &text, columns.max(1));
    sheet.notes(&[text.to_string()], columns.max(1));
    for line in sheet.into_lines() {
        shown(&line.text());
    }
    let quoted = serde_json::Value::from(&*text).to_string();
    assert!(!harmless(&quoted).contains(char::is_control));
    let _ = short(&text);
});
