//! How a program is asked to do something, and what its end means. It gets the order as JSON on its standard input and the main things of it as
//! variables. Sending: 0 is done, 2 is refused with nothing done, all else is in doubt, since half of it may have happened. Asking, where the source
//! says that it can be asked (`LEADTIME_ASK=1`): 0 is done, 1 is open, 2 is moved, all else is unknown.

use serde_json::{Map, Value, json};
use url::Url;

use super::client::{self, Ended, Fault, Task};
use super::config::Config;
use crate::connector::error::ErrorKind;
use crate::connector::once::Once;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb, Version};

/// How much of a receipt is kept.
const LONGEST: usize = 400;

pub struct Act {
    config: Config,
    once: Once,
}

impl Act {
    pub fn new(config: Config) -> Self {
        Self {
            config,
            once: Once::default(),
        }
    }

    fn prepared(&self, order: &Order) -> Result<Prepared, ConnectorError> {
        let told = arguments(order).map_err(|text| self.wrong(text))?;
        let all: Vec<&String> = self.config.command.iter().chain(&told).collect();
        let mut kept = serde_json::to_value(order).unwrap_or_default();
        if let Some(kept) = kept.as_object_mut() {
            kept.remove("way");
        }
        let request = Request {
            connector: self.config.name.clone(),
            what: format!("run {} to {}", self.config.program(), said(order)),
            method: "RUN".to_owned(),
            url: self.config.program().to_owned(),
            headers: Vec::new(),
            body: Some(json!(all).to_string()),
            probe: json!({ "arguments": told, "order": kept }),
        };
        self.once.prepared(&request);
        let mut prepared = Prepared {
            requests: vec![request],
            ..Prepared::default()
        };
        if client::find(self.config.program()).is_none() {
            let text = format!("there is no program {:?}", self.config.program());
            let hint = "give its whole path in `command`".to_owned();
            prepared.objections.push((text, Some(hint)));
        }
        if !self.config.asks {
            let text = "where its answer is lost, it cannot be asked whether it was done";
            prepared.notes.push(text.to_owned());
        }
        Ok(prepared)
    }

    fn wrong(&self, text: String) -> ConnectorError {
        let context = format!("source {:?}", self.config.name);
        ConnectorError::new(ErrorKind::Configuration, context, text)
    }

    /// What a request runs: exactly what it was made of, or nothing.
    fn of_request(&self, request: &Request) -> Result<(Vec<String>, Order), String> {
        let odd = || "the request cannot be read".to_owned();
        let told = request.probe.get("arguments").cloned().unwrap_or_default();
        let told: Vec<String> = serde_json::from_value(told).map_err(|_| odd())?;
        let mut order = request.probe.get("order").cloned().unwrap_or_default();
        order["way"] = Value::Null;
        let order: Order = serde_json::from_value(order).map_err(|_| odd())?;
        let all: Vec<&String> = self.config.command.iter().chain(&told).collect();
        if request.body.as_deref() != Some(json!(all).to_string().as_str()) {
            return Err("the source runs another command than when this was prepared".to_owned());
        }
        Ok((told, order))
    }

    async fn run(&self, request: &Request, asking: bool) -> Result<Ended, Fault> {
        let (told, order) = self.of_request(request).map_err(Fault::Unstarted)?;
        let mut variables = variables(&order);
        let patience = if asking {
            variables.push(("LEADTIME_ASK", "1".to_owned()));
            self.config.patience.ask
        } else {
            self.config.patience.act
        };
        let input = input(&order, asking);
        let task = Task {
            arguments: &told,
            variables,
            input: input.as_bytes(),
            patience,
        };
        client::run(&self.config, task).await
    }

    fn words(&self, ended: &Ended) -> String {
        let said = receipt(&self.config, ended).text;
        let said = if said.is_empty() { ended.words() } else { said };
        if said.is_empty() { ended.how() } else { said }
    }

    fn done(&self, ended: &Ended) -> Receipt {
        let mut receipt = receipt(&self.config, ended);
        if receipt.text.is_empty() {
            receipt.text = format!("{} says that it is done", self.config.program());
        }
        receipt
    }

    async fn sent(&self, request: &Request) -> Sent {
        self.once.sending(request);
        let sent = match self.run(request, false).await {
            Ok(ended) => match ended.code {
                Some(0) => Sent::Done(self.done(&ended)),
                Some(2) => Sent::Refused(self.words(&ended)),
                _ => Sent::Doubtful(format!("{}: {}", ended.how(), self.words(&ended))),
            },
            Err(Fault::Unstarted(text)) => Sent::Refused(format!("not run: {text}")),
            Err(Fault::GivenUp(text)) => Sent::Doubtful(text),
        };
        self.once.sent(request, &sent);
        sent
    }

    async fn asked(&self, request: &Request) -> Standing {
        if !self.config.asks {
            return self.once.standing(request);
        }
        match self.run(request, true).await {
            Ok(ended) => match ended.code {
                Some(0) => Standing::Done(self.done(&ended)),
                Some(1) => Standing::Open,
                Some(2) => Standing::Moved(self.words(&ended)),
                _ => Standing::Unknown(self.words(&ended)),
            },
            Err(fault) => Standing::Unknown(fault.text()),
        }
    }
}

/// What the step tells the program: texts, filled in already.
fn arguments(order: &Order) -> Result<Vec<String>, String> {
    let empty = Map::new();
    let way = order.way.as_ref().unwrap_or(&empty);
    let Some(told) = way.get("arguments") else {
        return Ok(Vec::new());
    };
    let told: Vec<String> = serde_json::from_value(told.clone())
        .map_err(|_| "`arguments` of the step are no list of texts".to_owned())?;
    if told.iter().any(|one| one.contains('\0')) {
        return Err("an argument of the step holds a NUL".to_owned());
    }
    Ok(told)
}

/// An order in a few words.
fn said(order: &Order) -> String {
    let version = order.to.as_ref().and_then(named).unwrap_or_default();
    let place = order.environment.as_deref().unwrap_or_default();
    let thing = order.target.as_ref().map_or("", |target| &target.id);
    let parts = match order.verb {
        Verb::Promote => ["promote", &order.workload, version, "to", place],
        Verb::Rollback => ["roll back", &order.workload, "to", version, place],
        verb => [verb.word(), thing, "of", &order.workload, place],
    };
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

fn named(version: &Version) -> Option<&str> {
    version.version.as_deref().or(version.sha.as_deref())
}

/// The order, as the program reads it: one object, with a name by which later ones are told apart.
fn input(order: &Order, asking: bool) -> String {
    let mut input = serde_json::to_value(order).unwrap_or_default();
    if let Some(fields) = input.as_object_mut() {
        fields.remove("way");
        fields.insert("schema".to_owned(), "leadtime/order/v1".into());
        fields.insert("ask".to_owned(), asking.into());
    }
    format!("{input}\n")
}

/// What a shell script wants to know, without reading JSON. What is not known is not set.
fn variables(order: &Order) -> Vec<(&'static str, String)> {
    let to = order.to.clone().unwrap_or_default();
    let from = order.from.clone().unwrap_or_default();
    let target = order.target.clone().unwrap_or_default();
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let all = [
        ("LEADTIME_VERB", Some(order.verb.word().to_owned())),
        ("LEADTIME_KEY", Some(order.key.clone())),
        ("LEADTIME_AT", Some(order.at.to_string())),
        ("LEADTIME_WORKLOAD", Some(order.workload.clone())),
        ("LEADTIME_ENVIRONMENT", order.environment.clone()),
        ("LEADTIME_COMMENT", order.comment.clone()),
        ("LEADTIME_VERSION", to.version),
        ("LEADTIME_SHA", to.sha),
        ("LEADTIME_ARTIFACT", to.artifact),
        ("LEADTIME_DIGEST", to.digest),
        ("LEADTIME_DEPLOYMENT", to.deployment),
        ("LEADTIME_FROM", from.version),
        ("LEADTIME_FROM_SHA", from.sha),
        ("LEADTIME_TARGET", filled(target.id)),
        ("LEADTIME_TARGET_SOURCE", filled(target.source)),
        ("LEADTIME_TARGET_URL", target.url),
    ];
    all.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// The last line that is an object, as the program's own words.
fn receipt(config: &Config, ended: &Ended) -> Receipt {
    let out = client::cleaned(config, &String::from_utf8_lossy(&ended.out));
    let last = out
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str::<Map<String, Value>>(line.trim()).ok());
    let last = last.unwrap_or_default();
    let told = |key: &str| last.get(key).and_then(Value::as_str);
    let text = told("text").unwrap_or_default();
    let text = text.chars().filter(|c| !c.is_control()).take(LONGEST);
    let url = told("url").and_then(|url| Url::parse(url).ok());
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    Receipt {
        text: text.collect(),
        url: url.map(String::from),
    }
}

impl Actor for Act {
    fn speaks_for(&self, source: &str) -> bool {
        self.config.spoken.is_for(source)
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move { self.prepared(order) })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(self.sent(request))
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(self.asked(request))
    }
}
