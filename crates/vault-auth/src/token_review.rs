use std::time::Duration;

use cluster_access::{AccessError, Cluster, Kubeconfig, connect};
use secret::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::time::Instant;
use vault_access::{Login, Vault, VaultError};

use crate::desired::{Desired, LoginProof};
use crate::error::{ProofProblem, VaultAuthError};
use crate::login_token::{post, request_token};
use crate::outcome::Outcome;

/// Time in which a proof that fails right after a write is tried again: API servers learn of a new token or binding one
/// after the other.
const SETTLING: Duration = Duration::from_secs(10);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);
/// Time limit of one request to the API server.
const REVIEW_LIMIT: Duration = Duration::from_secs(10);
/// Result of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The reviewer's name in the cluster, as the API server itself says it.
    pub reviewer: String,
    /// Why the address that Vault uses could not be asked, where only Vault reaches it: the reviewer was accepted at the
    /// kubeconfig's server.
    pub unreached: Option<String>,
    /// The real login, where one was asked for.
    pub login: Option<Login>,
}

impl Proof {
    /// For people, a line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![match self.unreached {
            None => "reviewer accepted (seen from this machine)".to_owned(),
            Some(_) => {
                "reviewer accepted at the kubeconfig's server, not seen at VAULT_KUBERNETES_HOST".to_owned()
            }
        }];
        if let Some(login) = &self.login {
            lines.push(format!("Vault login accepted, policies {}", login.policies.join(", ")));
            lines.extend(login.not_revoked.as_ref().map(|why| {
                format!("its token could not be revoked and lasts {} s: {why}", login.lease_seconds)
            }));
        }
        lines
    }

    /// Warns if the proof left a gap: only a real login proves the way that Vault takes.
    pub fn warning(&self) -> Option<String> {
        let why = self.unreached.as_ref().filter(|_| self.login.is_none())?;
        Some(format!(
            "{why}; the reviewer was accepted at the kubeconfig's server, but whether Vault can use its own address \
             was not seen: prove it with a real login (--vault-role ROLE)"
        ))
    }
}

/// Shows that what was written works: the API server at the written host, with the written authority, accepts the
/// reviewer's token for a review of that very token. Where that host is the kubeconfig's server it is asked the
/// kubeconfig's way; where it is another one that this machine can't reach, the kubeconfig's server reviews. With `login` also a real login through Vault, whose token is
/// revoked at once.
///
/// # Errors
/// [`VaultAuthError::Proof`], told apart by what does not fit. The fingerprint is then worth nothing.
pub async fn prove(
    cluster: &Cluster,
    vault: &Vault,
    desired: &Desired,
    outcome: &Outcome,
    login: Option<&LoginProof>,
) -> Result<Proof, VaultAuthError> {
    let patience = if outcome.changed { SETTLING } else { Duration::ZERO };
    let (reviewer, unreached) = settle(patience, || review(desired, outcome)).await.map_err(failed)?;
    let login = match login {
        Some(login) => {
            let jwt = request_token(cluster, login).await.map_err(failed)?;
            let logged_in = settle(patience, || log_in(vault, desired, login, &jwt)).await;
            Some(logged_in.map_err(failed)?)
        }
        None => None,
    };
    Ok(Proof { reviewer, unreached, login })
}

fn failed(problem: ProofProblem) -> VaultAuthError {
    VaultAuthError::Proof(Box::new(problem))
}

/// Tries again what may come right by itself.
async fn settle<T, F>(patience: Duration, attempt: impl Fn() -> F) -> Result<T, ProofProblem>
where
    F: Future<Output = Result<T, ProofProblem>>,
{
    let end = Instant::now() + patience;
    loop {
        match attempt().await {
            Err(problem) if may_come_right(&problem) && Instant::now() + PAUSE < end => {
                tokio::time::sleep(PAUSE).await;
            }
            result => return result,
        }
    }
}

fn may_come_right(problem: &ProofProblem) -> bool {
    use ProofProblem as P;
    matches!(
        problem,
        P::Unauthorized { .. } | P::Forbidden { .. } | P::NotAuthenticated { .. } | P::Review { .. }
    )
}

/// A TokenReview sent the way Vault sends it. Answers who the reviewer is, and why the address that Vault uses could
/// not be asked.
async fn review(desired: &Desired, outcome: &Outcome) -> Result<(String, Option<String>), ProofProblem> {
    let (ca, jwt) = (&outcome.authority.pem, &outcome.jwt);
    let way = match desired.own_way() {
        Some(own) => own.with_authority(ca).as_token(jwt),
        None => Kubeconfig::with_token(&desired.host, ca, jwt),
    };
    match (review_by(desired, outcome, &way).await, desired.other_way()) {
        (Err(unreached @ ProofProblem::Network { .. }), Some(other)) => {
            let reviewer = review_by(desired, outcome, &other.as_token(jwt)).await?;
            Ok((reviewer, Some(unreached.to_string())))
        }
        (reviewer, _) => Ok((reviewer?, None)),
    }
}

async fn review_by(desired: &Desired, outcome: &Outcome, way: &Kubeconfig) -> Result<String, ProofProblem> {
    let asked = async {
        // A token logs in, so no exec plugin runs.
        let there = connect(way, &desired.network, REVIEW_LIMIT, &[]).await?;
        let review = json!({
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
            "spec": { "token": outcome.jwt.expose_secret() },
        });
        there
            .ask::<Value>(
                "review the reviewer's token",
                post("/apis/authentication.k8s.io/v1/tokenreviews", &review),
            )
            .await
    };
    let answer = asked.await.map_err(|error| refused(desired, way, error))?;
    let status = &answer["status"];
    if status["authenticated"] == true {
        return Ok(status["user"]["username"].as_str().unwrap_or_default().to_owned());
    }
    let said = status["error"].as_str().unwrap_or("it gave no reason").to_owned();
    let (host, secret) = (way.server().to_owned(), desired.secret_ref());
    Err(ProofProblem::NotAuthenticated { host, reviewer: reviewer(desired), said, secret })
}

fn refused(desired: &Desired, way: &Kubeconfig, error: AccessError) -> ProofProblem {
    let host = way.server().to_owned();
    match error {
        AccessError::Unusable { .. } | AccessError::Tls { .. } => {
            ProofProblem::Authority { host, cause: error }
        }
        AccessError::Unauthorized { .. } => {
            let secret = desired.secret_ref();
            ProofProblem::Unauthorized { host, reviewer: reviewer(desired), secret }
        }
        AccessError::Forbidden { message, .. } => ProofProblem::Forbidden {
            host,
            reviewer: reviewer(desired),
            said: message,
            binding: desired.reviewer.binding.clone(),
        },
        cause => ProofProblem::Network { host, cause },
    }
}

fn reviewer(desired: &Desired) -> String {
    desired.service_account_ref().to_string()
}

async fn log_in(
    vault: &Vault,
    desired: &Desired,
    login: &LoginProof,
    jwt: &SecretString,
) -> Result<Login, ProofProblem> {
    let error = match vault.kubernetes_login(&desired.mount, &login.role, jwt).await {
        Ok(login) => return Ok(login),
        Err(error) => error,
    };
    let VaultError::LoginRefused { mount, role, said, .. } = error else {
        return Err(ProofProblem::Vault(error));
    };
    Err(told_apart(desired, login, (mount, role, said)))
}

/// Vault gives one answer for all that can be wrong with a login. Its words alone tell them apart.
fn told_apart(
    desired: &Desired,
    login: &LoginProof,
    (mount, role, said): (String, String, String),
) -> ProofProblem {
    let account = format!("{}/{}", login.namespace, login.service_account);
    if said.contains("invalid role name") || said.contains("role name") && said.contains("not found") {
        ProofProblem::NoRole { mount, role, said }
    } else if said.contains("not authorized") || said.contains("audience") {
        ProofProblem::RoleRefuses { mount, role, account, said }
    } else {
        ProofProblem::Review { mount, role, account, host: desired.host.clone(), said }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use cluster_access::ObjectRef;

    use super::*;
    use crate::desired::tests::demo;

    fn login(not_revoked: Option<&str>) -> Login {
        let policies = vec!["a".into(), "b".into()];
        Login { policies, lease_seconds: 60, not_revoked: not_revoked.map(String::from) }
    }

    fn proof(unreached: Option<&str>, login: Option<Login>) -> Proof {
        Proof { reviewer: "r".into(), unreached: unreached.map(String::from), login }
    }

    #[test]
    fn what_was_proved_is_said_in_lines() {
        assert_eq!(proof(None, None).lines(), ["reviewer accepted (seen from this machine)"]);
        let lines = proof(Some("no route"), Some(login(Some("403")))).lines();
        assert!(lines[0].ends_with("not seen at VAULT_KUBERNETES_HOST"), "{lines:?}");
        assert_eq!(lines[1], "Vault login accepted, policies a, b");
        assert_eq!(lines[2], "its token could not be revoked and lasts 60 s: 403");
    }

    #[test]
    fn a_way_that_was_not_seen_is_a_warning_unless_a_login_went_it() {
        let warning = proof(Some("no route"), None).warning().unwrap_or_default();
        assert!(warning.starts_with("no route; ") && warning.contains("--vault-role ROLE"), "{warning}");
        assert_eq!(proof(Some("no route"), Some(login(None))).warning(), None);
        assert_eq!(proof(None, None).warning(), None);
    }

    fn not_authenticated() -> ProofProblem {
        let (host, reviewer, said) = ("h".into(), "r".into(), "s".into());
        ProofProblem::NotAuthenticated { host, reviewer, said, secret: ObjectRef::secret("a", "b") }
    }

    /// How often it is tried.
    async fn tries(patience: Duration, problem: impl Fn() -> ProofProblem) -> usize {
        let tried = Cell::new(0);
        let attempt = || {
            tried.set(tried.get() + 1);
            std::future::ready(Err::<(), _>(problem()))
        };
        let ended = tokio::time::timeout(Duration::from_secs(5), settle(patience, attempt)).await;
        ended.unwrap().unwrap_err();
        tried.get()
    }

    #[tokio::test]
    async fn what_may_come_right_is_tried_again_while_there_is_time() {
        let no_role = || ProofProblem::NoRole { mount: "m".into(), role: "r".into(), said: "s".into() };
        assert_eq!(tries(Duration::ZERO, not_authenticated).await, 1);
        assert_eq!(tries(PAUSE + Duration::from_millis(200), not_authenticated).await, 2);
        assert_eq!(tries(SETTLING, no_role).await, 1);
    }

    #[test]
    fn a_server_that_refuses_is_told_apart_from_one_that_is_not_reached() {
        let desired = demo("https://api.demo:6443", None);
        let way = Kubeconfig::nobody("https://api.demo:6443");
        let unusable = AccessError::Unusable { doing: "x".into(), detail: "y".into() };
        assert!(matches!(refused(&desired, &way, unusable), ProofProblem::Authority { .. }));
        assert_eq!(reviewer(&desired), "ServiceAccount openshift-gitops/vault-token-reviewer");
    }

    #[test]
    fn what_is_wrong_with_a_login_is_told_apart_by_vaults_words() {
        let desired = demo("https://api.demo:6443", None);
        let login = LoginProof { role: "r".into(), namespace: "apps".into(), service_account: "web".into() };
        let of = |said: &str| told_apart(&desired, &login, ("m".into(), "r".into(), said.into())).to_string();
        let (no_role, refuses) = ("auth/m has no role r: ", "role r at auth/m does not let apps/web in: ");
        let review = "Vault could not have the token of apps/web reviewed at https://api.demo:6443 (role r at auth/m): ";
        for (said, begins) in [
            ("invalid role name \"r\"", no_role),
            ("role name \"r\" not found", no_role),
            ("role name is odd", review),
            ("service account name not authorized", refuses),
            ("invalid audience (aud) claim", refuses),
            ("not found", review),
            ("permission denied", review),
        ] {
            assert_eq!(of(said), format!("{begins}{said}"));
        }
    }
}
