//! Before anything is there, while it is worked out, and when nothing can be shown.

use std::sync::Arc;

use leadtime::dashboard::message::News;
use leadtime::event::time::Span;
use leadtime::view::answer::{Answer, Question};
use leadtime::view::scene::{SourceState, Stage};

use super::{demo, now, opening, pictures, shot};

#[test]
fn opening_the_log() {
    pictures("opening", &mut opening());
}

#[test]
fn working() {
    let mut desk = demo(12, 3_000);
    desk.scene.stage = Stage::Working(5, 12);
    pictures("working", &mut desk);
}

#[test]
fn failed() {
    let mut desk = opening();
    desk.news(News::Failed(
        "/home/jane/.local/share/leadtime/acme.db: it was written by a newer leadtime (format 9), and this one reads up to 4\n  \
         hint: use the newer one, or name another log with --db"
            .to_owned(),
    ));
    pictures("failed", &mut desk);
    // What reads and writes the log leaves it alone.
    super::press(&mut desk, "@");
    assert!(shot(&mut desk, 80, 24).contains("so nothing is done"));
}

#[test]
fn too_small() {
    let mut desk = demo(4, 500);
    for (width, height) in [(59, 12), (60, 11), (30, 5)] {
        insta::assert_snapshot!(
            format!("too-small-{width}x{height}"),
            shot(&mut desk, width, height)
        );
    }
    let least = shot(&mut desk, 60, 12);
    assert!(least.contains("checkout"), "{least}");
}

#[test]
fn a_matrix_keeps_its_rows_on_the_smallest_screen_and_says_how_the_cell_in_front_stands() {
    let mut desk = demo(12, 3_000);
    for view in ["8", "5"] {
        super::press(&mut desk, view);
        let screen = shot(&mut desk, 60, 12);
        let rows: Vec<&str> = screen.lines().collect();
        let head = rows.iter().position(|row| row.starts_with("  workload "));
        let rule = rows.iter().position(|row| row.starts_with("──"));
        let (head, rule) = (head.unwrap(), rule.unwrap());
        assert!(rule - head > 4, "{screen}");
        let front = rows[head + 1].split_whitespace().nth(1).unwrap();
        assert!(rows[rule].contains(front), "{front}: {screen}");
    }
    // All of it is laid over the matrix where it is asked for.
    super::press(&mut desk, "tab");
    let screen = shot(&mut desk, 60, 12);
    assert!(
        screen.contains("since ") && screen.contains("health "),
        "{screen}"
    );
    super::press(&mut desk, "tab");
    assert!(shot(&mut desk, 60, 12).contains("  workload "));
}

#[test]
fn steps_that_have_no_room_on_the_map_are_counted() {
    let mut desk = demo(12, 3_000);
    super::press(&mut desk, "2");
    let head = |desk: &mut super::Desk| {
        let screen = shot(desk, 60, 12);
        let head = screen.lines().find(|row| row.starts_with("   step"));
        head.unwrap().trim_end().to_owned()
    };
    let last = |head: &str| head.rsplit("  ").next().unwrap().trim().to_owned();
    super::press(&mut desk, "g");
    assert!(
        last(&head(&mut desk)).starts_with("1 of "),
        "{}",
        head(&mut desk)
    );
    super::press(&mut desk, "tab");
    assert!(
        last(&head(&mut desk)).starts_with("2 of "),
        "{}",
        head(&mut desk)
    );
}

#[test]
fn sources_in_every_state() {
    let source = |name: &str| SourceState {
        name: name.to_owned(),
        kind: "github".to_owned(),
        every: Some(Span::from_seconds(30)),
        ..SourceState::default()
    };
    let ago = |seconds| Some(now() - Span::from_seconds(seconds));
    let mut desk = demo(4, 500);
    desk.news(News::Sources(vec![
        SourceState {
            read: ago(4),
            ..source("gh")
        },
        SourceState {
            read: ago(9_000),
            ..source("late")
        },
        SourceState {
            read: ago(180),
            error: Some("401".to_owned()),
            ..source("harbor")
        },
        SourceState {
            reading: Some("runs 3 of 9".to_owned()),
            ..source("jenkins")
        },
        source("never"),
    ]));
    pictures("sources-in-the-head", &mut desk);
}

/// That they are read is said as long as they are.
#[test]
fn reading_the_sources_is_said_until_it_is_done() {
    let mut desk = demo(4, 500);
    let source = |reading: Option<&str>, seconds| SourceState {
        name: "gh".to_owned(),
        kind: "github".to_owned(),
        reading: reading.map(str::to_owned),
        read: Some(now() - Span::from_seconds(seconds)),
        ..SourceState::default()
    };
    desk.news(News::Sources(vec![source(None, 60)]));
    super::press(&mut desk, "r");
    desk.news(News::Sources(vec![source(Some("reading"), 60)]));
    assert!(shot(&mut desk, 80, 24).contains("reading the sources"));
    desk.news(News::Sources(vec![source(None, 0)]));
    assert!(!shot(&mut desk, 80, 24).contains("reading the sources"));
    // What else is said stays.
    super::press(&mut desk, "\\");
    desk.news(News::Sources(vec![source(None, 1)]));
    assert!(shot(&mut desk, 80, 24).contains("this is now"));
}

/// The cause of a failure is read first, in the row and beside it; what of the text does not fit is scrolled to, and said to be there.
#[test]
fn why_a_source_fails() {
    let mut desk = demo(4, 500);
    let lines: String = (1..=30).map(|line| format!("said line {line}. ")).collect();
    let error = format!("503 Service Unavailable ({lines}); GET https://harbor.example/api");
    desk.news(News::Sources(vec![SourceState {
        name: "harbor-of-the-platform-team".to_owned(),
        kind: "harbor".to_owned(),
        error: Some(error),
        ..SourceState::default()
    }]));
    desk.resize(80, 24);
    super::press(&mut desk, "S");
    pictures("source-fails", &mut desk);
    let screen = shot(&mut desk, 80, 24);
    assert!(
        screen.contains("harbor-of-the-platform-te… ✗ 503 Service"),
        "{screen}"
    );
    assert!(screen.contains("more; tab, then j and k"), "{screen}");
    assert!(!screen.contains("https://harbor"), "{screen}");
    super::press(&mut desk, "tab G");
    let screen = shot(&mut desk, 80, 24);
    assert!(screen.contains("https://harbor.example/api"), "{screen}");
    // In a window as low as can be there is one thing at a time.
    desk.resize(60, 12);
    super::press(&mut desk, "G");
    let low = shot(&mut desk, 60, 12);
    assert!(low.contains("https://harbor.example/api"), "{low}");
    super::press(&mut desk, "shift-tab");
    let low = shot(&mut desk, 60, 12);
    assert!(low.contains("▸ harbor"), "{low}");
    assert!(!low.contains("the source"), "{low}");
    super::press(&mut desk, "tab");
    shot(&mut desk, 80, 24);
    // Back to a list, whose next row is told from its beginning.
    super::press(&mut desk, "tab tab");
    let screen = shot(&mut desk, 80, 24);
    assert!(!screen.contains("https://harbor.example/api"), "{screen}");
}

#[test]
fn in_the_past() {
    let mut desk = demo(12, 3_000);
    super::press(&mut desk, "{ { [ w");
    pictures("past", &mut desk);
}

/// Which instant is looked at stands in the head at every size, under whatever else is there; coming back is told.
#[test]
fn whoever_travels_sees_to_when_and_how_to_come_back() {
    let mut desk = demo(12, 3_000);
    super::press(&mut desk, "{");
    let screen = shot(&mut desk, 80, 24);
    assert!(
        screen.contains("as of 3 Mar 00:00; \\ comes back to now"),
        "{screen}"
    );
    desk.scene.stage = Stage::Working(1_234, 2_000);
    desk.scene.title =
        "a configuration with a name that is as long as the screen is wide".to_owned();
    for (width, height) in [(60, 12), (80, 24), (120, 36), (200, 60)] {
        let screen = shot(&mut desk, width, height);
        let head = screen.lines().next().unwrap();
        assert!(head.contains(" as of 3 Mar 00:00"), "{head}");
        assert!(head.contains("read-only"), "{head}");
    }
    desk.scene.stage = Stage::Ready;
    super::press(&mut desk, "]");
    assert!(shot(&mut desk, 80, 24).contains("as of 3 Mar 01:00"));
    // Of another year, the year.
    let present = desk.scene.lens.now;
    desk.scene.lens.now = present + Span::from_seconds(365 * 86_400);
    assert!(shot(&mut desk, 80, 24).contains("as of 3 Mar 2026 01:00"));
    desk.scene.lens.now = present;
    super::press(&mut desk, "} }");
    let screen = shot(&mut desk, 80, 24);
    assert!(screen.contains("back at now"), "{screen}");
    super::press(&mut desk, "\\");
    assert!(shot(&mut desk, 80, 24).contains("this is now"));
}

/// What somebody waits for is seen at once; what changes something that is in sight lets hands rest.
#[test]
fn only_what_nobody_waits_for_lets_hands_rest() {
    let mut desk = demo(4, 500);
    let lens = desk.scene.lens;
    let answer = || News::Answer {
        lens,
        question: Question::Doctor,
        answer: Arc::new(Answer::Nothing(String::new())),
    };
    let fleet = || News::Fleet {
        lens,
        overviews: Vec::new(),
        stage: Stage::Ready,
        seq: 2,
    };
    assert!(!desk.lets_rest(&answer()), "the first answer");
    desk.news(answer());
    assert!(desk.lets_rest(&answer()));
    assert!(desk.lets_rest(&fleet()));
    desk.scene.stage = Stage::Working(1, 4);
    assert!(!desk.lets_rest(&fleet()));
    assert!(!desk.lets_rest(&News::Failed(String::new())));
}
