//! What names stand for. Names are numbered one after the other, and so are the things that they stand for, more or less in the same order: a list by
//! number waits for memory where a table of hashes would at nearly every question.

use super::name::Name;

/// The place of what has none.
const NONE: u32 = u32::MAX;

/// A place for each name that has one.
#[derive(Clone, Debug, Default)]
pub struct ByName(Vec<u32>);

impl ByName {
    /// Room for the names of a table.
    #[must_use]
    pub fn with_room(names: usize) -> Self {
        Self(vec![NONE; names])
    }

    #[must_use]
    pub fn get(&self, name: Name) -> Option<u32> {
        let place = self.0.get(name.index()).copied();
        place.filter(|place| *place != NONE)
    }

    /// The place of a name, which is `next` where it has none yet. The last place that there is stands for none.
    pub fn get_or_insert(&mut self, name: Name, next: u32) -> u32 {
        let index = name.index();
        if self.0.len() <= index {
            self.0.resize(index + 1, NONE);
        }
        if self.0[index] == NONE {
            self.0[index] = next;
        }
        self.0[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::Names;

    #[test]
    fn a_name_keeps_its_place() {
        let mut names = Names::default();
        let [one, two, three] = ["one", "two", "three"].map(|text| names.intern(text));
        let mut places = ByName::with_room(1);
        assert_eq!(places.get_or_insert(two, 0), 0);
        assert_eq!(places.get_or_insert(one, 1), 1);
        assert_eq!(places.get_or_insert(two, 2), 0);
        let all = [one, two, three].map(|name| places.get(name));
        assert_eq!(all, [Some(1), Some(0), None]);
    }
}
