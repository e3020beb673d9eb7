//! What was sent and is not seen in time: it says what to check, and is seen all the same when it comes late.

use super::commands::{actions, place, run};
use super::plans::deployed;

#[test]
fn what_is_not_seen_in_time_says_what_to_check_and_may_still_come() {
    let place = place("");
    let config = place.read("leadtime.toml");
    let within = "[acting]\nseen_within = \"1us\"\n[[sources]]";
    place.write("leadtime.toml", config.replacen("[[sources]]", within, 1));
    // It says that it deployed, and tells of no deployment.
    let tool = place.read("tool.sh");
    place.write("tool.sh", tool.replace(">> events.jsonl", "> /dev/null"));
    let promote = ["promote", "shop", "--to", "production", "--confirm", "shop"];
    run(&place, &promote).ends(0);
    assert_eq!(actions(&place)[0]["state"], "sent");
    run(&place, &["sync"]).ends(0);
    let late = &actions(&place)[0];
    assert_eq!(late["state"], "unseen", "{late}");
    let text = late["text"].as_str().unwrap();
    assert!(
        text.contains("check the run that deploys to production"),
        "{text}"
    );
    let told = run(&place, &["audit"]).ends(0);
    assert!(told.out.contains("sent, not seen in time"), "{}", told.out);
    assert!(told.out.contains("check the run"), "{}", told.out);
    // It comes after all.
    let now = leadtime::clock::now().to_string();
    let event = deployed("p3", &"3".repeat(40), "production", "v3", 4, 12);
    let event = event.replace("2026-03-04T12:00:00Z", &now);
    let events = place.read("events.jsonl");
    place.write("events.jsonl", format!("{events}{event}\n"));
    run(&place, &["sync"]).ends(0);
    assert_eq!(actions(&place)[0]["state"], "seen");
}
