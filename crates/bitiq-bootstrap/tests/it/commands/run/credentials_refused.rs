//! No login, or one that is refused: what was tried, what each source needs, and that nothing was written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::faults::Fault;

use crate::support::assert::refused;
use crate::support::credentials::{with_helper, without_login};
use crate::support::home::{configure_git, script};
use crate::support::other_host::Elsewhere;
use crate::support::sandbox::{World, vault};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_for_a_password() {
    let world = with_helper("exit 0").await;
    let asking = script(&world, "asking.sh", "touch \"$HOME/was-asked\"; echo secret");
    configure_git(&world, &format!("[core]\n\taskPass = {asking}"));
    let run = without_login(&world, &[]).env("SSH_ASKPASS", &asking).env("GIT_ASKPASS", &asking);
    refused(&world, run, &["CREDS-003", "127"]).await;
    assert!(!world.sandbox.home().join("was-asked").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_repository_without_a_login_lists_what_was_tried_and_what_each_needs() {
    let world = World::without_vault().await;
    let url = world.sandbox.repo_url();
    let says = [
        &format!("find a login for {url}, which can't be read without one"),
        "neither GITOPS_REPO_PASSWORD nor GITOPS_REPO_PAT is set",
        "VAULT_ADDR and VAULT_TOKEN are not both set",
        "no repository Secret for this URL in namespace openshift-gitops",
        "git credential helper: no login for 127.0.0.1",
        "one of these will do:",
        "- environment: set GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or a token alone as GITOPS_REPO_PAT",
        "- Vault KV: set VAULT_ADDR and VAULT_TOKEN, and store `username` and `password`",
        "- Secret in the cluster: a Secret in Argo CD's namespace",
        "- git credential helper: a credential.helper that answers",
    ];
    refused(&world, without_login(&world, &[]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_only_in_gits_extra_header_is_refused_before_the_first_write() {
    let world = World::without_vault().await;
    let (username, password) = world.sandbox.git.login();
    let encoded = STANDARD.encode(format!("{username}:{password}"));
    configure_git(&world, &format!("[http]\n\textraHeader = Authorization: Basic {encoded}"));
    let says = [
        "GIT-015",
        "only http.extraheader has them",
        "set GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or use Vault",
    ];
    refused(&world, without_login(&world, &[]).secret(&encoded), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn places_that_only_git_reads_are_named_where_there_is_no_login() {
    let world = World::without_vault().await;
    fs_err::write(world.sandbox.home().join(".netrc"), "machine 127.0.0.1 login a password b\n").unwrap();
    let says = ["Git would also look here, Argo CD and this program do not: ~/.netrc (127.0.0.1)"];
    refused(&world, without_login(&world, &[]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_git_host_is_told_as_busy() {
    let world = World::without_vault().await;
    world.sandbox.git.faults().add(Fault::status(429, "slow down"));
    let says = [
        "the host is busy (HTTP 429) after 4 attempts in ",
        " s: slow down",
        "run the same command again in 60 s",
    ];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_the_git_host_is_no_word_on_the_login() {
    let world = World::without_vault().await;
    world.sandbox.git.faults().add(Fault::status(403, "<html><title>Blocked</title></html>"));
    let says = ["a web page answers in place of the Git host (HTTP 403, titled `Blocked`)"];
    let refused = refused(&world, world.command(&["run", "demo"]), &says).await;
    refused.never_says(&["accepts the credentials", "needs no credentials", "rejects the credentials"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_may_be_asked() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo", "--credentials-from", "none"]);
    refused(&world, run, &["CREDS-003", "nothing (--credentials-from none)"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vault_alone_without_a_login_there_is_an_error_of_its_own() {
    let test = "vault_alone_without_a_login_there_is_an_error_of_its_own";
    let Some(world) = World::with_vault(test).await else { return };
    let run = world.command(&["run", "demo", "--credentials-from", "vault"]);
    let run = run.env("GITOPS_REPO_VAULT_PATH", "gitops/nothing/here");
    refused(&world, run, &["CREDS-002", "gitops/nothing/here", "nothing there (404)"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_alone_without_a_login_there_is_said_and_then_refused() {
    let world = World::without_vault().await;
    let run = without_login(&world, &["--credentials-from", "env"]);
    let says =
        ["--credentials-from env gives no login", "neither GITOPS_REPO_PASSWORD nor GITOPS_REPO_PAT is set"];
    refused(&world, run, &says).await.never_says(&["- git credential helper"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_not_read_the_login_is_named_and_the_next_source_asked() {
    let test = "a_token_that_may_not_read_the_login_is_named_and_the_next_source_asked";
    let Some(world) = World::with_vault(test).await else { return };
    let policy = "path \"auth/kubernetes/config\" { capabilities = [\"read\", \"update\"] }";
    let token = vault(&world).create_token(policy).await.unwrap();
    let run = world.command(&["run", "demo"]).env("VAULT_TOKEN", &token).secret(&token);
    let says = [
        "Vault KV gitops/github/gitops-repo: no such mount, or the token has no `read` on gitops/data/github/gitops-repo",
        "(403)",
        "git credential helper: no login for 127.0.0.1",
    ];
    refused(&world, run, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_login_names_its_source_and_the_next_one_is_not_tried() {
    let test = "a_refused_login_names_its_source_and_the_next_one_is_not_tried";
    let Some(world) = World::with_vault(test).await else { return };
    let wrong = "not-the-password-at-all";
    let run = world.command(&["run", "demo"]).env("GITOPS_REPO_USERNAME", "mallory");
    let run = run.env("GITOPS_REPO_PASSWORD", wrong).secret(wrong);
    let says = [
        "127.0.0.1",
        "rejects the credentials of user `mallory` (HTTP 401)",
        "Invalid username or token.",
        "the login came from: environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD",
        "renew the password or token at its source",
    ];
    refused(&world, run, &says).await;
    let users: Vec<_> = world.sandbox.git.log().into_iter().filter_map(|request| request.user).collect();
    assert!(users.iter().all(|user| user == "mallory"), "{users:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_was_changed_at_the_host_is_refused_with_the_place_to_renew_it() {
    let test = "a_login_that_was_changed_at_the_host_is_refused_with_the_place_to_renew_it";
    let Some(world) = World::with_vault(test).await else { return };
    let run = world.command(&["run", "demo"]);
    world.sandbox.git.change_login();
    refused(&world, run, &["GIT-016", "(HTTP 401)", "gitops/github/gitops-repo"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_git_host_that_redirects_is_not_followed_with_the_login() {
    let world = World::without_vault().await;
    let elsewhere = Elsewhere::listen().await;
    for part in ["/info/refs", "git-upload-pack"] {
        world.sandbox.git.faults().clear();
        world.sandbox.git.faults().add(sandbox::faults::Fault::redirect(&elsewhere.url).contains(part));
        let says = ["the host redirects to", elsewhere.url.as_str(), "set gitops.repo_url to"];
        refused(&world, world.command(&["run", "demo"]), &says).await;
    }
    assert_eq!(elsewhere.visitors(), 0);
}
