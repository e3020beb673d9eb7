//! What a Heroku source is told: where its API is. Which apps it reads, [`crate::connector::pattern`] tells.

use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;

/// The version of the API that is spoken.
pub const ACCEPT: &str = "application/vnd.heroku+json; version=3";

pub static TOOL: Tool = Tool {
    kind: "heroku",
    name: "Heroku",
    public: Some("https://api.heroku.com"),
    suffix: "",
    hint: Hint {
        example: "leave `url` out for heroku.com",
        login: "name a token with `token`",
    },
    refusal: Refusal {
        says: &["/message"],
        token: "an authorization made with `heroku authorizations:create`; a team that wants a second factor takes no API keys of accounts",
        rights: "the scope read, to act write, and to be a collaborator of the app that may deploy",
        missing: "it is gone, has another name, or may not be seen",
    },
};
