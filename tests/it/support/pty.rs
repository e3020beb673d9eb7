//! A terminal for programs to run in: a pseudo-terminal with somebody before it, who types, looks, resizes, hangs up, and sees afterwards in what state the
//! terminal was left. Whoever waits does so for something to be seen, not for time to pass; the time-out is there for programs that never show it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use vt100::{MouseProtocolMode, Parser, Screen};

const LONGEST: Duration = Duration::from_mins(1);

/// What has reached the terminal.
pub struct Seen {
    parser: Parser,
    /// All that was ever written.
    pub bytes: Vec<u8>,
    /// Nobody looks any more.
    closing: bool,
    /// Nothing comes any more.
    closed: bool,
}

impl Seen {
    pub fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    pub fn rows(&self) -> Vec<String> {
        let (_, columns) = self.screen().size();
        let rows = self.screen().rows(0, columns.get());
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    pub fn shows(&self, text: &str) -> bool {
        self.rows().iter().any(|row| row.contains(text))
    }

    /// Whether something was written, visible or not.
    pub fn has(&self, bytes: &str) -> bool {
        let bytes = bytes.as_bytes();
        self.bytes
            .windows(bytes.len())
            .any(|window| window == bytes)
    }
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;
type Typing = Arc<Mutex<Option<Box<dyn Write + Send>>>>;

pub struct Pty {
    shared: Shared,
    typing: Typing,
    master: Option<Box<dyn MasterPty + Send>>,
    reader: Option<JoinHandle<()>>,
    ended: Receiver<ExitStatus>,
    pid: Pid,
}

fn number(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        cols,
        rows,
        ..PtySize::default()
    }
}

impl Pty {
    /// Starts a program in a terminal of its own.
    pub fn start(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut child = pair.slave.spawn_command(command).unwrap();
        // Else the end of the program would not be the end of what it writes.
        drop(pair.slave);
        let pid = i32::try_from(child.process_id().unwrap()).unwrap();
        let (tell, ended) = channel();
        thread::spawn(move || tell.send(child.wait().unwrap()));
        let seen = Seen {
            parser: Parser::new(number(rows), number(columns), 0),
            bytes: Vec::new(),
            closing: false,
            closed: false,
        };
        let shared: Shared = Arc::new((Mutex::new(seen), Condvar::new()));
        let typing: Typing = Arc::new(Mutex::new(Some(pair.master.take_writer().unwrap())));
        let reader = pair.master.try_clone_reader().unwrap();
        let (looked, answers) = (Arc::clone(&shared), Arc::clone(&typing));
        Self {
            shared,
            typing,
            master: Some(pair.master),
            reader: Some(thread::spawn(move || look(reader, &looked, &answers))),
            ended,
            pid: Pid::from_raw(pid).unwrap(),
        }
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.0.lock().unwrap()
    }

    /// Waits until something can be seen.
    pub fn wait(&self, what: &str, until: impl Fn(&Seen) -> bool) {
        let waits = |seen: &mut Seen| !until(seen) && !seen.closed;
        let (seen, _) = self
            .shared
            .1
            .wait_timeout_while(self.seen(), LONGEST, waits)
            .unwrap();
        let (met, rows) = (until(&seen), seen.rows().join("\n"));
        drop(seen);
        assert!(met, "{what} was never seen:\n{rows}");
    }

    pub fn wait_for(&self, text: &str) {
        self.wait(text, |seen| seen.shows(text));
    }

    pub fn send(&self, keys: &str) {
        let mut typing = self.typing.lock().unwrap();
        let writer = typing.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        let mut seen = self.seen();
        seen.parser
            .screen_mut()
            .set_size(number(rows), number(columns));
        drop(seen);
        self.master
            .as_ref()
            .unwrap()
            .resize(size(columns, rows))
            .unwrap();
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Waits for the program to end, and for all that it wrote.
    pub fn end(&self) -> ExitStatus {
        let told = self.ended.recv_timeout(LONGEST);
        let status =
            told.unwrap_or_else(|_| panic!("it does not end:\n{}", self.seen().rows().join("\n")));
        let waits = |seen: &mut Seen| !seen.closed;
        let waited = self
            .shared
            .1
            .wait_timeout_while(self.seen(), LONGEST, waits)
            .unwrap();
        drop(waited);
        status
    }

    /// The line is gone. The program is made to write by `key`, since only then its reader comes to know that nobody looks any more.
    pub fn hang_up(&mut self, key: &str) {
        self.seen().closing = true;
        self.send(key);
        self.reader.take().unwrap().join().unwrap();
        drop(self.typing.lock().unwrap().take());
        drop(self.master.take());
    }

    /// Waits for the end of a program that nobody sees any more.
    pub fn end_unseen(&self) -> ExitStatus {
        self.ended.recv_timeout(LONGEST).expect("it does not end")
    }

    /// Whether lines are edited, echoed and interrupted by the terminal, as a shell leaves it to a program.
    pub fn is_cooked(&self) -> bool {
        let modes = self.master.as_ref().unwrap().get_termios().unwrap();
        let modes = format!("{:?}", modes.local_flags);
        ["ICANON", "ECHO", "ISIG"]
            .iter()
            .all(|flag| modes.contains(flag))
    }

    /// What is not as it was before the program came; nothing when all is sane.
    pub fn left_behind(&self) -> Vec<&'static str> {
        let seen = self.seen();
        let screen = seen.screen();
        let focus = seen
            .bytes
            .windows(8)
            .rev()
            .find(|bytes| bytes.starts_with(b"\x1b[?1004"));
        let left = [
            (!self.is_cooked(), "raw mode"),
            (screen.alternate_screen(), "the alternate screen"),
            (screen.hide_cursor(), "a hidden cursor"),
            (screen.bracketed_paste(), "pastes in brackets"),
            (
                screen.mouse_protocol_mode() != MouseProtocolMode::None,
                "the mouse",
            ),
            (
                focus.is_some_and(|bytes| bytes.ends_with(b"h")),
                "word of the focus",
            ),
            (
                seen.has("\x1b[22;0t") && !seen.has("\x1b[23;0t"),
                "the title",
            ),
        ];
        left.into_iter()
            .filter(|(left, _)| *left)
            .map(|(_, what)| what)
            .collect()
    }
}

impl Drop for Pty {
    /// A test that fails leaves no program behind.
    fn drop(&mut self) {
        let _ended = kill_process(self.pid, Signal::KILL);
    }
}

/// How a frame begins that is to be shown in one piece, and how it ends.
const FRAME: [&[u8]; 2] = [b"\x1b[?2026h", b"\x1b[?2026l"];

/// How much of what came in is to be shown: a frame that has begun only when it is whole.
fn whole(bytes: &[u8]) -> usize {
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|window| window == mark);
    let [begin, end] = FRAME.map(last);
    if begin > end {
        return begin.unwrap_or(0);
    }
    // It may be about to begin.
    let starts = |length: &usize| bytes.ends_with(&FRAME[0][..*length]);
    let cut = (1..FRAME[0].len()).rev().find(starts).unwrap_or(0);
    bytes.len() - cut
}

/// Takes in what is written, and answers where the cursor is when asked.
fn look(mut reader: Box<dyn Read + Send>, shared: &Shared, answers: &Typing) {
    let mut buffer = [0; 8192];
    let mut held = Vec::new();
    loop {
        let count = reader.read(&mut buffer).unwrap_or(0);
        let bytes = &buffer[..count];
        let mut seen = shared.0.lock().unwrap();
        seen.bytes.extend_from_slice(bytes);
        seen.closed = count == 0;
        held.extend_from_slice(bytes);
        let shown = if seen.closed {
            held.len()
        } else {
            whole(&held)
        };
        let shown: Vec<u8> = held.drain(..shown).collect();
        seen.parser.process(&shown);
        let (row, column) = seen.screen().cursor_position();
        let over = seen.closed || seen.closing;
        drop(seen);
        if bytes.windows(4).any(|window| window == b"\x1b[6n") {
            let answer = format!("\x1b[{};{}R", row + 1, column + 1);
            if let Some(writer) = answers.lock().unwrap().as_mut() {
                let _gone = writer.write_all(answer.as_bytes());
            }
        }
        shared.1.notify_all();
        if over {
            return;
        }
    }
}
