//! What every deed must hold: prepared twice alike, sent once, and found again whatever became of its answer; one that is refused leaves nothing done, and
//! says why in the tool's words. What a connector says that it can do is what can be done.

use leadtime::connector::descriptor::Descriptor;
use leadtime::plan::request::{Request, Sent, Standing, Verb};

use super::subject::{Deed, Found, Subject};
use crate::support::deeds::{CANARY, Case, ask, prepare};
use crate::support::wild::{Answer, Mischief};

const VERBS: [Verb; 13] = [
    Verb::Approve,
    Verb::Reject,
    Verb::Promote,
    Verb::Rollback,
    Verb::Retry,
    Verb::RetryFailed,
    Verb::Cancel,
    Verb::Resume,
    Verb::Acknowledge,
    Verb::Resolve,
    Verb::Hold,
    Verb::Release,
    Verb::Mark,
];

/// A deed whose last request is open to be sent.
struct Open {
    case: Case,
    request: Request,
    /// What was sent before it.
    before: usize,
}

impl Open {
    async fn of(deed: &Deed) -> Self {
        let case = (deed.ready)();
        let prepared = prepare(&*case.server, &*case.source, &case.order).await;
        assert_eq!(prepared.objections, []);
        let mut requests = prepared.requests;
        let request = requests.pop().unwrap();
        for first in requests {
            assert_eq!(ask(&*case.source, &first).await, Standing::Open);
            let sent = case.source.actor().unwrap().send(&first).await;
            assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
        }
        let standing = ask(&*case.source, &request).await;
        assert_eq!(standing, Standing::Open, "{request:?}");
        let before = case.server.deeds().len();
        Self {
            case,
            request,
            before,
        }
    }

    async fn send(&self) -> Sent {
        let sent = self.case.source.actor().unwrap().send(&self.request).await;
        clean(&format!("{sent:?}"));
        sent
    }

    /// The same after its answer was treated so.
    async fn mishandled(&self, mischief: Mischief) -> Sent {
        self.case.server.once(&self.request.method, "", mischief);
        self.send().await
    }

    async fn stands(&self) -> Standing {
        let standing = ask(&*self.case.source, &self.request).await;
        clean(&format!("{standing:?}"));
        standing
    }

    fn sent(&self, often: usize) {
        let sent = self.case.server.deeds().len() - self.before;
        assert_eq!(sent, often, "it was sent so often");
    }
}

/// Nothing of a secret, and nothing that a terminal would do, whether as it is or as Rust writes it.
fn clean(text: &str) {
    assert!(!text.contains(CANARY), "{text}");
    assert!(
        !text.contains('\u{7}') && !text.contains("\\u{7}"),
        "{text}"
    );
    assert!(
        !text.contains('\u{1b}') && !text.contains("\\u{1b}"),
        "{text}"
    );
}

impl Found {
    fn holds(self, standing: &Standing) -> bool {
        match (self, standing) {
            (Self::Done, Standing::Done(_)) => true,
            (Self::Unknown(words), Standing::Unknown(text)) => text.contains(words),
            _ => false,
        }
    }
}

/// It is done, and what was done is found.
pub async fn done(deed: &Deed) {
    let open = Open::of(deed).await;
    let deeds = open.case.server.deeds().len();
    let sent = open.send().await;
    assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
    let standing = open.stands().await;
    assert!(deed.found.holds(&standing), "{standing:?}");
    open.sent(1);
    let got = &open.case.server.deeds()[deeds];
    assert_eq!(open.request.method, got.method);
    let body = open.request.body.clone().unwrap_or_default();
    assert_eq!(body, got.body, "as it was shown");
    assert!(!got.target.contains(CANARY) && !got.body.contains(CANARY));
}

/// Its answer is lost after it was done: it is found, and never sent again.
pub async fn lost(deed: &Deed) {
    for mischief in [
        Mischief::DoneThen(Answer::new(502)),
        Mischief::DoneThenSilent,
        Mischief::DoneThenCut,
        Mischief::DoneThenGone,
    ] {
        let open = Open::of(deed).await;
        let sent = open.mishandled(mischief.clone()).await;
        // An answer without a body cannot be cut in its midst.
        let whole = matches!((&mischief, &sent), (Mischief::DoneThenCut, Sent::Done(_)));
        let doubtful = matches!(sent, Sent::Doubtful(_));
        assert!(doubtful || whole, "{mischief:?}: {sent:?}");
        let standing = open.stands().await;
        assert!(deed.found.holds(&standing), "{mischief:?}: {standing:?}");
        open.sent(1);
    }
}

/// It does not leave for another address; it is refused; it fails before it is done; nobody is there. Each leaves it open, and sent once at most.
pub async fn refused(deed: &Deed, no: fn(u16) -> Answer) {
    let mut open = Open::of(deed).await;
    elsewhere(&mut open).await;
    declined(&open, no).await;
    let before = open.case.server.deeds().len();
    for status in [500, 503] {
        let bad = Mischief::Instead(Answer::new(status));
        let sent = open.mishandled(bad).await;
        assert!(matches!(sent, Sent::Doubtful(_)), "{status}: {sent:?}");
        assert_eq!(open.stands().await, Standing::Open, "it was not done");
    }
    assert_eq!(open.case.server.deeds().len(), before + 2);
    open.case.server.refuse();
    let sent = open.send().await;
    assert!(is_unsent(&sent) || matches!(sent, Sent::Doubtful(_)));
    let standing = open.stands().await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
}

fn is_unsent(sent: &Sent) -> bool {
    matches!(sent, Sent::Refused(text) if text.starts_with("not sent"))
}

/// What was kept for another address is not sent there.
async fn elsewhere(open: &mut Open) {
    let url = open.case.server.url();
    for elsewhere in ["https://elsewhere.example", "http://127.0.0.2:9"] {
        let there = open.request.url.replace(&url, elsewhere);
        let here = std::mem::replace(&mut open.request.url, there);
        let sent = open.send().await;
        assert!(is_unsent(&sent), "{sent:?}");
        open.request.url = here;
    }
    open.sent(0);
}

/// The tool's words are told, cleaned.
async fn declined(open: &Open, no: fn(u16) -> Answer) {
    for (often, status) in (1..).zip([302, 400, 401, 403, 404, 409, 422, 429]) {
        let mut answer = no(status).header("retry-after", "7");
        if status == 302 {
            answer = answer.header("location", "https://sso.example.com/login");
        }
        let sent = open.mishandled(Mischief::Instead(answer)).await;
        let Sent::Refused(text) = &sent else {
            panic!("{status}: {sent:?}")
        };
        let silent = matches!(status, 302 | 429);
        assert!(silent || text.contains("so it is"), "{status}: {text}");
        assert_eq!(open.stands().await, Standing::Open, "{status}");
        open.sent(often);
    }
}

/// What the descriptor says is what can be done, and by no other words.
pub async fn truthful(subject: &Subject, descriptor: &Descriptor) {
    let says = descriptor.capability;
    let deeds = (subject.deeds)();
    let mut seen = Vec::new();
    for deed in &deeds {
        let case = (deed.ready)();
        seen.push(case.order.verb);
        let about = case.order.target.as_ref();
        assert!(
            about.is_none_or(|it| case.source.actor().unwrap().speaks_for(&it.source)),
            "{about:?} is not its own"
        );
        for key in case.order.way.iter().flat_map(|way| way.keys()) {
            let listed = says.ways.contains(&key.as_str()) || OPENING.contains(&key.as_str());
            assert!(listed, "{key} is none of its ways");
        }
    }
    seen.extend(subject.elsewhere.iter().map(|(verb, _)| *verb));
    for verb in says.acts {
        assert!(seen.contains(verb), "nothing here does {verb:?}");
    }
    for verb in &seen {
        assert!(
            says.acts.contains(verb),
            "it does not say that it {verb:?}s"
        );
    }
    let mut case = (deeds[0].ready)();
    for verb in VERBS.iter().filter(|verb| !says.acts.contains(verb)) {
        case.order.verb = *verb;
        let prepared = case.source.actor().unwrap().prepare(&case.order).await;
        let error = prepared.expect_err("it does not say that it can");
        clean(&error.to_string());
    }
    assert_eq!(case.server.deeds().len(), 0);
}

/// The keys of a request that leadtime itself opens, whatever its host.
const OPENING: [&str; 5] = ["repository", "open", "ref", "title", "text"];
