//! A request from its opening on: reviewed, corrected, merged (by a merge commit or squashed), abandoned, or left lying.

use crate::event::kind::{ChangePhase, ReviewState};

use super::change::{Request, RequestKind};
use super::repository::{Next, Repository};

impl Repository<'_> {
    pub fn open(&mut self, id: u32) {
        let Some(mut request) = self.requests.remove(&id) else {
            return;
        };
        self.opened += 1;
        request.opened = self.opened;
        let (line, draft) = (request.line, request.draft);
        self.tell_change(&request, ChangePhase::Created, |change| {
            change.draft = Some(draft);
        });
        if !draft && request.kind == RequestKind::Feature && self.dice.chance(0.12) {
            self.bot_comment(&request);
        }
        self.soon(25, Next::CheckStart(id));
        if request.kind == RequestKind::Feature && self.dice.chance(0.12) {
            // What one sees only once it is open.
            let seconds = self.dice.between(60, 500);
            self.soon(seconds, Next::Commit(id));
        }
        match request.kind {
            RequestKind::Hotfix => {
                let delay = self.dice.between(300, 2_400);
                self.soon(delay, Next::Review(id));
            }
            _ if draft => self.work(line, 6.0, Next::Ready(id)),
            _ if self.dice.chance(0.06) => {
                let hours = 30.0 + 80.0 * self.dice.part();
                self.work(line, hours, Next::Abandon(id));
            }
            // Nobody ever looks at it: it stays open.
            _ if self.dice.chance(0.03) => {}
            RequestKind::Update => self.work(line, 16.0, Next::Review(id)),
            _ => self.work(line, 4.5, Next::Review(id)),
        }
        self.requests.insert(id, request);
    }

    pub fn make_ready(&mut self, id: u32) {
        let Some(mut request) = self.requests.remove(&id) else {
            return;
        };
        request.draft = false;
        self.tell_change(&request, ChangePhase::Updated, |change| {
            change.draft = Some(false);
        });
        self.work(request.line, 3.0, Next::Review(id));
        self.requests.insert(id, request);
    }

    pub fn review(&mut self, id: u32) {
        let Some(mut request) = self.requests.remove(&id) else {
            return;
        };
        if request.approved {
            self.requests.insert(id, request);
            return;
        }
        let reviewer = self.person(request.line, request.reviewer);
        let state = match self.dice.below(100) {
            _ if request.kind != RequestKind::Feature || request.rounds > 1 => {
                ReviewState::Approved
            }
            0..18 => ReviewState::ChangesRequested,
            18..26 => ReviewState::Commented,
            _ => ReviewState::Approved,
        };
        request.rounds += 1;
        self.tell_change(&request, ChangePhase::Reviewed, |change| {
            change.reviewer = Some(reviewer);
            change.state = Some(state);
            change.bot = false;
        });
        let line = request.line;
        match state {
            ReviewState::Approved => request.approved = true,
            ReviewState::ChangesRequested if !request.fixing => {
                request.fixing = true;
                self.work(line, 3.0, Next::Commit(id));
            }
            ReviewState::ChangesRequested => {}
            _ => self.work(line, 2.0, Next::Review(id)),
        }
        self.requests.insert(id, request);
        self.merge_when_ready(id);
    }

    fn bot_comment(&mut self, request: &Request) {
        self.tell_change(request, ChangePhase::Reviewed, |change| {
            change.reviewer = Some("sonar[bot]".to_owned());
            change.state = Some(ReviewState::Commented);
            change.bot = true;
        });
    }

    pub fn merge_when_ready(&mut self, id: u32) {
        let Some(request) = self.requests.get(&id) else {
            return;
        };
        if !(request.checked && request.approved) {
            return;
        }
        match request.kind {
            RequestKind::Hotfix => self.soon(240, Next::Merge(id)),
            RequestKind::Update => self.soon(30, Next::Merge(id)),
            _ => self.work(request.line, 1.2, Next::Merge(id)),
        }
    }

    pub fn merge(&mut self, id: u32) {
        // A commit may have come since: then it is checked again first.
        let is_ready = |request: &Request| request.checked && request.approved;
        if !self
            .requests
            .get(&id)
            .is_some_and(|request| is_ready(request))
        {
            return;
        }
        let Some(request) = self.requests.remove(&id) else {
            return;
        };
        let Some(&head) = request.commits.last() else {
            return;
        };
        let squash = self.lines[request.line].workload.squash;
        let from_branch = request.base != self.tip && request.kind == RequestKind::Hotfix;
        let is_squashed = !from_branch && self.dice.chance(squash);
        let number = request.opened;
        let parents = [self.tip, head];
        let (parents, message) = if is_squashed {
            (&parents[..1], format!("{} (#{number})", request.title))
        } else {
            (
                &parents[..],
                format!("Merge pull request #{number} from {}", request.branch),
            )
        };
        let merged = self.add_commit(parents, self.note(&request, message));
        self.tip = merged;
        let sha = self.sha(merged);
        self.tell_change(&request, ChangePhase::Merged, |change| {
            change.sha = Some(sha);
        });
        for line in [Some(request.line), request.also].into_iter().flatten() {
            self.lines[line].merged.push(number);
        }
        if let Some(also) = request.also {
            self.launch(also, merged, None);
        }
        let shipped = if from_branch { head } else { merged };
        let hot = (request.kind == RequestKind::Hotfix)
            .then_some(request.trouble)
            .flatten();
        self.launch(request.line, shipped, hot);
    }

    pub fn abandon(&mut self, id: u32) {
        if let Some(request) = self.requests.remove(&id) {
            self.tell_change(&request, ChangePhase::Abandoned, |_| {});
        }
    }
}
