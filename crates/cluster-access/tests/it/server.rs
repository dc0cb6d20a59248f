//! Small servers that are wrong in one way each, and certificates for them.

use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A certificate authority.
pub struct Pki(CertifiedIssuer<'static, KeyPair>);

impl Pki {
    pub fn new(name: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn client(&self, name: &str) -> (String, String) {
        self.client_until(name, 2099)
    }

    /// A client certificate that ends with the first moment of `year`.
    pub fn client_until(&self, name: &str, year: i32) -> (String, String) {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }

    /// TLS for a server at 127.0.0.1 that wants client certificates of `clients`.
    pub fn strict_server(&self, clients: &Self) -> TlsAcceptor {
        let mut roots = RootCertStore::empty();
        roots.add(clients.0.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
        let (certificate, key) = self.server_identity("127.0.0.1", 2099);
        let config = ServerConfig::builder().with_client_cert_verifier(verifier);
        TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate], key).unwrap()))
    }

    /// TLS for a server called `name` whose certificate ends with the first moment of `year`.
    pub fn server(&self, name: &str, year: i32) -> TlsAcceptor {
        let (certificate, key) = self.server_identity(name, year);
        let config = ServerConfig::builder().with_no_client_auth();
        TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate], key).unwrap()))
    }

    /// TLS for a server called `name`, and its own certificate.
    pub fn pinned(&self, name: &str, year: i32) -> (TlsAcceptor, String) {
        let (certificate, key) = self.server_identity(name, year);
        let pem = pem::encode(&pem::Pem::new("CERTIFICATE", certificate.to_vec()));
        let config = ServerConfig::builder().with_no_client_auth();
        (TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate], key).unwrap())), pem)
    }

    fn server_identity(&self, name: &str, year: i32) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate: CertificateDer<'static> = params.signed_by(&key, &self.0).unwrap().into();
        (certificate, PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
    }
}

/// TLS for a server called `name` whose certificate is its own authority (CA:TRUE), and that certificate.
pub fn self_signed(name: &str) -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let made = params.self_signed(&key).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    (TlsAcceptor::from(Arc::new(config.with_single_cert(vec![made.der().clone()], key).unwrap())), made.pem())
}

/// A SOCKS 5 proxy that leads everybody to `port` of this machine; the names it was asked for.
pub async fn socks(port: u16) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (at, asked) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Vec<String>>>::default());
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut greeting = [0; 3];
            client.read_exact(&mut greeting).await.unwrap();
            client.write_all(&[5, 0]).await.unwrap();
            let mut head = [0; 5];
            client.read_exact(&mut head).await.unwrap();
            assert_eq!(head[3], 3, "it must resolve the name itself");
            let mut rest = vec![0; usize::from(head[4]) + 2];
            client.read_exact(&mut rest).await.unwrap();
            let (name, to) = rest.split_at(usize::from(head[4]));
            let to = u16::from_be_bytes([to[0], to[1]]);
            log.lock().unwrap().push(format!("{}:{to}", String::from_utf8_lossy(name)));
            client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await.unwrap();
            let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        }
    });
    (at, asked)
}

/// Answers every connection with `answer`; gives the port.
pub async fn serve(tls: Option<TlsAcceptor>, answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let tls = tls.clone();
            tokio::spawn(async move {
                match tls {
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            say(stream, answer).await;
                        }
                    }
                    None => say(stream, answer).await,
                }
            });
        }
    });
    port
}

async fn say(mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin, answer: &str) {
    let mut request = [0; 4096];
    let _length = stream.read(&mut request).await;
    stream.write_all(answer.as_bytes()).await.ok();
    stream.shutdown().await.ok();
}

/// Accepts connections and never says anything.
pub async fn silent() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held: Vec<TcpStream> = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    port
}

/// A port where nothing listens.
pub async fn nothing() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}
