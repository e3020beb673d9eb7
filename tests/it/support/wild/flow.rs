//! Answers that go on: a watch, or events sent by a server. What is said is heard by everyone whose request it fits, until it is ended or cut.

use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use super::{Asked, Inner, Wild, lock};

/// One that goes on.
pub struct Flow {
    target: String,
    pieces: Sender<Piece>,
    client: TcpStream,
}

enum Piece {
    Text(String),
    End,
}

impl Flow {
    /// Whether whoever asked is still there.
    fn is_heard(&self) -> bool {
        let peeked = self
            .client
            .set_nonblocking(true)
            .and_then(|()| self.client.peek(&mut [0]));
        let _ = self.client.set_nonblocking(false);
        match peeked {
            Ok(bytes) => bytes > 0,
            Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
        }
    }
}

impl<S: Send + 'static> Wild<S> {
    /// Says a line to everyone who listens by such a path and query; how many.
    pub fn say(&self, part: &str, line: &str) -> usize {
        self.each(part, || Piece::Text(format!("{line}\n")))
    }

    /// Ends what goes on, as it should end.
    pub fn end(&self, part: &str) -> usize {
        self.each(part, || Piece::End)
    }

    /// Says a line, and ends with it.
    pub fn say_last(&self, part: &str, line: &str) {
        let flows = lock(&self.inner.flows);
        for flow in flows.iter().filter(|flow| flow.target.contains(part)) {
            let said = flow.pieces.send(Piece::Text(format!("{line}\n")));
            let _ended = said.and_then(|()| flow.pieces.send(Piece::End));
        }
    }

    /// Cuts what goes on off.
    pub fn cut(&self, part: &str) -> usize {
        let mut flows = lock(&self.inner.flows);
        let before = flows.len();
        flows.retain(|flow| !flow.target.contains(part));
        before - flows.len()
    }

    fn each(&self, part: &str, piece: impl Fn() -> Piece) -> usize {
        let flows = lock(&self.inner.flows);
        let fits = flows.iter().filter(|flow| flow.target.contains(part));
        fits.filter(|flow| flow.pieces.send(piece()).is_ok())
            .count()
    }

    /// How many listen by such a path and query, as soon as it is so many.
    pub fn listeners(&self, part: &str, wanted: usize) -> usize {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            let flows = lock(&self.inner.flows);
            let fits = flows.iter().filter(|flow| flow.target.contains(part));
            let heard = fits.filter(|flow| flow.is_heard()).count();
            drop(flows);
            if heard == wanted || Instant::now() > patience {
                return heard;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Answers, and goes on until it is ended, cut, or nobody listens.
pub fn serve<S>(inner: &Inner<S>, mut stream: &TcpStream, asked: &Asked) -> Option<()> {
    let head =
        "HTTP/1.1 200 -\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).ok()?;
    let (pieces, said) = channel();
    lock(&inner.flows).push(Flow {
        target: asked.target.clone(),
        pieces,
        client: stream.try_clone().ok()?,
    });
    for piece in said {
        let Piece::Text(text) = piece else {
            // Its connection goes on, as connections do.
            lock(&inner.flows)
                .retain(|flow| flow.client.peer_addr().ok() != stream.peer_addr().ok());
            return stream.write_all(b"0\r\n\r\n").ok();
        };
        let piece = format!("{:x}\r\n{text}\r\n", text.len());
        stream.write_all(piece.as_bytes()).ok()?;
    }
    // Cut: `None` ends the connection in the midst.
    None
}
