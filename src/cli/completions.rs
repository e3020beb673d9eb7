//! `leadtime completions` and `leadtime man`: both are made of the command line itself.

use std::io::Write;

use super::Ending;
use super::args::{CompletionsArgs, ManArgs, command};
use crate::error::Failure;

pub fn shell(args: &CompletionsArgs) -> Result<Ending, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "leadtime", &mut text);
    put(&text)
}

pub fn man(args: &ManArgs) -> Result<Ending, Failure> {
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder).map_err(|error| Failure::of_file(folder, &error))?;
        clap_mangen::generate_to(command(), folder)
            .map_err(|error| Failure::of_file(folder, &error))?;
        return Ok(Ending::Done);
    }
    let mut text = Vec::new();
    clap_mangen::Man::new(command())
        .render(&mut text)
        .map_err(|error| Failure::unable(error.to_string()))?;
    put(&text)
}

fn put(text: &[u8]) -> Result<Ending, Failure> {
    match std::io::stdout().lock().write_all(text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::unable(format!("standard output: {error}")))
        }
        _ => Ok(Ending::Done),
    }
}
