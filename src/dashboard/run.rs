//! The loop itself, with the terminal at one end and the threads at the other.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::App;
use super::bell::Rope;
use super::clerk::Clerk;
use super::message::{Effect, Errand, Job, News, Order};
use super::operator::{self, Begin};
use super::reader::{self, Bring};
use super::themes::Themes;
use super::worker::{self, Open};
use crate::clock::Clock;
use crate::config::Personal;
use crate::error::Failure;
use crate::intent::Intent;
use crate::key::Chord;
use crate::report::text;
use crate::screen::pace::{Pace, REST};
use crate::screen::{Input, Mouse, MouseKind, Options, Screen, browser, listen};
use crate::theme::Role;

/// Ages in sight grow: so often they are drawn anew.
const TICK: Duration = Duration::from_secs(1);

/// What the dashboard starts with.
pub struct Start {
    pub app: App,
    pub clock: Clock,
    /// Opens the log, in the worker's thread.
    pub open: Open,
    /// What plans and acts need; `None` where nothing can be done.
    pub begin: Option<Begin>,
    /// What is read beside, and how; `None` where nothing is.
    pub feeds: Option<Bring>,
    pub personal: Personal,
    pub themes: Themes,
    /// Where favourites are kept.
    pub favourites: Option<PathBuf>,
}

/// What comes in.
enum Message {
    Input(Input),
    News(News),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Quit,
    /// The demonstration is wanted.
    Demo,
}

/// Runs until the user quits, or the terminal is gone.
pub fn run(start: Start) -> Result<Ended, Failure> {
    let terminal = |error: io::Error| Failure::unable(format!("the terminal: {error}"));
    let (send, receive) = channel::<Message>();
    let mut screen = Screen::enter(Options {
        mouse: start.personal.mouse,
        title: true,
    })
    .map_err(terminal)?;
    let input = send.clone();
    listen(move |one| input.send(Message::Input(one)).is_ok()).map_err(terminal)?;
    let (orders, work) = channel::<Order>();
    let (lens, clock) = (start.app.scene.lens, start.clock);
    let (news, open) = (send.clone(), start.open);
    let worker = thread::spawn(move || {
        let tell = Box::new(move |one| news.send(Message::News(one)).is_ok());
        worker::run(open, lens, clock, &work, tell);
    });
    let refresh = start.feeds.map(|feeds| {
        let news = send.clone();
        reader::start(
            feeds,
            clock,
            Box::new(move |one| news.send(Message::News(one)).is_ok()),
        )
    });
    let (jobs, wanted_jobs) = channel::<Job>();
    let busy = Arc::new(AtomicBool::new(false));
    let operator = start.begin.map(|begin| {
        let (news, busy) = (send.clone(), Arc::clone(&busy));
        thread::spawn(move || {
            let tell = Box::new(move |one| news.send(Message::News(one)).is_ok());
            operator::run(begin, &wanted_jobs, &busy, tell);
        })
    });
    let (errands, wanted) = channel::<Errand>();
    let clerk = Clerk {
        theme: start.app.theme.name.clone(),
        themes: start.themes,
        favourites: start.favourites,
        tell: Box::new(move |one| send.send(Message::News(one)).is_ok()),
    };
    let clerk = thread::spawn(move || clerk.work(&wanted));
    let mut desk = Desk {
        app: start.app,
        clock,
        orders,
        jobs,
        refresh,
        errands,
        personal: start.personal,
    };
    let ended = desk.serve(&mut screen, &receive);
    drop(screen);
    drop(desk);
    // Nobody leaves in the middle of what is being sent.
    if let Some(operator) = operator.filter(|_| busy.load(Ordering::SeqCst)) {
        let _gone = writeln!(io::stderr(), "finishing what is being sent …");
        let _ended = operator.join();
    }
    // What was to be written is.
    let _ended = clerk.join();
    // The worker keeps what it folded; that is quick, and a second start is quicker for it.
    let _ended = worker.join();
    ended.map_err(terminal)
}

/// The state, and the ends of the threads.
struct Desk {
    app: App,
    clock: Clock,
    orders: Sender<Order>,
    jobs: Sender<Job>,
    refresh: Option<Rope>,
    errands: Sender<Errand>,
    personal: Personal,
}

/// Whether to go on.
#[derive(PartialEq, Eq)]
enum Go {
    On,
    Out(Ended),
}

impl Desk {
    fn serve(&mut self, screen: &mut Screen, receive: &Receiver<Message>) -> io::Result<Ended> {
        let mut pace = Pace::default();
        pace.mark();
        let mut ticked = Instant::now();
        loop {
            let now = Instant::now();
            let due = pace.wait(now);
            let ahead = due.is_none() && self.app.looks_ahead();
            let wait = due
                .unwrap_or(if ahead { REST } else { TICK })
                .min(TICK.saturating_sub(ticked.elapsed()));
            let first = match receive.recv_timeout(wait) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) if ahead => {
                    let effects = self.app.look_ahead();
                    self.perform(effects, screen)?;
                    None
                }
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(Ended::Quit),
            };
            for message in first.into_iter().chain(receive.try_iter()) {
                match &message {
                    Message::Input(_) => pace.mark_input(Instant::now()),
                    Message::News(news) if self.app.lets_rest(news) => pace.mark_later(),
                    Message::News(_) => pace.mark(),
                }
                if let Go::Out(ended) = self.take(message, screen)? {
                    return Ok(ended);
                }
            }
            if ticked.elapsed() >= TICK {
                ticked = Instant::now();
                self.app.tick(self.clock.now());
                pace.mark_later();
            }
            if pace.is_due(Instant::now()) {
                let effects = self.app.settle();
                self.perform(effects, screen)?;
                let app = &mut self.app;
                screen.draw(|frame| {
                    if let Some((x, y)) = app.draw(frame.buffer_mut()) {
                        frame.set_cursor_position((x, y));
                    }
                })?;
                pace.drawn(Instant::now());
            }
        }
    }

    fn take(&mut self, message: Message, screen: &mut Screen) -> io::Result<Go> {
        let effects = match message {
            Message::News(news) => self.app.news(news),
            Message::Input(Input::Key(key)) => {
                Chord::of(key).map_or_else(Vec::new, |chord| self.app.key(chord))
            }
            Message::Input(Input::Paste(text)) => self.app.paste(&text),
            Message::Input(Input::Mouse(mouse)) => self.mouse(mouse),
            Message::Input(Input::Resized(..) | Input::Focus(_)) => Vec::new(),
            Message::Input(Input::Suspend) => vec![Effect::Suspend],
            Message::Input(Input::Continued) => {
                screen.resume()?;
                Vec::new()
            }
            Message::Input(Input::Terminate(_)) => return Ok(Go::Out(Ended::Quit)),
            Message::Input(Input::Lost(why)) => return Err(io::Error::other(why)),
        };
        self.perform(effects, screen)
    }

    fn mouse(&mut self, mouse: Mouse) -> Vec<Effect> {
        match mouse.kind {
            MouseKind::Click => self.app.click(mouse.column, mouse.row),
            MouseKind::ScrollUp => self.app.intent(Intent::Up),
            MouseKind::ScrollDown => self.app.intent(Intent::Down),
            MouseKind::ScrollLeft => self.app.intent(Intent::Left),
            MouseKind::ScrollRight => self.app.intent(Intent::Right),
            MouseKind::Middle | MouseKind::Right => Vec::new(),
        }
    }

    fn perform(&mut self, effects: Vec<Effect>, screen: &mut Screen) -> io::Result<Go> {
        for effect in effects {
            match effect {
                Effect::Order(order) => {
                    if matches!(order, Order::Refresh)
                        && let Some(refresh) = &self.refresh
                    {
                        refresh.all();
                    }
                    // A worker that has ended told why.
                    let _gone = self.orders.send(order);
                }
                Effect::Browse(link) => match browser::open(&link) {
                    Ok(()) => self.app.say(Role::Dim, &format!("opened {link}")),
                    Err(error) => self.app.say(Role::Warning, &error.to_string()),
                },
                Effect::Copy(text) => screen.copy(&text)?,
                Effect::Job(job) => {
                    let _gone = self.jobs.send(job);
                }
                Effect::Errand(errand) => {
                    let _gone = self.errands.send(errand);
                }
                Effect::Notify(words) => {
                    self.app.say(Role::Warning, &words);
                    if self.personal.bell || self.personal.notify {
                        let words = text::clean(&words);
                        let shown = self.personal.notify.then_some(&*words);
                        screen.ring(self.personal.bell, shown)?;
                    }
                }
                Effect::Redraw => screen.redraw_all()?,
                Effect::Suspend => self.suspend(screen)?,
                Effect::Quit => return Ok(Go::Out(Ended::Quit)),
                Effect::Demo => return Ok(Go::Out(Ended::Demo)),
            }
        }
        Ok(Go::On)
    }

    fn suspend(&mut self, screen: &mut Screen) -> io::Result<()> {
        match screen.suspend() {
            // Nobody would wake it up again.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                self.app.say(Role::Warning, &error.to_string());
                Ok(())
            }
            ended => ended,
        }
    }
}
