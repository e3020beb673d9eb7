//! What a run of a tool that knows no deployments was told, by the names of its parameters: texts of a source with such names filled in, and the version.

/// Names of parameters that say which version it is.
const VERSIONS: [&str; 5] = ["VERSION", "TAG", "IMAGE_TAG", "RELEASE", "REVISION"];

/// A text of the source with `{PARAMETER}`s filled in. `None`: the run has no such parameter.
pub fn filled(text: &str, told: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        filled.push_str(before);
        filled.push_str(&told(name)?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled).filter(|text| !text.is_empty())
}

/// The version that a run was told, by a parameter whose name is one of the usual. `told` finds one in any case of letters.
pub fn version(told: impl Fn(&str) -> Option<String>) -> Option<String> {
    VERSIONS
        .iter()
        .find_map(|name| told(name))
        .filter(|version| !version.is_empty())
}

/// Whether a text is a whole commit.
#[must_use]
pub fn is_sha(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_what_is_not_told_is_none() {
        let told = |name: &str| (name == "ENV" || name == "TAG").then(|| "x".to_owned());
        assert_eq!(filled("to-{ENV}-1", told).as_deref(), Some("to-x-1"));
        assert_eq!(filled("production", told).as_deref(), Some("production"));
        assert_eq!(filled("{OTHER}", told), None);
        assert_eq!(filled("{ENV", told), None);
        assert_eq!(version(told).as_deref(), Some("x"));
        assert!(is_sha(&"a".repeat(40)) && !is_sha("abc"));
    }
}
