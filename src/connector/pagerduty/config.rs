//! What `PagerDuty` is: where its API is, and how it refuses.

use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;

pub static TOOL: Tool = Tool {
    kind: "pagerduty",
    name: "PagerDuty",
    public: Some("https://api.pagerduty.com"),
    suffix: "",
    hint: Hint {
        example: "leave `url` out, or url = \"https://api.eu.pagerduty.com\"",
        login: "name a token with `token`",
    },
    refusal: Refusal {
        says: &["/error/message", "/error/errors"],
        token: "a key of the REST API (Integrations, API Access Keys, or a user's own), and of the right region (`url`)",
        rights: "to be allowed to read incidents, services and users; and to acknowledge or resolve, a key that is not read-only, of a user who is a responder there",
        missing: "it is gone, or the key may not see it",
    },
};
