use credentials::from_kv;
use insta::assert_snapshot;

use crate::{HTTPS, KEY, SSH, told, url};

const PATH: &str = "gitops/github/gitops-repo";

fn kv(data: &[(&str, &str)], repo_url: &str) -> String {
    let data = data.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
    told(from_kv(PATH, 2, &data, &url(repo_url)))
}

#[test]
fn user_name_and_password_make_a_login() {
    assert_snapshot!(kv(&[("username", "ada"), ("password", "pass-word")], HTTPS), @"Vault KV gitops/github/gitops-repo (version 2) → ada / pass-word");
}

#[test]
fn token_and_pat_stand_for_the_password() {
    for key in ["token", "pat"] {
        assert!(kv(&[("username", "ada"), (key, "token-1")], HTTPS).ends_with("→ ada / token-1"), "{key}");
    }
}

#[test]
fn the_first_that_is_filled_wins() {
    let data = [("username", "ada"), ("password", ""), ("pat", "third"), ("token", "second")];
    assert!(kv(&data, HTTPS).ends_with("→ ada / second"));
}

#[test]
fn a_token_may_come_alone() {
    assert!(kv(&[("token", "token-1")], "https://github.com/a/b").ends_with("→ x-access-token / token-1"));
}

#[test]
fn an_ssh_key_is_a_login_for_ssh() {
    let key = format!("→ key {KEY}");
    assert!(kv(&[("sshPrivateKey", KEY)], SSH).ends_with(&key));
    assert!(kv(&[("sshPrivateKey", &KEY.replace('\n', "\r\n"))], SSH).ends_with(&key));
    assert!(kv(&[("sshPrivateKey", &KEY.replace('\n', "\\n"))], SSH).ends_with(&key));
}

#[test]
fn a_key_that_no_program_can_use_is_named_with_what_to_do() {
    assert_snapshot!(kv(&[("sshPrivateKey", "ssh-ed25519 AAAA ada")], SSH), @r"
    Vault KV gitops/github/gitops-repo (version 2) → none: a public SSH key; store the private one: the file without .pub (keys there: sshPrivateKey)
    warning: Vault KV gitops/github/gitops-repo (version 2) gives no login: a public SSH key; store the private one: the file without .pub
    ");
}

#[test]
fn of_key_and_password_the_one_that_the_url_can_use_is_taken() {
    let both = [("username", "ada"), ("password", "pass-word"), ("sshPrivateKey", KEY)];
    assert!(kv(&both, SSH).ends_with(&format!("→ key {KEY}")));
    assert!(kv(&both, HTTPS).ends_with("→ ada / pass-word"));
}

#[test]
fn an_ssh_key_alone_is_no_login_for_https_and_that_is_said() {
    assert_snapshot!(kv(&[("sshPrivateKey", "the key")], HTTPS), @r"
    Vault KV gitops/github/gitops-repo (version 2) → none: only an SSH key, which an http(s) URL can't use (keys there: sshPrivateKey)
    warning: Vault KV gitops/github/gitops-repo (version 2) gives no login: only an SSH key, which an http(s) URL can't use
    ");
}

#[test]
fn a_password_alone_is_no_login_for_ssh_and_that_is_said() {
    assert!(kv(&[("password", "pass-word")], SSH).contains("which an ssh URL can't use"));
}

#[test]
fn a_github_app_is_not_supported_and_that_is_said() {
    let app = [("githubAppID", "1"), ("githubAppInstallationID", "2"), ("githubAppPrivateKey", "the key")];
    assert_snapshot!(kv(&app, HTTPS), @r"
    Vault KV gitops/github/gitops-repo (version 2) → none: a GitHub App, which is not supported yet (keys there: githubAppID, githubAppInstallationID, githubAppPrivateKey)
    warning: Vault KV gitops/github/gitops-repo (version 2) gives no login: a GitHub App, which is not supported yet
    ");
}

#[test]
fn a_misspelled_key_is_seen_in_what_is_said() {
    assert_snapshot!(kv(&[("passwort", "pass-word")], HTTPS), @r"
    Vault KV gitops/github/gitops-repo (version 2) → none: no login there (keys there: passwort)
    warning: Vault KV gitops/github/gitops-repo (version 2): no login there (keys there: passwort)
    ");
}

#[test]
fn no_keys_at_all_are_said() {
    assert!(kv(&[], HTTPS).ends_with("none: no login there (it holds no keys)"));
}

fn url_key(stored: &str) -> String {
    kv(&[("username", "ada"), ("password", "pass-word"), ("url", stored)], HTTPS)
}

#[test]
fn a_url_that_is_ours_or_begins_ours_is_fine() {
    for stored in [
        "https://GIT.example.com/team/gitops",
        "https://git.example.com/team",
        "https://git.example.com/",
        "",
    ] {
        assert!(!url_key(stored).contains("warning"), "{stored}");
    }
}

#[test]
fn a_url_of_another_repository_is_a_warning_and_the_login_counts() {
    assert_snapshot!(url_key("https://git.example.com/other/repo"), @r"
    Vault KV gitops/github/gitops-repo (version 2) → ada / pass-word
    warning: the login at gitops/github/gitops-repo in Vault is for https://git.example.com/other/repo (its key `url`), not for https://git.example.com/team/gitops.git
    ");
}

#[test]
fn a_login_for_https_is_none_for_plain_http() {
    let plain = |stored| {
        let data = [("username", "ada"), ("password", "pass-word"), ("url", stored)];
        kv(&data, "http://git.example.com/team/gitops.git")
    };
    for stored in ["https://git.example.com/team/gitops.git", "HTTPS://git.example.com"] {
        let told = plain(stored);
        assert!(
            told.contains("none: it is for an https URL (its key `url`), and is not sent over plain http"),
            "{told}"
        );
    }
    assert!(plain("http://git.example.com/team/gitops.git").contains("ada / pass-word"));
}

#[test]
fn a_password_in_the_url_key_is_not_repeated() {
    let told = url_key("https://ada:hunter22@git.example.com/other/repo");
    assert!(told.contains("is for another URL (its key `url`)") && !told.contains("hunter22"), "{told}");
}
