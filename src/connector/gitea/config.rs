//! What a Gitea is, and how it refuses. Which repositories a source reads is told as for other hosts ([`crate::connector::selection`]).

use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;

pub static TOOL: Tool = Tool {
    kind: "gitea",
    name: "Gitea",
    public: None,
    suffix: "/api/v1",
    hint: Hint {
        example: "url = \"https://gitea.example.com\", as it is opened in a browser",
        login: "name it with `token`",
    },
    refusal: Refusal {
        says: &["/message", "/errors"],
        token: "is it revoked, or another host's? It is made under Settings > Applications",
        rights: "a token with the scopes read:repository, read:issue, read:organization and read:user; to act also write:repository, and the right to write there",
        missing: "it is gone, switched off in the repository, its owner may not see it, or this Gitea is too old for it",
    },
};
