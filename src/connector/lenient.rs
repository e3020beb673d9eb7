//! Answers of tools that write `null`, or nothing, for what is empty: structs whose every field may be missing or `null`.

use serde::{Deserialize, Deserializer};

/// A value that may be `null`, as Go writes what is empty.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Defines answers whose every field may be missing or `null`; their names are those of JSON, in camel case.
macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        pub struct $name {
            $($(#[$attribute])* #[serde(deserialize_with = "crate::connector::lenient::nullable")] pub $field: $type,)*
        }
    )*};
}
pub(super) use answers;
