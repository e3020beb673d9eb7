//! Facts that a damaged snapshot makes: they speak of names that their table has not.

use std::sync::Arc;

use super::{commit, day, facts, shop};
use crate::model::definition::Rules;
use crate::model::gather::{Facts, Surroundings, gather};
use crate::model::name::Names;

#[test]
fn a_name_beyond_its_table_is_empty() {
    let (whole, told) = facts(&[&commit("a", 1, &[]), &commit("b", 2, &["a"])]);
    let mut short = Names::default();
    // All but the last, which is `b`.
    for (_, text) in whole.iter().take(whole.len() - 1) {
        short.intern(text);
    }
    assert_eq!(short.get("b"), None);
    let short = Arc::new(short);
    let mut large = Names::clone(&whole);
    large.intern("more");
    let large = Arc::new(large);
    let alone = Facts {
        names: &short,
        facts: &told,
    };
    let largest = Facts {
        names: &large,
        facts: &[],
    };
    let around = Surroundings {
        claimed: &|_| false,
        artifact_name: &str::to_owned,
        incident_source: false,
    };
    let rules = Rules::default();
    for partitions in [&[alone][..], &[alone, largest]] {
        let gathered = gather(&shop(), &rules, partitions, &around, day(9));
        let workload = gathered.with_tickets(&rules, &[]);
        let commits = workload.commits.iter();
        let shas: Vec<&str> = commits.map(|one| workload.text(one.sha)).collect();
        assert_eq!(shas, ["a", ""]);
    }
}
