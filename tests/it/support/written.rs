//! What a source is told, as a file of the configuration says it: so that the program itself reads the double that a test of its connector reads.

use leadtime::connector::descriptor::{Settings, Waiting};
use toml::{Table, Value};

/// The variable that holds the token.
pub const TOKEN: &str = "CANARY";

/// A source of a kind, with these settings; its token is in a variable.
pub fn source(kind: &str, settings: &Settings) -> Table {
    let mut table = Table::new();
    let mut put = |key: &str, value: Option<Value>| {
        table.extend(value.map(|value| (key.to_owned(), value)));
    };
    let text = |text: &Option<String>| text.clone().map(Value::String);
    let many = |all: &[String]| (!all.is_empty()).then(|| Value::from(all.to_vec()));
    let file = |path: &Option<std::path::PathBuf>| {
        path.as_ref()
            .map(|path| Value::from(path.display().to_string()))
    };
    put("name", Some(Value::from(settings.name.as_str())));
    put("kind", Some(Value::from(kind)));
    put("url", text(&settings.url));
    put("user", text(&settings.user));
    let token = settings.token.as_ref().map(|_| variable(TOKEN));
    put("token", token);
    put("repositories", many(&settings.repositories));
    put("projects", many(&settings.projects));
    put("environment", text(&settings.environment));
    put("service", text(&settings.service));
    put("version", text(&settings.version));
    let gates: Vec<Value> = settings.gates.iter().map(gate).collect();
    put("gates", (!gates.is_empty()).then_some(Value::Array(gates)));
    put("ca_file", file(&settings.ca_file));
    put("client_certificate", file(&settings.client_certificate));
    table
}

/// A reference to a secret.
pub fn variable(name: &str) -> Value {
    Value::Table(Table::from_iter([("env".to_owned(), Value::from(name))]))
}

fn gate(gate: &Waiting) -> Value {
    let of = [
        ("status", Some(&gate.status)),
        ("approve", gate.approve.as_ref()),
        ("reject", gate.reject.as_ref()),
        ("name", gate.name.as_ref()),
    ];
    let of = of.into_iter();
    let told = of.filter_map(|(key, text)| Some((key.to_owned(), Value::from(text?.as_str()))));
    Value::Table(told.collect())
}

/// A file with these sources.
pub fn config(sources: Vec<Table>) -> String {
    let sources: Vec<Value> = sources.into_iter().map(Value::Table).collect();
    Table::from_iter([("sources".to_owned(), Value::Array(sources))]).to_string()
}
