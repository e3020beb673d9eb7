//! Looks whether a registry can be read, without reading it through: whether it answers, how many repositories are to be seen, and of the first of them the
//! tags, one image, and whether it keeps lists of what refers to an image.

use super::fault::refused;
use super::read::ask::{Found, Reach, listed, referrers, tags};
use super::wire::is_attachment;
use crate::connector::http::Stop;
use crate::connector::{ConnectorError, Health};

/// So many repositories are looked at closely.
const CLOSELY: usize = 3;

/// Looks.
pub async fn check(reach: &Reach<'_>, has_credential: bool) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let (base, source) = (&reach.config.base, &reach.config.name);
    match reach.http.get(&format!("{}/v2/", base.url), None).await {
        Ok(answer) if answer.is_success() => health.facts.push(format!("{} answers", base.host)),
        // Some let nobody in at the gate, and still give out what is public.
        Ok(answer) if answer.status == 401 && !has_credential => {
            health
                .facts
                .push(format!("{} answers; it is asked as nobody", base.host));
        }
        Ok(answer) if answer.status == 401 => return Err(refused(source, &base.host, &answer)),
        Ok(answer) => health.note(
            &base.host,
            Stop::Failed(refused(source, &base.host, &answer)),
        )?,
        Err(stop) => health.note(&base.host, stop)?,
    }
    let mut names: Vec<String> = reach.config.selection.named.iter().cloned().collect();
    match listed(reach, &reach.config.selection).await {
        Ok(found) => names.extend(found),
        Err(stop) => health.note(&base.host, stop)?,
    }
    names.dedup();
    health.facts.push(match names.len() {
        1 => "1 repository is read".to_owned(),
        many => format!("{many} repositories are read"),
    });
    for name in names.iter().take(CLOSELY) {
        if let Err(stop) = closely(reach, name, &mut health).await {
            health.note(name, stop)?;
        }
    }
    health.untold("the registry");
    Ok(health)
}

async fn closely(reach: &Reach<'_>, name: &str, health: &mut Health) -> Result<(), Stop> {
    let tags = tags(reach, name).await?;
    let mut shown = tags.iter().filter(|tag| !is_attachment(tag));
    let mut fact = format!("{name}: {} tags", shown.clone().count());
    if let Some(tag) = shown.next_back()
        && let Found::Manifest(found) = reach.manifest(name, tag, None).await?
    {
        let listed = referrers(reach, name, &found.digest, None).await?;
        fact += match listed {
            Some(_) => "; the registry lists what refers to an image",
            None => "; what refers to an image is found by tags",
        };
    }
    health.facts.push(fact);
    Ok(())
}
