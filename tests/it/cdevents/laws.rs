//! Laws: what is written is read back as it was, is one line, is a document of the log, and is what the reference SDK takes for a `CDEvent`.

use leadtime::event::Event;
use leadtime::event::cdevents::{read, write};
use leadtime::event::kind::{
    Artifact, ArtifactPhase, Branch, Change, ChangePhase, Commit, Component, Decision, Deployment,
    Gate, GatePhase, Incident, IncidentPhase, Kind, List, MapText, Mark, MarkKind, Outcome, Phase,
    ReviewState, Run, RunKind, Scan, Severities, Tag, TagPhase, Ticket, TicketPhase,
};
use leadtime::event::time::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::split;

/// Values to make events of, used up one by one.
#[derive(Clone, Debug)]
struct Pool {
    texts: Vec<String>,
    optional: Vec<Option<String>>,
    lists: Vec<Vec<String>>,
    known: Vec<Option<Vec<String>>>,
    flags: Vec<Option<bool>>,
    times: Vec<Timestamp>,
    picks: Vec<usize>,
    number: Option<u32>,
}

impl Pool {
    fn text(&mut self) -> String {
        self.texts.pop().unwrap()
    }
    fn some(&mut self) -> Option<String> {
        self.optional.pop().unwrap()
    }
    fn list(&mut self) -> List<String> {
        self.lists.pop().unwrap().into()
    }
    fn known(&mut self) -> Option<List<String>> {
        self.known.pop().unwrap().map(Into::into)
    }
    fn flag(&mut self) -> Option<bool> {
        self.flags.pop().unwrap()
    }
    fn is(&mut self) -> bool {
        self.flag().unwrap_or(false)
    }
    fn time(&mut self) -> Timestamp {
        self.times.pop().unwrap()
    }
    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.picks.pop().unwrap() % of.len()].clone()
    }
    fn phase(&mut self) -> Phase {
        self.pick(&[Phase::Queued, Phase::Started, Phase::Finished])
    }
    fn outcome(&mut self) -> Option<Outcome> {
        self.pick(&[
            None,
            Some(Outcome::Success),
            Some(Outcome::Failure),
            Some(Outcome::Cancelled),
            Some(Outcome::Skipped),
            Some(Outcome::Other),
        ])
    }

    fn commit(&mut self) -> Kind<String> {
        Kind::Commit(Commit {
            sha: self.text(),
            repository: self.some(),
            author: self.some(),
            message: self.some(),
            change: self.some(),
            artifact: self.some(),
            parents: self.known(),
            paths: self.known(),
            committed: self.is().then(|| self.time()),
        })
    }

    fn change(&mut self) -> Kind<String> {
        Kind::Change(Change {
            change: self.text(),
            repository: self.some(),
            title: self.some(),
            author: self.some(),
            url: self.some(),
            branch: self.some(),
            head: self.some(),
            reviewer: self.some(),
            sha: self.some(),
            commits: self.list(),
            labels: self.list(),
            tickets: self.list(),
            reviewers: self.list(),
            phase: self.pick(&[
                ChangePhase::Created,
                ChangePhase::Updated,
                ChangePhase::Reviewed,
                ChangePhase::Merged,
                ChangePhase::Abandoned,
            ]),
            state: self.pick(&[
                None,
                Some(ReviewState::Approved),
                Some(ReviewState::ChangesRequested),
                Some(ReviewState::Commented),
                Some(ReviewState::Other),
            ]),
            bot: self.is(),
            draft: self.flag(),
        })
    }

    fn run(&mut self) -> Kind<String> {
        Kind::Run(Run {
            run: self.text(),
            name: self.some(),
            url: self.some(),
            repository: self.some(),
            sha: self.some(),
            artifact: self.some(),
            step: self.some(),
            environment: self.some(),
            branch: self.some(),
            kind: self.pick(&[
                RunKind::Pipeline,
                RunKind::Task,
                RunKind::Test,
                RunKind::Build,
            ]),
            phase: self.phase(),
            outcome: self.outcome(),
            attempt: self.number,
        })
    }

    fn artifact(&mut self) -> Kind<String> {
        let purl = self.is();
        let artifact = if purl {
            "pkg:oci/app@sha256%3A0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427?tag=1".to_owned()
        } else {
            self.text()
        };
        let said = |text: Option<String>| text.or_else(|| purl.then(|| "said".to_owned()));
        Kind::Artifact(Artifact {
            artifact,
            change: self.some(),
            sbom: self.some(),
            repository: self.some(),
            sha: self.some(),
            version: said(self.some()),
            digest: said(self.some()),
            phase: self.pick(&[
                ArtifactPhase::Packaged,
                ArtifactPhase::Published,
                ArtifactPhase::Signed,
                ArtifactPhase::Deleted,
            ]),
        })
    }

    fn scan(&mut self) -> Kind<String> {
        let number = self.number.unwrap_or(u32::MAX);
        Kind::Scan(Scan {
            scan: self.text(),
            artifact: self.some(),
            repository: self.some(),
            sha: self.some(),
            tool: self.some(),
            url: self.some(),
            suppressed: self.list(),
            outcome: self.outcome(),
            counts: self.flag().map(|some| Severities {
                critical: number,
                high: u32::from(some),
                medium: 0,
                low: number / 2,
            }),
        })
    }

    fn gate(&mut self) -> Kind<String> {
        Kind::Gate(Gate {
            gate: self.text(),
            name: self.some(),
            requestor: self.some(),
            responder: self.some(),
            url: self.some(),
            repository: self.some(),
            sha: self.some(),
            artifact: self.some(),
            version: self.some(),
            service: self.some(),
            environment: self.some(),
            comment: self.some(),
            approvers: self.list(),
            changes: self.list(),
            phase: self.pick(&[GatePhase::Created, GatePhase::Updated, GatePhase::Closed]),
            decision: self.pick(&[
                None,
                Some(Decision::Approved),
                Some(Decision::Rejected),
                Some(Decision::Cancelled),
                Some(Decision::Expired),
                Some(Decision::Other),
            ]),
            may_decide: self.flag(),
        })
    }

    fn deployment(&mut self) -> Kind<String> {
        Kind::Deployment(Deployment {
            record: self.text(),
            deployment: self.some(),
            service: self.some(),
            environment: self.some(),
            repository: self.some(),
            sha: self.some(),
            artifact: self.some(),
            version: self.some(),
            pipeline: self.some(),
            slot: self.some(),
            url: self.some(),
            commits: self.known(),
            phase: self.phase(),
            outcome: self.outcome(),
            unplanned: self.is(),
            started: self.is().then(|| self.time()),
            rollback: self.is(),
            removed: self.is(),
        })
    }

    fn incident(&mut self) -> Kind<String> {
        Kind::Incident(Incident {
            incident: self.text(),
            service: self.some(),
            environment: self.some(),
            description: self.some(),
            url: self.some(),
            severity: self.some(),
            artifact: self.some(),
            deployment: self.some(),
            sha: self.some(),
            change: self.some(),
            acknowledged_by: self.some(),
            phase: self.pick(&[
                IncidentPhase::Detected,
                IncidentPhase::Reported,
                IncidentPhase::Resolved,
            ]),
            acknowledged: self.is().then(|| self.time()),
        })
    }

    fn ticket(&mut self) -> Kind<String> {
        Kind::Ticket(Ticket {
            ticket: self.text(),
            summary: self.some(),
            url: self.some(),
            kind: self.some(),
            labels: self.list(),
            changes: self.list(),
            phase: self.pick(&[
                TicketPhase::Created,
                TicketPhase::Updated,
                TicketPhase::Closed,
            ]),
        })
    }

    fn branch(&mut self) -> Kind<String> {
        Kind::Branch(Branch {
            branch: self.text(),
            repository: self.some(),
            sha: self.some(),
            target: self.is(),
        })
    }

    fn tag(&mut self) -> Kind<String> {
        Kind::Tag(Tag {
            tag: self.text(),
            repository: self.some(),
            sha: self.some(),
            url: self.some(),
            phase: self.pick(&[TagPhase::Created, TagPhase::Deleted]),
            release: self.is(),
            prerelease: self.is(),
        })
    }

    fn component(&mut self) -> Kind<String> {
        Kind::Component(Component {
            component: self.text(),
            service: self.some(),
            repository: self.some(),
            team: self.some(),
            system: self.some(),
            lifecycle: self.some(),
            title: self.some(),
            url: self.some(),
        })
    }

    fn mark(&mut self) -> Kind<String> {
        Kind::Mark(Mark {
            mark: self.text(),
            target: self.text(),
            deployment: self.some(),
            by: self.some(),
            reason: self.some(),
            service: self.some(),
            environment: self.some(),
            kind: self.pick(&[
                MarkKind::IncidentLink,
                MarkKind::Unplanned,
                MarkKind::Failed,
                MarkKind::Hold,
                MarkKind::ReleaseHold,
                MarkKind::Ignore,
                MarkKind::Override,
                MarkKind::Other,
            ]),
        })
    }
}

/// One event of each family.
fn events(pool: &Pool, source: &str) -> Vec<Event<String>> {
    let families: [fn(&mut Pool) -> Kind<String>; 14] = [
        Pool::component,
        Pool::commit,
        Pool::change,
        Pool::run,
        Pool::artifact,
        Pool::scan,
        Pool::gate,
        Pool::deployment,
        Pool::incident,
        Pool::ticket,
        Pool::tag,
        Pool::branch,
        Pool::mark,
        |pool| Kind::Other(pool.text()),
    ];
    families
        .iter()
        .map(|family| {
            let mut pool = pool.clone();
            Event {
                source: source.to_owned(),
                id: pool.text(),
                at: pool.time(),
                kind: family(&mut pool),
            }
        })
        .collect()
}

fn pools(text: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = Pool> {
    // The years that RFC 3339 can say.
    let time =
        (-62_135_596_800_000_000..253_402_300_800_000_000_i64).prop_map(Timestamp::from_micros);
    (
        vec(text.clone(), 4),
        vec(option::of(text.clone()), 14),
        vec(vec(text.clone(), 0..4), 4),
        vec(option::of(vec(text, 0..3)), 2),
        vec(any::<Option<bool>>(), 6),
        vec(time, 2),
        vec(any::<usize>(), 4),
        any::<Option<u32>>(),
    )
        .prop_map(
            |(texts, optional, lists, known, flags, times, picks, number)| Pool {
                texts,
                optional,
                lists,
                known,
                flags,
                times,
                picks,
                number,
            },
        )
}

/// Any text that is there: quotes, backslashes, control characters, line ends of all kinds, every script.
fn any_text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        "(?s).{1,12}",
        "[\"\\\\\u{0}-\u{1f}{}\\[\\],: \u{2028}\u{feff}]{1,12}",
        "https://example\\.org/[a-z%]{1,5}",
        "[a-f0-9]{40}",
        "true|null|-1|1e5",
    ]
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_written_is_read_back(pool in pools(any_text()), source in any_text()) {
        for event in events(&pool, &source) {
            let line = write(&event);
            prop_assert!(!line.contains(['\n', '\r']), "{line}");
            let read = read(&line).map_err(|error| TestCaseError::fail(format!("{error}: {line}")))?;
            prop_assert_eq!(&read.map_text(&mut |text| text.as_ref().to_owned()), &event, "{}", line);
        }
    }

    #[test]
    fn what_is_written_is_kept_as_it_is(pool in pools(any_text()), source in any_text()) {
        let all = events(&pool, &source);
        let lines: Vec<String> = all.iter().map(write).collect();
        for input in [lines.join("\n"), format!("[{}]", lines.join(",\r\n"))] {
            let (found, problems) = split(input);
            prop_assert_eq!(problems, []);
            for ((document, event), line) in found.iter().zip(&all).zip(&lines) {
                prop_assert_eq!(
                    (&document.source, &document.id, document.at, &document.body),
                    (&event.source, &event.id, event.at, line)
                );
            }
            prop_assert_eq!(found.len(), all.len());
        }
    }

    /// The reference SDK refuses unknown fields, missing ones and words that the schema does not have.
    #[test]
    fn what_is_written_is_cdevents(pool in pools(any_text())) {
        for event in events(&pool, "/leadtime/test") {
            if matches!(event.kind, Kind::Other(_)) {
                continue;
            }
            let line = write(&event);
            let taken: Result<cdevents_sdk::CDEvent, _> = serde_json::from_str(&line);
            prop_assert!(taken.is_ok(), "{}: {}", taken.unwrap_err(), line);
        }
    }

    /// Whatever comes, nothing panics, and what is let through can be read.
    #[test]
    fn any_input_is_survived(bytes in vec(any::<u8>(), 0..200), pool in pools(any_text()), cut in any::<prop::sample::Index>()) {
        let mut input: Vec<u8> = events(&pool, "/s").iter().flat_map(|event| (write(event) + "\n").into_bytes()).collect();
        let place = cut.index(input.len());
        input.splice(place..place, bytes);
        let (found, problems) = split(&input);
        for document in &found {
            let event = read(&document.body);
            prop_assert!(event.is_ok(), "{}", document.body);
            let event = event.unwrap();
            prop_assert_eq!((&*event.source, &*event.id, event.at), (&*document.source, &*document.id, document.at));
        }
        prop_assert!(found.len() + problems.len() >= 11);
        prop_assert!(problems.iter().all(|problem| problem.line > 0));
    }
}

#[test]
fn an_empty_text_is_an_absent_one() {
    let empty = Event {
        source: "/s".to_owned(),
        id: "1".to_owned(),
        at: Timestamp::from_seconds(0),
        kind: Kind::Ticket(Ticket {
            ticket: "T-1".to_owned(),
            summary: Some(String::new()),
            labels: [String::new(), "bug".to_owned()].into(),
            ..Ticket::default()
        }),
    };
    let line = write(&empty);
    let Kind::Ticket(back) = read(&line).unwrap().kind else {
        panic!("{line}")
    };
    assert_eq!((back.summary, back.labels), (None, ["bug".into()].into()));
}

#[test]
fn a_standard_type_is_written_where_there_is_one() {
    let types = |kind: Kind<String>| {
        let event = Event {
            source: "/s".to_owned(),
            id: "1".to_owned(),
            at: Timestamp::from_seconds(0),
            kind,
        };
        let json: serde_json::Value = serde_json::from_str(&write(&event)).unwrap();
        json["context"]["type"].as_str().unwrap().to_owned()
    };
    let run = |kind, phase, outcome| {
        Kind::Run(Run {
            run: "r".to_owned(),
            kind,
            phase,
            outcome,
            ..Run::default()
        })
    };
    assert_eq!(
        types(run(RunKind::Test, Phase::Finished, Some(Outcome::Failure))),
        "dev.cdevents.testsuiterun.finished.0.3.0"
    );
    assert_eq!(
        types(run(RunKind::Test, Phase::Finished, Some(Outcome::Skipped))),
        "dev.cdeventsx.leadtime-testsuiterun.finished.0.1.0"
    );
    assert_eq!(
        types(run(RunKind::Task, Phase::Queued, None)),
        "dev.cdeventsx.leadtime-taskrun.queued.0.1.0"
    );
    assert_eq!(
        types(Kind::Deployment(Deployment::default())),
        "dev.cdeventsx.leadtime-deployment.finished.0.1.0"
    );
}

#[test]
fn the_reference_sdk_refuses_what_is_not_cdevents() {
    let event = Event {
        source: "/s".to_owned(),
        id: "1".to_owned(),
        at: Timestamp::from_seconds(0),
        kind: Kind::Run(Run {
            run: "r".to_owned(),
            phase: Phase::Started,
            ..Run::default()
        }),
    };
    let line = write(&event);
    let taken = |line: &str| serde_json::from_str::<cdevents_sdk::CDEvent>(line).is_ok();
    assert!(taken(&line), "{line}");
    assert!(!taken(&line.replace("pipelineName", "name")));
    assert!(!taken(&line.replace("about:blank", "not a uri")));
}
