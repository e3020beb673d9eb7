//! By what a push proves that it comes from its tool: a mark of its body, made with a secret that both know. Which marks a tool makes, its descriptor says
//! as data; here they are looked at, each in the time that a right one takes.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::event::time::{Span, Timestamp};

/// Before a key of Standard Webhooks, which is written in base 64.
const MARK: &str = "whsec_";
/// A push that says when it was sent is taken for so long: later, somebody plays it again.
const FRESH: Span = Span::from_seconds(300);

/// A mark that a tool makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// HMAC-SHA256 of the body in hex, behind a word (`sha256=`); several where keys are being changed, with commas between.
    Hex {
        header: &'static str,
        before: &'static str,
    },
    /// HMAC-SHA256 of the body in base 64.
    Base64 { header: &'static str },
    /// `timestamp=T,signature=…`: HMAC-SHA256 of `T.body` in hex.
    Stamped { header: &'static str },
    /// Standard Webhooks: `webhook-signature` of `webhook-id`, `webhook-timestamp` and the body.
    Standard,
    /// A JSON web signature (HS256) that holds the SHA-256 of the body.
    Jws {
        header: &'static str,
        issuer: &'static str,
    },
    /// The secret itself, behind a word.
    Token {
        header: &'static str,
        before: &'static str,
    },
}

/// What the pushes of a source are known by.
#[derive(Clone, Debug)]
pub struct Lock {
    pub schemes: &'static [Scheme],
    /// `None`: whoever reaches leadtime is let in, which only this machine may.
    pub secret: Option<SecretString>,
}

impl Lock {
    /// Whether a push is let in.
    pub fn look(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Unproven> {
        match &self.secret {
            Some(secret) => verify(self.schemes, secret, headers, body, now),
            None => Ok(()),
        }
    }
}

/// Why a push is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    #[error("it is not signed, or not in the way of its tool")]
    Unsigned,
    #[error("its signature is not made with this source's secret")]
    Wrong,
    #[error("it was sent too long ago, or its clock is wrong")]
    Old,
}

/// Looks whether a push bears one of these marks.
pub fn verify(
    schemes: &[Scheme],
    secret: &SecretString,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Unproven> {
    let secret = secret.expose_secret().as_bytes();
    let mut found = Err(Unproven::Unsigned);
    for scheme in schemes {
        let looked = scheme.look(secret, headers, body, now);
        match looked {
            Ok(()) => return Ok(()),
            Err(Unproven::Unsigned) => {}
            Err(why) => found = Err(why),
        }
    }
    found
}

impl Scheme {
    /// What tools send that make no mark of their own: the secret as a bearer's token, in a header that one writes in them.
    pub const BEARER: Self = Self::Token {
        header: "authorization",
        before: "Bearer ",
    };

    /// The header that holds the mark.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::Hex { header, .. }
            | Self::Base64 { header }
            | Self::Stamped { header }
            | Self::Jws { header, .. }
            | Self::Token { header, .. } => header,
            Self::Standard => "webhook-signature",
        }
    }

    fn look(
        self,
        secret: &[u8],
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Unproven> {
        let header = |name: &str| {
            let value = headers.get(name)?.to_str().ok()?.trim();
            (!value.is_empty()).then_some(value)
        };
        let mark = header(self.header()).ok_or(Unproven::Unsigned)?;
        match self {
            Self::Hex { before, .. } => any(mark.split(','), |one| {
                is_hex(secret, &[body], one.trim().strip_prefix(before)?)
            }),
            Self::Base64 { .. } => any([mark], |one| {
                Some(is(secret, &[body], &STANDARD.decode(one).ok()?))
            }),
            Self::Stamped { .. } => {
                let part = |name: &str| {
                    let mut parts = mark.split(',').filter_map(|part| part.split_once('='));
                    parts.find(|(key, _)| key.trim() == name).map(|(_, is)| is)
                };
                let (Some(at), Some(hex)) = (part("timestamp"), part("signature")) else {
                    return Err(Unproven::Unsigned);
                };
                any([hex], |hex| {
                    is_hex(secret, &[at.as_bytes(), b".", body], hex)
                })?;
                fresh(at, now)
            }
            Self::Standard => {
                let (Some(id), Some(at)) = (header("webhook-id"), header("webhook-timestamp"))
                else {
                    return Err(Unproven::Unsigned);
                };
                let key = key(secret);
                let text = [id.as_bytes(), b".", at.as_bytes(), b".", body];
                any(mark.split(' '), |one| {
                    let mark = STANDARD.decode(one.strip_prefix("v1,")?).ok()?;
                    Some(is(&key, &text, &mark))
                })?;
                fresh(at, now)
            }
            Self::Jws { issuer, .. } => any([mark], |mark| is_jws(secret, issuer, mark, body)),
            // Of both a mark is made: how long comparing takes says nothing of where they part.
            Self::Token { before, .. } => any([mark], |mark| {
                let (scheme, token) = mark.split_at_checked(before.len())?;
                // Whoever writes `bearer` means the same (RFC 9110).
                let named = scheme.eq_ignore_ascii_case(before).then_some(token)?;
                let given = mac(secret, &[named.as_bytes()]);
                Some(is(secret, &[secret], &given))
            }),
        }
    }
}

/// Whether one of several marks is right.
fn any<'m>(
    marks: impl IntoIterator<Item = &'m str>,
    is_right: impl Fn(&'m str) -> Option<bool>,
) -> Result<(), Unproven> {
    let mut marks = marks.into_iter();
    if marks.any(|mark| is_right(mark) == Some(true)) {
        Ok(())
    } else {
        Err(Unproven::Wrong)
    }
}

/// Whether what says when it was sent, in seconds since 1970, was sent just now.
fn fresh(at: &str, now: Timestamp) -> Result<(), Unproven> {
    let at: i64 = at.trim().parse().map_err(|_| Unproven::Unsigned)?;
    let apart = now - Timestamp::from_seconds(at);
    if apart <= FRESH && Span::ZERO - FRESH <= apart {
        Ok(())
    } else {
        Err(Unproven::Old)
    }
}

/// What a JSON web signature of a push claims.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sha256: String,
}

fn is_jws(secret: &[u8], issuer: &str, mark: &str, body: &[u8]) -> Option<bool> {
    let (signed, signature) = mark.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let is_signed = header["alg"] == "HS256" && is(secret, &[signed.as_bytes()], &signature);
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let of_body = hex::encode(Sha256::digest(body));
    Some(is_signed && claims.iss == issuer && claims.sha256.eq_ignore_ascii_case(&of_body))
}

/// The key of Standard Webhooks: what follows its mark, else the secret as it is.
#[must_use]
pub fn key(secret: &[u8]) -> Vec<u8> {
    let coded = secret.strip_prefix(MARK.as_bytes());
    let key = coded.and_then(|coded| STANDARD.decode(coded).ok());
    key.unwrap_or_else(|| secret.to_vec())
}

fn begun(key: &[u8], text: &[&[u8]]) -> Option<Hmac<Sha256>> {
    // HMAC takes a key of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in text {
        mac.update(part);
    }
    Some(mac)
}

/// The mark of a text.
#[must_use]
pub fn mac(key: &[u8], text: &[&[u8]]) -> Vec<u8> {
    let mac = begun(key, text);
    mac.map_or_else(Vec::new, |mac| mac.finalize().into_bytes().to_vec())
}

fn is(key: &[u8], text: &[&[u8]], mark: &[u8]) -> bool {
    begun(key, text).is_some_and(|mac| mac.verify_slice(mark).is_ok())
}

fn is_hex(key: &[u8], text: &[&[u8]], mark: &str) -> Option<bool> {
    Some(is(key, text, &hex::decode(mark).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        let all = all.iter();
        all.map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    fn looked(
        scheme: Scheme,
        secret: &str,
        marks: &[(&'static str, &str)],
    ) -> Result<(), Unproven> {
        let secret = SecretString::from(secret);
        let now = Timestamp::from_seconds(1_700_000_000);
        verify(&[scheme], &secret, &headers(marks), b"{}", now)
    }

    #[test]
    fn what_is_not_signed_and_what_is_signed_wrongly_are_told_apart() {
        let scheme = Scheme::Hex {
            header: "x-mark",
            before: "sha256=",
        };
        let right = format!("sha256={}", hex::encode(mac(b"s", &[b"{}"])));
        assert_eq!(looked(scheme, "s", &[("x-mark", &right)]), Ok(()));
        let several = format!("sha256=00,{right}");
        assert_eq!(looked(scheme, "s", &[("x-mark", &several)]), Ok(()));
        assert_eq!(
            looked(scheme, "t", &[("x-mark", &right)]),
            Err(Unproven::Wrong)
        );
        assert_eq!(
            looked(scheme, "s", &[("x-mark", "sha256=zz")]),
            Err(Unproven::Wrong)
        );
        assert_eq!(
            looked(scheme, "s", &[("x-mark", "")]),
            Err(Unproven::Unsigned)
        );
        assert_eq!(looked(scheme, "s", &[]), Err(Unproven::Unsigned));
    }

    #[test]
    fn a_token_is_the_whole_secret() {
        let scheme = Scheme::Token {
            header: "authorization",
            before: "Bearer ",
        };
        let with = |mark| looked(scheme, "s3cret", &[("authorization", mark)]);
        for right in ["Bearer s3cret", "bearer s3cret", "BEARER s3cret"] {
            assert_eq!(with(right), Ok(()), "{right}");
        }
        for wrong in [
            "Bearer S3cret",
            "Bearer s3cre",
            "Bearer s3crett",
            "s3cret",
            "Bearer ",
        ] {
            assert_eq!(with(wrong), Err(Unproven::Wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_played_again_later_is_old() {
        let at = |seconds: i64| {
            let at = (1_700_000_000 + seconds).to_string();
            let mark = hex::encode(mac(b"s", &[at.as_bytes(), b".", b"{}"]));
            let mark = format!("timestamp={at},signature={mark}");
            looked(
                Scheme::Stamped { header: "x-mark" },
                "s",
                &[("x-mark", &mark)],
            )
        };
        assert_eq!(at(0), Ok(()));
        assert_eq!(at(-299), Ok(()));
        assert_eq!(at(-301), Err(Unproven::Old));
        assert_eq!(at(301), Err(Unproven::Old));
    }

    #[test]
    fn a_signature_that_names_no_algorithm_proves_nothing() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let claims = format!(
            r#"{{"iss":"netlify","sha256":"{}"}}"#,
            hex::encode(Sha256::digest(b"{}"))
        );
        let scheme = Scheme::Jws {
            header: "x-mark",
            issuer: "netlify",
        };
        for (alg, wanted) in [("HS256", Ok(())), ("none", Err(Unproven::Wrong))] {
            let signed = format!(
                "{}.{}",
                part(&format!(r#"{{"alg":"{alg}"}}"#)),
                part(&claims)
            );
            let mark = URL_SAFE_NO_PAD.encode(mac(b"s", &[signed.as_bytes()]));
            let mark = format!("{signed}.{mark}");
            assert_eq!(looked(scheme, "s", &[("x-mark", &mark)]), wanted, "{alg}");
        }
    }
}
