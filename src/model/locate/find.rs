//! What a reference speaks of: a change, a commit or the beginning of its sha, a ticket, a version, a tag, a digest or an artifact.

use std::collections::BTreeSet;

use crate::model::Workload;
use crate::model::entity::{ChangeAt, CommitAt};
use crate::model::name::Name;
use crate::model::state::Lives;

/// A reference as it is compared: without case, a leading `#` or `!`, and the name of a digest's algorithm.
fn plain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("sha256:").unwrap_or(&text);
    text.trim_start_matches(['#', '!']).to_owned()
}

/// The shortest beginning of a sha that is taken for one.
const SHORTEST_SHA: usize = 4;

/// The changes that a reference speaks of: a change, a commit (or the beginning of its sha), a ticket, a version, a tag, a digest or an artifact.
/// A version or artifact speaks of the changes that it was the first to bring to production, else of the change it was built from.
#[must_use]
pub fn find(lives: &Lives<'_>, query: &str) -> Vec<ChangeAt> {
    let workload = lives.workload;
    let wanted = plain(query);
    let mut found: BTreeSet<ChangeAt> = BTreeSet::new();
    for (place, change) in (0..).zip(&workload.changes) {
        let names = std::iter::once(&change.id).chain(&change.tickets);
        let mut texts = names.map(|name| plain(workload.text(*name)));
        // Where ids name the repository, the number alone is enough.
        let number = |text: &String| text.rsplit_once('#').is_some_and(|(_, n)| n == wanted);
        if texts.any(|text| text == wanted || number(&text)) {
            found.insert(place);
        }
    }
    let hexadecimal =
        wanted.len() >= SHORTEST_SHA && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    for commit in &workload.commits {
        let sha = workload.text(commit.sha);
        let same = (hexadecimal
            && sha.len() >= wanted.len()
            && sha[..wanted.len()].eq_ignore_ascii_case(&wanted))
            || sha.eq_ignore_ascii_case(&wanted);
        if same {
            found.extend(commit.change);
            // A merge that nobody asked for speaks of what it brought.
            let brought = commit.parents.iter().flatten().skip(1);
            let tips = brought.filter_map(|place| workload.commits.get(*place as usize));
            found.extend(
                tips.filter_map(|tip| tip.change)
                    .filter(|_| commit.change.is_none()),
            );
        }
    }
    if found.is_empty() {
        for commit in versions(workload, &wanted) {
            found.extend(shipped_with(lives, commit));
        }
    }
    found.into_iter().collect()
}

/// The commits that a version, tag, digest or artifact was made of.
fn versions(workload: &Workload, wanted: &str) -> BTreeSet<CommitAt> {
    let bare = |text: &str| {
        let text = plain(text);
        match text.strip_prefix('v') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
            _ => text,
        }
    };
    let wanted = bare(wanted);
    let is = |names: &[Option<Name>]| {
        names.iter().flatten().any(|name| {
            let text = bare(workload.text(*name));
            text == wanted || (wanted.len() >= 12 && text.starts_with(&wanted))
        })
    };
    let tags = workload
        .tags
        .iter()
        .filter(|tag| is(&[Some(tag.name)]))
        .filter_map(|tag| tag.commit);
    let artifacts = workload
        .artifacts
        .iter()
        .filter(|artifact| is(&[Some(artifact.id), artifact.digest, artifact.version]))
        .filter_map(|artifact| artifact.commit);
    let records = workload
        .records
        .iter()
        .filter(|record| {
            is(&[
                record.version,
                record.artifact,
                record.digest,
                Some(record.deployment),
            ])
        })
        .filter_map(|record| record.commit);
    tags.chain(artifacts).chain(records).collect()
}

fn shipped_with(lives: &Lives<'_>, commit: CommitAt) -> Vec<ChangeAt> {
    let workload = lives.workload;
    let delivery = lives.production();
    let row = delivery.rows.iter().position(|row| {
        row.success
            && workload
                .records
                .get(row.record as usize)
                .is_some_and(|record| record.commit == Some(commit))
    });
    let brought: Vec<ChangeAt> = (0..)
        .zip(&delivery.arrivals)
        .filter(|(_, arrival)| arrival.is_some_and(|arrival| Some(arrival.row as usize) == row))
        .map(|(place, _)| place)
        .collect();
    if brought.is_empty() {
        let own = workload.commits.get(commit as usize);
        return own.and_then(|commit| commit.change).into_iter().collect();
    }
    brought
}
