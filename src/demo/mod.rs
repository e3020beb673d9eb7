//! A generated organisation: its configuration and its history as events, of any size, a pure function of a seed, a size and an instant.
//! What the demo shows, what benches measure and what the largest tests read.
//!
//! Each repository is a small simulation that runs as far as it is asked ([`repository`]); so do the tickets of each team ([`ticket`]). They are
//! merged by time ([`merge`]), so that ten million events need the memory of what is in flight, not of what has happened.

mod artifact;
mod change;
mod check;
mod configuration;
mod delivery;
mod gate;
mod hours;
mod incident;
mod merge;
mod noise;
mod people;
mod pipeline;
mod random;
mod record;
mod release;
mod repository;
mod review;
mod ticket;
mod upkeep;
mod words;
mod workload;

use crate::event::Event;
use crate::event::time::{Span, Timestamp};

use merge::Merge;
use people::Team;
use random::mix;
use repository::Repository;
use ticket::Tickets;
use workload::Workload;

pub struct Size {
    pub workloads: usize,
    /// About so many.
    pub events: u64,
    /// How long its history is.
    pub days: u32,
}

impl Default for Size {
    fn default() -> Self {
        Self {
            workloads: 12,
            events: 6_000,
            days: 90,
        }
    }
}

pub struct Organisation {
    seed: u64,
    start: Timestamp,
    until: Timestamp,
    /// Start and present, in working time.
    working: (i64, i64),
    teams: Vec<Team>,
    workloads: Vec<Workload>,
    origins: Vec<Origin>,
    /// How many tickets each team has written.
    tickets: Vec<u32>,
}

/// A repository, and which workloads live in it.
struct Origin {
    name: String,
    key: u64,
    members: Vec<usize>,
    /// How many events it may bring.
    budget: u64,
}

/// The part of all events that tells of tickets, and how many events a ticket brings on average.
const TICKETS: f64 = 0.04;
const PER_TICKET: f64 = 2.15;

impl Organisation {
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a size is made for one organisation"
    )]
    pub fn new(seed: u64, size: Size, until: Timestamp) -> Self {
        let seconds = i64::from(size.days.max(1)) * 86_400;
        let workloads: Vec<_> = (0..size.workloads.max(1))
            .map(|number| Workload::new(seed, number))
            .collect();
        let teams = workloads.iter().map(|w| w.team + 1).max().unwrap_or(1);
        let start = until - Span::from_seconds(seconds);
        let mut organisation = Self {
            seed,
            start,
            working: (hours::worked(start), hours::worked(until)),
            until,
            teams: (0..teams).map(Team::new).collect(),
            tickets: vec![0; teams],
            origins: origins(seed, &workloads),
            workloads,
        };
        organisation.share_out(size.events.saturating_sub(noise::COUNT));
        organisation
    }

    /// The `leadtime.toml` of this organisation.
    #[must_use]
    pub fn configuration(&self) -> String {
        configuration::write(self)
    }

    /// Everything that happened, in the order of time; nothing after the present.
    pub fn events(&self) -> impl Iterator<Item = Event<String>> {
        let mut merge = Merge::default();
        for origin in &self.origins {
            merge.add(Box::new(Repository::new(self, origin)));
        }
        for (number, _) in self.teams.iter().enumerate() {
            merge.add(Box::new(Tickets::new(self, number)));
        }
        merge.add(Box::new(noise::events(self).into_iter()));
        merge
    }

    fn working_time(&self) -> i64 {
        (self.working.1 - self.working.0).max(1)
    }

    /// Gives each repository and each team its share of the events.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts are far below 2^52, and positive"
    )]
    fn share_out(&mut self, events: u64) {
        let total: f64 = self.workloads.iter().map(|w| w.weight).sum();
        let events = events as f64;
        let (mut weight, mut given) = (0.0, 0);
        for origin in &mut self.origins {
            weight += origin
                .members
                .iter()
                .map(|&m| self.workloads[m].weight)
                .sum::<f64>();
            let so_far = (events * (1.0 - TICKETS) * weight / total) as u64;
            origin.budget = so_far - given;
            given = so_far;
        }
        let mut shares = vec![0.0; self.teams.len()];
        for workload in &self.workloads {
            shares[workload.team] += events * TICKETS * workload.weight / total;
        }
        let (mut share, mut given) = (0.0, 0);
        for (tickets, team_share) in self.tickets.iter_mut().zip(shares) {
            share += team_share / PER_TICKET;
            *tickets = share as u32 - given;
            given = share as u32;
        }
    }
}

fn origins(seed: u64, workloads: &[Workload]) -> Vec<Origin> {
    let mut origins: Vec<Origin> = Vec::new();
    for workload in workloads {
        match origins.last_mut() {
            Some(last) if last.name == workload.repository => last.members.push(workload.number),
            _ => origins.push(Origin {
                name: workload.repository.clone(),
                key: mix(mix(seed, 0x0419), workload.number as u64),
                members: vec![workload.number],
                budget: 0,
            }),
        }
    }
    origins
}
