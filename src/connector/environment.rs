//! What names an environment where a tool has no word for it: labels, and the last parts of names.

use std::collections::BTreeMap;

/// Labels that name an environment.
const LABELS: [&str; 4] = [
    "leadtime/environment",
    "app.kubernetes.io/environment",
    "environment",
    "env",
];

/// What the last part of a name is when it is an environment.
const ENVIRONMENTS: [&str; 22] = [
    "acceptance",
    "acc",
    "canary",
    "demo",
    "dev",
    "development",
    "int",
    "integration",
    "live",
    "nonprod",
    "preprod",
    "preview",
    "prd",
    "prod",
    "production",
    "qa",
    "sandbox",
    "stage",
    "staging",
    "stg",
    "test",
    "uat",
];

/// What the labels of a thing say, as it is written there.
#[must_use]
pub fn labelled(labels: &BTreeMap<String, String>) -> Option<String> {
    let found = LABELS.iter().find_map(|name| labels.get(*name));
    found.filter(|text| !text.is_empty()).cloned()
}

/// Whether a word is the name of an environment.
#[must_use]
pub fn is_one(word: &str) -> bool {
    ENVIRONMENTS.contains(&word.to_ascii_lowercase().as_str())
}

/// The environment at the end of a name: `prod` of `checkout-prod`.
#[must_use]
pub fn suffix(name: &str) -> Option<String> {
    let (_, last) = name.rsplit_once(['-', '_', '.'])?;
    is_one(last).then(|| last.to_owned())
}

/// The name without the environment at its end: `checkout` of `checkout-prod`.
#[must_use]
pub fn stem(name: &str) -> &str {
    match (suffix(name), name.rsplit_once(['-', '_', '.'])) {
        (Some(_), Some((stem, _))) => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_is_an_environment_only_where_it_is_one() {
        assert_eq!((stem("shop-prod"), stem("web-shop")), ("shop", "web-shop"));
        assert_eq!(suffix("shop.UAT").as_deref(), Some("UAT"));
        assert_eq!(suffix("prod"), None);
    }
}
