//! Which projects there are to read: those named in full, and those that a group's list holds; both are asked for on condition.

use crate::connector::gitlab::client::{Reach, next};
use crate::connector::gitlab::config::Selection;
use crate::connector::gitlab::cursor::{Known, Listed, group_key};
use crate::connector::gitlab::wire::Project;
use crate::connector::http::address::encoded;
use crate::connector::http::{Stop, parse};
use crate::connector::naming::{self, Named, known_key};
use crate::connector::piece::Done;
use crate::connector::rows::{Rows, put};

/// Asks for one project; its present name is in `found`.
pub async fn one(reach: &Reach<'_>, named: Named<Known>) -> Result<Done, Stop> {
    let address = named.address();
    let etag = named.known.as_ref().and_then(|known| known.etag.as_deref());
    let answer = reach.ask(&Reach::project(address), etag).await?;
    if let Some(done) = naming::settled(&named, &answer) {
        return Ok(done);
    }
    if !answer.is_success() {
        return Err(reach.instance.refused(address, &answer).into());
    }
    let read: Project = parse::one(&answer.body).map_err(|why| reach.unreadable(address, &why))?;
    let mut done = Done::default();
    let present = read.path_with_namespace.clone();
    naming::keep(&mut done, &reach.instance.name, &named.name, &present);
    keep(&mut done, &read, answer.etag(), named.known.is_none());
    Ok(done)
}

fn keep(done: &mut Done, project: &Project, etag: Option<String>, is_new: bool) {
    let known = Known {
        id: project.id,
        branch: project.default_branch.clone(),
        etag,
    };
    let name = &project.path_with_namespace;
    put(&mut done.batch, known_key(name), &known);
    if project.archived && is_new {
        done.note(name, "is archived: nothing new will come from it");
    }
    done.found.push(name.clone());
}

/// Every project of a group that is wanted.
pub async fn grouped(
    reach: &Reach<'_>,
    rows: &Rows,
    selection: &Selection,
    (group, deep): (&str, bool),
) -> Result<Done, Stop> {
    let mut done = Done::default();
    let mut by = String::new();
    let mut query = format!(
        "archived=false&include_subgroups={deep}&order_by=id&pagination=keyset&per_page=100&simple=true&sort=asc&with_shared=false"
    );
    for page in 1.. {
        let key = group_key(group, page);
        let mut kept = rows.get::<Listed>(&key).unwrap_or_default();
        if !by.is_empty() {
            kept.by.clone_from(&by);
        }
        let listed = list(reach, group, &query, &kept).await?;
        let listed = match listed {
            None => kept,
            Some(listed) => {
                put(&mut done.batch, key, &listed);
                listed
            }
        };
        by.clone_from(&listed.by);
        for project in &listed.projects {
            let name = &project.path_with_namespace;
            if !selection.wants(name) {
                continue;
            }
            let before = rows.get::<Known>(&known_key(name));
            let is_same = before.as_ref().is_some_and(|known| {
                known.id == project.id && known.branch == project.default_branch
            });
            if is_same {
                done.found.push(name.clone());
            } else {
                keep(&mut done, project, None, before.is_none());
            }
        }
        match listed.next {
            Some(next) if next != query => query = next,
            _ => break,
        }
    }
    if done.found.is_empty() {
        done.warn(
            group,
            &format!(
                "none of its projects fits `repositories` of source {:?}, or the token may see none",
                reach.instance.name
            ),
        );
    }
    Ok(done)
}

/// One page; `None` when it is what it was. What stands first in a path is a group or a user, which only asking tells.
async fn list(
    reach: &Reach<'_>,
    group: &str,
    query: &str,
    kept: &Listed,
) -> Result<Option<Listed>, Stop> {
    let ways: &[&str] = match kept.by.as_str() {
        "groups" => &["groups"],
        "users" => &["users"],
        _ if group.contains('/') => &["groups"],
        _ => &["groups", "users"],
    };
    let mut refusal = None;
    for by in ways {
        let path = format!("/{by}/{}/projects?{query}", encoded(group));
        let answer = reach.ask(&path, kept.etag.as_deref()).await?;
        if answer.is_unchanged() {
            return Ok(None);
        }
        let what = format!("the projects of {group}");
        if answer.is_success() {
            let parsed = parse::list::<Project>(&answer.body, None)
                .map_err(|why| reach.unreadable(&what, &why))?;
            return Ok(Some(Listed {
                by: (*by).to_owned(),
                etag: answer.etag(),
                projects: parsed.items,
                next: next(&answer, query),
            }));
        }
        refusal = Some(reach.instance.refused(&what, &answer));
        if answer.status != 404 {
            break;
        }
    }
    match refusal {
        Some(refusal) => Err(refusal.into()),
        None => Ok(None),
    }
}
