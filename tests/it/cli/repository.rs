//! In a git repository, without any configuration: every command answers, and answers the same again.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use leadtime::app::registry;

use super::place::{Place, Ran};
use crate::git::repo::{HOUR, Repo, START, entry, hosted};

fn tagged() -> Repo {
    let repo = Repo::with(&hosted());
    repo.git(&["tag", "v1.0.0", &repo.mark(2)]);
    repo.git(&["tag", "v1.1.0", &repo.mark(5)]);
    repo
}

fn run(place: &Place, repo: &Repo, line: &str) -> Ran {
    let arguments: Vec<&str> = line.split_whitespace().collect();
    place.run_in(&repo.path, &arguments)
}

#[test]
fn every_command_answers_and_answers_the_same_again() {
    let (place, repo) = (Place::new(), tagged());
    let as_of = "--as-of 2023-12-01T00:00:00Z";
    let live = repo.mark(2);
    let waiting = repo.mark(6);
    let cases = [
        (String::new(), 0, "shop"),
        ("map".to_owned(), 0, "v1"),
        ("map --changes".to_owned(), 0, "shop"),
        ("dora".to_owned(), 0, "change lead time"),
        ("env".to_owned(), 0, "v1.1.0"),
        ("gates".to_owned(), 0, "No gate is open"),
        (format!("where {live}"), 0, "✓"),
        (format!("where {waiting:.7}"), 1, "waiting for release"),
        ("where 8".to_owned(), 0, "Take work"),
        ("where v1.1.0".to_owned(), 0, "v1.1.0"),
        (format!("where {}", "0".repeat(40)), 3, "Nothing is known"),
        ("doctor".to_owned(), 0, "git"),
        ("sync".to_owned(), 0, ""),
    ];
    for (line, code, wanted) in cases {
        let first = run(&place, &repo, &format!("{as_of} {line}")).ends(code);
        let again = run(&place, &repo, &format!("{as_of} {line}")).ends(code);
        if !line.starts_with("map") {
            first.shows(&[wanted]);
        }
        if line != "doctor" {
            assert_eq!(first.out, again.out, "{line}");
        }
        assert!(!first.err.contains("leadtime:"), "{line}: {}", first.err);
    }
    let log = place.home().join(".local/share/leadtime");
    let logs = fs::read_dir(log).unwrap().flatten();
    let paths: Vec<PathBuf> = logs.map(|log| log.path()).collect();
    let is_log = |path: &&PathBuf| path.extension().is_some_and(|end| end == "db");
    let names: Vec<&PathBuf> = paths.iter().filter(is_log).collect();
    assert_eq!(names.len(), 1, "one log for one repository: {names:?}");
}

#[test]
fn what_is_committed_meanwhile_is_there_at_the_next_run() {
    let (place, repo) = (Place::new(), tagged());
    run(&place, &repo, "where 2").ends(3);
    repo.add(&[entry(12, "main", "Another (#77)", &[9])]);
    let ran = run(&place, &repo, "where #77 --json").ends(1);
    assert_eq!(
        ran.json()["matches"][0]["commits"][0],
        repo.mark(12).as_str()
    );
}

#[test]
fn a_name_that_git_knows_is_a_reference() {
    let (place, repo) = (Place::new(), tagged());
    for name in ["HEAD", "main", "main~1"] {
        let sha = repo.sha(name);
        let named = run(
            &place,
            &repo,
            &format!("where {name} --json --as-of 2023-12-01"),
        );
        let found = run(
            &place,
            &repo,
            &format!("where {sha} --json --as-of 2023-12-01"),
        );
        assert_eq!(named.code, found.code);
        assert_eq!(named.json()["query"], name);
        assert_eq!(named.json()["matches"], found.json()["matches"]);
        assert_ne!(found.json()["matches"], serde_json::json!([]));
    }
    run(&place, &repo, "where nobody").ends(3);
    run(&place, &repo, "where HEAD~99").ends(3);
}

#[test]
fn a_folder_within_and_a_work_tree_are_the_repository() {
    let (place, repo) = (Place::new(), tagged());
    let within = repo.path.join("a/b");
    fs::create_dir_all(&within).unwrap();
    let whole = run(&place, &repo, "env --json --as-of 2023-12-01").ends(0);
    let part = place
        .run_in(&within, &["env", "--json", "--as-of", "2023-12-01"])
        .ends(0);
    assert_eq!(whole.out, part.out);
}

#[test]
fn init_proposes_writes_once_and_what_it_writes_works() {
    let (place, repo) = (Place::new(), tagged());
    repo.git(&[
        "remote",
        "add",
        "origin",
        "https://github.com/acme/checkout.git",
    ]);
    let printed = run(&place, &repo, "init --print").ends(0);
    printed.shows(&["kind = \"github\"", "acme/checkout", "token = { env ="]);
    assert!(!repo.path.join("leadtime.toml").exists());
    run(&place, &repo, "init")
        .ends(2)
        .says(&["--yes", "--print"]);
    assert!(!repo.path.join("leadtime.toml").exists());

    run(&place, &repo, "init --yes").ends(0).says(&["written"]);
    let written = fs::read_to_string(repo.path.join("leadtime.toml")).unwrap();
    assert_eq!(written, printed.out);
    run(&place, &repo, "init --yes")
        .ends(3)
        .says(&["is there already", "--force"]);
    run(&place, &repo, "init --yes --force").ends(0);

    // The clone is read as configured; that no token is there keeps nothing else from working.
    let env = run(&place, &repo, "env --as-of 2023-12-01").ends(0);
    env.shows(&["checkout", "v1.1.0"]);
    let synced = run(&place, &repo, "sync").ends(3);
    synced.says(&["GITHUB_TOKEN", "clone:"]);
    let doctor = run(&place, &repo, "doctor --offline").ends(1);
    doctor.shows(&["GITHUB_TOKEN", "clone", "export GITHUB_TOKEN="]);
}

#[test]
fn init_sees_by_files_and_host_which_tools_are_used() {
    let (place, repo) = (Place::new(), tagged());
    let remote = "https://git.gitlab.example.com/acme/checkout.git";
    repo.git(&["remote", "add", "origin", remote]);
    fs::write(repo.path.join("Dockerfile"), "FROM scratch\n").unwrap();
    let printed = run(&place, &repo, "init --print").ends(0);
    // Whose address is known is there; what is missing of the other is left to whoever reads it.
    printed.shows(&[
        "\n[[sources]]\nname = \"gitlab\"\nkind = \"gitlab\"\n",
        "\nurl = \"https://git.gitlab.example.com\"\n",
        "\nrepositories = [\"acme/checkout\"]\n",
        "(Dockerfile is here)",
        "\n# kind = \"oci\"\n",
    ]);
    assert!(!printed.out.contains("github"), "{}", printed.out);
}

#[test]
fn init_sees_every_tool_by_each_of_its_signs() {
    let place = Place::new();
    for (descriptor, _) in registry::CONNECTORS {
        let Some(signs) = descriptor.signs else {
            continue;
        };
        let objects = signs.objects.iter().map(|object| {
            let (group, kind) = object.split_once('/').unwrap_or((object, "Thing"));
            let text = format!("---\napiVersion: \"{group}/v1\"\nkind: {kind}\n");
            ("deploy/all.yaml".to_owned(), text)
        });
        let files = signs
            .files
            .iter()
            .map(|file| ((*file).to_owned(), String::new()));
        for (file, text) in files.chain(objects) {
            let repo = tagged();
            let path = repo.path.join(&file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &text).unwrap();
            let printed = run(&place, &repo, "init --print").ends(0);
            let kind = format!("kind = \"{}\"\n", descriptor.kind);
            printed.shows(&[&kind, &format!("{file} is here")]);
        }
    }
}

#[test]
fn init_reads_the_way_to_production_and_whose_it_is_from_what_is_there() {
    let (place, repo) = (Place::new(), tagged());
    repo.git(&[
        "remote",
        "add",
        "origin",
        "https://github.com/acme/checkout.git",
    ]);
    for (file, text) in [
        (
            ".github/workflows/ship.yml",
            "jobs:\n  ship:\n    environment: production # the shop\n  qa:\n    environment:\n      name: 'qa'\n      url: x\n  pr:\n    environment: review/${{ github.ref }}\n    env:\n      IMAGE: ghcr.io/acme/checkout:${{ github.sha }}\n      BASE: ghcr.io/acme/base:1\n",
        ),
        (
            "deploy/overlays/staging/kustomization.yaml",
            "kind: Kustomization\n",
        ),
        ("chart/values-dev.yaml", "image: ghcr.io/acme/checkout\n"),
        (
            "chart/templates/app.yaml",
            "apiVersion: apps/v1\nkind: {{ .Values.kind }}\n  broken: [\n",
        ),
        (
            "node_modules/x/overlays/uat/a.yaml",
            "apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\n",
        ),
        (
            ".github/CODEOWNERS",
            "docs/ @acme/writers\n* @omar @acme/payments\n",
        ),
        ("Dockerfile", "FROM scratch\n"),
    ] {
        let path = repo.path.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let printed = run(&place, &repo, "init --print").ends(0);
    let steps = ["dev", "qa", "staging", "production"].map(|name| {
        format!("  {{ name = \"{name}\", kind = \"deploy\", environment = \"{name}\" }},\n")
    });
    printed.shows(&[
        &format!(
            "  {{ name = \"build\", kind = \"build\" }},\n{}]",
            steps.concat()
        ),
        "# As .github/CODEOWNERS says.\nteam = \"payments\"\n",
        "artifacts = [\"ghcr.io/acme/checkout\"]\n",
        "sets no label org.opencontainers.image.revision",
    ]);
    assert!(!printed.out.contains("kargo"), "{}", printed.out);

    let catalogue = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop-checkout\nspec:\n  type: service\n  owner: group:default/tills\n";
    fs::write(repo.path.join("catalog-info.yaml"), catalogue).unwrap();
    fs::write(
        repo.path.join("Dockerfile"),
        "LABEL org.opencontainers.image.revision=$SHA\n",
    )
    .unwrap();
    let printed = run(&place, &repo, "init --print").ends(0);
    printed.shows(&[
        "# Backstage: catalog-info.yaml is here.\n[[sources]]\nname = \"backstage\"\nkind = \"backstage\"\npath = \".\"\n",
        "# As catalog-info.yaml says.\nteam = \"tills\"\n",
        "services = [\"shop-checkout\"]\n",
    ]);
    assert!(!printed.out.contains("sets no label"), "{}", printed.out);
}

#[test]
fn what_init_writes_gives_the_figures_of_before() {
    let (place, repo) = (Place::new(), tagged());
    repo.git(&["tag", "v1.2.0-rc1", &repo.mark(6)]);
    for file in [
        "test/integration/vars/environments/test/all.yml",
        "examples/overlays/production/kustomization.yaml",
        "src/test/resources/pipeline.yml",
    ] {
        let path = repo.path.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "environment: production\n").unwrap();
    }
    let asked = "dora --json --deployments --since 400d --as-of 2023-12-01";
    let deployments = || {
        let json = run(&place, &repo, asked).ends(0).json();
        json["workloads"][0]["deployment_list"].clone()
    };
    let before = deployments();
    assert_eq!(before.as_array().unwrap().len(), 2, "{before}");
    run(&place, &repo, "init --yes").ends(0);
    let written = fs::read_to_string(repo.path.join("leadtime.toml")).unwrap();
    assert!(!written.contains("[[paths]]\n"), "{written}");
    assert!(
        written.contains("\n# deployments = \"tags:v[0-9]*\"\n"),
        "{written}"
    );
    assert_eq!(deployments(), before);
    // An environment may be called like a folder of tests.
    let overlay = repo.path.join("deploy/overlays/test/kustomization.yaml");
    fs::create_dir_all(overlay.parent().unwrap()).unwrap();
    fs::write(overlay, "kind: Kustomization\n").unwrap();
    run(&place, &repo, "init --print")
        .ends(0)
        .shows(&["environment = \"test\""]);
}

#[test]
fn a_repository_that_is_called_otherwise_is_one_workload_with_all_its_history() {
    let (place, repo) = (Place::new(), tagged());
    run(&place, &repo, "env --as-of 2023-12-01")
        .ends(0)
        .shows(&["shop"]);
    for name in ["acme/till", "acme/store"] {
        let url = format!("https://github.com/{name}.git");
        repo.git(&["config", "remote.origin.url", &url]);
        let json = run(&place, &repo, "env --json --as-of 2023-12-01")
            .ends(0)
            .json();
        let workloads = json["workloads"].as_array().unwrap();
        assert_eq!(workloads.len(), 1, "{json}");
        let expected = name.rsplit('/').next().unwrap();
        assert_eq!(workloads[0]["workload"], expected);
        assert_eq!(workloads[0]["environments"][0]["version"], "v1.1.0");
    }
}

#[test]
fn two_folders_that_are_spelled_alike_have_a_log_each() {
    let place = Place::new();
    for (folder, tag) in [("a-b", "v1.0.0"), ("a/b", "v7.0.0")] {
        let path = place.file(folder);
        fs::create_dir_all(&path).unwrap();
        let git = |arguments: &[&str]| crate::git::repo::run(&path, arguments, b"");
        git(&["init", "-q", "-b", "main"]);
        git(&["commit", "-q", "--allow-empty", "-m", "First"]);
        git(&["tag", tag]);
    }
    for (folder, own, other) in [("a-b", "v1.0.0", "v7.0.0"), ("a/b", "v7.0.0", "v1.0.0")] {
        let ran = place.run_in(&place.file(folder), &["env"]).ends(0);
        ran.shows(&[own]);
        assert!(!ran.out.contains(other), "{}", ran.out);
    }
}

#[test]
fn parts_that_are_named_later_are_told_apart_in_all_of_the_history() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[])
            .file("cart/a", "1")
            .file("shop/a", "1"),
        entry(2, "main", "Cart alone (#1)", &[1]).file("cart/a", "2"),
        entry(3, "main", "Shop alone (#2)", &[2]).file("shop/a", "2"),
    ]);
    repo.git(&["tag", "v1.0.0", &repo.mark(1)]);
    repo.git(&["tag", "v1.1.0", &repo.mark(3)]);
    let source = "[[sources]]\nname = \"here\"\nkind = \"git\"\npath = \".\"\n";
    let whole = "[[workloads]]\nname = \"all\"\nrepositories = [\"shop\"]\n";
    let part = |name: &str| {
        format!(
            "[[workloads]]\nname = \"{name}\"\nrepositories = [\"shop\"]\npaths = [\"{name}/**\"]\n"
        )
    };
    let write = |workloads: &str| {
        fs::write(
            repo.path.join("leadtime.toml"),
            format!("{source}{workloads}"),
        )
        .unwrap();
    };
    let asked = "dora --json --deployments --changes --since 400d --as-of 2023-12-01";
    let (place, fresh) = (Place::new(), Place::new());
    write(whole);
    run(&place, &repo, asked).ends(0);
    write(&(part("cart") + &part("shop")));
    let told = run(&place, &repo, asked).ends(0).json();
    assert_eq!(told, run(&fresh, &repo, asked).ends(0).json());
    let changes = |place: usize| {
        let list = told["workloads"][place]["change_list"].as_array().unwrap();
        list.iter()
            .map(|one| one["change"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (changes(0), changes(1)),
        (vec!["#1".into()], vec!["#2".into()])
    );
}

#[test]
fn a_commit_of_the_future_hides_nothing_that_was_delivered() {
    let late = START + 999_999 * HOUR;
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "main", "Second", &[1]),
        entry(3, "main", "Third", &[2]).dated(late, START + 3 * HOUR),
        entry(4, "main", "Fourth", &[3]).dated(late, late),
        entry(5, "main", "Fifth", &[4]),
    ]);
    repo.git(&["tag", "v1.0.0", &repo.mark(1)]);
    repo.git(&["tag", "v1.1.0", &repo.mark(5)]);
    let place = Place::new();
    let json = run(&place, &repo, "dora --json --changes --since 4000d")
        .ends(0)
        .json();
    let changes = json["workloads"][0]["change_list"].as_array().unwrap();
    assert_eq!(changes.len(), 4, "{changes:?}");
}

#[test]
fn init_leaves_nothing_but_its_file() {
    let (place, repo) = (Place::new(), tagged());
    run(&place, &repo, "init --yes").ends(0);
    let mut names: Vec<String> = fs::read_dir(&repo.path)
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, [".git", "leadtime.toml"]);
}

#[test]
fn a_repository_without_commits_says_so() {
    let place = Place::new();
    let made = Command::new("git")
        .args(["init", "-q", "-b", "main"])
        .current_dir(place.work())
        .status();
    assert!(made.unwrap().success());
    place
        .run(&[])
        .ends(3)
        .says(&["nothing is known of this repository yet"]);
    place.run(&["doctor"]).ends(0);
}

#[test]
fn which_series_of_tags_may_be_meant_is_said() {
    let (place, repo) = (Place::new(), Repo::with(&hosted()));
    for (tag, mark) in [("a-1.0", 1), ("v1.0", 2), ("v1.1", 5), ("b-2.0", 6)] {
        repo.git(&["tag", tag, &repo.mark(mark)]);
    }
    let json = |line: &str| run(&place, &repo, line).ends(0).json();
    let (map, dora) = (json("map --json"), json("dora --json"));
    for notes in [&map["notes"], &dora["workloads"][0]["notes"]] {
        let notes = notes.as_array().unwrap().iter();
        let mut notes = notes.filter_map(serde_json::Value::as_str);
        let note = notes.find(|note| note.starts_with("3 series of version tags count together"));
        let note = note.unwrap();
        assert!(
            note.contains("`deployments = \"tags:b-[0-9]*\"` takes the newest (b-2.0)"),
            "{note}"
        );
        assert!(
            note.contains("`deployments = \"tags:v[0-9]*\"` the most frequent (2 of 4 tags)"),
            "{note}"
        );
    }
}

/// main: 1 - 2 - 5 (merge of 3, 4, without a word of a request); release from 2: 6; feature from 5: 7, not merged.
fn plain() -> Repo {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "main", "Second", &[1]),
        entry(3, "work", "Half", &[2]),
        entry(4, "work", "Whole", &[3]),
        entry(5, "main", "Merge branch 'work'", &[2, 4]),
        entry(
            6,
            "release",
            "Mend\n\n(cherry picked from commit 00)\n",
            &[2],
        ),
        entry(7, "feature", "Try\n\nNot yet.\n", &[5]),
    ]);
    repo.git(&["tag", "v1.0.0", &repo.mark(2)]);
    repo.git(&["tag", "v1.0.1", &repo.mark(6)]);
    repo.git(&["tag", "v1.1.0", &repo.mark(5)]);
    repo
}

#[test]
fn a_commit_is_found_whatever_line_it_is_on() {
    let (place, repo) = (Place::new(), plain());
    // Released from a line of its own: by sha, by version and by branch.
    for name in [&*repo.mark(6), "v1.0.1", "release"] {
        let ran = run(&place, &repo, &format!("where {name} --json")).ends(0);
        let found = &ran.json()["matches"][0];
        assert_eq!(found["commits"][0], repo.mark(6).as_str(), "{name}");
        assert_eq!(
            found["environments"]["release"]["version"], "v1.0.1",
            "{name}"
        );
    }
    // A merge speaks of what it brought.
    let merge = run(&place, &repo, &format!("where {} --json", repo.mark(5))).ends(0);
    let merge = merge.json();
    let titles = merge["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["title"]);
    assert_eq!(titles.collect::<Vec<_>>(), ["Half", "Whole"]);
    // Nothing holds it yet.
    for name in [&*repo.mark(7), &repo.mark(7)[..7], "feature"] {
        let ran = run(&place, &repo, &format!("where {name}")).ends(1);
        ran.shows(&[
            "is not merged, as far as is known, on the branch feature",
            "Try",
        ]);
        assert!(!ran.out.contains("Not yet"), "{}", ran.out);
    }
}

#[test]
fn an_empty_reference_is_no_question() {
    let (place, repo) = (Place::new(), plain());
    for nothing in ["", "  "] {
        let ran = place.run_in(&repo.path, &["where", nothing]).ends(2);
        ran.says(&["the reference is empty"]);
    }
}

#[test]
fn a_request_is_found_by_its_number_with_a_word_before_it() {
    let (place, repo) = (Place::new(), tagged());
    for name in ["8", "#8", "!8", "PR-8", "pull/8"] {
        let ran = run(&place, &repo, &format!("where {name} --json")).ends(0);
        assert_eq!(ran.json()["matches"][0]["title"], "Take work", "{name}");
    }
    run(&place, &repo, "where PR-99").ends(3);
}
