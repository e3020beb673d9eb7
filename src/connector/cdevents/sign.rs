//! By what a receiver knows that an event came from here, whole: the mark that hosts of code use, and that of Standard Webhooks, both HMAC-SHA256.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use crate::connector::signature::{key, mac};
use crate::event::time::Timestamp;

/// The headers that sign a body. `id` tells one event from another, `now` one sending.
pub fn headers(
    secret: &SecretString,
    id: &str,
    now: Timestamp,
    body: &str,
) -> Vec<(String, String)> {
    let secret = secret.expose_secret().as_bytes();
    let seconds = now.micros().div_euclid(1_000_000).to_string();
    let signed = format!("{id}.{seconds}.{body}");
    let hex = hex::encode(mac(secret, &[body.as_bytes()]));
    let mark = STANDARD.encode(mac(&key(secret), &[signed.as_bytes()]));
    [
        ("x-hub-signature-256", format!("sha256={hex}")),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds),
        ("webhook-signature", format!("v1,{mark}")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(secret: &str, id: &str, seconds: i64, body: &str) -> [String; 2] {
        let secret = SecretString::from(secret.to_owned());
        let headers = headers(&secret, id, Timestamp::from_seconds(seconds), body);
        let value = |name: &str| {
            let found = headers.iter().find(|(header, _)| header == name);
            found.map(|(_, value)| value.clone()).unwrap()
        };
        [value("x-hub-signature-256"), value("webhook-signature")]
    }

    /// The examples of those who invented the marks.
    #[test]
    fn published_examples() {
        let [hub, _] = of("It's a Secret to Everybody", "x", 0, "Hello, World!");
        assert_eq!(
            hub,
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
        let [_, webhook] = of(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(webhook, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
