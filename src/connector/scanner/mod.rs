//! What scanners and makers of bills of material write, whoever hands it over: files that are followed, what is imported, reports that lie beside an image
//! in a registry. Text in, plain data out: no file, no network, no event. A parser for each form, lenient in what it does not know.
//!
//! - [`form`] tells the forms apart, [`subject`] what a scan is of, [`severity`] how grave a finding is.
//! - [`vex`] puts findings aside that somebody has said do not count, with the reason; the rest is counted.

pub mod beside;
mod cyclonedx;
pub mod form;
mod grype;
mod openvex;
mod osv;
pub mod purl;
mod sarif;
pub mod severity;
mod snyk;
mod spdx;
pub mod subject;
mod trivy;
pub mod vex;

use serde::de::DeserializeOwned;

use crate::event::time::Timestamp;

use form::Form;
use severity::Severity;
use subject::Subject;
use vex::Statement;

/// What one document holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub scans: Vec<Scan>,
    pub bill: Option<Bill>,
    pub statements: Vec<Statement>,
}

/// What one scanner found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Its name, in small letters: `trivy`.
    pub tool: String,
    /// When, where the report says so.
    pub at: Option<Timestamp>,
    pub of: Subject,
    pub found: Vec<Found>,
    /// The scanner says that it could not do its work; what it found is not all.
    pub broke_off: bool,
}

/// One finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Its name, and by which others it is known.
    pub ids: Vec<String>,
    /// The package that it is in, as a package URL where the report says that.
    pub package: Option<String>,
    pub severity: Severity,
    /// Why it does not count, as the report itself says.
    pub aside: Option<String>,
}

/// A bill of materials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    pub of: Subject,
    pub at: Option<Timestamp>,
    /// What the document calls itself: a URI.
    pub name: Option<String>,
}

/// Why a document says nothing to leadtime.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}: {remedy}")]
pub struct Unreadable {
    /// What is wrong, and where.
    pub problem: String,
    pub remedy: String,
}

impl Unreadable {
    fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

/// Reads a document by the form that it shows. One that was named has to be that: the fields that a report may do without are many, so that anything else
/// would be read as a report of nothing found.
pub fn read(text: &[u8], form: Option<Form>) -> Result<Content, Unreadable> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") {
        return Err(Unreadable::new(
            "it is UTF-16",
            "save it as UTF-8 (PowerShell writes UTF-16 with >)",
        ));
    }
    let shown = form::of(text)?;
    if let Some(named) = form.filter(|named| *named != shown) {
        return Err(form::another(shown, named));
    }
    match shown {
        Form::Trivy => trivy::read(&parse(text, shown)?),
        Form::Grype => grype::read(parse(text, shown)?),
        Form::Sarif => sarif::read(&parse(text, shown)?),
        Form::Snyk => snyk::read(parse(text, shown)?),
        Form::Osv => osv::read(parse(text, shown)?),
        Form::CycloneDx => cyclonedx::read(&parse(text, shown)?),
        Form::Spdx => spdx::read(&parse(text, shown)?),
        Form::OpenVex => openvex::read(parse(text, shown)?),
    }
}

/// The document as its parser wants it; what stands where it does not belong is told by its path.
fn parse<T: DeserializeOwned>(text: &[u8], form: Form) -> Result<T, Unreadable> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inside = if path == "." {
            String::new()
        } else {
            format!(", in {path}")
        };
        Unreadable::new(
            format!(
                "not {form} as leadtime knows it: {}{inside}",
                unquoted(&error.inner().to_string())
            ),
            "let the scanner write it again",
        )
    })?;
    reader.end().map_err(|error| form::not_json(&error))?;
    Ok(read)
}

/// Without the text that was met: a report may hold what a scanner for secrets found.
fn unquoted(error: &str) -> String {
    match (error.find("string \""), error.rfind("\", expected")) {
        (Some(from), Some(to)) if from < to => {
            format!("{}text{}", &error[..from], &error[to + 1..])
        }
        _ => error.to_owned(),
    }
}

/// A text that says something.
fn said(text: Option<&String>) -> Option<String> {
    let text = text?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The name of a tool as steps ask for it.
fn tool(name: Option<&str>, else_name: &str) -> String {
    let name = name.unwrap_or_default().trim().to_lowercase();
    if name.is_empty() {
        else_name.to_owned()
    } else {
        name
    }
}
