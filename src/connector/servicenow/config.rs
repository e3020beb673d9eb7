//! What a ServiceNow source is told: where it is, and in which fields of a change request stands what it is about.

use crate::connector::descriptor::Settings;
use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;
use crate::connector::template::fields;

pub static TOOL: Tool = Tool {
    kind: "servicenow",
    name: "ServiceNow",
    public: None,
    suffix: "/api/now",
    hint: Hint {
        example: "url = \"https://acme.service-now.com\"",
        login: "name them with `user` and `token`",
    },
    refusal: Refusal {
        says: &["/error/message", "/error/detail"],
        token: "the password of `user`; without a `user` an OAuth token",
        rights: "to read change_request, sysapproval_approver and sys_user (role itil, or sn_change_read), and to decide the role approver_user",
        missing: "it is gone, or the account may not see it",
    },
};

/// Which fields say what a change request is about.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub service: Option<String>,
    pub version: Option<String>,
    pub environment: Option<String>,
}

/// By which fields a service is usually named.
pub const SERVICES: [&str; 2] = ["cmdb_ci", "business_service"];

impl Told {
    #[must_use]
    pub fn read(settings: &Settings) -> Self {
        Self {
            service: settings.service.clone(),
            version: settings.version.clone(),
            environment: settings.environment.clone(),
        }
    }

    /// The fields that are named, which have to be asked for.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let told = [&self.service, &self.version, &self.environment];
        told.into_iter()
            .filter_map(|told| told.as_deref())
            .flat_map(fields)
    }
}
