//! Backstage: the components of its catalogue, from its API or from `catalog-info.yaml` files: which repository each is of, and whose it is. It is only read.
//!
//! [`config`] says where → [`client`] asks, [`files`] looks → [`wire`] holds the entities → [`translate`] makes events of them, purely → [`read`] hands over what
//! is another than its [`cursor`] row.

pub mod check;
pub mod client;
pub mod config;
pub mod cursor;
pub mod files;
pub mod read;
pub mod translate;
pub mod wire;

use std::path::PathBuf;

use self::config::TOOL;
use self::read::Reader;
use self::wire::Entity;
use super::descriptor::{Capability, Descriptor, Settings, Signs};
use super::http::instance::Instance;
use super::http::plain::Login;
use super::pattern::Names;
use super::rows::Rows;
use super::{Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::Timestamp;

pub const DESCRIPTOR: Descriptor = Descriptor {
    kind: "backstage",
    tool: "Backstage",
    takes: &[
        "url",
        "path",
        "token",
        "projects",
        "ca_file",
        "client_certificate",
    ],
    needs: &[("path/url", "url = \"https://backstage.example.com\"")],
    local: false,
    capability: Capability {
        acts: &[],
        ways: &[],
    },
    pushes: &[],
    signs: Some(Signs {
        files: &["catalog-info.yaml", "catalog-info.yml"],
        objects: &[],
        host: None,
        builds: false,
        ready: true,
        source: &["path = \".\""],
        elsewhere: None,
    }),
};

pub fn open(settings: Settings) -> Result<Box<dyn Connector>, ConnectorError> {
    Ok(Box::new(Backstage::new(settings)?))
}

/// Where the catalogue is.
enum Place {
    Api(Box<Instance>),
    Files(PathBuf),
}

/// A source of kind `backstage`.
pub struct Backstage {
    place: Place,
    /// The source of its events.
    source: String,
    components: Names,
}

/// The entities that there are, and what of them could not be read.
pub struct Found {
    pub entities: Vec<Entity>,
    pub complaints: Vec<(String, String)>,
}

impl Backstage {
    /// Looks through the settings; nothing is asked yet.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "every connector is made of what it is told"
    )]
    pub fn new(settings: Settings) -> Result<Self, ConnectorError> {
        let components = Names::read(&settings.name, &settings.projects, "components")?;
        let (place, source) = match (&settings.path, &settings.url) {
            (Some(path), None) => (
                Place::Files(path.clone()),
                format!("backstage:{}", settings.name),
            ),
            (Some(_), Some(_)) => {
                let detail = "stands beside `url`: a catalogue is read from one of both";
                return Err(ConnectorError::configuration(
                    &settings.name,
                    "path",
                    detail,
                ));
            }
            (None, _) => {
                let login = settings.token.clone().map_or(Login::None, Login::Bearer);
                let instance = Instance::open(&settings, &TOOL, login)?;
                let source = instance.source.clone();
                (Place::Api(Box::new(instance)), source)
            }
        };
        Ok(Self {
            place,
            source,
            components,
        })
    }

    async fn found(&self) -> Result<Found, ConnectorError> {
        match &self.place {
            Place::Api(instance) => client::components(instance).await,
            Place::Files(path) => files::components(path),
        }
    }
}

impl Connector for Backstage {
    fn kind(&self) -> &'static str {
        DESCRIPTOR.kind
    }

    fn read<'a>(&'a self, reading: Reading, sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async move {
            let found = self.found().await?;
            let reader = Reader {
                source: &self.source,
                components: &self.components,
                rows: Rows::new(reading.cursors),
                now: reading.now,
            };
            reader.read(&found, sink)
        })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async move {
            let found = self.found().await?;
            let mut health = check::check(&self.source, &self.components, &found);
            if matches!(self.place, Place::Api(_)) {
                health.untold(DESCRIPTOR.tool);
            }
            Ok(health)
        })
    }
}
