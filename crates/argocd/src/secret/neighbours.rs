//! The other Secrets that Argo CD could take a login for the same repository from, by its own rules (argo-cd:
//! util/db/repository.go, repository_secrets.go).

use advice::{Advice, CommandLine, shell};
use cluster_access::managers;
use cluster_spec::{covers, same_repository};
use secret::one_line;
use serde_json::Value;

use super::body::{credentials, login_to_write, owner_of, text};
use super::observe::{SECRET_TYPE, State};

use super::{Desired, LoginRule};

/// What a person should know of them.
pub(super) fn warnings(desired: &Desired<'_>, state: &State) -> Vec<Advice> {
    let own = own_project(desired, state.secret.as_ref());
    let Some(secrets) = &state.secrets else {
        let unseen = format!(
            "the Secrets in {} could not be listed: whether another one is for {} is not known",
            desired.namespace, desired.url
        );
        return own.into_iter().chain([unseen]).map(Advice::from).collect();
    };
    let others = secrets.iter().filter(|secret| name(secret) != desired.name);
    let twins = others.clone().filter_map(|secret| twin(desired, state, secret));
    let plain = own.into_iter().chain(twins).map(Advice::from);
    plain.chain(ignored(desired, state, others)).collect()
}

/// A repository Secret with `project` is for the Applications of that AppProject alone.
fn own_project(desired: &Desired<'_>, live: Option<&Value>) -> Option<String> {
    let project = project(live?)?;
    let object = format!("Secret {}/{}", desired.namespace, desired.name);
    Some(format!(
        "{object} has the key project: Argo CD uses it for Applications of AppProject {project} alone"
    ))
}

/// Another repository Secret for the URL: Argo CD takes the one of the Application's AppProject, else one without
/// `project`; of two that are alike in that, either.
fn twin(desired: &Desired<'_>, state: &State, other: &Value) -> Option<String> {
    let ours = state.secret.as_ref();
    let is_twin = kind(other) == "repository"
        && text(other, "url").is_some_and(|url| same_repository(&url, desired.url.as_str()))
        && (desired.rule != LoginRule::Keep || ours.is_some());
    if !is_twin {
        return None;
    }
    let place = format!("Secret {}/{}", desired.namespace, name(other));
    match (project(other), ours.and_then(project)) {
        (theirs, ours) if theirs == ours => {
            Some(format!("{place} is for {} too: Argo CD may take either", desired.url))
        }
        (Some(theirs), None) => Some(format!(
            "{place} is for {} too: Applications of AppProject {theirs} use its login, all others that of {}/{}",
            desired.url, desired.namespace, desired.name
        )),
        _ => None,
    }
}

/// Argo CD takes the login of the `repo-creds` Secret with the longest URL that begins ours, and only where the
/// repository Secret has no credentials of its own.
fn ignored<'a>(
    desired: &Desired<'_>,
    state: &State,
    others: impl Iterator<Item = &'a Value>,
) -> Option<Advice> {
    let live = state.secret.as_ref();
    if login_to_write(desired, live).is_none() && !live.is_some_and(credentials) {
        return None;
    }
    let covering = others
        .filter(|secret| kind(secret) == "repo-creds" && credentials(secret))
        .filter(|secret| text(secret, "url").is_some_and(|url| covers(&url, desired.url.as_str())));
    let creds = covering.max_by_key(|secret| text(secret, "url").map(|url| url.trim().len()))?;
    let (namespace, theirs) = (desired.namespace, name(creds));
    let by = keeper(creds).map(|keeper| format!(", kept by {keeper}")).unwrap_or_default();
    let ignored = format!(
        "Secret {namespace}/{theirs} (type repo-creds{by}) is for {url} too, and Argo CD ignores it while Secret \
         {namespace}/{ours} holds a login: a login that is rotated there does not reach Argo CD. After each rotation run `",
        url = desired.url,
        ours = desired.name,
    );
    let or =
        format!("`; or let {theirs} alone give the login, with --credentials-from cluster from then on:");
    let deletion = shell!("oc --kubeconfig <kubeconfig> -n {} delete secret {}", namespace, desired.name);
    Some(Advice::say(ignored).inline(CommandLine::own("repo-creds")).and(or).run(deletion))
}

/// Who keeps writing it: its owner, else whoever wrote its content and is no person's tool.
fn keeper(secret: &Value) -> Option<String> {
    let by_hand = |manager: &String| ["kubectl", "oc"].iter().any(|tool| manager.starts_with(tool));
    let writer = || managers(secret).into_iter().find(|manager| !by_hand(manager));
    owner_of(secret).or_else(writer).map(|keeper| one_line(&keeper))
}

fn name(secret: &Value) -> &str {
    secret["metadata"]["name"].as_str().unwrap_or_default()
}

fn kind(secret: &Value) -> &str {
    secret["metadata"]["labels"][SECRET_TYPE].as_str().unwrap_or_default()
}

fn project(secret: &Value) -> Option<String> {
    text(secret, "project").map(|project| one_line(&project)).filter(|project| !project.is_empty())
}
