//! Input that no scanner wrote: whatever it is, it is a document, or a problem in words; nothing breaks, and what becomes an event can be kept.

use leadtime::connector::scanner::form::{Form, shown};
use leadtime::connector::scanner::read;
use leadtime::connector::scanner::subject::Subject;
use leadtime::connector::scans::translate::{Came, content, told};
use leadtime::event::cdevents;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{DIGEST, SHA, now, sarif, trivy};

/// Reads it as every form there is, and makes events of what was read.
fn survives(bytes: &[u8]) {
    let _ = shown(bytes);
    for form in std::iter::once(None).chain(Form::ALL.map(Some)) {
        let Ok(found) = read(bytes, form) else {
            continue;
        };
        let came = Came {
            content: content(bytes),
            written: now(),
            now: now(),
            of: Subject::named(&format!("ghcr.io/acme/checkout@{DIGEST}")),
            ..Came::default()
        };
        for event in told(&found, &came, &found.statements).events {
            let line = cdevents::write(&event);
            assert!(!line.contains('\n'));
            let again = cdevents::read(&line).unwrap();
            assert_eq!((again.id.as_ref(), again.at), (event.id.as_str(), event.at));
        }
    }
}

/// One small document of each form.
fn documents() -> Vec<Value> {
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    vec![
        parse(&trivy("2026-05-01T10:00:00Z", &["CRITICAL", "LOW"])),
        parse(&sarif(&["error", "note"])),
        json!({"matches":[{"vulnerability":{"id":"CVE-1","severity":"High","cvss":[{"metrics":{"baseScore":9.8},"vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]},"relatedVulnerabilities":[{"id":"CVE-2"}],"artifact":{"name":"a","version":"1","purl":"pkg:npm/a@1"}}],
            "source":{"target":{"userInput":"a:1","repoDigests":[format!("a@{DIGEST}")],"manifestDigest":DIGEST}},"descriptor":{"name":"grype","timestamp":"2026-05-01T10:00:00Z"}}),
        json!({"ok":false,"docker":{},"path":"a:1","vulnerabilities":[{"id":"S-1","severity":"high","cvssScore":7.5,"packageName":"a","version":"1","packageManager":"npm","identifiers":{"CVE":["CVE-1"]}}],"applications":[{"vulnerabilities":[]}],"filtered":{"ignore":[{"id":"S-2"}]}}),
        json!({"results":[{"packages":[{"package":{"name":"a","version":"1","ecosystem":"npm"},"groups":[{"ids":["X"],"max_severity":"5.5"}],"vulnerabilities":[{"id":"X"}]}]}]}),
        json!({"bomFormat":"CycloneDX","version":1,"serialNumber":"urn:uuid:1","metadata":{"timestamp":"2026-05-01T10:00:00Z","tools":[{"name":"syft"}],"component":{"type":"container","name":"a","version":DIGEST,"properties":[{"name":"aquasecurity:trivy:RepoDigest","value":format!("a@{DIGEST}")}]}},
            "components":[{"bom-ref":"r","purl":"pkg:npm/a@1","components":[{"bom-ref":"s"}]}],"vulnerabilities":[{"id":"CVE-1","ratings":[{"severity":"low","score":3.1,"method":"CVSSv31"}],"affects":[{"ref":"r"}],"analysis":{"state":"resolved"}}]}),
        json!({"spdxVersion":"SPDX-2.3","documentNamespace":"https://a/b","creationInfo":{"created":"2026-05-01T10:00:00Z"},"documentDescribes":["P"],"packages":[{"SPDXID":"P","name":"a","versionInfo":DIGEST,"primaryPackagePurpose":"CONTAINER","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:oci/a@1"}],"checksums":[{"algorithm":"SHA256","checksumValue":&DIGEST[7..]}]}]}),
        json!({"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"2026-05-01T10:00:00Z","statements":[{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:oci/a","hashes":{"sha-256":&DIGEST[7..]},"subcomponents":[{"@id":"pkg:npm/a"}]},"b"],"status":"fixed"}]}),
        json!({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x","rules":[{"id":"A","properties":{"security-severity":"9.1"}}]},"extensions":[{"rules":[{"id":"B"}]}]},"results":[{"rule":{"id":"B"},"ruleIndex":0,"kind":"fail","suppressions":[{"status":"accepted"}]}],"invocations":[{"executionSuccessful":true,"endTimeUtc":"2026-05-01T10:00:00Z"}],"versionControlProvenance":[{"repositoryUri":"https://github.com/acme/shop","revisionId":SHA}],"properties":{"repoDigests":[format!("a@{DIGEST}")]}}]}),
    ]
}

/// Any value.
fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        Just(String::new()),
        Just("pkg:oci/a@sha256%3A00?repository_url=x%FF".to_owned()),
        Just("a@b:c@d/é:é".to_owned()),
        Just("CVSS:4.0/AV:N".to_owned()),
        Just("0001-01-01T00:00:00Z".to_owned()),
        Just("9999999999999999e999".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![
            Just("results".to_owned()),
            Just("Results".to_owned()),
            Just("runs".to_owned()),
            Just("matches".to_owned()),
            Just("vulnerabilities".to_owned()),
            Just("statements".to_owned()),
            Just("components".to_owned()),
            Just("version".to_owned()),
            any::<String>(),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// How many values a value has in it, itself included.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum::<usize>(),
        _ => 0,
    }
}

/// Puts a value in the place of the one with a number.
fn put(value: &mut Value, number: &mut usize, new: &Value) {
    if *number == 0 {
        *value = new.clone();
        *number = usize::MAX;
        return;
    }
    *number -= 1;
    let inner: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => return,
    };
    for one in inner {
        if *number == usize::MAX {
            return;
        }
        put(one, number, new);
    }
}

#[test]
fn the_samples_are_what_they_seem() {
    let forms: Vec<Form> = documents()
        .iter()
        .map(|one| leadtime::connector::scanner::form::of(one.to_string().as_bytes()).unwrap())
        .collect();
    for form in Form::ALL {
        assert!(forms.contains(&form), "{form:?}");
    }
    for one in documents() {
        let found = read(one.to_string().as_bytes(), None).unwrap();
        let all = found.scans.len() + found.statements.len() + usize::from(found.bill.is_some());
        assert!(all > 0, "{one}");
        survives(one.to_string().as_bytes());
    }
}

#[test]
fn what_stands_in_a_report_is_not_repeated() {
    let text = r#"{"SchemaVersion":2,"ArtifactName":"a","Results":[{"Secrets":"c4n4ry-t0ken"}]}"#;
    let told = read(text.as_bytes(), None).unwrap_err().to_string();
    assert!(
        told.contains("in Results[0].Secrets") && !told.contains("c4n4ry"),
        "{told}"
    );
}

#[test]
fn what_is_deep_is_a_problem() {
    for text in ["[", "{\"runs\":", "{\"a\":[", "{\"Results\":[{\"a\":"] {
        survives(text.repeat(100_000).as_bytes());
    }
    let deep = format!(
        "{{\"bomFormat\":1,\"components\":{}{}}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    assert!(read(deep.as_bytes(), None).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_value_is_read_or_refused(value in value()) {
        survives(value.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes);
    }

    #[test]
    fn a_changed_document_is_read_or_refused(
        which in 0usize..9,
        place in any::<prop::sample::Index>(),
        new in value(),
        cut in any::<prop::sample::Index>(),
        flip in any::<u8>(),
    ) {
        let mut document = documents().swap_remove(which);
        let mut number = place.index(size(&document));
        put(&mut document, &mut number, &new);
        let mut bytes = document.to_string().into_bytes();
        survives(&bytes);
        let at = cut.index(bytes.len());
        survives(&bytes[..at]);
        bytes[at] = flip;
        survives(&bytes);
    }

    #[test]
    fn what_something_is_of_is_never_made_up(text in any::<String>()) {
        let of = Subject::named(&text);
        if let Some(artifact) = of.artifact() {
            prop_assert!(artifact.starts_with("pkg:"), "{artifact}");
        }
        let placed = Subject::placed(&text);
        prop_assert!(placed.artifact().is_none() && placed.image.is_none());
    }
}
