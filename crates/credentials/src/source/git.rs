use std::time::Duration;

use child_process::{Captured, Ended, ProcessError, Program};
use cluster_spec::{RepoUrl, UrlKind};
use percent_encoding::percent_decode_str;
use secret::{ExposeSecret as _, LoginRule, SecretString};
use tokio_util::sync::CancellationToken;

use super::about::About;
use crate::candidate::Candidate;
use crate::error::CredentialsError;
use crate::login::Parts;
use crate::query::{GitHelper, Query};

/// Keeps every kind of prompt away: git's own, askpass programs, and Git Credential Manager's windows.
const NO_PROMPT: [(&str, &str); 4] =
    [("GIT_TERMINAL_PROMPT", "0"), ("GIT_ASKPASS", ""), ("SSH_ASKPASS", ""), ("GCM_INTERACTIVE", "never")];

/// How many lines of what a helper says on standard error are repeated, and how many characters.
const WORDS: usize = 3;
const LONGEST: usize = 300;

pub(super) const ABOUT: About = About {
    name: "git",
    title: "git credential helper",
    variables: &[],
    rule: LoginRule::Fill,
    needs: "a credential.helper that answers `git credential fill` for this host without a prompt",
    needs_for_ssh: None,
};

/// Asks the helper. A helper that gives nothing, fails or hangs is a source that gives none.
pub(super) async fn ask(query: &Query<'_>, stop: &CancellationToken) -> Result<Candidate, CredentialsError> {
    let Some(helper) = &query.git else {
        return Ok(Candidate::not_asked(ABOUT.title, "git is not on PATH"));
    };
    let (url, nothing) = (query.repo_url, |why: String| Candidate::nothing(ABOUT.title, why));
    let input = match helper_request(url) {
        Ok(input) => input,
        Err(why) => return Ok(nothing(why)),
    };
    match child_process::capture(&program(helper, input), stop).await {
        Ok(Captured { ended: Ended::Exited(0), stdout, .. }) => Ok(from_helper_output(&stdout, url)),
        Ok(Captured { ended: Ended::Stopped, .. }) => Err(CredentialsError::Stopped),
        Ok(Captured { ended: Ended::TimedOut { limit }, stderr, .. }) => {
            Ok(nothing(format!("no answer within {} s{}", limit.as_secs_f32(), words(&stderr))))
        }
        Ok(Captured { ended: Ended::Exited(_), stderr, .. }) => {
            let host = url.host().unwrap_or("this host");
            Ok(nothing(format!("no login for {host}{}", words(&stderr))))
        }
        Ok(Captured { ended: Ended::Signaled(signal), .. }) => {
            Ok(nothing(format!("died of signal {signal}")))
        }
        Err(error) => Ok(nothing(could_not_ask(&error))),
    }
}

/// The helper's own last words on standard error, without lines that hold a secret by their shape, and without Git's
/// note that nobody may be asked.
fn words(stderr: &SecretString) -> String {
    let lines = stderr.expose_secret().lines().map(str::trim);
    let tells =
        |line: &&str| !line.is_empty() && !is_gits_own(line) && secret::secret_patterns(line).is_empty();
    let own: Vec<&str> = lines.filter(tells).collect();
    let last = own[own.len().saturating_sub(WORDS)..].join(" | ");
    let last: String = last.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if last.is_empty() { last } else { format!(": {last}") }
}

fn is_gits_own(line: &str) -> bool {
    let ends =
        ["terminal prompts disabled", "interactivity has been disabled", "unable to get password from user"];
    line.starts_with("fatal:") && ends.iter().any(|end| line.contains(end))
}

fn could_not_ask(error: &ProcessError) -> String {
    format!("could not be asked: {error}")
}

fn program(helper: &GitHelper, input: SecretString) -> Program {
    let mut env = helper.env.clone();
    env.extend(NO_PROMPT.map(|(name, value)| (name.into(), value.into())));
    Program {
        env,
        input: Some(input),
        limit: Some(helper.limit),
        grace: Duration::from_secs(1),
        ..Program::new(&helper.git, ["-c", "credential.interactive=false", "credential", "fill"])
    }
}

/// What `git credential fill` reads. The path is always sent: git drops it unless `credential.useHttpPath` is set.
///
/// # Errors
/// Why the helper is not asked for this URL.
pub fn helper_request(url: &RepoUrl) -> Result<SecretString, String> {
    let Some(protocol) = protocol_of(url) else {
        return Err(match url.kind() {
            UrlKind::File => "not asked: file:// needs no login".to_owned(),
            _ => "not asked: it knows no SSH keys".to_owned(),
        });
    };
    let mut lines = vec![("protocol", protocol.to_owned()), ("host", host(url))];
    let path = url.path().trim_start_matches('/');
    lines.push(("path", percent_decode_str(path).decode_utf8_lossy().into_owned()));
    if let Some(user) = url.user() {
        lines.push(("username", user.to_owned()));
    }
    if lines.iter().any(|(_, value)| value.contains(['\n', '\r', '\0'])) {
        return Err("not asked: the URL has a line break in it".to_owned());
    }
    let text: String = lines.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
    Ok(SecretString::from(text + "\n"))
}

fn protocol_of(url: &RepoUrl) -> Option<&'static str> {
    match url.kind() {
        UrlKind::Https => Some("https"),
        UrlKind::Http => Some("http"),
        UrlKind::Ssh | UrlKind::File => None,
    }
}

fn host(url: &RepoUrl) -> String {
    let host = match url.host().unwrap_or_default() {
        ipv6 if ipv6.contains(':') => format!("[{ipv6}]"),
        name => name.to_owned(),
    };
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// What `git credential fill` wrote, as a candidate.
pub fn from_helper_output(stdout: &SecretString, url: &RepoUrl) -> Candidate {
    let lines = stdout.expose_secret().lines();
    let mut parts = Parts::default();
    let (mut protocol, mut place) = (None, None);
    for (key, value) in lines.filter_map(|line| line.split_once('=')) {
        match key {
            "protocol" => protocol = Some(value),
            "host" => place = Some(value),
            "username" => parts.username = Some(value.to_owned()),
            "password" => parts.password = Some(SecretString::from(value)),
            _ => {}
        }
    }
    if let Some(why) = answers_for_another(protocol, place, url) {
        return Candidate::nothing(ABOUT.title, why);
    }
    Candidate::of(ABOUT.title, parts, url)
}

/// A helper may name another protocol or host than it was asked for: its login is for that one.
fn answers_for_another(protocol: Option<&str>, place: Option<&str>, url: &RepoUrl) -> Option<String> {
    let asked = protocol_of(url)?;
    let differs =
        |said: Option<&str>, asked: &str| said.is_some_and(|said| !said.eq_ignore_ascii_case(asked));
    (differs(protocol, asked) || differs(place, &host(url))).then(|| {
        let (protocol, place) = (protocol.unwrap_or(asked), place.unwrap_or_default());
        format!("its login is for {protocol}://{place}, not for {asked}://{}", host(url))
    })
}
