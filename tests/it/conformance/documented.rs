//! `docs/connectors` against what connectors say of themselves: the table has a row for each kind, with what can be done with it, and each page tells how it is
//! acted in and pushed from where that is so, and nowhere else.

use std::fs;
use std::path::Path;

use leadtime::app::registry::CONNECTORS;
use leadtime::connector::descriptor::Descriptor;

fn page(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/connectors");
    let file = folder.join(format!("{name}.md"));
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// `R A P`, as far as a connector reads, acts, and is pushed from.
fn marks(one: &Descriptor) -> String {
    let acts = (!one.capability.acts.is_empty()).then_some("A");
    let pushes = (!one.pushes.is_empty()).then_some("P");
    let all = [Some("R"), acts, pushes];
    all.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What stands below a heading, to the next of its size.
fn section<'p>(page: &'p str, heading: &str) -> Option<&'p str> {
    let (_, below) = page.split_once(&format!("\n## {heading}\n"))?;
    Some(below.split("\n## ").next().unwrap())
}

#[test]
fn the_table_says_what_each_kind_can() {
    let page = page("README");
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, link, _, marks, tried, _] = cells.as_slice() else {
            return None;
        };
        let has_link = link.starts_with('[');
        has_link.then(|| (format!("{link} {marks}"), !tried.is_empty()))
    });
    let expected = CONNECTORS.iter().map(|(one, _)| {
        let kind = one.kind;
        (format!("[{kind}]({kind}.md) {}", marks(one)), true)
    });
    assert_eq!(
        rows.collect::<Vec<_>>(),
        expected.collect::<Vec<_>>(),
        "the table of docs/connectors/README.md, as the kinds are listed"
    );
}

#[test]
fn each_page_tells_how_it_is_acted_in_and_pushed_from() {
    let mut wrong = Vec::new();
    for (one, _) in CONNECTORS {
        let page = page(one.kind);
        let acts = !one.capability.acts.is_empty();
        if section(&page, "What can be done").is_some() != acts {
            wrong.push(format!(
                "{}: `## What can be done`, and acts: {acts}",
                one.kind
            ));
        }
        let Some(told) = section(&page, "Webhooks") else {
            if !one.pushes.is_empty() {
                wrong.push(format!("{}: no `## Webhooks`", one.kind));
            }
            continue;
        };
        if one.pushes.is_empty() {
            wrong.push(format!("{}: `## Webhooks`, and takes none", one.kind));
        }
        let told = told.to_ascii_lowercase();
        let headers = one.pushes.iter().map(|scheme| scheme.header());
        for part in headers.chain(["](../receiving.md)", "/hooks/", "secret"]) {
            if !told.contains(part) {
                wrong.push(format!("{}: its webhooks do not say {part}", one.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
