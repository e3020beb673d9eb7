//! A change at its beginning: features, updates by a bot, direct commits, reverts, hotfixes, commit by commit until it is opened, and what is pushed
//! to it later. How it is reviewed and merged stands in [`super::review`].

use crate::event::kind::ChangePhase;
use crate::event::time::Timestamp;

use super::check::Execution;
use super::hours;
use super::record::Note;
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

#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
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
            base: self.base(line, kind),
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
        self.requests.insert(id, Box::new(request));
        self.plan(self.now, Next::Commit(id));
        id
    }

    /// Where a branch begins: a hotfix of what the board holds back at what runs in production.
    fn base(&self, line: usize, kind: RequestKind) -> u32 {
        let is_held_back = self.lines[line].workload.approval == Approval::Board;
        match self.lines[line].live.last() {
            Some(latest) if kind == RequestKind::Hotfix && is_held_back => latest.commit,
            _ => self.tip,
        }
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
        if self.lines[line].workload.path == Path::Library && self.dice.chance(0.35) {
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
