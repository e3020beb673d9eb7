//! Acting in a repository of deployments: a version is changed in a file, on the branch that is deployed or on one of its own, and pushed. Reading needs
//! no git program; this does, since it knows every way to a host and every kind of credential.
//!
//! - `edit` changes one value in a file; `change` is what is asked for.
//! - `remote` is where to and by what credentials; `program` runs git, `bench` is what is done with it.
//! - The commit bears the key of the action (`Leadtime-Action`), and the date at which it was asked for: asked again, it is found again.

mod bench;
mod change;
pub mod edit;
mod program;
mod remote;

use similar::TextDiff;

use super::config::Config;
use crate::connector::error::ErrorKind;
use crate::connector::opening::Opening;
use crate::connector::{Actor, Answering, ConnectorError, Health, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing};

use bench::{Pushed, Words};
use change::{Change, Wanted, message, wanted};
use edit::{Edited, Form, Key, Unfit, edit, value};
use program::{Bench, Said};
use remote::Remote;

pub use remote::{Access, source};

/// The request that asks for a branch to be merged: it says what its commit says.
fn opening(remote: &Remote, change: &Change, branch: &str) -> Opening {
    let (title, text) = change
        .message
        .split_once('\n')
        .unwrap_or((&change.message, ""));
    Opening {
        repository: remote.repository.clone(),
        branch: branch.to_owned(),
        into: change.target.clone(),
        title: title.to_owned(),
        text: text.trim().to_owned(),
    }
}

/// How often a change is made anew on a branch that moved.
const TRIES: usize = 3;
/// How far before the deed its commit is looked for: clocks differ.
const DAY: i64 = 86_400;

/// A remote in which files can be changed.
#[derive(Clone, Debug)]
pub struct Act {
    config: Config,
    access: Access,
}

impl Act {
    pub fn new(config: Config, access: Access) -> Self {
        Self { config, access }
    }

    /// What keeps it from acting, and not from reading.
    pub fn lacks(&self) -> Option<&ConnectorError> {
        self.access.lacks.as_ref()
    }

    fn remote(&self) -> Result<Remote, ConnectorError> {
        Remote::of(&self.config, &self.access)
    }

    /// What can be said of a remote that is only written to.
    pub async fn check(&self) -> Result<Health, ConnectorError> {
        let remote = self.remote()?;
        let bench = Bench::set_up(&remote).await?;
        let branches = bench.branches(&[]).await?;
        let standing = branches.standard.unwrap_or_else(|| "no branch".to_owned());
        let fact = format!(
            "repository {}, at {}, stands on {standing}; nothing is read of it",
            remote.repository, remote.shown
        );
        Ok(Health {
            facts: vec![fact],
            findings: Vec::new(),
        })
    }

    async fn prepared(&self, order: &Order) -> Result<Prepared, ConnectorError> {
        let wanted = wanted(&self.config.name, order)?;
        let remote = self.remote()?;
        let bench = Bench::set_up(&remote).await?;
        let target = target(&bench, &wanted).await?;
        bench.fetch(&target, None).await?;
        let found = bench.file(&wanted.file).await?;
        let edited = edit(wanted.form, &found.text, &wanted.key, &wanted.value)
            .map_err(|unfit| self.unfit(&wanted, unfit))?;
        let mut prepared = Prepared::default();
        if edited.before == wanted.value {
            let text = format!("{} says {} already", wanted.file, wanted.value);
            prepared
                .objections
                .push((text, Some("there is nothing to do".to_owned())));
            return Ok(prepared);
        }
        look(&bench, &wanted, &target, &mut prepared).await?;
        if edited.anchored {
            prepared.notes.push(format!(
                "{} is an anchor in {}: what refers to it changes too",
                wanted.key, wanted.file
            ));
        }
        let change = Change {
            branch: wanted.branch.filter(|branch| *branch != target),
            target,
            file: wanted.file,
            key: wanted.key.to_string(),
            before: edited.before.clone(),
            after: wanted.value.clone(),
            message: message(order, &wanted.value),
            action: order.key.clone(),
            at: order.at.micros().div_euclid(1_000_000),
        };
        if let Some(branch) = &change.branch {
            prepared.notes.push(format!(
                "it takes effect once {branch} is merged into {}",
                change.target
            ));
        }
        if let (Some(host), Some(branch)) = (wanted.request, &change.branch) {
            let opening = opening(&remote, &change, branch);
            prepared.then.push((opening.order(order), host));
        }
        let request = self.request(&remote, &change, &found.text, &edited)?;
        prepared.requests.push(request);
        Ok(prepared)
    }

    fn unfit(&self, wanted: &Wanted, unfit: Unfit) -> ConnectorError {
        let context = format!("source {:?}, {}", self.config.name, wanted.file);
        ConnectorError::new(ErrorKind::NotFound, context, unfit.text).hinted(unfit.hint)
    }

    fn request(
        &self,
        remote: &Remote,
        change: &Change,
        text: &str,
        edited: &Edited,
    ) -> Result<Request, ConnectorError> {
        let diff = TextDiff::from_lines(text, &edited.text);
        let diff = diff
            .unified_diff()
            .header(&format!("a/{}", change.file), &format!("b/{}", change.file))
            .to_string();
        let probe = serde_json::to_value(change).map_err(|error| {
            let context = format!("source {:?}", self.config.name);
            ConnectorError::new(ErrorKind::Malformed, context, error.to_string())
        })?;
        Ok(Request {
            connector: self.config.name.clone(),
            what: format!(
                "push a commit to {} of {}: {} in {} from {} to {}",
                change.pushed(),
                remote.repository,
                change.key,
                change.file,
                change.before,
                change.after
            ),
            method: "PUSH".to_owned(),
            url: remote.shown.clone(),
            headers: vec![
                ("Branch".to_owned(), change.pushed().to_owned()),
                (
                    "Message".to_owned(),
                    change.message.lines().next().unwrap_or_default().to_owned(),
                ),
            ],
            body: Some(diff),
            probe,
        })
    }

    /// What a request is about, and the remote that it goes to: the one that it was made for.
    fn of_request(&self, request: &Request) -> Result<(Change, Remote), String> {
        let change: Change = serde_json::from_value(request.probe.clone())
            .map_err(|error| format!("the request cannot be read: {error}"))?;
        let remote = self.remote().map_err(|error| error.to_string())?;
        if remote.shown != request.url {
            return Err(format!(
                "the source leads to {} now, and the request was made for {}",
                remote.shown, request.url
            ));
        }
        Ok((change, remote))
    }

    async fn sent(&self, request: &Request) -> Sent {
        let unsent = |why: String| Sent::Refused(format!("not sent: {why}"));
        let (change, remote) = match self.of_request(request) {
            Ok(both) => both,
            Err(why) => return unsent(why),
        };
        let bench = match Bench::set_up(&remote).await {
            Ok(bench) => bench,
            Err(error) => return unsent(error.to_string()),
        };
        for _ in 0..TRIES {
            let commit = match made(&bench, &change).await {
                Ok(commit) => commit,
                Err(why) => return unsent(why),
            };
            match bench.push(&commit, change.pushed()).await {
                Pushed::Done(said) => return Sent::Done(receipt(&change, &commit, &said)),
                Pushed::Refused(why) => return Sent::Refused(refusal(&why)),
                Pushed::Doubtful(why) => return Sent::Doubtful(why),
                Pushed::Behind => {}
            }
        }
        Sent::Refused(format!(
            "{} moved {TRIES} times while the change was made anew; nothing was pushed: ask again",
            change.pushed()
        ))
    }

    async fn asked(&self, request: &Request) -> Result<Standing, String> {
        let (change, remote) = self.of_request(request)?;
        let words = |error: ConnectorError| error.to_string();
        let bench = Bench::set_up(&remote).await.map_err(words)?;
        let names: Vec<&str> = change
            .branch
            .iter()
            .map(String::as_str)
            .chain([change.target.as_str()])
            .collect();
        let branches = bench.branches(&names).await.map_err(words)?;
        let since = change.at.saturating_sub(DAY);
        let mut theirs = None;
        for name in names {
            if !branches.tips.contains_key(name) {
                continue;
            }
            bench.fetch(name, Some(since)).await.map_err(words)?;
            let log = bench.log(None).await.map_err(words)?;
            if let Some(ours) = log.iter().find(|one| one.action == change.action) {
                return Ok(Standing::Done(Receipt {
                    text: format!("commit {} is on {name}", short(&ours.commit)),
                    url: None,
                }));
            }
            if change.branch.as_deref() == Some(name) {
                theirs = log.into_iter().next();
            }
        }
        if let Some(tip) = theirs {
            return Ok(Standing::Moved(format!(
                "there is a branch {} already: {:?}, by {}",
                change.pushed(),
                tip.subject,
                tip.author
            )));
        }
        if !branches.tips.contains_key(&change.target) {
            let text = format!("the branch {} is not there any more", change.target);
            return Ok(Standing::Moved(text));
        }
        Ok(compared(&bench, &change).await)
    }
}

/// How the value stands on the branch that was fetched last.
async fn compared(bench: &Bench<'_>, change: &Change) -> Standing {
    let found = match bench.file(&change.file).await {
        Ok(found) => found,
        Err(error) if error.kind == ErrorKind::NotFound => {
            return Standing::Moved(error.detail);
        }
        Err(error) => return Standing::Unknown(error.to_string()),
    };
    let now =
        Form::of(&change.file).and_then(|form| value(form, &found.text, &Key::parse(&change.key)?));
    match now {
        Ok(now) if now == change.before => Standing::Open,
        Ok(now) => {
            let who = last(bench, &change.file).await;
            Standing::Moved(format!("{} is {now} now{who}", change.key))
        }
        Err(unfit) => Standing::Moved(unfit.text),
    }
}

/// Who changed a file last, as far as the history that was fetched tells.
async fn last(bench: &Bench<'_>, file: &str) -> String {
    let log = bench.log(Some(file)).await.unwrap_or_default();
    let Some(one) = log.into_iter().next() else {
        return String::new();
    };
    if bench.is_cut_at(&one.commit).await {
        return String::new();
    }
    format!(": {:?}, by {}", one.subject, one.author)
}

/// The branch that is read.
async fn target(bench: &Bench<'_>, wanted: &Wanted) -> Result<String, ConnectorError> {
    let named = wanted.target.as_deref();
    let branches = bench.branches(named.as_slice()).await?;
    match (named, branches.standard) {
        (Some(named), _) if branches.tips.contains_key(named) => Ok(named.to_owned()),
        (Some(named), _) => Err(bench
            .error(ErrorKind::NotFound, format!("there is no branch {named}"))
            .hinted("set `ref` to the branch that is deployed")),
        (None, Some(standard)) => Ok(standard),
        (None, None) => Err(bench
            .error(ErrorKind::NotFound, "it stands on no branch")
            .hinted("name the branch that is deployed with `ref`")),
    }
}

/// What stands in the way, as far as it can be told without pushing.
async fn look(
    bench: &Bench<'_>,
    wanted: &Wanted,
    target: &str,
    prepared: &mut Prepared,
) -> Result<(), ConnectorError> {
    if let Some(branch) = wanted.branch.as_deref().filter(|branch| *branch != target) {
        let branches = bench.branches(&[branch]).await?;
        if branches.tips.contains_key(branch) {
            let hint = format!("merge or delete it, or give another `branch` than {branch}");
            let text = format!("there is a branch {branch} already");
            prepared.objections.push((text, Some(hint)));
        }
    }
    if let Err(why) = bench.may_push(target).await {
        let hint = "let git, or the `token` of the source, have the right to push";
        let text = format!("pushing is not allowed: {why}");
        prepared.objections.push((text, Some(hint.to_owned())));
    }
    match bench.committer().await {
        Ok(name) => prepared.notes.push(format!("the commit is made by {name}")),
        Err(text) => {
            let hint = "set user.name and user.email with `git config --global`";
            prepared.objections.push((text, Some(hint.to_owned())));
        }
    }
    Ok(())
}

/// The commit, made on the branch as it is now; the words say why it cannot be.
async fn made(bench: &Bench<'_>, change: &Change) -> Result<String, String> {
    let words = |error: ConnectorError| error.to_string();
    if let Some(branch) = &change.branch {
        let branches = bench.branches(&[branch]).await.map_err(words)?;
        if branches.tips.contains_key(branch) {
            return Err(format!("there is a branch {branch} already"));
        }
    }
    bench.fetch(&change.target, None).await.map_err(words)?;
    let found = bench.file(&change.file).await.map_err(words)?;
    let edited = Form::of(&change.file)
        .and_then(|form| edit(form, &found.text, &Key::parse(&change.key)?, &change.after))
        .map_err(|unfit| unfit.text)?;
    if edited.before != change.before {
        return Err(format!(
            "{} is {} now, and was {} when this was prepared",
            change.key, edited.before, change.before
        ));
    }
    let said = Words {
        message: &change.message,
        at: change.at,
    };
    let commit = bench.commit(&change.file, &found, &edited.text, said);
    commit.await.map_err(words)
}

fn refusal(why: &str) -> String {
    format!("the push was refused, and nothing was done: {why}")
}

fn receipt(change: &Change, commit: &str, said: &Said) -> Receipt {
    // Hosts answer the push of a branch with the address of the request to open.
    let told = said.words.split_whitespace();
    let url = told
        .filter(|word| word.starts_with("https://") || word.starts_with("http://"))
        .find(|_| change.branch.is_some());
    Receipt {
        text: format!("pushed commit {} to {}", short(commit), change.pushed()),
        url: url.map(str::to_owned),
    }
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

impl Actor for Act {
    fn speaks_for(&self, asked: &str) -> bool {
        source(&self.config, &self.access).is_some_and(|source| source == asked)
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(self.prepared(order))
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(self.sent(request))
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move {
            match self.asked(request).await {
                Ok(standing) => standing,
                Err(why) => Standing::Unknown(why),
            }
        })
    }
}
