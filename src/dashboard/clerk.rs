//! The clerk: a thread for the small files around the dashboard. It writes what is exported and the favourites, finds themes, and puts the one in use on anew
//! when its file was changed. A slow disk keeps nobody from typing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use super::message::{Errand, News};
use super::themes::Themes;
use crate::app::file;
use crate::error::Failure;
use crate::report::text;
use crate::theme::{Role, Theme};

/// So often the theme in use is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Where news goes; `false` where nobody listens any more.
pub type Tell = Box<dyn Fn(News) -> bool + Send>;

/// What it knows.
pub struct Clerk {
    pub themes: Themes,
    /// The theme in use.
    pub theme: String,
    /// Where favourites are kept.
    pub favourites: Option<PathBuf>,
    pub tell: Tell,
}

impl Clerk {
    /// Runs its errands until nobody has any more.
    pub fn work(mut self, errands: &Receiver<Errand>) {
        let mut worn = self.themes.changed(&self.theme);
        let mut saved = BTreeSet::new();
        loop {
            match errands.recv_timeout(LOOK) {
                Ok(Errand::Save { file, text }) => self.save(file, &text, &mut saved),
                Ok(Errand::Favourites(names)) => self.keep_favourites(&names),
                Ok(Errand::NextTheme) => {
                    self.next_theme();
                    worn = self.themes.changed(&self.theme);
                }
                Err(RecvTimeoutError::Timeout) => self.reload_theme(&mut worn),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn say(&self, role: Role, words: String) {
        (self.tell)(News::Said(role, words));
    }

    /// Writes a file; over one that was there only where it was written from here.
    fn save(&self, file: String, content: &str, saved: &mut BTreeSet<String>) {
        let place = Path::new(&file);
        if place.is_file() && !saved.contains(&file) {
            let words = format!("{file} is there already and was left as it is: name another");
            return self.say(Role::Warning, words);
        }
        match written(place, content) {
            Ok(()) => {
                self.say(Role::Good, format!("wrote {file}"));
                saved.insert(file);
            }
            Err(failure) => self.say(Role::Bad, failure.text),
        }
    }

    fn keep_favourites(&self, names: &[String]) {
        let Some(file) = &self.favourites else { return };
        let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        let kept = folder
            .map_err(|error| Failure::of_file(file, &error))
            .and_then(|()| written(file, &names.join("\n")));
        if let Err(failure) = kept {
            let words = format!("the favourites are not kept: {}", failure.text);
            self.say(Role::Warning, words);
        }
    }

    fn next_theme(&mut self) {
        let names = Theme::names(self.themes.folder.as_deref());
        let at = names.iter().position(|name| *name == self.theme);
        self.theme
            .clone_from(&names[at.map_or(0, |at| (at + 1) % names.len())]);
        self.wear();
    }

    fn wear(&self) {
        let (theme, warnings) = self.themes.find(&self.theme);
        (self.tell)(News::Theme(Box::new(theme)));
        match Theme::told(&warnings) {
            Some(warning) => self.say(Role::Warning, text::clean(&warning).into_owned()),
            None => self.say(Role::Dim, format!("theme: {}", self.theme)),
        }
    }

    /// The theme in use anew, where its file was changed.
    fn reload_theme(&self, worn: &mut Option<SystemTime>) {
        let changed = self.themes.changed(&self.theme);
        if changed != *worn {
            *worn = changed;
            self.wear();
        }
    }
}

/// Writes a file as a whole, or leaves what was there.
fn written(file: &Path, content: &str) -> Result<(), Failure> {
    file::write(file, |out| Ok(out.write_all(content.as_bytes())))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::theme::Depth;

    #[test]
    fn every_errand_is_run_before_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (send, errands) = channel();
        let (tell, hear) = channel();
        let favourites = folder.path().join("not/there/favourites");
        let clerk = Clerk {
            themes: Themes {
                folder: None,
                depth: Depth::True,
            },
            theme: "dark".to_owned(),
            favourites: Some(favourites.clone()),
            tell: Box::new(move |news| tell.send(news).is_ok()),
        };
        let file = folder.path().join("fleet.csv");
        let save = |file: &Path| Errand::Save {
            file: file.display().to_string(),
            text: "a,b".to_owned(),
        };
        let theirs = folder.path().join("README.md");
        std::fs::write(&theirs, "read me").unwrap();
        for file in [&file, &file, &theirs] {
            send.send(save(file)).unwrap();
        }
        send.send(save(&folder.path().join("no/such/folder")))
            .unwrap();
        let names = vec!["ledger".to_owned(), "shop".to_owned()];
        send.send(Errand::Favourites(names)).unwrap();
        send.send(Errand::NextTheme).unwrap();
        drop(send);
        clerk.work(&errands);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "a,b");
        assert_eq!(std::fs::read_to_string(&theirs).unwrap(), "read me");
        assert_eq!(
            std::fs::read_to_string(&favourites).unwrap(),
            "ledger\nshop"
        );
        let said: Vec<(Role, bool)> = hear
            .iter()
            .map(|news| match news {
                News::Said(role, words) => (role, words.contains("wrote")),
                News::Theme(theme) => (Role::Title, theme.name == "dark"),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            said,
            [
                (Role::Good, true),
                (Role::Good, true),
                (Role::Warning, false),
                (Role::Bad, false),
                (Role::Title, false),
                (Role::Dim, false)
            ]
        );
    }
}
