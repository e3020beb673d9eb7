//! What a Kargo source is told: where its API is. Which projects it reads, [`crate::connector::pattern`] tells.

use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;

pub static TOOL: Tool = Tool {
    kind: "kargo",
    name: "Kargo",
    public: None,
    suffix: "/v1beta1",
    hint: Hint {
        example: "url = \"https://kargo.example.com\"",
        login: "name a token with `token`",
    },
    refusal: Refusal {
        says: &["/error", "/message"],
        token: "an API token of a role of the project, or of the system",
        rights: "a role that may get and list stages, freight and promotions of the project; to act also to create and patch promotions, to promote to the stage, and to patch the status of freight",
        missing: "it is gone, spelt otherwise, or may not be seen",
    },
};
