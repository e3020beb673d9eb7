//! What is said of Opsgenie: where its API is, and what it means when it refuses.

use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;

pub static TOOL: Tool = Tool {
    kind: "opsgenie",
    name: "Opsgenie",
    public: Some("https://api.opsgenie.com"),
    suffix: "",
    hint: Hint {
        example: "leave `url` out, or url = \"https://api.eu.opsgenie.com\"",
        login: "name a key with `token`",
    },
    refusal: Refusal {
        says: &["/message", "/errors"],
        token: "a key of an API integration (Settings, API key management), and of the right region (`url`)",
        rights: "to read, and configuration access for the names of services",
        missing: "it is gone, or the plan has no incidents",
    },
};
