//! What a Netlify source is told: where its API is. Which sites it reads, [`crate::connector::pattern`] tells.

use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;

pub static TOOL: Tool = Tool {
    kind: "netlify",
    name: "Netlify",
    public: Some("https://api.netlify.com"),
    suffix: "/api/v1",
    hint: Hint {
        example: "leave `url` out for netlify.com",
        login: "name a token with `token`",
    },
    refusal: Refusal {
        says: &["/message", "/error"],
        token: "a personal access token, made under User settings, Applications",
        rights: "to be a member of the team of the site, and to act one who may publish",
        missing: "it is gone, has another name, or may not be seen",
    },
};
