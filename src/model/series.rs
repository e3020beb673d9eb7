//! Version tags that stand for deployments, where they are of several series (`shop-1.2`, `cart-3.0`, `v7.1`): they count together unless one is named, so
//! it is said which one may be meant.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::Workload;
use super::name::Name;
use crate::event::time::Timestamp;

/// So many series are shown by an example.
const MOST: usize = 4;

/// A series: how many tags it has, and the newest of them.
struct Series<'a> {
    tags: usize,
    newest: (Option<Timestamp>, &'a str),
    /// What all its tags begin with, before their numbers.
    start: &'a str,
}

/// What is to be said of a workload whose tags are of several series; none where they are of one, or where one was named.
#[must_use]
pub fn mixed(workload: &Workload) -> Option<String> {
    if !workload.released_by_tags || workload.definition.release_tags.is_some() {
        return None;
    }
    let mut known: BTreeMap<&str, Series> = BTreeMap::new();
    for record in &workload.records {
        let (Some(name), Some(tag)) = (record.pipeline, record.version) else {
            continue;
        };
        let (name, tag) = (workload.text(name), workload.text(tag));
        let one = known.entry(name).or_insert(Series {
            tags: 0,
            newest: (None, tag),
            start: "",
        });
        one.tags += 1;
        one.newest = one.newest.max((record.finished, tag));
        one.start = start(name, one.newest.1);
    }
    if known.len() < 2 {
        return None;
    }
    let newest = known.values().max_by_key(|one| one.newest)?;
    let most = known.values().max_by_key(|one| (one.tags, one.newest))?;
    let all: usize = known.values().map(|one| one.tags).sum();
    let setting = |one: &Series| format!("`deployments = \"tags:{}[0-9]*\"`", one.start);
    let early = early(workload, [newest.start, most.start]);
    let often = format!("{} of {all} tags", most.tags);
    let advice = if newest.newest == most.newest {
        format!(
            "{} takes the newest ({}), which is the most frequent too ({often})",
            setting(newest),
            newest.newest.1
        )
    } else {
        format!(
            "{} takes the newest ({}), {} the most frequent ({often})",
            setting(newest),
            newest.newest.1,
            setting(most)
        )
    };
    let shown: Vec<&str> = known.values().take(MOST).map(|one| one.newest.1).collect();
    let more = if known.len() > MOST { ", …" } else { "" };
    Some(format!(
        "{} series of version tags count together ({}{more}): a change is live with the first of them that has it; name one in leadtime.toml: {advice}{early}",
        known.len(),
        shown.join(", "),
    ))
}

/// That patterns of tags by what they begin with take more than the releases: of each, the last tag that is none by itself.
fn early(workload: &Workload, starts: [&str; 2]) -> String {
    let versions = workload.records.iter().filter_map(|record| record.version);
    let releases: FxHashSet<Name> = versions.collect();
    let tags = workload.tags.iter().map(|tag| tag.name);
    let others = tags.filter(|name| !releases.contains(name));
    let others: Vec<&str> = others.map(|name| workload.text(name)).collect();
    let last = |start: &str| {
        let fits = |text: &&&str| {
            let rest = text.strip_prefix(start);
            rest.is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()))
        };
        others.iter().rev().find(fits).copied()
    };
    let mut found: Vec<&str> = starts.into_iter().filter_map(last).collect();
    found.dedup();
    if found.is_empty() {
        return String::new();
    }
    let found = found.join(", ");
    format!("; a pattern takes every tag that fits, early ones too ({found})")
}

/// What stands before the numbers of a tag: its series, and a `v`.
fn start<'a>(series: &str, tag: &'a str) -> &'a str {
    let rest = tag.get(series.len()..).unwrap_or_default();
    let digits = rest.find(|character: char| character.is_ascii_digit());
    tag.get(..series.len() + digits.unwrap_or(0)).unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entity::Tag;
    use crate::model::sample::{Sample, at};

    /// Tags as `series`, tag and time.
    fn told(tags: &[(&str, &str, &str)]) -> Option<String> {
        told_beside(tags, &[])
    }

    /// The same, beside tags that are no releases.
    fn told_beside(tags: &[(&str, &str, &str)], others: &[&str]) -> Option<String> {
        let mut s = Sample::new("shop");
        for (series, tag, time) in tags {
            s.deploy(tag, "r", "m", time).pipeline(series);
            let version = s.name(tag);
            s.record().version = Some(version);
        }
        for name in others {
            let name = s.name(name);
            s.workload().tags.push(Tag {
                name,
                at: at("03-05 00:00"),
                commit: None,
                repository: None,
                source: name,
                prerelease: false,
            });
        }
        s.workload().released_by_tags = true;
        mixed(&s.done())
    }

    #[test]
    fn the_newest_and_the_most_frequent_series_are_named() {
        assert_eq!(told(&[("", "v1.0", "03-01 00:00")]), None);
        let note = told(&[
            ("a-", "a-1.0", "03-01 00:00"),
            ("", "v1.0", "03-02 00:00"),
            ("", "v1.1", "03-03 00:00"),
            ("b-", "b-2.0", "03-04 00:00"),
        ]);
        assert_eq!(
            note.unwrap(),
            "3 series of version tags count together (v1.1, a-1.0, b-2.0): a change is live with the first of them that has it; name one in leadtime.toml: \
             `deployments = \"tags:b-[0-9]*\"` takes the newest (b-2.0), `deployments = \"tags:v[0-9]*\"` the most frequent (2 of 4 tags)"
        );
        let releases = [
            ("", "v1.0", "03-02 00:00"),
            ("", "v1.1", "03-03 00:00"),
            ("b-", "b-2.0", "03-04 00:00"),
        ];
        let note = told_beside(&releases, &["v1.1-rc1", "v1.2-rc1", "nightly"]);
        assert!(note.unwrap().ends_with(
            "(2 of 3 tags); a pattern takes every tag that fits, early ones too (v1.2-rc1)"
        ));
        let note = told(&[("a@", "a@v1.0", "03-01 00:00"), ("", "1.0", "02-02 00:00")]);
        assert!(
            note.unwrap().ends_with(
                "`deployments = \"tags:a@v[0-9]*\"` takes the newest (a@v1.0), which is the most frequent too (1 of 2 tags)"
            )
        );
    }
}
