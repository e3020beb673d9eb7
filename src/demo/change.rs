//! A change from its first commit to its merge: features, updates by a bot, direct commits, reverts, hotfixes; opened, reviewed, corrected, merged,
//! abandoned or left lying. Where in this a check fails stands in [`super::check`].

use crate::event::kind::{Change, ChangePhase, Commit, Kind, ReviewState};
use crate::event::time::{Span, Timestamp};

use super::check::Execution;
use super::hours;
use super::repository::{Next, Repository};
use super::words::{DEPENDENCIES, OBJECTS, TAILS, VERBS};
use super::workload::{Approval, Path};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    Feature,
    Update,
    Revert,
    Hotfix,
}

/// A request in flight, from the first commit on its branch on.
pub struct Request {
    pub line: usize,
    /// A second workload of a monorepo that it touches.
    pub also: Option<usize>,
    pub kind: RequestKind,
    pub author: usize,
    pub reviewer: usize,
    pub title: String,
    pub branch: String,
    pub ticket: Option<String>,
    /// Commits still to come before it is opened.
    pub left: usize,
    pub commits: Vec<u32>,
    pub base: u32,
    /// 0 until it is opened.
    pub opened: u32,
    pub rounds: u8,
    pub run: u32,
    pub attempt: u32,
    pub check: Option<Execution>,
    /// When the running check will end.
    pub check_end: Timestamp,
    pub checked: bool,
    pub approved: bool,
    pub fixing: bool,
    pub draft: bool,
    /// The trouble that a hotfix is for.
    pub trouble: Option<u32>,
}

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
    /// Something new is begun, and the next is planned.
    pub fn begin(&mut self) {
        let gap = self.dice.between(self.gap() / 3, self.gap() * 5 / 3);
        self.plan(hours::after(self.now, gap), Next::Begin);
        if self.is_full() {
            return;
        }
        let line = self.any_line();
        match self.dice.below(100) {
            0..6 => self.direct(line),
            6..16 => {
                self.start(line, RequestKind::Update, None);
            }
            _ => {
                self.start(line, RequestKind::Feature, None);
            }
        }
    }

    pub fn start(&mut self, line: usize, kind: RequestKind, trouble: Option<u32>) -> u32 {
        let id = self.number();
        let team = self.lines[line].team;
        let author = team.anyone(&mut self.dice);
        let reviewer = team.other(author, &mut self.dice);
        let ticket = if kind == RequestKind::Feature && self.dice.chance(0.75) {
            self.some_ticket(line)
        } else {
            None
        };
        let also = if kind == RequestKind::Feature && self.lines.len() > 1 && self.dice.chance(0.15)
        {
            Some((line + 1) % self.lines.len())
        } else {
            None
        };
        let title = self.title(kind);
        let left = match kind {
            RequestKind::Feature => self.dice.below(3) + self.dice.below(2) * self.dice.below(3),
            _ => 0,
        };
        let held_back = self.lines[line].workload.approval == Approval::Board;
        let base = match self.lines[line].live.last() {
            Some(live) if kind == RequestKind::Hotfix && held_back => live.commit,
            _ => self.tip,
        };
        let branch = match kind {
            RequestKind::Feature => format!("feature/{}", slug(ticket.as_deref(), &title)),
            RequestKind::Update => format!("renovate/{}", slug(None, &title)),
            RequestKind::Revert => format!("revert/{id}"),
            RequestKind::Hotfix => format!("hotfix/{}", slug(None, &title)),
        };
        let request = Request {
            line,
            also,
            kind,
            author,
            reviewer,
            title: match &ticket {
                Some(ticket) => format!("{ticket}: {title}"),
                None => title,
            },
            branch,
            ticket,
            left,
            commits: Vec::new(),
            base,
            opened: 0,
            rounds: 0,
            run: 0,
            attempt: 0,
            check: None,
            check_end: self.now,
            checked: false,
            approved: false,
            fixing: false,
            draft: kind == RequestKind::Feature && self.dice.chance(0.15),
            trouble,
        };
        self.requests.insert(id, request);
        self.plan(self.now, Next::Commit(id));
        id
    }

    pub fn commit(&mut self, id: u32) {
        let Some(mut request) = self.requests.remove(&id) else {
            return;
        };
        let parent = request.commits.last().copied().unwrap_or(request.base);
        let message = match (request.opened, request.commits.len()) {
            (0, 0) => request.title.clone(),
            (0, _) => format!("{} {}", self.dice.pick(&VERBS), self.dice.pick(&OBJECTS)),
            _ if request.checked => "Address review comments".to_owned(),
            _ => "Fix the tests".to_owned(),
        };
        let commit = self.add_commit(&[parent], self.note(&request, message));
        request.commits.push(commit);
        let line = request.line;
        let is_quick = matches!(request.kind, RequestKind::Hotfix | RequestKind::Update);
        if request.opened > 0 {
            request.fixing = false;
            request.checked = false;
            request.attempt = 0;
            self.tell_change(&request, ChangePhase::Updated, |_| {});
            self.soon(20, Next::CheckStart(id));
            if request.rounds > 0 && !request.approved {
                self.work(line, 2.0, Next::Review(id));
            }
        } else if request.left > 0 {
            request.left -= 1;
            self.work(line, 3.5, Next::Commit(id));
        } else if is_quick {
            let delay = self.dice.between(60, 900);
            self.soon(delay, Next::Open(id));
        } else {
            self.work(line, 1.0, Next::Open(id));
        }
        if self.lines[line].workload.path == Path::Library && self.dice.chance(0.2) {
            self.cherry_pick(line, commit, &request);
        }
        self.requests.insert(id, request);
    }

    /// A commit by itself, on the main branch.
    fn direct(&mut self, line: usize) {
        let author = self.lines[line].team.anyone(&mut self.dice);
        let note = Note {
            line,
            also: None,
            author: self.person(line, author),
            message: self.title(RequestKind::Feature),
            change: None,
            committed: None,
        };
        self.tip = self.add_commit(&[self.tip], note);
        self.launch(line, self.tip, None);
    }

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
        let is_ready = |request: &mut Request| request.checked && request.approved;
        if !self.requests.get_mut(&id).is_some_and(is_ready) {
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
            change.sha = Some(sha)
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

    /// The same change once more on the release line: its author date stays, it is committed later.
    fn cherry_pick(&mut self, line: usize, commit: u32, request: &Request) {
        let committed = hours::after(self.now, hours::DAY);
        let Some(live) = self.lines[line].live.last() else {
            return;
        };
        if committed > self.organisation.until || self.lines[line].patch.1 > 0 {
            return;
        }
        let parent = live.commit;
        let mut note = self.note(
            request,
            format!(
                "{}\n\n(cherry picked from commit {})",
                request.title,
                self.sha(commit)
            ),
        );
        note.committed = Some(committed);
        let picked = self.add_commit(&[parent], note);
        self.lines[line].patch = (picked, 1);
        let index = u32::try_from(line).unwrap_or(0);
        self.plan(committed + Span::from_seconds(900), Next::Patch(index));
    }

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
            fact.labels = labels(request);
            fact.tickets = request.ticket.iter().cloned().collect();
            fact.reviewers = vec![self.person(request.line, request.reviewer)];
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

    fn title(&mut self, kind: RequestKind) -> String {
        let dice = &mut self.dice;
        match kind {
            RequestKind::Update => format!("Update {}", dice.pick(&DEPENDENCIES)),
            RequestKind::Hotfix => format!("Fix {} at once", dice.pick(&OBJECTS)),
            RequestKind::Revert => {
                format!("Revert \"{} {}\"", dice.pick(&VERBS), dice.pick(&OBJECTS))
            }
            RequestKind::Feature => format!(
                "{} {}{}",
                dice.pick(&VERBS),
                dice.pick(&OBJECTS),
                dice.pick(&TAILS)
            ),
        }
    }

    /// Mostly one of the team's own; now and then another team's, which then spans them.
    fn some_ticket(&mut self, line: usize) -> Option<String> {
        let own = self.lines[line].workload.team;
        let team = if self.dice.chance(0.1) {
            self.dice.below(self.organisation.teams.len())
        } else {
            own
        };
        self.organisation
            .recent_ticket(team, self.now, &mut self.dice)
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

fn slug(ticket: Option<&str>, title: &str) -> String {
    let mut slug = ticket.map_or_else(String::new, |ticket| format!("{ticket}-"));
    for c in title.chars().filter(|c| c.is_alphanumeric() || *c == ' ') {
        slug.push(if c == ' ' {
            '-'
        } else {
            c.to_ascii_lowercase()
        });
    }
    slug
}
