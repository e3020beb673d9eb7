//! What is proposed reads back, whatever was seen.

use super::*;
use crate::config::value::Text;
use crate::config::{Choice, Config, Kind};
use proptest::prelude::*;
use std::path::Path;

const KINDS: [Kind; 2] = [
    kind("git", &["path", "repository"]),
    kind("github", &["url", "token", "repositories"]),
];

const fn kind(name: &'static str, takes: &'static [&'static str]) -> Kind {
    Kind {
        name,
        takes,
        needs: &[],
        ways: &[],
    }
}

fn read(facts: &Facts) -> Config {
    let text = facts.propose();
    Config::parse(&text, Path::new("leadtime.toml"), &KINDS)
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn hosted() -> Tool {
    Tool {
        kind: "github".into(),
        name: "GitHub".into(),
        sign: None,
        source: vec![
            "token = { env = \"GITHUB_TOKEN\" }".into(),
            "repositories = [\"acme/shop\"]".into(),
        ],
        builds: false,
        ready: false,
    }
}

fn shop() -> Facts {
    Facts {
        name: "shop".into(),
        repository: "acme/shop".into(),
        remote: "https://jane:c4n4ry@github.com/acme/shop.git".into(),
        tools: vec![
            hosted(),
            Tool {
                kind: "jenkins".into(),
                name: "Jenkins".into(),
                sign: Some("Jenkinsfile".into()),
                source: vec!["url = \"https://jenkins.example.com\"".into()],
                builds: true,
                ready: false,
            },
        ],
        environments: vec!["prod".into(), "staging".into()],
        has_tags: true,
        tag_pattern: "v*".into(),
        ..Facts::default()
    }
}

#[test]
fn environments_become_a_path_that_ends_in_production() {
    let config = read(&shop());
    assert_eq!(config.warnings, []);
    assert_eq!(config.metrics.production, "prod");
    let steps: Vec<&str> = config.paths[0]
        .steps
        .iter()
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(steps, ["code", "review", "build", "staging", "prod"]);
    assert_eq!(
        config.sources.len(),
        2,
        "what has to be filled in is not read yet"
    );
    assert!(shop().propose().contains("\n# kind = \"jenkins\"\n"));
    assert!(!shop().propose().contains("c4n4ry"));
}

#[test]
fn without_environments_tags_stand_for_deployments() {
    let facts = Facts {
        environments: Vec::new(),
        ..shop()
    };
    let config = read(&facts);
    assert!(config.paths.is_empty());
    // A pattern takes early versions too, which do not count without one.
    assert!(config.workloads[0].deployments.is_none());
    assert!(facts.propose().contains("\n# deployments = \"tags:v*\"\n"));
}

#[test]
fn each_folder_of_a_monorepo_is_a_workload() {
    let folders = ["services/cart", "jobs/cart", "services/search/"]
        .map(str::to_owned)
        .to_vec();
    let config = read(&Facts { folders, ..shop() });
    let names: Vec<&str> = config
        .workloads
        .iter()
        .map(|workload| workload.name.as_str())
        .collect();
    assert_eq!(names, ["services/cart", "jobs/cart", "search"]);
    assert!(Choice::takes(
        &config.workloads[2].paths,
        "services/search/src/main.rs"
    ));
}

#[test]
fn a_name_is_never_taken_for_a_pattern() {
    for name in ["!", "!a", "a*", "[a]", "{a,b}", "a\\b", "é?"] {
        let line = Choice::read(&literal(name)).unwrap();
        assert!(!line.leaves_out && line.pattern.matches(name), "{name}");
        assert!(!line.pattern.matches("a"), "{name}");
    }
}

#[test]
fn where_nothing_was_seen_the_proposal_reads_back() {
    let facts = Facts {
        tag_pattern: "v*".into(),
        ..Facts::default()
    };
    let text = facts.propose();
    let config = Config::parse(&text, Path::new("leadtime.toml"), &KINDS);
    assert!(config.is_ok(), "{}\n{text}", config.unwrap_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_was_seen_the_proposal_reads_back(
        name in ".{0,12}", repository in ".{0,12}", sign in ".{0,12}",
        environments in prop::collection::vec(".{0,8}|code|production", 0..4),
        folders in prop::collection::vec(".{0,8}|a/b|c/b", 0..4), said in ".{0,12}", remote in ".{0,20}", has_tags: bool,
    ) {
        let tools = vec![hosted(), Tool { sign: Some(sign), ..hosted() }];
        let team = Some(Said { text: said.clone(), place: said.clone() });
        let images = vec![said];
        let facts = Facts { name, repository: repository.clone(), remote, tools, environments, has_tags, tag_pattern: "v*".into(), folders, component: team.clone(), team, images, unlabelled: true };
        let text = facts.propose();
        let config = Config::parse(&text, Path::new("leadtime.toml"), &KINDS);
        prop_assert!(config.is_ok(), "{}\n{text}", config.unwrap_err());
        if !repository.trim().is_empty() {
            prop_assert!(Choice::takes(&config.unwrap().workloads[0].repositories, &repository), "{text}");
        }
    }
}
