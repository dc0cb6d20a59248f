//! What is told of the repository: pure, but for the telling.

use cluster_spec::UrlKind;
use credentials::{Found, Source};
use diagnostics::{Failure, Row};
use gitops_clone::{GitError, Tip};
use secret::quoted;

use super::login::{SYSTEM, policy_to_read};
use crate::checks::Rows;
use crate::request::Request;

/// The Git host answered with the ref's commit.
pub(super) fn found(rows: Rows<'_>, request: &Request, found: &Found, tip: &Tip) {
    rows.ok(accepts(request, found));
    let name = request.spec.repo_ref.as_str();
    rows.ok(format!("{} {name} is at {}", tip.kind, tip.commit.get(..10).unwrap_or(&tip.commit)));
    rows.odd(format!("nothing looks odd about {name}"), &tip.warnings);
    login(rows, found);
}

/// It did not.
pub(super) fn not_found(
    rows: Rows<'_>,
    request: &Request,
    found: &Found,
    error: &GitError,
    failure: &Failure,
) {
    let name = request.spec.repo_ref.as_str();
    let sentence = match error {
        GitError::NoSuchRef { .. } | GitError::NoSuchCommit { .. } | GitError::NotACommit { .. } => {
            rows.ok(accepts(request, found));
            format!("{name} is in {}", request.spec.repo_url)
        }
        GitError::SshRefused { .. } | GitError::NotFound { .. } if found.unusable_key().is_some() => {
            let origin = found.unusable_key().map(|key| key.origin.as_str()).unwrap_or_default();
            format!("{origin} holds an ssh key that can be used")
        }
        GitError::LoginRefused { .. } | GitError::SshRefused { .. } => accepts(request, found),
        GitError::NoLogin { .. } | GitError::LoginInHeader { .. } => {
            format!("there is a login for {}", request.spec.repo_url)
        }
        _ => format!("{} answers", request.spec.repo_url),
    };
    rows.failed(sentence, &see(request), failure);
    login(rows, found);
}

/// The command that asks the same of the host.
pub(super) fn see(request: &Request) -> String {
    let (url, reference) = (request.spec.repo_url.as_str(), request.spec.repo_ref.as_str());
    format!("git ls-remote {} {}", quoted(url), quoted(reference))
}

fn accepts(request: &Request, found: &Found) -> String {
    match found.source {
        Source::None if request.spec.repo_url.kind() == UrlKind::Ssh => {
            "the Git host accepts this user's own ssh".into()
        }
        Source::None => "the Git host wants no login".into(),
        Source::Env | Source::Vault | Source::Cluster | Source::Git => {
            format!("the Git host accepts the login (from {})", found.origin)
        }
    }
}

/// What was odd on the way to the login, and where Vault did not let the token read one.
fn login(rows: Rows<'_>, found: &Found) {
    rows.odd("nothing looks odd on the way to the login", &found.warnings);
    let tried = found.tried.iter().filter(|tried| !tried.denied.is_empty());
    for tried in tried.filter(|_| found.login.is_some()) {
        let row = Row::warning(SYSTEM, "Vault gives the repository login", vec![tried.outcome.clone()]);
        let hint =
            format!("the login is taken from {}; to have it from Vault, let the token read it", found.origin);
        rows.tell(row.hint(hint).command(policy_to_read(tried.denied.clone())));
    }
}
