use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credentials::from_secrets;
use insta::assert_snapshot;
use serde_json::{Map, Value, json};

use crate::{HTTPS, KEY, SSH, told, url};

/// A Secret as the API server shows it.
fn secret(name: &str, kind: &str, data: &[(&str, &str)]) -> Value {
    let data: Map<String, Value> =
        data.iter().map(|(key, value)| ((*key).to_owned(), STANDARD.encode(value).into())).collect();
    json!({
        "metadata": {"name": name, "labels": {"argocd.argoproj.io/secret-type": kind}},
        "data": data,
    })
}

fn login<'a>(repo_url: &'a str, username: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("url", repo_url), ("username", username), ("password", "pass-word")]
}

fn look(secrets: &[Value], repo_url: &str) -> String {
    told(from_secrets(secrets, "openshift-gitops", "gitops-repo", &url(repo_url)))
}

#[test]
fn the_repository_secret_for_this_url_gives_its_login() {
    assert_snapshot!(look(&[secret("gitops-repo", "repository", &login(HTTPS, "ada"))], HTTPS), @"Secret openshift-gitops/gitops-repo → ada / pass-word");
}

#[test]
fn the_url_is_compared_by_argo_cds_rule() {
    let stored = "https://GIT.example.com/team/gitops";
    assert!(look(&[secret("gitops-repo", "repository", &login(stored, "ada"))], HTTPS).contains("→ ada"));
}

#[test]
fn a_secret_for_another_url_is_none_even_under_our_name() {
    let other = "https://git.example.com/other/repo";
    assert_snapshot!(look(&[secret("gitops-repo", "repository", &login(other, "ada"))], HTTPS), @"Secret in the cluster → none: no repository Secret for this URL in namespace openshift-gitops, and no repo-creds Secret whose URL begins it");
}

#[test]
fn the_one_with_our_name_comes_first() {
    let secrets = [
        secret("a-repo", "repository", &login(HTTPS, "other")),
        secret("gitops-repo", "repository", &login(HTTPS, "ours")),
    ];
    assert!(look(&secrets, HTTPS).contains("→ ours"));
}

#[test]
fn one_with_another_name_counts_too() {
    assert_snapshot!(look(&[secret("a-repo", "repository", &login(HTTPS, "ada"))], HTTPS), @"Secret openshift-gitops/a-repo → ada / pass-word");
}

#[test]
fn a_template_whose_url_begins_ours_gives_its_login() {
    let secrets = [secret("team", "repo-creds", &login("https://git.example.com/team", "ada"))];
    assert_snapshot!(look(&secrets, HTTPS), @"Secret openshift-gitops/team → ada / pass-word");
}

#[test]
fn the_longest_template_wins() {
    let secrets = [
        secret("host", "repo-creds", &login("https://git.example.com", "host")),
        secret("team", "repo-creds", &login("https://git.example.com/team", "team")),
    ];
    assert!(look(&secrets, HTTPS).contains("→ team"));
}

#[test]
fn a_template_for_elsewhere_or_without_a_url_is_none() {
    let secrets = [
        secret("elsewhere", "repo-creds", &login("https://git.example.com/other", "ada")),
        secret("nowhere", "repo-creds", &login("", "ada")),
    ];
    assert!(look(&secrets, HTTPS).contains("none: no repository Secret"));
}

#[test]
fn a_repository_secret_comes_before_a_template() {
    let secrets = [
        secret("team", "repo-creds", &login("https://git.example.com/team", "template")),
        secret("gitops-repo", "repository", &login(HTTPS, "own")),
    ];
    assert!(look(&secrets, HTTPS).contains("→ own"));
}

#[test]
fn a_repository_secret_without_a_login_leaves_it_to_the_template() {
    let secrets = [
        secret("gitops-repo", "repository", &[("url", HTTPS)]),
        secret("team", "repo-creds", &login("https://git.example.com/team", "ada")),
    ];
    assert_snapshot!(look(&secrets, HTTPS), @"Secret openshift-gitops/team → ada / pass-word");
}

#[test]
fn a_repository_secret_without_a_login_is_none_and_no_warning() {
    assert_snapshot!(look(&[secret("gitops-repo", "repository", &[("url", HTTPS)])], HTTPS), @"Secret in the cluster → none: Secret openshift-gitops/gitops-repo: no login there");
}

#[test]
fn a_helm_repository_is_not_ours() {
    let helm = [("url", HTTPS), ("type", "helm"), ("username", "ada"), ("password", "pass-word")];
    assert!(look(&[secret("charts", "repository", &helm)], HTTPS).contains("none: no repository Secret"));
}

#[test]
fn another_kind_of_secret_is_not_looked_at() {
    assert!(
        look(&[secret("prod", "cluster", &login(HTTPS, "ada"))], HTTPS)
            .contains("none: no repository Secret")
    );
}

#[test]
fn an_ssh_key_is_a_login_for_ssh() {
    let secrets = [secret("gitops-repo", "repository", &[("url", SSH), ("sshPrivateKey", KEY)])];
    let key = format!("→ key {KEY}");
    assert!(look(&secrets, SSH).ends_with(&key));
    assert!(look(&secrets, "ssh://git@git.example.com/team/gitops").ends_with(&key));
}

#[test]
fn a_key_that_is_mended_here_alone_is_said() {
    let stored = |key: &str| {
        let secrets = [secret("gitops-repo", "repository", &[("url", SSH), ("sshPrivateKey", key)])];
        look(&secrets, SSH)
    };
    let of_one_line = stored(&KEY.replace('\n', "\\n"));
    assert!(
        of_one_line.contains("warning: Secret openshift-gitops/gitops-repo: its sshPrivateKey is used here"),
        "{of_one_line}"
    );
    assert!(!stored(&KEY.replace('\n', "\r\n")).contains("warning"), "Argo CD takes these line ends");
}

#[test]
fn a_key_for_https_is_none_and_said() {
    let secrets = [secret("gitops-repo", "repository", &[("url", HTTPS), ("sshPrivateKey", "the key")])];
    assert_snapshot!(look(&secrets, HTTPS), @r"
    Secret in the cluster → none: Secret openshift-gitops/gitops-repo: only an SSH key, which an http(s) URL can't use
    warning: Secret openshift-gitops/gitops-repo gives no login: only an SSH key, which an http(s) URL can't use
    ");
}

#[test]
fn a_github_app_in_the_cluster_is_said() {
    let secrets = [secret("gitops-repo", "repository", &[("url", HTTPS), ("githubAppID", "1")])];
    assert!(look(&secrets, HTTPS).contains("a GitHub App, which is not supported yet"));
}

#[test]
fn a_value_that_is_no_base64_is_no_login() {
    let mut broken = secret("gitops-repo", "repository", &login(HTTPS, "ada"));
    broken["data"]["password"] = "%%%".into();
    assert!(look(&[broken], HTTPS).contains("a user name without a password or token"));
}

#[test]
fn a_login_stored_for_https_is_none_for_plain_http_and_another_port() {
    let stored = |kind: &str, stored: &str| [secret("gitops-repo", kind, &login(stored, "ada"))];
    for other in [
        "http://git.example.com/team/gitops.git",
        "https://git.example.com:8443/team/gitops.git",
        "https://git.example.com.evil.test/team/gitops.git",
    ] {
        assert!(look(&stored("repository", HTTPS), other).contains("none: "), "{other}");
        assert!(
            look(&stored("repo-creds", "https://git.example.com/team"), other).contains("none: "),
            "{other}"
        );
        assert!(look(&stored("repo-creds", "https://git.example.com"), other).contains("none: "), "{other}");
    }
    assert!(look(&stored("repo-creds", "https://git.example.com"), HTTPS).contains("→ ada"));
}
