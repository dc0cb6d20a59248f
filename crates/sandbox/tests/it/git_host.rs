//! What plain Git sees of the Git host.

use std::path::Path;
use std::process::{Command, Output};

use sandbox::faults::Fault;
use sandbox::git_host::{File, GitHost, PRIVATE, PUBLIC};
use sandbox::programs::Programs;

async fn start() -> GitHost {
    GitHost::start(&Programs::default()).await.expect("the Git host starts")
}

/// `git` as a user with an empty home runs it, trusting the sandbox's CA.
#[expect(clippy::disallowed_methods, reason = "the test is the user who runs Git")]
async fn git(host: &GitHost, dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new("git");
    command
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("PATH", Programs::default().search_path())
        .env("HOME", dir);
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_SSL_CAINFO", host.ca_file());
    tokio::task::spawn_blocking(move || command.output()).await.expect("it ran").expect("git is there")
}

async fn clones(host: &GitHost, url: &str) -> (bool, tempfile::TempDir, String) {
    let dir = tempfile::tempdir().expect("a folder");
    let output = git(host, dir.path(), &["clone", "--quiet", url, "copy"]).await;
    (output.status.success(), dir, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn with_login(host: &GitHost, (user, password): (&str, &str)) -> String {
    host.url(PRIVATE).replace("https://", &format!("https://{user}:{password}@"))
}

#[tokio::test]
async fn plain_git_clones_the_public_repository() {
    let host = start().await;
    host.commit(PUBLIC, &[File::new("a b/c", "text"), File::executable("run", "#!/bin/sh\n")], "one")
        .await
        .unwrap();
    let (cloned, dir, said) = clones(&host, &host.url(PUBLIC)).await;
    assert!(cloned, "{said}");
    assert_eq!(fs_err::read_to_string(dir.path().join("copy/a b/c")).unwrap(), "text");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &dir.path().join("copy/run").metadata().unwrap().permissions(),
    );
    assert_eq!(mode & 0o100, 0o100);
}

#[tokio::test]
async fn plain_git_clones_the_private_repository_with_its_login() {
    let host = start().await;
    host.commit(PRIVATE, &[File::new("a", "1")], "one").await.unwrap();
    let (user, password) = host.login();
    let (cloned, _dir, said) = clones(&host, &with_login(&host, (&user, &password))).await;
    assert!(cloned, "{said}");
    assert!(
        host.log()
            .iter()
            .any(|request| request.user.as_deref() == Some(&user) && request.status == Some(200))
    );
}

#[tokio::test]
async fn a_token_is_taken_with_any_user() {
    let host = start().await;
    host.commit(PRIVATE, &[File::new("a", "1")], "one").await.unwrap();
    let (cloned, _dir, said) = clones(&host, &with_login(&host, ("anybody", &host.token()))).await;
    assert!(cloned, "{said}");
}

#[tokio::test]
async fn the_private_repository_asks_for_a_login() {
    let host = start().await;
    let (cloned, _dir, said) = clones(&host, &host.url(PRIVATE)).await;
    assert!(!cloned);
    assert!(said.contains("could not read Username"), "{said}");
    assert_eq!(host.log().last().and_then(|request| request.status), Some(401));
}

#[tokio::test]
async fn a_login_that_was_changed_is_refused() {
    let host = start().await;
    let (user, password) = host.login();
    host.change_login();
    let (cloned, _dir, said) = clones(&host, &with_login(&host, (&user, &password))).await;
    assert!(!cloned);
    assert!(said.contains("remote: Invalid username or token."), "{said}");
    assert!(!format!("{:?}", host.log()).contains(&password), "the log holds the password");
}

#[tokio::test]
async fn any_commit_can_be_fetched_by_its_id() {
    let host = start().await;
    let first = host.commit(PUBLIC, &[File::new("a", "1"), File::new("b", "1")], "one").await.unwrap();
    host.commit(PUBLIC, &[File::new("a", "2"), File::deleted("b")], "two").await.unwrap();
    let (cloned, dir, said) = clones(&host, &host.url(PUBLIC)).await;
    assert!(cloned, "{said}");
    let copy = dir.path().join("copy");
    assert!(!copy.join("b").exists());
    git(&host, dir.path(), &["init", "--quiet", "fresh"]).await;
    let fresh = dir.path().join("fresh");
    let fetched = git(&host, &fresh, &["fetch", "--quiet", "--depth=1", &host.url(PUBLIC), &first]).await;
    assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
}

#[tokio::test]
async fn branches_and_annotated_tags_are_listed_peeled() {
    let host = start().await;
    let commit = host.commit(PUBLIC, &[File::new("a", "1")], "one").await.unwrap();
    host.tag(PUBLIC, "v1", "main").await.unwrap();
    let other = host.commit_to(PUBLIC, "feature/x", &[File::new("x", "1")], "x").await.unwrap();
    host.branch(PUBLIC, "copy", &other).await.unwrap();
    host.delete(PUBLIC, "refs/heads/feature/x").await.unwrap();
    let listed = git(&host, Path::new("/"), &["ls-remote", &host.url(PUBLIC)]).await;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains(&format!("{commit}\trefs/tags/v1^{{}}")), "{listed}");
    assert!(listed.contains(&format!("{other}\trefs/heads/copy")), "{listed}");
    assert!(!listed.contains("feature/x"), "{listed}");
}

#[tokio::test]
async fn faults_strike_and_are_logged() {
    let host = start().await;
    host.commit(PUBLIC, &[File::new("a", "1")], "one").await.unwrap();
    host.faults().add(Fault::status(503, "busy").contains("info/refs").times(1));
    let (cloned, _dir, said) = clones(&host, &host.url(PUBLIC)).await;
    assert!(!cloned && said.contains("503"), "{said}");
    assert_eq!(host.log().last().and_then(|request| request.status), Some(503));
    host.clear_log();
    assert!(clones(&host, &host.url(PUBLIC)).await.0, "the fault struck once only");
    host.faults().add(Fault::drop());
    assert!(!clones(&host, &host.url(PUBLIC)).await.0);
    assert_eq!(host.log().last().map(|request| request.status), Some(None));
}

#[tokio::test]
async fn nothing_is_left_of_a_stopped_git_host() {
    let host = start().await;
    let folder = host.folder(PUBLIC);
    assert!(folder.exists());
    host.stop().await.unwrap();
    assert!(!folder.exists() && !folder.parent().is_some_and(Path::exists));
}
