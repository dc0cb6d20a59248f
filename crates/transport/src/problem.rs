use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error as TlsError, PeerIncompatible};
use secret::quoted;

use crate::settings::Settings;

/// Why no TLS connection came about. The subject of every text is the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsProblem {
    /// No configured or installed authority signed the server's certificate.
    #[error("{}", unknown(issuer, *self_signed, known))]
    UnknownAuthority {
        /// Who signed the topmost certificate that the server sent.
        issuer: String,
        /// The certificate is its own authority.
        self_signed: bool,
        /// Against what it was held.
        known: Known,
    },
    /// The server's certificate, or one above it, is out of date.
    #[error("its certificate has expired{}", clocks("it was valid until", not_after, now))]
    Expired {
        /// The certificate's last moment.
        not_after: Option<Timestamp>,
        /// This machine's clock.
        now: Option<Timestamp>,
    },
    /// The server's certificate begins in the future: usually this machine's clock is behind.
    #[error("its certificate is not valid yet{}", clocks("it is valid from", not_before, now))]
    NotYetValid {
        /// The certificate's first moment.
        not_before: Option<Timestamp>,
        /// This machine's clock.
        now: Option<Timestamp>,
    },
    /// The server's certificate names other hosts.
    ///
    /// Cure: use a name that the certificate has, or set it as the expected one: `tls-server-name` of the kubeconfig,
    /// VAULT_TLS_SERVER_NAME; for Git the URL is what counts
    #[error("its certificate is not valid for the name {}{}", some_name(expected), only_for(names))]
    WrongName {
        /// The name that was asked for.
        expected: String,
        /// The names it is valid for.
        names: Vec<String>,
    },
    /// The server asks for a client certificate, and none was sent.
    ///
    /// Cure: name one: a kubeconfig with a client certificate, or VAULT_CLIENT_CERT and VAULT_CLIENT_KEY
    #[error("it wants a client certificate, and there is none")]
    ClientCertificateRequired,
    /// The server did not accept the client certificate, or wants one.
    ///
    /// Cure: take a fresh one: a newer kubeconfig, or VAULT_CLIENT_CERT and VAULT_CLIENT_KEY
    #[error("it refused the client certificate, or wants one: {alert}")]
    ClientCertificateRefused {
        /// The server's reason, from its TLS alert.
        alert: &'static str,
    },
    /// The server offers no protocol version or cipher that is accepted here.
    #[error("it offers no common TLS version or cipher (TLS 1.2 and 1.3 are accepted){}", in_brackets(said))]
    NothingInCommon {
        /// The library's words.
        said: String,
    },
    /// The server answered, but not with TLS.
    ///
    /// Cure: check scheme and port of the address: https:// needs a port that speaks TLS
    #[error("it does not speak TLS: a plain HTTP server or another service answers there")]
    NoTls,
    /// The server ended the connection in the middle of the handshake.
    #[error("it closed the connection during the TLS handshake")]
    Closed,
    /// A certificate is signed with an algorithm that is no longer accepted, such as SHA-1.
    #[error("its certificate is signed with an algorithm that is not accepted (SHA-1, or another old one)")]
    WeakSignature,
    /// A certificate has an RSA key that is too short.
    #[error("its certificate has an RSA key of {bits} bits, and 2048 is the least")]
    WeakKey {
        /// The key's length.
        bits: usize,
    },
    /// A signature does not belong to the key of its certificate.
    #[error("the signature of its certificate, or of its handshake, is wrong")]
    BadSignature,
    /// The certificate has the X.509 version 1, which has no field for host names.
    #[error("its certificate has the X.509 version 1, and version 3 is needed")]
    OldVersion,
    /// An authority on the way may not sign for this name.
    #[error("an authority above its certificate may not sign for this name (name constraints)")]
    NameConstraints,
    /// There are more authorities above the certificate than one of them allows.
    #[error("more authorities stand above its certificate than one of them allows (path length)")]
    PathLength,
    /// The certificate was revoked.
    #[error("its certificate was revoked")]
    Revoked,
    /// The certificate is not for servers, such as one for clients alone.
    #[error("its certificate is not meant for servers (extended key usage)")]
    NotForServers,
    /// The certificate is that of an authority (CA:TRUE), and is not among the configured ones.
    ///
    /// Cure: name exactly this certificate: certificate-authority-data of the kubeconfig, VAULT_CACERT, or http.sslCAInfo of Git
    #[error("its certificate is that of an authority (CA:TRUE), and not byte for byte a configured one")]
    AuthorityAsServer,
    /// The certificate that signed the server's is none of an authority.
    #[error("its certificate is signed by one that is not an authority (CA:FALSE)")]
    ServerAsAuthority,
    /// The certificate has a critical extension that is unknown here.
    #[error("its certificate has a critical extension that is not understood")]
    CriticalExtension,
    /// The certificate can't be read.
    #[error("its certificate can't be read: it is not well-formed")]
    Malformed,
    /// Some other fault of TLS.
    #[error("the TLS handshake failed ({said})")]
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

    /// What to do next.
    pub fn hint(&self, settings: &Settings) -> Option<String> {
        let look = || format!("openssl s_client -connect {} -showcerts </dev/null", quoted(&settings.place));
        let authority = &settings.authority;
        Some(match self {
            Self::UnknownAuthority { known: Known::SameName, .. } => {
                format!("the server is another one under the same name, or its authority was renewed: compare them (`{}`), then {authority}", look())
            }
            Self::UnknownAuthority { known: Known::Nothing, .. } => {
                format!("install this machine's authorities (package ca-certificates), or {authority}")
            }
            Self::UnknownAuthority { known: Known::AnotherServer(_), .. } => {
                format!("the server has a new certificate; name the authority that signs it rather than the certificate: {authority}")
            }
            Self::UnknownAuthority { known: Known::MayNotSign(_), .. } => {
                format!("where that is an authority, issue it again with CA:TRUE and the key usage keyCertSign; else {authority}")
            }
            Self::UnknownAuthority { .. } | Self::AuthorityAsServer => authority.clone(),
            Self::Expired { .. } => {
                "renew the server's certificate; where this machine's clock is wrong, correct it (`timedatectl`)".to_owned()
            }
            Self::NotYetValid { .. } => {
                "correct this machine's clock where it is behind (`timedatectl`); else wait, or issue the certificate again".to_owned()
            }
            Self::WrongName { names, .. } if names.is_empty() => {
                "issue the certificate again with a subjectAltName; the common name alone does not count".to_owned()
            }
            Self::WrongName { .. } => settings.server_name.clone(),
            Self::ClientCertificateRequired | Self::ClientCertificateRefused { .. } => settings.client_certificate.clone(),
            Self::NothingInCommon { .. } => {
                format!("let the server offer TLS 1.2 or 1.3 with an AEAD cipher; see what it offers:\n{}", look())
            }
            Self::NoTls => settings.plain.clone(),
            Self::Closed | Self::Other { .. } => {
                format!("see what the server speaks; a proxy or load balancer that ends TLS is the usual cause:\n{}", look())
            }
            Self::WeakSignature | Self::WeakKey { .. } | Self::OldVersion => {
                "issue the server's certificate again: X.509 version 3, SHA-256, and RSA with 2048 bits or ECDSA P-256".to_owned()
            }
            Self::Revoked | Self::Malformed | Self::NotForServers => {
                "issue the server's certificate again, with the extended key usage serverAuth".to_owned()
            }
            Self::BadSignature | Self::NameConstraints | Self::PathLength | Self::ServerAsAuthority | Self::CriticalExtension => {
                format!("have the certificate issued again by an authority that may; see the chain:\n{}", look())
            }
        })
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

fn clocks(valid: &str, bound: &Option<Timestamp>, now: &Option<Timestamp>) -> String {
    match (bound, now) {
        (Some(bound), Some(now)) => format!(": {valid} {bound}, and this machine's clock says {now}"),
        (Some(bound), None) => format!(": {valid} {bound}"),
        _ => String::new(),
    }
}

fn in_brackets(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" ({said})") }
}

fn unknown(issuer: &str, self_signed: bool, known: &Known) -> String {
    let signed = match self_signed {
        true => format!("its certificate is self-signed ({issuer})"),
        false => format!("its certificate is signed by an unknown authority ({issuer})"),
    };
    match known {
        Known::System => format!("{signed}, which this machine does not trust"),
        Known::Nothing => format!("{signed}, and this machine has no trusted authorities installed"),
        Known::SameName => {
            format!("{signed}: the configured authority has the same name, but another key")
        }
        Known::Others(names) if names.is_empty() => format!("{signed}, and no authority is configured"),
        Known::Others(names) => format!("{signed}; the configured authorities are: {}", names.join("; ")),
        Known::AnotherServer(name) => {
            format!(
                "{signed}; the configured certificate is that of a server ({name}), and the server shows another one"
            )
        }
        Known::MayNotSign(name) => {
            format!(
                "{signed}; the configured certificate of that name ({name}) may not sign others (no CA:TRUE, or no keyCertSign)"
            )
        }
    }
}
