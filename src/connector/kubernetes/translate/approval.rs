//! `ApprovalTasks`: a run of a pipeline waits until so many of the named people have agreed, or one has not.

use super::run::{about, pipeline_run};
use super::{closed, key, since};
use crate::connector::environment::labelled;
use crate::connector::kubernetes::client::{Resource, Wanted};
use crate::connector::kubernetes::cursor::{Open, What};
use crate::connector::kubernetes::family::{Deeds, Family, Seen, Told};
use crate::connector::kubernetes::wire::Object;
use crate::connector::kubernetes::wire::runs::{Spec, Status};
use crate::event::kind::{Decision, Gate, Kind};

pub struct ApprovalTasks;

impl Family for ApprovalTasks {
    fn resource(&self) -> Resource {
        Resource {
            group: "openshift-pipelines.org",
            plural: "approvaltasks",
            kind: "ApprovalTask",
        }
    }

    fn word(&self) -> &'static str {
        "approvaltask"
    }

    fn beside(&self, object: &Object) -> Vec<Wanted> {
        pipeline_run(object)
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let mut told = Told::default();
        let spec: Spec = object.of("spec")?;
        let status: Status = object.of("status")?;
        let (sha, repository) = about(seen, &spec, &status);
        let id = format!("{}@{}", key(self, object), object.mark());
        let name = object.label("tekton.dev/pipelineTask");
        let gate = Gate {
            name: Some(name.unwrap_or(&object.meta.name).to_owned()),
            sha,
            repository,
            environment: labelled(&object.meta.labels),
            comment: Some(spec.description.clone()).filter(|text| !text.is_empty()),
            approvers: spec.approvers.iter().map(|one| one.name.clone()).collect(),
            ..Gate::default()
        };
        let opened = status.start_time.or(object.meta.creation_timestamp);
        told.wait(seen, id.clone(), opened, gate);
        let (decision, word) = match status.state.as_str() {
            "" | "pending" => return Ok(told),
            "approved" => (Decision::Approved, "approved"),
            "rejected" => (Decision::Rejected, "rejected"),
            other => {
                seen.unknown("state", other);
                (Decision::Other, other)
            }
        };
        let open = told.open.pop().unwrap_or_else(|| Open {
            what: What::Gate,
            id: id.clone(),
            since: seen.now,
            mark: String::new(),
        });
        let written = object
            .meta
            .managed_fields
            .iter()
            .filter_map(|one| one.time)
            .max();
        // What was open when it was last looked at was decided since then.
        let at = written.or_else(|| since(seen.row, &id).map(|_| seen.now));
        let at = at.unwrap_or(open.since);
        let mut event = closed(seen.origin, &open, at, (decision, word));
        if let Kind::Gate(fact) = &mut event.kind {
            let mut responses = status.approvers_response.iter();
            let last = responses.rfind(|one| one.response == word);
            fact.responder = last.map(|one| one.name.clone());
            fact.comment = last
                .map(|one| one.message.clone())
                .filter(|text| !text.is_empty());
        }
        told.events.push(event);
        Ok(told)
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Approval)
    }
}
