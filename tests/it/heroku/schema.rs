//! The deeds held against Heroku's own schema: that there is such a link, that it asks for no more than is sent, and knows all that is; and its examples are read.

use std::fs;

use leadtime::connector::heroku::wire::Release;
use leadtime::plan::request::Verb;
use serde_json::Value;

use super::acting::ready;
use crate::scans::payloads;
use crate::support::deeds::sent;

/// A part of the schema, references followed.
fn followed<'s>(schema: &'s Value, part: &'s Value) -> &'s Value {
    match part["$ref"].as_str() {
        Some(reference) => followed(schema, schema.pointer(&reference[1..]).unwrap()),
        None => part,
    }
}

fn fits(schema: &Value, part: &Value, body: &Value) -> bool {
    let part = followed(schema, part);
    let Some(fields) = body.as_object() else {
        return true;
    };
    let required = part["required"].as_array().cloned().unwrap_or_default();
    let has = |name: &Value| fields.contains_key(name.as_str().unwrap());
    required.iter().all(has)
        && fields.iter().all(|(name, value)| {
            let known = &part["properties"][name];
            match value {
                Value::Array(items) => items.iter().all(|item| fits(schema, &known["items"], item)),
                value => !known.is_null() && fits(schema, known, value),
            }
        })
}

/// `/apps/{(%23…)}/releases` fits `/apps/shop/releases`.
fn is_href(href: &str, path: &str) -> bool {
    let (href, path): (Vec<&str>, Vec<&str>) =
        (href.split('/').collect(), path.split('/').collect());
    href.len() == path.len()
        && href
            .iter()
            .zip(path)
            .all(|(of, is)| of.starts_with('{') || *of == is)
}

#[tokio::test]
async fn every_deed_is_one_that_the_schema_has() {
    let Some(folder) = payloads("heroku") else {
        return;
    };
    let text = fs::read_to_string(folder.join("openapi/schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let definitions = schema["definitions"].as_object().unwrap();
    let links = || {
        definitions
            .values()
            .flat_map(|one| one["links"].as_array().into_iter().flatten())
    };
    for verb in [Verb::Rollback, Verb::Promote] {
        let (method, target, body) = sent(&ready(verb)).await;
        let mut found = links().filter(|link| {
            link["method"] == method.as_str() && is_href(link["href"].as_str().unwrap(), &target)
        });
        assert!(
            found.any(|link| fits(&schema, &link["schema"], &body)),
            "{target} {body}"
        );
    }
    let wrong = serde_json::json!({"another": "x"});
    let creates = |link: &&Value| {
        link["href"].as_str().unwrap().ends_with("/releases") && link["method"] == "POST"
    };
    assert!(
        !links()
            .filter(creates)
            .any(|link| fits(&schema, &link["schema"], &wrong))
    );
    // A release made of the examples of all its properties.
    let mut example = serde_json::Map::new();
    for (name, part) in definitions["release"]["properties"].as_object().unwrap() {
        let part = followed(&schema, part);
        if !part["example"].is_null() {
            example.insert(name.clone(), part["example"].clone());
        }
    }
    let release: Release = serde_json::from_value(Value::Object(example)).unwrap();
    assert_eq!(
        (release.version, release.status.as_str()),
        (11, "succeeded")
    );
    assert!(release.created_at.is_some() && release.current);
}
