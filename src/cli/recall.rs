//! What the dashboard shows before it has read anything: the fleet as it was when it was last seen, found by what the dashboard is started with and not by
//! what stands in it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::args::Global;
use super::files::locate_configuration;
use super::session::Session;
use crate::app::assemble;
use crate::dashboard::App;
use crate::dashboard::kept::Kept;
use crate::error::Failure;
use crate::report::{Style, Surroundings};
use crate::theme::Theme;
use crate::view::scene::{Lens, Scene};

/// What was kept of the configuration that holds here; `None` where none does.
pub fn of_configuration(global: &Global) -> Result<Option<Kept>, Failure> {
    let Some(file) = locate_configuration(global)? else {
        return Ok(None);
    };
    // What cannot be read is told by whoever reads it for what stands in it.
    let text = std::fs::read(&file).unwrap_or_default();
    Ok(kept(&file, global, &text))
}

/// What was kept of a repository, or of a log that was named.
pub fn of_session(session: &Session, global: &Global) -> Option<Kept> {
    kept(&session.log, global, &[])
}

/// What can be seen from what was kept, before anything else is known.
pub fn scene(global: &Global, kept: &Kept) -> Option<Scene> {
    let known = kept.known.as_ref()?;
    let lens = Lens {
        length: known.length,
        as_of: None,
        now: crate::clock::now(),
        zone: known.zone,
    };
    let around = Surroundings::here(global.color, global.width.map(usize::from));
    let style = Style::detect(&around, Theme::default(), lens.now).in_zone(lens.zone);
    Some(Scene::new(lens, style, known.me.clone()))
}

/// Shows what was kept.
pub fn show(app: &mut App, kept: &Kept) {
    if let Some(known) = &kept.known {
        app.scene.enter(known.overviews.clone());
        app.scene.title.clone_from(&known.title);
        if app.widens.is_some() {
            app.scene.lens.length = known.length;
        }
    }
}

fn kept(of: &Path, global: &Global, text: &[u8]) -> Option<Kept> {
    let whole = |file: &Path| -> PathBuf {
        file.canonicalize()
            .or_else(|_| std::path::absolute(file))
            .unwrap_or_else(|_| file.to_path_buf())
    };
    let log = global.db.as_ref().map(|url| {
        let file = url.strip_prefix("sqlite:").unwrap_or(url);
        whole(Path::new(file))
    });
    let name = hash(&(whole(of), log));
    let file = assemble::cache_folder()?.join(format!("{name:016x}.fleet"));
    Some(Kept::read(file, hash(&(env!("CARGO_PKG_VERSION"), text))))
}

fn hash(thing: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}
