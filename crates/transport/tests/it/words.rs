//! The words and the next step of every problem.

use rustls::{AlertDescription as Alert, CertificateError, Error, InvalidMessage, PeerIncompatible};
use transport::{Known, ProxyProblem, Settings, TlsProblem};

fn settings() -> Settings {
    Settings {
        place: "vault.example.com:8200".into(),
        authority: "export VAULT_CACERT=FILE".into(),
        server_name: "export VAULT_TLS_SERVER_NAME=NAME".into(),
        client_certificate: "set VAULT_CLIENT_CERT and VAULT_CLIENT_KEY".into(),
        plain: "export VAULT_ADDR=http://vault.example.com:8200".into(),
    }
}

fn unknown(known: Known) -> TlsProblem {
    TlsProblem::UnknownAuthority { issuer: "CN=ca".into(), self_signed: false, known }
}

fn all() -> Vec<TlsProblem> {
    use TlsProblem as P;
    vec![
        unknown(Known::System),
        unknown(Known::Nothing),
        unknown(Known::Others(vec!["CN=other".into()])),
        unknown(Known::SameName),
        unknown(Known::AnotherServer("CN=old".into())),
        unknown(Known::MayNotSign("CN=ca".into())),
        P::Expired { not_after: None, now: None },
        P::NotYetValid { not_before: None, now: None },
        P::WrongName { expected: "vault.example.com".into(), names: Vec::new() },
        P::ClientCertificateRequired,
        P::ClientCertificateRefused { alert: "access denied" },
        P::NothingInCommon { said: String::new() },
        P::NoTls,
        P::Closed,
        P::WeakSignature,
        P::WeakKey { bits: 1024 },
        P::BadSignature,
        P::OldVersion,
        P::NameConstraints,
        P::PathLength,
        P::Revoked,
        P::NotForServers,
        P::AuthorityAsServer,
        P::ServerAsAuthority,
        P::CriticalExtension,
        P::Malformed,
        P::Other { said: "odd".into() },
    ]
}

#[test]
fn every_problem_has_words_of_our_own_and_a_next_step() {
    for problem in all() {
        let (said, hint) = (problem.to_string(), problem.advice(&settings()).to_string());
        assert!(
            said.starts_with("it")
                || said.starts_with("the")
                || said.starts_with("an")
                || said.starts_with("more")
        );
        assert!(hint.len() > 10, "{problem:?} has no hint");
        for library in ["UnknownIssuer", "OtherError", "webpki", "rustls", "CertificateError"] {
            assert!(!said.contains(library) && !hint.contains(library), "{said}");
        }
    }
}

#[test]
fn each_problem_names_the_setting_that_is_to_be_changed() {
    let hint = |problem: TlsProblem| problem.advice(&settings()).to_string();
    let not_signing = Known::MayNotSign(String::new());
    for known in [Known::System, Known::Nothing, Known::Others(Vec::new()), Known::SameName, not_signing] {
        assert!(hint(unknown(known)).contains("export VAULT_CACERT=FILE"));
    }
    assert!(hint(TlsProblem::AuthorityAsServer).contains("VAULT_CACERT"));
    let name = TlsProblem::WrongName { expected: String::new(), names: vec!["api.example.com".into()] };
    assert!(hint(name).contains("VAULT_TLS_SERVER_NAME"));
    let nameless = TlsProblem::WrongName { expected: "vault.example.com".into(), names: Vec::new() };
    assert!(hint(nameless).starts_with("issue the certificate again with a subjectAltName"));
    assert!(hint(TlsProblem::ClientCertificateRequired).contains("VAULT_CLIENT_CERT"));
    assert!(hint(TlsProblem::NoTls).contains("http://"));
    assert!(hint(TlsProblem::Closed).contains("openssl s_client -connect vault.example.com:8200"));
    assert!(hint(TlsProblem::NotYetValid { not_before: None, now: None }).contains("clock"));
}

#[test]
fn alerts_of_the_server_are_told_apart() {
    let of = |alert| TlsProblem::of(&Error::AlertReceived(alert));
    assert_eq!(of(Alert::CertificateRequired), TlsProblem::ClientCertificateRequired);
    for alert in [Alert::BadCertificate, Alert::UnknownCA, Alert::AccessDenied, Alert::CertificateExpired] {
        assert!(matches!(of(alert), TlsProblem::ClientCertificateRefused { .. }), "{alert:?}");
    }
    for alert in [Alert::HandshakeFailure, Alert::ProtocolVersion, Alert::InsufficientSecurity] {
        assert!(matches!(of(alert), TlsProblem::NothingInCommon { .. }), "{alert:?}");
    }
    assert!(matches!(of(Alert::InternalError), TlsProblem::Other { .. }));
}

#[test]
fn what_the_library_says_of_a_certificate_is_told_apart() {
    use CertificateError as C;
    let of = |error: C| TlsProblem::of(&error.into());
    assert_eq!(of(C::Revoked), TlsProblem::Revoked);
    assert_eq!(of(C::BadSignature), TlsProblem::BadSignature);
    assert_eq!(of(C::InvalidPurpose), TlsProblem::NotForServers);
    assert_eq!(of(C::UnhandledCriticalExtension), TlsProblem::CriticalExtension);
    assert_eq!(of(C::BadEncoding), TlsProblem::Malformed);
    let weak = C::UnsupportedSignatureAlgorithmContext {
        signature_algorithm_id: Vec::new(),
        supported_algorithms: Vec::new(),
    };
    assert_eq!(of(weak), TlsProblem::WeakSignature);
    assert!(matches!(of(C::UnknownRevocationStatus), TlsProblem::Other { .. }));
    let plain = Error::InvalidMessage(InvalidMessage::InvalidContentType);
    assert_eq!(TlsProblem::of(&plain), TlsProblem::NoTls);
    let old = Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13);
    assert!(matches!(TlsProblem::of(&old), TlsProblem::NothingInCommon { .. }));
}

#[test]
fn the_names_of_a_certificate_are_listed_and_a_long_list_is_cut() {
    let many = |count: usize| (0..count).map(|at| format!("h{at}")).collect();
    let said = |names| TlsProblem::WrongName { expected: "a".into(), names }.to_string();
    assert_eq!(said(many(2)), "its certificate is not valid for the name a (it is valid for h0, h1)");
    assert!(said(many(12)).ends_with("h9 and 2 more)"));
    assert!(said(Vec::new()).ends_with("(it names no host)"));
}

#[test]
fn every_problem_of_a_proxy_names_the_setting_and_the_way_past_it() {
    use ProxyProblem as P;
    let said = String::new;
    for problem in [
        P::NoUrl,
        P::Scheme { scheme: "ftp".into() },
        P::Dns,
        P::Refused,
        P::TimedOut,
        P::WantsLogin,
        P::NoTunnel { said: said() },
        P::NoProxy { said: said() },
        P::Tls(Box::new(TlsProblem::NoTls)),
        P::Tls(Box::new(TlsProblem::Revoked)),
        P::Broken { said: said() },
    ] {
        let hint = problem.advice("HTTPS_PROXY", &settings()).to_string();
        assert!(hint.contains("HTTPS_PROXY"), "{problem:?}: {hint}");
    }
}
