//! A tool that is killed between a deed and its answer, and stays away for a while: leadtime does not know what became of it, asks, and finds it done when the tool
//! is there again. It is not sent twice.

use super::company::Company;
use super::watch::{plan, sit, stands, until};

#[test]
fn what_a_tool_took_with_it_is_found_when_it_is_there_again() {
    let mut company = Company::new();
    let desk = sit(&company);
    let mut change = company.writes(3);
    company.merges_at_once(&mut change);
    company.builds(&change);
    stands(&desk, &change, "release", "gated");
    company.jenkins.hush(Some("POST /job/shop/3/input/"));
    plan(&desk, "release");
    desk.press("y");
    until("the approval", || !company.jenkins.deeds().is_empty());
    company.part("ci").kill();
    desk.see("in doubt");
    company.part("ci").again();
    desk.seen();
    desk.quit();
    assert_eq!(company.jenkins.deeds().len(), 1);
    assert_eq!(company.json(&["audit", "--verify"])["verified"], true);
    company.keeps_its_secret();
}
