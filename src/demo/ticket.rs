//! The tickets of a team. The `n`th ticket is a pure function of the team and of `n`, so that a repository can name a ticket without asking the
//! stream that tells of it, and several workloads of a team come to work on one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::event::Event;
use crate::event::kind::{Kind, Ticket, TicketPhase};
use crate::event::time::Timestamp;

use super::Organisation;
use super::hours;
use super::random::{Dice, mix};
use super::words::{OBJECTS, TAILS, VERBS};

pub const SOURCE: &str = "https://jira.acme.example";

pub struct Tickets<'o> {
    organisation: &'o Organisation,
    team: usize,
    next: u32,
    /// What is known to come: when, which ticket, closed or else updated.
    coming: BinaryHeap<Reverse<(Timestamp, u32, bool)>>,
}

impl<'o> Tickets<'o> {
    pub fn new(organisation: &'o Organisation, team: usize) -> Self {
        Self {
            organisation,
            team,
            next: 0,
            coming: BinaryHeap::new(),
        }
    }

    fn tell(&self, number: u32, at: Timestamp, phase: TicketPhase) -> Event<String> {
        let mut dice = self.organisation.ticket_dice(self.team, number);
        let ticket = self.organisation.ticket(self.team, number);
        let kind = match dice.below(20) {
            0..11 => "feature",
            11..15 => "defect",
            15..17 => "risk",
            _ => "debt",
        };
        let mut labels = vec![kind.to_owned()];
        if dice.chance(0.1) {
            labels.push("customer".to_owned());
        }
        let word = match phase {
            TicketPhase::Created => "created",
            TicketPhase::Updated => "updated",
            TicketPhase::Closed => "closed",
        };
        Event {
            source: SOURCE.to_owned(),
            id: format!("{ticket}/{word}"),
            at,
            kind: Kind::Ticket(Ticket {
                summary: Some(format!(
                    "{} {}{}",
                    dice.pick(&VERBS),
                    dice.pick(&OBJECTS),
                    dice.pick(&TAILS)
                )),
                url: Some(format!("{SOURCE}/browse/{ticket}")),
                kind: Some(if kind == "defect" { "bug" } else { "task" }.to_owned()),
                labels: labels.into(),
                phase,
                ticket,
                ..Ticket::default()
            }),
        }
    }

    fn create(&mut self, at: Timestamp) -> Event<String> {
        let number = self.next;
        self.next += 1;
        let mut dice = Dice::new(mix(self.organisation.ticket_key(self.team, number), 1));
        let closed = hours::after(at, dice.skewed(9.0 * 9.5 * 3_600.0) + hours::DAY);
        let updated = hours::after(at, dice.between(600, hours::DAY));
        for (when, is_closing) in [(closed, true), (updated, false)] {
            if when <= self.organisation.until && (is_closing || dice.chance(0.35)) {
                self.coming.push(Reverse((when, number, is_closing)));
            }
        }
        self.tell(number, at, TicketPhase::Created)
    }
}

impl Iterator for Tickets<'_> {
    type Item = Event<String>;

    fn next(&mut self) -> Option<Self::Item> {
        let fresh = (self.next < self.organisation.tickets[self.team])
            .then(|| self.organisation.ticket_created(self.team, self.next));
        let coming = self.coming.peek().map(|Reverse((at, ..))| *at);
        if let Some(fresh) = fresh
            && coming.is_none_or(|coming| fresh <= coming)
        {
            return Some(self.create(fresh));
        }
        let Reverse((at, number, is_closing)) = self.coming.pop()?;
        let phase = if is_closing {
            TicketPhase::Closed
        } else {
            TicketPhase::Updated
        };
        Some(self.tell(number, at, phase))
    }
}

impl Organisation {
    pub(super) fn ticket(&self, team: usize, number: u32) -> String {
        format!("{}-{}", self.teams[team].key, number + 101)
    }

    fn ticket_key(&self, team: usize, number: u32) -> u64 {
        mix(mix(mix(self.seed, 0x71c4), team as u64), u64::from(number))
    }

    fn ticket_dice(&self, team: usize, number: u32) -> Dice {
        Dice::new(self.ticket_key(team, number))
    }

    /// Tickets are written evenly over the working time, each somewhere in its own slice of it.
    fn ticket_created(&self, team: usize, number: u32) -> Timestamp {
        let (from, to) = self.working;
        let count = i64::from(self.tickets[team]);
        let offset = self.ticket_key(team, number) % 1_000;
        let thousandths = i64::from(number) * 1_000 + i64::try_from(offset).unwrap_or(0);
        let worked = i128::from(to - from) * i128::from(thousandths) / i128::from(count * 1_000);
        let at = hours::when(from + i64::try_from(worked).unwrap_or(0));
        at.clamp(self.start, self.until)
    }

    /// A ticket of the team that was written lately; `None` when there is none yet.
    pub(super) fn recent_ticket(
        &self,
        team: usize,
        now: Timestamp,
        dice: &mut Dice,
    ) -> Option<String> {
        let (from, to) = self.working;
        let passed = i128::from(hours::worked(now) - from);
        let begun = passed * i128::from(self.tickets[team]) / i128::from((to - from).max(1));
        let back = 1 + dice.below(3) + dice.below(4);
        let number = u32::try_from(begun)
            .ok()?
            .checked_sub(u32::try_from(back).ok()?)?;
        (number < self.tickets[team]).then(|| self.ticket(team, number))
    }
}
