//! A program that panics says what it was about, with every value that somebody thought worth showing there. None of them shows a secret.

use std::thread;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::http::plain::Login;
use leadtime::connector::oci::credential::Credential;
use secrecy::SecretString;

const CANARY: &str = "c4n4ry-in-a-panic";

/// What a thread that panics with a text says.
fn told(text: String) -> String {
    let ended = thread::spawn(move || panic!("{text}")).join();
    *ended.unwrap_err().downcast::<String>().unwrap()
}

#[test]
fn a_panic_tells_no_secret() {
    let secret = || SecretString::from(CANARY);
    let settings = Settings {
        name: "deployer".to_owned(),
        command: vec!["true".to_owned()],
        token: Some(secret()),
        secret: Some(secret()),
        ..Settings::default()
    };
    let logins = [
        Login::Bearer(secret()),
        Login::Basic {
            user: "jane".to_owned(),
            password: secret(),
        },
        Login::Header {
            name: "x-token",
            before: "",
            secret: secret(),
        },
    ];
    let password = Credential::Password {
        user: "jane".to_owned(),
        password: secret(),
    };
    let text = format!("{settings:?} {logins:?} {password:?}");
    let told = told(text);
    assert!(
        told.contains("deployer") && told.contains("REDACTED"),
        "{told}"
    );
    assert!(!told.contains(CANARY), "{told}");
}
