//! Input as people have it: pretty, in arrays, cut off, with marks and mixed line ends. What can be kept is kept; every problem has its line.

use std::io::{BufReader, Read};

use leadtime::event::cdevents::{documents, read};
use leadtime::event::kind::Kind;

use super::{arrived, split};

fn line(id: &str) -> String {
    format!(
        r#"{{"context":{{"specversion":"0.5.1","id":"{id}","source":"/s","type":"dev.cdevents.change.merged.0.3.0","timestamp":"2024-01-01T00:00:00Z"}},"subject":{{"id":"c","content":{{}}}}}}"#
    )
}

fn pretty(id: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(&line(id)).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

/// The ids that are found, and the lines with a problem.
fn seen(input: impl AsRef<[u8]>) -> (Vec<String>, Vec<u64>) {
    let (found, problems) = split(input);
    for document in &found {
        assert!(!document.body.contains(['\n', '\r']), "{}", document.body);
        assert_eq!(read(&document.body).unwrap().id, document.id);
    }
    (
        found.into_iter().map(|document| document.id).collect(),
        problems.into_iter().map(|problem| problem.line).collect(),
    )
}

fn all(ids: &[&str]) -> (Vec<String>, Vec<u64>) {
    (ids.iter().map(|id| (*id).to_owned()).collect(), vec![])
}

#[test]
fn a_line_is_kept_as_it_is() {
    let odd = line("1").replace("\"content\":{}", r#""content":{ "n": 1.10, "t":"\u00e9" }"#);
    let (found, problems) = split(format!("\u{feff}\r\n  {odd}  \r\n\n"));
    assert_eq!(problems, []);
    assert_eq!(found[0].body, odd);
}

#[test]
fn every_layout_is_understood() {
    let (a, b) = (line("a"), line("b"));
    let (pa, pb) = (pretty("a"), pretty("b"));
    for input in [
        format!("{a}\n{b}"),
        format!("\u{feff}{a}\r\n\r\n{b}\r\n"),
        format!("{a}\n\u{feff}{b}\n"),
        format!("{a}\r{b}\r"),
        format!("{a}{b}"),
        format!("{pa}\n{pb}\n"),
        format!("{pa}{b}"),
        format!(
            "{}\r\n{}",
            pa.replace('\n', "\r\n"),
            pb.replace('\n', "\r\n")
        ),
        format!("[{a},{b}]"),
        format!("[\n{a},\n{b}\n]\n"),
        format!("[{pa},{pb}]"),
        format!(
            "[\n  {},\n  {}\n]",
            pa.replace('\n', "\n  "),
            pb.replace('\n', "\n  ")
        ),
        format!("[]\n[{a}]\n{b}"),
    ] {
        assert_eq!(seen(&input), all(&["a", "b"]), "{input}");
    }
    assert_eq!(seen(""), all(&[]));
    assert_eq!(seen("\u{feff}"), all(&[]));
    assert_eq!(seen("\n \r\n"), all(&[]));
}

#[test]
fn fields_in_a_row_are_no_event() {
    let row = format!(
        "[{},{{\"id\":\"a\"}}]",
        line("a")
            .replace("{\"context\":", "")
            .split_once(",\"subject")
            .unwrap()
            .0
    );
    assert_eq!(
        seen(format!("[{row},\n{}]", line("b"))),
        (vec!["b".to_owned()], vec![1])
    );
}

#[test]
fn a_long_line_that_is_no_event_is_one_problem() {
    let (a, b) = (line("a"), line("b"));
    let long = "ü".repeat(5 << 20);
    for bad in [
        long.clone(),
        format!("{a} {long}"),
        format!("[\"{long}, \\\"\"]"),
        format!("[\n{long}, {a}]"),
    ] {
        let with_a = usize::from(bad.contains(&a));
        let (ids, lines) = seen(format!("{bad}\n{b}\n"));
        assert_eq!((ids.len(), lines.len()), (1 + with_a, 1), "{}", &bad[..20]);
        let (_, problems) = split(bad);
        assert!(
            problems[0]
                .problem
                .starts_with("not JSON: expected an object"),
            "{}",
            problems[0]
        );
    }
}

#[test]
fn a_carriage_return_alone_ends_a_line() {
    let (a, b) = (line("a"), line("b"));
    for bad in ["no", "{}", "{\"context\":", &a[..30], "\"{"] {
        let (ids, lines) = seen(format!("{a}\r{bad}\r{b}\r\n{a}\r"));
        assert_eq!((ids.len(), &lines[..]), (3, &[2][..]), "{bad}");
    }
    let many = format!("no\r{a}\r").repeat(10_000);
    let (ids, lines) = seen(many);
    assert_eq!((ids.len(), lines.len()), (10_000, 10_000));
    assert_eq!(lines.last(), Some(&19_999));
}

#[test]
fn numbers_and_order_survive_being_put_on_one_line() {
    let laid_out = pretty("a").replace(
        "\"content\": {}",
        "\"content\": {\n \"z\": 1.10,\n \"a\": 12345678901234567890123, \"t\": \"a  b\"}",
    );
    let (found, _) = split(laid_out);
    assert!(
        found[0]
            .body
            .ends_with(r#""content":{"z":1.10,"a":12345678901234567890123,"t":"a  b"}}}"#),
        "{}",
        found[0].body
    );
}

#[test]
fn one_bad_line_never_stops_the_rest() {
    let (a, b) = (line("a"), line("b"));
    let cut = |length: usize| a[..length].to_owned();
    for bad in [
        "not json".to_owned(),
        "{\"context\" 1}".to_owned(),
        "{}".to_owned(),
        "null".to_owned(),
        "12".to_owned(),
        "\"{\"".to_owned(),
        "}".to_owned(),
        "]".to_owned(),
        a.replace("/s", ""),
        a.replace("2024-01-01", "01/01/2024"),
        a.replace("\"id\":\"a\",", ""),
        // Cut off within a text, and between texts.
        cut(20),
        cut(a.find("\"timestamp\"").unwrap()),
        cut(a.len() - 1),
        "{\"context\": {\"id\": \"\t\"}}".to_owned(),
    ] {
        let (ids, lines) = seen(format!("{a}\n{bad}\n{b}\n"));
        assert_eq!(ids, ["a", "b"], "{bad}");
        assert_eq!(lines, [2], "{bad}");
    }
    // Two in a row, and one at the end.
    let (x, y) = (cut(a.len() - 1), cut(40));
    assert_eq!(
        seen(format!("{x}\n{x}\n{b}\n{y}\n{a}\n{x}")),
        (vec!["b".into(), "a".into()], vec![1, 2, 4, 6])
    );
}

#[test]
fn a_laid_out_object_that_is_broken_is_one_problem() {
    let (a, b) = (pretty("a"), pretty("b"));
    let missing_colon = a.replace("\"subject\":", "\"subject\"");
    let unended_text = a.replace("\"source\": \"/s\",", "\"source\": \"/s,");
    let no_end = a.trim_end_matches('}').trim_end().to_owned();
    for (broken, problem) in [(missing_colon, 8), (unended_text, 5), (no_end, 1)] {
        let (ids, lines) = seen(format!("{broken}\n{}\n{b}", line("c")));
        assert_eq!(ids, ["c", "b"], "{broken}");
        assert_eq!(lines, [problem], "{broken}");
    }
}

#[test]
fn a_bad_element_does_not_spoil_its_array() {
    let (a, b) = (line("a"), line("b"));
    let (ids, lines) = seen(format!("[\n{a},\n1, \"x,]\", null, [{a}], {{}},\n{b}\n]"));
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(lines, [3, 3, 3, 3, 3]);
    let (_, problems) = split(format!("\n[{a},"));
    assert_eq!(
        problems[0].to_string(),
        "line 2: not JSON: this array does not end"
    );
}

#[test]
fn problems_are_told_with_line_and_column() {
    let (_, problems) = split("\n\n{\"context\" 1}\n  nonsense\n{\"a\":1} x\n");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 3: not JSON: expected `:` at column 12",
            "line 4: not JSON: expected an object at column 3, found nonsense",
            "line 5: not an event: it has neither `context` (CDEvents) nor `specversion` (CloudEvents)",
            "line 5: not JSON: expected an object at column 9, found x",
        ]
    );
}

#[test]
fn what_is_not_utf_8_is_a_problem_of_its_line() {
    let a = line("a");
    let mut input = format!("{a}\n").into_bytes();
    input.extend(
        line("x")
            .replace("/s", "/\u{1}")
            .bytes()
            .map(|byte| if byte == 1 { 0xff } else { byte }),
    );
    input.extend(b"\n\xff\xfe\n");
    input.extend(line("b").bytes());
    assert_eq!(seen(&input), (vec!["a".into(), "b".into()], vec![2, 3]));
    let utf16: Vec<u8> = "\u{feff}{}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let (_, problems) = split(utf16);
    assert!(
        problems.len() == 1 && problems[0].problem.contains("UTF-16"),
        "{problems:?}"
    );
}

#[test]
fn absurd_sizes_and_depths_are_problems_or_nothing_at_all() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    let holds_deep = line("deep").replace(
        "\"content\":{}",
        &format!("\"content\":{{\"x\":{deep},\"sha\":{deep}}}"),
    );
    let long = line("long").replace(
        "\"content\":{}",
        &format!("\"content\":{{\"x\":\"{}\"}}", "x".repeat(17 << 20)),
    );
    let input = format!(
        "{deep}\n{holds_deep}\n{long}\n{}\n{}",
        line("a"),
        "{\"a\":".repeat(200_000)
    );
    let (ids, lines) = seen(input);
    assert_eq!(ids, ["deep", "a"]);
    assert_eq!(lines.last(), Some(&5));
    assert!(lines.contains(&3) && lines.contains(&1), "{lines:?}");
}

#[test]
fn a_line_longer_than_a_piece_is_still_a_line() {
    let large = line("large").replace(
        "\"content\":{}",
        &format!("\"content\":{{\"x\":\"{}\"}}", "é".repeat(2 << 20)),
    );
    let array = format!("[{}]", vec![line("a"); 9_000].join(","));
    let (found, problems) = split(format!("{large}\n{array}\n{}", line("b")));
    assert_eq!(problems, []);
    assert_eq!(found.len(), 9_002);
    assert_eq!(found[0].body, large);
    assert_eq!(found[9_001].id, "b");
}

#[test]
fn a_reader_that_fails_is_a_problem_and_the_end() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the pipe broke"))
        }
    }
    let good = line("a") + "\n";
    let input = BufReader::new(good.as_bytes().chain(Failing));
    let found: Vec<_> = documents(input, arrived()).collect();
    assert_eq!(found.len(), 2);
    assert_eq!(
        found[1].as_ref().unwrap_err().to_string(),
        "line 2: cannot be read: the pipe broke"
    );
}

#[test]
fn a_cloudevent_that_carries_a_cdevent_is_that_cdevent() {
    let inner = line("inner");
    let base64 = {
        use std::fmt::Write;
        // Base 64 by hand: three bytes make four letters.
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for chunk in inner.as_bytes().chunks(3) {
            let bits = chunk
                .iter()
                .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - chunk.len()));
            for place in 0..4 {
                let letter = if place <= chunk.len() {
                    LETTERS[(bits >> (18 - 6 * place) & 63) as usize] as char
                } else {
                    '='
                };
                write!(text, "{letter}").unwrap();
            }
        }
        text
    };
    let outer = |data: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"outer","source":"/o","type":"dev.cdevents.change.merged.0.3.0","subject":"x",{data}}}"#
        )
    };
    for data in [
        format!("\"data\":{inner}"),
        format!("\"data\":{}", serde_json::Value::from(inner.clone())),
        format!("\"data_base64\":\"{base64}\""),
    ] {
        let (found, problems) = split(outer(&data));
        assert_eq!(problems, []);
        assert_eq!(
            (found[0].source.as_str(), found[0].id.as_str()),
            ("/s", "inner"),
            "{data}"
        );
        let beside = r#","cloudevent":{"id":"outer","source":"/o","subject":"x"}}"#;
        assert_eq!(
            found[0].body,
            inner.strip_suffix('}').unwrap().to_owned() + beside
        );
        // What the log holds is taken in as it is.
        let (again, _) = split(&found[0].body);
        assert_eq!(again, found);
    }
    let (_, problems) = split(outer(
        r#""data":{"context":{"type":"dev.cdevents.change.merged.0.3.0"}}"#,
    ));
    assert!(
        problems[0].problem.contains("`subject.id` is missing"),
        "{}",
        problems[0]
    );
    // What has no context is something else, whatever its type says.
    for other in [
        r#"{"context":{}}"#.replace("context", "order"),
        "{}".to_owned(),
        "[]".to_owned(),
        r#""{no JSON}""#.to_owned(),
    ] {
        let (found, problems) = split(outer(&format!("\"data\":{other}")));
        assert_eq!(problems, [], "{other}");
        assert_eq!(found[0].id, "outer");
        let kind = read(&found[0].body).unwrap().kind;
        let kept = Kind::Other("dev.cdevents.change.merged.0.3.0".into());
        assert_eq!(kind, kept, "{other}");
    }
    // Without data there is nothing to read, but it is an event.
    let (found, problems) = split(outer("\"time\":null"));
    assert_eq!(problems, []);
    let event = read(&found[0].body).unwrap();
    assert_eq!(
        event.kind,
        Kind::Other("dev.cdevents.change.merged.0.3.0".into())
    );
    assert_eq!(event.at, arrived());
}

#[test]
fn what_a_cloudevent_says_beside_its_cdevent_is_kept() {
    let inner = line("inner");
    let around = |more: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"inner","source":"/s","type":"dev.cdevents.change.merged.0.3.0","subject":"c","time":"2024-01-01T01:00:00+01:00","datacontenttype":"application/json"{more},"data":{inner}}}"#
        )
    };
    let (found, _) = split(around(""));
    assert_eq!(found[0].body, inner, "nothing more is said");
    let more =
        r#","dataschema":"https://cdevents.dev/x","traceparent":"00-1","retries": 2,"none":null"#;
    let (found, _) = split(around(more));
    let kept = r#","cloudevent":{"dataschema":"https://cdevents.dev/x","traceparent":"00-1","retries":2}}"#;
    assert_eq!(
        found[0].body,
        inner.strip_suffix('}').unwrap().to_owned() + kept
    );
    assert!(matches!(
        read(&found[0].body).unwrap().kind,
        Kind::Change(_)
    ));
    // A field of that name is somebody else's.
    let inner = inner.strip_suffix('}').unwrap().to_owned() + r#","cloudevent":1}"#;
    let (found, _) = split(format!(
        r#"{{"specversion":"1.0","id":"1","source":"s","type":"dev.cdevents.x","data":{inner}}}"#
    ));
    assert_eq!(found[0].body, inner);
}

#[test]
fn facts_stand_in_content_or_custom_data_in_any_shape() {
    let line = line("1").replace("change.merged", "change.reviewed");
    let event = |content: &str, custom: &str| {
        let (head, _) = line.split_once(r#","subject""#).unwrap();
        format!(r#"{head},"subject":{{"id":"c","content":{content}}},"customData":{custom}}}"#)
    };
    let json = event(
        r#"{"repository":"r","state":"CHANGES_REQUESTED","labels":[{"name":"bug"},7,null]}"#,
        r#"{"repository":{"id":"other"},"author":{"id":1},"bot":"true","tickets":"T-1","draft":false}"#,
    );
    let read_back = read(&json).unwrap();
    let Kind::Change(fact) = read_back.kind else {
        panic!("{json}")
    };
    assert_eq!(fact.repository.unwrap(), "r");
    assert_eq!(fact.labels, ["bug", "7"]);
    assert_eq!(fact.author.unwrap(), "1");
    assert_eq!(fact.tickets, ["T-1"]);
    assert!(fact.bot && fact.draft == Some(false));
    for odd in ["5", "null", "[]", "\"text\""] {
        assert!(
            matches!(read(&event(odd, odd)).unwrap().kind, Kind::Change(_)),
            "{odd}"
        );
    }
}
