use cluster_access::{AccessError, OwnershipConflict};
use secret::quoted;
use thiserror::Error;

use crate::access::Trouble;
use crate::object_name::place;
use crate::operator::cure;

/// Why Argo CD's part can't be done.
#[derive(Debug, Error)]
pub enum ArgoCdError {
    /// The cluster did not answer, or not as wanted.
    #[error(transparent)]
    Cluster(#[from] AccessError),
    /// The object carries the mark of another cluster.
    #[error("write {object}: it belongs to cluster {theirs}, and this is cluster {ours}")]
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
    /// The Secret's login is for another host, or for https where `gitops.repo_url` is plain http, and no other login
    /// replaces it.
    #[error("write {object}: its login is for {theirs}, and must not be sent to {ours}")]
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
    /// The object belongs to another Helm release, and `helm uninstall` of that one deletes it.
    #[error("take over {object} for Helm release {}/{}: it belongs to Helm release {namespace}/{release}", crate::helm::OPERATORS.namespace, crate::helm::OPERATORS.name)]
    OtherRelease {
        /// `Subscription ns/name`
        object: String,
        /// `subscriptions.operators.coreos.com`
        kind: String,
        /// The other release.
        release: String,
        /// Its namespace.
        namespace: String,
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
        /// The ClusterServiceVersion that it installed.
        csv: Option<Box<str>>,
    },
    /// Its Subscription was deleted and the ClusterServiceVersion was left. OLM installs nothing beside it.
    #[error("install {package}: {object} is there, and no Subscription refers to it")]
    Orphaned {
        /// The package.
        package: String,
        /// `ClusterServiceVersion ns/name`
        object: String,
        /// `Subscription ns/name` that was made beside it, where it is there already.
        subscription: Option<String>,
    },
    /// OLM installs nothing into a namespace with several OperatorGroups.
    #[error("subscribe in {namespace}: there are {} OperatorGroups in it ({}), and OLM takes one alone", groups.len(), groups.join(", "))]
    ManyGroups {
        /// The namespace.
        namespace: String,
        /// Their names.
        groups: Vec<String>,
    },
    /// OLM installs nothing into a namespace without an OperatorGroup.
    #[error(
        "subscribe in {namespace}: there is no OperatorGroup in it, and OLM installs nothing without one"
    )]
    NoGroup {
        /// The namespace.
        namespace: String,
    },
    /// The OperatorGroup selects other namespaces than the operator can serve.
    #[error("install {package}: {group} selects {selects}, and the operator supports {} alone", supports.join(", "))]
    GroupUnfit {
        /// The package.
        package: String,
        /// `OperatorGroup ns/name`
        group: String,
        /// Which namespaces it selects.
        selects: String,
        /// The install modes of the operator.
        supports: Vec<String>,
    },
    /// The CatalogSource is missing, or OLM does not read it for this Subscription.
    #[error("install {object}: {catalog} {why}")]
    NoCatalog {
        /// `Subscription ns/name`
        object: String,
        /// `CatalogSource ns/name`
        catalog: String,
        /// What is wrong with it.
        why: &'static str,
        /// The key of the chart's values, `operators.gitops`.
        key: String,
    },
    /// The catalog answers, and does not have what the chart wants.
    #[error("install {object}: {catalog} has no {what}{}", instead(offered))]
    NotOffered {
        /// `Subscription ns/name`
        object: String,
        /// `CatalogSource ns/name`
        catalog: String,
        /// `package x`, `channel y of package x`
        what: String,
        /// What it has instead.
        offered: Box<[String]>,
        /// The key of the chart's values, `operators.gitops.channel`.
        key: String,
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
    /// A requirement of the operator that this cluster can't meet.
    #[error("install {object}: {message}")]
    TooOld {
        /// `ClusterServiceVersion ns/name`
        object: String,
        /// OLM's own words.
        message: String,
        /// `Subscription ns/name`
        subscription: String,
    },
    /// An InstallPlan failed. OLM never runs it again.
    #[error("complete {object}: {message}")]
    PlanFailed {
        /// `InstallPlan ns/name`
        object: String,
        /// OLM's own words.
        message: String,
        /// `Subscription ns/name`
        subscription: String,
        /// `ClusterServiceVersion ns/name`, where the Subscription names one.
        csv: Option<String>,
    },
    /// Somebody deleted the Subscription during the run.
    #[error("install {object}: it was deleted while the run waited for it")]
    SubscriptionGone {
        /// `Subscription ns/name`
        object: String,
        /// `ClusterServiceVersion ns/name` that it may have left.
        csv: Option<String>,
    },
    /// OLM finds nothing to install, or can't unpack what it finds, though its catalog answers.
    #[error("install {object}: {message} (for 2 minutes, while {catalog} is READY)")]
    Unresolvable {
        /// `Subscription ns/name`
        object: String,
        /// OLM's own words.
        message: String,
        /// `CatalogSource ns/name`
        catalog: String,
        /// The hint for this kind of condition, where there is a special one.
        cure: Option<String>,
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
    #[error("wait for {waiting_for}: it did not come within {} s (last: {})", limit.as_secs(), condition(last))]
    WaitedTooLong {
        /// What for.
        waiting_for: String,
        /// How long.
        limit: std::time::Duration,
        /// The last condition seen; the command that ends it, where there is one, on a line below.
        last: String,
        /// What ends this very wait, where that is known.
        cure: Option<String>,
    },
    /// Argo CD says that it can't read the repository.
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
            Self::AnotherCluster { object, .. } => {
                format!("is this the right kubeconfig? If the cluster was renamed on purpose, delete that object first:\n{}", deleting(object))
            }
            Self::Foreign { object, .. } => {
                format!("choose another name with GITOPS_REPO_SECRET_NAME, or delete it if nothing needs it:\n{}", deleting(object))
            }
            Self::NameTaken { object } => {
                let (namespace, name) = place(object);
                format!("leave out --create-cluster-secret, or see what that Secret is for:\noc --kubeconfig <kubeconfig> -n {namespace} get secret {name} -o yaml")
            }
            Self::Immutable { object, .. } => format!("delete it, it is made anew:\n{}", deleting(object)),
            Self::OtherHost { theirs, ours, .. } if theirs.starts_with("https:") && ours.starts_with("http:") => {
                "write gitops.repo_url with https://, or give a login for this URL: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault".into()
            }
            Self::OtherHost { object, .. } => format!("give a login for the new host: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault. Where the new host wants none, delete the Secret:\n{}", deleting(object)),
            Self::HeldByOther { .. } => "change it where that manager takes it from, or take the fields over with --force-conflicts".into(),
            Self::OtherRelease { object, kind, release, namespace } => {
                let (place, name) = place(object);
                let (release, of) = (quoted(release), quoted(namespace));
                format!("see whether that release is still needed:\nhelm --kubeconfig <kubeconfig> -n {of} get manifest {release}\nwhere it is not, take its mark away, then run again:\noc --kubeconfig <kubeconfig> -n {place} annotate {kind} {name} meta.helm.sh/release-name- meta.helm.sh/release-namespace-")
            }
            Self::SubscribedElsewhere { wanted, namespace, name, csv, .. }
                if wanted.split_once('/').is_some_and(|(ours, _)| ours == namespace) =>
            {
                let both = cure::deleting_with_csv(namespace, name, csv.as_deref());
                format!("remove the other one with its ClusterServiceVersion, or OLM installs nothing beside it:\n{both}")
            }
            Self::SubscribedElsewhere { namespace, name, csv, .. } => {
                let both = cure::deleting_with_csv(namespace, name, csv.as_deref());
                format!("set operators.gitops.installNamespace to {namespace} in charts/bootstrap-operators/values.yaml (and GITOPS_SUBSCRIPTION_NAMESPACE for its script), or remove the other one with its ClusterServiceVersion:\n{both}")
            }
            Self::Orphaned { object, subscription, .. } => {
                let all = cure::deleting_all(&[subscription.as_deref(), Some(object)]);
                format!("delete it (its CustomResourceDefinitions and their objects stay), then run again:\n{all}")
            }
            Self::NoGroup { namespace } => {
                format!("run again: the run makes one for the GitOps operator. See who deleted it:\noc --kubeconfig <kubeconfig> -n {} get operatorgroups", quoted(namespace))
            }
            Self::GroupUnfit { group, .. } => {
                let (namespace, name) = place(group);
                format!("choose another installNamespace in charts/bootstrap-operators/values.yaml, or let the group select all namespaces:\noc --kubeconfig <kubeconfig> -n {namespace} patch operatorgroup {name} --type merge -p '{{\"spec\":{{\"targetNamespaces\":null,\"selector\":null}}}}'")
            }
            Self::NoCatalog { key, .. } => {
                format!("set {key}.source and {key}.sourceNamespace in charts/bootstrap-operators/values.yaml to one of these (OLM reads openshift-marketplace and the Subscription's own namespace), or create it:\noc --kubeconfig <kubeconfig> get catalogsource -A")
            }
            Self::NotOffered { catalog, key, .. } => {
                let (_, name) = place(catalog);
                format!("fix {key} in charts/bootstrap-operators/values.yaml. This lists what the catalog has:\noc --kubeconfig <kubeconfig> get packagemanifests -l catalog={name}")
            }
            Self::ManyGroups { namespace, groups } => {
                let one = groups.first().map(String::as_str).unwrap_or_default();
                format!("keep one of them:\noc --kubeconfig <kubeconfig> -n {} delete operatorgroup {}", quoted(namespace), quoted(one))
            }
            Self::WouldDelete { .. } => {
                "set operators.gitops.disableDefaultInstance to false, or name another argoInstance; --allow-argocd-delete lets the operator delete it".into()
            }
            Self::InstallFailed { object, .. } => {
                let (namespace, name) = place(object);
                format!("mend what stands in its conditions, then run again:\noc --kubeconfig <kubeconfig> -n {namespace} describe csv {name}")
            }
            Self::TooOld { object, subscription, .. } => {
                let all = cure::deleting_all(&[Some(subscription), Some(object)]);
                format!("upgrade the cluster, and OLM goes on; or set operators.gitops.channel or startingCSV in charts/bootstrap-operators/values.yaml to an older version, delete this one and run again:\n{all}")
            }
            Self::PlanFailed { object, subscription, csv, .. } => {
                let all = cure::deleting_all(&[Some(subscription), csv.as_deref(), Some(object)]);
                format!("OLM never runs a failed InstallPlan again. Fix what it names, delete what it left, and run again:\n{all}")
            }
            Self::SubscriptionGone { csv: Some(csv), .. } => {
                let all = cure::deleting_all(&[Some(csv)]);
                format!("delete the ClusterServiceVersion that it may have left, or OLM installs nothing beside it; then run again:\n{all}")
            }
            Self::SubscriptionGone { .. } => "run again: the run makes it again".into(),
            Self::Unresolvable { cure: Some(cure), .. } => cure.clone(),
            Self::Unresolvable { object, .. } => {
                let (namespace, name) = place(object);
                format!("are name, channel and source in charts/bootstrap-operators/values.yaml right? Until OLM has resolved it, the next run brings the Subscription to what they say:\noc --kubeconfig <kubeconfig> get packagemanifest {name}\noc --kubeconfig <kubeconfig> -n {namespace} describe subscriptions.operators.coreos.com {name}")
            }
            Self::RolloutFailed { object, .. } => {
                let (namespace, name) = place(object);
                format!("see what keeps its Pods from starting, then run again:\noc --kubeconfig <kubeconfig> -n {namespace} describe deployment {name}\noc --kubeconfig <kubeconfig> -n {namespace} get pods")
            }
            Self::WaitedTooLong { last, .. } if last.contains('\n') => {
                let command = last.split_once('\n').map_or("", |(_, command)| command);
                format!("run again with --approve-install-plan, or approve it:\n{command}")
            }
            Self::WaitedTooLong { cure: Some(cure), .. } => format!("{cure}\n--operator-timeout DURATION waits longer"),
            Self::WaitedTooLong { .. } => "run again: it goes on from here; --operator-timeout DURATION waits longer".into(),
            Self::CannotRead { url, namespace, trouble } => trouble.cause.hint(url, namespace),
        };
        Some(hint)
    }
}

/// The command that deletes `Kind ns/name`.
fn deleting(object: &str) -> String {
    let kind = quoted(object.split(' ').next().unwrap_or_default().to_lowercase());
    let (namespace, name) = place(object);
    format!("oc --kubeconfig <kubeconfig> -n {namespace} delete {kind} {name}")
}

/// ` (it has a, b)`
fn instead(offered: &[String]) -> String {
    if offered.is_empty() { String::new() } else { format!(" (it has {})", offered.join(", ")) }
}

/// What was seen last, without the command below it.
fn condition(last: &str) -> &str {
    last.split('\n').next().unwrap_or_default().trim_end_matches(':')
}

fn what_is_deleted(wanted: bool, lives: bool) -> &'static str {
    match (wanted, lives) {
        (true, true) => ", which is there, and which the chart makes",
        (true, false) => ", which the chart makes",
        (false, _) => ", which is there",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_last_is_said_without_the_command_below_it() {
        for (last, expect) in [
            ("it waits for approval:\noc patch", "it waits for approval"),
            ("it is Pending", "it is Pending"),
            ("", ""),
        ] {
            assert_eq!(condition(last), expect);
        }
    }
}
