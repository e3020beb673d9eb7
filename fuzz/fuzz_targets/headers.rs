//! What stands around an answer: allowances, waits, dates, links to the next page, the words of a refusal, lists with holes. No wait is without end, no number
//! too large, and what is repeated of a refusal is one short line without control characters.

#![no_main]

use http::{HeaderMap, HeaderName, HeaderValue};
use laws::{now, parts, told};
use leadtime::connector::http::address::{Address, Hint, encoded};
use leadtime::connector::http::limit::{Budget, retry_after, skew};
use leadtime::connector::http::mask::masked;
use leadtime::connector::http::page::{Links, linked};
use leadtime::connector::http::parse;
use leadtime::connector::http::refusal::Refusal;
use leadtime::connector::http::{Answer, Http, Policy, Sending, Transport};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const REFUSAL: Refusal = Refusal {
    says: &["/message", "/error/message", "/errors", ""],
    token: "is it expired?",
    rights: "the right to read",
    missing: "it is gone",
};

const HINT: Hint = Hint {
    example: "url = \"https://x\"",
    login: "name a token with `token`",
};

fn headers(text: &[u8]) -> HeaderMap {
    let names = [
        "retry-after",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "date",
        "link",
        "location",
    ];
    let values = text.split(|byte| *byte == b'\n');
    let all = names.into_iter().zip(values).filter_map(|(name, value)| {
        let value = HeaderValue::from_bytes(value).ok()?;
        (!value.is_empty()).then_some((HeaderName::from_static(name), value))
    });
    all.collect()
}

/// Always gives the same answer.
struct Same(Answer);

impl Transport for Same {
    fn get<'a>(&'a self, _: &'a str, _: HeaderMap) -> Sending<'a> {
        let answer = self.0.clone();
        Box::pin(async move { Ok(answer) })
    }
}

fn asked(answer: Answer) {
    let none = std::time::Duration::ZERO;
    let policy = Policy {
        retries: 1,
        first_pause: none,
        longest_wait: none,
        per_minute: None,
    };
    let http = Http::new(Same(answer), policy);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    for _ in 0..2 {
        if let Err(stop) = runtime.block_on(http.get("https://tool.example.com/a", None)) {
            let error = stop.into_error("it").to_string();
            told(&error);
            assert!(error.len() < 2000, "{error}");
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((status, data)) = data.split_first() else {
        return;
    };
    let parts = parts(data);
    let [head, body, ..] = parts[..] else { return };
    let headers = headers(head);
    let budget = Budget::read(&headers, now()).unwrap_or_default();
    let mut learnt = budget;
    learnt.learn(budget);
    assert_eq!(learnt, budget);
    let _ = (
        learnt.spent_until(now()),
        retry_after(&headers, now()),
        skew(&headers, now()),
    );
    let known = [200, 301, 304, 400, 401, 403, 404, 410, 422, 429, 500, 503];
    let body = String::from_utf8_lossy(body).into_owned();
    let answer = Answer {
        status: known[usize::from(*status) % known.len()],
        headers,
        body,
        moved: false,
    };
    let says = REFUSAL.says(&answer);
    assert!(
        !says.contains(char::is_control) && says.chars().count() <= 300,
        "{says:?}"
    );
    told(&REFUSAL.error("Tool", "ci", "its runs", &answer).to_string());
    told(&REFUSAL.declined("Tool", "ci", &answer));
    let links = Links::read(answer.header("link"));
    let _ = (links.last_page(), linked(&answer));
    for field in [None, Some("items")] {
        if let Ok(parsed) = parse::list::<Value>(&answer.body, field) {
            assert!(parsed.items.len() + parsed.complaints.len() <= answer.body.len());
        }
    }
    let location = answer.header("location").unwrap_or_default().to_owned();
    let _ = masked(&location);
    if let Ok(address) = Address::read("ci", &location, HINT) {
        let _ = (address.path().len(), address.at("x"), address.port());
    }
    assert!(encoded(&answer.body).is_ascii());
    asked(answer);
});
