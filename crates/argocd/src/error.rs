use cluster_access::{AccessError, OwnershipConflict};
use thiserror::Error;

use crate::access::Trouble;

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
    /// The Secret that is to be made has the name of one that is something else.
    #[error("create {object}: there is one of that name, and it is not the cluster Secret of this cluster")]
    NameTaken {
        /// `Secret ns/name`
        object: String,
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
    /// The package is subscribed already, in another place than the chart's.
    #[error("subscribe {package} as {wanted}: it is subscribed already as {namespace}/{name}")]
    SubscribedElsewhere {
        /// The package.
        package: String,
        /// Where the chart wants it, `ns/name`.
        wanted: String,
        /// Where it is.
        namespace: String,
        /// Under which name.
        name: String,
    },
    /// OLM installs nothing into a namespace with several OperatorGroups.
    #[error("subscribe in {namespace}: there are {} OperatorGroups in it ({}), and OLM takes one alone", groups.len(), groups.join(", "))]
    ManyGroups {
        /// The namespace.
        namespace: String,
        /// Their names.
        groups: Vec<String>,
    },
    /// `disableDefaultInstance` would have the operator delete an ArgoCD.
    #[error("disable the default instance: the operator then deletes ArgoCD openshift-gitops/openshift-gitops{}", what_is_deleted(*wanted, *lives))]
    WouldDelete {
        /// The chart makes it.
        wanted: bool,
        /// It is there.
        lives: bool,
    },
    /// OLM has failed to install it.
    #[error("install {object}: {message}")]
    InstallFailed {
        /// `ClusterServiceVersion ns/name`
        object: String,
        /// OLM's own words.
        message: String,
    },
    /// OLM finds nothing to install, though its catalog answers.
    #[error("install {object}: {message} (for 2 minutes, while {catalog} is READY)")]
    Unresolvable {
        /// `Subscription ns/name`
        object: String,
        /// OLM's own words.
        message: String,
        /// `CatalogSource ns/name`
        catalog: String,
    },
    /// Kubernetes has given up on a Deployment.
    #[error("roll out {object}: {message}")]
    RolloutFailed {
        /// `Deployment ns/name`
        object: String,
        /// Its own words.
        message: String,
    },
    /// What was awaited did not come.
    #[error("wait for {waiting_for}: it did not come within {} s (last: {last})", limit.as_secs())]
    WaitedTooLong {
        /// What for.
        waiting_for: String,
        /// How long.
        limit: std::time::Duration,
        /// The last condition seen.
        last: String,
    },
    /// Argo CD says that it can't read the repository.
    ///
    /// Cure: the terminal names the usual cause and its command; all of them stand in docs/argocd-access.md
    #[error(
        "read {url} with Argo CD: {} reports {}: {}",
        trouble.reporter, trouble.condition, trouble.message
    )]
    CannotRead {
        /// The repository.
        url: String,
        /// Where Argo CD lives.
        namespace: String,
        /// Who says so, in which words, and what usually is behind them.
        trouble: Box<Trouble>,
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
            Self::NameTaken { object } => {
                let (namespace, name) = place(object);
                format!("see what it is for: oc -n {namespace} get secret {name} -o yaml; or leave out --create-cluster-secret")
            }
            Self::Immutable { object, .. } => {
                let (namespace, name) = place(object);
                format!("delete it, it is made anew: oc -n {namespace} delete secret {name}")
            }
            Self::OtherHost { .. } => "give a login for the new host: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault".into(),
            Self::HeldByOther { .. } => "change it where that manager takes it from, or take the fields over with --force-conflicts".into(),
            Self::SubscribedElsewhere { wanted, namespace, name, .. }
                if wanted.split_once('/').is_some_and(|(ours, _)| ours == namespace) =>
            {
                format!("remove the other one: oc -n {namespace} delete subscription {name}")
            }
            Self::SubscribedElsewhere { namespace, name, .. } => format!(
                "set operators.gitops.installNamespace to {namespace} in charts/bootstrap-operators/values.yaml (and GITOPS_SUBSCRIPTION_NAMESPACE for its script), or remove the other one: oc -n {namespace} delete subscription {name}"
            ),
            Self::ManyGroups { namespace, groups } => {
                let one = groups.first().map(String::as_str).unwrap_or_default();
                format!("keep one of them: oc -n {namespace} delete operatorgroup {one}")
            }
            Self::WouldDelete { .. } => {
                "set operators.gitops.disableDefaultInstance to false, or name another argoInstance; --allow-argocd-delete lets the operator delete it".into()
            }
            Self::InstallFailed { object, .. } => {
                let (namespace, name) = place(object);
                format!("oc -n {namespace} describe csv {name}; once it is mended, run again")
            }
            Self::Unresolvable { object, .. } => {
                let (namespace, name) = place(object);
                format!("are name, channel and source in charts/bootstrap-operators/values.yaml right? oc get packagemanifest {name}; oc -n {namespace} describe subscription {name}")
            }
            Self::RolloutFailed { object, .. } => {
                let (namespace, name) = place(object);
                format!("oc -n {namespace} describe deployment {name}; oc -n {namespace} get pods")
            }
            Self::WaitedTooLong { last, .. } if last.contains("has to be approved") => {
                "approve it with that command, or run again with --approve-install-plan".into()
            }
            Self::WaitedTooLong { .. } => "run again: it goes on from here; --operator-timeout DURATION waits longer".into(),
            Self::CannotRead { url, namespace, trouble } => trouble.cause.hint(url, namespace),
        };
        Some(hint)
    }
}

/// Namespace and name of `Kind ns/name`.
fn place(object: &str) -> (&str, &str) {
    object.rsplit(' ').next().and_then(|it| it.split_once('/')).unwrap_or_default()
}

fn what_is_deleted(wanted: bool, lives: bool) -> &'static str {
    match (wanted, lives) {
        (true, true) => ", which is there, and which the chart makes",
        (true, false) => ", which the chart makes",
        (false, _) => ", which is there",
    }
}
