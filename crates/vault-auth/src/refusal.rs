use advice::Diagnostic;

/// A reason not to write anything, found by looking alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum Refusal {
    /// There is no such mount.
    #[error("Vault has no auth mount {mount}")]
    #[code("VAULT-027")]
    #[hint(run("vault auth enable -path={} kubernetes", mount))]
    NoMount {
        /// Without `auth/`.
        mount: String,
    },
    /// The token sees neither the mount nor that there is none.
    #[error("Vault has no auth mount {mount}, or the token has no right at auth/{mount}/config")]
    #[code("VAULT-028")]
    #[hint(
        "add to a policy of the token: path \"auth/{mount}/config\" {{ capabilities = [\"read\", \"update\"] }}; or, where there is no such mount yet:",
        run("vault auth enable -path={} kubernetes", mount)
    )]
    MountNotVisible {
        /// Without `auth/`.
        mount: String,
    },
    /// The mount is of another type.
    #[error("Vault's auth mount {mount} is {}", no_kubernetes(kind))]
    #[code("VAULT-029")]
    #[hint(
        "use a mount of its own, named in the GitOps repository too (charts/argocd-apps/values.yaml, the cluster's environment: vaultRuntimeKubernetesMount: kubernetes-{cluster} and vaultConfigMountPath: kubernetes-{cluster}):",
        run("vault auth enable -path=kubernetes-{} kubernetes", cluster),
        run("export VAULT_K8S_AUTH_MOUNT=kubernetes-{}", cluster),
        change("VAULT_K8S_AUTH_MOUNT")
    )]
    WrongType {
        /// Without `auth/`.
        mount: String,
        /// The type it is of, where it can be seen.
        kind: Option<String>,
        /// The cluster's name, for the mount to use instead.
        cluster: String,
    },
    /// The mount points at another API server.
    #[error("Vault's auth mount {mount} belongs to another API server, {host}{}, not to {ours}", if_it_answers(*answers))]
    #[code("VAULT-030")]
    #[hint(
        "if this cluster is to take the mount over, set VAULT_REPLACE_HOST=1; else ",
        "use a mount of its own, named in the GitOps repository too (charts/argocd-apps/values.yaml, the cluster's environment: vaultRuntimeKubernetesMount: kubernetes-{cluster} and vaultConfigMountPath: kubernetes-{cluster}):",
        run("vault auth enable -path=kubernetes-{} kubernetes", cluster),
        run("export VAULT_K8S_AUTH_MOUNT=kubernetes-{}", cluster),
        change("VAULT_K8S_AUTH_MOUNT")
    )]
    OtherCluster {
        /// Without `auth/`.
        mount: String,
        /// The `kubernetes_host` in it.
        host: String,
        /// Ours.
        ours: String,
        /// Whether that one answers, asked from this machine.
        answers: Option<bool>,
        /// The cluster's name, for the mount to use instead.
        cluster: String,
    },
    /// The token may not write the mount.
    #[error("the Vault token may not update {path}{}", only(has))]
    #[code("VAULT-031")]
    #[hint("add to a policy of the token: path \"{path}\" {{ capabilities = [\"read\", \"update\"] }}")]
    MayNotWrite {
        /// The path in Vault's API.
        path: String,
        /// What it may do there.
        has: Vec<String>,
    },
    /// The binding is to another role, which can't be changed in place.
    #[error(
        "ClusterRoleBinding {binding} binds to {role}, not to ClusterRole system:auth-delegator, and that can't be changed"
    )]
    #[code("VAULT-032")]
    #[hint(
        "set VAULT_REVIEWER_CLUSTERROLEBINDING to another name, or:",
        run("oc --kubeconfig <kubeconfig> delete clusterrolebinding {}", binding),
        change("VAULT_REVIEWER_CLUSTERROLEBINDING")
    )]
    OtherRole {
        /// The ClusterRoleBinding's name.
        binding: String,
        /// What it binds to.
        role: String,
    },
    /// The Secret is of another type, which can't be changed in place.
    #[error(
        "Secret {namespace}/{name} is of type {kind}, not kubernetes.io/service-account-token, and that can't be changed"
    )]
    #[code("VAULT-033")]
    #[hint(
        "set VAULT_REVIEWER_SECRET to another name, or:",
        run("oc --kubeconfig <kubeconfig> -n {} delete secret {}", namespace, name),
        change("VAULT_REVIEWER_SECRET")
    )]
    OtherSecretType {
        /// Where the Secret is.
        namespace: String,
        /// The Secret's name.
        name: String,
        /// Its type.
        kind: String,
    },
    /// The Secret holds the token of another ServiceAccount.
    #[error("Secret {namespace}/{name} holds the token of ServiceAccount {account}")]
    #[code("VAULT-034")]
    #[hint(
        "set VAULT_REVIEWER_SECRET to another name, or:",
        run("oc --kubeconfig <kubeconfig> -n {} delete secret {}", namespace, name),
        change("VAULT_REVIEWER_SECRET")
    )]
    OtherAccount {
        /// Where the Secret is.
        namespace: String,
        /// The Secret's name.
        name: String,
        /// The account it is for.
        account: String,
    },
    /// Somebody else manages a field of ours.
    #[error("{object}: {conflict}")]
    #[code("VAULT-035")]
    #[hint("have that manager let go of the fields, or take them over with --force-conflicts")]
    Managed {
        /// The object, `Secret ns/name`.
        object: String,
        /// Who, and which fields.
        conflict: String,
    },
    /// The authority that was given holds no certificate.
    #[error("VAULT_KUBERNETES_CA_CERT holds no certificate (PEM)")]
    #[code("VAULT-036")]
    #[hint("give a file with -----BEGIN CERTIFICATE----- in it, or unset it")]
    NoCertificate,
    /// The API server's address that was given is none.
    #[error("VAULT_KUBERNETES_HOST {host:?} is not an https:// address")]
    #[code("VAULT-037")]
    #[hint(run("export VAULT_KUBERNETES_HOST=https://api.example.com:6443"), change("VAULT_KUBERNETES_HOST"))]
    NoHost {
        /// What was given.
        host: String,
    },
}

fn no_kubernetes(kind: &Option<String>) -> String {
    kind.as_ref()
        .map_or_else(|| "not of type kubernetes".into(), |kind| format!("of type {kind}, not kubernetes"))
}

fn if_it_answers(answers: Option<bool>) -> &'static str {
    match answers {
        Some(true) => " (which still answers)",
        Some(false) => " (which does not answer from here)",
        None => "",
    }
}

fn only(has: &[String]) -> String {
    let nothing = has.iter().all(|capability| capability == "deny");
    if nothing { String::new() } else { format!(", only {}", has.join(", ")) }
}

impl Refusal {
    /// What would be so if nothing stood in the way.
    pub fn wanted(&self) -> String {
        match self {
            Self::NoMount { mount } | Self::MountNotVisible { mount } | Self::WrongType { mount, .. } => {
                format!("auth/{mount} is there, of type kubernetes")
            }
            Self::OtherCluster { mount, .. } => format!("auth/{mount} is this cluster's"),
            Self::MayNotWrite { path, .. } => format!("the token may write {path}"),
            Self::OtherRole { binding, .. } => {
                format!("ClusterRoleBinding {binding} binds to system:auth-delegator, or is not there")
            }
            Self::OtherSecretType { namespace, name, .. } | Self::OtherAccount { namespace, name, .. } => {
                format!("Secret {namespace}/{name} is the reviewer's, or is not there")
            }
            Self::Managed { object, .. } => format!("nobody else manages {object}"),
            Self::NoCertificate => "VAULT_KUBERNETES_CA_CERT holds a certificate".into(),
            Self::NoHost { .. } => "VAULT_KUBERNETES_HOST is an https:// address".into(),
        }
    }

    /// Whether a policy would mend it.
    pub fn is_of_policy(&self) -> bool {
        matches!(self, Self::MayNotWrite { .. } | Self::MountNotVisible { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each refusal, what it says, what it wants, what mends it.
    fn all() -> Vec<(Refusal, &'static str, &'static str, &'static str)> {
        let text = String::from;
        let mount = || text("m");
        vec![
            (
                Refusal::NoMount { mount: mount() },
                "no auth mount m",
                "auth/m is there",
                "auth enable -path=m",
            ),
            (
                Refusal::MountNotVisible { mount: mount() },
                "no right at auth/m/config",
                "auth/m is there",
                "path \"auth/m/config\"",
            ),
            (
                Refusal::WrongType { mount: mount(), kind: Some(text("jwt")), cluster: text("demo") },
                "is of type jwt, not kubernetes",
                "of type kubernetes",
                "-path=kubernetes-demo kubernetes",
            ),
            (
                Refusal::OtherCluster {
                    mount: mount(),
                    host: text("theirs"),
                    ours: text("ours"),
                    answers: Some(true),
                    cluster: text("demo"),
                },
                "theirs (which still answers), not to ours",
                "auth/m is this cluster's",
                "VAULT_REPLACE_HOST=1",
            ),
            (
                Refusal::MayNotWrite { path: text("auth/m/config"), has: vec![text("deny")] },
                "may not update auth/m/config",
                "the token may write auth/m/config",
                "path \"auth/m/config\"",
            ),
            (
                Refusal::MayNotWrite { path: text("auth/m/config"), has: vec![text("read"), text("list")] },
                "may not update auth/m/config, only read, list",
                "the token may write",
                "\"update\"",
            ),
            (
                Refusal::OtherRole { binding: text("b"), role: text("ClusterRole view") },
                "b binds to ClusterRole view",
                "ClusterRoleBinding b binds to system:auth-delegator",
                "delete clusterrolebinding b",
            ),
            (
                Refusal::OtherSecretType { namespace: text("n"), name: text("s"), kind: text("Opaque") },
                "Secret n/s is of type Opaque",
                "Secret n/s is the reviewer's",
                "-n n delete secret s",
            ),
            (
                Refusal::OtherAccount { namespace: text("n"), name: text("s"), account: text("a") },
                "the token of ServiceAccount a",
                "Secret n/s is the reviewer's",
                "-n n delete secret s",
            ),
            (
                Refusal::Managed { object: text("Secret n/s"), conflict: text("held by x") },
                "Secret n/s: held by x",
                "nobody else manages Secret n/s",
                "--force-conflicts",
            ),
            (Refusal::NoCertificate, "holds no certificate", "holds a certificate", "BEGIN CERTIFICATE"),
            (
                Refusal::NoHost { host: text("x") },
                "\"x\" is not an https:// address",
                "is an https:// address",
                "VAULT_KUBERNETES_HOST=https://",
            ),
        ]
    }

    #[test]
    fn each_refusal_says_what_is_wrong_what_is_wanted_and_what_mends_it() {
        for (refusal, says, wants, mends) in all() {
            let said =
                [refusal.to_string(), refusal.wanted(), refusal.hint().unwrap_or_default().to_string()];
            for (said, expect) in said.iter().zip([says, wants, mends]) {
                assert!(said.contains(expect), "{refusal:?}: `{expect}` is not in `{said}`");
            }
        }
    }

    #[test]
    fn a_token_that_may_nothing_has_no_list_of_what_it_may() {
        let refusal = Refusal::MayNotWrite { path: "p".into(), has: vec!["deny".into()] };
        assert_eq!(refusal.to_string(), "the Vault token may not update p");
    }

    #[test]
    fn a_policy_mends_what_the_token_may_not_alone() {
        for (refusal, ..) in all() {
            let expect = matches!(refusal, Refusal::MountNotVisible { .. } | Refusal::MayNotWrite { .. });
            assert_eq!(refusal.is_of_policy(), expect, "{refusal:?}");
        }
    }
}
