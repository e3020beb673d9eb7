//! A program as a source and as the one that acts: what it is told, what it is not told, what its end means, and that no shell reads anything.

use std::fs;
use std::path::PathBuf;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::{Connector, command};
use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Request, Sent, Standing, Target, Verb, Version};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::heard::{Heard, line};

const CANARY: &str = "c4n4ry-t0ken";

/// A folder with a script.
struct Script {
    folder: TempDir,
}

impl Script {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("run.sh"), text).unwrap();
        Self { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    fn settings(&self) -> Settings {
        Settings {
            name: "deploy".to_owned(),
            command: vec![
                "sh".to_owned(),
                self.file("run.sh").display().to_string(),
                self.folder.path().display().to_string(),
            ],
            token: Some(CANARY.to_owned().into()),
            ..Settings::default()
        }
    }

    fn source(&self) -> Box<dyn Connector> {
        command::open(self.settings()).unwrap()
    }
}

fn order(verb: Verb) -> Order {
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec!["acme/shop".to_owned()],
        environment: Some("production".to_owned()),
        target: Some(Target {
            source: "command:deploy".to_owned(),
            id: "gate-7".to_owned(),
            url: None,
        }),
        to: Some(Version {
            version: Some("1.2.3".to_owned()),
            sha: Some("00ff".to_owned()),
            ..Version::default()
        }),
        from: None,
        way: None,
        comment: Some("it's $(touch no) \"time\"\nfor it".to_owned()),
        key: "action-1".to_owned(),
        at: Timestamp::parse("2023-11-20T18:00:00Z").unwrap(),
    }
}

fn with(mut order: Order, arguments: &Value) -> Order {
    let Value::Object(way) = json!({ "arguments": arguments }) else {
        return order;
    };
    order.way = Some(way);
    order
}

async fn prepare(source: &dyn Connector, order: &Order) -> Request {
    let prepared = source.actor().unwrap().prepare(order).await.unwrap();
    assert_eq!(prepared.objections, []);
    prepared.requests[0].clone()
}

async fn send(source: &dyn Connector, request: &Request) -> Sent {
    source.actor().unwrap().send(request).await
}

async fn ask(source: &dyn Connector, request: &Request) -> Standing {
    source.actor().unwrap().ask(request).await
}

#[tokio::test]
async fn what_a_program_prints_is_kept_word_for_word() {
    let (one, two) = (line("1"), line("2"));
    let script = Script::new(&format!(
        "echo '{one}'\necho oops\necho '{two}'\necho \"since ${{LEADTIME_SINCE:-ever}}, with $LEADTIME_TOKEN\" >&2\n"
    ));
    let source = script.source();
    let mut heard = Heard::default();
    heard.read(&*source).await.unwrap();
    assert_eq!(heard.ids(), ["1", "2"]);
    assert_eq!(heard.came[0].body, one);
    assert!(heard.found().contains("line 2: "), "{}", heard.found());
    assert!(
        heard.found().contains("it says: since ever, with ***"),
        "{}",
        heard.found()
    );
    heard.now = Some(Timestamp::from_seconds(1_700_003_600));
    heard.read(&*source).await.unwrap();
    assert!(
        heard.found().contains("since 2023-11-14T22:13:20"),
        "{}",
        heard.found()
    );
    assert_eq!(heard.log.len(), 2);
}

#[tokio::test]
async fn a_program_that_fails_is_told_with_its_words() {
    let one = line("1");
    let script = Script::new(&format!(
        "echo '{one}'\necho 'no route to host' >&2\nexit 3\n"
    ));
    let mut heard = Heard::default();
    let error = heard.read(&*script.source()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("it ended with 3: no route to host"),
        "{error}"
    );
    // What it printed is so; but it was not read to the end.
    assert_eq!(heard.ids(), ["1"]);
    assert!(heard.cursors.is_empty());
    let script = Script::new("kill -9 $$\n");
    let error = heard.read(&*script.source()).await.unwrap_err();
    assert!(error.to_string().contains("it was stopped"), "{error}");
    let missing = Settings {
        command: vec!["/no/such/program".to_owned()],
        ..script.settings()
    };
    let missing = command::open(missing).unwrap();
    let error = heard.read(&*missing).await.unwrap_err();
    assert!(error.to_string().contains("cannot be run"), "{error}");
    assert!(missing.check(Timestamp::from_seconds(0)).await.is_err());
    let prepared = missing
        .actor()
        .unwrap()
        .prepare(&order(Verb::Retry))
        .await
        .unwrap();
    assert!(
        prepared.objections[0].0.contains("there is no program"),
        "{prepared:?}"
    );
    let sent = send(&*missing, &prepared.requests[0]).await;
    assert!(matches!(sent, Sent::Refused(_)), "{sent:?}");
    assert!(command::open(Settings::default()).is_err());
}

#[tokio::test]
async fn nothing_of_the_environment_comes_along_unnamed() {
    assert!(std::env::vars().any(|(name, _)| name.starts_with("CARGO")));
    let script = Script::new("env | sed 's/=.*//' > \"$1/names\"\n");
    Heard::default().read(&*script.source()).await.unwrap();
    let names = script.text("names");
    assert!(names.lines().any(|name| name == "PATH"), "{names}");
    assert!(
        names.lines().any(|name| name == "LEADTIME_TOKEN"),
        "{names}"
    );
    assert!(!names.contains("CARGO"), "{names}");
}

const TELL: &str = "cat > \"$1/input\"\nshift\nprintf '%s\\n' \"$@\" > \"$DIR/arguments\"\n";

#[tokio::test]
async fn a_program_is_told_what_is_asked_of_it() {
    let script = Script::new(&format!(
        "DIR=$1\n{TELL}env | grep -v TOKEN | grep '^LEADTIME_\\|^for' | sort > \"$DIR/variables\"\necho hello\necho '{{\"url\":\"https://ci.example.org/7\",\"text\":\"deployed with {CANARY}\"}}'\n"
    ));
    let source = script.source();
    let asked = with(
        order(Verb::Promote),
        &json!(["--to", "a b", "; touch $HOME \"x\" *", ""]),
    );
    let request = prepare(&*source, &asked).await;
    assert_eq!(request.method, "RUN");
    assert_eq!(request.what, "run sh to promote shop 1.2.3 to production");
    let body: Vec<String> = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
    assert_eq!(body[3..], ["--to", "a b", "; touch $HOME \"x\" *", ""]);
    assert_eq!(prepare(&*script.source(), &asked).await, request);
    let sent = send(&*source, &request).await;
    let Sent::Done(receipt) = &sent else {
        panic!("{sent:?}");
    };
    assert_eq!(receipt.url.as_deref(), Some("https://ci.example.org/7"));
    assert_eq!(receipt.text, "deployed with ***");
    assert_eq!(
        script.text("arguments"),
        "--to\na b\n; touch $HOME \"x\" *\n\n"
    );
    insta::assert_snapshot!("variables", script.text("variables"));
    let input: Value = serde_json::from_str(&script.text("input")).unwrap();
    insta::assert_json_snapshot!("input", input);
    let told = format!("{request:?} {sent:?}");
    assert!(!told.contains(CANARY), "{told}");
}

#[tokio::test]
async fn its_end_says_what_became_of_it() {
    let script = Script::new(
        "cat > /dev/null\necho x >> \"$1/runs\"\necho \"not today\" >&2\nexit $(cat \"$1/code\")\n",
    );
    let request = prepare(&*script.source(), &order(Verb::Approve)).await;
    assert_eq!(request.what, "run sh to approve gate-7 of shop production");
    for (code, told) in [
        ("0", "sh says that it is done"),
        ("2", "not today"),
        ("1", "it ended with 1: not today"),
        ("127", "it ended with 127: not today"),
    ] {
        fs::write(script.file("code"), code).unwrap();
        let source = script.source();
        let request = prepare(&*source, &order(Verb::Approve)).await;
        assert_eq!(ask(&*source, &request).await, Standing::Open);
        let sent = send(&*source, &request).await;
        let standing = ask(&*source, &request).await;
        match (&sent, code) {
            (Sent::Done(receipt), "0") => {
                assert_eq!(receipt.text, told);
                assert_eq!(standing, Standing::Done(receipt.clone()));
            }
            (Sent::Refused(text), "2") => {
                assert_eq!(text, told);
                assert_eq!(standing, Standing::Open);
            }
            (Sent::Doubtful(text), "1" | "127") => {
                assert_eq!(text, told);
                assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
                // Prepared anew, it is still the one that was sent.
                prepare(&*source, &order(Verb::Approve)).await;
                assert!(matches!(
                    ask(&*source, &request).await,
                    Standing::Unknown(_)
                ));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(script.text("runs").lines().count(), 4, "each was run once");
    // Another process knows only the request, and nobody can be asked.
    let standing = ask(&*script.source(), &request).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
    assert_eq!(script.text("runs").lines().count(), 4, "asking ran nothing");
}

#[tokio::test]
async fn a_program_that_can_be_asked_is_asked() {
    let script = Script::new(
        "cat > \"$1/input\"\ntest \"$LEADTIME_ASK\" = 1 || exit 9\necho '{\"text\":\"by omar\"}'\nexit $(cat \"$1/code\")\n",
    );
    let settings = Settings {
        asks: true,
        ..script.settings()
    };
    let source = command::open(settings).unwrap();
    let request = prepare(&*source, &order(Verb::Rollback)).await;
    let mut told = Vec::new();
    for code in ["0", "1", "2", "3"] {
        fs::write(script.file("code"), code).unwrap();
        told.push(ask(&*source, &request).await);
    }
    let Standing::Done(receipt) = &told[0] else {
        panic!("{told:?}");
    };
    assert_eq!(receipt.text, "by omar");
    assert_eq!(told[1], Standing::Open);
    assert_eq!(told[2], Standing::Moved("by omar".to_owned()));
    assert_eq!(told[3], Standing::Unknown("by omar".to_owned()));
    assert!(script.text("input").contains("\"ask\":true"));
}

#[tokio::test]
async fn a_request_is_run_as_it_was_seen_or_not_at_all() {
    let script = Script::new("echo x >> \"$1/runs\"\n");
    let request = prepare(&*script.source(), &order(Verb::Retry)).await;
    let mut settings = script.settings();
    settings.command.push("--force".to_owned());
    let changed = command::open(settings).unwrap();
    let sent = send(&*changed, &request).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.contains("another command")),
        "{sent:?}"
    );
    assert!(!script.file("runs").exists());
    let odd = with(order(Verb::Promote), &json!("not a list"));
    assert!(
        script
            .source()
            .actor()
            .unwrap()
            .prepare(&odd)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn it_speaks_for_its_own_events_and_those_that_are_named() {
    let script = Script::new("");
    let settings = Settings {
        projects: vec!["ci/*".to_owned(), "!ci/attic*".to_owned()],
        ..script.settings()
    };
    let source = command::open(settings).unwrap();
    let actor = source.actor().unwrap();
    for (asked, is) in [
        ("command:deploy", true),
        ("ci/shop", true),
        ("ci/attic/1", false),
        ("other", false),
    ] {
        assert_eq!(actor.speaks_for(asked), is, "{asked}");
    }
    let wrong = Settings {
        projects: vec!["[".to_owned()],
        ..script.settings()
    };
    assert!(command::open(wrong).is_err());
}
