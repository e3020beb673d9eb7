//! The `Link` header (RFC 8288), as far as paging needs it, and a page of a list.

use url::Url;

use super::Answer;

/// A page of a list.
#[derive(Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Items that cannot be read.
    pub complaints: Vec<String>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// The next page, as an answer's `Link` header names it.
#[must_use]
pub fn linked(answer: &Answer) -> Option<String> {
    Links::read(answer.header("link")).next
}

/// The pages that an answer points to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    pub next: Option<String>,
    pub last: Option<String>,
}

impl Links {
    /// Reads a `Link` header; what cannot be read is passed over.
    #[must_use]
    pub fn read(header: Option<&str>) -> Self {
        let mut links = Self::default();
        let mut rest = header.unwrap_or_default();
        // An address may hold commas and semicolons itself, as lists of fields do.
        while let Some((address, after)) = after_address(rest) {
            let (parameters, next) = until_comma(after);
            for word in relations(parameters) {
                match word {
                    "next" => links.next = Some(address.to_owned()),
                    "last" => links.last = Some(address.to_owned()),
                    _ => {}
                }
            }
            rest = next;
        }
        links
    }

    /// The number of the last page, where the source tells it.
    #[must_use]
    pub fn last_page(&self) -> Option<u32> {
        let url = Url::parse(self.last.as_deref()?).ok()?;
        url.query_pairs()
            .find(|(key, _)| key == "page")
            .and_then(|(_, value)| value.parse().ok())
    }
}

/// The first address in angle brackets, and what follows it.
fn after_address(text: &str) -> Option<(&str, &str)> {
    let (_, text) = text.split_once('<')?;
    text.split_once('>')
}

/// What stands before the first comma that is in no quotes, and after it.
fn until_comma(text: &str) -> (&str, &str) {
    let mut is_quoted = false;
    let end = text.find(|c: char| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    });
    end.map_or((text, ""), |end| (&text[..end], &text[end + 1..]))
}

/// The words of `rel`, of which there may be several.
fn relations(parameters: &str) -> impl Iterator<Item = &str> {
    let all = parameters
        .split(';')
        .filter_map(|piece| piece.split_once('='));
    let of = all.filter(|(name, _)| name.trim().eq_ignore_ascii_case("rel"));
    of.flat_map(|(_, value)| value.trim().trim_matches('"').split_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read() {
        let header = "<https://api.github.com/repositories/1/pulls?page=2>; rel=\"next\", <https://api.github.com/repositories/1/pulls?state=all&page=34>; rel=\"last\"";
        let links = Links::read(Some(header));
        assert_eq!(
            links.next.as_deref(),
            Some("https://api.github.com/repositories/1/pulls?page=2")
        );
        assert_eq!(links.last_page(), Some(34));
    }

    #[test]
    fn an_address_may_hold_commas_and_a_link_several_relations() {
        let header = "<https://x.example/a?fields=id,name;q=1&offset=0>;rel=\"first\",<https://x.example/a?fields=id,name;q=1&offset=50>;title=\"a, b\";REL=next,<https://x.example/z>; rel=\"last up\"";
        let links = Links::read(Some(header));
        assert_eq!(
            links.next.as_deref(),
            Some("https://x.example/a?fields=id,name;q=1&offset=50")
        );
        assert_eq!(links.last.as_deref(), Some("https://x.example/z"));
    }

    #[test]
    fn what_is_no_link_is_passed_over() {
        assert_eq!(
            Links::read(Some("nonsense, <x; rel=next, ;;")),
            Links::default()
        );
        assert_eq!(Links::read(None), Links::default());
    }
}
