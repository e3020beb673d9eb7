//! Which repositories there are: those that are named, and those of an owner, be it an organization or a person, that fit a pattern.

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::gitea::client::Reach;
use crate::connector::gitea::wire::Repository;
use crate::connector::http::address::encoded;
use crate::connector::naming::renamed;
use crate::connector::selection::Selection;

/// The wanted repositories, and what could not be found, with why.
pub async fn repositories(
    reach: &Reach<'_>,
    selection: &Selection,
) -> Result<(Vec<Repository>, Vec<(String, String)>), ConnectorError> {
    let mut found: Vec<Repository> = Vec::new();
    let (mut complaints, mut renames) = (Vec::new(), Vec::new());
    let mut miss = |name: &str, error: ConnectorError| match error.kind {
        ErrorKind::NotFound | ErrorKind::Forbidden | ErrorKind::Malformed => {
            complaints.push((name.to_owned(), error.to_string()));
            Ok(())
        }
        _ => Err(error),
    };
    for name in &selection.named {
        match reach
            .one::<Repository>(name, &format!("/repos/{name}"))
            .await
        {
            Ok(one) if one.full_name.is_empty() => {}
            Ok(one) => {
                let text = renamed(&reach.instance.name, name, &one.full_name);
                renames.extend(text.map(|text| (name.clone(), text)));
                found.push(one);
            }
            Err(error) => miss(name, error)?,
        }
    }
    for owner in selection.owners() {
        match owned(reach, owner).await {
            Ok(all) => found.extend(
                all.into_iter()
                    .filter(|one| !one.archived && selection.wants(&one.full_name)),
            ),
            Err(error) => miss(owner, error)?,
        }
    }
    found.sort_by(|one, other| one.full_name.cmp(&other.full_name));
    found.dedup_by(|one, other| one.full_name == other.full_name);
    complaints.append(&mut renames);
    Ok((found, complaints))
}

async fn owned(reach: &Reach<'_>, owner: &str) -> Result<Vec<Repository>, ConnectorError> {
    let what = format!("the repositories of {owner}");
    let name = encoded(owner);
    match reach.all(&what, &format!("/orgs/{name}/repos"), None).await {
        Err(error) if error.kind == ErrorKind::NotFound => {
            reach
                .all(&what, &format!("/users/{name}/repos"), None)
                .await
        }
        all => all,
    }
}
