//! Which repositories there are to read: those named in full, and those that an owner's list holds; both are asked for on condition.

use super::{Reach, parse};
use crate::connector::github::config::Selection;
use crate::connector::github::cursor::{Known, Listed, owner_key};
use crate::connector::github::fault::refused;
use crate::connector::github::wire::Repository;
use crate::connector::http::Stop;
use crate::connector::http::page::Links;
use crate::connector::naming::{self, Named, known_key};
use crate::connector::piece::Done;
use crate::connector::rows::{Rows, put};

/// The most that GitHub lists at once.
const PER_PAGE: usize = 100;

/// Asks for one repository; its present name is in `found`.
pub async fn one(reach: &Reach<'_>, named: Named<Known>) -> Result<Done, Stop> {
    let address = named.address();
    let etag = named.known.as_ref().and_then(|known| known.etag.as_deref());
    let answer = reach.ask(&format!("/repos/{address}"), etag).await?;
    if let Some(done) = naming::settled(&named, &answer) {
        return Ok(done);
    }
    if !answer.is_success() {
        return Err(refused(reach.source, address, &answer).into());
    }
    let read: Repository =
        parse::one(&answer.body).map_err(|why| reach.unreadable(address, &why))?;
    let mut done = Done::default();
    let present = read.full_name.clone();
    naming::keep(&mut done, reach.source, &named.name, &present);
    let known = Known {
        branch: read.default_branch,
        etag: answer.etag(),
    };
    put(&mut done.batch, known_key(&present), &known);
    if read.archived && named.known.is_none() {
        done.note(&present, "is archived: nothing new will come from it");
    }
    done.found.push(present);
    Ok(done)
}

/// Every repository of an owner that is wanted.
pub async fn owned(
    reach: &Reach<'_>,
    rows: &Rows,
    selection: &Selection,
    owner: &str,
) -> Result<Done, Stop> {
    let mut done = Done::default();
    let mut by = String::new();
    for page in 1.. {
        let key = owner_key(owner, page);
        let mut kept = rows.get::<Listed>(&key).unwrap_or_default();
        if !by.is_empty() {
            kept.by.clone_from(&by);
        }
        let listed = list(reach, owner, page, &kept).await?;
        let listed = match listed {
            None => kept,
            Some(listed) => {
                put(&mut done.batch, key, &listed);
                listed
            }
        };
        by.clone_from(&listed.by);
        for repository in &listed.repositories {
            if !selection.wants(&repository.full_name) {
                continue;
            }
            done.found.push(repository.full_name.clone());
            let before = rows.get::<Known>(&known_key(&repository.full_name));
            if before.is_none() && repository.archived {
                done.note(
                    &repository.full_name,
                    "is archived: nothing new will come from it",
                );
            }
            let branch = &repository.default_branch;
            if before.is_none_or(|before| before.branch != *branch) {
                let known = Known {
                    branch: branch.clone(),
                    etag: None,
                };
                put(&mut done.batch, known_key(&repository.full_name), &known);
            }
        }
        // A full page stays what it was when another one comes after it.
        if !listed.more && listed.repositories.len() < PER_PAGE {
            break;
        }
    }
    if done.found.is_empty() {
        done.warn(
            owner,
            &format!(
                "none of its repositories fits `repositories` of source {:?}, or the token may see none",
                reach.source
            ),
        );
    }
    Ok(done)
}

/// One page; `None` when it is what it was. An owner is an organization or a user, which only asking tells.
async fn list(
    reach: &Reach<'_>,
    owner: &str,
    page: u32,
    kept: &Listed,
) -> Result<Option<Listed>, Stop> {
    let ways: &[&str] = match kept.by.as_str() {
        "orgs" => &["orgs"],
        "users" => &["users"],
        _ => &["orgs", "users"],
    };
    let mut refusal = None;
    for by in ways {
        let path = format!("/{by}/{owner}/repos?sort=full_name&per_page={PER_PAGE}&page={page}");
        let answer = reach.ask(&path, kept.etag.as_deref()).await?;
        if answer.is_unchanged() {
            return Ok(None);
        }
        let what = format!("the repositories of {owner}");
        if answer.is_success() {
            let parsed = parse::list::<Repository>(&answer.body, None)
                .map_err(|why| reach.unreadable(&what, &why))?;
            return Ok(Some(Listed {
                by: (*by).to_owned(),
                etag: answer.etag(),
                repositories: parsed.items,
                more: Links::read(answer.header("link")).next.is_some(),
            }));
        }
        refusal = Some(refused(reach.source, &what, &answer));
        if answer.status != 404 {
            break;
        }
    }
    match refusal {
        Some(refusal) => Err(refusal.into()),
        None => Ok(None),
    }
}
