//! Whose word leadtime gives a registry: what the source is told, else what `docker login` left behind (`config.json`, and the helpers that it names).
//! It is looked up when a registry asks, and not kept: helpers hand out words that soon expire.

use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential};
use secrecy::SecretString;

use super::config::Base;
use crate::connector::descriptor::Settings;
use crate::connector::http::hidden::Hidden;

/// How long a helper may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who asks.
#[derive(Clone, Debug)]
pub enum Credential {
    Nobody,
    Password {
        user: String,
        password: SecretString,
    },
    /// A refresh token that `docker login` got from the registry.
    Identity(SecretString),
}

/// Where the credential is found.
#[derive(Clone, Debug)]
pub struct Finder {
    own: Option<Credential>,
    /// The names under which Docker may keep it.
    servers: Vec<String>,
}

impl Finder {
    #[must_use]
    pub fn new(settings: &Settings, base: &Base) -> Self {
        let own = settings.token.clone().map(|password| Credential::Password {
            // Where a token alone says who one is, any user will do; the field must not be empty.
            user: settings.user.clone().unwrap_or_else(|| "token".to_owned()),
            password,
        });
        let servers = if base.host == "docker.io" {
            vec!["https://index.docker.io/v1/".to_owned()]
        } else {
            vec![base.host.clone(), format!("https://{}", base.host)]
        };
        Self { own, servers }
    }

    /// The user's name, where the configuration says it.
    #[must_use]
    pub fn told(&self) -> bool {
        self.own.is_some()
    }

    /// What the source is told, kept out of what the registry says.
    #[must_use]
    pub fn hidden(&self) -> Hidden {
        match &self.own {
            Some(Credential::Password { user, password }) => Hidden::of(Some(user), password),
            _ => Hidden::default(),
        }
    }

    /// Finds it. What went wrong is told in words of ours: what a helper printed may be the secret.
    pub async fn find(&self) -> Result<Credential, String> {
        if let Some(own) = &self.own {
            return Ok(own.clone());
        }
        let servers = self.servers.clone();
        let looking = tokio::task::spawn_blocking(move || look(&servers));
        match tokio::time::timeout(PATIENCE, looking).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) => Err("Docker's credentials cannot be read".to_owned()),
            Err(_) => Err(format!(
                "Docker's credential helper was not done after {} s",
                PATIENCE.as_secs()
            )),
        }
    }
}

fn look(servers: &[String]) -> Result<Credential, String> {
    let mut trouble = None;
    for server in servers {
        match get_credential(server) {
            Ok(DockerCredential::IdentityToken(token)) => {
                return Ok(Credential::Identity(SecretString::from(token)));
            }
            Ok(DockerCredential::UsernamePassword(user, password)) => {
                let password = SecretString::from(password);
                // A helper says in this way that the password is a refresh token.
                return Ok(if user == "<token>" {
                    Credential::Identity(password)
                } else {
                    Credential::Password { user, password }
                });
            }
            Err(error) => trouble = trouble.or_else(|| words(&error)),
        }
    }
    trouble.map_or(Ok(Credential::Nobody), Err)
}

/// What is wrong, where something is: having no credential is not.
fn words(error: &CredentialRetrievalError) -> Option<String> {
    use CredentialRetrievalError as Error;
    match error {
        Error::NoCredentialConfigured | Error::ConfigNotFound | Error::ConfigReadError => None,
        // A helper that knows no such registry fails too: no word of it is repeated, and the registry is asked as nobody.
        Error::HelperFailure { helper, .. } => {
            tracing::debug!(helper, "the credential helper gives nothing");
            None
        }
        Error::HelperCommunicationError => {
            Some("the credential helper that Docker's config.json names cannot be run".to_owned())
        }
        Error::MalformedHelperResponse => {
            Some("Docker's credential helper answers what cannot be read".to_owned())
        }
        Error::CredentialDecodingError | Error::CredentialMismatchError => {
            Some("what Docker's config.json holds for the registry cannot be read".to_owned())
        }
    }
}
