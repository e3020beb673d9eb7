//! Configuration, as the user meets it: where it is looked for, and how mistakes are told.

use super::place::Place;

#[test]
fn a_mistake_is_told_with_file_line_key_and_the_nearest_spelling() {
    let place = Place::new();
    place.write(
        "leadtime.toml",
        "[metrics]\ntimezon = \"UTC\"\nwindow = \"often\"\n",
    );
    for arguments in [
        &[][..],
        &["map"],
        &["dora"],
        &["env"],
        &["gates"],
        &["doctor"],
        &["export"],
        &["sync"],
        &["where", "1f3c9ab"],
    ] {
        let ran = place.run(arguments).ends(3);
        ran.says(&[
            "leadtime.toml:2:",
            "timezon",
            "timezone",
            "leadtime.toml:3:",
            "metrics.window",
        ]);
        assert_eq!(ran.out, "");
    }
    let log = place.home().join(".local");
    assert!(!log.exists(), "nothing was opened");
    // What needs no configuration is not kept from working by it.
    place.run(&["completions", "bash"]).ends(0);
    place
        .run(&["demo", "--export", "--workloads", "1", "--days", "1"])
        .ends(0);
}

#[test]
fn what_is_no_toml_and_no_text_is_told_with_its_place() {
    let place = Place::new();
    place.write("leadtime.toml", "[metrics\nwindow = 1\n");
    place.run(&["env"]).ends(3).says(&["leadtime.toml:1:"]);
    place.write("leadtime.toml", b"a = \"\xff\"\n");
    place
        .run(&["env"])
        .ends(3)
        .says(&["leadtime.toml:1:6", "UTF-8"]);
    place.run(&["--config", "nope.toml", "env"]).ends(3).says(&[
        "nope.toml",
        "no such file",
        "--config",
    ]);
    place
        .run(&["--config", ".", "env"])
        .ends(3)
        .says(&["found a folder"]);
}

#[test]
fn the_nearest_file_holds_and_a_named_one_before_it() {
    let place = Place::new();
    let config = |zone: &str| format!("[metrics]\ntimezone = {zone:?}\n");
    place.write("leadtime.toml", config("Europe/Brussels"));
    place.write("a/b/here", "");
    let user = place.home().join(".config/leadtime/leadtime.toml");
    std::fs::create_dir_all(user.parent().unwrap()).unwrap();
    std::fs::write(&user, config("Asia/Tokyo")).unwrap();
    let named = place.write("named/other.toml", config("America/Lima"));
    let zone = |folder: &str, more: &[&str], env: Option<&std::path::Path>| {
        let arguments = [&["--json", "dora"], more].concat();
        let mut command = place.command_in(&place.file(folder), &arguments);
        if let Some(env) = env {
            command.env("LEADTIME_CONFIG", env);
        }
        let ran = super::place::Ran::of(command.output().unwrap()).ends(0);
        ran.json()["window"]["timezone"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(zone("a/b", &[], None), "Europe/Brussels");
    assert_eq!(zone("a/b", &[], Some(&named)), "America/Lima");
    let user = user.to_str().unwrap();
    assert_eq!(zone("a/b", &["--config", user], Some(&named)), "Asia/Tokyo");
    std::fs::remove_file(place.file("leadtime.toml")).unwrap();
    assert_eq!(zone("a/b", &[], None), "Asia/Tokyo");
}

#[test]
fn the_log_of_the_file_lies_where_the_file_says() {
    let place = Place::new();
    place.write("leadtime.toml", "[store]\nurl = \"sqlite:data/log.db\"\n");
    place.write("deeper/here", "");
    place
        .run_in(&place.file("deeper"), &["import", "-"])
        .ends(0);
    assert!(
        place.file("data/log.db").is_file(),
        "beside the file that names it"
    );
    place.write(
        "leadtime.toml",
        "[store]\nurl = \"postgres://jane@db/leadtime\"\n",
    );
    let ran = place.run(&["env"]).ends(3);
    ran.says(&["SQLite", "sqlite:FILE"]);
}
