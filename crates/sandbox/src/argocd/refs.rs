//! Reading a repository: `git ls-remote` with the login, and Git's complaints in Argo CD's words.

use std::path::PathBuf;
use std::time::Duration;

use tokio::process::Command;

use super::login::Login;
use crate::git::{Git, feed};

/// How long a Git host may take to list its refs.
const LIMIT: Duration = Duration::from_secs(60);

/// As what it shows in the Git host's log.
const USER_AGENT: &str = "argocd-repo-server";

/// Answers Git with the login that stands in the environment.
const HELPER: &str =
    "!f() { printf 'username=%s\\npassword=%s\\n' \"$LOGIN_USERNAME\" \"$LOGIN_PASSWORD\"; }; f";

/// What hosts say to one without a login; `git` keeps it back.
const TO_NOBODY: &str = "Repository not found.";

pub(super) struct Reader {
    git: Git,
    ca_file: Option<PathBuf>,
}

impl Reader {
    pub(super) fn new(git: Git, ca_file: Option<PathBuf>) -> Self {
        Self { git, ca_file }
    }

    /// The commit that a revision names, or what Argo CD says instead.
    pub(super) async fn commit(&self, url: &str, revision: &str, login: &Login) -> Result<String, String> {
        let refs = self.list(url, login).await.map_err(|why| format!("failed to list refs: {why}"))?;
        find(&refs, revision).ok_or_else(|| format!("unable to resolve '{revision}' to a commit SHA"))
    }

    async fn list(&self, url: &str, login: &Login) -> Result<String, String> {
        let mut command = self.git.command();
        command.args(["ls-remote", "--", url]);
        self.log_in(&mut command, login);
        let Ok(ended) = tokio::time::timeout(LIMIT, feed(command, b"")).await else {
            return Err("context deadline exceeded".to_owned());
        };
        let output = ended.map_err(|why| why.to_string())?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(in_argo_words(url, &String::from_utf8_lossy(&output.stderr)))
    }

    /// The login goes by the environment. As Argo CD's own Git client does, it is sent without being asked for.
    fn log_in(&self, command: &mut Command, login: &Login) {
        let mut settings = Vec::new();
        if !login.is_empty() {
            settings.push(("credential.helper", HELPER.to_owned()));
            settings.push(("http.proactiveAuth", "basic".to_owned()));
            command.env("LOGIN_USERNAME", &login.username).env("LOGIN_PASSWORD", &login.password);
        }
        if login.insecure {
            settings.push(("http.sslVerify", "false".to_owned()));
        }
        if let Some(file) = &self.ca_file {
            settings.push(("http.sslCAInfo", file.to_string_lossy().into_owned()));
        }
        command.env("GIT_CONFIG_COUNT", settings.len().to_string());
        for (number, (key, value)) in settings.into_iter().enumerate() {
            command
                .env(format!("GIT_CONFIG_KEY_{number}"), key)
                .env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        command.env("GIT_HTTP_USER_AGENT", USER_AGENT);
        command.env("GIT_ASKPASS", "").env("SSH_ASKPASS", "").env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
    }
}

/// A branch, a tag (peeled where it has an object of its own), a full name, or a commit by its id.
fn find(refs: &str, revision: &str) -> Option<String> {
    if matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(revision.to_owned());
    }
    let revision = if revision.is_empty() { "HEAD" } else { revision };
    let names = [
        revision.to_owned(),
        format!("refs/heads/{revision}"),
        format!("refs/tags/{revision}^{{}}"),
        format!("refs/tags/{revision}"),
    ];
    let listed = |wanted: &String| {
        refs.lines().find_map(|line| line.split_once('\t').filter(|(_, name)| name == wanted))
    };
    names.iter().find_map(listed).map(|(commit, _)| commit.to_owned())
}

/// What Argo CD's own Git client says where `git` says this.
fn in_argo_words(url: &str, said: &str) -> String {
    let asked = format!("{url}/info/refs?service=git-upload-pack");
    let remote: Vec<_> =
        said.lines().filter_map(|line| line.strip_prefix("remote: ")).map(str::trim).collect();
    let with_remote = |words: &str| [&[words], remote.as_slice()].concat().join(": ");
    let has = |part: &str| said.contains(part);
    if has("terminal prompts disabled") || has("could not read Username") {
        format!("authentication required: {TO_NOBODY}")
    } else if has("Authentication failed") {
        with_remote("authentication required")
    } else if has("returned error: 403") {
        with_remote("authorization failed")
    } else if has("' not found") {
        with_remote("repository not found")
    } else if let Some(code) = said.split("returned error: ").nth(1) {
        let code = code.trim();
        format!("unexpected client error: unexpected requesting \"{asked}\" status code: {code}")
    } else if has("certificate") {
        format!(
            "Get \"{asked}\": tls: failed to verify certificate: x509: certificate signed by unknown authority"
        )
    } else if has("Couldn't connect") || has("Failed to connect") {
        format!("Get \"{asked}\": dial tcp: connect: connection refused")
    } else if has("Empty reply") || has("closed") {
        format!("Get \"{asked}\": EOF")
    } else {
        said.lines().last().unwrap_or("unknown error").trim_start_matches("fatal: ").to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{find, in_argo_words};

    const REFS: &str =
        "aa\tHEAD\naa\trefs/heads/main\nbb\trefs/tags/v1\ncc\trefs/tags/v1^{}\ndd\trefs/tags/light\n";

    fn check_find(revision: &str, expect: &str) {
        assert_eq!(find(REFS, revision).unwrap_or_default(), expect);
    }

    #[test]
    fn an_annotated_tag_names_its_commit() {
        check_find("v1", "cc");
    }

    #[test]
    fn a_light_tag_names_its_commit() {
        check_find("light", "dd");
    }

    #[test]
    fn no_revision_is_head() {
        check_find("", "aa");
    }

    #[test]
    fn an_unknown_revision_is_not_found() {
        check_find("nope", "");
    }

    fn check_words(said: &str, expect: &str) {
        assert_eq!(in_argo_words("https://h/r.git", said), expect);
    }

    #[test]
    fn a_refused_login_is_authentication_required() {
        let said =
            "remote: Invalid username or token.\nfatal: Authentication failed for 'https://h/r.git/'\n";
        check_words(said, "authentication required: Invalid username or token.");
    }

    #[test]
    fn no_login_is_authentication_required_too() {
        let said = "fatal: could not read Username for 'https://h': terminal prompts disabled\n";
        check_words(said, "authentication required: Repository not found.");
    }

    #[test]
    fn a_missing_repository_is_not_found() {
        check_words("fatal: repository 'https://h/r.git/' not found\n", "repository not found");
    }

    #[test]
    fn a_server_error_keeps_its_code() {
        let said = "fatal: unable to access 'https://h/r.git/': The requested URL returned error: 503\n";
        let asked = "https://h/r.git/info/refs?service=git-upload-pack";
        check_words(
            said,
            &format!("unexpected client error: unexpected requesting \"{asked}\" status code: 503"),
        );
    }
}
