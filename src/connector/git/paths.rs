//! The paths that commits touch: each tree against that of the first parent, which for a merge is what it brought to the line. Two threads, since
//! comparing trees is the one thing here that takes time.

use gix::ObjectId;
use gix::bstr::BStr;
use gix::diff::tree::visit::{Action, Change};
use gix::diff::tree::{Recorder, State, Visit, recorder};
use gix::objs::{FindExt, TreeRefIter};

/// More than this of one commit is not kept: it is a move of everything, and says nothing about parts.
pub const CAP: usize = 5_000;
/// Trees that follow each other share most of their content.
const CACHE: usize = 32 << 20;

/// A tree, and the one that it is compared with: none for a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub tree: ObjectId,
    pub before: Option<ObjectId>,
}

/// What was touched between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    pub paths: Vec<String>,
    /// There were more.
    pub cut: bool,
}

/// Compares trees, with a repository for each thread.
pub struct Comparison {
    repositories: [gix::Repository; 2],
}

impl Comparison {
    pub fn new(repository: &gix::Repository) -> Self {
        let with_cache = || {
            let mut repository = repository.clone();
            repository.object_cache_size(CACHE);
            repository
        };
        Self {
            repositories: [with_cache(), with_cache()],
        }
    }

    /// What each pair touches, in their order; an error says why a tree cannot be read.
    pub fn run(&mut self, pairs: &[Pair]) -> Vec<Result<Touched, String>> {
        let (left, right) = pairs.split_at(pairs.len() / 2);
        let [first, second] = &mut self.repositories;
        std::thread::scope(|scope| {
            let running = scope.spawn(|| compare_all(first, left));
            let rest = compare_all(second, right);
            let mut all = running
                .join()
                .unwrap_or_else(|_| vec![Err("the comparison broke off".to_owned()); left.len()]);
            all.extend(rest);
            all
        })
    }
}

fn compare_all(repository: &mut gix::Repository, pairs: &[Pair]) -> Vec<Result<Touched, String>> {
    let mut state = State::default();
    pairs
        .iter()
        .map(|pair| compare(repository, *pair, &mut state))
        .collect()
}

fn compare(repository: &gix::Repository, pair: Pair, state: &mut State) -> Result<Touched, String> {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let objects = &repository.objects;
    let unreadable = |error: gix::Error| error.to_string();
    let before = match pair.before {
        Some(id) => objects.find_tree_iter(&id, &mut old).map_err(unreadable)?,
        None => TreeRefIter::from_bytes(&[], pair.tree.kind()),
    };
    let after = objects
        .find_tree_iter(&pair.tree, &mut new)
        .map_err(unreadable)?;
    let mut capped = Capped {
        recorder: Recorder::default(),
        cut: false,
    };
    let outcome = gix::diff::tree(before, after, state, objects, &mut capped);
    if let (Err(error), false) = (outcome, capped.cut) {
        return Err(error.to_string());
    }
    let mut paths: Vec<String> = capped
        .recorder
        .records
        .into_iter()
        .map(|change| match change {
            recorder::Change::Addition { path, .. }
            | recorder::Change::Deletion { path, .. }
            | recorder::Change::Modification { path, .. } => path.to_string(),
        })
        .collect();
    paths.sort_unstable();
    paths.dedup();
    Ok(Touched {
        paths,
        cut: capped.cut,
    })
}

/// Old histories write the mode of one kind of file in several ways; that touches nothing.
fn is_spelling(change: &Change) -> bool {
    match change {
        Change::Modification {
            previous_entry_mode,
            previous_oid,
            entry_mode,
            oid,
        } => previous_oid == oid && previous_entry_mode.kind() == entry_mode.kind(),
        _ => false,
    }
}

/// Records files, not folders, and stops at the cap.
struct Capped {
    recorder: Recorder,
    cut: bool,
}

impl Visit for Capped {
    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.recorder.pop_front_tracked_path_and_set_current();
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        self.recorder.push_back_tracked_path_component(component);
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.recorder.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.recorder.pop_path_component();
    }

    fn visit(&mut self, change: Change) -> Action {
        if change.entry_mode().is_tree() || is_spelling(&change) {
            return Action::Continue(());
        }
        if self.recorder.records.len() == CAP {
            self.cut = true;
            return Action::Break(());
        }
        self.recorder.visit(change)
    }
}
