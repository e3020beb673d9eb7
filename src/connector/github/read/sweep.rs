//! What changes behind the first page of a list: a run that is run again keeps its place, and a tag stands where its name puts it. Older pages are looked
//! at again in turn, one at a reading and on while there is something new; and only where a repository had news, so that a quiet one costs nothing.

use std::collections::HashSet;

use super::list::{Digest, Way};
use super::{Reader, parse};
use crate::connector::github::cursor::{List, Place, Todo, place};
use crate::connector::github::translate::run;
use crate::connector::github::wire::{Run, Tag};
use crate::connector::piece::{End, barred};
use crate::event::time::{Span, Timestamp};

/// The lists that change so.
const LISTS: [List; 2] = [List::Runs, List::Tags];
/// GitHub lets a run be run again for 30 days.
const AGAIN: Span = Span::from_seconds(31 * 24 * 3600);
/// How far the clocks of GitHub and of this machine may be apart.
const SLACK: Span = Span::from_seconds(3600);
/// So many pages are looked at in one reading.
const AT_MOST: usize = 10;
/// So many tags are known by name; a repository with more is read by its first page alone.
const MOST: usize = 20_000;

/// Whether there is anything behind the first page, all of which was read once.
fn is_wanted(place: &Place) -> bool {
    place.walk.is_none() && place.pages.is_some_and(|pages| pages > 1) && place.seen.len() < MOST
}

impl Reader<'_> {
    /// The lists that were read to their end before, and have more than a page.
    pub(super) fn behind(&self, repositories: &[String]) -> Vec<(String, List)> {
        let lists = repositories.iter().flat_map(|repository| {
            let wanted = |list: &List| is_wanted(&place(&self.rows, repository, *list));
            let lists = LISTS.into_iter().filter(wanted);
            lists.map(|list| (repository.clone(), list))
        });
        lists.collect()
    }

    /// Looks at one older page of each, and on while there is something new, in those repositories that had news.
    pub(super) async fn sweep(&mut self, mut behind: Vec<(String, List)>) -> Result<(), End> {
        behind.retain(|(repository, list)| {
            let is_left = self.handled.contains(repository)
                || (self.handled).contains(&barred(repository, list.word()));
            self.lively.contains(repository) && !is_left
        });
        for _ in 0..AT_MOST {
            let pages = behind.iter();
            let pieces = pages.map(|(repository, list)| self.page(repository, *list, Way::Sweep));
            let pieces = pieces.collect();
            self.run(pieces).await?;
            behind.retain(|(repository, list)| {
                let barred = barred(repository, list.word());
                place(&self.rows, repository, *list).sweep.found && !self.handled.contains(&barred)
            });
        }
        Ok(())
    }
}

impl Digest {
    /// Notes the tags of a page as known.
    pub(super) fn saw(&mut self, names: Vec<String>) {
        let known: HashSet<String> = self.place.seen.iter().cloned().collect();
        let new = names.into_iter().filter(|name| !known.contains(name));
        self.place.seen.extend(new);
    }

    /// Takes what is new on the page.
    pub(super) fn sweep(&mut self, body: &str) -> Result<(), String> {
        let page = self.place.sweep.next();
        if page == 2 {
            self.place.sweep.before = self.place.sweep.began.replace(self.now);
        }
        let before = self.todos.len();
        let ends = match self.page.list {
            List::Tags => self.sweep_tags(body)?,
            _ => self.sweep_runs(body)?,
        };
        let sweep = &mut self.place.sweep;
        let goes_on = !ends && self.links.next.is_some();
        sweep.page = goes_on.then_some(page);
        sweep.found = goes_on && self.todos.len() > before;
        Ok(())
    }

    /// Runs that changed since the turn before. Of the first turn it is not known what had been read, so that it takes what was run again.
    fn sweep_runs(&mut self, body: &str) -> Result<bool, String> {
        let parsed = parse::list::<Run>(body, Some("workflow_runs"))?;
        self.complaints = parsed.complaints;
        let before = self.place.sweep.before.map(|before| before - SLACK);
        let mut oldest = Timestamp::MAX;
        for listed in parsed.items {
            oldest = oldest.min(listed.created_at);
            let is_new = match before {
                Some(before) => listed.updated_at >= before,
                None => listed.run_attempt.unwrap_or(1) > 1 || !run::is_finished(&listed),
            };
            if is_new {
                self.run_of_actions(listed);
            }
        }
        Ok(oldest < self.now - AGAIN)
    }

    fn sweep_tags(&mut self, body: &str) -> Result<bool, String> {
        let parsed = parse::list::<Tag>(body, None)?;
        self.complaints = parsed.complaints;
        let known: HashSet<&String> = self.place.seen.iter().collect();
        let mut new = parsed.items;
        new.retain(|tag| !known.contains(&tag.known_by()));
        self.saw(new.iter().map(Tag::known_by).collect());
        self.todos.extend(new.into_iter().map(Todo::Tag));
        Ok(false)
    }
}
