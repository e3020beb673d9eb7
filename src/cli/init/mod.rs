//! `leadtime init`: looks at this repository and its host, proposes a configuration, and writes it when told to.

mod files;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use super::Ending;
use super::args::{Global, InitArgs};
use super::session::{Session, is_interactive};
use crate::app::{Engine, file, registry};
use crate::config::propose::{Facts, Said, Tool, pattern};
use crate::config::{Config, FILE_NAME};
use crate::connector::descriptor::Signs;
use crate::connector::git;
use crate::error::Failure;
use crate::model::Workload;
use crate::report::text::clean;
use files::Found;

/// Folders that hold several things that are delivered each by itself.
const FOLDERS_OF_MANY: [&str; 5] = ["services", "apps", "packages", "crates", "workloads"];
/// What the root of something that is delivered holds.
const SIGNS: [&str; 9] = [
    "Dockerfile",
    "package.json",
    "Cargo.toml",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "pyproject.toml",
    "Chart.yaml",
    "main.tf",
];
/// More folders than this are not proposed one by one.
const MOST_FOLDERS: usize = 40;

pub fn run(global: &Global, args: &InitArgs) -> Result<Ending, Failure> {
    if global.read_only && !args.print {
        let text = "init writes leadtime.toml, and leadtime was started with --read-only";
        return Err(Failure::usage(text).hinted("leave --read-only out, or look with --print"));
    }
    let folder = std::env::current_dir()
        .map_err(|error| Failure::unable(format!("the current folder: {error}")))?;
    let root = git::discover(&folder).ok_or_else(|| {
        Failure::unable("this is no git repository")
            .hinted("go into one; what is no repository is written by hand: docs/configuration.md")
    })?;
    let file = root.join(FILE_NAME);
    let there = file.exists();
    if there && !args.force && !args.print {
        return Err(
            Failure::unable(format!("{} is there already", file.display()))
                .hinted("see what would be written with --print, write over it with --force"),
        );
    }
    let facts = look(global, &root)?;
    let text = facts.propose();
    Config::parse(&text, &file, &registry::KINDS)?;
    if args.print {
        return put(&text);
    }
    if !args.yes && !args.force {
        if !is_interactive() {
            return Err(Failure::usage("nobody is there to be asked")
                .hinted("write with --yes, or look with --print"));
        }
        put(&text)?;
        if !agreed(&file)? {
            return Ok(Ending::Done);
        }
    }
    file::write(&file, |out| Ok(out.write_all(text.as_bytes())))?;
    let mut err = std::io::stderr();
    // Nothing can be done where standard error is gone.
    let _gone = writeln!(
        err,
        "written to {}\nNext: leadtime sync, then leadtime map",
        clean(&file.to_string_lossy())
    );
    Ok(Ending::Done)
}

fn agreed(file: &Path) -> Result<bool, Failure> {
    let mut err = std::io::stderr();
    let _gone = write!(
        err,
        "\nWrite this to {}? [y/N] ",
        clean(&file.to_string_lossy())
    );
    let _gone = err.flush();
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::unable(format!("standard input: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn put(text: &str) -> Result<Ending, Failure> {
    let mut out = std::io::stdout().lock();
    let text = shown(text, out.is_terminal());
    match out.write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::unable(format!("standard output: {error}")))
        }
        _ => Ok(Ending::Done),
    }
}

/// Names of a repository may hold what a terminal would obey; a file gets them as they are.
fn shown(text: &str, on_terminal: bool) -> Cow<'_, str> {
    if !on_terminal {
        return Cow::Borrowed(text);
    }
    let lines = text.lines().map(|line| format!("{}\n", clean(line)));
    Cow::Owned(lines.collect())
}

/// What can be seen of the repository, without the network.
fn look(global: &Global, root: &Path) -> Result<Facts, Failure> {
    let identity = git::identify(root)?;
    let mut engine: Option<Engine> = None;
    let alone = Global {
        config: None,
        db: None,
        ..global.clone()
    };
    // What the history shows (tags, environments) needs a reading; where a configuration is there already, its log tells it.
    if let Ok(session) = Session::new(&alone) {
        engine = session.engine().ok();
    }
    let mut environments = Vec::new();
    let mut tags = BTreeSet::new();
    if let Some(engine) = &mut engine {
        let own = engine
            .definitions()
            .iter()
            .find(|one| one.repositories.contains(&identity.repository))
            .cloned();
        if let Some(definition) = own {
            let workload = engine.workload(&definition, crate::clock::now())?;
            environments = seen(&workload);
            tags.extend(patterns(&workload));
        }
    }
    let name = identity.repository.rsplit('/').next();
    let name = name.unwrap_or(&identity.repository).to_owned();
    let found = files::look(root, &name);
    let tools = tools(root, &identity, &found);
    let unlabelled = tools.iter().any(|tool| tool.kind == "oci") && !found.labelled;
    if environments.is_empty() {
        environments = found.environments;
    }
    let component = files::component(root);
    let owner = component
        .as_ref()
        .and_then(|(_, owner, place)| Some((owner.clone()?, place.clone())));
    let said = |(text, place)| Said { text, place };
    Ok(Facts {
        name,
        repository: identity.repository.clone(),
        remote: identity.url.clone().unwrap_or_default(),
        tools,
        environments,
        team: owner.or_else(|| files::owners(root)).map(said),
        component: component.map(|(name, _, place)| said((name, place))),
        images: found.images,
        unlabelled,
        has_tags: !tags.is_empty(),
        tag_pattern: tags.first().cloned().unwrap_or_else(|| "v*".to_owned()),
        folders: folders(root),
    })
}

/// The tools that the repository shows to use: the one that hosts it, and those whose files are there.
fn tools(root: &Path, identity: &git::Identity, found: &Found) -> Vec<Tool> {
    let host = identity.host.clone().unwrap_or_default().to_lowercase();
    let known = registry::CONNECTORS.iter();
    let tools = known.filter_map(|(descriptor, _)| {
        let signs = descriptor.signs?;
        let hosts = signs.host.is_some_and(|part| host.contains(part));
        let mut files = signs.files.iter();
        let file = files.find(|file| root.join(file).exists()).copied();
        let mut objects = signs.objects.iter();
        let file = file.or_else(|| objects.find_map(|object| found.shows(object)));
        if !hosts && file.is_none() {
            return None;
        }
        let other = signs
            .elsewhere
            .filter(|(own, _)| hosts && !is_at(&host, own));
        let web = web(identity).filter(|_| hosts);
        let web = web.unwrap_or_else(|| format!("https://{}.example.com", descriptor.kind));
        Some(Tool {
            kind: descriptor.kind.to_owned(),
            name: descriptor.tool.to_owned(),
            sign: file.filter(|_| !hosts).map(str::to_owned),
            source: filled(&signs, other.is_some(), &web, &identity.repository),
            builds: signs.builds && file.is_some(),
            ready: signs.ready,
        })
    });
    tools.collect()
}

/// Whether a host is the public one, by its name or by one that a person gave it for SSH (`github.com-work`, to show another key).
fn is_at(host: &str, public: &str) -> bool {
    let rest = host.strip_prefix(public);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The keys of the source of a tool, a line each; with its own address where it is not the public one.
fn filled(signs: &Signs, elsewhere: bool, web: &str, repository: &str) -> Vec<String> {
    let address = signs.elsewhere.filter(|_| elsewhere);
    let lines = address.into_iter().map(|(_, line)| line);
    let repository = pattern(repository);
    let fill = |line: &str| {
        line.replace("{web}", web)
            .replace("{repository}", &repository)
    };
    lines
        .chain(signs.source.iter().copied())
        .map(fill)
        .collect()
}

/// Where the host of a repository is on the web. The address of a remote tells scheme and port where it is one of the web itself; the port of SSH tells nothing.
fn web(identity: &git::Identity) -> Option<String> {
    let host = identity.host.as_ref()?;
    let told = identity.url.as_deref()?.split_once("://");
    let authority = told.and_then(|(scheme, rest)| {
        let of_the_web = ["http", "https"].contains(&scheme);
        let authority = rest.split('/').next().filter(|_| of_the_web)?;
        Some(format!("{scheme}://{authority}"))
    });
    Some(authority.unwrap_or_else(|| format!("https://{host}")))
}

/// The environments that something was deployed to, tags that stand for deployments apart.
fn seen(workload: &Workload) -> Vec<String> {
    if workload.released_by_tags {
        return Vec::new();
    }
    let steps = workload.path.steps.iter();
    steps.filter_map(|step| step.environment.clone()).collect()
}

/// Patterns of the tags that stand for releases.
fn patterns(workload: &Workload) -> Vec<String> {
    if !workload.released_by_tags {
        return Vec::new();
    }
    let series = workload.records.iter().filter_map(|record| {
        let version = workload.text(record.version?);
        let digits = version.find(|c: char| c.is_ascii_digit())?;
        Some(format!("{}[0-9]*", &version[..digits]))
    });
    let all: BTreeSet<String> = series.collect();
    if all.len() == 1 {
        all.into_iter().collect()
    } else {
        vec!["*[0-9].[0-9]*".to_owned()]
    }
}

/// Folders that look delivered each by itself: at least two of them, side by side.
fn folders(root: &Path) -> Vec<String> {
    for parent in FOLDERS_OF_MANY {
        let Ok(entries) = std::fs::read_dir(root.join(parent)) else {
            continue;
        };
        let mut found: Vec<String> = entries
            .flatten()
            .filter(|entry| SIGNS.iter().any(|sign| entry.path().join(sign).exists()))
            .map(|entry| format!("{parent}/{}", entry.file_name().to_string_lossy()))
            .collect();
        found.sort();
        if (2..=MOST_FOLDERS).contains(&found.len()) {
            return found;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str, host: &str) -> git::Identity {
        git::Identity {
            repository: "acme/shop".to_owned(),
            host: Some(host.to_owned()),
            url: Some(url.to_owned()),
            shallow: false,
            head: None,
        }
    }

    #[test]
    fn what_is_proposed_of_every_tool_can_be_read() {
        for (descriptor, _) in registry::CONNECTORS {
            let Some(signs) = descriptor.signs else {
                continue;
            };
            for repository in ["acme/shop", "acme/sh\"[o]p"] {
                let lines = filled(&signs, true, "https://git.example.com", repository);
                assert!(!lines.concat().contains("{web}"), "{lines:?}");
                let keys = lines.join("\n");
                let kind = descriptor.kind;
                let text = format!("[[sources]]\nname = \"it\"\nkind = \"{kind}\"\n{keys}\n");
                let read = Config::parse(&text, Path::new(FILE_NAME), &registry::KINDS);
                let said = read.map_or_else(|error| error.to_string(), |_| String::new());
                assert!(!said.contains("not TOML"), "{text}{said}");
            }
        }
    }

    #[test]
    fn a_name_for_ssh_is_of_the_public_host() {
        let public = |host| is_at(host, "github.com");
        assert!(public("github.com") && public("github.com-work"));
        assert!(!public("github.example.com") && !public("github.com.example.org"));
    }

    #[test]
    fn a_terminal_is_shown_no_orders() {
        let text = "name = \"a\u{9b}31m\"\nkind = \"git\"\n";
        assert_eq!(shown(text, false), text);
        let told = shown(text, true);
        assert!(
            !told.contains('\u{9b}') && told.ends_with("\nkind = \"git\"\n"),
            "{told:?}"
        );
    }

    #[test]
    fn the_web_address_of_a_host_keeps_the_port_of_the_web_alone() {
        for (url, host, wanted) in [
            (
                "https://git.lan:8443/acme/shop",
                "git.lan",
                "https://git.lan:8443",
            ),
            (
                "http://git.lan:3000/acme/shop.git",
                "git.lan",
                "http://git.lan:3000",
            ),
            (
                "ssh://git@git.lan:2222/acme/shop",
                "git.lan",
                "https://git.lan",
            ),
            (
                "https://gitlab.com/acme/shop",
                "gitlab.com",
                "https://gitlab.com",
            ),
        ] {
            assert_eq!(web(&at(url, host)).as_deref(), Some(wanted));
        }
        assert_eq!(
            web(&git::Identity {
                host: None,
                ..at("/srv/shop", "")
            }),
            None
        );
    }
}
