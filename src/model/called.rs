//! Which changes a fact means that names them: by the id that their own events give them, or by that id with its repository (`acme/shop#1`, `acme/shop!1`).
//! One rule for all that name changes: tickets, gates, incidents, artifacts and commits.

use rustc_hash::FxHashMap;

use super::entity::{Change, ChangeAt};
use super::name::{Name, Names};

/// The changes that names mean, of those that mean any. Only these are looked for, in one look at all changes.
pub(super) fn called(
    names: &Names,
    changes: &[Change],
    asked: impl IntoIterator<Item = Name>,
) -> FxHashMap<Name, Vec<ChangeAt>> {
    // By id: the names that mean it, and of which repository alone.
    let mut wanted: FxHashMap<Name, Vec<(Name, Option<Name>)>> = FxHashMap::default();
    for name in asked {
        let own = wanted.entry(name).or_default();
        if own.contains(&(name, None)) {
            continue;
        }
        own.push((name, None));
        for (repository, id) in with_repository(names, name) {
            wanted.entry(id).or_default().push((name, Some(repository)));
        }
    }
    let mut by_id: FxHashMap<Name, Vec<ChangeAt>> = FxHashMap::default();
    if wanted.is_empty() {
        return by_id;
    }
    let mut by_both: FxHashMap<Name, Vec<ChangeAt>> = FxHashMap::default();
    for (place, change) in (0..).zip(changes) {
        for (name, repository) in wanted.get(&change.id).into_iter().flatten() {
            if repository.is_none() {
                by_id.entry(*name).or_default().push(place);
            } else if *repository == change.repository {
                by_both.entry(*name).or_default().push(place);
            }
        }
    }
    for (name, places) in by_both {
        by_id.entry(name).or_insert(places);
    }
    by_id
}

/// The repository and the id in `acme/shop#1`: some tools call a request by its number alone, others by `#1`.
pub(super) fn with_repository(names: &Names, name: Name) -> impl Iterator<Item = (Name, Name)> {
    let text = names.text(name);
    let parts = text.rfind(['#', '!']).map(|at| text.split_at(at));
    let parts = parts.and_then(|(repository, id)| Some((names.get(repository)?, id)));
    parts.into_iter().flat_map(|(repository, id)| {
        let ids = [&id[1..], id].into_iter().filter_map(|id| names.get(id));
        ids.map(move |id| (repository, id))
    })
}

/// Whether the id of a change says by itself which one is meant: a number alone is a change of any repository.
pub(super) fn says_whose(id: &str) -> bool {
    !id.trim_start_matches(['#', '!'])
        .bytes()
        .all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By place, the changes that a name means among these: an id and its repository each.
    fn meant(name: &str, changes: &[(&str, &str)]) -> Vec<ChangeAt> {
        let mut names = Names::default();
        let mut change = |(id, repository): &(&str, &str)| {
            let repository = names.intern(repository);
            Change::new(names.intern(id), Some(repository))
        };
        let changes: Vec<Change> = changes.iter().map(&mut change).collect();
        let name = names.intern(name);
        let found = called(&names, &changes, [name, name]).remove(&name);
        found.unwrap_or_default()
    }

    #[test]
    fn a_change_is_meant_by_its_id_or_with_its_repository() {
        let none: [ChangeAt; 0] = [];
        assert_eq!(meant("acme/shop#1", &[("1", "acme/shop")]), [0]);
        assert_eq!(meant("acme/shop#1", &[("#1", "acme/shop")]), [0]);
        assert_eq!(meant("a/b/shop!1", &[("!1", "a/b/shop")]), [0]);
        assert_eq!(meant("acme/shop!1", &[("1", "acme/shop")]), [0]);
        assert_eq!(meant("acme/shop#1", &[("acme/shop#1", "acme/shop")]), [0]);
        assert_eq!(meant("pr1", &[("pr2", "acme/shop"), ("pr1", "x")]), [1]);
        assert_eq!(meant("1", &[("1", "acme/shop"), ("1", "acme/api")]), [0, 1]);
        let both = [("1", "acme/api"), ("1", "acme/shop")];
        assert_eq!(meant("acme/shop#1", &both), [1]);
        assert_eq!(meant("acme/shop#2", &both), none);
        assert_eq!(meant("acme/shop#", &both), none);
        assert_eq!(meant("#1", &both), none);
        // What is called so goes before what is meant so.
        let called = [("1", "acme/shop"), ("acme/shop#1", "acme/shop")];
        assert_eq!(meant("acme/shop#1", &called), [1]);
    }
}
