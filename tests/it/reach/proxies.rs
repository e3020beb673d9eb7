//! Proxies: every connector asks by the one that the environment names, and by none where it says so; what is wrong with one is told as such, with what to do and
//! without its password.

use super::{Asking, WAYS, every, subject};
use crate::support::between::{Between, Manner};
use crate::support::served;
use crate::support::tls::{Authority, Front};

/// With what is special in addresses.
const LOGIN: &str = "jane:p@ss w/rd%";
const WRITTEN: &str = "jane:p%40ss%20w%2Frd%25";
const PASSWORDS: [&str; 3] = ["p@ss", "p%40ss", "amFuZTp"];

fn with_login(proxy: &Between, login: &str) -> String {
    format!("http://{login}@{}", proxy.place())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connector_asks_by_the_proxy_and_by_no_other_way() {
    every(|asking| {
        let proxy = Between::start(Manner::Open);
        let ran = asking.doctor(&[("HTTP_PROXY", &proxy.url())]);
        asking.reached(&ran);
        let passed = proxy.passed().len();
        assert!(passed > 0, "{}: nothing went through", asking.kind);
        let asked = asking.server.asked().len();
        let gone = format!("http://{}", served::address());
        let ran = asking.doctor(&[("HTTP_PROXY", &gone)]);
        let wanted = format!("the proxy {gone} cannot be reached");
        asking.missed(&ran, &[&wanted, "is HTTP_PROXY right?", "NO_PROXY"]);
        assert_eq!(asking.server.asked().len(), asked, "{}", asking.kind);
        let none = [("HTTP_PROXY", gone.as_str()), ("NO_PROXY", "127.0.0.1")];
        let ran = asking.doctor(&none);
        asking.reached(&ran);
        assert!(asking.server.asked().len() > asked, "{}", asking.kind);
        assert_eq!(proxy.passed().len(), passed, "{}", asking.kind);
    })
    .await;
}

#[test]
fn either_case_of_each_name_is_heard() {
    let gone = format!("http://{}", served::address());
    let authority = Authority::new();
    for kind in WAYS {
        let proxy = Between::start(Manner::Open);
        let asking = Asking::of(subject(kind));
        for name in ["http_proxy", "ALL_PROXY", "all_proxy"] {
            let before = proxy.passed().len();
            let ran = asking.doctor(&[(name, &proxy.url())]);
            asking.reached(&ran);
            assert!(proxy.passed().len() > before, "{kind}: {name}");
        }
        for none in ["NO_PROXY", "no_proxy"] {
            for hosts in ["127.0.0.0/8", "example.com, 127.0.0.1"] {
                let ran = asking.doctor(&[("http_proxy", &gone), (none, hosts)]);
                asking.reached(&ran);
            }
        }
        // What is meant for the other way of asking is not heard.
        asking.reached(&asking.doctor(&[("HTTPS_PROXY", &gone)]));
        let front = Front::before(&asking.server.url(), &authority.sign("127.0.0.1"), None);
        let mut asking = asking.at(&front.url());
        let file = asking.place.write("ca.pem", authority.pem());
        asking.settings.ca_file = Some(file);
        let before = proxy.passed().len();
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            let ran = asking.doctor(&[(name, &proxy.url())]);
            asking.reached(&ran);
            let lines = proxy.passed();
            let tunnel = format!("CONNECT {}", front.url().replace("https://", ""));
            assert!(lines.len() > before, "{kind}: {name}");
            let all = lines[before..].iter();
            assert!(
                all.clone().all(|line| line.starts_with(&tunnel)),
                "{lines:?}"
            );
        }
        asking.reached(&asking.doctor(&[("HTTP_PROXY", &gone)]));
        let ran = asking.doctor(&[("https_proxy", &gone)]);
        let wanted = format!("the proxy {gone} cannot be reached");
        asking.missed(&ran, &[&wanted, "https_proxy right?"]);
    }
}

#[test]
fn a_proxy_that_asks_for_a_password_gets_it_and_it_is_never_seen() {
    let authority = Authority::new();
    for kind in WAYS {
        for is_tls in [false, true] {
            let proxy = Between::start(Manner::For(LOGIN));
            let mut asking = Asking::of(subject(kind));
            let server = asking.server.url();
            let front = Front::before(&server, &authority.sign("127.0.0.1"), None);
            let name = if is_tls { "HTTPS_PROXY" } else { "HTTP_PROXY" };
            if is_tls {
                asking = asking.at(&front.url());
                let file = asking.place.write("ca.pem", authority.pem());
                asking.settings.ca_file = Some(file);
            }
            let ran = asking.doctor(&[(name, &proxy.url())]);
            let put = format!(
                "put them into {name}: http://USER:PASSWORD@{}",
                proxy.place()
            );
            let asks = format!("the proxy {} asks for a user and a password", proxy.url());
            asking.missed(&ran, &[&asks, &put]);
            let wrong = with_login(&proxy, "jane:p%40ss");
            let ran = asking.doctor(&[(name, &wrong)]);
            asking.missed(&ran, &["does not take the user and password", name]);
            let shown = format!("{ran:?}");
            let seen = |text: &str| PASSWORDS.iter().any(|part| text.contains(part));
            assert!(!seen(&shown), "{kind}: {shown}");
            assert_eq!(asking.server.asked().len(), 0, "{kind}");
            let ran = asking.doctor(&[(name, &with_login(&proxy, WRITTEN))]);
            asking.reached(&ran);
            let shown = format!("{ran:?}");
            assert!(!seen(&shown), "{kind}: {shown}");
        }
    }
}

#[test]
fn a_proxy_that_lets_nothing_through_and_what_is_none_are_told() {
    let authority = Authority::new();
    for kind in WAYS {
        let proxy = Between::start(Manner::Shut);
        let asking = Asking::of(subject(kind));
        let server = asking.server.url();
        let front = Front::before(&server, &authority.sign("127.0.0.1"), None);
        let asking = asking.at(&front.url());
        let ran = asking.doctor(&[("HTTPS_PROXY", &proxy.url())]);
        let shut = format!("the proxy {} does not let it through", proxy.url());
        asking.missed(&ran, &[&shut, "NO_PROXY"]);
        let socks = format!("socks5://{}", proxy.place());
        let ran = asking.doctor(&[("HTTPS_PROXY", &socks)]);
        asking.missed(&ran, &["name an HTTP proxy in HTTPS_PROXY"]);
        assert_eq!(asking.server.asked().len(), 0, "{kind}");
    }
    // What is no address of a proxy is passed over; where nobody is there, that is why.
    let asking = Asking::of(subject("gitea"));
    asking.server.refuse();
    let ran = asking.doctor(&[("HTTP_PROXY", "http://jane:p@ss word@proxy.example:3128")]);
    asking.missed(&ran, &["HTTP_PROXY is no address of a proxy"]);
    assert!(!format!("{ran:?}").contains("p@ss"), "{ran:?}");
}
