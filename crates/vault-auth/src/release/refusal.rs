use secret::quoted;

/// A reason to leave the mount alone, found by looking.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseRefusal {
    /// It points at another API server.
    #[error(
        "Vault's auth mount {mount} belongs to another API server, {host}, not to {ours}: it is not ours to give back"
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
    NothingRemembered {
        /// Without `auth/`.
        mount: String,
        /// The `kubernetes_host` in it.
        host: String,
    },
    /// It is of another type.
    #[error("Vault's auth mount {mount} is {}not of type kubernetes", kind.as_ref().map(|kind| format!("of type {kind}, ")).unwrap_or_default())]
    WrongType {
        /// Without `auth/`.
        mount: String,
        /// Its type, where it can be seen.
        kind: Option<String>,
    },
    /// Whose it is can't be seen.
    #[error("the Vault token may not read {path}: whose mount it is can't be known")]
    Unreadable {
        /// The path in Vault's API.
        path: String,
    },
    /// The token lacks a right.
    #[error("the Vault token may not {} {path}", if *capability == "sudo" { "use sudo on" } else { capability })]
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
    DefaultMount {
        /// Without `auth/`.
        mount: String,
    },
    /// `--disable-mount`: it points at nobody, and its name does not say whose it is.
    #[error(
        "whose Vault's auth mount {mount} was is no longer known: it points at no API server, and is not called {own}"
    )]
    NobodysMount {
        /// Without `auth/`.
        mount: String,
        /// What a mount of the cluster's own would be called.
        own: String,
    },
    /// `--disable-mount`: there are roles in it, and its name does not say that they are this cluster's alone.
    #[error("Vault's auth mount {mount} holds {}, and is not called {own}: others may depend on it", roles.as_ref().map_or_else(|| "roles that the token may not list".to_owned(), |roles| format!("the roles {}", roles.join(", "))))]
    Roles {
        /// Without `auth/`.
        mount: String,
        /// Their names, where they may be listed.
        roles: Option<Vec<String>>,
        /// What a mount of the cluster's own would be called.
        own: String,
    },
}

impl ReleaseRefusal {
    /// The command or setting that mends it.
    pub fn hint(&self) -> String {
        match self {
            Self::OtherCluster { host, .. } => format!(
                "is VAULT_K8S_AUTH_MOUNT the mount that was configured for this cluster? If Vault knows this cluster as \
                 {host}:\nexport VAULT_KUBERNETES_HOST={}",
                quoted(host)
            ),
            Self::NothingRemembered { host, .. } => {
                format!("if that is this cluster:\nexport VAULT_KUBERNETES_HOST={}", quoted(host))
            }
            Self::WrongType { .. } => {
                "name the mount that was configured for this cluster:\nexport VAULT_K8S_AUTH_MOUNT=MOUNT"
                    .to_owned()
            }
            Self::Unreadable { path } => policy(path, &["read", "update"]),
            Self::MayNot { path, capability: "update", .. } => policy(path, &["read", "update"]),
            Self::MayNot { path, .. } => policy(path, &["delete", "sudo"]),
            Self::DefaultMount { .. } => "leave out --disable-mount: the mount is then given back".to_owned(),
            Self::NobodysMount { mount, .. } => {
                format!("if nobody needs it:\nvault auth disable {}", quoted(mount))
            }
            Self::Roles { mount, roles, .. } => match roles.as_ref().and_then(|roles| roles.first()) {
                Some(role) => format!(
                    "leave out --disable-mount, or remove the roles first:\nvault delete auth/{}/role/{}",
                    quoted(mount),
                    quoted(role)
                ),
                None => format!(
                    "leave out --disable-mount, or: {}",
                    policy(&format!("auth/{mount}/role"), &["list"])
                ),
            },
        }
    }
}

fn policy(path: &str, capabilities: &[&str]) -> String {
    let list: Vec<String> = capabilities.iter().map(|word| format!("\"{word}\"")).collect();
    format!("add to a policy of the token: path \"{path}\" {{ capabilities = [{}] }}", list.join(", "))
}
