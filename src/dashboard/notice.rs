//! What somebody wants to be told without looking: a gate opened that they may decide, a change of theirs went live or failed. Each once.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::overview::{Detail, Overview};

/// What was told already.
#[derive(Debug, Default)]
pub struct Notices {
    told: HashSet<String>,
}

impl Notices {
    /// What happened between two looks at the same workloads.
    pub fn between(
        &mut self,
        before: &[Arc<Overview>],
        now: &[Arc<Overview>],
        me: Option<&str>,
    ) -> Vec<String> {
        let mut found = Vec::new();
        for (old, new) in before.iter().zip(now) {
            if Arc::ptr_eq(old, new) || old.summary.workload != new.summary.workload {
                continue;
            }
            if let (Some(old), Some(detail)) = (&old.detail, &new.detail) {
                of_one(&new.summary.workload, old, detail, me, &mut found);
            }
        }
        found.retain(|notice| self.told.insert(notice.clone()));
        found
    }
}

fn of_one(workload: &str, old: &Detail, new: &Detail, me: Option<&str>, found: &mut Vec<String>) {
    for gate in &new.gates {
        let known = old.gates.iter().any(|known| known.gate == gate.gate);
        if !known && gate.may_decide == Some(true) {
            let name = gate.step.as_deref().unwrap_or(&gate.gate);
            found.push(format!("{workload}: the gate {name} waits for you"));
        }
    }
    let Some(me) = me else { return };
    let mine = |author: &Option<String>| author.as_deref() == Some(me);
    for change in old.changes.iter().filter(|change| mine(&change.author)) {
        let still = new.changes.iter().find(|one| one.change == change.change);
        match still {
            Some(now) if now.state == "failed" && change.state != "failed" => {
                let step = now.step.as_deref().unwrap_or("its step");
                found.push(format!("{workload}: {} failed at {step}", change.change));
            }
            Some(_) => {}
            None => {
                let material = &new.material;
                let live = material
                    .deliveries
                    .iter()
                    .any(|one| material.text(one.change) == change.change);
                if live {
                    let place = &material.environment;
                    found.push(format!("{workload}: {} is live in {place}", change.change));
                }
            }
        }
    }
}
