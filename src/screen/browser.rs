//! Opening a link where people read links. Only addresses of the web are opened, by a program that is started without a shell and left alone, so that neither a
//! link from outside nor what the program prints can do anything to the terminal.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;

use url::Url;

/// Why a link was not opened, in words that tell what to do instead.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    #[error("only links that begin with http:// or https:// are opened")]
    NoLink,
    #[error("no browser can show itself here: copy the link instead")]
    NoDisplay,
    #[error("no program that opens links was found ({0}): copy the link instead")]
    NoProgram(String),
    #[error("{0} could not be started: {1}")]
    Failed(String, #[source] io::Error),
}

/// A program with what stands before the link.
type Program = &'static [&'static str];

/// Opens a link; comes back at once.
pub fn open(link: &str) -> Result<(), NotOpened> {
    let link = checked(link)?;
    let programs = programs(cfg!(target_os = "macos"), |name| {
        std::env::var_os(name).is_some()
    });
    if programs.is_empty() {
        return Err(NotOpened::NoDisplay);
    }
    for program in programs {
        match start(program, &link) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(NotOpened::Failed(program.join(" "), error)),
            Ok(()) => return Ok(()),
        }
    }
    let names: Vec<String> = programs.iter().map(|program| program.join(" ")).collect();
    Err(NotOpened::NoProgram(names.join(", ")))
}

/// The link as the web writes it: no space, nothing that could be taken for an option.
fn checked(link: &str) -> Result<String, NotOpened> {
    let link = Url::parse(link).map_err(|_| NotOpened::NoLink)?;
    let opened = matches!(link.scheme(), "http" | "https") && link.has_host();
    opened.then(|| link.into()).ok_or(NotOpened::NoLink)
}

/// What may open a link, the best first. Without a display the usual ones start a browser of text, in this very terminal.
fn programs(mac: bool, is_set: impl Fn(&str) -> bool) -> &'static [Program] {
    if mac {
        &[&["open"]]
    } else if is_set("WSL_DISTRO_NAME") {
        &[&["wslview"], &["xdg-open"]]
    } else if is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") {
        &[&["xdg-open"], &["gio", "open"]]
    } else {
        &[]
    }
}

fn start(program: Program, link: &str) -> io::Result<()> {
    let (name, before) = program.split_first().ok_or(io::ErrorKind::NotFound)?;
    let mut child = Command::new(name)
        .args(before)
        .arg(link)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-Z and the end of this program are none of its business.
        .process_group(0)
        .spawn()?;
    // Somebody has to take note of its end.
    thread::spawn(move || child.wait());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_opened() {
        for link in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "-https://example.com",
            "--help",
            "example.com",
            "https://",
            "vscode://x",
            "",
        ] {
            assert!(checked(link).is_err(), "{link}");
        }
        assert_eq!(
            checked("https://example.com/a b?c=$(id)&d=`id`").unwrap(),
            "https://example.com/a%20b?c=$(id)&d=`id`"
        );
        assert!(
            checked("HTTP://example.com")
                .unwrap()
                .starts_with("http://")
        );
    }

    #[test]
    fn without_a_display_no_browser_is_started() {
        assert!(programs(false, |_| false).is_empty());
        assert_eq!(programs(false, |name| name == "DISPLAY")[0], ["xdg-open"]);
        assert_eq!(programs(true, |_| false)[0], ["open"]);
        assert_eq!(
            programs(false, |name| name == "WSL_DISTRO_NAME")[0],
            ["wslview"]
        );
    }

    #[test]
    fn a_program_that_is_not_there_is_told_apart() {
        let error = start(&["leadtime-no-such-program"], "https://example.com").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
