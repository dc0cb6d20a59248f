use cluster_spec::RepoUrl;

/// The user name for a token that came without one: the URL's user, else the name the host expects beside a token
/// (`x-access-token` GitHub, `oauth2` GitLab, `x-token-auth` Bitbucket, else `git`).
///
/// A host is told by a part of its name, so that `gitlab.example.com` and `github-eu.example.com` count too.
pub fn expected_username(url: &RepoUrl) -> String {
    if let Some(user) = url.user().filter(|user| !user.is_empty()) {
        return user.to_owned();
    }
    let host = url.host().unwrap_or_default().to_ascii_lowercase();
    let is = |forge: &str| host.split(['.', '-']).any(|part| part == forge);
    let name = if is("github") || host.ends_with(".ghe.com") {
        "x-access-token"
    } else if is("gitlab") {
        "oauth2"
    } else if is("bitbucket") {
        "x-token-auth"
    } else {
        "git"
    };
    name.to_owned()
}
