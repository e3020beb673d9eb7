//! The law: as long as no history is rewritten, reading a repository in steps as it grows gives the events that reading it once gives.

use std::collections::BTreeMap;
use std::io::Write;

use proptest::prelude::*;

use super::repo::{Entry, Repo, entry};

/// What may happen in a repository whose history is not rewritten.
#[derive(Clone, Debug)]
enum Happening {
    /// On the main branch, perhaps as a squash.
    Direct {
        squash: bool,
    },
    /// On a branch, which starts at the main branch when it is new.
    Work {
        branch: usize,
    },
    /// The main branch into a branch.
    Update {
        branch: usize,
    },
    /// A branch into the main branch, perhaps with a request.
    Merge {
        branch: usize,
        named: bool,
    },
    /// The main branch moves up to a branch.
    Forward {
        branch: usize,
    },
    Tag,
    Read,
}

fn happening() -> impl Strategy<Value = Happening> {
    let branch = || 0..3_usize;
    prop_oneof![
        2 => any::<bool>().prop_map(|squash| Happening::Direct { squash }),
        4 => branch().prop_map(|branch| Happening::Work { branch }),
        1 => branch().prop_map(|branch| Happening::Update { branch }),
        3 => (branch(), any::<bool>()).prop_map(|(branch, named)| Happening::Merge { branch, named }),
        1 => branch().prop_map(|branch| Happening::Forward { branch }),
        1 => Just(Happening::Tag),
        3 => Just(Happening::Read),
    ]
}

/// Plays happenings into a repository.
struct Play {
    repo: Repo,
    waiting: Vec<Entry>,
    parents: BTreeMap<u32, Vec<u32>>,
    main: u32,
    branches: [Option<u32>; 3],
    /// The main branch moved without a commit.
    moved: bool,
}

impl Play {
    fn new() -> Self {
        let mut play = Self {
            repo: Repo::new(),
            waiting: Vec::new(),
            parents: BTreeMap::new(),
            main: 0,
            branches: [None; 3],
            moved: false,
        };
        play.main = play.commit("main", "First", &[]);
        play
    }

    fn commit(&mut self, branch: &str, message: &str, parents: &[u32]) -> u32 {
        let number = u32::try_from(self.parents.len()).unwrap() + 1;
        let message = message.replace("{n}", &number.to_string());
        self.waiting.push(entry(number, branch, &message, parents));
        self.parents.insert(number, parents.to_vec());
        number
    }

    fn play(&mut self, happening: &Happening) {
        let name = |branch: usize| format!("work{branch}");
        match happening {
            Happening::Direct { squash } => {
                let message = if *squash { "Squashed (#{n})" } else { "Direct" };
                self.main = self.commit("main", message, &[self.main]);
            }
            Happening::Work { branch } => {
                let from = self.branches[*branch].unwrap_or(self.main);
                let made = self.commit(&name(*branch), "Work (#{n})", &[from]);
                self.branches[*branch] = Some(made);
            }
            Happening::Update { branch } => {
                if let Some(from) = self.branches[*branch].filter(|from| *from != self.main) {
                    let made = self.commit(
                        &name(*branch),
                        "Merge branch 'main' into work",
                        &[from, self.main],
                    );
                    self.branches[*branch] = Some(made);
                }
            }
            Happening::Merge { branch, named } => {
                if let Some(from) = self.branches[*branch].filter(|from| *from != self.main) {
                    let message = if *named {
                        "Merge pull request #{n} from li/work"
                    } else {
                        "Merge branch 'work'"
                    };
                    self.main = self.commit("main", message, &[self.main, from]);
                }
            }
            Happening::Forward { branch } => {
                // Only along first parents: else the line itself would be another, which is rewriting it.
                let mut next = self.branches[*branch];
                while let Some(at) = next.filter(|at| *at != self.main) {
                    next = self.parents[&at].first().copied();
                }
                if let (Some(_), Some(tip)) = (next, self.branches[*branch]) {
                    self.main = tip;
                    self.moved = true;
                }
            }
            Happening::Tag => {
                self.settle();
                let tag = format!("v{}", self.main);
                self.repo.git(&["tag", "-f", &tag, "main"]);
            }
            Happening::Read => self.settle(),
        }
    }

    fn settle(&mut self) {
        let mut stream = Vec::new();
        for entry in self.waiting.drain(..) {
            entry.write(&mut stream);
        }
        if std::mem::take(&mut self.moved) {
            write!(stream, "reset refs/heads/main\nfrom :{}\n\n", self.main).unwrap();
        }
        if !stream.is_empty() {
            self.repo.import(&stream);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn reading_in_steps_says_the_same_as_reading_at_once(happenings in prop::collection::vec(happening(), 1..40)) {
        let mut play = Play::new();
        let mut reader = play.repo.reader();
        for happening in &happenings {
            play.play(happening);
            if matches!(happening, Happening::Read) {
                reader.read();
                prop_assert_eq!(&reader.findings, &[]);
            }
        }
        play.settle();
        reader.read();
        let once = play.repo.read();
        prop_assert_eq!(&reader.log, &once.log);
        let count: usize = play.repo.git(&["rev-list", "--all", "--count"]).parse().unwrap();
        prop_assert_eq!(once.commits().len(), count);
    }
}
