//! Files as people write them: what is changed in each, and what is said where nothing can be.

use proptest::prelude::*;

use super::*;

fn try_edit(form: Form, text: &str, key: &str, value: &str) -> Result<Edited, Unfit> {
    edit(form, text, &Key::parse(key)?, value)
}

/// Exactly `old` becomes `new`, at its only place.
fn becomes(form: Form, text: &str, (key, value): (&str, &str), (old, new): (&str, &str)) {
    assert_eq!(text.matches(old).count(), 1, "{old:?} in {text:?}");
    let edited = try_edit(form, text, key, value).unwrap_or_else(|unfit| panic!("{unfit:?}"));
    assert_eq!(edited.text, text.replace(old, new));
}

fn refused(form: Form, text: &str, key: &str) -> String {
    let unfit = try_edit(form, text, key, "2.0.0").unwrap_err();
    format!("{} ({})", unfit.text, unfit.hint)
}

const KUSTOMIZE: &str = "# how it is deployed\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n  - name: acme/web   # not this\n    newTag: \"1.0.0\"\n\n  - name: acme/shop\n    newName: ghcr.io/acme/shop\n    newTag: 1.2.2 # live\nnamespace: production\n";

#[test]
fn kustomize_images() {
    let key = "images[name=acme/shop].newTag";
    becomes(
        Form::Yaml,
        KUSTOMIZE,
        (key, "1.2.3"),
        ("1.2.2 # live", "1.2.3 # live"),
    );
    let other = "images[name=acme/web].newTag";
    becomes(
        Form::Yaml,
        KUSTOMIZE,
        (other, "1.2.3"),
        ("\"1.0.0\"", "\"1.2.3\""),
    );
    becomes(
        Form::Yaml,
        KUSTOMIZE,
        ("images[1].newTag", "v2"),
        ("1.2.2", "v2"),
    );
}

#[test]
fn line_ends_and_other_alphabets_stay() {
    let text = "# größe: 日本\r\nimage:\r\n  tag: 1.2.2\t# ← hier\r\n  name: 'ö'\r\n";
    becomes(Form::Yaml, text, ("image.tag", "1.2.3"), ("1.2.2", "1.2.3"));
    let marked = "\u{feff}image:\n  tag: a1\n";
    becomes(Form::Yaml, marked, ("image.tag", "b2"), ("a1", "b2"));
    let unended = "image: {tag: a1}";
    becomes(Form::Yaml, unended, ("image.tag", "b2"), ("a1", "b2"));
}

#[test]
fn what_yaml_would_take_for_a_number_is_quoted() {
    let text = "tag: 1.9.3\n";
    for value in [
        "1.10",
        "12e3",
        "1_0",
        "0x1f",
        "true",
        "No",
        "2026-01-02",
        "1:20",
        "~",
        ".5",
        "+1",
    ] {
        becomes(
            Form::Yaml,
            text,
            ("tag", value),
            ("1.9.3", &format!("\"{value}\"")),
        );
    }
    for value in [
        "1.10.0",
        "v1.10",
        "sha256:00ff",
        "2.0.0-rc.1",
        "main-1a2b",
        "9f8e7d6",
    ] {
        becomes(Form::Yaml, text, ("tag", value), ("1.9.3", value));
    }
    becomes(Form::Yaml, "build: 41 # n\n", ("build", "42"), ("41", "42"));
    becomes(
        Form::Yaml,
        "build: 'it''s'\n",
        ("build", "it's 2"),
        ("'it''s'", "'it''s 2'"),
    );
    becomes(
        Form::Yaml,
        "a: {tag: x, b: 1}\n",
        ("a.tag", "y, b: 2"),
        ("x", "\"y, b: 2\""),
    );
    becomes(Form::Yaml, "tag: x\n", ("tag", "a # b"), ("x", "\"a # b\""));
}

#[test]
fn documents_are_told_apart() {
    let text = "kind: Service\nmetadata: {name: shop}\nspec: {v: a}\n---\n# two\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  v: b\n---\nkind: Deployment\nmetadata: {name: web}\nspec:\n  v: c\n";
    assert!(refused(Form::Yaml, text, "spec.v").contains("stands in 3 documents"));
    assert!(refused(Form::Yaml, text, "[kind=Deployment].spec.v").contains("2 documents"));
    becomes(
        Form::Yaml,
        text,
        ("[kind=Service].spec.v", "z"),
        ("v: a", "v: z"),
    );
    becomes(
        Form::Yaml,
        text,
        ("[metadata.name=web].spec.v", "z"),
        ("v: c", "v: z"),
    );
}

#[test]
fn anchors_are_changed_where_they_stand_and_aliases_are_not() {
    let text = "base: &tag 1.2.2\nshop:\n  tag: *tag\nweb: &web\n  tag: 'x'\n";
    let edited = try_edit(Form::Yaml, text, "base", "1.2.3").unwrap();
    assert_eq!(edited.text, text.replace("1.2.2", "1.2.3"));
    assert!(edited.anchored);
    assert!(refused(Form::Yaml, text, "shop.tag").contains("is an alias"));
    becomes(Form::Yaml, text, ("web.tag", "y"), ("'x'", "'y'"));
    becomes(Form::Yaml, "tag: !!str 12\n", ("tag", "v13"), ("12", "v13"));
}

#[test]
fn what_cannot_be_changed_is_told() {
    let told = refused(Form::Yaml, KUSTOMIZE, "images[name=acme/shop].newtag");
    assert!(
        told.contains("images[name=acme/shop] has no newtag; it has name, newName, newTag"),
        "{told}"
    );
    let told = refused(Form::Yaml, KUSTOMIZE, "images[name=acme/pay].newTag");
    assert!(
        told.contains("images has no [name=acme/pay]; it is a list of 2"),
        "{told}"
    );
    assert!(refused(Form::Yaml, KUSTOMIZE, "images").contains("a list, not a value"));
    assert!(refused(Form::Yaml, "a: |\n  1\n  2\n", "a").contains("cannot be told"));
    assert!(refused(Form::Yaml, "a: 1\n  b: [\n", "a").contains("cannot be read"));
    assert!(refused(Form::Yaml, "a:\nb: 1\n", "a").contains("cannot be told"));
    assert!(refused(Form::Yaml, "", "a").contains("empty"));
    let twice = "images:\n- {name: a, tag: x}\n- {name: a, tag: y}\n";
    assert!(refused(Form::Yaml, twice, "images[name=a].tag").contains("has no [name=a]"));
    let deep = format!("a: {}1{}\n", "[".repeat(500), "]".repeat(500));
    assert!(refused(Form::Yaml, &deep, "a").contains("cannot be read"));
    for key in ["", ".a", "a.", "a..b", "a[", "a[x]", "[a]b", "a[=1]"] {
        assert!(Key::parse(key).is_err(), "{key}");
    }
    assert!(Form::of("Dockerfile").is_err());
    assert_eq!(Form::of("deploy/Values.YML"), Ok(Form::Yaml));
}

#[test]
fn json_and_toml() {
    let json = "{\n\t// live\n\t\"images\": [ {\"name\":\"acme/shop\", \"tag\" : \"1.2.2\" ,\"n\": 7} ]\r\n}\r\n";
    becomes(
        Form::Json,
        json,
        ("images[name=acme/shop].tag", "1.10"),
        ("1.2.2", "1.10"),
    );
    becomes(Form::Json, json, ("images[0].n", "8"), (": 7", ": 8"));
    becomes(Form::Json, json, ("images[0].n", "v8"), (": 7", ": \"v8\""));
    let odd = "{\"a\": \"\\ud83d\\ude00 \\\" é\", \"b\": \"x\"}";
    becomes(Form::Json, odd, ("b", "q\"\\"), ("\"x\"", "\"q\\\"\\\\\""));
    let toml = "# versions\r\n[images.\"acme/shop\"]\r\ntag = '1.2.2' # live\r\nn = 3\r\n[[apps]]\r\nname = \"shop\"\r\nat = { v = \"é1\" }\r\n";
    becomes(
        Form::Toml,
        toml,
        ("images.\"acme/shop\".tag", "1.2.3"),
        ("'1.2.2'", "'1.2.3'"),
    );
    becomes(
        Form::Toml,
        toml,
        ("images.\"acme/shop\".tag", "it's"),
        ("'1.2.2'", "\"it's\""),
    );
    becomes(
        Form::Toml,
        toml,
        ("images.\"acme/shop\".n", "4"),
        ("n = 3", "n = 4"),
    );
    becomes(
        Form::Toml,
        toml,
        ("apps[name=shop].at.v", "é2"),
        ("\"é1\"", "\"é2\""),
    );
    assert!(refused(Form::Toml, toml, "apps[name=web].at.v").contains("list of 1"));
}

proptest! {
    /// Whatever the value: it stands there afterwards, and all around it is as it was.
    #[test]
    fn any_value_is_written_so_that_it_is_read(value in "[ -~é\u{2028}]{1,24}", style in 0_usize..4) {
        let old = ["old1", "'old1'", "\"old1\"", "old1"][style];
        let text = if style == 3 { format!("a: [ {{k: x, v: {old}}} ] # c\n") } else { format!("# é\na:\n- k: x\n  v: {old} # c\nb: 1\n") };
        let key = Key::parse("a[k=x].v").unwrap();
        if let Ok(edited) = edit(Form::Yaml, &text, &key, &value) {
            prop_assert_eq!(super::value(Form::Yaml, &edited.text, &key).unwrap(), value);
            let (before, after) = text.split_once(old).unwrap();
            prop_assert!(edited.text.starts_with(before) && edited.text.ends_with(after));
        } else {
            prop_assert!(value.trim() != value || value.contains('\u{2028}'), "{:?} is refused", value);
        }
    }
}
