//! A plan into a confirmed plan. [`Confirmed`] can be made here alone, and nothing is sent for less: a plan that no rule objects to, agreed to in the way
//! that its risk asks for, by who may agree.

use crate::event::time::Timestamp;
use crate::journal::Person;
use crate::model::definition::Confirm;
use crate::plan::Plan;

/// A plan that somebody agreed to.
#[derive(Clone, Debug)]
pub struct Confirmed {
    plan: Plan,
    by: Person,
    at: Timestamp,
}

impl Confirmed {
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    #[must_use]
    pub fn by(&self) -> &Person {
        &self.by
    }

    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

/// What somebody gives to agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assent {
    /// A key, or `--yes`.
    Yes,
    /// What was typed, or `--confirm NAME`.
    Typed(String),
    /// A second person, after the first; with what they typed where that is asked for, too.
    Second { first: Person, typed: String },
}

/// Why that is not enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotYet {
    /// A rule objects.
    Objected(String),
    /// The name has to be typed.
    Type(String),
    /// It is not what has to be typed.
    Mistyped { typed: String, name: String },
    /// Another person has to agree.
    NeedsSecond,
    /// The same person cannot be the second.
    Same(String),
}

impl NotYet {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Objected(text) => text.clone(),
            Self::Type(name) => format!("type {name} to confirm"),
            Self::Mistyped { typed, name } => format!("{typed:?} is not {name:?}"),
            Self::NeedsSecond => "a second person has to confirm".to_owned(),
            Self::Same(name) => format!("{name} asked for it, and cannot be the second person"),
        }
    }
}

/// Confirms a plan. `plan` is the one that was shown, made anew just now and found to be the same.
pub fn confirm(
    plan: Plan,
    assent: &Assent,
    by: Person,
    at: Timestamp,
) -> Result<Confirmed, NotYet> {
    if let Some(objection) = plan.standing().next() {
        return Err(NotYet::Objected(objection.text.clone()));
    }
    let name = plan.workload.clone();
    let typed = |typed: &String| {
        if *typed == name {
            Ok(())
        } else {
            Err(NotYet::Mistyped {
                typed: typed.clone(),
                name: name.clone(),
            })
        }
    };
    match (plan.confirm, assent) {
        (Confirm::Yes, Assent::Yes | Assent::Second { .. }) => {}
        (Confirm::Yes | Confirm::Typed, Assent::Typed(text)) => typed(text)?,
        (Confirm::Typed, _) => return Err(NotYet::Type(name)),
        (Confirm::Second, Assent::Second { first, typed: text }) => {
            if first.is(&by) {
                return Err(NotYet::Same(by.name));
            }
            typed(text)?;
        }
        (Confirm::Second, _) => return Err(NotYet::NeedsSecond),
    }
    Ok(Confirmed { plan, by, at })
}
