//! What every push must hold: the right mark is let in, a wrong one, an old one and none are not, nor is a body that was changed; and what is pushed and polled
//! is one event.

use std::collections::BTreeMap;
use std::sync::mpsc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use leadtime::app::receive::{Door, Taken};
use leadtime::app::registry::CONNECTORS;
use leadtime::clock;
use leadtime::connector::signature::{Lock, Scheme, mac};
use leadtime::event::time::{Span, Timestamp};
use secrecy::SecretString;
use serde_json::json;
use sha2::{Digest, Sha256};

const SECRET: &str = "c4n4ry-of-a-push";
const BODY: &str = r#"{"action":"created"}"#;

type Marks = Vec<(&'static str, String)>;

/// The mark that a tool makes of a body.
fn marks(scheme: Scheme, secret: &str, body: &str, at: Timestamp) -> Marks {
    let hex = |text: &[&[u8]]| hex::encode(mac(secret.as_bytes(), text));
    let seconds = (at.micros() / 1_000_000).to_string();
    let body = body.as_bytes();
    match scheme {
        Scheme::Hex { header, before } => vec![(header, format!("{before}{}", hex(&[body])))],
        Scheme::Base64 { header } => {
            vec![(header, STANDARD.encode(mac(secret.as_bytes(), &[body])))]
        }
        Scheme::Stamped { header } => {
            let mark = hex(&[seconds.as_bytes(), b".", body]);
            vec![(header, format!("timestamp={seconds},signature={mark}"))]
        }
        Scheme::Standard => {
            let mark = mac(
                secret.as_bytes(),
                &[b"msg-1", b".", seconds.as_bytes(), b".", body],
            );
            vec![
                ("webhook-id", "msg-1".to_owned()),
                ("webhook-timestamp", seconds),
                ("webhook-signature", format!("v1,{}", STANDARD.encode(mark))),
            ]
        }
        Scheme::Jws { header, issuer } => {
            let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let claims = json!({"iss": issuer, "sha256": hex::encode(Sha256::digest(body))});
            let signed = format!("{}.{}", part(json!({"alg": "HS256"})), part(claims));
            let mark = URL_SAFE_NO_PAD.encode(mac(secret.as_bytes(), &[signed.as_bytes()]));
            vec![(header, format!("{signed}.{mark}"))]
        }
        Scheme::Token { header, before } => vec![(header, format!("{before}{secret}"))],
    }
}

/// What is refused, and why: the marks of a push of [`BODY`].
fn wrong(scheme: Scheme, now: Timestamp) -> Vec<(&'static str, Marks)> {
    let mut all = vec![
        ("no mark", Vec::new()),
        ("another's secret", marks(scheme, "another", BODY, now)),
    ];
    if !matches!(scheme, Scheme::Token { .. }) {
        let other = format!("{BODY} ");
        all.push(("another body", marks(scheme, SECRET, &other, now)));
    }
    if matches!(scheme, Scheme::Stamped { .. } | Scheme::Standard) {
        let old = now - Span::from_seconds(3600);
        all.push(("an old one", marks(scheme, SECRET, BODY, old)));
        let early = now + Span::from_seconds(3600);
        all.push(("one of tomorrow", marks(scheme, SECRET, BODY, early)));
    }
    all
}

#[tokio::test]
async fn a_push_is_let_in_by_its_mark_alone() {
    let pushing = CONNECTORS.iter().map(|(one, _)| one);
    let pushing: Vec<_> = pushing.filter(|one| !one.pushes.is_empty()).collect();
    assert!(pushing.len() > 5, "{}", pushing.len());
    for one in &pushing {
        assert!(one.takes.contains(&"secret"), "{} has no secret", one.kind);
    }
    let lock = |schemes| Lock {
        schemes,
        secret: Some(SecretString::from(SECRET)),
    };
    let locks: BTreeMap<String, Lock> = pushing
        .iter()
        .map(|one| (one.kind.to_owned(), lock(one.pushes)))
        .collect();
    let door = Door::open("127.0.0.1:0".parse().unwrap(), locks).unwrap();
    let url = format!("http://{}/hooks/", door.address);
    let (sender, taken) = mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let take = move |pushed| match sender.lock().unwrap().send(pushed) {
        Ok(()) => Taken::Yes,
        Err(_) => Taken::Full,
    };
    let serving = tokio::spawn(door.serve(Box::new(take)));
    let client = reqwest::Client::new();
    let push = async |kind: &str, marks: &Marks| {
        let mut asked = client.post(format!("{url}{kind}"));
        for (name, value) in marks {
            asked = asked.header(*name, value);
        }
        let answer = asked.body(BODY).send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        assert!(!text.contains(SECRET), "{kind}: {text}");
        status
    };
    for one in &pushing {
        for scheme in one.pushes {
            let now = clock::now();
            let right = marks(*scheme, SECRET, BODY, now);
            assert_eq!(push(one.kind, &right).await, 202, "{} {scheme:?}", one.kind);
            let pushed = taken.try_recv().unwrap();
            assert_eq!(
                (pushed.source.as_str(), pushed.body.as_str()),
                (one.kind, BODY)
            );
            for (why, wrong) in wrong(*scheme, now) {
                let status = push(one.kind, &wrong).await;
                assert_eq!(status, 401, "{} {scheme:?}: {why}", one.kind);
            }
        }
        assert!(taken.try_recv().is_err(), "{}: it was taken", one.kind);
    }
    serving.abort();
}
