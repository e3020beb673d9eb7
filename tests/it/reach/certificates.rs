//! Certificates: a tool whose certificate is signed by a CA of its own is trusted with `ca_file`, one that asks for a certificate gets it from
//! `client_certificate`, for every connector; and what is wrong with a file or with a certificate is told with what to do.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use super::{Asking, WAYS, every, subject};
use crate::support::between::{Between, Manner};
use crate::support::tls::{Authority, Front, Signed};

const UNTRUSTED: [&str; 2] = ["signed by nobody whom this machine trusts", "`ca_file`"];

/// Behind a front that shows this.
fn behind(asking: Asking, shows: &Signed, asks: Option<&Authority>) -> (Asking, Front) {
    let front = Front::before(&asking.server.url(), shows, asks);
    (asking.at(&front.url()), front)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connector_trusts_whom_it_is_told_to_and_shows_who_it_is() {
    every(|asking| {
        let (authority, clients) = (Authority::new(), Authority::new());
        let shows = authority.sign("127.0.0.1");
        let (mut asking, _front) = behind(asking, &shows, Some(&clients));
        let ran = asking.doctor(&[]);
        asking.missed(&ran, &UNTRUSTED);
        let file = asking.place.write("ca.pem", authority.pem());
        asking.settings.ca_file = Some(file);
        let ran = asking.doctor(&[]);
        asking.missed(
            &ran,
            &["asks for a client certificate", "`client_certificate`"],
        );
        assert_eq!(asking.server.asked().len(), 0, "{}", asking.kind);
        let file = asking.place.write("me.pem", clients.sign("leadtime").pem());
        asking.settings.client_certificate = Some(file);
        let ran = asking.doctor(&[]);
        asking.reached(&ran);
    })
    .await;
}

/// Where HTTP is spoken without TLS.
fn without() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
            let _begun = stream.read(&mut [0; 1024]);
            let _answered = stream.write_all(answer);
            let _ended = stream.read_to_end(&mut Vec::new());
        }
    });
    address
}

#[test]
fn both_go_through_a_proxy() {
    for kind in WAYS {
        let (authority, clients) = (Authority::new(), Authority::new());
        let shows = authority.sign("127.0.0.1");
        let asking = Asking::of(subject(kind));
        let (mut asking, _front) = behind(asking, &shows, Some(&clients));
        let proxy = Between::start(Manner::Open);
        let url = proxy.url();
        let by = [("HTTPS_PROXY", url.as_str())];
        let ran = asking.doctor(&by);
        asking.missed(&ran, &UNTRUSTED);
        let file = asking.place.write("ca.pem", authority.pem());
        asking.settings.ca_file = Some(file);
        let file = asking.place.write("me.pem", clients.sign("leadtime").pem());
        asking.settings.client_certificate = Some(file);
        let before = proxy.passed().len();
        asking.reached(&asking.doctor(&by));
        assert!(proxy.passed().len() > before, "{kind}");
    }
}

#[test]
fn a_certificate_that_is_not_good_is_told_as_what_it_is() {
    let (authority, clients, strangers) = (Authority::new(), Authority::new(), Authority::new());
    for kind in WAYS {
        let table = [
            (
                authority.sign("elsewhere.example"),
                "for another name",
                "host of `url`",
            ),
            (
                authority.sign_for_the_past("127.0.0.1"),
                "has expired",
                "renewed",
            ),
        ];
        for (shows, why, what) in table {
            let (mut asking, _front) = behind(Asking::of(subject(kind)), &shows, None);
            let file = asking.place.write("ca.pem", authority.pem());
            asking.settings.ca_file = Some(file);
            asking.missed(&asking.doctor(&[]), &[why, what]);
        }
        let shows = authority.sign("127.0.0.1");
        let (mut asking, _front) = behind(Asking::of(subject(kind)), &shows, Some(&clients));
        let file = asking.place.write("ca.pem", authority.pem());
        asking.settings.ca_file = Some(file);
        let file = asking.place.write("me.pem", strangers.sign("me").pem());
        asking.settings.client_certificate = Some(file);
        let ran = asking.doctor(&[]);
        asking.missed(
            &ran,
            &["does not take the client certificate", "another CA"],
        );
        let asking = Asking::of(subject(kind));
        let asking = asking.at(&format!("https://{}", without()));
        let ran = asking.doctor(&[]);
        asking.missed(&ran, &["does not answer in TLS", "http://"]);
    }
}

#[test]
fn a_file_that_cannot_be_used_is_told_with_its_key_and_nothing_of_it() {
    let authority = Authority::new();
    let (one, other) = (authority.sign("one"), authority.sign("other"));
    let secret = one.key.lines().nth(1).unwrap().to_owned();
    let cut = one.certificate.replace("-----END CERTIFICATE-----", "");
    let cut_key = one.key.replace("-----END PRIVATE KEY-----", "");
    let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let locked = one.key.replace("PRIVATE", "ENCRYPTED PRIVATE");
    let trusted = [
        ("nothing".to_owned(), "holds no certificate"),
        (one.key.clone(), "holds no certificate"),
        (cut, "is no whole PEM"),
        (odd.to_owned(), "its certificate 1 cannot be read"),
    ];
    let shown = [
        ("nothing".to_owned(), "holds no certificate"),
        (one.key.clone(), "holds no certificate"),
        (one.certificate.clone(), "holds a certificate, and no key"),
        (format!("{}{cut_key}", one.certificate), "is no whole PEM"),
        (
            format!("{}{locked}", one.certificate),
            "its key is encrypted",
        ),
        (
            format!("{}{}", other.certificate, one.key),
            "its key is not the one of its certificate",
        ),
        (format!("{odd}{}", one.key), "cannot be read"),
    ];
    for kind in WAYS {
        let mut asking = Asking::of(subject(kind));
        for (text, why) in &trusted {
            let file = asking.place.write("given.pem", text);
            asking.settings.ca_file = Some(file.clone());
            let place = format!("ca_file {}", file.display());
            let ran = asking.doctor(&[]);
            asking.missed(&ran, &[&place, why, "as PEM"]);
        }
        asking.settings.ca_file = None;
        for (text, why) in &shown {
            let file = asking.place.write("given.pem", text);
            asking.settings.client_certificate = Some(file.clone());
            let place = format!("client_certificate {}", file.display());
            let ran = asking.doctor(&[]);
            asking.missed(&ran, &[&place, why]);
            assert!(!format!("{ran:?}").contains(&secret), "{ran:?}");
        }
        let nowhere = asking.place.file("nowhere.pem");
        asking.settings.client_certificate = Some(nowhere.clone());
        let place = format!("client_certificate {}", nowhere.display());
        asking.missed(
            &asking.doctor(&[]),
            &[&place, "cannot be read: No such file"],
        );
        assert_eq!(asking.server.asked().len(), 0, "{kind}");
    }
}
