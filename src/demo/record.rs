//! How commits and requests are told of: from what the simulation holds to what a git host would say.

use crate::event::kind::{Change, ChangePhase, Commit, Kind};
use crate::event::time::Timestamp;

use super::change::{Request, RequestKind};
use super::repository::Repository;

/// Who wrote a commit, and about what.
pub struct Note {
    pub line: usize,
    pub also: Option<usize>,
    pub author: String,
    pub message: String,
    pub change: Option<String>,
    pub committed: Option<Timestamp>,
}

impl Repository<'_> {
    pub fn note(&self, request: &Request, message: String) -> Note {
        Note {
            line: request.line,
            also: request.also,
            author: self.author(request),
            message,
            change: (request.opened > 0).then(|| self.change_id(request.opened)),
            committed: None,
        }
    }

    pub fn add_commit(&mut self, parents: &[u32], note: Note) -> u32 {
        self.commits = self.commits.wrapping_add(1);
        let number = self.commits;
        let sha = self.sha(number);
        let paths = self.lines[note.line]
            .workload
            .folder
            .as_ref()
            .map(|folder| {
                let also = note
                    .also
                    .and_then(|line| self.lines[line].workload.folder.as_ref());
                [Some(folder), also]
                    .into_iter()
                    .flatten()
                    .map(|folder| format!("{folder}/src/part{}.rs", number % 17))
                    .collect()
            });
        let fact = Commit {
            repository: Some(self.origin.name.clone()),
            author: Some(note.author),
            message: Some(note.message),
            change: note.change,
            parents: Some(parents.iter().map(|&parent| self.sha(parent)).collect()),
            paths,
            committed: note.committed,
            sha: sha.clone(),
            ..Commit::default()
        };
        self.tell(self.host(), format!("commit/{sha}"), Kind::Commit(fact));
        number
    }

    pub fn tell_change(
        &mut self,
        request: &Request,
        phase: ChangePhase,
        adapt: impl FnOnce(&mut Change<String>),
    ) {
        let number = request.opened;
        let mut fact = Change {
            change: self.change_id(number),
            repository: Some(self.origin.name.clone()),
            title: Some(request.title.clone()),
            author: Some(self.author(request)),
            url: Some(format!(
                "https://github.com/{}/pull/{number}",
                self.origin.name
            )),
            branch: Some(request.branch.clone()),
            head: request.commits.last().map(|&head| self.sha(head)),
            phase,
            ..Change::default()
        };
        if phase != ChangePhase::Reviewed {
            fact.bot = request.kind == RequestKind::Update;
            fact.commits = request.commits.iter().map(|&c| self.sha(c)).collect();
            fact.labels = labels(request).into();
            fact.tickets = request.ticket.iter().cloned().collect();
            fact.reviewers = [self.person(request.line, request.reviewer)].into();
        }
        adapt(&mut fact);
        let word = match phase {
            ChangePhase::Created => "created",
            ChangePhase::Updated => "updated",
            ChangePhase::Reviewed => "reviewed",
            ChangePhase::Merged => "merged",
            ChangePhase::Abandoned => "abandoned",
        };
        let id = format!("pull/{number}/{word}/{}", self.told);
        self.tell(self.host(), id, Kind::Change(fact));
    }

    pub fn change_id(&self, number: u32) -> String {
        format!("{}#{number}", self.origin.name)
    }

    fn author(&self, request: &Request) -> String {
        if request.kind == RequestKind::Update {
            "renovate[bot]".to_owned()
        } else {
            self.person(request.line, request.author)
        }
    }
}

fn labels(request: &Request) -> Vec<String> {
    let label = match request.kind {
        RequestKind::Hotfix => "hotfix",
        RequestKind::Update => "dependencies",
        RequestKind::Revert => "revert",
        RequestKind::Feature if request.title.contains("Migrate") => "migration",
        RequestKind::Feature => return Vec::new(),
    };
    vec![label.to_owned()]
}
