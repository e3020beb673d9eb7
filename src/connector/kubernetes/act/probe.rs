//! Asking after a request: by the mark that it leaves in the object, and by what it found there when it was made. Who did what else meanwhile a cluster tells
//! only by who wrote last.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::connector::acting::{probe, standing};
use crate::connector::kubernetes::client::Cluster;
use crate::connector::kubernetes::wire::{Object, pointer};
use crate::event::time::Timestamp;
use crate::plan::request::{Receipt, Request, Standing};

/// The annotation in which an action leaves its key.
pub const ACTION: &str = "leadtime/action";

/// What is needed to ask after a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// The address of the object.
    pub url: String,
    /// `None`: it is made by the request.
    pub uid: Option<String>,
    pub key: String,
    /// What stood where when it was prepared: as long as it does, it is not done.
    pub before: Vec<(String, Value)>,
    pub mark: Mark,
}

/// What shows that it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Mark {
    /// What it writes itself.
    Left { pointer: String, value: String },
    /// The note that the request before it wrote, once what stood there does not any more: the tool does not tell who did it.
    Noted,
    /// The object is there, with the key.
    Made,
}

/// How a request stands.
pub async fn ask(cluster: &Cluster<'_>, request: &Request) -> Standing {
    let probe: Probe = match probe(request) {
        Ok(probe) => probe,
        Err(error) => return Standing::Unknown(error.to_string()),
    };
    let looked = async {
        let object = cluster.one(&probe.url).await?;
        Ok(judge(&probe, object.as_ref()))
    };
    standing(looked.await)
}

/// How a request stands, by the object as it is now.
#[must_use]
pub fn judge(probe: &Probe, object: Option<&Object>) -> Standing {
    let Some(object) = object else {
        return match probe.mark {
            Mark::Made => Standing::Open,
            _ => Standing::Moved("it is gone".to_owned()),
        };
    };
    if probe
        .uid
        .as_ref()
        .is_some_and(|uid| *uid != object.meta.uid)
    {
        return Standing::Moved("it was deleted, and made anew".to_owned());
    }
    let done = |text: &str| {
        Standing::Done(Receipt {
            text: text.to_owned(),
            url: None,
        })
    };
    let key = pointer(&["metadata", "annotations", ACTION]);
    let is_ours = object.text(&key) == Some(probe.key.as_str());
    let moved = probe.before.iter().find(|(path, value)| {
        let now = object.raw.pointer(path).unwrap_or(&Value::Null);
        now != value
    });
    match (&probe.mark, moved) {
        (Mark::Left { pointer, value }, _) if object.text(pointer) == Some(value.as_str()) => {
            done("the object bears its mark")
        }
        (Mark::Made, _) if is_ours => done("the object is there, with its key"),
        (Mark::Made, _) => Standing::Moved("somebody else made one of this name".to_owned()),
        (_, None) => Standing::Open,
        (Mark::Noted, Some(_)) if is_ours => done("it is not as it was since this was noted on it"),
        (_, Some((path, _))) => Standing::Moved(format!("{}{path} is another now", by(object))),
    }
}

/// Who wrote last.
fn by(object: &Object) -> String {
    let newest = object.meta.managed_fields.iter().max_by_key(|one| one.time);
    newest.map_or_else(String::new, |one| {
        let at = one.time.map(|at: Timestamp| format!(" at {at}"));
        format!("{} wrote it{}: ", one.manager, at.unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(uid: &str, action: &str, image: &str) -> Object {
        let raw = json!({"metadata": {"name": "web", "uid": uid, "annotations": {ACTION: action},
            "managedFields": [{"manager": "kubectl", "time": "2026-03-01T10:00:00Z"}]}, "spec": {"image": image}});
        Object::read(raw).unwrap()
    }

    fn probe(mark: Mark) -> Probe {
        Probe {
            url: String::new(),
            uid: Some("u".to_owned()),
            key: "k".to_owned(),
            before: vec![("/spec/image".to_owned(), json!("a:1"))],
            mark,
        }
    }

    #[test]
    fn what_stands_is_told_from_what_is_done_and_what_others_did() {
        let left = probe(Mark::Left {
            pointer: pointer(&["metadata", "annotations", ACTION]),
            value: "k".to_owned(),
        });
        let judged = |probe: &Probe, object: &Object| judge(probe, Some(object));
        assert_eq!(judged(&left, &object("u", "", "a:1")), Standing::Open);
        assert!(matches!(
            judged(&left, &object("u", "k", "a:2")),
            Standing::Done(_)
        ));
        let moved = judged(&left, &object("u", "other", "a:2"));
        let Standing::Moved(text) = moved else {
            panic!("{moved:?}")
        };
        assert!(text.contains("kubectl wrote it at 2026-03-01"), "{text}");
        let anew = judged(&left, &object("v", "k", "a:2"));
        assert!(matches!(anew, Standing::Moved(_)), "{anew:?}");
        let noted = probe(Mark::Noted);
        assert_eq!(judged(&noted, &object("u", "k", "a:1")), Standing::Open);
        assert!(matches!(
            judged(&noted, &object("u", "k", "a:2")),
            Standing::Done(_)
        ));
        assert!(matches!(
            judged(&noted, &object("u", "x", "a:2")),
            Standing::Moved(_)
        ));
        let made = probe(Mark::Made);
        assert_eq!(judge(&made, None), Standing::Open);
        assert!(matches!(judge(&left, None), Standing::Moved(_)));
    }
}
