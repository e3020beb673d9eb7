//! The parts of a lead time.

use super::*;

/// One request in one repository, deployed with m2 on 5 March at 12:00.
fn one(change: impl Fn(&mut Sample)) -> ChangeLine {
    let mut s = Sample::new("shop");
    s.commit("r", "m1", "03-01 10:00", &[]);
    s.commit("r", "c1", "03-04 10:00", &["m1"]);
    s.commit("r", "m2", "03-05 10:00", &["m1", "c1"]);
    s.request("pr", "r", &["c1"]).opened("03-04 12:00");
    s.merged("m2", "03-05 10:00");
    s.deploy("d1", "r", "m1", "03-03 10:00");
    s.deploy("d2", "r", "m2", "03-05 12:00");
    change(&mut s);
    let told = march(s);
    told.change_list.unwrap().remove(0)
}

fn parts(line: &ChangeLine) -> [Option<f64>; 4] {
    [
        hours(line.coding_seconds),
        hours(line.pickup_seconds),
        hours(line.review_seconds),
        hours(line.deploy_seconds),
    ]
}

#[test]
fn reviews_that_do_not_count() {
    let line = one(|s| {
        s.review("ann", "03-04 13:00");
        s.review("bot", "03-04 14:00");
        s.last_change().reviews[1].bot = true;
        s.review("bob", "03-04 11:00");
        s.review("bob", "03-05 11:00");
    });
    assert_eq!(parts(&line), [Some(2.0), None, Some(22.0), Some(2.0)]);
    let line = one(|s| {
        s.review("eve", "03-05 09:00").review("bob", "03-04 15:00");
    });
    assert_eq!(parts(&line), [Some(2.0), Some(3.0), Some(19.0), Some(2.0)]);
}

#[test]
fn a_start_is_never_after_the_opening() {
    let line = one(|s| {
        s.dated("c1", "03-04 23:00");
    });
    assert_eq!(line.start, at("03-04 12:00"));
    assert_eq!(parts(&line)[0], Some(0.0));
    let line = one(|s| s.last_change().opened = None);
    assert_eq!(parts(&line), [Some(24.0), None, None, Some(2.0)]);
    // The merge commit's own time says nothing where there are others.
    let line = one(|s| {
        s.dated("m2", "03-01 10:00");
        let squash = s.sha("m2");
        s.last_change().commits.push(squash);
    });
    assert_eq!(line.start, at("03-04 10:00"));
}

#[test]
fn shipped_before_its_merge() {
    let line = one(|s| s.last_change().merged = Some(at("03-07 10:00")));
    assert!(line.shipped_before_merge);
    assert_eq!(parts(&line), [Some(2.0), None, Some(24.0), Some(0.0)]);
    assert_eq!(hours(Some(line.lead_seconds)), Some(26.0));
    let open = one(|s| s.last_change().merged = None);
    assert!(open.shipped_before_merge);
    assert_eq!(hours(Some(open.lead_seconds)), Some(26.0));
}
