//! The log's wire format: CDEvents in and out. [`mod@documents`] splits any input into documents that can be kept, [`mod@read`] turns a kept document
//! into an [`Event`](super::Event) that borrows from it, [`mod@write`] makes a document of an event. Field by field: `docs/events.md`.
//!
//! - What [`mod@documents`] lets through, [`mod@read`] can read: both judge the envelope by the same code ([`envelope`]).
//! - Facts are read leniently: a number or an object with an `id` where a text is expected is a text, a field of another shape is absent.
//!   Only identity, time and the subject's id can make a document an error.
//! - An empty text is an absent one, and so is `about:blank`, which [`mod@write`] puts where CDEvents demands a value that is not known.

mod binary;
mod body;
mod document;
mod documents;
mod envelope;
mod family;
mod fields;
mod line;
mod pretty;
pub mod purl;
mod read;
mod split;
mod words;
mod write;

pub use binary::structured;
pub use document::Document;
pub use documents::{LineError, documents};
pub use envelope::ReadError;
pub use pretty::pretty;
pub use read::read;
pub use write::write;
