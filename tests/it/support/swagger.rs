//! Requests held against an API description (Swagger 2.0): that there is such a path with such a method, which asks for no more in a body than is sent, and knows all that
//! is.

use serde_json::Value;

/// A part of the description, references followed.
fn followed<'d>(description: &'d Value, part: &'d Value) -> &'d Value {
    match part["$ref"].as_str() {
        Some(reference) => followed(description, description.pointer(&reference[1..]).unwrap()),
        None => part,
    }
}

/// `/sites/{site_id}` fits `/sites/7`.
fn is_path(of: &str, path: &str) -> bool {
    let (of, path): (Vec<&str>, Vec<&str>) = (of.split('/').collect(), path.split('/').collect());
    let fits = |(of, is): (&&str, &str)| of.starts_with('{') || **of == *is;
    of.len() == path.len() && of.iter().zip(path).all(fits)
}

fn fits(description: &Value, part: &Value, body: &Value) -> Result<(), String> {
    let part = followed(description, part);
    let Some(fields) = body.as_object() else {
        return Ok(());
    };
    for name in part["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        if !fields.contains_key(name) {
            return Err(format!("{name} is missing"));
        }
    }
    for (name, value) in fields {
        let known = &part["properties"][name];
        if known.is_null() {
            return Err(format!("{name} is not known"));
        }
        fits(description, known, value)?;
    }
    Ok(())
}

/// Holds a request against a description. `target` is path and query, `body` null where none is sent.
pub fn hold(description: &Value, method: &str, target: &str, body: &Value) -> Result<(), String> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let base = description["basePath"].as_str().unwrap_or_default();
    let path = path
        .strip_prefix(base.trim_end_matches('/'))
        .ok_or("is not below the base")?;
    let paths = description["paths"].as_object().unwrap();
    let method = method.to_ascii_lowercase();
    let found = paths.iter().filter(|(of, _)| is_path(of, path));
    let mut found =
        found.filter_map(|(_, item)| item.get(&method).map(|operation| (item, operation)));
    let (item, operation) = found
        .next()
        .ok_or_else(|| format!("there is no {method} {path}"))?;
    let of = |part: &'_ Value| part["parameters"].as_array().cloned().unwrap_or_default();
    let all: Vec<Value> = of(item).into_iter().chain(of(operation)).collect();
    let all: Vec<&Value> = all.iter().map(|one| followed(description, one)).collect();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap().replace("%5B%5D", "[]");
        if !all
            .iter()
            .any(|one| one["in"] == "query" && one["name"] == name.as_str())
        {
            return Err(format!("{name} is no parameter of {method} {path}"));
        }
    }
    match all.iter().find(|one| one["in"] == "body") {
        Some(wanted) if body.is_null() && wanted["required"] == true => {
            Err("has no body".to_owned())
        }
        Some(wanted) => fits(description, &wanted["schema"], body),
        None if body.is_null() => Ok(()),
        None => Err("takes no body".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::hold;

    #[test]
    fn what_does_not_fit_is_found() {
        let description = json!({
            "basePath": "/api", "paths": {"/a/{id}": {
                "parameters": [{"in": "query", "name": "x"}],
                "post": {"parameters": [{"in": "body", "name": "b", "required": true, "schema": {"$ref": "#/definitions/b"}}]},
            }},
            "definitions": {"b": {"required": ["n"], "properties": {"n": {}, "m": {}}}},
        });
        let with = |method: &str, target: &str, body| hold(&description, method, target, &body);
        assert_eq!(with("POST", "/api/a/7?x=1", json!({"n": 1})), Ok(()));
        for (method, target, body) in [
            ("POST", "/a/7", json!({"n": 1})),
            ("PUT", "/api/a/7", json!({"n": 1})),
            ("POST", "/api/a/7/b", json!({"n": 1})),
            ("POST", "/api/a/7?y=1", json!({"n": 1})),
            ("POST", "/api/a/7", json!({"m": 1})),
            ("POST", "/api/a/7", json!({"n": 1, "o": 1})),
            ("POST", "/api/a/7", json!(null)),
        ] {
            assert!(
                with(method, target, body.clone()).is_err(),
                "{method} {target} {body}"
            );
        }
    }
}
