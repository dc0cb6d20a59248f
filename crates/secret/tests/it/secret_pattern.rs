//! What an unknown secret looks like, and what only tells of one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secret::{MASKED, Mask, SecretPattern, SecretString, secret_patterns};

/// Letters and digits at random, as tokens are made of: no token that ever was.
const RANDOM: &str = "4kQz81LmWx0Tb6Vd2RsYc7Np";

#[track_caller]
fn check(line: &str, expect: SecretPattern) {
    assert!(secret_patterns(line).contains(&expect), "{expect} is not seen in: {line}");
}

#[track_caller]
fn harmless(line: &str) {
    assert!(secret_patterns(line).is_empty(), "{:?} is seen in: {line}", secret_patterns(line));
}

fn pem(kind: &str) -> String {
    format!("-----BEGIN {kind}-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n-----END {kind}-----\n")
}

#[test]
fn a_private_key_is_seen_in_pem_in_json_and_in_base64() {
    for kind in
        ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]
    {
        check(pem(kind).lines().next().unwrap(), SecretPattern::PrivateKey);
        check(&format!("{{\"key\": \"{}\"}}", pem(kind).replace('\n', "\\n")), SecretPattern::PrivateKey);
        check(&format!("    client-key-data: {}", STANDARD.encode(pem(kind))), SecretPattern::PrivateKey);
    }
    check("-----BEGIN PGP PRIVATE KEY BLOCK-----", SecretPattern::PrivateKey);
}

#[test]
fn a_certificate_and_a_public_key_are_none() {
    for kind in ["CERTIFICATE", "PUBLIC KEY"] {
        pem(kind).lines().for_each(harmless);
        harmless(&format!("    certificate-authority-data: {}", STANDARD.encode(pem(kind))));
    }
}

#[test]
fn a_web_token_is_seen_also_in_base64() {
    let part = |json: &str| STANDARD.encode(json).trim_end_matches('=').to_owned();
    let head = part(r#"{"alg":"RS256","kid":"x"}"#);
    let jwt = format!("{head}.{}.{RANDOM}{RANDOM}", part(r#"{"iss":"kubernetes/serviceaccount"}"#));
    check(&format!("said {jwt}, and failed"), SecretPattern::Jwt);
    check(&format!("  ca: {}", STANDARD.encode(&jwt)), SecretPattern::Jwt);
    harmless(&format!("{head}.and.more"));
}

#[test]
fn tokens_are_seen_by_how_they_begin() {
    for begin in ["ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "gldt-", "ATBB", "ATCTT3", "xoxb-"] {
        check(&format!("clone with {begin}{RANDOM} failed"), SecretPattern::HostToken);
    }
    for begin in ["hvs.", "hvb.", "hvr.", "s.", "b."] {
        check(&format!("got {begin}{RANDOM}"), SecretPattern::VaultToken);
        check(&format!("\"{begin}{RANDOM}\""), SecretPattern::VaultToken);
    }
    check(&format!("got s.{RANDOM}.a1B2c"), SecretPattern::VaultToken);
    check(&format!("oc login --token=sha256~{RANDOM}{RANDOM}"), SecretPattern::OpenShiftToken);
    harmless("clone with ghp_ or glpat- or hvs. as they begin");
    harmless("apps.thisisaverylongnameofdnsx.example.com");
    harmless("see pods.abcdefghijklmnopqrstuvwx and global-production-configuration");
}

#[test]
fn a_login_in_a_url_a_header_or_a_registry_s_file_is_seen() {
    check("cloning https://bob:hunter2@git.example.com/x.git", SecretPattern::UrlPassword);
    harmless("cloning https://bob@git.example.com/x.git, https://bob:***@git.example.com");
    check(&format!("Authorization: Basic {}", STANDARD.encode("bob:hunter2")), SecretPattern::Header);
    check(&format!("> authorization: Bearer {RANDOM}"), SecretPattern::Header);
    check(&format!("with bearer {RANDOM}"), SecretPattern::Header);
    harmless("the bearer authentication-is-not-enabled here; Authorization: Bearer ***");
    let login = STANDARD.encode("bob:hunter2hunter2");
    check(&format!(r#"{{"auths":{{"quay.io":{{"auth":"{login}"}}}}}}"#), SecretPattern::RegistryLogin);
    let file = format!(r#"{{"auths":{{"quay.io":{{"auth":"{login}"}}}}}}"#);
    check(&format!(".dockerconfigjson: {}", STANDARD.encode(file)), SecretPattern::RegistryLogin);
    harmless(r#"path: auth/kubernetes/config, "auth": "kubernetes""#);
}

#[test]
fn a_value_that_is_named_as_a_secret_is_seen() {
    for line in [
        "password: correcthorse",
        "  password: 'correct'",
        r#"{"username": "bob", "password": "hunter2", "x": 1}"#,
        r#""message": "sent {\"password\":\"hunter2\"}""#,
        "GITOPS_REPO_PASSWORD=correcthorse helm upgrade",
        "the password: hunter2! was refused",
        "db_passwd = swordfish # of old",
        "token: 0123456789abcdef0123",
        "VAULT_TOKEN=8f3a1c5e-0b5d-4a55-9a3f-6f0f8f7f1e2d",
        "GET /x?access_token=4kQz81LmWx0Tb6&y=1",
        "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCY",
        "clientSecret: a9f8e7d6c5b4a39281706f5e4d3c2b1a",
        "api-key => 4kQz81LmWx0Tb6",
        "token: none, password: hunter22",
    ] {
        check(line, SecretPattern::NamedValue);
    }
}

#[test]
fn what_only_tells_of_a_secret_is_none() {
    for line in [
        "secret: gitops-repo",
        "VAULT_REVIEWER_SECRET=vault-token-reviewer-2",
        "secretName: vault-token-reviewer, secret: gitops-repo-0f3a",
        "error: failed to use the token: permission denied",
        "password: not set",
        "password: (from Vault KV gitops/github/gitops-repo)",
        "password: ***",
        "password: ${PASSWORD}",
        "password: <yours>",
        "password: null",
        "TOKEN=$(oc whoami -t)",
        "token: true",
        "token: /var/run/secrets/token1",
        "token_reviewer_jwt: sha256:8f3a1c5e0b5d4a559a3f",
        "token: type ServiceAccount",
        "passwords are kept in Vault: see docs/2026",
        "GITOPS_REPO_PASSWORD and GITOPS_REPO_PAT are unset",
        "credentials: env GITOPS_REPO_PASSWORD",
        "expected a URL without a password: put the login into Vault",
        "password:",
        "token=",
    ] {
        harmless(line);
    }
}

#[test]
fn every_pattern_has_words_of_its_own() {
    let all = [
        SecretPattern::PrivateKey,
        SecretPattern::Jwt,
        SecretPattern::HostToken,
        SecretPattern::VaultToken,
        SecretPattern::OpenShiftToken,
        SecretPattern::UrlPassword,
        SecretPattern::RegistryLogin,
        SecretPattern::Header,
        SecretPattern::NamedValue,
    ];
    let words: std::collections::BTreeSet<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!(words.len(), all.len());
}

#[test]
fn a_known_secret_is_found_where_it_stands() {
    let mask = Mask::new();
    assert_eq!(mask.places(b"hunter2-hunter2"), Vec::<usize>::new());
    mask.add(&SecretString::from("hunter2-hunter2"));
    assert_eq!(mask.places(b"a\nhunter2-hunter2 and hunter2-hunter2"), [2, 22]);
    assert_eq!(mask.places(mask.text("a hunter2-hunter2").as_bytes()), Vec::<usize>::new());
    assert!(mask.text("hunter2-hunter2").contains(MASKED));
}
