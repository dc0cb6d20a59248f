use std::fmt;

use advice::{Advice, Diagnostic, shell};
use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error as TlsError, PeerIncompatible};

use crate::settings::Settings;

/// Stands for the server in a hint.
const PLACE: &str = "HOST:PORT";

/// Why no TLS connection came about. The subject of every text is the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum TlsProblem {
    /// No configured or installed authority signed the server's certificate.
    #[error("its certificate is {} ({issuer}){known}", signer(*self_signed))]
    #[code("TLS-001")]
    #[fix(
        "trust the authority that signed it: certificate-authority-data of the kubeconfig, VAULT_CACERT, or http.sslCAInfo of Git"
    )]
    #[fix(
        "the server is another one under the same name, or its authority was renewed: compare them with `openssl s_client -connect <place> -showcerts </dev/null`"
    )]
    #[fix("install this machine's authorities (package ca-certificates)")]
    #[fix("the server has a new certificate; name the authority that signs it rather than the certificate")]
    #[fix("where that is an authority, issue it again with CA:TRUE and the key usage keyCertSign")]
    UnknownAuthority {
        /// Who signed the topmost certificate that the server sent.
        issuer: String,
        /// The certificate is its own authority.
        self_signed: bool,
        /// Against what it was held.
        known: Known,
    },
    /// The server's certificate, or one above it, is out of date.
    #[error("its certificate has expired{}", clocks(not_after, "it was valid until", now))]
    #[code("TLS-002")]
    #[hint("renew the server's certificate; where this machine's clock is wrong, correct it (`timedatectl`)")]
    Expired {
        /// The certificate's last moment.
        not_after: Option<Timestamp>,
        /// This machine's clock.
        now: Option<Timestamp>,
    },
    /// The server's certificate begins in the future: usually this machine's clock is behind.
    #[error("its certificate is not valid yet{}", clocks(not_before, "it is valid from", now))]
    #[code("TLS-003")]
    #[hint(
        "correct this machine's clock where it is behind (`timedatectl`); else wait, or issue the certificate again"
    )]
    NotYetValid {
        /// The certificate's first moment.
        not_before: Option<Timestamp>,
        /// This machine's clock.
        now: Option<Timestamp>,
    },
    /// The server's certificate names other hosts.
    #[error("its certificate is not valid for the name {}{}", some_name(expected), only_for(names))]
    #[code("TLS-004")]
    #[hint(
        when(!names.is_empty()),
        "use a name that the certificate has, or set it as the expected one: `tls-server-name` of the kubeconfig, VAULT_TLS_SERVER_NAME; for Git the URL is what counts"
    )]
    #[hint("issue the certificate again with a subjectAltName; the common name alone does not count")]
    WrongName {
        /// The name that was asked for.
        expected: String,
        /// The names it is valid for.
        names: Vec<String>,
    },
    /// The server asks for a client certificate, and none was sent.
    #[error("it wants a client certificate, and there is none")]
    #[code("TLS-005")]
    #[hint("name one: a kubeconfig with a client certificate, or VAULT_CLIENT_CERT and VAULT_CLIENT_KEY")]
    ClientCertificateRequired,
    /// The server did not accept the client certificate, or wants one.
    #[error("it refused the client certificate, or wants one: {alert}")]
    #[code("TLS-006")]
    #[hint("take a fresh one: a newer kubeconfig, or VAULT_CLIENT_CERT and VAULT_CLIENT_KEY")]
    ClientCertificateRefused {
        /// The server's reason, from its TLS alert.
        alert: &'static str,
    },
    /// The server offers no protocol version or cipher that is accepted here.
    #[error("it offers no common TLS version or cipher (TLS 1.2 and 1.3 are accepted){}", in_brackets(said))]
    #[code("TLS-007")]
    #[hint(
        "let the server offer TLS 1.2 or 1.3 with an AEAD cipher; see what it offers:",
        run("openssl s_client -connect {} -showcerts </dev/null", PLACE)
    )]
    NothingInCommon {
        /// The library's words.
        said: String,
    },
    /// The server answered, but not with TLS.
    #[error("it does not speak TLS: a plain HTTP server or another service answers there")]
    #[code("TLS-008")]
    #[hint("check scheme and port of the address: https:// needs a port that speaks TLS")]
    NoTls,
    /// The server ended the connection in the middle of the handshake.
    #[error("it closed the connection during the TLS handshake")]
    #[code("TLS-009")]
    #[hint(
        "see what the server speaks; a proxy or load balancer that ends TLS is the usual cause:",
        run("openssl s_client -connect {} -showcerts </dev/null", PLACE)
    )]
    Closed,
    /// A certificate is signed with an algorithm that is no longer accepted, such as SHA-1.
    #[error("its certificate is signed with an algorithm that is not accepted (SHA-1, or another old one)")]
    #[code("TLS-010")]
    #[hint(
        "issue the server's certificate again: X.509 version 3, SHA-256, and RSA with 2048 bits or ECDSA P-256"
    )]
    WeakSignature,
    /// A certificate has an RSA key that is too short.
    #[error("its certificate has an RSA key of {bits} bits, and 2048 is the least")]
    #[code("TLS-011")]
    #[hint(
        "issue the server's certificate again: X.509 version 3, SHA-256, and RSA with 2048 bits or ECDSA P-256"
    )]
    WeakKey {
        /// The key's length.
        bits: usize,
    },
    /// A signature does not belong to the key of its certificate.
    #[error("the signature of its certificate, or of its handshake, is wrong")]
    #[code("TLS-012")]
    #[hint(
        "have the certificate issued again by an authority that may; see the chain:",
        run("openssl s_client -connect {} -showcerts </dev/null", PLACE)
    )]
    BadSignature,
    /// The certificate has the X.509 version 1, which has no field for host names.
    #[error("its certificate has the X.509 version 1, and version 3 is needed")]
    #[code("TLS-013")]
    #[hint(
        "issue the server's certificate again: X.509 version 3, SHA-256, and RSA with 2048 bits or ECDSA P-256"
    )]
    OldVersion,
    /// An authority on the way may not sign for this name.
    #[error("an authority above its certificate may not sign for this name (name constraints)")]
    #[code("TLS-014")]
    #[hint(
        "have the certificate issued again by an authority that may; see the chain:",
        run("openssl s_client -connect {} -showcerts </dev/null", PLACE)
    )]
    NameConstraints,
    /// There are more authorities above the certificate than one of them allows.
    #[error("more authorities stand above its certificate than one of them allows (path length)")]
    #[code("TLS-015")]
    #[hint(
        "have the certificate issued again by an authority that may; see the chain:",
        run("openssl s_client -connect {} -showcerts </dev/null", PLACE)
    )]
    PathLength,
    /// The certificate was revoked.
    #[error("its certificate was revoked")]
    #[code("TLS-016")]
    #[hint("issue the server's certificate again, with the extended key usage serverAuth")]
    Revoked,
    /// The certificate is not for servers, such as one for clients alone.
    #[error("its certificate is not meant for servers (extended key usage)")]
    #[code("TLS-017")]
    #[hint("issue the server's certificate again, with the extended key usage serverAuth")]
    NotForServers,
    /// The certificate is that of an authority (CA:TRUE), and is not among the configured ones.
    #[error("its certificate is that of an authority (CA:TRUE), and not byte for byte a configured one")]
    #[code("TLS-018")]
    #[hint(
        "name exactly this certificate: certificate-authority-data of the kubeconfig, VAULT_CACERT, or http.sslCAInfo of Git"
    )]
    AuthorityAsServer,
    /// The certificate that signed the server's is none of an authority.
    #[error("its certificate is signed by one that is not an authority (CA:FALSE)")]
    #[code("TLS-019")]
    #[hint(
        "have the certificate issued again by an authority that may; see the chain:",
        run("openssl s_client -connect {} -showcerts </dev/null", PLACE)
    )]
    ServerAsAuthority,
    /// The certificate has a critical extension that is unknown here.
    #[error("its certificate has a critical extension that is not understood")]
    #[code("TLS-020")]
    #[hint(
        "have the certificate issued again by an authority that may; see the chain:",
        run("openssl s_client -connect {} -showcerts </dev/null", PLACE)
    )]
    CriticalExtension,
    /// The certificate can't be read.
    #[error("its certificate can't be read: it is not well-formed")]
    #[code("TLS-021")]
    #[hint("issue the server's certificate again, with the extended key usage serverAuth")]
    Malformed,
    /// Some other fault of TLS.
    #[error("the TLS handshake failed ({said})")]
    #[code("TLS-022")]
    #[hint(
        "see what the server speaks; a proxy or load balancer that ends TLS is the usual cause:",
        run("openssl s_client -connect {} -showcerts </dev/null", PLACE)
    )]
    Other {
        /// The library's words.
        said: String,
    },
}

/// Against what a certificate was held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// The authorities of this machine.
    System,
    /// The same, and there are none.
    Nothing,
    /// The configured authorities, by their names.
    Others(Vec<String>),
    /// A configured authority with the signer's name, and another key.
    SameName,
    /// The configured certificate is that of a server, by its name.
    AnotherServer(String),
    /// A configured certificate with the signer's name, by that name, and it may not sign others.
    MayNotSign(String),
}

impl TlsProblem {
    /// The problem that a rustls error is.
    pub fn of(error: &TlsError) -> Self {
        match error {
            TlsError::InvalidCertificate(error) => of_certificate(error),
            TlsError::InvalidMessage(_) => Self::NoTls,
            TlsError::AlertReceived(alert) => of_alert(*alert),
            TlsError::PeerIncompatible(PeerIncompatible::ServerSentHelloRetryRequestWithUnknownExtension) => {
                Self::Other { said: error.to_string() }
            }
            TlsError::PeerIncompatible(what) => Self::NothingInCommon { said: format!("{what:?}") },
            TlsError::NoCertificatesPresented => Self::Malformed,
            other => Self::Other { said: other.to_string() },
        }
    }

    /// What to do next about a server with these settings.
    pub fn advice(&self, settings: &Settings) -> Advice {
        match self {
            Self::UnknownAuthority { known, .. } => known.advice(settings),
            Self::AuthorityAsServer => settings.authority.clone(),
            Self::WrongName { names, .. } if !names.is_empty() => settings.server_name.clone(),
            Self::ClientCertificateRequired | Self::ClientCertificateRefused { .. } => {
                settings.client_certificate.clone()
            }
            Self::NoTls => settings.plain.clone(),
            _ => {
                let place =
                    |value: &str| if value == PLACE { settings.place.clone() } else { value.to_owned() };
                self.hint().unwrap_or_default().map(place)
            }
        }
    }
}

impl Known {
    fn advice(&self, settings: &Settings) -> Advice {
        let words = match self {
            Self::SameName => {
                let chain = shell!("openssl s_client -connect {} -showcerts </dev/null", settings.place);
                let why = "the server is another one under the same name, or its authority was renewed: compare them (`";
                Advice::say(why).inline(chain).and("`), then ")
            }
            Self::Nothing => "install this machine's authorities (package ca-certificates), or ".into(),
            Self::AnotherServer(_) => {
                "the server has a new certificate; name the authority that signs it rather than the certificate: ".into()
            }
            Self::MayNotSign(_) => {
                "where that is an authority, issue it again with CA:TRUE and the key usage keyCertSign; else ".into()
            }
            Self::System | Self::Others(_) => Advice::default(),
        };
        words.then(settings.authority.clone())
    }
}

fn of_certificate(error: &CertificateError) -> TlsProblem {
    use CertificateError as C;
    #[expect(deprecated, reason = "the library still returns it")]
    match error {
        C::UnknownIssuer => TlsProblem::UnknownAuthority {
            issuer: "an unnamed authority".to_owned(),
            self_signed: false,
            known: Known::System,
        },
        C::Expired => TlsProblem::Expired { not_after: None, now: None },
        C::ExpiredContext { time, not_after } => {
            TlsProblem::Expired { not_after: moment(*not_after), now: moment(*time) }
        }
        C::NotValidYet => TlsProblem::NotYetValid { not_before: None, now: None },
        C::NotValidYetContext { time, not_before } => {
            TlsProblem::NotYetValid { not_before: moment(*not_before), now: moment(*time) }
        }
        C::NotValidForName => TlsProblem::WrongName { expected: String::new(), names: Vec::new() },
        C::NotValidForNameContext { expected, presented } => TlsProblem::WrongName {
            expected: expected.to_str().into_owned(),
            names: presented.iter().map(|name| plain(name)).collect(),
        },
        C::Revoked => TlsProblem::Revoked,
        C::BadSignature => TlsProblem::BadSignature,
        C::BadEncoding => TlsProblem::Malformed,
        C::UnhandledCriticalExtension => TlsProblem::CriticalExtension,
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => TlsProblem::NotForServers,
        C::UnsupportedSignatureAlgorithm
        | C::UnsupportedSignatureAlgorithmContext { .. }
        | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => TlsProblem::WeakSignature,
        C::Other(other) => of_other(other),
        other => TlsProblem::Other { said: other.to_string() },
    }
}

/// What rustls has no variant for: our own verifier's problem, or one of webpki.
fn of_other(other: &rustls::OtherError) -> TlsProblem {
    use webpki::Error as W;
    if let Some(ours) = other.0.downcast_ref::<TlsProblem>() {
        return ours.clone();
    }
    match other.0.downcast_ref::<W>() {
        Some(W::CaUsedAsEndEntity) => TlsProblem::AuthorityAsServer,
        Some(W::EndEntityUsedAsCa) => TlsProblem::ServerAsAuthority,
        Some(W::UnsupportedCertVersion) => TlsProblem::OldVersion,
        Some(W::NameConstraintViolation) => TlsProblem::NameConstraints,
        Some(W::PathLenConstraintViolated) => TlsProblem::PathLength,
        Some(W::UnsupportedCriticalExtension) => TlsProblem::CriticalExtension,
        Some(error) => TlsProblem::Other { said: error.to_string() },
        // The platform's verifier has a type of its own for it.
        None if other.to_string().contains("EkuError") => TlsProblem::NotForServers,
        None => TlsProblem::Other { said: other.to_string() },
    }
}

fn of_alert(alert: AlertDescription) -> TlsProblem {
    use AlertDescription as A;
    let refused = |alert| TlsProblem::ClientCertificateRefused { alert };
    match alert {
        A::CertificateRequired => TlsProblem::ClientCertificateRequired,
        A::BadCertificate => refused("it is not accepted (bad certificate)"),
        A::UnsupportedCertificate => refused("it is of a kind that is not accepted"),
        A::CertificateRevoked => refused("it was revoked"),
        A::CertificateExpired => refused("it has expired"),
        A::CertificateUnknown => refused("it is not accepted (certificate unknown)"),
        A::UnknownCA => refused("its authority is unknown to the server"),
        A::AccessDenied => refused("access denied"),
        A::HandshakeFailure | A::ProtocolVersion | A::InsufficientSecurity => {
            TlsProblem::NothingInCommon { said: format!("alert {alert:?}") }
        }
        other => TlsProblem::Other { said: format!("the server sent the alert {other:?}") },
    }
}

fn moment(time: UnixTime) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.as_secs()).ok()?).ok()
}

/// `DnsName("kubernetes")` → `kubernetes`
fn plain(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    secret::one_line(inner.trim_matches('"'))
}

fn some_name(expected: &str) -> &str {
    if expected.is_empty() { "asked for" } else { expected }
}

fn only_for(names: &[String]) -> String {
    const MOST: usize = 10;
    match names.len() {
        0 => " (it names no host)".to_owned(),
        many if many > MOST => {
            format!(" (it is valid for {} and {} more)", names[..MOST].join(", "), many - MOST)
        }
        _ => format!(" (it is valid for {})", names.join(", ")),
    }
}

fn clocks(bound: &Option<Timestamp>, valid: &str, now: &Option<Timestamp>) -> String {
    match (bound, now) {
        (Some(bound), Some(now)) => format!(": {valid} {bound}, and this machine's clock says {now}"),
        (Some(bound), None) => format!(": {valid} {bound}"),
        _ => String::new(),
    }
}

fn in_brackets(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" ({said})") }
}

fn signer(self_signed: bool) -> &'static str {
    if self_signed { "self-signed" } else { "signed by an unknown authority" }
}

/// Follows the name of the signer.
impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str(", which this machine does not trust"),
            Self::Nothing => f.write_str(", and this machine has no trusted authorities installed"),
            Self::SameName => f.write_str(": the configured authority has the same name, but another key"),
            Self::Others(names) if names.is_empty() => f.write_str(", and no authority is configured"),
            Self::Others(names) => write!(f, "; the configured authorities are: {}", names.join("; ")),
            Self::AnotherServer(name) => write!(
                f,
                "; the configured certificate is that of a server ({name}), and the server shows another one"
            ),
            Self::MayNotSign(name) => write!(
                f,
                "; the configured certificate of that name ({name}) may not sign others (no CA:TRUE, or no keyCertSign)"
            ),
        }
    }
}
