//! Each part is killed while the change is on its way, and started again: what is down is told, the others go on, and nothing is lost or there twice.

use std::time::Instant;

use leadtime::clock;
use serde_json::Value;

use super::code::Change;
use super::company::{Company, TOOLS, kind};
use super::watch::{approve, names, sit, stands, tell};
use crate::support::desk::Desk;

/// A tool is down while something is done elsewhere, which is seen; then it is there again.
struct Outage<'a> {
    desk: &'a Desk,
    told: Vec<&'static str>,
}

impl Outage<'_> {
    fn of(&mut self, company: &mut Company, source: &'static str, go_on: impl FnOnce(&Company)) {
        company.part(source).kill();
        let down = Instant::now();
        go_on(company);
        // It is told in the head of every page, and why on the page of the sources.
        self.desk
            .see_row(&[" leadtime ", &format!(" · {source} ✗")]);
        reads(self.desk, source, "✗ error");
        self.desk.see("refused");
        let (down, back) = (down.elapsed(), Instant::now());
        company.part(source).again();
        reads(self.desk, source, "✓ ok");
        let back = back.elapsed();
        tell(&format!(
            "{source} down for {down:.1?}, read again {back:.1?} after its start"
        ));
        self.told.push(source);
    }
}

/// Waits until the page of the sources shows how one is.
fn reads(desk: &Desk, source: &str, how: &str) {
    desk.press("S");
    desk.filter(&format!("{source} {}", kind(source)));
    desk.see_row(&[source, how]);
}

#[test]
fn each_part_is_killed_and_started_again_while_the_others_go_on() {
    let mut company = Company::new();
    let desk = sit(&company);
    let mut outage = Outage {
        desk: &desk,
        told: Vec::new(),
    };
    let mut change = company.writes(3);
    // One that hears and does not answer keeps nobody waiting.
    company.part("pager").hang();
    company.opens(&change);
    stands(&desk, &change, "review", "waiting");
    company.part("pager").go_on();
    let digest = to_the_registry(&mut company, &mut outage, &mut change);
    company.resolves();
    stands(&desk, &change, "staging", "waiting");
    to_production(&mut company, &mut outage, (&change, &digest));
    let (mut told, mut all) = (outage.told, TOOLS.to_vec());
    told.sort_unstable();
    all.sort_unstable();
    assert_eq!(told, all);
    without_git(&mut company, &desk);
    killed(&company, desk);
}

/// It is merged, built, and let go on; tells the digest of its image.
fn to_the_registry(company: &mut Company, outage: &mut Outage<'_>, change: &mut Change) -> String {
    let desk = outage.desk;
    outage.of(company, "jira", |company| {
        company.reviews(change);
        company.merges(change);
        stands(desk, change, "build", "waiting");
    });
    outage.of(company, "pager", |company| {
        company.builds(change);
        stands(desk, change, "release", "gated");
    });
    let mut digest = String::new();
    outage.of(company, "gh", |company| {
        approve(desk, "release", false);
        desk.seen();
        digest = company.releases(change);
        stands(desk, change, "staging", "waiting");
        unknown(company, desk, change);
    });
    digest
}

/// It is staged, let through by the change board, and synced.
fn to_production(
    company: &mut Company,
    outage: &mut Outage<'_>,
    (change, digest): (&Change, &str),
) {
    let desk = outage.desk;
    outage.of(company, "images", |company| {
        company.stages(change, digest);
        stands(desk, change, "verify", "waiting");
    });
    outage.of(company, "ci", |company| {
        company.verifies(change);
        stands(desk, change, "cab", "waiting");
    });
    outage.of(company, "kargo", |company| {
        company.asks(change);
        stands(desk, change, "cab", "gated");
    });
    outage.of(company, "argo", |company| {
        approve(desk, "cab", true);
        desk.seen();
        stands(desk, change, "production", "waiting");
        // Others tell of all else; of where it stands, this one did.
        company.ages("argo");
        is_unknown(company, change);
    });
    outage.of(company, "snow", |company| {
        company.wants(change);
        stands(desk, change, "production", "gated");
        approve(desk, "production", true);
        desk.see("sent, not yet seen");
        company.syncs(change);
        desk.seen();
    });
}

/// Nothing is claimed of where a change is, once its host has been silent for long.
fn unknown(company: &Company, desk: &Desk, change: &Change) {
    company.ages("gh");
    company.raises();
    stands(desk, change, "", "? unknown");
    is_unknown(company, change);
}

fn is_unknown(company: &Company, change: &Change) {
    let reference = format!("#{}", change.number);
    let found = company.run(&["where", &reference, "--json"]).ends(1).json();
    assert_eq!(found["matches"][0]["state"], "unknown", "{found}");
    let sentence = found["matches"][0]["sentence"].as_str().unwrap();
    assert!(sentence.contains("its source is silent"), "{sentence}");
}

/// Whoever pushes is told that the daemon of git is down; what is there is read meanwhile.
fn without_git(company: &mut Company, desk: &Desk) {
    let Some(daemon) = &mut company.code.daemon else {
        return;
    };
    daemon.kill();
    assert!(!company.code.push(), "nobody takes it");
    reads(desk, "code", "✓ ok");
    company.code.daemon.as_mut().unwrap().again();
    assert!(company.code.push());
}

/// leadtime itself is killed while it reads, and started again: it tells the same, and so does one that reads everything anew.
fn killed(company: &Company, mut desk: Desk) {
    let at = clock::now().to_string();
    let map = |company: &Company, more: &[&str]| {
        company.json(&[&["map", "shop", "--as-of", &at], more].concat())
    };
    let (figures, known) = (map(company, &[]), names(company, &[]));
    for _ in 0..3 {
        desk.press("r");
        desk.kill();
        desk = sit(company);
        for source in TOOLS {
            reads(&desk, source, "✓ ok");
        }
    }
    desk.quit();
    assert_eq!(names(company, &[]), known);
    assert_eq!(map(company, &[]), figures);
    let anew = ["--db", "sqlite:anew.db"];
    company.run(&[&anew[..], &["sync"]].concat()).ends(0);
    let known_anew = names(company, &anew);
    let lost: Vec<_> = known_anew.difference(&known).collect();
    assert!(lost.is_empty(), "nobody told of {lost:?}");
    let only: Vec<_> = known.difference(&known_anew).collect();
    // Argo CD keeps no answers to what waited, and GitHub not where a branch once ended.
    let forgotten = |id: &str| id.contains("/sync/") || id.starts_with("branch/");
    assert!(only.iter().all(|(_, id)| forgotten(id)), "{only:?}");
    let (all, only) = (known.len(), only.len());
    tell(&format!(
        "{all} facts, none twice; {only} of them no tool tells any more"
    ));
    let visits = |map: &Value| {
        let steps = map["steps"].as_array().unwrap().iter();
        steps
            .map(|step| (step["name"].clone(), step["visits"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(visits(&map(company, &anew)), visits(&figures));
    assert_eq!(company.json(&["audit", "--verify"])["verified"], true);
    assert_eq!(company.deeds().map(|deeds| deeds.len()), [1; 3]);
    company.left_others_alone();
    company.keeps_its_secret();
}
