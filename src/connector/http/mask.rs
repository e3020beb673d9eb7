//! Addresses as they may be shown and logged: without user, password, and query values that are credentials.

use url::Url;

/// Query keys whose values are credentials somewhere.
const SECRET_KEYS: [&str; 7] = [
    "access_token",
    "private_token",
    "token",
    "api_key",
    "apikey",
    "client_secret",
    "password",
];

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
                let secret = SECRET_KEYS.contains(&key.to_ascii_lowercase().as_str());
                let value = if secret { "***".into() } else { value };
                (key.into_owned(), value.into_owned())
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::masked;

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
}
