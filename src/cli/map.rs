//! `leadtime map`, and `leadtime` alone.

use super::args::{Calendar, MapArgs};
use super::session::Session;
use super::{Ending, show};
use crate::app::release;
use crate::error::Failure;
use crate::model::calendar::Clock;
use crate::model::dora::lead::latest;
use crate::model::state::Lives;
use crate::model::stream::map_by;
use crate::model::window::Window;
use crate::report;

pub fn run(session: &Session, args: &MapArgs) -> Result<Ending, Failure> {
    let mut engine = session.engine()?;
    let definition = session.only(&engine, args.workload.as_ref())?;
    let asked = session.asked_window(&args.window)?;
    let workload = engine.workload(&definition, session.as_of)?;
    let silent = session.heard(&engine)?.silence(&workload);
    let lives = Lives::new(&workload, &session.rules, silent);
    let releases = release::all(&mut engine, &lives)?;
    let lives = lives.with(releases);
    let clock = match args.calendar {
        Calendar::Wall => Clock::Wall,
        Calendar::Business => Clock::Business(&session.rules.calendar),
    };
    let window = asked.unwrap_or_else(|| widest(session, &lives));
    let mut figures = map_by(&lives, window, clock, args.changes);
    if asked.is_none() && window.looks_further() {
        figures.notes.insert(0, WIDENED.to_owned());
    }
    show(session, "leadtime/map/v1", &figures, |figures| {
        report::map_by(figures, args.statistic, &session.style)
    })?;
    Ok(Ending::Done)
}

/// The window that is looked at where none is named.
fn widest(session: &Session, lives: &Lives<'_>) -> Window {
    let known = lives.workload.known.map(|(first, _)| first);
    let latest = latest(lives.workload, lives.production(), session.as_of);
    Window::looking_back(session.as_of, session.rules.timezone, known, latest)
}

/// What is said where that window is longer than usual.
pub(super) const WIDENED: &str = "no change went live in the last 90 days, so the window reaches further back; name your own with --since";
