//! A page that is to be read: of which list, from where on, and how GitLab is asked for it.

use std::collections::BTreeMap;

use crate::connector::gitlab::client::Reach;
use crate::connector::gitlab::cursor::{List, Place, Todo};
use crate::connector::http::address::encoded;
use crate::connector::origin::Origin;
use crate::event::time::Timestamp;

/// A page to be read, and what is known of its list.
#[derive(Clone, Debug)]
pub struct Page {
    pub origin: Origin,
    pub list: List,
    pub place: Place,
    /// The page of the walk, not the first one.
    pub walking: bool,
    /// What is being watched already, by key.
    pub open: BTreeMap<String, Todo>,
    /// Tags that are known by name.
    pub tags: Vec<String>,
    /// The default branch, which the list of commits is of.
    pub branch: Option<String>,
}

impl Page {
    /// What is being read, in words.
    #[must_use]
    pub fn what(&self) -> String {
        format!("{}: {}", self.origin.repository, self.list.word())
    }

    /// Its list's address, below the API's.
    pub(super) fn path(&self) -> String {
        let rest = match self.list {
            List::Requests => "merge_requests",
            List::Protected => "protected_environments",
            List::Commits => "repository/commits",
            List::Tags => "repository/tags",
            other => other.word(),
        };
        format!("{}/{rest}", Reach::project(&self.origin.repository))
    }

    /// What is asked for: what changed after an instant, or the walk's own page.
    pub(super) fn query(&self, after: Timestamp) -> String {
        if let (true, Some(walk)) = (self.walking, &self.place.walk) {
            return walk.query.clone();
        }
        let news = format!("order_by=updated_at&sort=desc&updated_after={after}");
        let asked = match self.list {
            List::Requests | List::Issues => format!("scope=all&state=all&{news}"),
            List::Pipelines | List::Deployments => news,
            List::Commits => {
                let branch = self.branch.as_deref().unwrap_or("HEAD");
                format!("ref_name={}&since={after}", encoded(branch))
            }
            List::Releases => "order_by=released_at&sort=desc".to_owned(),
            List::Tags => "order_by=updated&sort=desc".to_owned(),
            List::Protected | List::Environments => String::new(),
        };
        if asked.is_empty() {
            "per_page=100".to_owned()
        } else {
            format!("{asked}&per_page=100")
        }
    }
}
