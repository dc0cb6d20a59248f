use advice::{Advice, Diagnostic};
use cluster_access::{AccessError, ObjectRef};
use vault_access::VaultError;

use crate::refusal::Refusal;

/// What keeps Vault from trusting this cluster.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum VaultAuthError {
    /// The cluster did not do its part.
    #[error(transparent)]
    Cluster(#[from] AccessError),
    /// Vault did not do its part.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What is there forbids it. Nothing was written.
    #[error("{}", joined(_0))]
    #[code("VAULT-038")]
    #[hint(by(each_hint(_0)))]
    #[fix("as each of them says")]
    Refused(Vec<Refusal>),
    /// The token of the reviewer did not come.
    #[error("the cluster gave {secret} a token for another ServiceAccount than {account}")]
    #[code("VAULT-039")]
    #[hint("look at {secret}: somebody else writes to it")]
    WrongToken {
        /// The Secret.
        secret: String,
        /// The ServiceAccount.
        account: String,
    },
    /// It was written, and does not work.
    #[error(transparent)]
    Proof(Box<ProofProblem>),
    /// The work was stopped from outside.
    #[error("stopped while {doing}")]
    #[code("VAULT-040")]
    #[hint("run the same command again: it continues where it ended")]
    Stopped {
        /// What it was at.
        doing: String,
    },
}

/// Why the proof failed.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ProofProblem {
    /// The authority is not the API server's.
    #[error(
        "the API server {host} does not show a certificate of the authority that Vault was given: {cause}"
    )]
    #[code("VAULT-041")]
    #[hint(
        "give Vault the authority of the API server's certificate, a PEM file:",
        run("export VAULT_KUBERNETES_CA_CERT=FILE")
    )]
    Authority {
        /// The API server as Vault knows it.
        host: String,
        /// What TLS said.
        cause: AccessError,
    },
    /// 401: the API server does not know the reviewer's token.
    #[error("the API server {host} does not accept the token of {reviewer} (401)")]
    #[code("VAULT-042")]
    #[hint(
        "if {host} is not the API server of this cluster, set VAULT_KUBERNETES_HOST; if it is, ",
        "the reviewer needs a new token: delete its Secret, and the next run makes another one:",
        run(
            "oc --kubeconfig <kubeconfig> -n {} delete secret {}",
            secret.namespace.as_deref().unwrap_or_default(),
            secret.name
        ),
        run("bitiq-bootstrap vault-auth <cluster>"),
        change("VAULT_KUBERNETES_HOST")
    )]
    Unauthorized {
        /// The API server that was asked.
        host: String,
        /// `ServiceAccount ns/name`.
        reviewer: String,
        /// The Secret of the token.
        secret: ObjectRef,
    },
    /// 403: the reviewer may not review.
    #[error("{reviewer} may not review tokens at {host} (403): {said}")]
    #[code("VAULT-043")]
    #[hint(
        "does it bind that account to system:auth-delegator?",
        run("oc --kubeconfig <kubeconfig> get clusterrolebinding {} -o yaml", binding)
    )]
    Forbidden {
        /// The API server as Vault knows it.
        host: String,
        /// `ServiceAccount ns/name`.
        reviewer: String,
        /// The API server's own words.
        said: String,
        /// The binding that should allow it.
        binding: String,
    },
    /// The review came to another result.
    #[error("the API server {host} reviewed the token of {reviewer}, and did not find it good: {said}")]
    #[code("VAULT-044")]
    #[hint(
        "the reviewer needs a new token: delete its Secret, and the next run makes another one:",
        run(
            "oc --kubeconfig <kubeconfig> -n {} delete secret {}",
            secret.namespace.as_deref().unwrap_or_default(),
            secret.name
        ),
        run("bitiq-bootstrap vault-auth <cluster>")
    )]
    NotAuthenticated {
        /// The API server as Vault knows it.
        host: String,
        /// `ServiceAccount ns/name`.
        reviewer: String,
        /// The API server's own words.
        said: String,
        /// The Secret of the token.
        secret: ObjectRef,
    },
    /// The API server could not be asked.
    #[error("the API server {host} can't be reached from this machine: {cause}")]
    #[code("VAULT-045")]
    #[hint(of(cause))]
    Network {
        /// The API server as Vault knows it.
        host: String,
        /// What happened.
        cause: AccessError,
    },
    /// No token for the account that should log in.
    #[error("no token of ServiceAccount {account} to log in with: {cause}")]
    #[code("VAULT-046")]
    #[hint(of(cause))]
    Account {
        /// `ns/name`.
        account: String,
        /// What happened.
        cause: AccessError,
    },
    /// The role is not there.
    #[error("auth/{mount} has no role {role}: {said}")]
    #[code("VAULT-047")]
    #[hint(run("vault list auth/{}/role", mount))]
    NoRole {
        /// Without `auth/`.
        mount: String,
        /// The role.
        role: String,
        /// Vault's own words.
        said: String,
    },
    /// The role is not for this account.
    #[error("role {role} at auth/{mount} does not let {account} in: {said}")]
    #[code("VAULT-048")]
    #[hint(run("vault read auth/{}/role/{}", mount, role))]
    RoleRefuses {
        /// Without `auth/`.
        mount: String,
        /// The role.
        role: String,
        /// `ns/name`.
        account: String,
        /// Vault's own words.
        said: String,
    },
    /// Vault could not review the account's token: it reaches the API server another way than this machine, or not at all.
    #[error(
        "Vault could not have the token of {account} reviewed at {host} (role {role} at auth/{mount}): {said}"
    )]
    #[code("VAULT-049")]
    #[hint(
        "can Vault itself reach {host}, and does the role's audience fit? Vault's log says more; VAULT_KUBERNETES_HOST gives Vault another address",
        change("VAULT_KUBERNETES_HOST")
    )]
    Review {
        /// Without `auth/`.
        mount: String,
        /// The role.
        role: String,
        /// `ns/name`.
        account: String,
        /// The API server as Vault knows it.
        host: String,
        /// Vault's own words.
        said: String,
    },
    /// Vault could not be asked.
    #[error(transparent)]
    Vault(VaultError),
}

fn joined(refusals: &[Refusal]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn each_hint(refusals: &[Refusal]) -> Option<Advice> {
    Some(refusals.iter().filter_map(Diagnostic::hint).collect())
}

impl VaultAuthError {
    /// The refusals one by one, where it is that.
    pub fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(refusals) => refusals,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "oc --kubeconfig <kubeconfig> -n a delete secret 's b'";

    fn proof(problem: ProofProblem) -> VaultAuthError {
        VaultAuthError::Proof(Box::new(problem))
    }

    #[test]
    fn each_error_says_what_to_do() {
        let text = || "x".to_owned();
        let secret = || ObjectRef::secret("a", "s b");
        let unusable = || AccessError::Unusable { doing: text(), detail: text() };
        let (host, reviewer, said, cause) = (text, text, text, unusable);
        let (mount, role, account) = (|| "m t".to_owned(), || "r".to_owned(), text);
        let cases = [
            (VaultAuthError::Refused(vec![Refusal::NoMount { mount: mount() }]), "vault auth enable"),
            (
                VaultAuthError::WrongToken { secret: "Secret a/b".into(), account: text() },
                "look at Secret a/b",
            ),
            (VaultAuthError::Stopped { doing: text() }, "run the same command again"),
            (
                proof(ProofProblem::Authority { host: host(), cause: cause() }),
                "VAULT_KUBERNETES_CA_CERT=FILE",
            ),
            (
                proof(ProofProblem::Unauthorized { host: host(), reviewer: reviewer(), secret: secret() }),
                "set VAULT_KUBERNETES_HOST",
            ),
            (
                proof(ProofProblem::Unauthorized { host: host(), reviewer: reviewer(), secret: secret() }),
                SECRET,
            ),
            (
                proof(ProofProblem::Forbidden {
                    host: host(),
                    reviewer: reviewer(),
                    said: said(),
                    binding: "b d".into(),
                }),
                "get clusterrolebinding 'b d'",
            ),
            (
                proof(ProofProblem::NotAuthenticated {
                    host: host(),
                    reviewer: reviewer(),
                    said: said(),
                    secret: secret(),
                }),
                SECRET,
            ),
            (
                proof(ProofProblem::NoRole { mount: mount(), role: role(), said: said() }),
                "vault list auth/'m t'/role",
            ),
            (
                proof(ProofProblem::RoleRefuses {
                    mount: mount(),
                    role: role(),
                    account: account(),
                    said: said(),
                }),
                "vault read auth/'m t'/role/r",
            ),
            (
                proof(ProofProblem::Review {
                    mount: mount(),
                    role: role(),
                    account: account(),
                    host: "https://api".into(),
                    said: said(),
                }),
                "can Vault itself reach https://api",
            ),
        ];
        for (error, expect) in cases {
            let hint = error.hint().unwrap_or_default().to_string();
            assert!(hint.contains(expect), "{error:?}: {hint}");
        }
    }

    #[test]
    fn what_the_cluster_or_vault_did_not_do_has_their_hint() {
        let error = || AccessError::Unusable { doing: "x".into(), detail: "y".into() };
        let hint = error().hint();
        assert_eq!(VaultAuthError::Cluster(error()).hint(), hint);
        let network = ProofProblem::Network { host: "h".into(), cause: error() };
        let account = ProofProblem::Account { account: "a".into(), cause: error() };
        assert_eq!((network.hint(), account.hint()), (hint.clone(), hint));
    }

    #[test]
    fn refusals_are_told_one_by_one_and_other_errors_have_none() {
        let refused = VaultAuthError::Refused(vec![Refusal::NoCertificate, Refusal::NoCertificate]);
        assert_eq!(refused.refusals().len(), 2);
        assert!(VaultAuthError::Stopped { doing: "x".into() }.refusals().is_empty());
    }
}
