//! The user's own git credential helper, asked through a real git.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use credentials::{
    CredentialsError, Found, GitHelper, Query, Source, Variables, find, from_helper_output, helper_request,
};
use insta::assert_snapshot;
use secret::ExposeSecret as _;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::{HTTPS, SSH, told, url};

fn request(repo_url: &str) -> String {
    match helper_request(&url(repo_url)) {
        Ok(request) => request.expose_secret().to_owned(),
        Err(why) => why,
    }
}

#[test]
fn the_request_names_protocol_host_and_path() {
    assert_snapshot!(request(HTTPS), @r"
    protocol=https
    host=git.example.com
    path=team/gitops.git
    ");
}

#[test]
fn the_request_names_port_and_user_where_the_url_has_them() {
    assert_snapshot!(request("https://ada@git.example.com:8443/team/my%20repo"), @r"
    protocol=https
    host=git.example.com:8443
    path=team/my repo
    username=ada
    ");
}

#[test]
fn the_request_names_an_ipv6_host_as_git_does() {
    assert!(request("https://[::1]:8443/team/gitops").contains("\nhost=[::1]:8443\n"));
}

#[test]
fn the_request_ends_with_an_empty_line() {
    assert!(request(HTTPS).ends_with("\n\n"));
}

#[test]
fn the_helper_is_never_asked_for_ssh_or_file() {
    assert_snapshot!(request(SSH), @"not asked: it knows no SSH keys");
    assert_snapshot!(request("file:///srv/git/gitops.git"), @"not asked: file:// needs no login");
}

#[test]
fn a_line_break_does_not_get_into_the_request() {
    assert_snapshot!(request("https://git.example.com/a%0ahost=evil.example.com"), @"not asked: the URL has a line break in it");
}

fn answer(stdout: &str) -> String {
    told(from_helper_output(&stdout.into(), &url(HTTPS)))
}

#[test]
fn the_answer_is_a_login() {
    assert_snapshot!(answer("protocol=https\nhost=git.example.com\nusername=ada\npassword=a=b\n"), @"git credential helper → ada / a=b");
}

#[test]
fn an_answer_without_a_password_is_none() {
    assert!(answer("username=ada\n").contains("none: a user name without a password or token"));
    assert!(answer("").contains("none: no login there"));
}

#[test]
fn a_login_for_another_protocol_or_host_is_none() {
    let plain = url("http://git.example.com/team/gitops.git");
    let https = url(HTTPS);
    let answer = |said: &str, url| told(from_helper_output(&said.into(), url));
    assert_snapshot!(answer("protocol=https\nhost=git.example.com\nusername=ada\npassword=a\n", &plain), @"git credential helper → none: its login is for https://git.example.com, not for http://git.example.com");
    assert_snapshot!(answer("host=git.example.com:8443\nusername=ada\npassword=a\n", &https), @"git credential helper → none: its login is for https://git.example.com:8443, not for https://git.example.com");
    assert!(
        answer("protocol=http\nhost=GIT.example.com\nusername=ada\npassword=a\n", &plain).contains("ada")
    );
}

#[test]
fn a_carriage_return_within_the_answer_is_refused() {
    assert!(answer("username=ada\npassword=a\rb\n").contains("control character"));
}

/// A home whose git asks `script` for logins.
struct Home {
    folder: TempDir,
    limit: Duration,
}

impl Home {
    fn with(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let helper = folder.path().join("helper");
        fs_err::write(&helper, format!("#!/bin/sh\n{script}\n")).unwrap();
        let quoted = format!("[credential]\n\thelper = \"!sh {}\"\n", helper.display());
        fs_err::write(folder.path().join(".gitconfig"), quoted).unwrap();
        Self { folder, limit: Duration::from_secs(20) }
    }

    fn helper(&self) -> GitHelper {
        let path = OsString::from("/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin");
        let git = child_process::find_on_path("git", Some(OsStr::new(&path))).unwrap();
        let env = BTreeMap::from([
            (OsString::from("HOME"), self.folder.path().into()),
            (OsString::from("PATH"), path),
            (OsString::from("GIT_CONFIG_NOSYSTEM"), OsString::from("1")),
        ]);
        GitHelper { git, env, limit: self.limit }
    }

    async fn ask(&self, stop: &CancellationToken) -> Result<Found, CredentialsError> {
        let repo_url = url(HTTPS);
        let (only, git) = (Some(Source::Git), Some(self.helper()));
        let variables = Variables::new();
        find(Query { repo_url: &repo_url, variables, vault: None, cluster: None, git }, only, stop).await
    }

    async fn told(&self) -> String {
        let found = self.ask(&CancellationToken::new()).await.unwrap();
        let login = found.login.map(|login| {
            format!(" {} / {}", login.username().unwrap_or_default(), login.secret().expose_secret())
        });
        format!("{}{}", found.tried[0].outcome, login.unwrap_or_default())
    }
}

#[tokio::test]
async fn the_users_helper_gives_a_login() {
    let home = Home::with("echo username=ada; echo password=pass-word");
    assert_snapshot!(home.told().await, @"git credential helper: user name `ada` and a password or token ada / pass-word");
}

#[tokio::test]
async fn the_helper_hears_what_is_asked() {
    let home = Home::with("echo username=$1; echo password=$(tr '\\n' ' ' | tr -d ' ')");
    assert!(home.told().await.ends_with("get / protocol=httpshost=git.example.com"), "{}", home.told().await);
}

#[tokio::test]
async fn nothing_ever_asks_on_a_terminal_or_in_a_window() {
    let home = Home::with(
        "echo username=u; echo \"password=$GIT_TERMINAL_PROMPT-${GIT_ASKPASS-unset}-${SSH_ASKPASS-unset}-$GCM_INTERACTIVE\"",
    );
    assert!(home.told().await.ends_with("u / 0---never"), "{}", home.told().await);
}

#[tokio::test]
async fn a_helper_without_an_answer_is_none() {
    assert_snapshot!(Home::with("exit 0").told().await, @"git credential helper: no login for git.example.com");
    assert_snapshot!(Home::with("exit 7").told().await, @"git credential helper: no login for git.example.com");
}

#[tokio::test]
async fn a_helper_that_hangs_is_none_after_its_time() {
    let home = Home { limit: Duration::from_millis(300), ..Home::with("sleep 600") };
    assert_snapshot!(home.told().await, @"git credential helper: no answer within 0.3 s");
}

#[tokio::test]
async fn what_a_helper_says_before_it_hangs_or_fails_is_repeated() {
    let script = "echo 'To sign in, open https://login.example.com and enter ABC' >&2; sleep 600";
    let home = Home { limit: Duration::from_secs(1), ..Home::with(script) };
    assert_snapshot!(home.told().await, @"git credential helper: no answer within 1 s: To sign in, open https://login.example.com and enter ABC");
    let home = Home::with("echo 'the session has expired' >&2; exit 1");
    assert_snapshot!(home.told().await, @"git credential helper: no login for git.example.com: the session has expired");
}

#[tokio::test]
async fn a_secret_among_a_helpers_words_is_not_repeated() {
    let home = Home::with(
        "echo 'password=hunter2-hunter2' >&2; echo ghp_0123456789abcdefghijABCDEFGHIJ012345 >&2; exit 1",
    );
    assert_snapshot!(home.told().await, @"git credential helper: no login for git.example.com");
}

#[tokio::test]
async fn an_interrupted_run_does_not_wait_for_the_helper() {
    let home = Home::with("sleep 600");
    let stop = CancellationToken::new();
    let (asked, ()) = tokio::join!(home.ask(&stop), async { stop.cancel() });
    assert!(matches!(asked, Err(CredentialsError::Stopped)));
}

#[tokio::test]
async fn a_git_that_is_not_there_is_none() {
    let home = Home::with("exit 0");
    let repo_url = url(HTTPS);
    let git = Some(GitHelper { git: home.folder.path().join("no-git"), ..home.helper() });
    let query = Query { repo_url: &repo_url, variables: Variables::new(), vault: None, cluster: None, git };
    let found = find(query, Some(Source::Git), &CancellationToken::new()).await.unwrap();
    assert!(
        found.tried[0].outcome.starts_with("git credential helper: could not be asked: "),
        "{:?}",
        found.tried
    );
}
