//! Before anything is there, while it is worked out, and when nothing can be shown.

use leadtime::dashboard::message::News;
use leadtime::event::time::Span;
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

#[test]
fn in_the_past() {
    let mut desk = demo(12, 3_000);
    super::press(&mut desk, "{ { [ w");
    pictures("past", &mut desk);
}
