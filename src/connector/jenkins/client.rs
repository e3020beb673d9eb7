//! Jenkins' API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do. There are no entity tags
//! and no pages: what is not wanted is left out by `tree`, and lists are cut by ranges in it.

use serde::de::DeserializeOwned;

use super::config::of_job;
use super::wire::{self, Build, Builds, Input, Item, Job, Queue, Run, Stage, User};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;

/// Folders within folders that one request looks into.
pub const DEPTH: usize = 3;

/// Asks an instance.
pub struct Reach<'a> {
    pub instance: &'a Instance,
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
        let pieces = [number.as_str(), "wfapi", "describe"];
        self.at(job, &pieces, &what).await
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
        self.at(job, &pieces, &what).await
    }

    /// The inputs of a build that wait.
    pub async fn inputs(&self, job: &str, number: u64) -> Result<Vec<Input>, ConnectorError> {
        let what = format!("{job} #{number}: its inputs");
        let number = number.to_string();
        let pieces = [number.as_str(), "wfapi", "pendingInputActions"];
        self.at(job, &pieces, &what).await
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
        let url = of_job(self.instance, "", &["api", "json"], &[("tree", "mode")]);
        let answer = self.instance.answer(&url, "Jenkins").await?;
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
        let url = of_job(self.instance, job, &pieces, &[("tree", tree)]);
        self.instance.one(&url, what).await
    }

    async fn at<T: DeserializeOwned>(
        &self,
        job: &str,
        pieces: &[&str],
        what: &str,
    ) -> Result<T, ConnectorError> {
        let url = of_job(self.instance, job, pieces, &[]);
        self.instance.one(&url, what).await
    }
}
