//! An incident by keyboard, at night: taken on, and ended once the fix is live.

use leadtime::event::time::Span;
use serde_json::json;

use super::company::{CANARY, Company};
use super::{all_seen, audited, keeps_secrets, sit};
use crate::pagerduty::world::{incident, start};
use crate::support::deeds::clock;

#[test]
fn an_incident_is_taken_on_and_ended() {
    let opened = clock() - Span::from_seconds(600);
    let mut trouble = incident(1, &opened.to_string(), None);
    trouble["service"]["summary"] = json!("search");
    let pager = start(vec![trouble]);
    let company = Company::paged(&pager.url());
    let desk = sit(&company, &["--armed"]);
    // Where no incident is in front, the keys say so.
    for key in ["K", "D"] {
        desk.cell("search", "production");
        desk.press(key);
        desk.see("an incident has to be in front");
    }
    desk.press("7");
    desk.see("1 open");
    desk.filter("Q1");
    desk.press("K");
    desk.say_why("on it");
    desk.see("acknowledge Q1 of search");
    desk.see("as Jane Roe");
    let curl = desk.copied();
    assert!(curl.contains("jane@acme.example"), "{curl}");
    assert!(!curl.contains(CANARY), "{curl}");
    desk.agree_by_key();
    desk.seen();
    desk.see("in hand");
    desk.see("acknowledged by Jane Roe");
    desk.press("K");
    desk.see("Jane Roe has acknowledged Q1 already");
    company.went_live("search");
    desk.see("live");
    desk.press("D");
    desk.say_why("4.0.0 is live");
    desk.see("resolve Q1 of search");
    desk.agree_by_key();
    desk.seen();
    desk.see("restored");
    desk.press("D");
    desk.see("Q1 is resolved already");
    desk.quit();

    assert_eq!(
        audited(&company),
        all_seen(&[("acknowledge", "search"), ("resolve", "search")])
    );
    let deeds = pager.deeds();
    let asked: Vec<String> = deeds
        .iter()
        .map(|one| format!("{} {}", one.method, one.target))
        .collect();
    let (status, note) = ("PUT /incidents/Q1", "POST /incidents/Q1/notes");
    assert_eq!(asked, [status, note, status, note]);
    let token = format!("Token token={CANARY}");
    for one in &deeds {
        assert_eq!(one.header("from"), Some("jane@acme.example"));
        assert_eq!(one.header("authorization"), Some(token.as_str()));
    }
    let said = pager.state().notes["Q1"].clone();
    for (note, words) in said
        .iter()
        .zip(["on it (leadtime ", "4.0.0 is live (leadtime "])
    {
        assert!(
            note["content"].as_str().unwrap().starts_with(words),
            "{note}"
        );
    }
    keeps_secrets(&company);
}
