//! What a list does not tell: the reviews and commits of a request, what there is of a run ([`super::run`]), the statuses of a deployment, the time of a tag. Each
//! is one batch, which also says that it was read.

use super::reach::{Ask, GIVEN_UP, all};
use super::run::Reading;
use super::{Reach, parse};
use crate::connector::facts::Facts;
use crate::connector::github::cursor::{OpenDeployment, Todo};
use crate::connector::github::fault::refused;
use crate::connector::github::translate::{change, commit, deployment};
use crate::connector::github::wire::{Commit, DeploymentStatus, Pull, Review, Tag};
use crate::connector::http::Stop;
use crate::connector::origin::Origin;
use crate::connector::piece::Done;
use crate::connector::rows::put;
use crate::event::time::Timestamp;

/// Something to be read, and what is known around it.
#[derive(Clone, Debug)]
pub struct Detail {
    pub origin: Origin,
    pub key: String,
    pub todo: Todo,
    /// Environments that ask for a decision, and who may decide.
    pub approvers: Vec<(String, Vec<String>)>,
    pub tags: Vec<String>,
    /// The time of the tag's commit, where it was just read.
    pub dated: Option<Timestamp>,
}

/// Reads it.
pub async fn read(reach: &Reach<'_>, detail: Detail) -> Result<Done, Stop> {
    let Detail {
        origin, key, todo, ..
    } = detail.clone();
    let mut done = Done::default();
    let left = match todo {
        Todo::Pull(pull) => {
            read_pull(reach, &origin, &pull, &mut done).await?;
            None
        }
        Todo::Tag(tag) => {
            read_tag(reach, &detail, &tag, &mut done).await?;
            None
        }
        Todo::Deployment(open) => {
            let tags = &detail.tags;
            let left = read_deployment(reach, &origin, *open, tags, &mut done).await?;
            left.map(|open| Todo::Deployment(Box::new(open)))
        }
        Todo::Run(open) => {
            let reading = Reading::new(reach, &origin, &detail.approvers);
            let left = reading.read(*open, &mut done).await?;
            left.map(|open| Todo::Run(Box::new(open)))
        }
    };
    match left {
        Some(left) => put(&mut done.batch, key, &left),
        None => done.batch.cursors.push((key, None)),
    }
    Ok(done)
}

async fn read_pull(
    reach: &Reach<'_>,
    origin: &Origin,
    pull: &Pull,
    done: &mut Done,
) -> Result<(), Stop> {
    let what = format!("{}#{}", origin.repository, pull.number);
    let ask = |list: &str| Ask {
        what: &what,
        path: format!(
            "/repos/{}/pulls/{}/{list}?per_page=100",
            origin.repository, pull.number
        ),
        field: None,
        etag: None,
    };
    let mut facts = Facts::default();
    if let Some(reviews) = all::<Review>(reach, &ask("reviews"), done).await? {
        for review in &reviews.items {
            facts.add(change::review(origin, pull.number, review));
        }
    }
    if let Some(commits) = all::<Commit>(reach, &ask("commits"), done).await? {
        facts.add(change::commits(origin, pull, &commits.items));
    }
    done.take(facts);
    Ok(())
}

async fn read_tag(
    reach: &Reach<'_>,
    detail: &Detail,
    tag: &Tag,
    done: &mut Done,
) -> Result<(), Stop> {
    let origin = &detail.origin;
    if let Some(at) = detail.dated {
        done.take(commit::tag(origin, tag, at));
        return Ok(());
    }
    let what = format!("{}: tag {}", origin.repository, tag.name);
    let path = format!("/repos/{}/commits/{}", origin.repository, tag.commit.sha);
    let answer = reach.ask(&path, None).await?;
    if answer.status == 422 {
        // A tag of something that is no commit.
        return Ok(());
    }
    if !answer.is_success() {
        return Err(refused(reach.source, &what, &answer).into());
    }
    let read: Commit = parse::one(&answer.body).map_err(|why| reach.unreadable(&what, &why))?;
    let signed = read
        .commit
        .committer
        .as_ref()
        .or(read.commit.author.as_ref());
    if let Some(at) = signed.and_then(|signature| signature.date) {
        done.take(commit::tag(origin, tag, at));
    }
    done.take(commit::commit(origin, &read));
    Ok(())
}

async fn read_deployment(
    reach: &Reach<'_>,
    origin: &Origin,
    open: OpenDeployment,
    tags: &[String],
    done: &mut Done,
) -> Result<Option<OpenDeployment>, Stop> {
    let id = open.deployment.id;
    let ask = Ask {
        what: &format!("{}: deployment {id}", origin.repository),
        path: format!(
            "/repos/{}/deployments/{id}/statuses?per_page=100",
            origin.repository
        ),
        field: None,
        etag: open.etag.as_deref(),
    };
    let given_up = reach.now - open.deployment.updated_at > GIVEN_UP;
    let Some(statuses) = all::<DeploymentStatus>(reach, &ask, done).await? else {
        return Ok((!given_up).then_some(open));
    };
    let newest = statuses
        .items
        .iter()
        .max_by_key(|status| (status.created_at, status.id));
    let is_final = newest.is_some_and(|status| deployment::is_final(&status.state));
    let facts = deployment::statuses(origin, &open.deployment, &statuses.items, tags);
    done.take(facts);
    Ok((!is_final && !given_up).then_some(OpenDeployment {
        etag: statuses.etag,
        ..open
    }))
}
