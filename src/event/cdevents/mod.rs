//! The log's wire format: CDEvents in and out. [`documents`] splits any input into documents that can be kept, [`read`] turns a kept document
//! into an [`Event`](super::Event) that borrows from it, [`write`] makes a document of an event. Field by field: `docs/events.md`.
//!
//! - What [`documents`] lets through, [`read`] can read: both judge the envelope by the same code ([`envelope`]).
//! - Facts are read leniently: a number or an object with an `id` where a text is expected is a text, a field of another shape is absent.
//!   Only identity, time and the subject's id can make a document an error.
//! - An empty text is an absent one, and so is `about:blank`, which [`write`] puts where CDEvents demands a value that is not known.

mod body;
mod document;
mod documents;
mod envelope;
mod family;
mod fields;
pub mod purl;
mod read;
mod split;
mod words;
mod write;

pub use document::Document;
pub use documents::{LineError, documents};
pub use envelope::ReadError;
pub use read::read;
pub use write::write;
