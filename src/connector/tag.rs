//! What a tag is: the full name of a version, some name that stays where it is, or one that is moved from image to image and so is no version.

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// What a tag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `latest`, `production`, `1.4` beside `1.4.2`.
    Moving,
    /// `build-42`, `sha-8c1f0a7`.
    Name,
    /// `1.4.2`, `v1.4.2-rc.1`.
    Full,
}

/// What a tag is, among all tags of its repository.
#[must_use]
pub fn of(tag: &str, all: &BTreeSet<String>) -> Kind {
    let number = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    let digits = number.split('.').take_while(|part| is_number(part)).count();
    let rest = number.split('.').nth(digits.min(2)).unwrap_or_default();
    let begins_with_digit = rest.starts_with(|c: char| c.is_ascii_digit());
    if digits >= 3 || (digits == 2 && begins_with_digit) {
        return Kind::Full;
    }
    let is_plain = number.split('.').all(is_number);
    let below = format!("{tag}.");
    let has_more = all
        .range(below.clone()..)
        .next()
        .is_some_and(|next| next.starts_with(&below));
    if (is_plain && has_more) || !tag.bytes().any(|b| b.is_ascii_digit()) {
        return Kind::Moving;
    }
    Kind::Name
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The newest first, as far as names tell: numbers by their value, and what is released after what leads up to it.
#[must_use]
pub fn newest_first(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (pieces(one), pieces(other));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return one.cmp(other).reverse(),
            (None, Some(Piece::Text(_))) => Ordering::Greater,
            (Some(Piece::Text(_)), None) | (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(left), Some(right)) => left.cmp(&right),
        };
        if order != Ordering::Equal {
            return order.reverse();
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    Text(&'a str),
    /// Its length and its digits: as good as its value, however long it is.
    Number(usize, &'a str),
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text.strip_prefix(['v', 'V']).unwrap_or(text);
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(['.', '-', '_']);
        let first = rest.chars().next()?;
        let is_digit = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != is_digit || ".-_".contains(c))
            .unwrap_or(rest.len());
        let (piece, left) = rest.split_at(end);
        rest = left;
        Some(if is_digit {
            let digits = piece.trim_start_matches('0');
            Piece::Number(digits.len(), digits)
        } else {
            Piece::Text(piece)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::items_after_statements,
        reason = "the words of the match below"
    )]
    fn tags_are_told_apart() {
        let tags = [
            "1",
            "1.4",
            "1.4.2",
            "1.4.2-rc.1",
            "v2.0.0",
            "42",
            "2026.11",
            "latest",
            "sha-8c1f0a7",
            "prod",
        ];
        let all: BTreeSet<String> = tags.iter().map(|&tag| tag.to_owned()).collect();
        let kinds: Vec<Kind> = tags.iter().map(|tag| of(tag, &all)).collect();
        use Kind::{Full, Moving, Name};
        assert_eq!(
            kinds,
            [
                Moving, Moving, Full, Full, Full, Name, Name, Moving, Name, Moving
            ]
        );
    }

    #[test]
    fn the_newest_is_first() {
        let mut tags = ["1.9.0", "1.10.0", "v1.10.1-rc.1", "1.10.1", "latest", "0.9"];
        tags.sort_by(|one, other| newest_first(one, other));
        assert_eq!(
            tags,
            ["1.10.1", "v1.10.1-rc.1", "1.10.0", "1.9.0", "0.9", "latest"]
        );
    }
}
