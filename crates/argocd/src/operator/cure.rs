//! Hints that name what OLM needs: the commands that remove what it will not get over by itself.

use secret::quoted;

use crate::object_name::place;

/// The commands that delete a Subscription and the ClusterServiceVersion that it installed.
pub(crate) fn deleting_with_csv(namespace: &str, name: &str, csv: Option<&str>) -> String {
    let csv = csv.map(|csv| format!("ClusterServiceVersion {namespace}/{csv}"));
    deleting_all(&[Some(&format!("Subscription {namespace}/{name}")), csv.as_deref()])
}

/// The commands that delete these (`Kind ns/name`), one a line.
pub(crate) fn deleting_all(objects: &[Option<&str>]) -> String {
    objects.iter().flatten().map(|object| deleting(object)).collect::<Vec<_>>().join("\n")
}

/// Other API groups have a kind Subscription too: the plural carries its group.
fn deleting(object: &str) -> String {
    let kind = object.split(' ').next().unwrap_or_default();
    let resource = match kind {
        "Subscription" => "subscriptions.operators.coreos.com",
        "ClusterServiceVersion" => "clusterserviceversions.operators.coreos.com",
        _ => "installplans.operators.coreos.com",
    };
    let (namespace, name) = place(object);
    format!("oc --kubeconfig <kubeconfig> -n {namespace} delete {resource} {name} --ignore-not-found")
}

/// A catalog whose registry does not answer, `ns/name`.
pub(super) fn catalog(path: &str) -> String {
    let (namespace, name) = path.split_once('/').unwrap_or(("openshift-marketplace", path));
    format!(
        "CatalogSource {path} keeps OLM from resolving anything in this namespace: repair its registry, or remove it:\noc --kubeconfig <kubeconfig> -n {namespace} describe catalogsource {name}\noc --kubeconfig <kubeconfig> -n {namespace} get pods -l olm.catalogSource={name}",
        namespace = quoted(namespace),
        name = quoted(name)
    )
}

/// Another Subscription of the namespace that can't be resolved.
pub(super) fn other_subscription(namespace: &str, name: &str) -> String {
    let (namespace, name) = (quoted(namespace), quoted(name));
    format!(
        "Subscription {namespace}/{name} keeps OLM from resolving anything in this namespace: fix it or delete it:\noc --kubeconfig <kubeconfig> -n {namespace} describe subscriptions.operators.coreos.com {name}"
    )
}

/// A bundle whose image can't be pulled.
pub(super) fn unpacking(namespace: &str) -> String {
    format!(
        "OLM can't pull the image of the operator's bundle: check the pull secret and the image mirrors of the cluster, then look at its Job:\noc --kubeconfig <kubeconfig> -n {} get jobs,pods -l operatorframework.io/bundle-unpack-ref",
        quoted(namespace)
    )
}

/// OLM writes nothing at all.
pub(super) fn silent() -> String {
    "run again: it goes on from here. OLM says nothing of this Subscription; its log may:\noc --kubeconfig <kubeconfig> -n openshift-operator-lifecycle-manager logs deployment/catalog-operator --tail=50".into()
}
