use credentials::{Variables, from_environment};
use insta::assert_snapshot;

use crate::{HTTPS, SSH, told, url};

fn env(username: &str, password: &str, pat: &str, repo_url: &str) -> String {
    let variables = [
        ("GITOPS_REPO_USERNAME", username.into()),
        ("GITOPS_REPO_PASSWORD", password.into()),
        ("GITOPS_REPO_PAT", pat.into()),
    ];
    told(from_environment(&variables.into(), &url(repo_url)))
}

#[test]
fn user_name_and_password_make_a_login() {
    assert_snapshot!(env("ada", "pass-word", "", HTTPS), @"environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD → ada / pass-word");
}

#[test]
fn pat_stands_for_the_password() {
    assert_snapshot!(env("ada", "", "token-1", HTTPS), @"environment GITOPS_REPO_USERNAME/GITOPS_REPO_PAT → ada / token-1");
}

#[test]
fn the_password_wins_over_the_pat() {
    assert_snapshot!(env("ada", "pass-word", "token-1", HTTPS), @"environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD → ada / pass-word");
}

#[test]
fn a_pat_may_come_alone() {
    assert_snapshot!(env("", "", "token-1", HTTPS), @"environment GITOPS_REPO_PAT → git / token-1");
}

#[test]
fn a_pat_alone_takes_the_user_of_the_url() {
    let repo_url = "https://bob@git.example.com/team/gitops.git";
    assert_snapshot!(env("", "", "token-1", repo_url), @"environment GITOPS_REPO_PAT → bob / token-1");
}

#[test]
fn a_user_name_without_a_password_is_none_and_said() {
    assert_snapshot!(env("ada", "", "", HTTPS), @r"
    environment GITOPS_REPO_USERNAME → none: a user name without a password or token
    warning: environment GITOPS_REPO_USERNAME gives no login: a user name without a password or token
    ");
}

#[test]
fn empty_variables_count_as_unset() {
    assert_snapshot!(env("", "", "", HTTPS), @"environment → none: neither GITOPS_REPO_PASSWORD nor GITOPS_REPO_PAT is set");
}

#[test]
fn unset_variables_are_none() {
    assert_snapshot!(
        told(from_environment(&Variables::new(), &url(HTTPS))),
        @"environment → none: neither GITOPS_REPO_PASSWORD nor GITOPS_REPO_PAT is set"
    );
}

#[test]
fn a_password_is_no_login_for_ssh_and_that_is_said() {
    assert_snapshot!(env("ada", "pass-word", "", SSH), @r"
    environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD → none: only a password or token, which an ssh URL can't use
    warning: environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD gives no login: only a password or token, which an ssh URL can't use
    ");
}

#[test]
fn a_line_break_at_the_end_is_left_out() {
    assert_snapshot!(env("ada\n", "pass-word\r\n", "", HTTPS), @"environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD → ada / pass-word");
}

#[test]
fn a_line_break_within_is_refused_and_the_value_not_repeated() {
    assert_snapshot!(env("ada", "pass\nword", "", HTTPS), @r"
    environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD → none: a password with a line break or another control character in it
    warning: environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD gives no login: a password with a line break or another control character in it
    ");
}

#[test]
fn a_colon_in_the_user_name_is_refused() {
    assert!(env("a:b", "pass-word", "", HTTPS).contains("a user name with a colon in it"));
}
