//! `catalog-info.yaml` files: one, or all below a folder. A file may hold several entities.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Found;
use super::config::FILES;
use super::wire::Entity;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

/// Folders in which nobody describes components.
const PASSED_OVER: [&str; 3] = [".git", "node_modules", "target"];
/// How deep folders are looked through.
const DEEPEST: usize = 12;

pub fn components(path: &Path) -> Result<Found, ConnectorError> {
    let mut files = Vec::new();
    let failed = |error: std::io::Error| {
        let context = path.display().to_string();
        ConnectorError::new(ErrorKind::NotFound, context, error.to_string())
            .hinted("`path` is a catalog-info.yaml, or a folder with such files below it")
    };
    if fs::metadata(path).map_err(failed)?.is_dir() {
        gather(path, 0, &mut files).map_err(failed)?;
        files.sort();
    } else {
        files.push(path.to_owned());
    }
    let mut all = Found {
        entities: Vec::new(),
        complaints: Vec::new(),
    };
    for file in files {
        let name = || file.display().to_string();
        match fs::read_to_string(&file) {
            Ok(text) => {
                let (entities, complaints) = read(&text);
                all.entities.extend(entities);
                let complaints = complaints.into_iter();
                all.complaints.extend(complaints.map(|why| (name(), why)));
            }
            Err(error) => all.complaints.push((name(), error.to_string())),
        }
    }
    Ok(all)
}

fn gather(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), std::io::Error> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        // A link may lead in a circle.
        let kind = entry.file_type()?;
        if kind.is_dir() && depth < DEEPEST && !PASSED_OVER.contains(&name.as_ref()) {
            // One folder that may not be read hides no other.
            let _ = gather(&path, depth + 1, files);
        } else if !kind.is_dir() && FILES.contains(&name.as_ref()) {
            files.push(path);
        }
    }
    Ok(())
}

/// The entities of a file, and what of it could not be read.
#[must_use]
pub fn read(text: &str) -> (Vec<Entity>, Vec<String>) {
    let (mut entities, mut complaints) = (Vec::new(), Vec::new());
    for document in yaml_serde::Deserializer::from_str(text) {
        match Option::<Entity>::deserialize(document) {
            Ok(entity) => entities.extend(entity),
            Err(error) => {
                complaints.push(error.to_string());
                break;
            }
        }
    }
    (entities, complaints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_hold_several_entities_and_be_broken_at_its_end() {
        let (entities, complaints) = read(
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  annotations:\n    a: b\n    none:\nspec:\n  owner: payments\n  next: [1]\n---\n---\nkind: System\nmetadata: {name: s}\n",
        );
        assert_eq!((entities.len(), complaints.len()), (2, 0), "{complaints:?}");
        assert!(entities[0].is_component() && !entities[1].is_component());
        assert_eq!(entities[0].annotation("a"), Some("b"));
        assert_eq!(entities[0].annotation("none"), None);
        let (entities, complaints) = read("kind: Component\nmetadata: {name: x}\n---\nkind: [\n");
        assert_eq!((entities.len(), complaints.len()), (1, 1));
        assert_eq!(read("").0.len(), 0);
    }
}
