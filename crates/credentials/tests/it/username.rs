use credentials::expected_username;

use crate::url;

fn check(repo_url: &str, expect: &str) {
    assert_eq!(expected_username(&url(repo_url)), expect, "{repo_url}");
}

#[test]
fn github_wants_x_access_token() {
    check("https://github.com/bitiq-io/gitops.git", "x-access-token");
    check("https://GitHub.example.com/bitiq-io/gitops", "x-access-token");
    check("https://acme.ghe.com/bitiq-io/gitops", "x-access-token");
}

#[test]
fn gitlab_wants_oauth2() {
    check("https://gitlab.com/bitiq-io/gitops.git", "oauth2");
    check("https://gitlab-eu.example.com:8443/a/b/c.git", "oauth2");
}

#[test]
fn bitbucket_wants_x_token_auth() {
    check("https://bitbucket.org/bitiq-io/gitops.git", "x-token-auth");
}

#[test]
fn any_other_host_gets_git() {
    check("https://git.example.com/github/gitlab.git", "git");
    check("https://mygithubish.example.com/a/b", "git");
}

#[test]
fn the_user_of_the_url_comes_first() {
    check("https://ada@github.com/bitiq-io/gitops.git", "ada");
    check("https://ada%40example.com@git.example.com/a/b", "ada@example.com");
}
