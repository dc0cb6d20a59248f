use cluster_access::{AccessError, OwnershipConflict};
use thiserror::Error;

/// Why Argo CD's part can't be done.
#[derive(Debug, Error)]
pub enum ArgoCdError {
    /// The cluster did not answer, or not as wanted.
    #[error(transparent)]
    Cluster(#[from] AccessError),
    /// The object carries the mark of another cluster.
    #[error("write {object}: it belongs to cluster {theirs}, and this is {ours}")]
    AnotherCluster {
        /// `Secret ns/name`
        object: String,
        /// The name it carries.
        theirs: String,
        /// Our name.
        ours: String,
    },
    /// The object is there and is something else.
    #[error("write {object}: {why}")]
    Foreign {
        /// `Secret ns/name`
        object: String,
        /// What it is instead.
        why: String,
    },
    /// The object has to change and can't be changed in place.
    #[error("write {object}: it is immutable, and {} would have to change", fields.join(", "))]
    Immutable {
        /// `Secret ns/name`
        object: String,
        /// The fields, dotted.
        fields: Vec<String>,
    },
    /// The Secret's login is for another host, and there is none to put in its place.
    #[error("write {object}: its login is for {theirs}, and must not be sent to the host of {ours}")]
    OtherHost {
        /// `Secret ns/name`
        object: String,
        /// The URL in the Secret.
        theirs: String,
        /// `gitops.repo_url`
        ours: String,
    },
    /// Another manager holds fields of ours.
    #[error("write {object}: {conflict}")]
    HeldByOther {
        /// `Secret ns/name`
        object: String,
        /// Who holds what.
        conflict: OwnershipConflict,
    },
    /// Argo CD says that it can't read the repository.
    #[error("read {url} with Argo CD: Application {application} reports {condition}: {message}")]
    CannotRead {
        /// The repository.
        url: String,
        /// The Application that says so.
        application: String,
        /// The type of its condition.
        condition: String,
        /// Argo CD's own words.
        message: String,
    },
}

impl ArgoCdError {
    /// What to do next, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Cluster(error) => return error.hint(),
            Self::AnotherCluster { .. } => {
                "is this the right kubeconfig? If the cluster was renamed on purpose, delete that object first".into()
            }
            Self::Foreign { .. } => "choose another name with GITOPS_REPO_SECRET_NAME, or delete that object if nothing needs it".into(),
            Self::Immutable { object, .. } => {
                let (namespace, name) = object.rsplit(' ').next().and_then(|it| it.split_once('/')).unwrap_or_default();
                format!("delete it, it is made anew: oc -n {namespace} delete secret {name}")
            }
            Self::OtherHost { .. } => "give a login for the new host: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault".into(),
            Self::HeldByOther { .. } => "change it where that manager takes it from, or take the fields over with --force-conflicts".into(),
            Self::CannotRead { .. } => {
                "mend the login (GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault), then run repo-creds".into()
            }
        };
        Some(hint)
    }
}
