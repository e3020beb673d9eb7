//! What is behind a metric: the very deployments, changes and incidents, in lists that `Tab` goes through; and the changes of one deployment.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::super::{Hint, Page, Reaction, Rows, changes};
use super::row::Told;
use super::row::change::{Changes, LEAD};
use super::row::deployment::{Deployments, FAILED, REWORK};
use super::row::incident::Incidents;
use super::{Seen, seen};
use crate::intent::Intent;
use crate::model::dora::behind::{Behind, Lines, Things};
use crate::report::sheet::Line;
use crate::report::{figure, text};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::hit::Target;
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::scope::Scope;
use crate::view::table::Table;

/// The list in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    Changes,
    Deployments,
    Recoveries,
    Incidents,
}

impl Front {
    const ALL: [Self; 4] = [
        Self::Changes,
        Self::Deployments,
        Self::Recoveries,
        Self::Incidents,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::Changes => "changes that went live",
            Self::Deployments => "deployments",
            Self::Recoveries => "recoveries",
            Self::Incidents => "incidents",
        }
    }

    fn next(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|one| *one == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()]
    }
}

/// The page.
pub struct BehindPage {
    /// Of these workloads, whatever everything is narrowed to.
    own: Option<Scope>,
    scope: Scope,
    seen: Option<Seen>,
    front: Front,
    /// The deployment whose changes are listed, and nothing else.
    of: Option<String>,
    changes: Table<Changes>,
    deployments: Table<Deployments>,
    recoveries: Table<Deployments>,
    incidents: Table<Incidents>,
}

impl BehindPage {
    #[must_use]
    pub fn new(scope: Scope, front: Front) -> Self {
        let mut changes = Table::new(Changes::default());
        changes.sort_by(LEAD);
        let mut recoveries = Table::new(Deployments {
            recoveries: true,
            ..Deployments::default()
        });
        recoveries.sort_by(7);
        Self {
            own: None,
            scope,
            seen: None,
            front,
            of: None,
            changes,
            deployments: Table::new(Deployments::default()),
            recoveries,
            incidents: Table::new(Incidents::default()),
        }
    }

    /// The changes of one deployment.
    #[must_use]
    fn of_deployment(workload: &str, deployment: &str) -> Self {
        let scope = Scope::Workload(workload.to_owned());
        let mut page = Self::new(scope.clone(), Front::Changes);
        page.own = Some(scope);
        page.of = Some(deployment.to_owned());
        page
    }

    pub fn failed_first(&mut self) {
        self.deployments.sort_by(FAILED);
    }

    pub fn rework_first(&mut self) {
        self.deployments.sort_by(REWORK);
    }

    fn question(&self) -> Question {
        let things = match (&self.of, self.front) {
            (Some(deployment), _) => Things::Shipped(deployment.clone()),
            (None, Front::Changes) => Things::Changes,
            (None, Front::Deployments) => Things::Deployments,
            (None, Front::Recoveries) => Things::Recoveries,
            (None, Front::Incidents) => Things::Incidents,
        };
        Question::Behind {
            scope: self.scope.clone(),
            things,
        }
    }

    fn told(&self) -> &Told {
        match self.front {
            Front::Changes => &self.changes.listing.told,
            Front::Deployments => &self.deployments.listing.told,
            Front::Recoveries => &self.recoveries.listing.told,
            Front::Incidents => &self.incidents.listing.told,
        }
    }

    fn take(&mut self, front: Front, answer: Option<Arc<Answer>>) {
        match front {
            Front::Changes => {
                self.changes.listing.told.0 = answer;
                self.changes.refresh();
            }
            Front::Deployments => {
                self.deployments.listing.told.0 = answer;
                self.deployments.refresh();
            }
            Front::Recoveries => {
                self.recoveries.listing.told.0 = answer;
                self.recoveries.refresh();
            }
            Front::Incidents => {
                self.incidents.listing.told.0 = answer;
                self.incidents.refresh();
            }
        }
    }

    /// What the row under the cursor opens.
    fn open(&self) -> Reaction {
        let deployment = |table: &Table<Deployments>| {
            let row = table.selected().and_then(|row| table.listing.row(row));
            row.map(|one| Self::of_deployment(&one.line.workload, &one.line.deployment))
        };
        let page = match self.front {
            Front::Changes => {
                let row = self.changes.selected();
                let row = row.and_then(|row| self.changes.listing.row(row));
                return row.map_or(Reaction::Done, |line| {
                    Reaction::Push(changes::change(&line.workload, &line.change))
                });
            }
            Front::Deployments => deployment(&self.deployments),
            Front::Recoveries => deployment(&self.recoveries),
            Front::Incidents => {
                let row = self.incidents.selected();
                let row = row.and_then(|row| self.incidents.listing.row(row));
                let cause = row.map(|line| (&line.workload, line.deployment.as_ref()));
                match cause {
                    Some((workload, Some(id))) => Some(Self::of_deployment(workload, id)),
                    Some((_, None)) => {
                        let words = "no deployment is known that caused it";
                        return Reaction::Say(words.to_owned());
                    }
                    None => None,
                }
            }
        };
        page.map_or(Reaction::Done, |page| Reaction::Push(Box::new(page)))
    }

    /// The lists, the one in front marked; and how much of everything it is.
    fn head(&self) -> Line {
        let mut line = Line::new();
        if let Some(deployment) = &self.of {
            line.push(Role::Dim, "brought by deployment ");
            line.push(Role::Text, deployment);
        } else {
            for front in Front::ALL {
                if !line.is_empty() {
                    line.push(Role::Dim, " · ");
                }
                if front == self.front {
                    line.push(Role::Title, format!("[{}]", front.title()));
                } else {
                    line.push(Role::Dim, front.title());
                }
            }
        }
        if let Some(behind) = self.told().behind() {
            line.append(extent(behind));
        }
        line
    }
}

/// What is listed and not counted, or counted and not listed, and why.
fn left_out(behind: &Behind) -> Option<String> {
    let names = &behind.without;
    if !names.is_empty() {
        return Some(format!(
            "{} without a lead time (the first deployment brought it, or nobody knows when it began): {}",
            figure::count(names.len(), "change"),
            figure::some_of(names, 12)
        ));
    }
    let counted = behind.counted.filter(|counted| *counted < behind.n)?;
    Some(format!(
        "{counted} of {} count: not what failed on the way or redeployed the same",
        behind.n
    ))
}

/// What is not listed, and why.
fn extent(behind: &Behind) -> Line {
    let mut line = Line::new();
    let shown = match &behind.lines {
        Lines::Deployments(lines) => lines.len(),
        Lines::Changes(lines) => lines.len(),
        Lines::Incidents(lines) => lines.len(),
    };
    if behind.n > shown {
        let words = format!("  the newest {shown} of {}", behind.n);
        line.push(Role::Warning, words);
    }
    if behind.told < behind.of {
        let told = figure::of(behind.told, behind.of, "workload");
        let words = format!("  of {told} so far");
        line.push(Role::Warning, words);
    }
    line
}

impl Page for BehindPage {
    fn title(&self, _scene: &Scene) -> String {
        match &self.of {
            Some(deployment) => format!("deployment {deployment}"),
            None => self.front.title().to_owned(),
        }
    }

    fn questions(&self, _scene: &Scene) -> Vec<Question> {
        vec![self.question()]
    }

    fn refresh(&mut self, scene: &Scene) {
        if self.own.is_none() {
            self.scope.clone_from(&scene.scope);
        }
        let seen = Some(seen(scene));
        if self.seen != seen {
            // Nothing that was told before is of this time and scope.
            self.seen = seen;
            for front in Front::ALL {
                self.take(front, None);
            }
        }
        if let Some(answer) = scene.answers.get(&self.question()) {
            self.take(self.front, Some(Arc::clone(answer)));
        }
    }

    fn on(&mut self, intent: Intent, scene: &Scene) -> Reaction {
        match intent {
            Intent::Open | Intent::Right => return self.open(),
            Intent::NextPane if self.of.is_none() => self.front = self.front.next(1),
            Intent::PreviousPane if self.of.is_none() => self.front = self.front.next(3),
            _ => return Reaction::Ignored,
        }
        self.refresh(scene);
        Reaction::Done
    }

    fn click(&mut self, _target: Target, _scene: &Scene) -> Reaction {
        Reaction::Ignored
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        pen.line(area.x + 2, area.y, area.width - 3, &self.head());
        let words = self.told().behind().and_then(left_out);
        let width = usize::from(area.width - 3);
        let foot = words.as_ref().map_or(0, |words| {
            u16::from(text::width(words) > width).saturating_add(1)
        });
        let list = Rect::new(
            area.x,
            area.y + 1,
            area.width,
            area.height.saturating_sub(1 + foot),
        );
        match self.front {
            Front::Changes => self.changes.draw(list, pen, true),
            Front::Deployments => self.deployments.draw(list, pen, true),
            Front::Recoveries => self.recoveries.draw(list, pen, true),
            Front::Incidents => self.incidents.draw(list, pen, true),
        }
        if let Some(words) = words {
            let row = Rect::new(area.x + 2, list.bottom(), area.width - 3, foot);
            pen.paragraph(row, Role::Dim, &words);
        }
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(match self.front {
            Front::Changes => &self.changes,
            Front::Deployments => &self.deployments,
            Front::Recoveries => &self.recoveries,
            Front::Incidents => &self.incidents,
        })
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(match self.front {
            Front::Changes => &mut self.changes,
            Front::Deployments => &mut self.deployments,
            Front::Recoveries => &mut self.recoveries,
            Front::Incidents => &mut self.incidents,
        })
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let opens = match self.front {
            Front::Changes => "the change",
            Front::Deployments | Front::Recoveries => "its changes",
            Front::Incidents => "what caused it",
        };
        let mut hints = vec![Hint::new(Intent::Open, opens)];
        if self.of.is_none() {
            hints.push(Hint::new(Intent::NextPane, "next list"));
        }
        hints.extend([
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Group, "group"),
            Hint::new(Intent::Back, "back"),
            Hint::new(Intent::Export, "export"),
        ]);
        hints
    }

    fn about(&self) -> &'static str {
        "The very things behind the metrics. Deployments: every attempt of the window; those that redeploy the same or failed on the way are listed and not counted. \
         Failed: an incident belongs to it, it was rolled back, or it is marked so; rework: it is a rollback or unplanned. Recoveries: failed deployments that \
         were mended in the window, and those still broken. Changes: lead time is coding (first commit to opening), pickup (to the first review), review (to the merge) \
         and deploy (to production). ~ rests on an inferred link. Filter by failed:yes, rework:yes, kind:rollback, workload:name."
    }
}
