//! An instance of a tool that is spoken with over HTTP: where it is, as whom, and how it refuses. A connector asks it for addresses below it and gets what
//! they hold, or an error that says what is wrong and what to do.

use http::HeaderMap;
use serde::de::DeserializeOwned;
use url::Url;

use super::address::{Address, Hint};
use super::lines::Lines;
use super::page::Page;
use super::parse::{self, Parsed};
use super::plain::{Login, Plain};
use super::refusal::Refusal;
use super::{Answer, Http, Policy, Stop, Transport, Unopened};
use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;

/// What all instances of a tool have in common.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// What the sources of its events begin with: the kind of its sources.
    pub kind: &'static str,
    /// As people name it.
    pub name: &'static str,
    /// Where it is when no `url` is told. `None`: everybody has their own.
    pub public: Option<&'static str>,
    /// A path that a `url` may end with, and which is no part of where it is: `/api/v1`.
    pub suffix: &'static str,
    pub hint: Hint,
    pub refusal: Refusal,
}

/// Short lists are read to here.
const PAGES: usize = 100;

/// Where a tool is, and as whom it is spoken with, by a transport that most tools share or by their own.
pub struct Instance<T = Plain> {
    tool: &'static Tool,
    /// The name of its source in the configuration.
    pub name: String,
    /// `<kind>:<host>[:port][/path]`: the source of its events, or what it begins with.
    pub source: String,
    /// As it is named in lower case, without a port.
    pub host: String,
    /// Without a slash at the end.
    base: Url,
    pub http: Http<T>,
}

impl Instance {
    /// Looks through the settings; nothing is asked yet.
    pub fn open(
        settings: &Settings,
        tool: &'static Tool,
        login: Login,
    ) -> Result<Self, ConnectorError> {
        Self::over(settings, tool, Plain::new(settings, login)?)
    }
}

impl<T: Transport> Instance<T> {
    /// The same over a transport that is made already.
    pub fn over(
        settings: &Settings,
        tool: &'static Tool,
        transport: T,
    ) -> Result<Self, ConnectorError> {
        let name = settings.name.clone();
        let Some(address) = settings.url.as_deref().or(tool.public) else {
            let missing = ConnectorError::configuration(&name, "url", "is missing");
            return Err(missing.hinted(tool.hint.example));
        };
        let address = Address::read(&name, address, tool.hint)?;
        let path = address.path();
        let path = path.strip_suffix(tool.suffix).unwrap_or(path);
        let mut base = address.url.clone();
        base.set_path(path);
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self {
            tool,
            name,
            source: format!("{}:{}{}{path}", tool.kind, address.host, address.port()),
            host: address.host,
            base,
            http: Http::new(transport, Policy::default()),
        })
    }

    /// An address below it: its path piece by piece, each encoded as one, and its query.
    #[must_use]
    pub fn address(&self, pieces: &[&str], query: &[(&str, &str)]) -> String {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(pieces);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url.into()
    }

    /// The same without a slash at the end, and without what belongs to the API.
    #[must_use]
    pub fn root(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// An address of its API: a path and a query that are encoded already.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{}{path}", self.root(), self.tool.suffix)
    }

    /// The source of the events of a part of it: `gitea:git.example.com/acme/checkout` of `acme/checkout`.
    #[must_use]
    pub fn source_of(&self, part: &str) -> String {
        format!("{}/{part}", self.source)
    }

    /// What follows in the source of an event, where it is of this instance: `acme/checkout` of `gitea:git.example.com/acme/checkout`.
    #[must_use]
    pub fn within<'s>(&self, source: &'s str) -> Option<&'s str> {
        source.strip_prefix(&self.source)?.strip_prefix('/')
    }

    /// Whether an address is one of it.
    #[must_use]
    pub fn has(&self, url: &str) -> bool {
        url.starts_with(&self.address(&[""], &[]))
    }

    /// What an address answers. `what` it is, errors say.
    pub async fn answer(&self, url: &str, what: &str) -> Result<Answer, ConnectorError> {
        self.answer_with(url, what, &HeaderMap::new()).await
    }

    /// The same, asked with headers of one's own.
    pub async fn answer_with(
        &self,
        url: &str,
        what: &str,
        headers: &HeaderMap,
    ) -> Result<Answer, ConnectorError> {
        let asked = self.asked(url, what, headers).await;
        asked.map_err(|stop| stop.into_error(what))
    }

    /// The same, for who can go on later where the allowance is used up.
    pub async fn asked(&self, url: &str, what: &str, headers: &HeaderMap) -> Result<Answer, Stop> {
        let answer = self.http.get_with(url, headers).await?;
        if answer.is_success() {
            Ok(answer)
        } else {
            Err(self.refused(what, &answer).into())
        }
    }

    /// The lines of what goes on.
    pub async fn lines(
        &self,
        url: &str,
        what: &str,
        headers: HeaderMap,
    ) -> Result<Lines, ConnectorError> {
        let opened = self.http.lines(url, headers).await;
        opened.map_err(|unopened| match unopened {
            Unopened::Refused(answer) => self.refused(what, &answer),
            Unopened::Failed(error) => error,
        })
    }

    /// One thing.
    pub async fn one<A: DeserializeOwned>(
        &self,
        url: &str,
        what: &str,
    ) -> Result<A, ConnectorError> {
        let answer = self.answer(url, what).await?;
        parse::one(&answer.body).map_err(|why| self.unreadable(what, &why))
    }

    /// A list: the answer itself, or the list under `field` of it.
    pub async fn list<A: DeserializeOwned>(
        &self,
        url: &str,
        field: Option<&str>,
        what: &str,
    ) -> Result<Parsed<A>, ConnectorError> {
        let answer = self.answer(url, what).await?;
        parse::list(&answer.body, field).map_err(|why| self.unreadable(what, &why))
    }

    /// A page of a list; `next` finds in an answer where the next one is.
    pub async fn page<A: DeserializeOwned>(
        &self,
        url: &str,
        field: Option<&str>,
        what: &str,
        next: impl Fn(&Answer) -> Option<String>,
    ) -> Result<Page<A>, ConnectorError> {
        let answer = self.answer(url, what).await?;
        let parsed = parse::list(&answer.body, field);
        let parsed = parsed.map_err(|why| self.unreadable(what, &why))?;
        let next = next(&answer).filter(|next| next != url);
        // The credentials go along, so it is followed nowhere else.
        if let Some(next) = &next
            && !self.has(next)
        {
            return Err(self.unreadable(what, "its next page is said to be at another address"));
        }
        Ok(Page {
            items: parsed.items,
            complaints: parsed.complaints,
            next,
        })
    }

    /// A short list, to its end.
    pub async fn all<A: DeserializeOwned>(
        &self,
        url: &str,
        field: Option<&str>,
        what: &str,
        next: impl Fn(&Answer) -> Option<String>,
    ) -> Result<Parsed<A>, ConnectorError> {
        let mut all = Parsed {
            items: Vec::new(),
            complaints: Vec::new(),
        };
        let mut url = url.to_owned();
        for _ in 0..PAGES {
            let page = self.page(&url, field, what, &next).await?;
            all.items.extend(page.items);
            all.complaints.extend(page.complaints);
            match page.next {
                Some(next) => url = next,
                None => return Ok(all),
            }
        }
        all.complaints.push(format!(
            "it has more than {PAGES} pages: the rest is not read"
        ));
        Ok(all)
    }

    /// The error for an answer that is a refusal.
    #[must_use]
    pub fn refused(&self, what: &str, answer: &Answer) -> ConnectorError {
        let tool = self.tool;
        tool.refusal.error(tool.name, &self.name, what, answer)
    }

    /// Why a deed was not done, and what to do about it.
    #[must_use]
    pub fn declined(&self, answer: &Answer) -> String {
        let tool = self.tool;
        tool.refusal.declined(tool.name, &self.name, answer)
    }

    /// What an answer says, in one line.
    #[must_use]
    pub fn says(&self, answer: &Answer) -> String {
        self.tool.refusal.says(answer)
    }

    /// The error of an answer that cannot be read.
    #[must_use]
    pub fn unreadable(&self, what: &str, why: &str) -> ConnectorError {
        parse::unreadable(what, why).hinted(format!(
            "is `url` of source {:?} the address of {} itself, without a page of login in front of it?",
            self.name, self.tool.name
        ))
    }
}

#[cfg(test)]
impl Instance {
    /// One for tests of what is made of its addresses.
    pub(crate) fn example(tool: &'static Tool, url: &str) -> Self {
        let settings = Settings {
            name: "t".to_owned(),
            url: Some(url.to_owned()),
            ..Settings::default()
        };
        Self::open(&settings, tool, Login::None).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TOOL: Tool = Tool {
        kind: "tool",
        name: "Tool",
        public: Some("https://api.tool.example"),
        suffix: "/api/v1",
        hint: Hint {
            example: "url = \"https://tool.example.com\"",
            login: "name a token with `token`",
        },
        refusal: Refusal {
            says: &["/message"],
            token: "is it expired?",
            rights: "the right to read",
            missing: "it is gone",
        },
    };

    static OWN: Tool = Tool {
        public: None,
        ..TOOL
    };

    fn open(tool: &'static Tool, url: Option<&str>) -> Result<Instance, ConnectorError> {
        let settings = Settings {
            name: "t".to_owned(),
            url: url.map(str::to_owned),
            ..Settings::default()
        };
        Instance::open(&settings, tool, Login::None)
    }

    #[test]
    fn addresses_are_made_from_any_form_of_the_base() {
        for (given, source, list) in [
            (
                "https://Tool.example.com/",
                "tool:tool.example.com",
                "https://tool.example.com/api/v1/a%2Fb/Gr%C3%B6%C3%9Fe?project=x+y",
            ),
            (
                "http://127.0.0.1:8080/ci/api/v1/?q=1#top",
                "tool:127.0.0.1:8080/ci",
                "http://127.0.0.1:8080/ci/api/v1/a%2Fb/Gr%C3%B6%C3%9Fe?project=x+y",
            ),
        ] {
            let instance = open(&TOOL, Some(given)).unwrap();
            assert_eq!(instance.source, source);
            let pieces = ["api", "v1", "a/b", "Größe"];
            assert_eq!(instance.address(&pieces, &[("project", "x y")]), list);
            assert_eq!(
                instance.within(&format!("{source}/acme/shop")),
                Some("acme/shop")
            );
            assert_eq!(
                instance.at("/acme%2Fshop?x=1"),
                format!("{}/api/v1/acme%2Fshop?x=1", instance.root())
            );
            assert_eq!(
                instance.within(&instance.source_of("acme/shop")),
                Some("acme/shop")
            );
            assert_eq!(instance.within("tool:elsewhere/acme/shop"), None);
            assert_eq!(instance.within(&format!("{source}s/acme")), None);
        }
        assert_eq!(open(&TOOL, None).unwrap().source, "tool:api.tool.example");
    }

    #[test]
    fn what_is_no_address_is_refused_and_its_password_not_repeated() {
        for wrong in [
            None,
            Some("tool"),
            Some("ftp://x"),
            Some("https://u:hunter2@x"),
        ] {
            let error = open(&OWN, wrong).err().unwrap();
            let text = format!("{error} {error:?}");
            assert!(
                text.contains("\"t\", url") && !text.contains("hunter2"),
                "{text}"
            );
        }
    }
}
