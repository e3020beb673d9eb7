//! Jenkins' API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do. There are no entity tags
//! and no pages: what is not wanted is left out by `tree`, and lists are cut by ranges in it.

use serde::de::DeserializeOwned;

use super::config::Base;
use super::wire::{self, Build, Builds, Input, Item, Job, Queue, Run, Stage, User};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::mask::masked;
use crate::connector::http::plain::Plain;
use crate::connector::http::{Answer, Http, parse};

/// Folders within folders that one request looks into.
pub const DEPTH: usize = 3;

/// Who asks, and where.
pub struct Reach<'a> {
    pub http: &'a Http<Plain>,
    pub base: &'a Base,
    /// The name of the source in the configuration.
    pub source: &'a str,
}

impl Reach<'_> {
    /// A job, or a folder with what is in it, some folders deep.
    pub async fn item(&self, name: &str) -> Result<Item, ConnectorError> {
        let mut tree = "jobs[name]".to_owned();
        for _ in 0..DEPTH {
            tree = format!("jobs[{},{tree}]", wire::ITEM);
        }
        let tree = format!("{},{tree}", wire::ITEM);
        let what = if name.is_empty() { "the jobs" } else { name };
        self.tree(name, &[], &tree, what).await
    }

    /// The builds of a job, newest first: those from one place to another.
    pub async fn builds(
        &self,
        job: &str,
        from: usize,
        to: usize,
    ) -> Result<Vec<Build>, ConnectorError> {
        let tree = format!("allBuilds[{}]{{{from},{to}}}", wire::BUILD);
        let what = format!("{job}: its builds");
        let builds: Builds = self.tree(job, &[], &tree, &what).await?;
        Ok(builds.all_builds)
    }

    pub async fn build(&self, job: &str, number: u64) -> Result<Build, ConnectorError> {
        let (what, number) = (format!("{job} #{number}"), number.to_string());
        self.tree(job, &[&number], wire::BUILD, &what).await
    }

    /// The stages of a build.
    pub async fn run(&self, job: &str, number: u64) -> Result<Run, ConnectorError> {
        let what = format!("{job} #{number}: its stages");
        let number = number.to_string();
        let url = self.base.of_job(job, &[&number, "wfapi", "describe"], &[]);
        self.read(&url, &what).await
    }

    /// A stage, with its steps.
    pub async fn stage(&self, job: &str, number: u64, id: &str) -> Result<Stage, ConnectorError> {
        let what = format!("{job} #{number}: its stage {id}");
        let number = number.to_string();
        let pieces = [
            number.as_str(),
            "execution",
            "node",
            id,
            "wfapi",
            "describe",
        ];
        self.read(&self.base.of_job(job, &pieces, &[]), &what).await
    }

    /// The inputs of a build that wait.
    pub async fn inputs(&self, job: &str, number: u64) -> Result<Vec<Input>, ConnectorError> {
        let what = format!("{job} #{number}: its inputs");
        let number = number.to_string();
        let pieces = [number.as_str(), "wfapi", "pendingInputActions"];
        self.read(&self.base.of_job(job, &pieces, &[]), &what).await
    }

    /// A job, as far as building it goes.
    pub async fn job(&self, job: &str) -> Result<Job, ConnectorError> {
        self.tree(job, &[], wire::JOB, job).await
    }

    pub async fn queue(&self) -> Result<Queue, ConnectorError> {
        self.tree("", &["queue"], wire::QUEUE, "the queue").await
    }

    /// Who Jenkins takes us for. `None`: nobody, or it does not say.
    pub async fn me(&self) -> Result<Option<User>, ConnectorError> {
        let me: Result<User, _> = self
            .tree("", &["me"], "id,fullName", "whose token it is")
            .await;
        match me {
            Ok(user) => Ok(Some(user).filter(|user| !user.id.is_empty())),
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The version that every answer names.
    pub async fn version(&self) -> Result<Option<String>, ConnectorError> {
        let url = self.base.of_job("", &["api", "json"], &[("tree", "mode")]);
        let answer = self.answer(&url, "Jenkins").await?;
        Ok(answer.header("x-jenkins").map(str::to_owned))
    }

    async fn tree<T: DeserializeOwned>(
        &self,
        job: &str,
        rest: &[&str],
        tree: &str,
        what: &str,
    ) -> Result<T, ConnectorError> {
        let mut pieces = rest.to_vec();
        pieces.extend(["api", "json"]);
        let url = self.base.of_job(job, &pieces, &[("tree", tree)]);
        self.read(&url, what).await
    }

    /// Reads what an address answers.
    pub async fn read<T: DeserializeOwned>(
        &self,
        url: &str,
        what: &str,
    ) -> Result<T, ConnectorError> {
        let answer = self.answer(url, what).await?;
        parse::one(&answer.body).map_err(|why| {
            let error = parse::unreadable(&format!("GET {}", masked(url)), &why);
            error.hinted("is `url` the address of Jenkins itself, and does it let a token in without its own page of login?")
        })
    }

    async fn answer(&self, url: &str, what: &str) -> Result<Answer, ConnectorError> {
        match self.http.get(url, None).await {
            Ok(answer) if answer.is_success() => Ok(answer),
            Ok(answer) => Err(refused(self.source, what, &answer)),
            Err(stop) => Err(stop.into_error(what)),
        }
    }
}

/// What a refusal says, cleaned: in a header, or in the title of its page.
#[must_use]
pub fn says(answer: &Answer) -> String {
    let title = || {
        let (_, rest) = answer.body.split_once("<title>")?;
        Some(rest.split_once("</title>")?.0)
    };
    let needs = answer.header("x-required-permission");
    let text = match (answer.header("x-error").or_else(title), needs) {
        (_, Some(needs)) => format!("it needs the permission {needs}"),
        (Some(text), None) => text.to_owned(),
        (None, None) => String::new(),
    };
    let text = text.replace("&#039;", "'").replace("&quot;", "\"");
    let clean: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
    if clean.trim().is_empty() {
        format!("answers {}", answer.status)
    } else {
        clean.trim().to_owned()
    }
}

/// The error for an answer that is a refusal.
fn refused(source: &str, what: &str, answer: &Answer) -> ConnectorError {
    let says = says(answer);
    let error = |kind, detail: String| ConnectorError::new(kind, what.to_owned(), detail);
    match answer.status {
        401 => error(
            ErrorKind::Unauthorized,
            format!("Jenkins refuses the token of source {source:?}: {says}"),
        )
        .hinted(format!(
            "look at `user` and `token` of [[sources]] name = {source:?}: the token is made on that user's page, Security > API Token"
        )),
        403 => error(ErrorKind::Forbidden, format!("not allowed: {says}")).hinted(format!(
            "give the user of source {source:?} Overall/Read and Job/Read there; without `user` and `token` nobody is logged in"
        )),
        404 => error(ErrorKind::NotFound, format!("not found: {says}"))
            .hinted("it is gone, has another name, or the user may not see it"),
        status => error(
            ErrorKind::Malformed,
            format!("unexpected answer {status}: {says}"),
        ),
    }
}
