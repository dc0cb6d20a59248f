use advice::Diagnostic as _;
use credentials::{Candidate, Found, Query, Source, Variables, choose, find};
use insta::assert_snapshot;
use secret::{LoginRule, RepoLogin};
use tokio_util::sync::CancellationToken;

use crate::{HTTPS, SSH, url};

fn gives(source: Source, username: &str) -> (Source, Candidate) {
    let login = RepoLogin::Basic { username: username.to_owned(), password: "pass-word".into() };
    (source, Candidate { answer: Ok(login), ..Candidate::nothing(source.title(), "") })
}

fn none(source: Source) -> (Source, Candidate) {
    let warnings = vec![format!("odd {source}")];
    (source, Candidate { warnings, ..Candidate::nothing(source.title(), "nothing there") })
}

/// What was found, as lines.
fn shown(found: &Found) -> String {
    let user = found.login.as_ref().and_then(RepoLogin::username).unwrap_or("nobody");
    let mut lines = vec![format!("{user} from {} ({})", found.source, found.origin)];
    lines.extend(found.tried.iter().map(|tried| format!("tried {}: {}", tried.source, tried.outcome)));
    lines.extend(found.warnings.iter().map(|warning| format!("warning: {warning}")));
    lines.join("\n")
}

#[test]
fn the_first_that_gives_a_login_wins() {
    let candidates = [none(Source::Env), gives(Source::Vault, "ada"), gives(Source::Cluster, "bob")];
    assert_snapshot!(shown(&choose(candidates)), @r"
    ada from vault (Vault KV)
    tried env: environment: nothing there
    tried vault: Vault KV: user name `ada` and a password or token
    warning: odd env
    ");
}

#[test]
fn those_behind_the_winner_are_not_asked() {
    let lazy = [Source::Env, Source::Vault].into_iter().map(|source| match source {
        Source::Env => gives(source, "ada"),
        _ => panic!("{source} was asked"),
    });
    assert_eq!(choose(lazy).source, Source::Env);
}

#[test]
fn none_of_them_is_anonymous_with_all_that_was_tried() {
    let found = choose(Source::ORDER.iter().copied().map(none));
    assert!(found.login.is_none());
    assert_eq!((found.source, found.origin.as_str()), (Source::None, "none (anonymous)"));
    assert_eq!(found.tried.iter().map(|tried| tried.source).collect::<Vec<_>>(), Source::ORDER);
}

#[test]
fn the_order_is_the_contracts() {
    assert_eq!(Source::ORDER, [Source::Env, Source::Vault, Source::Cluster, Source::Git]);
}

#[test]
fn every_name_is_understood() {
    for name in Source::NAMES {
        assert_eq!(Source::named(name).unwrap().name(), *name);
    }
    assert_eq!(Source::named("keychain"), None);
}

#[test]
fn only_environment_and_vault_replace_an_existing_login() {
    let replacing = Source::ORDER.iter().copied().filter(|source| source.rule() == LoginRule::Replace);
    assert_eq!(replacing.collect::<Vec<_>>(), [Source::Env, Source::Vault]);
    assert_eq!(Source::None.rule(), LoginRule::Keep);
}

async fn asked(repo_url: &str, only: Option<Source>, variables: Variables) -> Found {
    let repo_url = url(repo_url);
    let query = Query { repo_url: &repo_url, variables, vault: None, cluster: None, git: None };
    find(query, only, &CancellationToken::new()).await.unwrap()
}

fn token() -> Variables {
    [("GITOPS_REPO_PAT", "token-1".into())].into()
}

#[tokio::test]
async fn the_environment_is_asked_first() {
    assert_snapshot!(shown(&asked(HTTPS, None, token()).await), @r"
    git from env (environment GITOPS_REPO_PAT)
    tried env: environment GITOPS_REPO_PAT: user name `git` and a password or token
    ");
}

#[tokio::test]
async fn a_source_that_can_not_be_asked_is_named() {
    assert_snapshot!(shown(&asked(HTTPS, None, Variables::new()).await), @r"
    nobody from none (none (anonymous))
    tried env: environment: neither GITOPS_REPO_PASSWORD nor GITOPS_REPO_PAT is set
    tried vault: Vault KV: not asked: VAULT_ADDR and VAULT_TOKEN are not both set
    tried cluster: Secret in the cluster: not asked: the Secrets of the cluster were not read
    tried git: git credential helper: not asked: git is not on PATH
    ");
}

#[tokio::test]
async fn a_source_picked_by_hand_is_the_only_one_asked() {
    assert_snapshot!(shown(&asked(HTTPS, Some(Source::Git), token()).await), @r"
    nobody from none (none (anonymous))
    tried git: git credential helper: not asked: git is not on PATH
    warning: --credentials-from git gives no login (git credential helper: not asked: git is not on PATH); going on without one
    ");
}

#[tokio::test]
async fn none_picked_by_hand_asks_nobody() {
    assert_snapshot!(shown(&asked(HTTPS, Some(Source::None), token()).await), @"nobody from none (none (anonymous))");
}

#[tokio::test]
async fn a_folder_on_this_machine_needs_no_login() {
    assert_snapshot!(shown(&asked("file:///srv/git/gitops.git", None, token()).await), @"nobody from none (none (anonymous))");
}

#[tokio::test]
async fn a_password_for_ssh_is_passed_over_and_the_rest_asked() {
    let found = asked(SSH, None, token()).await;
    assert_eq!((found.source, found.tried.len(), found.warnings.len()), (Source::None, 4, 1));
}

#[tokio::test]
async fn vault_picked_by_hand_without_an_address_is_an_error() {
    let repo_url = url(HTTPS);
    let query = Query { repo_url: &repo_url, variables: token(), vault: None, cluster: None, git: None };
    let error = find(query, Some(Source::Vault), &CancellationToken::new()).await.unwrap_err();
    assert_snapshot!(error, @"get the repository login from Vault: Vault KV: not asked: VAULT_ADDR and VAULT_TOKEN are not both set");
    assert!(error.hint().unwrap().to_string().contains("VAULT_TOKEN"));
}

#[tokio::test]
async fn a_cancelled_search_ends_at_once() {
    let repo_url = url(HTTPS);
    let stop = CancellationToken::new();
    stop.cancel();
    let query = Query { repo_url: &repo_url, variables: token(), vault: None, cluster: None, git: None };
    assert_snapshot!(find(query, None, &stop).await.unwrap_err(), @"look for a repository login: interrupted");
}

#[test]
fn a_key_that_can_not_be_used_is_kept_where_no_other_source_gives_a_login() {
    let url = cluster_spec::RepoUrl::parse("ssh://git@git.example.com/a.git").unwrap();
    let public = || credentials::Parts {
        private_key: Some("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ada".into()),
        ..Default::default()
    };
    let candidate = || (Source::Vault, Candidate::of("Vault KV a/b", public(), &url));
    let found = credentials::choose([candidate(), none(Source::Git)]);
    let key = found.unusable_key().unwrap();
    assert_eq!((key.origin.as_str(), key.why), ("Vault KV a/b", credentials::Unfit::PublicKey));
    let found = credentials::choose([candidate(), gives(Source::Git, "ada")]);
    assert_eq!(found.unusable_key(), None);
}
