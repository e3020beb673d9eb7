//! What a source is told of its events where each tool, or each instance of it, keeps it in another field: a text with fields in braces says which,
//! `{namespace}/{app}`; one without is what holds where no usual field says it.

/// `told` filled in; without braces in it the first of the `usual` fields that says something, else `told` itself.
pub fn named(
    told: Option<&str>,
    usual: &[&str],
    said: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let said = |name: &str| said(name).filter(|value| !value.is_empty());
    if let Some(told) = told.filter(|told| told.contains('{')) {
        return filled(told, said);
    }
    let found = usual.iter().find_map(|name| said(name));
    found.or_else(|| told.map(str::to_owned))
}

/// `{namespace}/{app}` with its fields put in; `None` where one is missing.
fn filled(told: &str, said: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut text = String::new();
    let mut rest = told;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}')?;
        text.push_str(before);
        text.push_str(&said(name.trim())?);
        rest = behind;
    }
    text.push_str(rest);
    Some(text)
}

/// The fields that a text names, for tools that have to be asked for each.
pub fn fields(told: &str) -> impl Iterator<Item = &str> {
    let pieces = told.split('{').skip(1);
    pieces.filter_map(|piece| Some(piece.split_once('}')?.0.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_put_in_and_asked_for() {
        let said = |name: &str| match name {
            "app" => Some("shop".to_owned()),
            "zone" => Some("eu".to_owned()),
            "empty" => Some(String::new()),
            _ => None,
        };
        let name = |told: Option<&str>| named(told, &["empty", "zone"], said);
        assert_eq!(name(None).as_deref(), Some("eu"));
        assert_eq!(name(Some("else")).as_deref(), Some("eu"));
        assert_eq!(name(Some("{app}-{ zone }-x")).as_deref(), Some("shop-eu-x"));
        for missing in ["{none}", "{empty}", "{app"] {
            assert_eq!(name(Some(missing)), None, "{missing}");
        }
        assert_eq!(named(Some("x"), &[], said).as_deref(), Some("x"));
        assert!(fields("{app}-{ zone }-x{").eq(["app", "zone"]));
    }
}
