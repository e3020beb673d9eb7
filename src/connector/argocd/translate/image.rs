//! What runs, by the images that Argo CD sees.

use crate::connector::argocd::wire::Application;
use crate::connector::image::{self, Image};

/// The application's own image.
#[must_use]
pub fn own(application: &Application) -> Option<Image> {
    let images = application.status.summary.images.iter().map(String::as_str);
    image::own(images, &application.metadata.name).map(|reference| reference.image())
}
