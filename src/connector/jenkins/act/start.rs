//! A job is built: with the parameters that a step's `promote` names, or once more with those of an earlier build. A job that takes a parameter
//! `LEADTIME_ACTION` is told the key of the action, and its build is known by it; any other is known by its number, who started it and with what.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;

use super::{Me, Probe, Tool, objected};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::jenkins::config::of_job;
use crate::connector::jenkins::wire::{Action, Build, Definition, Job, Waiting};
use crate::connector::wish;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

/// The parameter that carries the key.
pub const KEY: &str = "LEADTIME_ACTION";
/// So many of the newest builds are looked through.
const NEWEST: usize = 50;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub job: String,
    /// The newest build before: what is started has a higher number.
    pub after: u64,
    /// What it is told, the key included where it goes along.
    pub parameters: BTreeMap<String, String>,
    pub user: Option<Me>,
}

/// The keys of a way.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Way {
    job: Option<String>,
    parameters: BTreeMap<String, String>,
}

/// What is configured does not work.
fn wrong(order: &Order, detail: &str) -> ConnectorError {
    let key = wish::key(order);
    wish::wrong(order, detail).hinted(format!(
        "write there {key} = {{ job = \"deploy-{}\", parameters = {{ VERSION = \"{{version}}\" }} }}",
        order.workload
    ))
}

/// Brings a version to an environment by building a job.
pub async fn promote(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let given = Value::Object(order.way.clone().unwrap_or_default());
    let way: Way = serde_json::from_value(given)
        .map_err(|error| wrong(order, &format!("cannot be read: {error}")))?;
    let Some(name) = way.job.map(|job| job.trim_matches('/').to_owned()) else {
        return Err(wrong(order, "names no `job`"));
    };
    let job = match tool.reach.job(&name).await {
        Err(error) if error.kind == ErrorKind::NotFound => {
            let detail = format!("names the job {name:?}, which Jenkins does not have or show");
            return Err(wrong(order, &detail));
        }
        job => job?,
    };
    let what = wish::wish(order);
    let mut prepared = started(tool, order, (&name, &job, &what), way.parameters.clone()).await?;
    if let Some(version) = &order.to {
        let names = [
            &version.version,
            &version.sha,
            &version.digest,
            &version.artifact,
        ];
        let told = |name: &String| way.parameters.values().any(|value| value.contains(name));
        if !names.into_iter().flatten().any(told) {
            prepared.notes.push(format!(
                "no parameter names the version: what is deployed is what {name} makes of it"
            ));
        }
    }
    Ok(prepared)
}

/// Builds a job once more, with the parameters of an earlier build.
pub async fn again(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let named = tool.target(order)?;
    let build = tool.reach.build(named.job, named.number).await?;
    if build.building {
        let me = tool.me().await?;
        let text = format!("{} #{} still runs", named.job, named.number);
        let lifted = Some("its end, or stopping it".to_owned());
        return Ok(objected(me.as_ref(), text, lifted));
    }
    let job = tool.reach.job(named.job).await?;
    let mut parameters = BTreeMap::new();
    let mut notes =
        vec!["Jenkins makes a new build of it, of what its branch is at by then".to_owned()];
    if named.part.is_some() {
        notes.push("the whole build is done again, not a stage of it".to_owned());
    }
    for definition in job.definitions().filter(|one| one.name != KEY) {
        match build.parameter(&definition.name) {
            Some(value) => {
                parameters.insert(definition.name.clone(), value);
            }
            None => notes.push(format!(
                "parameter {} has its default: what build {} was told Jenkins does not show",
                definition.name, named.number
            )),
        }
    }
    let what = format!("build {} again, as in #{}", named.job, named.number);
    let mut prepared = started(tool, order, (named.job, &job, &what), parameters).await?;
    prepared.notes.splice(0..0, notes);
    Ok(prepared)
}

/// The request that builds a job.
async fn started(
    tool: &Tool<'_>,
    order: &Order,
    (name, job, what): (&str, &Job, &str),
    mut parameters: BTreeMap<String, String>,
) -> Result<Prepared, ConnectorError> {
    let me = tool.me().await?;
    let mut prepared = Prepared {
        user: me.as_ref().map(|me| me.id.clone()),
        ..Prepared::default()
    };
    let definitions: Vec<&Definition> = job.definitions().collect();
    check(tool, &mut prepared, (name, job), &parameters);
    if definitions.iter().any(|one| one.name == KEY) {
        parameters.insert(KEY.to_owned(), order.key.clone());
    }
    let (last, body) = if definitions.is_empty() {
        ("build", None)
    } else {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(&parameters);
        ("buildWithParameters", Some(form.finish()))
    };
    let url = of_job(tool.reach.instance, name, &[last], &[]);
    let probe = Probe::Start(Deed {
        job: name.to_owned(),
        after: job.newest(),
        parameters,
        user: me,
    });
    let what = format!("{what}: build {name}");
    prepared
        .requests
        .push(tool.request(what, url, body, &probe));
    Ok(prepared)
}

/// Whether the job takes what it is told.
fn check(
    tool: &Tool<'_>,
    prepared: &mut Prepared,
    (name, job): (&str, &Job),
    parameters: &BTreeMap<String, String>,
) {
    let mut object = |text: String, lifted: String| {
        prepared.objections.push((text, Some(lifted)));
    };
    if job.buildable == Some(false) {
        let lifted = format!(
            "enabling it at {}",
            of_job(tool.reach.instance, name, &[""], &[])
        );
        object(format!("{name} is disabled, or cannot be built"), lifted);
    }
    for (key, value) in parameters {
        let Some(definition) = job.definitions().find(|one| one.name == *key) else {
            let text = format!("{name} has no parameter {key:?}: Jenkins would leave it out");
            let known: Vec<&str> = job.definitions().map(|one| one.name.as_str()).collect();
            let lifted = if known.is_empty() {
                "giving the job parameters".to_owned()
            } else {
                format!("naming one of {}", known.join(", "))
            };
            object(text, lifted);
            continue;
        };
        if !definition.choices.is_empty() && !definition.choices.contains(value) {
            let text = format!("{value:?} is no choice of the parameter {key:?} of {name}");
            object(text, format!("one of {}", definition.choices.join(", ")));
        }
    }
    if !tool.selection.wants(name) {
        prepared.notes.push(format!(
            "`projects` of source {:?} leaves {name} out: its builds will not be seen",
            tool.reach.instance.name
        ));
    }
}

/// Whose a build is that may be what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Ours,
    Theirs,
    Untold,
    /// It is something else.
    Other,
}

impl Deed {
    fn key(&self) -> Option<&String> {
        self.parameters.get(KEY)
    }

    fn whose(&self, actions: &[Action]) -> Whose {
        let told = actions.iter().flat_map(|one| &one.parameters);
        let told: BTreeMap<&str, String> = told
            .filter_map(|one| Some((one.name.as_str(), one.text()?)))
            .collect();
        if let Some(key) = self.key() {
            return match told.get(KEY) {
                Some(value) if value == key => Whose::Ours,
                _ => Whose::Other,
            };
        }
        let same = self
            .parameters
            .iter()
            .all(|(name, value)| told.get(name.as_str()) == Some(value));
        if !same {
            return Whose::Other;
        }
        let mut users = actions
            .iter()
            .flat_map(|one| &one.causes)
            .map(|cause| cause.user_id.as_str())
            .filter(|id| !id.is_empty());
        match (&self.user, users.next()) {
            (Some(me), Some(first)) if me.is(first) || users.any(|id| me.is(id)) => Whose::Ours,
            (Some(_), Some(_)) if !self.parameters.is_empty() => Whose::Theirs,
            (None, None) => Whose::Untold,
            // Begun by a push, a clock, or by somebody without saying what.
            _ => Whose::Other,
        }
    }
}

/// How a build that was to be started stands.
pub async fn ask(tool: &Tool<'_>, deed: &Deed) -> Result<Standing, ConnectorError> {
    let builds = tool.reach.builds(&deed.job, 0, NEWEST).await?;
    let is_cut = builds.len() >= NEWEST && builds.iter().all(|one| one.number > deed.after);
    let fresh: Vec<&Build> = builds
        .iter()
        .filter(|one| one.number > deed.after)
        .collect();
    let of = |whose: Whose| {
        let fits = fresh
            .iter()
            .filter(move |one| deed.whose(&one.actions) == whose);
        fits.copied().collect::<Vec<&Build>>()
    };
    match of(Whose::Ours).as_slice() {
        [] => {}
        [one] => return Ok(Standing::Done(receipt(tool, deed, one))),
        many => return Ok(one_of(many)),
    }
    let queue = tool.reach.queue().await?;
    let page = of_job(tool.reach.instance, &deed.job, &[""], &[]);
    let items: Vec<&Waiting> = queue.items.iter().filter(|one| is_of(one, &page)).collect();
    if let Some(item) = items
        .iter()
        .find(|one| deed.whose(&one.actions) == Whose::Ours)
    {
        return Ok(Standing::Done(Receipt {
            text: format!("waits in the queue as {}: {}", item.id, item.why),
            url: Some(page),
        }));
    }
    if let Some(one) = of(Whose::Theirs).first() {
        let by = one
            .causes()
            .find_map(crate::connector::jenkins::wire::Cause::who);
        return Ok(Standing::Moved(format!(
            "{} started build {} with the same parameters",
            by.as_deref().unwrap_or("somebody"),
            one.number
        )));
    }
    if is_cut {
        return Ok(Standing::Unknown(format!(
            "more than {NEWEST} builds began since: leadtime's may be among the older"
        )));
    }
    let untold = items
        .iter()
        .any(|one| deed.whose(&one.actions) == Whose::Untold);
    if !untold && of(Whose::Untold).is_empty() {
        return Ok(Standing::Open);
    }
    let text = "such a build was started since; nobody was logged in, so by whom cannot be told";
    Ok(Standing::Unknown(text.to_owned()))
}

/// Several builds that may be ours.
fn one_of(many: &[&Build]) -> Standing {
    let numbers: Vec<String> = many.iter().map(|one| one.number.to_string()).collect();
    Standing::Unknown(format!(
        "builds {} were started since with the same parameters, and which is leadtime's cannot be told (give the job a parameter {KEY})",
        numbers.join(", ")
    ))
}

/// Whether an item of the queue is of a job. Its address is as Jenkins thinks of itself, which may be by another host.
fn is_of(item: &Waiting, page: &str) -> bool {
    let path = |url: &str| {
        let url = url::Url::parse(url).ok()?;
        // Each side escapes letters of its own choice.
        let path = percent_decode_str(url.path().trim_end_matches('/')).decode_utf8();
        Some(path.ok()?.into_owned())
    };
    let from_root = |path: String| path.find("/job/").map(|at| path[at..].to_owned());
    let of = |url: &str| path(url).and_then(from_root);
    of(&item.task.url).is_some_and(|path| Some(path) == of(page))
}

fn receipt(tool: &Tool<'_>, deed: &Deed, build: &Build) -> Receipt {
    let word = if build.building {
        "runs"
    } else {
        build.result.as_str()
    };
    Receipt {
        text: format!("build {} of {}: {word}", build.number, deed.job),
        url: Some(tool.page(&deed.job, build.number)),
    }
}

/// What became of what was put into the queue: the build, where it has begun already. Its own address tells, once.
pub async fn followed(tool: &Tool<'_>, deed: &Deed, receipt: Receipt) -> Receipt {
    let item = receipt.url.as_deref().and_then(|url| {
        let (_, rest) = url.split_once("/queue/item/")?;
        rest.trim_end_matches('/').parse::<u64>().ok()
    });
    let Some(item) = item else { return receipt };
    let tree = [("tree", "id,why,cancelled,executable[number]")];
    let number = item.to_string();
    let pieces = ["queue", "item", &number, "api", "json"];
    let url = of_job(tool.reach.instance, "", &pieces, &tree);
    let found: Result<Waiting, _> = tool.reach.instance.one(&url, "the queue").await;
    match found {
        Ok(Waiting {
            executable: Some(build),
            ..
        }) => Receipt {
            text: format!("{}; build {}", receipt.text, build.number),
            url: Some(tool.page(&deed.job, build.number)),
        },
        Ok(waiting) if !waiting.why.is_empty() => Receipt {
            text: format!("{}; in the queue as {item}: {}", receipt.text, waiting.why),
            ..receipt
        },
        _ => receipt,
    }
}
