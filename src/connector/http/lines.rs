//! An answer that goes on, line by line: watches of Kubernetes and events sent by a server are told so. Its pieces end where they end, in the middle of a
//! letter if need be; a line is handed over when all of it is there, and one that never ends is not kept.

use futures::StreamExt;
use futures::stream::BoxStream;

use super::Broken;

/// The longest line.
const LONGEST: usize = 16 << 20;
/// How much is read of an answer that is a refusal.
const REFUSAL: usize = 64 << 10;

/// What goes on, cut into lines.
pub struct Lines {
    pieces: BoxStream<'static, Result<Vec<u8>, Broken>>,
    /// What came after the line that was handed over last.
    held: Vec<u8>,
    /// How far that was looked through.
    looked: usize,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

impl Lines {
    #[must_use]
    pub fn new(pieces: BoxStream<'static, Result<Vec<u8>, Broken>>) -> Self {
        Self {
            pieces,
            held: Vec::new(),
            looked: 0,
        }
    }

    /// The next line, without its end; `None` where it has ended. What is cut off in the middle of a line is not one.
    pub async fn next(&mut self) -> Result<Option<String>, Broken> {
        loop {
            let mut fresh = self.held[self.looked..].iter();
            if let Some(found) = fresh.position(|byte| *byte == b'\n') {
                let rest = self.held.split_off(self.looked + found + 1);
                let line = std::mem::replace(&mut self.held, rest);
                self.looked = 0;
                let line = String::from_utf8_lossy(&line);
                return Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()));
            }
            self.looked = self.held.len();
            if self.looked > LONGEST {
                let text = format!("a line of it is longer than {} MiB", LONGEST >> 20);
                return Err(Broken(text));
            }
            match self.pieces.next().await {
                Some(piece) => self.held.extend(piece?),
                None => return Ok(None),
            }
        }
    }

    /// What it begins with: enough to say why it was refused.
    pub async fn begin(mut self) -> String {
        while self.held.len() < REFUSAL {
            match self.pieces.next().await {
                Some(Ok(piece)) => self.held.extend(piece),
                Some(Err(_)) | None => break,
            }
        }
        String::from_utf8_lossy(&self.held).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn lines(pieces: &[&[u8]]) -> Lines {
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok(piece.to_vec())).collect();
        Lines::new(stream::iter(pieces).boxed())
    }

    #[tokio::test]
    async fn lines_are_whole_however_they_come() {
        let mut cut = lines(&[b"a", b"b\nGr\xc3", b"\xb6\xc3\x9fe\r\n\nx\ny", b"z\ncut"]);
        let mut seen = Vec::new();
        while let Some(line) = cut.next().await.unwrap() {
            seen.push(line);
        }
        assert_eq!(seen, ["ab", "Größe", "", "x", "yz"]);
        assert_eq!(lines(&[b"no", b" way"]).begin().await, "no way");
    }

    #[tokio::test]
    async fn a_line_without_an_end_is_not_kept() {
        let endless = stream::repeat_with(|| Ok(vec![b'x'; 1 << 20])).boxed();
        let Broken(why) = Lines::new(endless).next().await.unwrap_err();
        assert!(why.contains("16 MiB"), "{why}");
    }
}
