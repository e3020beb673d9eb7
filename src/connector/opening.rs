//! A request for a branch that was pushed, opened on the host of its repository: by another source than the one that pushed. The one says what is wanted
//! ([`Opening::order`]), the other reads it ([`Opening::of`]); how it stands is told by the key of the action, which the request's text bears.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ConnectorError;
use super::error::ErrorKind;
use crate::plan::request::{Order, Receipt, Standing};

/// What is to be opened. It goes in the place of a step's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub repository: String,
    /// The branch that was pushed.
    #[serde(rename = "open")]
    pub branch: String,
    /// The branch that it is to be merged into.
    #[serde(rename = "ref")]
    pub into: String,
    pub title: String,
    pub text: String,
}

/// What is kept to ask after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub repository: String,
    pub branch: String,
    pub into: String,
    /// The key of the action.
    pub key: String,
}

/// A request for the branch, as its host tells of it.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// `#12`
    pub name: String,
    pub is_open: bool,
    /// Who opened it.
    pub by: Option<String>,
    pub text: String,
    pub url: Option<String>,
}

impl Opening {
    /// What the host of the repository is asked, for an order that was pushed.
    #[must_use]
    pub fn order(&self, pushed: &Order) -> Order {
        let way = serde_json::to_value(self).unwrap_or_default();
        Order {
            way: way.as_object().cloned(),
            ..pushed.clone()
        }
    }

    /// What an order asks to be opened, where it does.
    pub fn of(order: &Order) -> Result<Option<Self>, ConnectorError> {
        let Some(way) = order.way.as_ref().filter(|way| way.contains_key("open")) else {
            return Ok(None);
        };
        let read = serde_json::from_value(Value::Object(way.clone()));
        read.map(Some).map_err(|error| {
            let context = format!("{} {}", order.verb.word(), order.workload);
            let detail = format!("the request to be opened cannot be read: {error}");
            ConnectorError::new(ErrorKind::Malformed, context, detail)
        })
    }

    /// In words.
    #[must_use]
    pub fn what(&self) -> String {
        format!(
            "open a request in {}: {} into {}",
            self.repository, self.branch, self.into
        )
    }

    #[must_use]
    pub fn kept(&self, order: &Order) -> Opened {
        Opened {
            repository: self.repository.clone(),
            branch: self.branch.clone(),
            into: self.into.clone(),
            key: order.key.clone(),
        }
    }
}

impl Opened {
    /// How it stands, by the requests that there are for the branch.
    #[must_use]
    pub fn standing(&self, found: impl IntoIterator<Item = Found>) -> Standing {
        let found: Vec<Found> = found.into_iter().collect();
        let own = found.iter().find(|one| one.text.contains(&self.key));
        if let Some(own) = own {
            let word = if own.is_open { "is open" } else { "was opened" };
            return Standing::Done(Receipt {
                text: format!("{} {word}", own.name),
                url: own.url.clone(),
            });
        }
        match found.iter().find(|one| one.is_open) {
            Some(other) => Standing::Moved(format!(
                "{} is open for {} already, by {}",
                other.name,
                self.branch,
                other.by.as_deref().unwrap_or("somebody else")
            )),
            None => Standing::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_known_by_its_key_and_anothers_stands_in_the_way_while_it_is_open() {
        let kept = Opened {
            repository: "acme/deployments".to_owned(),
            branch: "promote/shop-2".to_owned(),
            into: "main".to_owned(),
            key: "20260301T1-a".to_owned(),
        };
        let found = |name: &str, is_open, text: &str| Found {
            name: name.to_owned(),
            is_open,
            text: text.to_owned(),
            ..Found::default()
        };
        let ours = found("#2", false, "why\n\nLeadtime-Action: 20260301T1-a");
        assert_eq!(kept.standing([]), Standing::Open);
        assert_eq!(kept.standing([found("#1", false, "x")]), Standing::Open);
        let standing = kept.standing([found("#1", true, "x")]);
        assert!(matches!(standing, Standing::Moved(text) if text.contains("#1")));
        let standing = kept.standing([found("#1", true, "x"), ours]);
        assert!(matches!(standing, Standing::Done(receipt) if receipt.text == "#2 was opened"));
    }
}
