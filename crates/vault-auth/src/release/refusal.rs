use advice::Diagnostic;

/// A reason to leave the mount alone, found by looking.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum ReleaseRefusal {
    /// It points at another API server.
    #[error(
        "Vault's auth mount {mount} belongs to another API server, {host}, not to {ours}: it is not ours to give back"
    )]
    #[code("RELEASE-001")]
    #[hint(
        "is VAULT_K8S_AUTH_MOUNT the mount that was configured for this cluster? If Vault knows this cluster as {host}:",
        run("export VAULT_KUBERNETES_HOST={}", host),
        change("VAULT_KUBERNETES_HOST"),
        change("VAULT_K8S_AUTH_MOUNT")
    )]
    OtherCluster {
        /// Without `auth/`.
        mount: String,
        /// The `kubernetes_host` in it.
        host: String,
        /// Ours.
        ours: String,
    },
    /// Neither a kubeconfig nor a trace says which API server is ours.
    #[error(
        "whether Vault's auth mount {mount} ({host}) is this cluster's is not known: there is no kubeconfig, and no trace names its API server"
    )]
    #[code("RELEASE-002")]
    #[hint(
        "if that is this cluster:",
        run("export VAULT_KUBERNETES_HOST={}", host),
        change("VAULT_KUBERNETES_HOST")
    )]
    NothingRemembered {
        /// Without `auth/`.
        mount: String,
        /// The `kubernetes_host` in it.
        host: String,
    },
    /// It is of another type.
    #[error("Vault's auth mount {mount} is {}not of type kubernetes", kind.as_ref().map(|kind| format!("of type {kind}, ")).unwrap_or_default())]
    #[code("RELEASE-003")]
    #[hint(
        "name the mount that was configured for this cluster:",
        run("export VAULT_K8S_AUTH_MOUNT=MOUNT"),
        change("VAULT_K8S_AUTH_MOUNT")
    )]
    WrongType {
        /// Without `auth/`.
        mount: String,
        /// Its type, where it can be seen.
        kind: Option<String>,
    },
    /// Whose it is can't be seen.
    #[error("the Vault token may not read {path}: whose mount it is can't be known")]
    #[code("RELEASE-004")]
    #[hint("add to a policy of the token: path \"{path}\" {{ capabilities = [\"read\", \"update\"] }}")]
    Unreadable {
        /// The path in Vault's API.
        path: String,
    },
    /// The token lacks a right.
    #[error("the Vault token may not {} {path}", verb(capability))]
    #[code("RELEASE-005")]
    #[hint(
        when(*capability == "update"),
        "add to a policy of the token: path \"{path}\" {{ capabilities = [\"read\", \"update\"] }}"
    )]
    #[hint("add to a policy of the token: path \"{path}\" {{ capabilities = [\"delete\", \"sudo\"] }}")]
    MayNot {
        /// The path in Vault's API.
        path: String,
        /// What it lacks.
        capability: &'static str,
        /// What it may.
        has: Vec<String>,
    },
    /// `--disable-mount`: everybody's mount.
    #[error(
        "Vault's auth mount {mount} is the default one, which clusters take over from each other: it is not disabled"
    )]
    #[code("RELEASE-006")]
    #[hint("leave out --disable-mount: the mount is then given back")]
    DefaultMount {
        /// Without `auth/`.
        mount: String,
    },
    /// `--disable-mount`: it points at nobody, and its name does not say whose it is.
    #[error(
        "whose Vault's auth mount {mount} was is no longer known: it points at no API server, and is not called {own}"
    )]
    #[code("RELEASE-007")]
    #[hint("if nobody needs it:", run("vault auth disable {}", mount))]
    NobodysMount {
        /// Without `auth/`.
        mount: String,
        /// What a mount of the cluster's own would be called.
        own: String,
    },
    /// `--disable-mount`: there are roles in it, and its name does not say that they are this cluster's alone.
    #[error("Vault's auth mount {mount} holds {}, and is not called {own}: others may depend on it", roles.as_ref().map_or_else(|| "roles that the token may not list".to_owned(), |roles| format!("the roles {}", roles.join(", "))))]
    #[code("RELEASE-008")]
    #[hint(
        when(first(roles).is_some()),
        "leave out --disable-mount, or remove the roles first:",
        run("vault delete auth/{}/role/{}", mount, first(roles).unwrap_or_default())
    )]
    #[hint(
        "leave out --disable-mount, or: add to a policy of the token: path \"auth/{mount}/role\" {{ capabilities = [\"list\"] }}"
    )]
    Roles {
        /// Without `auth/`.
        mount: String,
        /// Their names, where they may be listed.
        roles: Option<Vec<String>>,
        /// What a mount of the cluster's own would be called.
        own: String,
    },
}

fn verb(capability: &'static str) -> &'static str {
    if capability == "sudo" { "use sudo on" } else { capability }
}

fn first(roles: &Option<Vec<String>>) -> Option<&str> {
    roles.as_ref()?.first().map(String::as_str)
}
