//! What is in front, as something that can be acted on. A page says what it is ([`Page::subject`](crate::view::page::Page::subject)); what can be done
//! with it is the same everywhere.

/// What is in front. Whatever is told more exactly goes before what is told less so: a gate before its workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    pub workload: Option<String>,
    pub environment: Option<String>,
    /// A version that was or is there: tag, sha or digest.
    pub version: Option<String>,
    pub deployment: Option<String>,
    /// Gates, each with its workload.
    pub gates: Vec<(String, String)>,
    pub change: Option<String>,
    pub incident: Option<String>,
    /// An action that waits for a second person.
    pub action: Option<String>,
}

impl Subject {
    #[must_use]
    pub fn workload(name: Option<String>) -> Self {
        Self {
            workload: name,
            ..Self::default()
        }
    }
}
