//! What those who work beside tell: the scene becomes what they know now. An answer for another instant or window is too late, and dropped.

use std::sync::Arc;

use super::App;
use super::message::{Effect, News};
use super::update::READING;
use crate::model::overview::Overview;
use crate::view::scene::{Lens, Stage};
use crate::view::scope::Scope;

impl App {
    /// Whether news may let hands rest before they are seen: nobody waits for them, and what they change is in sight already.
    #[must_use]
    pub fn lets_rest(&self, news: &News) -> bool {
        match news {
            News::Fleet { .. } => self.scene.stage == Stage::Ready,
            News::Answer { question, .. } => self.scene.answers.contains_key(question),
            News::Sources(_) => true,
            _ => false,
        }
    }

    /// News from outside.
    pub fn news(&mut self, news: News) -> Vec<Effect> {
        let mut effects = Vec::new();
        match news {
            News::Opened { title, me } => {
                self.scene.title = title;
                self.scene.me = me;
            }
            News::Fleet {
                lens,
                overviews,
                stage,
                seq,
            } => {
                if !same(&lens, &self.scene.lens) {
                    return effects;
                }
                effects.extend(self.fleet(overviews, stage, seq));
            }
            News::Answer {
                lens,
                question,
                answer,
            } => {
                if !same(&lens, &self.scene.lens) {
                    return effects;
                }
                self.scene.answers.insert(question, answer);
            }
            News::Sources(sources) => {
                if self.scene.sources == sources {
                    return effects;
                }
                self.scene.sources = sources;
                self.end_reading();
            }
            News::Acting { lasts, forbidden } => {
                self.scene.acting.lasts = Some(lasts);
                self.scene.acting.forbidden = forbidden;
                if std::mem::take(&mut self.begins_armed) {
                    self.arm(Scope::All);
                }
            }
            News::Replied(id, reply) => self.scene.acting.reply = Some((id, reply)),
            News::Stories(stories) => effects.extend(self.told(stories)),
            News::Said(role, words) => {
                self.say(role, &words);
                return effects;
            }
            News::Theme(theme) => self.wear(*theme),
            News::Failed(reason) => self.scene.stage = Stage::Failed(reason),
        }
        self.scene.version += 1;
        effects
    }

    /// Nobody is told any longer that the sources are read, once they are.
    fn end_reading(&mut self) {
        let mut sources = self.scene.sources.iter();
        let said = self.ui.message.as_ref();
        if said.is_some_and(|line| line.text() == READING)
            && sources.all(|one| one.reading.is_none())
        {
            self.ui.message = None;
        }
    }

    /// The workloads, as far as they are worked out.
    fn fleet(&mut self, overviews: Vec<Arc<Overview>>, stage: Stage, seq: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        let me = self.scene.me.as_deref();
        if self.scene.lens.as_of.is_none() {
            let before = self.scene.fleet();
            let notices = self.notices.between(before, &overviews, me);
            effects.extend(notices.into_iter().map(Effect::Notify));
        }
        if seq != self.scene.seq {
            // What was told before may have changed since: it stays in sight until it is told anew.
            self.asked.clear();
        }
        let ready = stage == Stage::Ready && self.scene.stage != Stage::Ready;
        self.ask_again(ready);
        self.scene.enter(overviews);
        self.scene.stage = stage;
        self.scene.seq = seq;
        effects.extend(self.widen());
        if ready {
            self.begin_ahead();
        }
        effects
    }

    /// What rests on the workloads that are worked out is asked again as they grow, once what was asked before is told; where all are, nothing that was told
    /// of some is an answer any more.
    fn ask_again(&mut self, all: bool) {
        let answers = &mut self.scene.answers;
        self.asked
            .retain(|question| !question.rests_on_fleet() || !answers.contains_key(question));
        if all {
            answers.retain(|question, _| !question.rests_on_fleet());
        }
    }
}

/// Whether two lenses show the same: their clocks may differ.
fn same(one: &Lens, other: &Lens) -> bool {
    one.as_of == other.as_of && one.length == other.length
}
