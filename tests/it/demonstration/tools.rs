//! The worlds that connectors are tested against, each as a tool that can be a process.

use leadtime::event::time::Timestamp;

use super::process::{self, Tool};
use crate::argocd::world as argocd;
use crate::jenkins::world as jenkins;
use crate::jira::world as jira;
use crate::kargo::world as kargo;
use crate::oci::world as oci;
use crate::pagerduty::world as pagerduty;
use crate::servicenow::world as servicenow;
use crate::support::github::living::Living;
use crate::support::wild::{Answer, Asked};

/// Becomes the tool of this name.
pub fn serve(name: &str) {
    let all: [(&str, fn()); 8] = [
        (Living::NAME, process::serve::<Living>),
        (jenkins::World::NAME, process::serve::<jenkins::World>),
        (oci::World::NAME, process::serve::<oci::World>),
        (kargo::World::NAME, process::serve::<kargo::World>),
        (servicenow::World::NAME, process::serve::<servicenow::World>),
        (argocd::World::NAME, process::serve::<argocd::World>),
        (pagerduty::World::NAME, process::serve::<pagerduty::World>),
        (jira::World::NAME, process::serve::<jira::World>),
    ];
    let found = all.iter().find(|(one, _)| *one == name);
    found.unwrap().1();
}

impl Tool for Living {
    const NAME: &'static str = "github";

    fn answered(&mut self, asked: &Asked) -> Answer {
        self.answer(asked)
    }
}

impl Tool for jenkins::World {
    const NAME: &'static str = "jenkins";

    fn tick(&mut self, now: Timestamp) {
        self.now = now.micros() / 1_000;
    }

    fn answered(&mut self, asked: &Asked) -> Answer {
        jenkins::answer(self, asked)
    }
}

impl Tool for oci::World {
    const NAME: &'static str = "registry";

    fn answered(&mut self, asked: &Asked) -> Answer {
        oci::answer(self, asked)
    }
}

impl Tool for kargo::World {
    const NAME: &'static str = "kargo";

    fn answered(&mut self, asked: &Asked) -> Answer {
        kargo::answer(self, asked)
    }
}

impl Tool for servicenow::World {
    const NAME: &'static str = "servicenow";

    fn tick(&mut self, now: Timestamp) {
        self.now = Timestamp::from_seconds(now.micros() / 1_000_000);
    }

    fn answered(&mut self, asked: &Asked) -> Answer {
        servicenow::answer(self, asked)
    }
}

impl Tool for argocd::World {
    const NAME: &'static str = "argocd";

    fn answered(&mut self, asked: &Asked) -> Answer {
        argocd::answer(self, asked)
    }
}

impl Tool for pagerduty::World {
    const NAME: &'static str = "pagerduty";

    fn answered(&mut self, asked: &Asked) -> Answer {
        pagerduty::answer(self, asked)
    }
}

impl Tool for jira::World {
    const NAME: &'static str = "jira";

    fn tick(&mut self, now: Timestamp) {
        self.now = Timestamp::from_seconds(now.micros() / 1_000_000);
    }

    fn answered(&mut self, asked: &Asked) -> Answer {
        jira::answer(self, asked)
    }
}
