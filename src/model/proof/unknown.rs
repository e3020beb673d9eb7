//! What is not known of what ran, in words: a proof that passes over a gap in silence proves less than it seems to.

use super::{Case, Proof, brought};
use crate::model::delivery::RowKind;
use crate::model::step::of_environment;

/// Each gap in a few words.
pub(super) fn unknown(case: &Case<'_>, proof: &Proof) -> Vec<String> {
    let mut gaps = Vec::new();
    version(case, proof, &mut gaps);
    way(case, proof, &mut gaps);
    changes(proof, &mut gaps);
    evidence(case, proof, &mut gaps);
    gaps
}

/// Tells a gap, where it is one.
fn gap(gaps: &mut Vec<String>, is: bool, words: &str) {
    if is {
        gaps.push(words.to_owned());
    }
}

/// Which thing it was.
fn version(case: &Case<'_>, proof: &Proof, gaps: &mut Vec<String>) {
    let (record, live) = (case.live.record, &proof.live);
    gap(gaps, live.sha.is_none(), "the commit that it was made of");
    gap(gaps, live.digest.is_none(), "the digest of its artifact");
    let by_commit = record.artifact.is_none() && record.digest.is_none();
    gap(
        gaps,
        by_commit && live.artifact.is_some(),
        "whether it was this artifact: its deployment names the commit alone, of which this one was made",
    );
}

/// How it came there, and with what.
fn way(case: &Case<'_>, proof: &Proof, gaps: &mut Vec<String>) {
    let environment = &proof.environment;
    let first = case.row.is_some_and(|row| row.kind == RowKind::First);
    let with_first = brought::first(case).is_some_and(|row| row.kind == RowKind::First);
    if first {
        gaps.push(format!(
            "what ran before: no earlier deployment to {environment} is known, and so not all that came with this one"
        ));
    } else if with_first && proof.brought_by.is_some() {
        gaps.push(format!(
            "all that the version brought: it came with the first deployment to {environment} that is known"
        ));
    }
    let dated = !first && case.row.is_some_and(|row| !row.known);
    let words = "all that it brought: the commits between it and what ran before are not known";
    gap(gaps, dated, words);
    gap(gaps, proof.changes.is_empty(), "which changes it brought");
    let delivery = &proof.delivery;
    let began = delivery.queued.or(delivery.started);
    gap(gaps, began.is_none(), "when its deployment began");
    let run = delivery.pipeline.is_some() || delivery.run.is_some();
    gap(gaps, !run, "which run deployed it");
}

/// Who made it.
fn changes(proof: &Proof, gaps: &mut Vec<String>) {
    let requests = proof.changes.iter().any(|change| !change.direct);
    gap(
        gaps,
        requests,
        "who merged its changes: no event tells that",
    );
    let changes = proof.changes.iter().map(|brought| &brought.change);
    let nobodys = changes.filter(|change| change.author.is_none());
    gaps.extend(nobodys.map(|change| format!("who wrote {}", change.change)));
}

/// Who let it go there, on what.
fn evidence(case: &Case<'_>, proof: &Proof, gaps: &mut Vec<String>) {
    let none = "who decided on it: no gate about this version is known";
    gap(gaps, proof.gates.is_empty(), none);
    let environment = &proof.environment;
    if proof.steps.is_empty() && of_environment(case.lives.workload, environment).is_none() {
        gaps.push(format!(
            "what was asked of it: no step of the path deploys to {environment}"
        ));
    }
    gap(gaps, proof.scans.is_empty(), "a scan of it");
    gap(gaps, proof.sbom.is_none(), "a bill of materials of it");
    gap(gaps, proof.signed.is_none(), "a signature of it");
    let silent = proof.incidents.is_none();
    gap(gaps, silent, "incidents: no source tells of any");
}
