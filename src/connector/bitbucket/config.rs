//! What a Bitbucket source is told: where its API is. Which repositories it reads, [`crate::connector::selection`] tells.

use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;

pub static TOOL: Tool = Tool {
    kind: "bitbucket",
    name: "Bitbucket",
    public: Some("https://api.bitbucket.org"),
    suffix: "/2.0",
    hint: Hint {
        example: "leave `url` out for bitbucket.org",
        login: "name a token with `token`, and with `user` whose it is",
    },
    refusal: Refusal {
        says: &["/error/message", "/error/detail"],
        token: "an API token of the account whose address is `user`, or an access token of the repository or workspace without `user`",
        rights: "to read repositories, pull requests and pipelines",
        missing: "it is gone, spelt otherwise, may not be seen, or has no pipelines",
    },
};
