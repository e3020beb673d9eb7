//! What `leadtime import` is told.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

/// Forms that can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Told from what is read
    #[default]
    Auto,
    /// CDEvents 0.3 to 0.6, plain or in CloudEvents: one object, an array, or a line each
    #[value(name = "cdevents")]
    CdEvents,
    /// A report of Trivy
    Trivy,
    /// A report of Grype
    Grype,
    /// A report of any scanner, in SARIF 2.1.0
    Sarif,
    /// What the Snyk CLI writes with --json
    Snyk,
    /// What OSV-Scanner writes with --format json
    Osv,
    /// A bill of materials (JSON)
    #[value(name = "cyclonedx")]
    CycloneDx,
    /// A bill of materials, of SPDX 2 (JSON)
    Spdx,
    /// Statements of which findings do not count; for the reports of the same import
    #[value(name = "openvex")]
    OpenVex,
}

/// Arguments of `import`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  leadtime import events.jsonl
  kubectl logs deploy/collector | leadtime import -
  trivy image --format json ghcr.io/acme/checkout:1.4 | leadtime import -
  leadtime import semgrep.sarif --repository acme/checkout --commit \"$(git rev-parse HEAD)\"

Reads events, and reports of scanners and bills of material. Reading the same twice changes nothing. Lines that are no events, and reports that say nothing, are named and left out; the exit code is 1 then.")]
pub struct ImportArgs {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Form of what is read; default: told from it
    #[arg(long, value_enum, default_value_t, hide_default_value = true)]
    pub format: Format,

    /// What a report is of, where it does not say so: an image with its digest, or a package URL
    #[arg(long, value_name = "ARTIFACT")]
    pub artifact: Option<String>,

    /// The repository of what a report is of, where it does not say so
    #[arg(long, value_name = "OWNER/NAME")]
    pub repository: Option<String>,

    /// The commit that a report is of, where it does not say so
    #[arg(long, value_name = "SHA")]
    pub commit: Option<String>,
}
