//! What the login may do with each family, asked of the cluster itself (`SelfSubjectAccessReview`) rather than found out by trying: listing and watching its
//! objects, listing what stands beside them, and the verbs by which leadtime acts on them. The roles of `docs/connectors/kubernetes.md` grant all of it.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use super::client::{Cluster, Served};
use super::families::FAMILIES;
use super::wire::Review;
use crate::connector::http::parse;
use crate::connector::{ConnectorError, Finding, Health, Severity};

/// Reviews under way at once.
const AT_ONCE: usize = 6;
/// Namespaces that are asked about, where the source names so many.
const NAMESPACES: usize = 10;

/// A verb on a kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    pub verb: &'static str,
    pub group: &'static str,
    /// With what is below it, where that is meant: `rollouts/status`.
    pub resource: &'static str,
}

/// What a right is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    Read,
    /// What tells more of what is read.
    Beside,
    Watch,
    Act,
}

/// A right that a family needs and the login has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub family: String,
    pub of: Use,
    pub right: Right,
    /// `None`: in the whole cluster.
    pub namespace: Option<String>,
}

impl Missing {
    /// Whether it is why nothing of a family can be read.
    #[must_use]
    pub fn is_list_of(&self, family: &str) -> bool {
        self.of == Use::Read && self.family == family
    }
}

const fn right(verb: &'static str, group: &'static str, resource: &'static str) -> Right {
    Right {
        verb,
        group,
        resource,
    }
}

const APPS: &str = "apps";
const ARGO: &str = "argoproj.io";
const KARGO: &str = "kargo.akuity.io";
const KNATIVE: &str = "serving.knative.dev";
const TEKTON: &str = "tekton.dev";

/// What a family needs beyond listing and watching its own objects.
#[must_use]
fn further(family: &str) -> Vec<(Use, Right)> {
    let beside = |group, resource| (Use::Beside, right("list", group, resource));
    let act = |verb, group, resource| (Use::Act, right(verb, group, resource));
    match family {
        "deployments.apps" => vec![
            beside(APPS, "replicasets"),
            beside("", "pods"),
            act("patch", APPS, "deployments"),
        ],
        "rollouts.argoproj.io" => vec![
            beside(APPS, "replicasets"),
            beside("", "pods"),
            act("patch", ARGO, "rollouts"),
            act("patch", ARGO, "rollouts/status"),
        ],
        "analysisruns.argoproj.io" => vec![beside(APPS, "replicasets")],
        "kustomizations.kustomize.toolkit.fluxcd.io" => {
            vec![act(
                "patch",
                "kustomize.toolkit.fluxcd.io",
                "kustomizations",
            )]
        }
        "helmreleases.helm.toolkit.fluxcd.io" => {
            vec![act("patch", "helm.toolkit.fluxcd.io", "helmreleases")]
        }
        "pipelineruns.tekton.dev" => vec![
            act("patch", TEKTON, "pipelineruns"),
            act("create", TEKTON, "pipelineruns"),
        ],
        "taskruns.tekton.dev" => vec![
            act("patch", TEKTON, "taskruns"),
            act("create", TEKTON, "taskruns"),
        ],
        "approvaltasks.openshift-pipelines.org" => {
            vec![act("patch", "openshift-pipelines.org", "approvaltasks")]
        }
        "builds.kpack.io" => vec![act("patch", "kpack.io", "builds")],
        "promotions.kargo.akuity.io" => vec![
            (Use::Beside, right("get", KARGO, "freights")),
            act("list", KARGO, "freights"),
            act("get", KARGO, "stages"),
            act("patch", KARGO, "promotions"),
            act("create", KARGO, "promotions"),
            act("promote", KARGO, "stages"),
            act("patch", KARGO, "freights/status"),
        ],
        "services.serving.knative.dev" => vec![
            beside(KNATIVE, "revisions"),
            act("patch", KNATIVE, "services"),
        ],
        _ => Vec::new(),
    }
}

/// All that the families need that a cluster has, each once: the family, what for, the right.
#[must_use]
pub fn needed(is_served: impl Fn(&str) -> bool) -> Vec<(String, Use, Right)> {
    let mut needed = Vec::new();
    for family in FAMILIES {
        let resource = family.resource();
        if !is_served(resource.group) {
            continue;
        }
        let name = resource.name();
        if family.is_read() {
            for (of, verb) in [(Use::Read, "list"), (Use::Watch, "watch")] {
                let right = right(verb, resource.group, resource.plural);
                needed.push((name.clone(), of, right));
            }
        }
        let more = further(&name).into_iter();
        needed.extend(more.map(|(of, right)| (name.clone(), of, right)));
    }
    needed
}

/// Asks the cluster for every right, and tells those that the login has not.
pub async fn review(
    cluster: &Cluster<'_>,
    served: &Served,
) -> Result<Vec<Missing>, ConnectorError> {
    let needed = needed(|group| served.has(group));
    let rights: BTreeSet<Right> = needed.iter().map(|(_, _, right)| *right).collect();
    let mut places = cluster.places();
    places.truncate(NAMESPACES);
    let pairs = rights.iter().flat_map(|right| {
        let places = places.iter();
        places.map(move |place| (*right, place.clone()))
    });
    let asking = pairs.map(|(right, place)| async move {
        let allowed = may(cluster, right, &place).await?;
        Ok::<_, ConnectorError>(((right, place), allowed))
    });
    let asking = stream::iter(asking.collect::<Vec<_>>()).buffered(AT_ONCE);
    let answered: BTreeMap<(Right, String), bool> = asking.try_collect().await?;
    let refused = answered.into_iter().filter(|(_, allowed)| !allowed);
    let refused: Vec<(Right, String)> = refused.map(|(of, _)| of).collect();
    let missing = needed.into_iter().flat_map(|(family, of, right)| {
        let refused = refused.iter().filter(move |(one, _)| *one == right);
        refused.map(move |(right, place)| Missing {
            family: family.clone(),
            of,
            right: *right,
            namespace: Some(place.clone()).filter(|place| !place.is_empty()),
        })
    });
    Ok(missing.collect())
}

/// Whether the login may do something.
async fn may(cluster: &Cluster<'_>, right: Right, place: &str) -> Result<bool, ConnectorError> {
    let instance = cluster.instance;
    let what = "a review of what the login may do";
    let (resource, below) = right
        .resource
        .split_once('/')
        .unwrap_or((right.resource, ""));
    let attributes = json!({
        "namespace": place, "verb": right.verb, "group": right.group, "resource": resource, "subresource": below,
    });
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    });
    let pieces = [
        "apis",
        "authorization.k8s.io",
        "v1",
        "selfsubjectaccessreviews",
    ];
    let url = instance.address(&pieces, &[]);
    let answer = instance
        .http
        .question(&url, review.to_string().as_bytes())
        .await?;
    if !answer.is_success() {
        return Err(instance.refused(what, &answer));
    }
    let review: Review = parse::one(&answer.body).map_err(|why| instance.unreadable(what, &why))?;
    Ok(review.status.allowed)
}

/// Tells what is missing: a line for each family and each use.
pub fn tell(missing: &[Missing], source: &str, health: &mut Health) {
    let mut told: BTreeMap<(&str, Use), BTreeMap<String, BTreeSet<&str>>> = BTreeMap::new();
    for one in missing {
        let Right {
            verb,
            group,
            resource,
        } = one.right;
        let dot = if group.is_empty() { "" } else { "." };
        let right = format!("{verb} {resource}{dot}{group}");
        let rights = told.entry((&one.family, one.of)).or_default();
        let places = rights.entry(right).or_default();
        places.extend(one.namespace.as_deref());
    }
    for ((family, of), rights) in told {
        let rights = rights.into_iter().map(|(right, places)| {
            if places.is_empty() {
                return right;
            }
            let places: Vec<&str> = places.into_iter().collect();
            format!("{right} in {}", places.join(", "))
        });
        let rights = rights.collect::<Vec<_>>().join("; ");
        let (severity, costs) = match of {
            Use::Read => (Severity::Warning, "nothing of it is read"),
            Use::Beside => (Severity::Warning, "less is told of it"),
            Use::Watch => (Severity::Note, "what changes is seen on the round only"),
            Use::Act => (Severity::Note, "as much cannot be done from leadtime"),
        };
        health.findings.push(Finding {
            subject: family.to_owned(),
            severity,
            text: format!(
                "the login of source {source:?} may not: {rights}; {costs} (docs/connectors/kubernetes.md has the roles ready)"
            ),
        });
    }
    if missing.is_empty() {
        let fact = "the login may do all that is read and acted on";
        health.facts.push(fact.to_owned());
    }
}
