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
        for part in header.unwrap_or_default().split(',') {
            let mut pieces = part.split(';').map(str::trim);
            let address = pieces
                .next()
                .and_then(|piece| piece.strip_prefix('<')?.strip_suffix('>'));
            let Some(address) = address else { continue };
            for piece in pieces {
                match piece.trim_start_matches("rel=").trim_matches('"') {
                    "next" => links.next = Some(address.to_owned()),
                    "last" => links.last = Some(address.to_owned()),
                    _ => {}
                }
            }
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
    fn what_is_no_link_is_passed_over() {
        assert_eq!(
            Links::read(Some("nonsense, <x; rel=next, ;;")),
            Links::default()
        );
        assert_eq!(Links::read(None), Links::default());
    }
}
