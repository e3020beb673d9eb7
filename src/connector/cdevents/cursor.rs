//! The place in a file up to which it was read, and by what the file is known again when it was renamed, cut short, or written anew: its first bytes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How many of the first bytes are remembered, as their digest.
const HEAD: u64 = 512;

/// Up to where a file was read: always the end of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub offset: u64,
    /// How many lines that are.
    pub line: u64,
    /// How many of the first bytes are remembered.
    head: u64,
    digest: String,
}

impl Place {
    pub fn parse(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }

    pub fn written(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// Whether a file that begins so, and is so long, is the one that was read.
    pub fn fits(&self, head: &[u8], length: u64) -> bool {
        let wanted = usize::try_from(self.head).unwrap_or(usize::MAX);
        self.offset > 0
            && length >= self.offset
            && head
                .get(..wanted)
                .is_some_and(|head| digest(head) == self.digest)
    }

    /// The same file, read further: `head` are its first bytes, as many as are remembered.
    #[must_use]
    pub fn further(&self, bytes: u64, lines: u64, head: &[u8]) -> Self {
        let offset = self.offset + bytes;
        let kept = HEAD.min(offset).min(head.len() as u64);
        let first = usize::try_from(kept).unwrap_or_default();
        Self {
            offset,
            line: self.line + lines,
            head: kept,
            digest: digest(head.get(..first).unwrap_or_default()),
        }
    }

    /// How many of a file's first bytes are ever looked at.
    pub const fn looked_at() -> u64 {
        HEAD
    }
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
