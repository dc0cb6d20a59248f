use advice::{Advice, CommandLine, Diagnostic};
use cluster_access::{AccessError, OwnershipConflict};

use crate::access::Trouble;
use crate::object_name::place;
use crate::operator::cure::{deleting, deleting_other};

/// Why Argo CD's part can't be done.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ArgoCdError {
    /// The cluster did not answer, or not as wanted.
    #[error(transparent)]
    Cluster(#[from] AccessError),
    /// The object carries the mark of another cluster.
    #[error("write {object}: it belongs to cluster {theirs}, and this is cluster {ours}")]
    #[code("ARGOCD-002")]
    #[hint("is this the right kubeconfig? If the cluster was renamed on purpose, delete that object first:", run("oc --kubeconfig <kubeconfig> -n {} delete {} {}", place(object).namespace, place(object).kind.to_lowercase(), place(object).name))]
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
    #[code("ARGOCD-003")]
    #[hint("choose another name with GITOPS_REPO_SECRET_NAME, or delete it if nothing needs it:", run("oc --kubeconfig <kubeconfig> -n {} delete {} {}", place(object).namespace, place(object).kind.to_lowercase(), place(object).name))]
    Foreign {
        /// `Secret ns/name`
        object: String,
        /// What it is instead.
        why: String,
    },
    /// The Secret that is to be made has the name of one that is something else.
    #[error("create {object}: there is one of that name, and it is not the cluster Secret of this cluster")]
    #[code("ARGOCD-004")]
    #[hint("leave out --create-cluster-secret, or see what that Secret is for:", run("oc --kubeconfig <kubeconfig> -n {} get secret {} -o yaml", place(object).namespace, place(object).name))]
    NameTaken {
        /// `Secret ns/name`
        object: String,
    },
    /// The object has to change and can't be changed in place.
    #[error("write {object}: it is immutable, and {} would have to change", fields.join(", "))]
    #[code("ARGOCD-005")]
    #[hint("delete it, it is made anew:", run("oc --kubeconfig <kubeconfig> -n {} delete {} {}", place(object).namespace, place(object).kind.to_lowercase(), place(object).name))]
    Immutable {
        /// `Secret ns/name`
        object: String,
        /// The fields, dotted.
        fields: Vec<String>,
    },
    /// The Secret's login is for another host, or for https where `gitops.repo_url` is plain http, and no other login
    /// replaces it.
    #[error("write {object}: its login is for {theirs}, and must not be sent to {ours}")]
    #[code("ARGOCD-006")]
    #[hint(
        when(theirs.starts_with("https:") && ours.starts_with("http:")),
        "write gitops.repo_url with https://, or give a login for this URL: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault"
    )]
    #[hint(
        "give a login for the new host: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault. Where the new host wants none, delete the Secret:",
        run("oc --kubeconfig <kubeconfig> -n {} delete {} {}", place(object).namespace, place(object).kind.to_lowercase(), place(object).name)
    )]
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
    #[code("ARGOCD-007")]
    #[hint("change it where that manager takes it from, or take the fields over with --force-conflicts")]
    HeldByOther {
        /// `Secret ns/name`
        object: String,
        /// Who holds what.
        conflict: OwnershipConflict,
    },
    /// The object belongs to another Helm release, and `helm uninstall` of that one deletes it.
    #[error(
        "take over {object} for Helm release openshift-operators/bootstrap-operators: it belongs to Helm release {namespace}/{release}"
    )]
    #[code("ARGOCD-008")]
    #[hint(
        "see whether that release is still needed:",
        run("helm --kubeconfig <kubeconfig> -n {} get manifest {}", namespace, release),
        "where it is not, take its mark away, then run again:",
        run(
            "oc --kubeconfig <kubeconfig> -n {} annotate {} {} meta.helm.sh/release-name- meta.helm.sh/release-namespace-",
            place(object).namespace,
            kind,
            place(object).name
        )
    )]
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
    #[code("ARGOCD-009")]
    #[hint(
        when(is_in(wanted, namespace)),
        "remove the other one with its ClusterServiceVersion, or OLM installs nothing beside it:",
        then(deleting_other(namespace, name, csv.as_deref()), "`oc --kubeconfig <kubeconfig> -n <namespace> delete <resource> <name> --ignore-not-found`")
    )]
    #[hint(
        "set operators.gitops.installNamespace to {namespace} in charts/bootstrap-operators/values.yaml (and GITOPS_SUBSCRIPTION_NAMESPACE for its script), or remove the other one with its ClusterServiceVersion:",
        then(deleting_other(namespace, name, csv.as_deref()), "`oc --kubeconfig <kubeconfig> -n <namespace> delete <resource> <name> --ignore-not-found`")
    )]
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
    #[code("ARGOCD-010")]
    #[hint(
        "delete it (its CustomResourceDefinitions and their objects stay), then run again:",
        then(deleting(&[subscription.as_deref(), Some(object)]), "`oc --kubeconfig <kubeconfig> -n <namespace> delete <resource> <name> --ignore-not-found`")
    )]
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
    #[code("ARGOCD-011")]
    #[hint(
        "keep one of them:",
        run("oc --kubeconfig <kubeconfig> -n {} delete operatorgroup {}", namespace, groups.first().map(String::as_str).unwrap_or_default())
    )]
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
    #[code("ARGOCD-012")]
    #[hint(
        "run again: the run makes one for the GitOps operator. See who deleted it:",
        run("oc --kubeconfig <kubeconfig> -n {} get operatorgroups", namespace)
    )]
    NoGroup {
        /// The namespace.
        namespace: String,
    },
    /// The OperatorGroup selects other namespaces than the operator can serve.
    #[error("install {package}: {group} selects {selects}, and the operator supports {} alone", supports.join(", "))]
    #[code("ARGOCD-013")]
    #[hint(
        "choose another installNamespace in charts/bootstrap-operators/values.yaml, or let the group select all namespaces:",
        run(
            "oc --kubeconfig <kubeconfig> -n {} patch operatorgroup {} --type merge -p '{\"spec\":{\"targetNamespaces\":null,\"selector\":null}}'",
            place(group).namespace,
            place(group).name
        )
    )]
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
    #[code("ARGOCD-014")]
    #[hint(
        "set {key}.source and {key}.sourceNamespace in charts/bootstrap-operators/values.yaml to one of these (OLM reads openshift-marketplace and the Subscription's own namespace), or create it:",
        run("oc --kubeconfig <kubeconfig> get catalogsource -A")
    )]
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
    #[code("ARGOCD-015")]
    #[hint(
        "fix {key} in charts/bootstrap-operators/values.yaml. This lists what the catalog has:",
        run("oc --kubeconfig <kubeconfig> get packagemanifests -l catalog={}", place(catalog).name)
    )]
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
    #[code("ARGOCD-016")]
    #[hint(
        "set operators.gitops.disableDefaultInstance to false, or name another argoInstance; --allow-argocd-delete lets the operator delete it"
    )]
    WouldDelete {
        /// The chart makes it.
        wanted: bool,
        /// It is there.
        lives: bool,
    },
    /// OLM has failed to install it.
    #[error("install {object}: {message}")]
    #[code("ARGOCD-017")]
    #[hint("mend what stands in its conditions, then run again:", run("oc --kubeconfig <kubeconfig> -n {} describe csv {}", place(object).namespace, place(object).name))]
    InstallFailed {
        /// `ClusterServiceVersion ns/name`
        object: String,
        /// OLM's own words.
        message: String,
    },
    /// A requirement of the operator that this cluster can't meet.
    #[error("install {object}: {message}")]
    #[code("ARGOCD-018")]
    #[hint(
        "upgrade the cluster, and OLM goes on; or set operators.gitops.channel or startingCSV in charts/bootstrap-operators/values.yaml to an older version, delete this one and run again:",
        then(deleting(&[Some(subscription), Some(object)]), "`oc --kubeconfig <kubeconfig> -n <namespace> delete <resource> <name> --ignore-not-found`")
    )]
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
    #[code("ARGOCD-019")]
    #[hint(
        "OLM never runs a failed InstallPlan again. Fix what it names, delete what it left, and run again:",
        then(deleting(&[Some(subscription), csv.as_deref(), Some(object)]), "`oc --kubeconfig <kubeconfig> -n <namespace> delete <resource> <name> --ignore-not-found`")
    )]
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
    #[code("ARGOCD-020")]
    #[hint(when(csv.is_none()), "run again: the run makes it again")]
    #[hint(
        "delete the ClusterServiceVersion that it may have left, or OLM installs nothing beside it; then run again:",
        then(deleting(&[csv.as_deref()]), "`oc --kubeconfig <kubeconfig> -n <namespace> delete <resource> <name> --ignore-not-found`")
    )]
    SubscriptionGone {
        /// `Subscription ns/name`
        object: String,
        /// `ClusterServiceVersion ns/name` that it may have left.
        csv: Option<String>,
    },
    /// OLM finds nothing to install, or can't unpack what it finds, though its catalog answers.
    #[error("install {object}: {message} (for 2 minutes, while {catalog} is READY)")]
    #[code("ARGOCD-021")]
    #[hint(
        when(cure.is_some()),
        then(
            cure.clone().unwrap_or_default(),
            "repair what the terminal names, with its commands: the pull secret and the image mirrors, another catalog, or another Subscription"
        )
    )]
    #[hint(
        "are name, channel and source in charts/bootstrap-operators/values.yaml right? Until OLM has resolved it, the next run brings the Subscription to what they say:",
        run("oc --kubeconfig <kubeconfig> get packagemanifest {}", place(object).name),
        run(
            "oc --kubeconfig <kubeconfig> -n {} describe subscriptions.operators.coreos.com {}",
            place(object).namespace,
            place(object).name
        )
    )]
    Unresolvable {
        /// `Subscription ns/name`
        object: String,
        /// OLM's own words.
        message: String,
        /// `CatalogSource ns/name`
        catalog: String,
        /// The hint for this kind of condition, where there is a special one.
        cure: Option<Advice>,
    },
    /// Kubernetes has given up on a Deployment.
    #[error("roll out {object}: {message}")]
    #[code("ARGOCD-022")]
    #[hint(
        "see what keeps its Pods from starting, then run again:",
        run("oc --kubeconfig <kubeconfig> -n {} describe deployment {}", place(object).namespace, place(object).name),
        run("oc --kubeconfig <kubeconfig> -n {} get pods", place(object).namespace)
    )]
    RolloutFailed {
        /// `Deployment ns/name`
        object: String,
        /// Its own words.
        message: String,
    },
    /// What was awaited did not come.
    #[error("wait for {waiting_for}: it did not come within {} s (last: {last})", limit.as_secs())]
    #[code("ARGOCD-023")]
    #[hint(
        when(approval.is_some()),
        "run again with --approve-install-plan, or approve it:",
        then(
            approval.clone().map(Advice::command).unwrap_or_default(),
            "`oc --kubeconfig <kubeconfig> -n <namespace> patch installplan <name> …`, as the terminal shows it"
        )
    )]
    #[hint(
        when(cure.is_some()),
        then(cure.clone().unwrap_or_default(), "repair what the terminal names, with its commands;"),
        "--operator-timeout DURATION waits longer"
    )]
    #[hint("run again: it goes on from here; --operator-timeout DURATION waits longer")]
    WaitedTooLong {
        /// What for.
        waiting_for: String,
        /// How long.
        limit: std::time::Duration,
        /// The last condition seen.
        last: String,
        /// The command that approves what was awaited.
        approval: Option<CommandLine>,
        /// What ends this very wait, where that is known.
        cure: Option<Advice>,
    },
    /// Argo CD says that it can't read the repository.
    #[error(
        "read {url} with Argo CD: {} reports {}: {}",
        trouble.reporter, trouble.condition, trouble.message
    )]
    #[code("ARGOCD-024")]
    #[hint(then(
        trouble.cause.hint(url, namespace),
        "change what usually is behind those words, as the terminal names it with its command: DNS, the proxy, the CA, the certificate, the address, the known hosts, the login, the URL, the AppProject, a submodule, the repo-server, a firewall"
    ))]
    CannotRead {
        /// The repository.
        url: String,
        /// Where Argo CD lives.
        namespace: String,
        /// Who says so, in which words, and what usually is behind them.
        trouble: Box<Trouble>,
    },
}

/// ` (it has a, b)`
fn instead(offered: &[String]) -> String {
    if offered.is_empty() { String::new() } else { format!(" (it has {})", offered.join(", ")) }
}

fn what_is_deleted(wanted: bool, lives: bool) -> &'static str {
    match (wanted, lives) {
        (true, true) => ", which is there, and which the chart makes",
        (true, false) => ", which the chart makes",
        (false, _) => ", which is there",
    }
}

/// Whether `place` (`ns/name`) is in the namespace.
fn is_in(place: &str, namespace: &str) -> bool {
    place.split_once('/').is_some_and(|(of, _)| of == namespace)
}
