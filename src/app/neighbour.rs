//! Whether a request comes from a program of this machine, as far as its headers tell. That it reached a loopback address says too little: a web page in a browser
//! of this machine can send there, too, from its own origin, or under a name of its own that leads here.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Uri};

/// Whether the request names this machine alone: as where it was sent, and as the origin of a page that sent it. What says neither is no browser.
pub fn is_one(headers: &HeaderMap) -> bool {
    let host = |value: &HeaderValue| {
        let host: Option<Authority> = value.to_str().ok().and_then(|text| text.parse().ok());
        host.is_some_and(|host| is_here(host.host()))
    };
    let origin = |value: &HeaderValue| {
        let origin: Option<Uri> = value.to_str().ok().and_then(|text| text.parse().ok());
        // A page that hides its origin sends `null`, which is the name of no machine.
        origin.is_some_and(|origin| origin.host().is_some_and(is_here))
    };
    headers.get_all(HOST).iter().all(host) && headers.get_all(ORIGIN).iter().all(origin)
}

fn is_here(name: &str) -> bool {
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn looked(named: &[(HeaderName, &'static str)]) -> bool {
        let named = named.iter().cloned();
        let headers = named.map(|(name, value)| (name, HeaderValue::from_static(value)));
        is_one(&headers.collect())
    }

    #[test]
    fn a_program_of_this_machine_names_it_or_nothing() {
        assert!(looked(&[]));
        for host in [
            "127.0.0.1:8477",
            "LOCALHOST:8477",
            "localhost",
            "[::1]:8477",
            "127.8.9.1",
        ] {
            assert!(looked(&[(HOST, host)]), "{host}");
        }
        for origin in [
            "http://localhost:3000",
            "https://127.0.0.1",
            "http://[::1]:8477",
        ] {
            assert!(looked(&[(HOST, "localhost"), (ORIGIN, origin)]), "{origin}");
        }
    }

    #[test]
    fn a_page_from_elsewhere_is_known_by_its_origin_or_its_name_for_this_machine() {
        for host in [
            "evil.example",
            "evil.example:8477",
            "localhost.evil.example",
            "10.0.0.1",
            "127.0.0.1@evil.example",
            "",
            "a b",
        ] {
            assert!(!looked(&[(HOST, host)]), "{host}");
        }
        for origin in [
            "https://evil.example",
            "null",
            "file://",
            "http://localhost.evil.example",
            "http://127.0.0.1@evil.example",
            "",
        ] {
            assert!(
                !looked(&[(HOST, "localhost"), (ORIGIN, origin)]),
                "{origin}"
            );
        }
        let two = [
            (ORIGIN, "http://localhost"),
            (ORIGIN, "https://evil.example"),
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in two {
            headers.append(name, HeaderValue::from_static(value));
        }
        assert!(!is_one(&headers));
    }
}
