//! `leadtime map`, and `leadtime` alone.

use super::args::{Calendar, MapArgs};
use super::session::{LOOK_BACK, Session};
use super::{Ending, show};
use crate::app::release;
use crate::error::Failure;
use crate::model::calendar::Clock;
use crate::model::state::Lives;
use crate::model::stream::{Map, map_by};
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
    let figures = match asked {
        Some(window) => map_by(&lives, window, clock, args.changes),
        None => widest(session, &lives, clock, args.changes),
    };
    show(session, "leadtime/map/v1", &figures, |figures| {
        report::map_by(figures, args.statistic, &session.style)
    })?;
    Ok(Ending::Done)
}

/// The first of the usual windows in which anything was delivered.
fn widest(session: &Session, lives: &Lives<'_>, clock: Clock, with_changes: bool) -> Map {
    let mut tried = 0;
    loop {
        let window = session.window(session.as_of - LOOK_BACK[tried], session.as_of);
        let mut figures = map_by(lives, window, clock, with_changes);
        if figures.changes > 0 || tried + 1 == LOOK_BACK.len() {
            if tried > 0 && figures.changes > 0 {
                figures.notes.insert(0, WIDENED.to_owned());
            }
            return figures;
        }
        tried += 1;
    }
}

pub(super) const WIDENED: &str = "nothing was delivered in the last 90 days, so the window reaches further back; name your own with --since";
