//! Looks whether the catalogue can be read, and what of it is of use.

use super::Found;
use super::translate::component;
use crate::connector::Health;
use crate::connector::pattern::Names;

#[must_use]
pub fn check(source: &str, components: &Names, found: &Found) -> Health {
    let mut health = Health::default();
    let all = found.entities.iter().filter(|one| one.is_component());
    let all: Vec<_> = all.map(component).collect();
    let names: Vec<String> = all.iter().filter_map(|one| one.service.clone()).collect();
    let wanted = names.iter().filter(|name| components.want(name)).count();
    health.facts.push(format!(
        "{source}: {wanted} of {} components are read",
        names.len()
    ));
    let bare = all.iter().filter(|one| one.repository.is_none()).count();
    if bare > 0 {
        health.facts.push(format!(
            "{bare} of them name no repository; they are known by their names alone"
        ));
    }
    for idle in components.idle(&names) {
        let text = format!("no component fits {idle:?} of `projects`");
        health.warn(source, text);
    }
    for (subject, why) in &found.complaints {
        health.warn(subject, format!("it cannot be read: {why}"));
    }
    health
}
