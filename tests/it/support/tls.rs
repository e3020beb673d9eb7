//! TLS before a server that speaks none: an authority of our own, what it signs, and a front that shows such a certificate and may ask for one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

static COUNT: AtomicUsize = AtomicUsize::new(1);

/// Who signs.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, both as PEM.
pub struct Signed {
    pub certificate: String,
    pub key: String,
}

impl Signed {
    /// Both, as they stand in one file.
    pub fn pem(&self) -> String {
        format!("{}{}", self.certificate, self.key)
    }
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Two of one name are not told apart by who looks for the one that signed.
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("Authority {number}");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// As PEM.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn sign(&self, name: &str) -> Signed {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        self.signed(params)
    }

    /// One that was good for a day, long ago.
    pub fn sign_for_the_past(&self, name: &str) -> Signed {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 2);
        self.signed(params)
    }

    fn signed(&self, params: CertificateParams) -> Signed {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Signed {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// Speaks TLS, and passes on what is said in it; until it is dropped.
pub struct Front {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Front {
    /// Before the server at an address; with an authority, only for those who show a certificate that is signed by it.
    pub fn before(server: &str, shows: &Signed, asks: Option<&Authority>) -> Self {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = match asks {
            None => config.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                let pem = authority.pem();
                roots
                    .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
                    .unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let chain = CertificateDer::pem_slice_iter(shows.certificate.as_bytes());
        let chain = chain.collect::<Result<Vec<_>, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(shows.key.as_bytes()).unwrap();
        let config = Arc::new(config.with_single_cert(chain, key).unwrap());
        let server = server.strip_prefix("http://").unwrap().to_owned();
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(pass(near, Arc::clone(&config), server.clone()));
            }
        });
        Self {
            address,
            runtime: Some(runtime),
        }
    }

    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn pass(near: TcpStream, config: Arc<ServerConfig>, server: String) {
    let accepting = TlsAcceptor::from(config).accept(near).into_fallible();
    match accepting.await {
        Ok(mut near) => {
            let mut far = TcpStream::connect(server).await.unwrap();
            let _ended = copy_bidirectional(&mut near, &mut far).await;
        }
        Err((_, mut near)) => {
            // Who is gone while the other still speaks takes its last word along.
            let _ended = near.shutdown().await;
            let rest = async { while matches!(near.read(&mut [0; 1024]).await, Ok(1..)) {} };
            let _ended = tokio::time::timeout(Duration::from_secs(5), rest).await;
        }
    }
}
