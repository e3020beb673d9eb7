//! What a workload is like: its name, path, tools, gate, habits. The first twelve are written by hand, since they are what one looks at; the others
//! are a pure function of the seed and of their number.

use super::random::{Dice, mix};
use super::words::{NOUNS, ROLES};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    WebService,
    Library,
    Image,
    Infrastructure,
    MobileApp,
}

impl Path {
    pub const fn name(self) -> &'static str {
        match self {
            Self::WebService => "web-service",
            Self::Library => "library",
            Self::Image => "image",
            Self::Infrastructure => "infrastructure",
            Self::MobileApp => "mobile-app",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ci {
    Jenkins,
    Circle,
    Actions,
}

/// How the decision before production is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Approval {
    /// Nobody is asked.
    None,
    /// A standard change: approved within minutes.
    Standard,
    /// Somebody decides after about so many working days.
    Days(f64),
    /// A release every two weeks, and a board that takes four.
    Board,
}

pub struct Workload {
    pub number: usize,
    pub name: String,
    pub repository: String,
    /// Its part of a monorepo.
    pub folder: Option<String>,
    pub team: usize,
    pub path: Path,
    pub ci: Ci,
    /// Takes up `CircleCI` in the middle of its history.
    pub swaps: bool,
    pub approval: Approval,
    /// How many times as long everything takes at the end as at the start.
    pub trend: f64,
    /// How long people take, against the usual.
    pub pace: f64,
    /// The part of deployments that hurt.
    pub fragile: f64,
    /// Into how many regions a deployment goes, each with a record of its own.
    pub regions: u8,
    /// Deploys blue and green in turn.
    pub slots: bool,
    /// The part of requests that are squashed.
    pub squash: f64,
    /// Its share of all that happens.
    pub weight: f64,
}

impl Workload {
    pub fn new(seed: u64, number: usize) -> Self {
        FIRST
            .get(number)
            .map_or_else(|| other(seed, number), |known| first(number, known))
    }

    pub fn artifact(&self) -> String {
        match self.path {
            Path::Library => format!("pkg:npm/%40acme/{}", self.name),
            Path::MobileApp => format!("pkg:generic/acme/{}", self.name),
            _ => format!("ghcr.io/acme/{}", self.name),
        }
    }

    /// About how many events a change leads to, until it is live: what the pace of changes is set by.
    pub const fn cost(&self) -> f64 {
        match (self.path, self.approval) {
            (Path::WebService, Approval::Board) => 17.0,
            (Path::WebService, _) => 23.0,
            (Path::Library | Path::Infrastructure, _) => 14.0,
            (Path::Image, _) => 16.0,
            (Path::MobileApp, _) => 19.0,
        }
    }
}

struct First {
    name: &'static str,
    team: usize,
    path: Path,
    ci: Ci,
    approval: Approval,
    /// trend, pace, fragile, squash, weight
    habits: [f64; 5],
}

const MONOREPO: &str = "acme/storefront";

#[rustfmt::skip]
const FIRST: [First; 12] = [
    First { name: "checkout", team: 0, path: Path::WebService, ci: Ci::Jenkins, approval: Approval::Days(2.5), habits: [1.9, 1.2, 0.12, 0.2, 9.0] },
    First { name: "cart", team: 0, path: Path::WebService, ci: Ci::Circle, approval: Approval::Standard, habits: [0.55, 0.7, 0.05, 0.9, 8.0] },
    First { name: "ledger", team: 2, path: Path::WebService, ci: Ci::Jenkins, approval: Approval::Board, habits: [1.1, 1.3, 0.25, 0.0, 6.0] },
    First { name: "search-api", team: 1, path: Path::WebService, ci: Ci::Circle, approval: Approval::Days(0.6), habits: [0.9, 0.8, 0.15, 0.6, 7.0] },
    First { name: "catalog", team: 1, path: Path::WebService, ci: Ci::Circle, approval: Approval::Days(1.0), habits: [1.0, 1.0, 0.10, 0.5, 4.0] },
    First { name: "recommendations", team: 4, path: Path::WebService, ci: Ci::Circle, approval: Approval::Standard, habits: [1.4, 1.1, 0.20, 0.5, 3.0] },
    First { name: "pricing", team: 2, path: Path::WebService, ci: Ci::Jenkins, approval: Approval::Days(1.5), habits: [0.8, 1.0, 0.08, 0.5, 3.0] },
    First { name: "money", team: 2, path: Path::Library, ci: Ci::Actions, approval: Approval::None, habits: [1.0, 1.0, 0.0, 0.7, 3.0] },
    First { name: "base-image", team: 5, path: Path::Image, ci: Ci::Actions, approval: Approval::None, habits: [0.9, 0.6, 0.03, 1.0, 2.5] },
    First { name: "network", team: 5, path: Path::Infrastructure, ci: Ci::Actions, approval: Approval::Days(0.8), habits: [1.2, 1.0, 0.10, 1.0, 2.5] },
    First { name: "shop-app", team: 3, path: Path::MobileApp, ci: Ci::Circle, approval: Approval::Days(2.0), habits: [1.0, 1.2, 0.12, 0.4, 4.0] },
    First { name: "notifications", team: 5, path: Path::WebService, ci: Ci::Jenkins, approval: Approval::Days(0.5), habits: [0.6, 1.0, 0.12, 0.8, 5.0] },
];

fn first(number: usize, known: &First) -> Workload {
    let [trend, pace, fragile, squash, weight] = known.habits;
    let monorepo = (4..7).contains(&number);
    Workload {
        number,
        name: known.name.to_owned(),
        repository: if monorepo {
            MONOREPO.to_owned()
        } else {
            format!("acme/{}", known.name)
        },
        folder: monorepo.then(|| format!("services/{}", known.name)),
        team: known.team,
        path: known.path,
        ci: known.ci,
        swaps: number == 11,
        approval: known.approval,
        trend,
        pace,
        fragile,
        regions: if number == 3 { 2 } else { 1 },
        slots: number == 11,
        squash,
        weight,
    }
}

/// Of each eighty workloads, four share a monorepo.
const BLOCK: usize = 80;

fn other(seed: u64, number: usize) -> Workload {
    let mut dice = Dice::new(mix(mix(seed, 0x00f0), number as u64));
    let name = numbered(number - FIRST.len());
    let monorepo = number % BLOCK < 4;
    let path = match dice.below(100) {
        _ if monorepo => Path::WebService,
        0..72 => Path::WebService,
        72..82 => Path::Library,
        82..88 => Path::Image,
        88..95 => Path::Infrastructure,
        _ => Path::MobileApp,
    };
    let approval = match (path, dice.below(10)) {
        (Path::Library | Path::Image, _) => Approval::None,
        (Path::WebService, 0) => Approval::Board,
        (Path::WebService, 1..=4) => Approval::Standard,
        _ => Approval::Days(0.3 + 2.5 * dice.part()),
    };
    let ci = match path {
        Path::WebService | Path::MobileApp => *dice.pick(&[Ci::Jenkins, Ci::Circle]),
        _ => Ci::Actions,
    };
    Workload {
        number,
        repository: if monorepo {
            format!("acme/suite-{}", number / BLOCK)
        } else {
            format!("acme/{name}")
        },
        folder: monorepo.then(|| format!("services/{name}")),
        name,
        team: dice.below(6 + number / 12),
        path,
        ci,
        swaps: ci == Ci::Jenkins && dice.chance(0.05),
        approval,
        trend: 0.5 + 1.4 * dice.part(),
        pace: 0.5 + dice.part(),
        fragile: 0.25 * dice.part() * dice.part(),
        regions: if path == Path::WebService && dice.chance(0.1) {
            2
        } else {
            1
        },
        slots: path == Path::WebService && dice.chance(0.1),
        squash: dice.part(),
        weight: dice.weight() * 2.0,
    }
}

/// `orders-api`, `invoices-api`, … and from the 281st on `orders-api-2`.
fn numbered(n: usize) -> String {
    let noun = NOUNS[n % NOUNS.len()];
    let role = ROLES[n / NOUNS.len() % ROLES.len()];
    match n / (NOUNS.len() * ROLES.len()) {
        0 => format!("{noun}-{role}"),
        round => format!("{noun}-{role}-{}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_habits_do_not_depend_on_the_others() {
        let names: HashSet<_> = (0..3_000).map(|n| Workload::new(1, n).name).collect();
        assert_eq!(names.len(), 3_000);
        let (a, b) = (Workload::new(9, 500), Workload::new(9, 500));
        assert_eq!((a.team, a.path, a.ci), (b.team, b.path, b.ci));
    }
}
