//! What pages ask the worker, and what is told anew without being asked.

use std::mem::discriminant;
use std::sync::Arc;

use super::Worker;
use crate::dashboard::answer;
use crate::dashboard::message::News;
use crate::store::StoreError;
use crate::view::answer::{Answer, Question};

impl Worker {
    /// The last that is asked is answered first: it is what is in front.
    pub(super) fn ask(&mut self, question: Question) {
        if question.follows_log() {
            let kind = discriminant(&question);
            self.followed.retain(|known| discriminant(known) != kind);
            self.followed.push(question.clone());
        }
        self.questions.retain(|known| *known != question);
        self.questions.push(question);
    }

    /// Tells anew what is followed.
    pub(super) fn follow(&mut self) -> Result<(), StoreError> {
        for question in self.followed.clone() {
            match question {
                // For what comes in, it does not begin to look through all workloads: for who opens its page it does.
                Question::Doctor if !self.known.diagnosis.is_looking() => self.diagnose()?,
                question => self.answer(question)?,
            }
        }
        Ok(())
    }

    pub(super) fn answer(&mut self, question: Question) -> Result<(), StoreError> {
        if question == Question::Doctor && self.known.diagnosis.is_looking() {
            // It is told every now and then how far that is.
            return Ok(());
        }
        let fleet = answer::Fleet {
            overviews: &self.overviews,
            foreign: &self.foreign,
        };
        let (engine, known) = (&mut self.engine, &mut self.known);
        let answer = answer::answer(engine, known, &fleet, &self.lens, &question)?;
        self.tell_answer(question, answer);
        Ok(())
    }

    pub(super) fn diagnose(&mut self) -> Result<(), StoreError> {
        let told = self.known.diagnosed(&self.engine)?;
        self.tell_answer(Question::Doctor, told);
        Ok(())
    }

    fn tell_answer(&mut self, question: Question, answer: Answer) {
        let answer = Arc::new(answer);
        self.shown.hold(Arc::clone(&answer) as _);
        (self.tell)(News::Answer {
            lens: self.lens,
            question,
            answer,
        });
    }
}
