//! Addresses as they may be shown and logged: without user, password, and query values that are credentials.

use url::Url;

/// Query keys whose values are credentials somewhere.
const SECRET_KEYS: [&str; 6] = ["auth", "code", "key", "pwd", "sig", "token"];
/// How those end that are made of several words, with `_` between them.
const SECRET_ENDS: [&str; 8] = [
    "_token",
    "apikey",
    "_key",
    "secret",
    "password",
    "passwd",
    "signature",
    "credential",
];

/// Whether the value of this query key is likely to be a credential.
#[must_use]
pub fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace('-', "_");
    SECRET_KEYS.contains(&key.as_str()) || SECRET_ENDS.iter().any(|end| key.ends_with(end))
}

/// What somebody typed where an address may stand, as it may be repeated: an address without its secrets; anything else as it is, unless a login could stand in it.
#[must_use]
pub fn shown(typed: &str) -> String {
    const HIDDEN: &str = "(an address)";
    let Ok(url) = Url::parse(typed) else {
        let may_hide = typed.contains(['@', '?']) || typed.contains("://");
        return if may_hide { HIDDEN } else { typed }.to_owned();
    };
    // A password with a sign that ends it (`/`, `#`) reads as another part of the address.
    let logins = usize::from(!url.username().is_empty() || url.password().is_some());
    if typed.matches('@').count() > logins {
        return HIDDEN.to_owned();
    }
    masked(typed)
}

/// The address without its secrets; what is no address is not shown at all.
#[must_use]
pub fn masked(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return "(no address)".to_owned();
    };
    if !url.username().is_empty() || url.password().is_some() {
        // Only an address that cannot have a user refuses, and that has none.
        let _ = url.set_password(None);
        let _ = url.set_username("***");
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(key, value)| {
                let value = if is_secret(&key) { "***".into() } else { value };
                (key.into_owned(), value.into_owned())
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::{masked, shown};

    #[test]
    fn users_passwords_and_tokens_are_masked() {
        assert_eq!(
            masked("https://jane:hunter2@git.example.com/a?page=2&private_token=abc"),
            "https://***@git.example.com/a?page=2&private_token=***"
        );
        assert_eq!(
            masked("https://api.github.com/repos/a/b/pulls?page=2"),
            "https://api.github.com/repos/a/b/pulls?page=2"
        );
        assert_eq!(masked("hunter2"), "(no address)");
    }
    #[test]
    fn what_was_typed_is_repeated_without_its_secrets() {
        for (typed, told) in [
            ("log.db", "log.db"),
            ("", ""),
            (
                "postgres://jane:hunter2@db.example.com/leadtime",
                "postgres://***@db.example.com/leadtime",
            ),
            (
                "postgres://db/leadtime?user=jane&sslpassword=hunter2",
                "postgres://db/leadtime?user=jane&sslpassword=***",
            ),
            ("postgres://jane:hunter2#x@db/leadtime", "(an address)"),
            ("postgres://jane:1/hunter2@db/leadtime", "(an address)"),
            ("postgres:jane:hunter2@db", "(an address)"),
            ("jane:hunter2@db", "(an address)"),
        ] {
            assert_eq!(shown(typed), told, "{typed}");
        }
    }

    #[test]
    fn what_is_signed_keeps_its_signature() {
        let signed =
            "https://files.example.com/a?X-Amz-Credential=a&X-Amz-Signature=b&sig=c&page=2";
        assert_eq!(
            masked(signed),
            "https://files.example.com/a?X-Amz-Credential=***&X-Amz-Signature=***&sig=***&page=2"
        );
    }
}
