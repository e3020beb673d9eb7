//! Texts, each kept once. A [`Name`] stands for a text within one [`Names`] table: four bytes, compared and hashed at no cost. Facts and entities hold
//! names only, which is what keeps millions of events small.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

/// A text in a [`Names`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name(NonZeroU32);

impl Name {
    /// Position in the table, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A table of texts: one long text and where each part ends.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The table that this one goes on from, with names of its own.
    base: Option<Arc<Names>>,
    text: String,
    ends: Vec<u32>,
    /// Made of all that is there when somebody looks for the first time: tables that are only read from need none.
    known: OnceLock<Known>,
    /// A bit for each name: it was appended, and is not looked up.
    alone: Vec<u64>,
}

/// Where the texts of a table are in its long text, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub struct Places<'n> {
    ends: Cow<'n, [u32]>,
    alone: Cow<'n, [u64]>,
}

/// Half of a hash, which is plenty for tables of this size.
type Hash = u32;

fn hash(text: &str) -> Hash {
    let mut hasher = FxBuildHasher.build_hasher();
    hasher.write(text.as_bytes());
    Hash::try_from(hasher.finish() & u64::from(Hash::MAX)).unwrap_or(0)
}

/// The names that are looked up. A look-up in a table that was not asked for a while waits for memory, not for the processor, so a place holds name and
/// hash side by side, and what it must not hold is next to it: one wait instead of the two of a table that keeps its marks apart.
#[derive(Clone, Debug, Default)]
struct Known {
    /// As many as a power of two, a third of them free at least.
    places: Vec<(Hash, Option<Name>)>,
    taken: usize,
}

impl Known {
    fn find(&self, hash: Hash, is: impl Fn(Name) -> bool) -> Option<Name> {
        let last = self.places.len().checked_sub(1)?;
        let mut at = hash as usize & last;
        loop {
            let (found, name) = *self.places.get(at)?;
            let name = name?;
            if found == hash && is(name) {
                return Some(name);
            }
            at = (at + 1) & last;
        }
    }

    /// Adds a name that is not there.
    fn add(&mut self, hash: Hash, name: Name) {
        self.reserve(1);
        self.taken += 1;
        self.set(hash, name);
    }

    /// Makes room for so many more.
    fn reserve(&mut self, more: usize) {
        let wanted = (self.taken + more) * 3 / 2 + 1;
        if wanted <= self.places.len() {
            return;
        }
        let places = vec![(0, None); wanted.next_power_of_two().max(8)];
        for (hash, name) in std::mem::replace(&mut self.places, places) {
            if let Some(name) = name {
                self.set(hash, name);
            }
        }
    }

    fn set(&mut self, hash: Hash, name: Name) {
        let last = self.places.len() - 1;
        let mut at = hash as usize & last;
        while self.places[at].1.is_some() {
            at = (at + 1) & last;
        }
        self.places[at] = (hash, Some(name));
    }
}

impl Names {
    /// A table that has every name of another and takes more, without a copy of it.
    #[must_use]
    pub fn on(base: &Arc<Self>) -> Self {
        Self {
            base: Some(Arc::clone(base)),
            ..Self::default()
        }
    }

    /// The name of a text, new or known.
    ///
    /// A table holds up to 4 GiB of text; past that, texts share the last name. No log that fits a machine comes near.
    pub fn intern(&mut self, text: &str) -> Name {
        let hash = hash(text);
        if let Some(name) = self.find(hash, text) {
            return name;
        }
        let Some(name) = self.push(text) else {
            return Name(NonZeroU32::MIN);
        };
        if let Some(known) = self.known.get_mut() {
            known.add(hash, name);
        }
        name
    }

    /// A name for a text that is met only once: it is not found by [`Names::get`], and another like it gets another name.
    pub fn append(&mut self, text: &str) -> Name {
        let Some(name) = self.push(text) else {
            return Name(NonZeroU32::MIN);
        };
        let index = name.index() - self.before();
        let (word, bit) = (index / 64, index % 64);
        if self.alone.len() <= word {
            self.alone.resize(word + 1, 0);
        }
        self.alone[word] |= 1 << bit;
        name
    }

    /// The name of a text, if it is known.
    #[must_use]
    pub fn get(&self, text: &str) -> Option<Name> {
        self.find(hash(text), text)
    }

    fn find(&self, hash: Hash, text: &str) -> Option<Name> {
        let base = self.base.as_ref();
        if let Some(name) = base.and_then(|base| base.find(hash, text)) {
            return Some(name);
        }
        // As bytes: whether a text ends between two characters need not be asked to compare it.
        let (whole, text) = (self.text.as_bytes(), text.as_bytes());
        let before = self.before();
        let is = |name: Name| whole.get(place(&self.ends, name.index() - before)) == Some(text);
        self.known().find(hash, is)
    }

    /// Gets ready to be looked into, which else the first look waits for.
    pub fn learn(&self) {
        self.known();
    }

    fn known(&self) -> &Known {
        self.known.get_or_init(|| {
            let before = self.before();
            let mut known = Known::default();
            let alone: u32 = self.alone.iter().map(|word| word.count_ones()).sum();
            known.reserve(self.ends.len().saturating_sub(alone as usize));
            for index in 0..self.ends.len() {
                let word = self.alone.get(index / 64).copied().unwrap_or(0);
                if word & (1 << (index % 64)) != 0 {
                    continue;
                }
                let number = u32::try_from(before + index + 1).ok();
                if let Some(number) = number.and_then(NonZeroU32::new) {
                    let hash = hash(part(&self.text, &self.ends, index));
                    known.add(hash, Name(number));
                }
            }
            known
        })
    }

    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        match (&self.base, name.index().checked_sub(self.before())) {
            (Some(base), None) => base.text(name),
            (_, index) => part(&self.text, &self.ends, index.unwrap_or(0)),
        }
    }

    /// How many names the table has that this one goes on from.
    fn before(&self) -> usize {
        self.base.as_ref().map_or(0, |base| base.len())
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.before() + self.ends.len()
    }

    /// About how many bytes the texts of this table alone take.
    #[must_use]
    pub fn size(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>() + self.alone.len() * size_of::<u64>()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What has to be kept of a table: its long text, and where which part of it is. `None` of one that goes on from another.
    #[must_use]
    pub fn to_parts(&self) -> Option<(&str, Places<'_>)> {
        let places = Places {
            ends: Cow::Borrowed(&self.ends),
            alone: Cow::Borrowed(&self.alone),
        };
        self.base.is_none().then_some((&self.text, places))
    }

    /// A table of what was kept of it; `None` where that is damaged. The look-up is made anew when it is needed.
    #[must_use]
    pub fn of_parts(text: String, places: Places<'_>) -> Option<Self> {
        let ends = &places.ends;
        let mut boundaries = ends.iter().map(|end| text.is_char_boundary(*end as usize));
        let is_sound = ends.is_sorted() && boundaries.all(|is_one| is_one);
        is_sound.then(|| Self {
            text,
            ends: places.ends.into_owned(),
            alone: places.alone.into_owned(),
            ..Self::default()
        })
    }

    /// Every name, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (Name, &str)> {
        (1..=self.len()).filter_map(|number| {
            let name = Name(NonZeroU32::new(u32::try_from(number).ok()?)?);
            Some((name, self.text(name)))
        })
    }

    fn push(&mut self, text: &str) -> Option<Name> {
        let end = u32::try_from(self.text.len() + text.len()).ok()?;
        let number = u32::try_from(self.len() + 1).ok()?;
        self.text.push_str(text);
        self.ends.push(end);
        NonZeroU32::new(number).map(Name)
    }
}

fn part<'a>(text: &'a str, ends: &[u32], index: usize) -> &'a str {
    text.get(place(ends, index)).unwrap_or("")
}

/// Where in the long text the text at a place of the table is.
fn place(ends: &[u32], index: usize) -> Range<usize> {
    let start = match index {
        0 => 0,
        _ => ends.get(index - 1).copied().unwrap_or(0) as usize,
    };
    start..ends.get(index).copied().unwrap_or(0) as usize
}

impl Serialize for Names {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = self.to_parts();
        let text = "a table that goes on from another is not kept";
        let parts = parts.ok_or_else(|| serde::ser::Error::custom(text))?;
        parts.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (text, places) = Deserialize::deserialize(deserializer)?;
        let names = Self::of_parts(text, places);
        names.ok_or_else(|| serde::de::Error::custom("a table of texts is damaged"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_name() {
        let mut names = Names::default();
        let first = names.intern("checkout");
        let other = names.intern("");
        assert_eq!(names.intern("checkout"), first);
        assert_ne!(first, other);
        assert_eq!(names.text(first), "checkout");
        assert_eq!(names.text(other), "");
        assert_eq!(names.get("cart"), None);
    }

    #[test]
    fn a_table_goes_on_from_another() {
        let mut first = Names::default();
        let checkout = first.intern("checkout");
        let once = first.append("1");
        let first = Arc::new(first);
        let mut more = Names::on(&first);
        assert_eq!(more.intern("checkout"), checkout);
        let basket = more.intern("basket");
        let again = more.append("1");
        let texts = [checkout, once, basket, again].map(|name| more.text(name));
        assert_eq!(texts, ["checkout", "1", "basket", "1"]);
        assert_eq!(more.get("basket"), Some(basket));
        assert_eq!((first.get("basket"), first.len()), (None, 2));
        let all: Vec<_> = more.iter().map(|(_, text)| text).collect();
        assert_eq!(all, ["checkout", "1", "basket", "1"]);
        assert!(postcard::to_stdvec(&more).is_err());
    }

    #[test]
    fn what_is_met_once_never_stands_for_another() {
        let mut names = Names::default();
        let once = names.append("1");
        let name = names.intern("1");
        assert_ne!(once, name);
        let bytes = postcard::to_stdvec(&names).unwrap();
        let again: Names = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(again.get("1"), Some(name));
        assert_eq!(again.text(once), "1");
    }

    #[test]
    fn a_table_outlives_a_file() {
        let mut names = Names::default();
        let all: Vec<Name> = ["", "é", "checkout", "日本"]
            .map(|text| names.intern(text))
            .into();
        let bytes = postcard::to_stdvec(&names).unwrap();
        let mut again: Names = postcard::from_bytes(&bytes).unwrap();
        for name in all {
            assert_eq!(again.text(name), names.text(name));
            assert_eq!(again.intern(names.text(name)), name);
        }
        let (text, places) = names.to_parts().unwrap();
        assert!(Names::of_parts(text.replace('é', "e"), places).is_none());
    }
}
