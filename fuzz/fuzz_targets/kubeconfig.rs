//! A kubeconfig, as it lies on somebody's disk: the cluster is found in it or it is said what lacks, and nothing of what it holds is told.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use laws::{CANARY, CUT, told};
use leadtime::connector::descriptor::Settings;
use leadtime::connector::kubernetes::config::{Namespaces, place};
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;

static FILE: OnceLock<PathBuf> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    let file = FILE
        .get_or_init(|| std::env::temp_dir().join(format!("kubeconfig-{}", std::process::id())));
    // The file is found, never dialled: what a login would run is not run.
    let (text, context) = match data.iter().position(|byte| *byte == CUT) {
        Some(cut) => (&data[..cut], str::from_utf8(&data[cut + 1..]).ok()),
        None => (data, None),
    };
    fs::write(file, text).unwrap();
    for token in [None, Some(SecretString::from(CANARY))] {
        let settings = Settings {
            name: "cluster".to_owned(),
            kubeconfig: Some(file.clone()),
            context: context.map(str::to_owned),
            token,
            ..Settings::default()
        };
        match place(&settings) {
            Ok(place) => assert_eq!(place.source("x"), None),
            Err(error) => told(&format!("{error} {error:?}")),
        }
    }
    if let Some(pattern) = context {
        let _ = Namespaces::read("cluster", &[pattern.to_owned()]).map(|found| found.want("shop"));
    }
});
