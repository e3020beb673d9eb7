//! Files of other people's repositories in which a version is changed: after it the value is there, and not a byte beside it has moved.

#![no_main]

use laws::texts;
use leadtime::connector::git::edit::{Form, Key, edit, value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    let Some(texts) = texts(data) else { return };
    let [key, new, file, ..] = texts[..] else {
        return;
    };
    let form = [Form::Yaml, Form::Json, Form::Toml][usize::from(which % 3)];
    let Ok(key) = Key::parse(key) else { return };
    let before = value(form, file, &key);
    let Ok(edited) = edit(form, file, &key, new) else {
        return;
    };
    assert_eq!(before.as_ref(), Ok(&edited.before));
    assert_eq!(
        value(form, &edited.text, &key).as_deref(),
        Ok(new),
        "{}",
        edited.text
    );
    let (old, now) = (file.as_bytes(), edited.text.as_bytes());
    let alike = |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| {
        pairs.take_while(|(one, two)| one == two).count()
    };
    let front = alike(&mut old.iter().zip(now));
    let back = alike(&mut old[front..].iter().rev().zip(now[front..].iter().rev()));
    let (gone, came) = (&old[front..old.len() - back], &now[front..now.len() - back]);
    assert!(
        gone.len() <= 8 * edited.before.len() + 16 && came.len() <= 8 * new.len() + 16,
        "{gone:?} became {came:?}"
    );
    let again = edit(form, &edited.text, &key, new).expect("it can be changed again");
    assert_eq!(again.text, edited.text);
});
