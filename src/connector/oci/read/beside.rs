//! What lies beside an image and refers to it: bills of materials, signatures, scanners' reports; as the registry lists them, else as the tag does that stands
//! for such a list where a registry keeps none.

use super::ask::{Found, Reach, referrers};
use super::look::{Around, Done};
use crate::connector::error::ErrorKind;
use crate::connector::http::Stop;
use crate::connector::oci::cursor::ImageRow;
use crate::connector::oci::translate::{Origin, bill};
use crate::connector::oci::wire::{Manifest, fallback_tag, is_digest};
use crate::connector::referrer::{self, Descriptor, Referrer};
use crate::connector::scanner::beside::{self, LARGEST, Report};
use crate::connector::{Finding, Severity};

/// So many referrers of one image are read; more are no release's.
const MOST: usize = 100;

/// Looks for what is new beside an image, and notes in its row that it was read.
pub async fn look(
    reach: &Reach<'_>,
    around: &Around<'_>,
    (digest, row): (&str, &mut ImageRow),
    done: &mut Done,
) -> Result<(), Stop> {
    let (list, etag) = list(reach, around, digest, row.etag.as_deref()).await?;
    row.etag = etag;
    let list = list.iter().filter(|one| is_digest(&one.digest));
    for one in list.take(MOST) {
        if row.referrers.contains(&one.digest) {
            continue;
        }
        tell(reach, around.name, (digest, row), one, done).await?;
        row.referrers.insert(one.digest.clone());
    }
    Ok(())
}

async fn list(
    reach: &Reach<'_>,
    around: &Around<'_>,
    digest: &str,
    etag: Option<&str>,
) -> Result<(Vec<Descriptor>, Option<String>), Stop> {
    // An entity tag is of one address; which of the two answered is not kept, and a wrong one only costs an answer.
    if let Some(found) = referrers(reach, around.name, digest, etag).await? {
        return Ok(found);
    }
    let tag = fallback_tag(digest);
    if !around.tags.contains(&tag) {
        return Ok((Vec::new(), None));
    }
    Ok(match reach.manifest(around.name, &tag, etag).await? {
        Found::Manifest(found) => (found.manifest.manifests.unwrap_or_default(), found.etag),
        Found::Unchanged => (Vec::new(), etag.map(str::to_owned)),
        Found::Nothing => (Vec::new(), None),
    })
}

async fn tell(
    reach: &Reach<'_>,
    name: &str,
    (digest, row): (&str, &ImageRow),
    one: &Descriptor,
    done: &mut Done,
) -> Result<(), Stop> {
    let origin = &Origin::new(&reach.config.base.host, name);
    let address = reach.url(name, &format!("manifests/{}", one.digest));
    match referrer::of(one) {
        Referrer::Bill => {
            let event = origin.billed(digest, &row.image, &one.digest, address);
            done.events.push(event);
        }
        Referrer::Signature => {
            let at = referrer::made(one).unwrap_or(row.image.at);
            let event = origin.signed(digest, &row.image, &one.digest, at);
            done.events.push(event);
        }
        Referrer::Report => match readable(report(reach, name, one).await)? {
            Some(mut report) => {
                report.at = report.at.or_else(|| referrer::made(one));
                let place = (one.digest.clone(), address);
                let event = origin.scanned(digest, &row.image, report, place);
                done.events.push(event);
            }
            None => done.findings.push(note(
                origin,
                format!("a scanner's report lies beside an image ({}) that cannot be had, is too large or of no known form: not counted", one.digest),
            )),
        },
        Referrer::Other(kind) => done.findings.push(note(
            origin,
            format!("things of type {kind:?} lie beside images: leadtime does not read them"),
        )),
    }
    Ok(())
}

fn note(origin: &Origin, text: String) -> Finding {
    Finding {
        subject: origin.image.clone(),
        severity: Severity::Note,
        text,
    }
}

/// A report that cannot be had is no reason not to tell of the image; what ends the reading does.
fn readable<T>(read: Result<Option<T>, Stop>) -> Result<Option<T>, Stop> {
    match read {
        Err(Stop::Failed(error))
            if matches!(
                error.kind,
                ErrorKind::Malformed | ErrorKind::NotFound | ErrorKind::Forbidden
            ) =>
        {
            Ok(None)
        }
        other => other,
    }
}

/// The report in the only layer of a referrer.
async fn report(reach: &Reach<'_>, name: &str, one: &Descriptor) -> Result<Option<Report>, Stop> {
    let Found::Manifest(found) = reach.manifest(name, &one.digest, None).await? else {
        return Ok(None);
    };
    let layers = found.manifest.layers.unwrap_or_default();
    let [layer] = layers.as_slice() else {
        return Ok(None);
    };
    let body = reach.blob(name, layer, LARGEST).await?;
    Ok(body.and_then(|body| beside::read(&body)))
}

/// The bill of materials that the builder keeps in an attestation of an index.
pub async fn attested(
    reach: &Reach<'_>,
    name: &str,
    attestation: &Descriptor,
) -> Result<Option<String>, Stop> {
    if !is_digest(&attestation.digest) {
        return Ok(None);
    }
    Ok(
        match reach.manifest(name, &attestation.digest, None).await? {
            Found::Manifest(found) => {
                let manifest: Manifest = found.manifest;
                bill::attested(&manifest)
            }
            Found::Unchanged | Found::Nothing => None,
        },
    )
}
