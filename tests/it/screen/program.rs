//! A program for the terminal: it shows what comes in, and does by key what a program should never do. It is this test binary started once more, so that nothing
//! has to be installed or built for it.

use std::io;
use std::panic;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use leadtime::screen::{Input, KeyCode, KeyModifiers, Options, Screen, listen};
use portable_pty::CommandBuilder;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Set for the program: the file in which it leaves how busy it was after it had lost the terminal.
const ASKED: &str = "LEADTIME_TEST_SCREEN";
/// What it ends with.
pub const QUIT: u32 = 42;
pub const LOST: u32 = 43;

/// What a terminal would obey.
pub const HOSTILE: [&str; 8] = [
    "\x1b[2J",
    "\x1b]0;owned\x07",
    "\x1b[?1049l",
    "\u{9b}31m",
    "a\x07b",
    "\r\n\x08\x7f",
    "\x1bc",
    "\u{202e}txt",
];

/// Starts it: the test that is named becomes the program.
pub fn command(test: &str, busy: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    command.env_clear();
    command.env(ASKED, busy);
    command.env("TERM", "xterm-256color");
    command.cwd(std::env::temp_dir());
    command
}

/// Runs it where it was asked for, and does not come back from it.
#[expect(
    clippy::print_stderr,
    reason = "whoever sits before the terminal reads it"
)]
pub fn if_asked() {
    let Some(busy) = std::env::var_os(ASKED) else {
        return;
    };
    let status = match run() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("\nthe program failed: {error}");
            1
        }
    };
    if status == i32::try_from(LOST).unwrap() {
        let before = ticks();
        // Whatever reads a terminal that has gone shows it now.
        thread::sleep(Duration::from_secs(1));
        std::fs::write(busy, (ticks() - before).to_string()).unwrap();
    }
    std::process::exit(status);
}

/// The hundredths of seconds for which this process has been busy.
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    let busy = fields.skip(11).take(2);
    busy.map(|field| field.parse::<u64>().unwrap()).sum()
}

fn run() -> io::Result<i32> {
    let (send, inputs) = channel();
    let mut screen = Screen::enter(Options {
        mouse: true,
        title: true,
    })?;
    screen.title("a title\x07 that ends here")?;
    listen(move |input| send.send(input).is_ok())?;
    let status = show(&mut screen, &inputs);
    drop(screen);
    status
}

fn show(screen: &mut Screen, inputs: &Receiver<Input>) -> io::Result<i32> {
    let mut last = "nothing".to_owned();
    let mut hostile = false;
    for count in 0.. {
        match screen.draw(|frame| draw(frame, count, &last, hostile)) {
            // The system says that the terminal is gone, and soon it will be told.
            Err(error) if error.raw_os_error().is_some() => {}
            drawn => drawn?,
        }
        let input = inputs.recv().map_err(io::Error::other)?;
        last = told(&input);
        match input {
            Input::Key(key) => match key.code {
                KeyCode::Char('z') if key.modifiers == KeyModifiers::CONTROL => screen.suspend()?,
                KeyCode::Char('q') => return Ok(42),
                KeyCode::Char('p') => panic!("on purpose\nand on two lines"),
                KeyCode::Char('t') => drop(thread::spawn(|| panic!("elsewhere")).join()),
                KeyCode::Char('h') => hostile = true,
                KeyCode::Char('c') => screen.copy("copied ✓")?,
                KeyCode::Char('b') => screen.ring(true, Some("a gate\x1b opened"))?,
                KeyCode::Char('r') => screen.redraw_all()?,
                // Stuck: what comes in is no longer taken.
                KeyCode::Char('s') => {
                    screen.draw(|frame| draw(frame, count, "stuck", false))?;
                    loop {
                        thread::park();
                    }
                }
                _ => {}
            },
            Input::Suspend => screen.suspend()?,
            Input::Continued => screen.resume()?,
            // The kernel tells it in two ways, of which this program waits for the other.
            Input::Terminate(1) => {}
            Input::Terminate(signal) => return Ok(128 + signal),
            Input::Lost(_) => return Ok(i32::try_from(LOST).unwrap()),
            _ => {}
        }
    }
    Ok(0)
}

fn told(input: &Input) -> String {
    match input {
        Input::Key(key) => format!("key {:?}", key.code),
        Input::Mouse(mouse) => format!("{:?} at {},{}", mouse.kind, mouse.column, mouse.row),
        Input::Resized(columns, rows) => format!("resized to {columns}x{rows}"),
        other => format!("{other:?}"),
    }
}

fn draw(frame: &mut Frame<'_>, count: u32, last: &str, hostile: bool) {
    let area = frame.area();
    let (width, height) = (area.width, area.height);
    let lines = [
        format!("frame {count}"),
        format!("size {width}x{height}"),
        format!("last: {last}"),
    ];
    for (row, line) in (0..height).zip(lines) {
        frame.render_widget(Line::raw(line), Rect::new(0, row, width, 1));
    }
    let buffer = frame.buffer_mut();
    if let Some(corner) = buffer.cell_mut((width - 1, height - 1)) {
        corner.set_symbol("◢");
    }
    if hostile {
        for (row, text) in (4..).zip(HOSTILE) {
            // Past what would clean it: as a cell, as widgets of others set them, and as text.
            buffer[(0, row)].set_symbol(text);
            buffer.set_string(2, row, format!("{text}."), ratatui::style::Style::new());
        }
    }
}
