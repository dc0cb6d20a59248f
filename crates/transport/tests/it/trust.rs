//! The verifier: webpki's judgement, and certificates that are byte for byte configured ones.

use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use transport::{Known, TlsProblem, Trust};

type Der = CertificateDer<'static>;
type Authority = CertifiedIssuer<'static, KeyPair>;

/// 2026-01-01.
const NOW: u64 = 1_767_225_600;

fn params(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2030, 1, 1);
    params
}

fn authority(name: &str) -> Authority {
    authority_with(name, |_| {})
}

fn authority_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Authority {
    let mut params = params(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn leaf(of: &Authority, change: impl FnOnce(&mut CertificateParams)) -> Der {
    let mut params = params("server", &["api.example.com", "127.0.0.1"]);
    change(&mut params);
    params.signed_by(&KeyPair::generate().unwrap(), of).unwrap().der().clone()
}

fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> Der {
    let mut params = params("server", &["api.example.com", "127.0.0.1"]);
    change(&mut params);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()
}

fn is_ca(params: &mut CertificateParams) {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
}

fn judged(trust: &Trust, shown: &Der, above: &[Der], name: &str) -> Result<(), TlsProblem> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(NOW));
    let judged = trust.verifier().verify_server_cert(shown, above, &name, &[], now);
    judged.map(drop).map_err(|error| TlsProblem::of(&error))
}

fn pinned(shown: &Der, name: &str) -> Result<(), TlsProblem> {
    judged(&Trust::Only(vec![shown.clone()]), shown, &[], name)
}

#[test]
fn what_an_authority_signed_is_trusted_by_name_and_by_address() {
    let ca = authority("ca");
    let trust = Trust::Only(vec![ca.der().clone()]);
    for name in ["api.example.com", "127.0.0.1"] {
        assert_eq!(judged(&trust, &leaf(&ca, |_| {}), &[], name), Ok(()));
    }
}

#[test]
fn a_self_signed_certificate_that_is_configured_is_trusted() {
    for shown in [self_signed(is_ca), self_signed(|_| {})] {
        for name in ["api.example.com", "127.0.0.1"] {
            assert_eq!(pinned(&shown, name), Ok(()));
        }
    }
}

#[test]
fn a_servers_own_certificate_that_is_configured_is_trusted() {
    let (ca, other) = (authority("ca"), authority("other"));
    let shown = leaf(&ca, |_| {});
    assert_eq!(pinned(&shown, "127.0.0.1"), Ok(()));
    let bundle = Trust::Only(vec![other.der().clone(), leaf(&ca, |_| {}), shown.clone()]);
    assert_eq!(judged(&bundle, &shown, &[ca.der().clone()], "127.0.0.1"), Ok(()));
}

#[test]
fn the_dates_of_a_configured_certificate_still_count() {
    let old = |params: &mut CertificateParams| params.not_after = date_time_ymd(2025, 1, 1);
    let new = |params: &mut CertificateParams| params.not_before = date_time_ymd(2027, 1, 1);
    let now = Some("2026-01-01T00:00:00Z".parse().unwrap());
    for shown in [self_signed(old), leaf(&authority("ca"), old)] {
        let not_after = Some("2025-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(pinned(&shown, "127.0.0.1"), Err(TlsProblem::Expired { not_after, now }));
    }
    for shown in [self_signed(new), leaf(&authority("ca"), new)] {
        let not_before = Some("2027-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(pinned(&shown, "127.0.0.1"), Err(TlsProblem::NotYetValid { not_before, now }));
    }
}

#[test]
fn the_names_of_a_configured_certificate_still_count() {
    for shown in [self_signed(is_ca), leaf(&authority("ca"), |_| {})] {
        for name in ["vault.example.com", "127.0.0.2"] {
            let expected = name.to_owned();
            let names = vec!["api.example.com".to_owned(), "127.0.0.1".to_owned()];
            assert_eq!(pinned(&shown, name), Err(TlsProblem::WrongName { expected, names }));
        }
    }
}

#[test]
fn the_clock_is_named_where_an_authority_signed_too() {
    let ca = authority("ca");
    let shown = leaf(&ca, |params| params.not_before = date_time_ymd(2027, 1, 1));
    let problem = judged(&Trust::Only(vec![ca.der().clone()]), &shown, &[], "127.0.0.1").unwrap_err();
    assert_eq!(
        problem.to_string(),
        "its certificate is not valid yet: it is valid from 2027-01-01T00:00:00Z, and this machine's clock says \
         2026-01-01T00:00:00Z"
    );
}

fn unknown(trust: &Trust, shown: &Der, above: &[Der]) -> (String, bool, Known) {
    match judged(trust, shown, above, "127.0.0.1") {
        Err(TlsProblem::UnknownAuthority { issuer, self_signed, known }) => (issuer, self_signed, known),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unknown_authority_is_named_with_those_that_are_configured() {
    let (ca, other) = (authority("ca"), authority("other"));
    let trust = Trust::Only(vec![other.der().clone()]);
    let known = Known::Others(vec!["CN=other".to_owned()]);
    assert_eq!(unknown(&trust, &leaf(&ca, |_| {}), &[]), ("CN=ca".to_owned(), false, known));
}

#[test]
fn the_authority_that_is_missing_is_that_of_the_topmost_certificate() {
    let root = authority("root");
    let mut params = params("intermediate", &[]);
    is_ca(&mut params);
    let intermediate = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &root).unwrap();
    let shown = leaf(&intermediate, |_| {});
    let trust = Trust::Only(vec![authority("other").der().clone()]);
    assert_eq!(unknown(&trust, &shown, &[intermediate.der().clone()]).0, "CN=root");
    assert_eq!(unknown(&trust, &shown, &[]).0, "CN=intermediate");
}

#[test]
fn an_authority_of_the_configured_ones_name_is_told_apart() {
    let trust = Trust::Only(vec![authority("ca").der().clone()]);
    assert_eq!(unknown(&trust, &leaf(&authority("ca"), |_| {}), &[]).2, Known::SameName);
}

#[test]
fn another_servers_certificate_in_the_authoritys_place_is_told_apart() {
    let ca = authority("ca");
    let configured = leaf(&ca, |params| params.distinguished_name.push(DnType::CommonName, "old server"));
    let known = unknown(&Trust::Only(vec![configured]), &leaf(&ca, |_| {}), &[]).2;
    assert_eq!(known, Known::AnotherServer("CN=old server".to_owned()));
}

#[test]
fn a_self_signed_certificate_that_nobody_configured_is_not_trusted() {
    let trust = Trust::Only(vec![authority("other").der().clone()]);
    assert!(unknown(&trust, &self_signed(|_| {}), &[]).1);
    let known = Known::Others(vec!["CN=other".to_owned()]);
    assert_eq!(unknown(&trust, &self_signed(is_ca), &[]), ("CN=server".to_owned(), true, known));
    assert!(judged(&Trust::System, &self_signed(|_| {}), &[], "127.0.0.1").is_err());
}

#[test]
fn an_authority_as_server_with_the_configured_ones_name_is_told_apart() {
    let trust = Trust::Only(vec![self_signed(is_ca)]);
    assert_eq!(judged(&trust, &self_signed(is_ca), &[], "127.0.0.1"), Err(TlsProblem::AuthorityAsServer));
}

#[test]
fn what_a_configured_servers_key_signed_is_not_trusted() {
    let root = authority("root");
    for kind in [IsCa::NoCa, IsCa::ExplicitNoCa] {
        let mut params = params("pinned", &["127.0.0.1"]);
        params.is_ca = kind;
        let pinned = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &root).unwrap();
        let (trust, impostor) = (Trust::Only(vec![pinned.der().clone()]), leaf(&pinned, |_| {}));
        assert_eq!(judged(&trust, pinned.der(), &[], "127.0.0.1"), Ok(()));
        let may_not = Known::MayNotSign("CN=pinned".to_owned());
        assert_eq!(unknown(&trust, &impostor, &[]), ("CN=pinned".to_owned(), false, may_not));
        assert_eq!(unknown(&trust, &impostor, &[pinned.der().clone()]).0, "CN=root");
    }
}

#[test]
fn what_a_self_signed_certificate_without_ca_true_signed_is_not_trusted() {
    for kind in [IsCa::NoCa, IsCa::ExplicitNoCa] {
        let pinned = authority_with("pinned", |params| params.is_ca = kind);
        let (shown, above) = (leaf(&pinned, |_| {}), vec![pinned.der().clone()]);
        let may_not = || Known::MayNotSign("CN=pinned".to_owned());
        let alone = Trust::Only(above.clone());
        assert_eq!(unknown(&alone, &shown, &[]).2, may_not());
        assert_eq!(unknown(&alone, &shown, &above).2, may_not());
        let among = Trust::Only(vec![authority("other").der().clone(), pinned.der().clone()]);
        assert_eq!(unknown(&among, &shown, &[]).2, may_not());
        assert_eq!(judged(&among, &shown, &above, "127.0.0.1"), Err(TlsProblem::ServerAsAuthority));
    }
}

#[test]
fn an_authority_signs_where_its_key_usage_lets_it() {
    use KeyUsagePurpose::{CrlSign, DigitalSignature, KeyCertSign};
    let judged = |usages: Vec<KeyUsagePurpose>| {
        let ca = authority_with("ca", |params| params.key_usages = usages);
        judged(&Trust::Only(vec![ca.der().clone()]), &leaf(&ca, |_| {}), &[], "127.0.0.1")
    };
    for usages in [vec![], vec![KeyCertSign], vec![DigitalSignature, KeyCertSign]] {
        assert_eq!(judged(usages), Ok(()));
    }
    for usages in [vec![DigitalSignature], vec![DigitalSignature, CrlSign]] {
        let Err(TlsProblem::UnknownAuthority { known, .. }) = judged(usages) else { panic!("trusted") };
        assert_eq!(known, Known::MayNotSign("CN=ca".to_owned()));
    }
}

#[test]
fn the_use_of_a_configured_certificate_still_counts() {
    use ExtendedKeyUsagePurpose::{Any, ClientAuth, CodeSigning, ServerAuth};
    let pinned = |usages: Vec<ExtendedKeyUsagePurpose>| {
        pinned(&self_signed(|params| params.extended_key_usages = usages), "127.0.0.1")
    };
    for usages in [vec![], vec![ServerAuth], vec![ClientAuth, ServerAuth], vec![Any]] {
        assert_eq!(pinned(usages), Ok(()));
    }
    for usages in [vec![ClientAuth], vec![ClientAuth, CodeSigning]] {
        assert_eq!(pinned(usages), Err(TlsProblem::NotForServers));
    }
}

#[test]
fn a_renewed_self_signed_certificate_is_told_as_another_one_of_the_server() {
    let trust = Trust::Only(vec![self_signed(|_| {})]);
    let known = Known::AnotherServer("CN=server".to_owned());
    assert_eq!(unknown(&trust, &self_signed(|_| {}), &[]), ("CN=server".to_owned(), true, known));
}

#[test]
fn what_webpki_refuses_of_an_authoritys_certificate_stays_refused() {
    let constrained = authority_with("ca", |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("corp.test".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });
    let ca = authority("ca");
    let cases = [
        (&constrained, leaf(&constrained, |_| {}), TlsProblem::NameConstraints),
        (
            &ca,
            leaf(&ca, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            TlsProblem::NotForServers,
        ),
        (&ca, leaf(&ca, is_ca), TlsProblem::AuthorityAsServer),
    ];
    for (ca, shown, problem) in cases {
        assert_eq!(
            judged(&Trust::Only(vec![ca.der().clone()]), &shown, &[], "api.example.com"),
            Err(problem)
        );
    }
}

#[test]
fn more_authorities_than_one_allows_are_told() {
    let root = authority("root");
    let below = |name: &str, length: BasicConstraints, above: &rcgen::Issuer<'_, KeyPair>| {
        let mut params = params(name, &[]);
        params.is_ca = IsCa::Ca(length);
        CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), above).unwrap()
    };
    let first = below("first", BasicConstraints::Constrained(0), &root);
    let second = below("second", BasicConstraints::Unconstrained, &first);
    let above = [second.der().clone(), first.der().clone()];
    let judged = judged(&Trust::Only(vec![root.der().clone()]), &leaf(&second, |_| {}), &above, "127.0.0.1");
    assert_eq!(judged, Err(TlsProblem::PathLength));
}

#[test]
fn what_is_no_certificate_is_told() {
    let garbage = Der::from(vec![0x30, 0x03, 0x02, 0x01, 0x01]);
    let trust = Trust::Only(vec![authority("ca").der().clone()]);
    assert_eq!(judged(&trust, &garbage, &[], "127.0.0.1"), Err(TlsProblem::Malformed));
    assert_eq!(pinned(&garbage, "127.0.0.1"), Err(TlsProblem::Malformed));
    let trust = Trust::Only(vec![self_signed(|_| {})]);
    assert_eq!(judged(&trust, &garbage, &[], "127.0.0.1"), Err(TlsProblem::Malformed));
}

#[test]
fn without_checks_everything_passes() {
    let shown = self_signed(|params| params.not_after = date_time_ymd(2021, 1, 1));
    assert_eq!(judged(&Trust::Unchecked, &shown, &[], "elsewhere.example.com"), Ok(()));
}

#[test]
fn a_pem_text_holds_certificates_or_says_what_it_lacks() {
    use transport::{PemProblem, certificates};
    let ca = authority("ca");
    assert_eq!(certificates(ca.pem().as_bytes()).unwrap(), [ca.der().clone()]);
    assert_eq!(certificates(b"no certificate"), Err(PemProblem::NoCertificate));
    assert_eq!(certificates(b""), Err(PemProblem::NoCertificate));
    assert_eq!(certificates(&ca.pem().as_bytes()[..100]), Err(PemProblem::Unreadable));
}
