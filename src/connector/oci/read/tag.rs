//! One tag: what it points to, what that says of itself, and what came of it: events, and the rows that say what was read.

use std::collections::BTreeSet;

use super::ask::{Found, Proved, Reach};
use super::beside;
use super::look::{Around, Done, Look};
use crate::connector::http::Stop;
use crate::connector::oci::cursor::{self, ImageRow, TagRow};
use crate::connector::oci::translate::{Image, Move, Origin};
use crate::connector::oci::wire::{self, Manifest};
use crate::connector::referrer::Descriptor;
use crate::connector::tag::Kind;
use crate::event::time::{Span, Timestamp};

const FRESH: Span = Span::from_seconds(3600);

/// Looks at a tag.
pub async fn look(reach: &Reach<'_>, around: &Around<'_>, look: &Look) -> Result<Done, Stop> {
    let mut done = Done::default();
    let name = around.name;
    // An entity tag is of use only while what it stands for is known.
    let known = look
        .row
        .as_ref()
        .filter(|row| cursor::image(around.rows, name, &row.digest).is_some());
    let etag = known.and_then(|row| row.etag.as_deref());
    let proved = match reach.manifest(name, &look.tag, etag).await? {
        Found::Manifest(proved) => Some(*proved),
        Found::Unchanged => None,
        Found::Nothing => return Ok(done),
    };
    let origin = Origin::new(&reach.config.base.host, name);
    let (digest, etag) = match (&proved, known) {
        (Some(proved), _) => (proved.digest.clone(), proved.etag.clone()),
        (None, Some(row)) => (row.digest.clone(), row.etag.clone()),
        (None, None) => return Ok(done),
    };
    let row = advance(look.row.as_ref(), &digest, etag);
    let old = cursor::image(around.rows, name, &digest);
    let mut image = match (old.clone(), &proved) {
        (Some(image), _) => image,
        (None, Some(proved)) => {
            let image = read_image(reach, name, &origin, proved, &mut done).await?;
            ImageRow {
                fresh: fresh(&image, around.first, reach.now),
                image,
                etag: None,
                referrers: BTreeSet::new(),
            }
        }
        (None, None) => return Ok(done),
    };
    let moved = look.row.as_ref().filter(|row| row.digest != digest);
    tell(reach, name, look, (&digest, &image, &row), &mut done);
    beside::look(reach, around, (&digest, &mut image), &mut done).await?;
    if old.as_ref() != Some(&image) {
        done.image = Some((digest, image));
    }
    if moved.is_some() || look.row.as_ref() != Some(&row) {
        done.tag = Some((look.tag.clone(), row));
    }
    Ok(done)
}

/// How long to look again at what lies beside an image: for a while after it came; of what was there before leadtime, after it was made.
fn fresh(image: &Image, first: bool, now: Timestamp) -> Timestamp {
    if !first {
        now + FRESH
    } else if image.at < now {
        image.at + FRESH
    } else {
        now
    }
}

fn advance(old: Option<&TagRow>, digest: &str, etag: Option<String>) -> TagRow {
    let moves = old.map_or(0, |old| old.moves + u32::from(old.digest != digest));
    TagRow {
        digest: digest.to_owned(),
        etag,
        moves,
    }
}

/// What a tag says that is new, or points elsewhere.
fn tell(
    reach: &Reach<'_>,
    name: &str,
    look: &Look,
    (digest, image, row): (&str, &ImageRow, &TagRow),
    done: &mut Done,
) {
    let origin = Origin::new(&reach.config.base.host, name);
    let old = look.row.as_ref();
    if old.is_some_and(|old| old.digest == digest) {
        return;
    }
    let wanted = reach.since.is_none_or(|since| image.image.at >= since);
    // What was seen to move names no version, unless it can be nothing else: then it was published anew.
    let kind = match look.kind {
        Kind::Name if row.moves > 0 => Kind::Moving,
        kind => kind,
    };
    if wanted || look.environment {
        done.events
            .push(origin.published(digest, &image.image, &look.tag, kind));
    }
    if let (true, Some(old)) = (look.environment, old) {
        let version = look.versions.get(digest);
        let last = name.rsplit('/').next().unwrap_or(name);
        let to = Move {
            tag: &look.tag,
            from: &old.digest,
            digest,
            number: row.moves,
            service: reach.config.service.as_deref().unwrap_or(last),
            version: version.cloned().or_else(|| image.image.version.clone()),
            seen: reach.now,
        };
        done.events.push(origin.deployed(&to, &image.image));
    }
}

/// What an image says of itself: by its annotations, else by the labels of its configuration; an index, by those of its first image.
async fn read_image(
    reach: &Reach<'_>,
    name: &str,
    origin: &Origin,
    proved: &Proved,
    done: &mut Done,
) -> Result<Image, Stop> {
    let manifest = &proved.manifest;
    let Some(parts) = manifest.manifests.as_deref() else {
        let config = configuration(reach, name, manifest).await?;
        return Ok(Image::read(manifest, config.as_ref(), reach.now));
    };
    let first = parts.iter().find(|part| !part.is_attestation());
    let image = match first {
        Some(part) if !Image::is_annotated(manifest.annotations.as_ref()) => {
            of_part(reach, name, manifest, part).await?
        }
        _ => Image::read(manifest, None, reach.now),
    };
    if let Some(attestation) = parts.iter().find(|part| part.is_attestation()) {
        let bill = beside::attested(reach, name, attestation).await?;
        done.events.extend(bill.map(|bill| {
            let address = reach.url(name, &format!("blobs/{bill}"));
            origin.billed(&proved.digest, &image, &bill, address)
        }));
    }
    Ok(image)
}

/// The annotations of an index, and for what they do not say those of one of its images, and its labels.
async fn of_part(
    reach: &Reach<'_>,
    name: &str,
    index: &Manifest,
    part: &Descriptor,
) -> Result<Image, Stop> {
    let nothing = || Ok(Image::read(index, None, reach.now));
    if !wire::is_digest(&part.digest) {
        return nothing();
    }
    let Found::Manifest(found) = reach.manifest(name, &part.digest, None).await? else {
        return nothing();
    };
    let config = configuration(reach, name, &found.manifest).await?;
    let mut annotations = found.manifest.annotations.unwrap_or_default();
    annotations.extend(index.annotations.clone().unwrap_or_default());
    let manifest = Manifest {
        annotations: Some(annotations),
        ..Manifest::default()
    };
    Ok(Image::read(&manifest, config.as_ref(), reach.now))
}

async fn configuration(
    reach: &Reach<'_>,
    name: &str,
    manifest: &Manifest,
) -> Result<Option<wire::Image>, Stop> {
    match &manifest.config {
        Some(config)
            if config.is_image() && !Image::is_annotated(manifest.annotations.as_ref()) =>
        {
            reach.json(name, config).await
        }
        _ => Ok(None),
    }
}
