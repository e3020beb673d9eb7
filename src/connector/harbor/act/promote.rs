//! Promotion by tag: the digest stays what it is. Harbor's API makes a tag and takes one away; it does not move one, so a tag that points elsewhere is taken away first.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Harbor, Probe};
use crate::connector::ConnectorError;
use crate::connector::acting::{Draft, objected, unkept};
use crate::connector::harbor::client;
use crate::connector::harbor::wire::Artifact;
use crate::connector::scanner::subject::Subject;
use crate::connector::wish;
use crate::plan::request::{Order, Prepared, Receipt, Standing, Version};

/// A tag that is moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub repository: String,
    pub tag: String,
    pub digest: String,
    /// What the tag pointed to.
    pub before: Option<String>,
}

fn told(order: &Order, key: &str) -> Option<String> {
    let value = order.way.as_ref()?.get(key)?.as_str()?;
    Some(value.to_owned())
}

fn wrong(order: &Order, detail: &str) -> ConnectorError {
    wish::wrong(order, detail)
        .hinted("promote = { image = \"harbor.example.com/acme/checkout\", tag = \"production\" }")
}

impl Harbor {
    /// The repository: as the way says, else that of the artifact, else that of the deployment.
    fn repository(&self, order: &Order) -> Result<String, ConnectorError> {
        let host = self.instance.source.trim_start_matches("harbor:");
        let below = |image: &str| {
            let name = image.strip_prefix(host)?.strip_prefix('/')?;
            Some(name.to_owned())
        };
        let artifacts = [&order.to, &order.from].into_iter().flatten();
        let mut artifacts = artifacts.filter_map(|version| version.artifact.as_deref());
        let target = order.target.as_ref();
        let target = || Some(self.instance.within(&target?.source)?.to_owned());
        let found = match told(order, "image") {
            Some(image) => below(&image).or(Some(image)),
            None => artifacts
                .find_map(|artifact| below(&Subject::named(artifact).image?))
                .or_else(target),
        };
        let found = found.ok_or_else(|| wrong(order, "says no `image`, and nothing else does"))?;
        if self.selection.has(&found) {
            return Ok(found);
        }
        let detail = format!(
            "{found:?} is not among the `repositories` of source {:?}",
            self.instance.name
        );
        Err(wrong(order, &detail))
    }

    /// The artifact of a version: by its digest, else by the version as a tag.
    async fn meant(&self, name: &str, to: &Version) -> Result<Option<Artifact>, ConnectorError> {
        let named = to
            .artifact
            .as_deref()
            .and_then(|text| Subject::named(text).digest);
        let reference = to.digest.clone().or(named).or_else(|| to.version.clone());
        match reference {
            Some(reference) => client::artifact(&self.instance, name, &reference).await,
            None => Ok(None),
        }
    }
}

pub async fn prepare(this: &Harbor, order: &Order) -> Result<Prepared, ConnectorError> {
    let name = this.repository(order)?;
    let tag = told(order, "tag").or_else(|| order.environment.clone());
    let tag = tag.ok_or_else(|| wrong(order, "says no `tag`"))?;
    let me = client::me(&this.instance)
        .await?
        .or_else(|| this.user.clone());
    let to = order.to.clone().unwrap_or_default();
    let Some(found) = this.meant(&name, &to).await? else {
        let text = format!("{name} has no artifact of {}", to.name());
        return Ok(objected(me, text, Some("pushing it again")));
    };
    let before = client::artifact(&this.instance, &name, &tag).await?;
    if before
        .as_ref()
        .is_some_and(|before| before.digest == found.digest)
    {
        let text = format!("{name}:{tag} is {} already", found.digest);
        return Ok(objected(me, text, None));
    }
    let mut prepared = Prepared {
        user: me,
        notes: unkept(order, "Harbor").into_iter().collect(),
        undone_by: vec![format!("the next push of the tag {tag}")],
        ..Prepared::default()
    };
    let moved = Move {
        repository: name.clone(),
        tag: tag.clone(),
        digest: found.digest.clone(),
        before: before.as_ref().map(|before| before.digest.clone()),
    };
    if let Some(before) = &before {
        take_away(&mut prepared, before, &moved);
        let what = format!("take the tag {tag} from {name}@{}", before.digest);
        let rest = [before.digest.as_str(), "tags", &tag];
        prepared.requests.push(this.instance.request(Draft {
            what,
            method: "DELETE",
            url: client::artifacts_url(&this.instance, &name, &rest, &[]),
            body: None,
            probe: Probe::Untag(moved.clone()),
        }));
    }
    let rest = [found.digest.as_str(), "tags"];
    prepared.requests.push(this.instance.request(Draft {
        what: format!("tag {name}@{} ({}) as {tag}", found.digest, to.name()),
        method: "POST",
        url: client::artifacts_url(&this.instance, &name, &rest, &[]),
        body: Some(json!({"name": tag})),
        probe: Probe::Tag(moved),
    }));
    Ok(prepared)
}

/// What is to be known of a tag that is taken away from what it points to.
fn take_away(prepared: &mut Prepared, before: &Artifact, moved: &Move) {
    let Move {
        repository, tag, ..
    } = moved;
    let own = before.tags.iter().flatten().find(|one| one.name == *tag);
    if own.is_some_and(|own| own.immutable) {
        let text = format!("the tag {tag} of {repository} is immutable, by a rule of its project");
        let lifted = "a rule that leaves it out".to_owned();
        prepared.objections.push((text, Some(lifted)));
    }
    prepared.notes.push(format!(
        "Harbor's API does not move a tag: between the two requests {repository}:{tag} does not exist, and what pulls it then fails; a source of kind oci moves it at once"
    ));
}

async fn now(this: &Harbor, probe: &Move) -> Result<Option<String>, ConnectorError> {
    let found = client::artifact(&this.instance, &probe.repository, &probe.tag).await?;
    Ok(found.map(|found| found.digest))
}

fn moved(probe: &Move, to: &str) -> Standing {
    Standing::Moved(format!("the tag {} points to {to} now", probe.tag))
}

pub async fn ask_untag(this: &Harbor, probe: &Move) -> Result<Standing, ConnectorError> {
    Ok(match now(this, probe).await? {
        None => Standing::Done(Receipt {
            text: format!("there is no tag {} any more", probe.tag),
            url: None,
        }),
        Some(now) if Some(&now) == probe.before.as_ref() => Standing::Open,
        Some(now) => moved(probe, &now),
    })
}

pub async fn ask_tag(this: &Harbor, probe: &Move) -> Result<Standing, ConnectorError> {
    Ok(match now(this, probe).await? {
        None => Standing::Open,
        Some(now) if now == probe.digest => Standing::Done(Receipt {
            text: format!("the tag {} points to {now}", probe.tag),
            url: None,
        }),
        Some(now) if Some(&now) == probe.before.as_ref() => Standing::Open,
        Some(now) => moved(probe, &now),
    })
}
