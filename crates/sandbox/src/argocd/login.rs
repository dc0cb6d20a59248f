//! Which login Argo CD takes for a repository, by its own rule: the Secret of just this URL; where that has none, or
//! there is none, the `repo-creds` Secret whose URL is the longest beginning of this one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const KIND: &str = "argocd.argoproj.io/secret-type";

/// How the repository is read.
#[derive(Default, Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) ssh_private_key: String,
    pub(super) insecure: bool,
}

impl Login {
    fn of(secret: &Value) -> Self {
        Self {
            username: field(secret, "username"),
            password: field(secret, "password"),
            ssh_private_key: field(secret, "sshPrivateKey"),
            insecure: field(secret, "insecure") == "true",
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.username.is_empty() && self.password.is_empty() && self.ssh_private_key.is_empty()
    }
}

/// The login for `url` among the Secrets of Argo CD's namespace; none there: anonymous.
pub(super) fn choose(secrets: &[Value], url: &str) -> Login {
    let own = of_kind(secrets, "repository").find(|secret| same(&field(secret, "url"), url)).map(Login::of);
    match own {
        Some(own) if !own.is_empty() => own,
        own => {
            let insecure = own.is_some_and(|own| own.insecure);
            let shared = template(secrets, url).unwrap_or_default();
            Login { insecure: insecure || shared.insecure, ..shared }
        }
    }
}

fn template(secrets: &[Value], url: &str) -> Option<Login> {
    let url = normalized(url);
    of_kind(secrets, "repo-creds")
        .filter(|secret| url.starts_with(&normalized(&field(secret, "url"))))
        .max_by_key(|secret| field(secret, "url").len())
        .map(Login::of)
}

fn of_kind<'a>(secrets: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    secrets.iter().filter(move |secret| secret["metadata"]["labels"][KIND] == kind)
}

fn same(one: &str, other: &str) -> bool {
    normalized(one) == normalized(other)
}

/// As Argo CD compares URLs: all lower case, without `.git`, `git@host:path` as `ssh://git@host/path`.
fn normalized(url: &str) -> String {
    let url = url.trim().to_lowercase();
    let url = url.strip_suffix(".git").unwrap_or(&url);
    match url.split_once(':') {
        Some((host, path)) if !url.contains("://") && host.contains('@') => format!("ssh://{host}/{path}"),
        _ => url.to_owned(),
    }
}

fn field(secret: &Value, key: &str) -> String {
    let encoded = secret["data"][key].as_str().unwrap_or_default();
    STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    use super::choose;

    fn secret(kind: &str, url: &str, username: &str) -> Value {
        let data = json!({"url": STANDARD.encode(url), "username": STANDARD.encode(username)});
        json!({"metadata": {"labels": {"argocd.argoproj.io/secret-type": kind}}, "data": data})
    }

    fn check(secrets: &[Value], expect: &str) {
        assert_eq!(choose(secrets, "https://git.example/Team/app.git").username, expect);
    }

    #[test]
    fn the_secret_of_the_url_wins_over_a_template() {
        let shared = secret("repo-creds", "https://git.example/team", "shared");
        check(&[shared, secret("repository", "https://git.example/team/app", "own")], "own");
    }

    #[test]
    fn a_secret_without_login_takes_the_template() {
        let own = secret("repository", "https://git.example/team/app.git", "");
        check(&[own, secret("repo-creds", "https://git.example/team", "shared")], "shared");
    }

    #[test]
    fn the_longest_template_wins() {
        let wide = secret("repo-creds", "https://git.example", "wide");
        check(&[secret("repo-creds", "https://git.example/team", "narrow"), wide], "narrow");
    }

    #[test]
    fn a_trailing_slash_is_another_repository() {
        check(&[secret("repository", "https://git.example/team/app.git/", "other")], "");
    }

    #[test]
    fn without_a_secret_nobody_logs_in() {
        check(&[], "");
    }
}
