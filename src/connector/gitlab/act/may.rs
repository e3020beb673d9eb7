//! Whether we may do what is protected: approve in an environment, or deploy to it. GitLab says who may, by user, group and role; it does not say whether we are
//! one of them, so that is looked up.

use super::tool::{Tool, at, who};
use crate::connector::ConnectorError;
use crate::connector::gitlab::translate::gate::approvers;
use crate::connector::gitlab::wire::{Member, Protected, Rule, User};
use crate::connector::http::address::encoded;

/// What stands in the way, and who could; `None` where nothing does, or nothing is protected.
pub async fn not(
    tool: &Tool<'_>,
    project: &str,
    rules: &[Rule],
    me: &User,
) -> Result<Option<(String, Option<String>)>, ConnectorError> {
    let Some(id) = me.id.filter(|_| !rules.is_empty()) else {
        return Ok(None);
    };
    if me.is_admin == Some(true) {
        return Ok(None);
    }
    for rule in rules {
        if fits(tool, project, rule, id).await? {
            return Ok(None);
        }
    }
    let may = approvers(rules).join(", ");
    Ok(Some((
        format!("{} may not: it is protected", who(Some(me))),
        Some(format!("one of {may} does it")),
    )))
}

async fn fits(
    tool: &Tool<'_>,
    project: &str,
    rule: &Rule,
    id: i64,
) -> Result<bool, ConnectorError> {
    if let Some(user) = rule.user_id {
        return Ok(user == id);
    }
    let members = |of: String| format!("{of}/members/all/{id}");
    let what = "whether we are a member";
    if let Some(group) = rule.group_id {
        let path = members(format!("/groups/{group}"));
        return Ok(tool.seen::<Member>(what, &path).await?.is_some());
    }
    let Some(level) = rule.access_level else {
        return Ok(false);
    };
    let found: Option<Member> = tool.seen(what, &members(at(project, ""))).await?;
    // 0 stands for nobody.
    Ok(level > 0 && found.is_some_and(|member| member.access_level >= level))
}

/// The rules of an environment: who may approve there, and who may deploy. None where it is not protected.
pub async fn rules(
    tool: &Tool<'_>,
    project: &str,
    environment: &str,
) -> Result<Option<Protected>, ConnectorError> {
    let what = format!("the rules of {environment} in {project}");
    let rest = format!("/protected_environments/{}", encoded(environment));
    tool.seen(&what, &at(project, &rest)).await
}
