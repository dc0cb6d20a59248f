//! What a person reads when there is no login.

use advice::Diagnostic as _;
use credentials::{Candidate, CredentialsError, Source, choose, none_found};
use insta::assert_snapshot;
use secret::RepoLogin;

use crate::{HTTPS, SSH, url};

fn error(repo_url: &str, tried: &[Source]) -> CredentialsError {
    let candidates =
        tried.iter().map(|source| (*source, Candidate::nothing(source.title(), "nothing there")));
    none_found(&choose(candidates), &url(repo_url))
}

#[test]
fn all_that_was_tried_is_listed() {
    assert_snapshot!(error(HTTPS, Source::ORDER), @"find a login for https://git.example.com/team/gitops.git, which can't be read without one; tried: environment: nothing there; Vault KV: nothing there; Secret in the cluster: nothing there; git credential helper: nothing there");
}

#[test]
fn each_source_says_what_it_needs() {
    assert_snapshot!(error(HTTPS, Source::ORDER).hint().unwrap(), @r"
    one of these will do:
      - environment: set GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or a token alone as GITOPS_REPO_PAT
      - Vault KV: set VAULT_ADDR and VAULT_TOKEN, and store `username` and `password` (or `token`, `pat`) at GITOPS_REPO_VAULT_PATH; the token needs `read` on it
      - Secret in the cluster: a Secret in Argo CD's namespace, labelled argocd.argoproj.io/secret-type=repository, with this `url`, `username` and `password`
      - git credential helper: a credential.helper that answers `git credential fill` for this host without a prompt
    ");
}

#[test]
fn for_ssh_only_those_that_can_hold_a_key_are_named() {
    assert_snapshot!(error(SSH, Source::ORDER).hint().unwrap(), @r"
    one of these will do:
      - Vault KV: set VAULT_ADDR and VAULT_TOKEN, and store `sshPrivateKey` at GITOPS_REPO_VAULT_PATH; the token needs `read` on it
      - Secret in the cluster: a Secret in Argo CD's namespace, labelled argocd.argoproj.io/secret-type=repository, with this `url` and `sshPrivateKey`
    ");
}

#[test]
fn nobody_was_asked_by_the_users_own_wish() {
    assert_snapshot!(error(HTTPS, &[]), @"find a login for https://git.example.com/team/gitops.git, which can't be read without one; tried: nothing (--credentials-from none)");
    assert_snapshot!(error(HTTPS, &[]).hint().unwrap(), @"leave out --credentials-from none, or make the repository public");
}

#[test]
fn no_debug_output_holds_a_password() {
    let login = RepoLogin::Basic { username: "ada".to_owned(), password: "pass-word".into() };
    let candidate = Candidate { answer: Ok(login), ..Candidate::nothing("git", "") };
    let shown = format!("{candidate:?}");
    assert!(shown.contains("ada") && !shown.contains("pass-word"), "{shown}");
    let shown = format!("{:?}", choose([(Source::Git, candidate)]));
    assert!(shown.contains("ada") && !shown.contains("pass-word"), "{shown}");
}
