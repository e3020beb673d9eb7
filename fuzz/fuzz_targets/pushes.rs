//! Pushes: a body, and the headers by which it may be known. Without the secret none is let in; with it each is, by every scheme, whatever it holds; and what
//! it holds is read by whoever takes pushes as facts.

#![no_main]

use std::cell::OnceCell;

use http::{HeaderMap, HeaderName, HeaderValue};
use laws::{now, parts};
use leadtime::app::registry::CONNECTORS;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::signature::{Lock, Scheme, mac};
use leadtime::connector::{Connector, cdevents};
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;

const SECRET: &str = "4f0e1d2c3b5a69788796a5b4c3d2e1f0";

fn lock(schemes: &'static [Scheme]) -> Lock {
    Lock {
        schemes,
        secret: Some(SecretString::from(SECRET)),
    }
}

/// `name: value` a line.
fn headers(text: &[u8]) -> HeaderMap {
    let lines = text.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
        Some((
            name,
            HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?,
        ))
    });
    lines.collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The body signed as the scheme wants it, sent at a time that the input says.
fn signed(scheme: Scheme, body: &[u8], at: &str) -> Option<HeaderMap> {
    let key = SECRET.as_bytes();
    let mark = match scheme {
        Scheme::Hex { before, .. } => format!("{before}{}", hexadecimal(&mac(key, &[body]))),
        Scheme::Stamped { .. } => {
            let mark = hexadecimal(&mac(key, &[at.as_bytes(), b".", body]));
            format!("timestamp={at},signature={mark}")
        }
        Scheme::Token { before, .. } => format!("{before}{SECRET}"),
        _ => return None,
    };
    let value = HeaderValue::from_str(&mark).ok()?;
    Some(HeaderMap::from_iter([(
        HeaderName::from_static(scheme.header()),
        value,
    )]))
}

thread_local!(static READER: OnceCell<Box<dyn Connector>> = const { OnceCell::new() });

fuzz_target!(|data: &[u8]| {
    let parts = parts(data);
    let [head, body, ..] = parts[..] else { return };
    let given = headers(head);
    let at = str::from_utf8(head)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    for (descriptor, _) in CONNECTORS {
        let lock = lock(descriptor.pushes);
        if !head
            .windows(SECRET.len())
            .any(|part| part == SECRET.as_bytes())
        {
            assert!(
                lock.look(&given, body, now()).is_err(),
                "{} let it in",
                descriptor.kind
            );
        }
        for scheme in descriptor.pushes {
            let Some(headers) = signed(*scheme, body, at) else {
                continue;
            };
            let looked = lock.look(&headers, body, now());
            let timed = matches!(scheme, Scheme::Stamped { .. });
            assert!(
                timed || looked.is_ok(),
                "{} {scheme:?}: {looked:?}",
                descriptor.kind
            );
            let far = at
                .trim()
                .parse::<i64>()
                .is_ok_and(|at| at.abs_diff(now().micros() / 1_000_000) > 301);
            assert!(
                !timed || !far || looked.is_err(),
                "a push of another time is let in"
            );
        }
    }
    let Ok(body) = str::from_utf8(body) else {
        return;
    };
    READER.with(|reader| {
        let reader = reader.get_or_init(|| {
            let settings = Settings {
                name: "pushed".to_owned(),
                path: Some("/nowhere".into()),
                ..Settings::default()
            };
            cdevents::open(settings).unwrap()
        });
        let Ok(Some(heard)) = reader.heard(body, now()) else {
            return;
        };
        assert!(heard.documents.iter().all(|one| !one.body.contains('\n')));
    });
});
