//! What was there before anybody looks: the tools, and two changes that went all the way, a day apart.

use leadtime::clock;
use leadtime::event::time::{Span, Timestamp};
use serde_json::json;

use super::code::{Change, Code};
use super::happen;
use super::registry::Registry;
use crate::argocd::world as argocd;
use crate::jenkins::world as jenkins;
use crate::jira::world as jira;
use crate::kargo::world as kargo;
use crate::pagerduty::world as pagerduty;
use crate::servicenow::world as servicenow;
use crate::support::github::living::Living;
use crate::support::github::world::{Repo, commit};

/// So many changes are live when it begins.
pub const LIVE: u32 = 2;
/// A minute, as Jenkins counts.
const PACE: i64 = 60_000;

/// What each tool holds.
pub struct Past {
    pub github: Living,
    pub jenkins: jenkins::World,
    pub kargo: kargo::World,
    pub servicenow: servicenow::World,
    pub argocd: argocd::World,
    pub pagerduty: pagerduty::World,
    pub jira: jira::World,
}

impl Past {
    fn empty() -> Self {
        let mut servicenow = servicenow::World::new(Vec::new(), Vec::new());
        servicenow.now = clock::now();
        let mut argocd = argocd::World::of([argocd::application("shop", 0)]);
        argocd.lives = true;
        Self {
            github: Living::new(vec![Repo::empty(happen::REPOSITORY)], "jane"),
            jenkins: jenkins::World::of([("shop", jenkins::job(Vec::new()))]),
            kargo: kargo::World {
                stages: vec![happen::stage()],
                freight: Vec::new(),
                promotions: Vec::new(),
            },
            servicenow,
            argocd,
            pagerduty: pagerduty::World::default(),
            jira: jira::World::default(),
        }
    }

    /// All that happened until now.
    pub fn of(code: &Code, registry: &Registry) -> Self {
        let mut past = Self::empty();
        let now = clock::now().micros() / 1_000_000;
        for number in 1..=LIVE {
            let hours = i64::from(LIVE - number) * 24 + 27;
            let begin = Timestamp::from_seconds(now - hours * 3_600);
            let change = past.went(code, registry, (number, begin));
            if number == 1 {
                // As its host has it: the first commit is of nobody's change.
                let first = commit(&change.before, &begin.to_string(), &[]);
                past.github
                    .world
                    .repo(happen::REPOSITORY)
                    .commits
                    .push(first);
            }
        }
        past
    }

    /// A change goes all the way, ten minutes for each step.
    fn went(
        &mut self,
        code: &Code,
        registry: &Registry,
        (number, begin): (u32, Timestamp),
    ) -> Change {
        let at = |step: i64| begin + Span::from_seconds(step * 600);
        let mut change = code.write(number, at(0));
        happen::planned(&mut self.jira, &change, at(0));
        happen::opened(&mut self.github, &change, at(1));
        happen::reviewed(&mut self.github, &change, at(2));
        code.merge(&mut change, at(3));
        happen::merged(&mut self.github, &change, at(3));
        happen::built(&mut self.jenkins, &change, at(4), PACE);
        self.jenkins.now = at(6).micros() / 1_000;
        self.jenkins.decide("shop", u64::from(number), true);
        happen::released(&mut self.jenkins, &change, at(7));
        let digest = registry.push(&change, at(7));
        let image = registry.image();
        happen::staged(&mut self.kargo, &change, (&image, &digest), at(8));
        happen::verified(&mut self.kargo, &change, at(9));
        happen::asked(&mut self.servicenow, &change, at(10));
        happen::allowed(&mut self.servicenow, &change, at(11));
        happen::had_synced(&mut self.argocd, &change, &image, at(13));
        happen::closed(&mut self.jira, &change, at(14));
        self.argocd.find("shop")["metadata"]["labels"] = json!({"environment": "production"});
        change
    }
}
