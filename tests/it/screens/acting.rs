//! Acting from the dashboard: what each key means where, the plan in its dialog, what may be agreed to and what not, armed and disarmed, the action log. The
//! plans are real; a tool that takes everything stands in for those that would be sent to.

use std::collections::BTreeSet;

use leadtime::app::acting::plan::gates;
use leadtime::dashboard::message::{Effect, Job, News};
use leadtime::event::cdevents::write;
use leadtime::event::time::Span;
use leadtime::journal::story::stories;
use leadtime::journal::{End, Entry, Outcome, Person, Step};
use leadtime::model::state::Lives;
use leadtime::plan::ask::{Ask, Permit, Wish};
use leadtime::plan::request::{Order, Prepared, Request, Verb};
use leadtime::plan::{Draft, Plan, draft};
use leadtime::view::deeds::Reply;
use leadtime::view::scope::Scope;

use super::{Desk, demo, now, pictures, press, shot};

/// What stands in for the thread that acts.
#[derive(Default)]
pub struct Operator {
    shown: Option<Plan>,
    journal: Vec<Entry>,
    /// The next plan is another than what was shown.
    pub moves: bool,
}

fn person() -> Person {
    Person {
        name: "you".to_owned(),
        ..Person::default()
    }
}

/// What a tool would be sent.
fn prepared(order: &Order) -> Prepared {
    let place = order.environment.as_deref().unwrap_or("here");
    Prepared {
        requests: vec![Request {
            connector: "deployer".to_owned(),
            what: format!("{} {} in {place}", order.verb.word(), order.workload),
            method: "POST".to_owned(),
            url: format!("https://deployer.example/{}", order.workload),
            headers: Vec::new(),
            body: Some(format!("{{\"environment\":\"{place}\"}}")),
            probe: serde_json::Value::Null,
        }],
        ..Prepared::default()
    }
}

impl Desk {
    pub fn operate(&mut self, job: &Job) {
        match job {
            Job::Plan { id, wish, permit } => {
                let reply = match self.plan(wish, permit.clone()) {
                    Ok(plan) => {
                        self.operator.shown = Some(plan.clone());
                        let typed = plan.confirm == leadtime::model::definition::Confirm::Typed;
                        let plan = Box::new(plan);
                        Reply::Planned { plan, typed }
                    }
                    Err((text, hint)) => Reply::Nothing { text, hint },
                };
                self.app.news(News::Replied(*id, reply));
            }
            Job::Agree { id, .. } => self.agree(*id),
            Job::Look => {}
        }
    }

    fn plan(&mut self, wish: &Wish, permit: Permit) -> Result<Plan, (String, Option<String>)> {
        let Some(engine) = self.engine.as_mut() else {
            return Err(("there is no log".to_owned(), None));
        };
        let ask = Ask {
            comment: wish.comment.clone(),
            overrides: wish.overrides.clone(),
            by: "you".to_owned(),
            at: now(),
            key: "20260304T100000-5eed".to_owned(),
            permit,
        };
        let mut whole: Option<Draft> = None;
        for part in &wish.parts {
            let mut known = engine.definitions().iter();
            let definition = known.find(|one| one.name == part.workload).unwrap().clone();
            let workload = engine.workload(&definition, now()).unwrap();
            let lives = Lives::new(&workload, &engine.rules, None);
            let drafted = draft(&ask, &part.deed, &lives).map_err(|one| (one.text, one.hint))?;
            whole = Some(match whole {
                None => drafted,
                Some(whole) => whole.join(drafted),
            });
        }
        let whole = whole.unwrap();
        let told = whole
            .orders
            .iter()
            .map(|(order, _)| prepared(order))
            .collect();
        Ok(Plan::new(&ask, whole, told, &write))
    }

    fn agree(&mut self, id: u64) {
        let Some(plan) = self.operator.shown.clone() else {
            return;
        };
        if std::mem::take(&mut self.operator.moves) {
            self.app.news(News::Replied(
                id,
                Reply::Moved {
                    what: vec!["what ships"],
                    plan: Box::new(plan),
                    typed: false,
                },
            ));
            return;
        }
        let action = plan.action.clone();
        let mut add = |step| {
            self.operator.journal.push(Entry {
                at: now(),
                action: action.clone(),
                by: person(),
                step,
            });
        };
        let requests = plan.requests.len();
        add(Step::Meant {
            plan: Box::new(plan.clone()),
        });
        for request in 1..=requests {
            add(Step::Sending { request });
            add(Step::Answered {
                request,
                outcome: Outcome::Done,
                text: "taken".to_owned(),
                url: Some(format!("https://deployer.example/runs/{request}")),
            });
        }
        add(Step::Ended {
            end: End::Sent,
            text: "waits for the deployment".to_owned(),
        });
        self.app.news(News::Replied(id, Reply::Carried(action)));
        let told = stories(self.operator.journal.iter().cloned());
        let told = told.into_iter().rev().map(std::sync::Arc::new);
        let effects = self.app.news(News::Stories(told.collect()));
        self.perform(effects);
    }
}

/// An organisation in which one can act.
pub fn acme() -> Desk {
    able(demo(12, 6_000))
}

/// One in which one can act.
pub fn able(mut desk: Desk) -> Desk {
    desk.app.news(News::Acting {
        lasts: Span::from_seconds(300),
        forbidden: None,
    });
    desk
}

fn top(desk: &mut Desk) -> String {
    shot(desk, 120, 36).lines().next().unwrap().to_owned()
}

#[test]
fn a_gate_is_read_armed_for_and_approved() {
    let mut desk = acme();
    press(&mut desk, "4 a");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("why:"), "{screen}");
    pictures("act-comment", &mut desk);
    press(&mut desk, "'seen-on-staging' enter");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("leadtime is not armed"), "{screen}");
    // Nothing is agreed to before.
    press(&mut desk, "y");
    assert!(desk.operator.journal.is_empty());
    press(&mut desk, "A");
    assert!(top(&mut desk).contains("▲ ARMED"), "{}", top(&mut desk));
    pictures("act-plan", &mut desk);
}

#[test]
fn what_is_agreed_to_is_sent_once_and_told_of() {
    let mut desk = acme();
    press(&mut desk, "/ 'pricing' enter H 'audit' enter A y");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("sent, not yet seen"), "{screen}");
    let journal = desk.operator.journal.len();
    press(&mut desk, "y y enter y");
    assert_eq!(desk.operator.journal.len(), journal, "once");
    press(&mut desk, "esc @");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("1 action · 1 since"), "{screen}");
    assert!(screen.contains("hold pricing"), "{screen}");
    pictures("act-log", &mut desk);
    press(&mut desk, "enter");
    pictures("act-story", &mut desk);
    // It stands beside what happened, too; before it was done it does not.
    press(&mut desk, "0");
    pictures("act-activity", &mut desk);
    let screen = shot(&mut desk, 80, 24);
    assert!(screen.contains("Done from leadtime · 1 action"), "{screen}");
    press(&mut desk, "[");
    assert!(!shot(&mut desk, 120, 36).contains("Done from leadtime"));
}

#[test]
fn production_asks_for_its_name() {
    let mut desk = acme();
    // Anywhere: the list of versions, one of them, why, agreed to.
    press(&mut desk, "/ 'cart' enter R");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("roll back cart in production"), "{screen}");
    assert!(screen.contains("would leave"), "{screen}");
    pictures("act-roll-back", &mut desk);
    press(&mut desk, "enter 'broken-baskets' enter A");
    pictures("act-roll-back-plan", &mut desk);
    press(&mut desk, "y");
    assert!(shot(&mut desk, 120, 36).contains("type cart to confirm"));
    press(&mut desk, "'card' enter");
    assert!(shot(&mut desk, 120, 36).contains("that is not cart"));
    assert!(desk.operator.journal.is_empty());
    press(&mut desk, "backspace 't' enter");
    assert!(shot(&mut desk, 120, 36).contains("sent, not yet seen"));
}

#[test]
fn what_moved_meanwhile_is_a_new_plan_and_no_surprise() {
    let mut desk = acme();
    desk.operator.moves = true;
    press(&mut desk, "/ 'pricing' enter H 'audit' enter A y");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("Nothing was done: since"), "{screen}");
    assert!(desk.operator.journal.is_empty());
    press(&mut desk, "y");
    assert!(
        !desk.operator.journal.is_empty(),
        "the new plan is agreed to"
    );
}

#[test]
fn several_gates_are_decided_in_one_plan() {
    let mut desk = acme();
    press(&mut desk, "4 space space x");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("reject 2 gates of"), "{screen}");
    // Nothing of what is not marked.
    let plan = desk.operator.shown.as_ref().unwrap();
    assert_eq!(plan.gates.len(), 2);
    // Whose evidence it is.
    let of: BTreeSet<_> = plan.evidence.iter().map(|one| one.gate.clone()).collect();
    let gates_of = plan.gates.iter().cloned().map(Some);
    assert_eq!(of, gates_of.collect::<BTreeSet<_>>());
    let first = format!("{}: ", plan.gates[0]);
    let large = shot(&mut desk, 200, 60);
    assert!(large.contains(&first), "{large}");
    let plan = desk.operator.shown.as_ref().unwrap();
    let parts = gates(desk.engine.as_mut().unwrap(), &plan.gates.clone(), false);
    assert!(!parts.unwrap().is_empty());
}

#[test]
fn a_rule_is_set_aside_only_with_a_reason() {
    let mut desk = acme();
    let names: Vec<String> = desk
        .scene
        .fleet()
        .iter()
        .map(|one| one.summary.workload.clone())
        .collect();
    let objects = |plan: &Plan| {
        let mut standing = plan.standing();
        standing.any(|one| ["evidence", "freeze", "hold", "soak"].contains(&one.rule.as_str()))
    };
    // The first workload whose promotion a rule objects to.
    let found = names.iter().find(|name| {
        desk.operator.shown = None;
        press(&mut desk, &format!("5 / '{name}' enter p"));
        let objects = desk.operator.shown.as_ref().is_some_and(objects);
        if !objects {
            press(&mut desk, "esc esc esc");
        }
        objects
    });
    assert!(found.is_some(), "no rule objects to anything");
    press(&mut desk, "o");
    assert!(shot(&mut desk, 120, 36).contains("who sets a rule aside says why"));
    press(&mut desk, "enter");
    let plan = desk.operator.shown.clone().unwrap();
    assert!(
        plan.objections.iter().all(|one| !one.overridden),
        "no reason"
    );
    press(&mut desk, "o 'INC-31' enter");
    let plan = desk.operator.shown.clone().unwrap();
    assert!(plan.objections.iter().any(|one| one.overridden));
    let told = plan.requests.last().unwrap();
    assert!(told.what.contains("set aside"), "it is on record: {told:?}");
}

#[test]
fn it_is_armed_within_a_scope_and_for_a_while() {
    let mut desk = acme();
    press(&mut desk, "/ 'cart' enter A");
    pictures("act-arm", &mut desk);
    press(&mut desk, "enter");
    assert!(
        top(&mut desk).contains("ARMED: cart, 5:00 left"),
        "{}",
        top(&mut desk)
    );
    // Another workload is not in it.
    press(&mut desk, "esc / 'pricing' enter H enter");
    assert!(shot(&mut desk, 120, 36).contains("leadtime is not armed"));
    press(&mut desk, "esc");
    // Whoever does nothing is disarmed.
    let later = |seconds: i64| now() + Span::from_seconds(seconds);
    desk.tick(later(299));
    assert!(desk.scene.acting.armed.is_some());
    desk.tick(later(301));
    assert!(desk.scene.acting.armed.is_none());
    assert!(top(&mut desk).contains("read-only"), "{}", top(&mut desk));
    // And whoever says so.
    press(&mut desk, "A enter");
    let armed = desk.scene.acting.armed.clone().unwrap();
    assert_eq!(armed.scope, Scope::Workload("pricing".to_owned()));
    press(&mut desk, "A");
    assert!(desk.scene.acting.armed.is_none());
}

#[test]
fn who_comes_back_too_late_agrees_to_nothing() {
    let mut desk = acme();
    press(&mut desk, "/ 'pricing' enter H 'audit' enter A");
    desk.tick(now() + Span::from_seconds(301));
    assert!(desk.scene.acting.armed.is_none());
    press(&mut desk, "y");
    assert!(desk.operator.journal.is_empty(), "nothing was agreed to");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("leadtime is not armed"), "{screen}");
    press(&mut desk, "A y");
    assert!(!desk.operator.journal.is_empty());
}

#[test]
fn what_was_handed_over_is_handed_over_once() {
    let mut desk = acme();
    press(&mut desk, "/ 'pricing' enter H 'audit' enter A");
    // Nobody has answered yet when the next keys come.
    let handed: Vec<_> = ["y", "y", "c", "y"]
        .into_iter()
        .flat_map(|key| desk.app.key(key.parse().unwrap()))
        .filter(|effect| matches!(effect, Effect::Job(Job::Agree { .. })))
        .collect();
    assert_eq!(handed.len(), 1, "{handed:?}");
}

#[test]
fn a_second_person_has_to_be_armed_too() {
    let mut desk = acme();
    let wish = Wish {
        second: Some("20260304T100000-5eed".to_owned()),
        ..Wish::default()
    };
    assert!(!desk.scene.is_armed_for(&wish));
    // Of what nobody knows leadtime is never armed for.
    press(&mut desk, "A j enter");
    assert!(desk.scene.acting.armed.is_some());
    assert!(!desk.scene.is_armed_for(&wish));
}

#[test]
fn a_reason_that_is_not_given_sets_nothing_aside_later() {
    let mut desk = acme();
    press(&mut desk, "4 a enter o esc c 'later' enter");
    let plan = desk.operator.shown.as_ref().unwrap();
    assert!(
        plan.objections.iter().all(|one| !one.overridden),
        "{plan:?}"
    );
}

#[test]
fn nothing_is_done_where_it_is_forbidden_or_past_or_there_is_nothing_to_act_with() {
    let mut desk = demo(12, 3_000);
    press(&mut desk, "4 a");
    assert!(shot(&mut desk, 120, 36).contains("nothing to act with here"));
    let mut desk = acme();
    press(&mut desk, "[ 4");
    assert!(!shot(&mut desk, 200, 60).contains("a approve"));
    press(&mut desk, "a");
    assert!(shot(&mut desk, 120, 36).contains("this is the past"));
    press(&mut desk, "\\");
    desk.app.news(News::Acting {
        lasts: Span::from_seconds(300),
        forbidden: Some("leadtime was started with --read-only".to_owned()),
    });
    press(&mut desk, "A");
    assert!(shot(&mut desk, 120, 36).contains("started with --read-only"));
    assert!(desk.scene.acting.armed.is_none());
}

#[test]
fn what_was_done_is_laid_over_a_page_once() {
    let mut desk = acme();
    press(&mut desk, "@ @ @");
    let screen = shot(&mut desk, 120, 36);
    assert_eq!(screen.matches("› actions").count(), 1, "{screen}");
    press(&mut desk, "esc");
    assert!(!shot(&mut desk, 120, 36).contains("› actions"));
}

#[test]
fn where_a_key_means_nothing_it_says_why() {
    let mut desk = acme();
    for (keys, why) in [
        ("1 t", "a change or a deployment has to be in front"),
        ("1 K", "an incident has to be in front"),
        ("3 D", "an incident has to be in front"),
        ("S K", "no workload is in front"),
        ("1 m", "an incident or a deployment has to be in front"),
        ("S p", "no workload is in front"),
        ("6 a", "no workload is in front"),
    ] {
        press(&mut desk, keys);
        let screen = shot(&mut desk, 120, 36);
        assert!(screen.contains(why), "{keys}: {screen}");
    }
}

#[test]
fn rolling_back_is_within_four_keys_from_anywhere() {
    for view in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "S", "@"] {
        let mut desk = acme();
        press(&mut desk, &format!("{view} R enter"));
        let plan = desk.operator.shown.as_ref().map(|plan| plan.intent);
        let screen = shot(&mut desk, 120, 36);
        assert_eq!(plan, Some(Verb::Rollback), "{view}: {screen}");
    }
}

#[test]
fn an_incident_and_a_run_are_chosen_of() {
    let mut desk = acme();
    press(&mut desk, "7 m");
    pictures("act-declare", &mut desk);
    press(&mut desk, "enter");
    let plan = desk.operator.shown.clone().unwrap();
    assert!(plan.requests[0].what.contains("caused by"), "{plan:?}");
    press(&mut desk, "esc esc K enter");
    pictures("act-acknowledge", &mut desk);
    let plan = desk.operator.shown.clone().unwrap();
    assert_eq!(plan.intent, Verb::Acknowledge);
    press(&mut desk, "esc D enter");
    pictures("act-resolve", &mut desk);
    press(&mut desk, "esc 3 t");
    pictures("act-retry", &mut desk);
}

#[test]
fn the_help_tells_what_can_be_done_about_what_is_in_front() {
    let mut desk = acme();
    press(&mut desk, "4 ?");
    let screen = shot(&mut desk, 100, 50);
    let here = screen.split_once("│ here").unwrap().1;
    let here = here.split_once("│ views").unwrap().0;
    for key in ["enter ", "a  ", "x  "] {
        assert!(here.contains(&format!("│ {key}")), "{key:?}: {screen}");
    }
    press(&mut desk, "q [ ?");
    let past = shot(&mut desk, 100, 50);
    let here = past.split_once("│ views").unwrap().0;
    assert!(
        !here.contains("│ x  "),
        "in the past nothing is decided: {past}"
    );
}
