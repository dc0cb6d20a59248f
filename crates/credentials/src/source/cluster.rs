use std::cmp::Reverse;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster_spec::{RepoUrl, UrlKind, covers, same_repository};
use secret::{ExposeSecret as _, LoginRule, RepoLogin, SecretString};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::about::About;
use crate::candidate::Candidate;
use crate::error::CredentialsError;
use crate::login::Parts;
use crate::query::Query;

/// The label by which Argo CD knows its Secrets.
const SECRET_TYPE: &str = "argocd.argoproj.io/secret-type";

pub(super) const ABOUT: About = About {
    name: "cluster",
    title: "Secret in the cluster",
    variables: &[],
    rule: LoginRule::Keep,
    needs: "a Secret in Argo CD's namespace, labelled argocd.argoproj.io/secret-type=repository, with this `url`, \
            `username` and `password`",
    needs_for_ssh: Some(
        "a Secret in Argo CD's namespace, labelled argocd.argoproj.io/secret-type=repository, with this `url` and \
         `sshPrivateKey`",
    ),
};

pub(super) async fn ask(query: &Query<'_>, _: &CancellationToken) -> Result<Candidate, CredentialsError> {
    Ok(match &query.cluster {
        Some(it) => from_secrets(it.secrets, it.namespace, it.secret_name, query.repo_url),
        None => Candidate::not_asked(ABOUT.title, "the Secrets of the cluster were not read"),
    })
}

/// The Secrets of Argo CD as a candidate: of type `repository` for this very repository (the one named `secret_name`
/// first), then of type `repo-creds` whose URL begins ours (the longest first, as Argo CD does). The first that holds a
/// usable login wins.
pub fn from_secrets(secrets: &[Value], namespace: &str, secret_name: &str, url: &RepoUrl) -> Candidate {
    let mut none: Vec<String> = Vec::new();
    let (mut warnings, mut mistakes) = (Vec::new(), Vec::new());
    for secret in in_order(secrets, secret_name, url) {
        let origin = format!("Secret {namespace}/{}", name(secret));
        if !names_its_place(&text(secret, "url"), url) {
            none.push(format!("{origin}: its URL does not name this host and port"));
            continue;
        }
        let candidate = Candidate::of(origin, parts(secret), url);
        match candidate.answer {
            // What is odd about a Secret that stands before one that works is Argo CD's own business.
            Ok(RepoLogin::SshKey { ref private_key }) if !is_as_stored(secret, private_key) => {
                let warning = format!(
                    "{}: its sshPrivateKey is used here with its line breaks put right; Argo CD takes it as it is \
                     stored, and may not be able to: store the key's file as it is",
                    candidate.origin
                );
                return Candidate { warnings: vec![warning], ..candidate };
            }
            Ok(_) => return candidate,
            Err(why) => none.push(format!("{}: {why}", candidate.origin)),
        }
        warnings.extend(candidate.warnings);
        mistakes.extend(candidate.mistakes);
    }
    let why = if none.is_empty() {
        format!(
            "no repository Secret for this URL in namespace {namespace}, and no repo-creds Secret whose URL begins it"
        )
    } else {
        none.join("; ")
    };
    Candidate { warnings, mistakes, ..Candidate::nothing(ABOUT.title, why) }
}

fn in_order<'a>(secrets: &'a [Value], secret_name: &str, url: &RepoUrl) -> Vec<&'a Value> {
    let mut own: Vec<&Value> = of_type(secrets, "repository")
        .filter(|secret| same_repository(&text(secret, "url"), url.as_str()))
        .filter(|secret| matches!(text(secret, "type").as_str(), "" | "git"))
        .collect();
    own.sort_by_key(|secret| (name(secret) != secret_name, name(secret)));
    let mut templates: Vec<&Value> = of_type(secrets, "repo-creds")
        .filter(|secret| !text(secret, "url").is_empty() && covers(&text(secret, "url"), url.as_str()))
        .collect();
    templates.sort_by_key(|secret| (Reverse(text(secret, "url").len()), name(secret)));
    own.extend(templates);
    own
}

/// By Argo CD's rule `https://git.example.com` also begins `https://git.example.com:8443/` and
/// `https://git.example.com.evil.test/`: no password is taken there.
fn names_its_place(stored: &str, url: &RepoUrl) -> bool {
    let stored = stored.trim();
    let names_all_of_it = |(_, rest): (&str, &str)| match rest.contains('/') {
        true => true,
        false => {
            url.as_str().get(stored.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
    };
    !matches!(url.kind(), UrlKind::Https | UrlKind::Http)
        || stored.split_once("://").is_some_and(names_all_of_it)
}

fn of_type<'a>(secrets: &'a [Value], kind: &'static str) -> impl Iterator<Item = &'a Value> {
    secrets.iter().filter(move |secret| secret["metadata"]["labels"][SECRET_TYPE].as_str() == Some(kind))
}

fn parts(secret: &Value) -> Parts {
    let github_app =
        secret["data"].as_object().is_some_and(|data| data.keys().any(|key| key.starts_with("githubApp")));
    Parts {
        username: decoded(secret, "username"),
        password: decoded(secret, "password").map(SecretString::from),
        private_key: decoded(secret, "sshPrivateKey").map(SecretString::from),
        github_app,
    }
}

/// Whether the key is the stored one, but for the line ends that every program takes.
fn is_as_stored(secret: &Value, key: &SecretString) -> bool {
    let stored = decoded(secret, "sshPrivateKey").unwrap_or_default();
    stored.replace('\r', "").trim() == key.expose_secret().trim()
}

fn name(secret: &Value) -> &str {
    secret["metadata"]["name"].as_str().unwrap_or_default()
}

fn text(secret: &Value, key: &str) -> String {
    decoded(secret, key).map(|value| value.trim().to_owned()).unwrap_or_default()
}

/// A value of `data`; one that is no text is no part of a login.
fn decoded(secret: &Value, key: &str) -> Option<String> {
    let encoded = secret["data"][key].as_str()?;
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
}
