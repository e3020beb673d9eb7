//! Where one JSON value ends and the next begins, in bytes that come a piece at a time; and a value on one line. Counts brackets outside strings
//! and nothing else: whether a value is JSON is for its reader to say. No recursion, so depth costs nothing.

/// A value whose beginning has been seen and whose end has not.
pub(super) struct Open {
    /// What has been seen of it; cut off where it is too long.
    pub text: Vec<u8>,
    pub too_long: bool,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The bytes before it on that line.
    pub offset: usize,
    /// Its line begins with it and goes on after the bracket: a program that writes one value a line, not one that writes for people.
    pub compact: bool,
    depth: u64,
    place: Place,
}

/// Where in a value the scan is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Between,
    InString,
    Escaped,
}

impl Open {
    pub fn new(line: u64, offset: usize, compact: bool) -> Self {
        Self {
            text: Vec::new(),
            too_long: false,
            line,
            offset,
            compact,
            depth: 0,
            place: Place::Between,
        }
    }

    pub fn in_string(&self) -> bool {
        self.place != Place::Between
    }

    /// Takes what belongs to the value; `Some` is the number of bytes taken when it ends here, `None` when all belong to it and it goes on.
    pub fn take(&mut self, bytes: &[u8], longest: usize) -> Option<usize> {
        let end = self.end(bytes);
        let taken = &bytes[..end.unwrap_or(bytes.len())];
        if self.text.len() + taken.len() > longest {
            self.too_long = true;
            self.text = Vec::new();
        }
        if !self.too_long {
            self.text.extend_from_slice(taken);
        }
        end
    }

    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (place, byte) in bytes.iter().enumerate() {
            match (self.place, byte) {
                (Place::Escaped, _) | (Place::Between, b'"') => self.place = Place::InString,
                (Place::InString, b'\\') => self.place = Place::Escaped,
                (Place::InString, b'"') => self.place = Place::Between,
                (Place::Between, b'{' | b'[') => self.depth += 1,
                (Place::Between, b'}' | b']') => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(place + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// What stands where a value should and is none that is looked for, in bytes that come a piece at a time.
pub(super) enum Refused {
    /// A number or a word of an array.
    Word,
    /// A string of an array, after its first quote.
    Text { escaped: bool },
    /// All that is left of a line.
    Line,
}

impl Refused {
    /// How many bytes of these belong to it where it ends in them; `None` where it goes on.
    pub fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Word => bytes.iter().position(|byte| {
                matches!(byte, b',' | b']' | b'[' | b'{') || byte.is_ascii_whitespace()
            }),
            Self::Text { escaped } => {
                let end = bytes.iter().position(|byte| {
                    let ends = *byte == b'"' && !*escaped;
                    *escaped = *byte == b'\\' && !*escaped;
                    ends
                });
                end.map(|end| end + 1)
            }
            Self::Line => None,
        }
    }
}

/// A JSON value without the white space between its parts: one line, every number and every text as it was written.
pub(super) fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    json.chars()
        .filter(|c| {
            if in_string {
                match c {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '"' => in_string = false,
                    _ => {}
                }
                return true;
            }
            in_string = *c == '"';
            !matches!(c, ' ' | '\t' | '\r' | '\n')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_its_brackets_do() {
        let mut open = Open::new(1, 0, false);
        assert_eq!(open.take(br#"{"a":"}\"","b":["#, 99), None);
        assert_eq!(open.take(b"{}]} rest", 99), Some(4));
        assert_eq!(open.text, br#"{"a":"}\"","b":[{}]}"#);
    }

    #[test]
    fn too_long_a_value_is_not_kept() {
        let mut open = Open::new(1, 0, false);
        assert_eq!(open.take(b"[1234567", 5), None);
        assert_eq!(open.take(b"]", 5), Some(1));
        assert!(open.too_long && open.text.is_empty());
    }

    #[test]
    fn what_is_refused_ends_in_whatever_piece() {
        let mut text = Refused::Text { escaped: false };
        assert_eq!(text.end(br"a,\"), None);
        assert_eq!(text.end(br#""b" , 1"#), Some(3));
        assert_eq!(Refused::Word.end(b"12.5,3"), Some(4));
        assert_eq!(Refused::Word.end(b"}"), None);
        assert_eq!(Refused::Line.end(b"1, 2]"), None);
    }

    #[test]
    fn white_space_goes_and_nothing_else() {
        assert_eq!(
            compact("{ \"a b\" :\r\n\t[1.10, \"x \\\" \\n y\"]\n}"),
            r#"{"a b":[1.10,"x \" \n y"]}"#
        );
    }
}
