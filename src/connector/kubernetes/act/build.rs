//! What can be asked of kpack: to build again, by a note on the newest Build of the Image.

use super::case::Case;
use crate::connector::ConnectorError;
use crate::connector::kubernetes::translate::build::{IMAGE, NUMBER};
use crate::connector::kubernetes::wire::runs::Status;
use crate::connector::kubernetes::wire::{condition, pointer};
use crate::plan::request::Verb;

const NEEDED: &str = "image.kpack.io/additionalBuildNeeded";

pub fn draft(case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
    (case.order.verb == Verb::Retry).then(|| again(case))
}

fn again(case: &mut Case<'_>) -> Result<(), ConnectorError> {
    let Some(image) = case.object.label(IMAGE).map(str::to_owned) else {
        return Err(case.nothing("it is of no Image, so kpack builds it only once"));
    };
    let number = |build: &&crate::connector::kubernetes::wire::Object| {
        build
            .label(NUMBER)
            .and_then(|text| text.parse::<u64>().ok())
    };
    let newest = case.nth(0).iter().max_by_key(number).cloned();
    if let Some(newest) = newest {
        case.url = format!("{}/{}", case.siblings(), newest.meta.name);
        case.object = newest;
    }
    let status: Status = case.object.of("status").unwrap_or_default();
    let succeeded = condition(&status.conditions, "Succeeded");
    if succeeded.is_none_or(|one| one.status == "Unknown") {
        let text = format!("{} is under way", case.name());
        case.object(text, "its end");
    }
    let what = format!(
        "build the Image {}/{image} again, of what it is made of by now",
        case.object.meta.namespace
    );
    let at = case.order.at.to_string();
    let path = pointer(&["metadata", "annotations", NEEDED]);
    case.patch_noting(what, &[&path], Vec::new(), &[(NEEDED, &at)]);
    Ok(())
}
