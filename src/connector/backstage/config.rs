//! What is said of Backstage: where it is, and what it means when it refuses.

use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;

pub static TOOL: Tool = Tool {
    kind: "backstage",
    name: "Backstage",
    public: None,
    suffix: "/api/catalog",
    hint: Hint {
        example: "url = \"https://backstage.example.com\", where its backend answers below /api",
        login: "name a token with `token`",
    },
    refusal: Refusal {
        says: &["/error/message"],
        token: "a static token of `backend.auth.externalAccess`",
        rights: "to read the catalogue (accessRestrictions of the token)",
        missing: "`url` is the address of the backend; the catalogue answers at /api/catalog (Backstage 1.15 or newer)",
    },
};

/// The names of the files that hold entities.
pub const FILES: [&str; 2] = ["catalog-info.yaml", "catalog-info.yml"];
