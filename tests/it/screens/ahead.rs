//! What is worked out before it is looked at is what would be worked out then, and nothing more is asked for it.

use leadtime::dashboard::message::{Effect, Order};
use leadtime::intent::View;
use leadtime::view::answer::Question;

use super::{Desk, demo, shot};

fn looked_ahead(mut desk: Desk) -> Desk {
    let mut views = 0;
    while desk.looks_ahead() {
        let effects = desk.look_ahead();
        desk.perform(effects);
        views += 1;
    }
    assert_eq!(views, View::ALL.len());
    desk
}

#[test]
fn a_view_is_whole_when_it_is_first_opened() {
    let mut usual = demo(12, 6_000);
    let mut ahead = looked_ahead(demo(12, 6_000));
    for view in View::ALL {
        ahead.intent(view.intent());
        let effects = ahead.app.settle();
        let late = effects.iter().find(|effect| match effect {
            // A map is of the workload that was in front before.
            Effect::Order(Order::Ask(Question::Map { .. })) => false,
            Effect::Order(Order::Ask(question)) => !question.follows_log(),
            _ => true,
        });
        assert!(late.is_none(), "{}: {late:?}", view.title());
        ahead.perform(effects);
        usual.intent(view.intent());
        assert_eq!(
            shot(&mut ahead, 120, 36),
            shot(&mut usual, 120, 36),
            "{}",
            view.title()
        );
    }
}

#[test]
fn what_is_in_front_comes_first() {
    let mut desk = demo(3, 600);
    desk.intent(View::Metrics.intent());
    assert!(!desk.looks_ahead(), "the metrics are not told yet");
    let effects = desk.app.settle();
    desk.perform(effects);
    assert!(desk.looks_ahead());
}
