//! The recipes for tools without a connector: each is run as it stands on its page, and what it tells is read as what it should be.

use std::fs;
use std::process::Command;

use leadtime::event::cdevents::{documents, read};
use leadtime::event::kind::{Kind, MapText};
use leadtime::event::time::Timestamp;

struct Recipe<'p> {
    name: &'p str,
    group: &'p str,
    variables: Vec<(&'p str, &'p str)>,
    script: &'p str,
}

/// What every recipe begins with, and the recipes.
fn read_page(page: &str) -> (&str, Vec<Recipe<'_>>) {
    let block = |text: &'_ str| -> Option<(usize, usize)> {
        let start = text.find("```sh\n")? + "```sh\n".len();
        Some((start, start + text[start..].find("```")?))
    };
    let (start, end) = block(page).unwrap();
    let prelude = &page[start..end];
    let mut recipes = Vec::new();
    let mut group = "";
    for part in page[end..].split("\n##").skip(1) {
        let (head, rest) = part.split_once('\n').unwrap();
        let Some(name) = head.strip_prefix("# ") else {
            group = head.trim();
            continue;
        };
        let (_, with) = rest.split_once("<!-- with: ").unwrap();
        let with = with.split_once(" -->").unwrap().0;
        let variables = with.split(' ').map(|pair| pair.split_once('=').unwrap());
        let (start, end) = block(rest).unwrap();
        recipes.push(Recipe {
            name,
            group,
            variables: variables.collect(),
            script: &rest[start..end],
        });
    }
    (prelude, recipes)
}

#[test]
fn each_recipe_tells_what_it_should() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/recipes.md"));
    let page = page.unwrap();
    let (prelude, recipes) = read_page(&page);
    assert_eq!(recipes.len(), 17);
    let folder = tempfile::tempdir().unwrap();
    for recipe in recipes {
        let name = recipe.name;
        let file = folder.path().join(format!("{}.jsonl", name.len()));
        let _absent = fs::remove_file(&file);
        let ran = Command::new("sh")
            .args(["-euc", &format!("{prelude}\n{}", recipe.script)])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(recipe.variables.iter().copied())
            .env("LEADTIME_EVENTS", &file)
            .output()
            .unwrap();
        assert!(
            ran.status.success() && ran.stderr.is_empty(),
            "{name}: {ran:?}"
        );
        let text = fs::read(&file).unwrap();
        let now = Timestamp::from_seconds(1_800_000_000);
        let read_one = |document: Result<leadtime::event::cdevents::Document, _>| {
            let document = document.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let event = read(&document.body).unwrap();
            event.map_text(&mut |text| text.clone().into_owned())
        };
        let events: Vec<_> = documents(text.as_slice(), now).map(read_one).collect();
        let [event] = events.as_slice() else {
            panic!("{name}: {events:?}");
        };
        let sha = "1f3c9ab000000000000000000000000000000000";
        let told = format!("{event:?}");
        assert!(told.contains(sha), "{name}: {told}");
        let fits = match recipe.group {
            "Deploying" => {
                matches!(&event.kind, Kind::Deployment(one) if one.service.is_some() && one.environment.is_some())
            }
            "Scanning" => matches!(&event.kind, Kind::Scan(_)),
            _ => matches!(&event.kind, Kind::Run(_) | Kind::Artifact(_)),
        };
        assert!(fits, "{name}: {told}");
    }
}
