//! Hints that name what OLM needs: the commands that remove what it will not get over by itself.

use advice::{Advice, CommandLine, shell};

use crate::object_name::{Place, place};

/// Deletes a Subscription and the ClusterServiceVersion that it installed.
pub(crate) fn deleting_other(namespace: &str, name: &str, csv: Option<&str>) -> Advice {
    let csv = csv.map(|csv| format!("ClusterServiceVersion {namespace}/{csv}"));
    deleting(&[Some(&format!("Subscription {namespace}/{name}")), csv.as_deref()])
}

/// Deletes these (`Kind ns/name`), each with a command.
pub(crate) fn deleting(objects: &[Option<&str>]) -> Advice {
    objects.iter().flatten().fold(Advice::default(), |all, object| all.run(deletion(object)))
}

/// Other API groups have a kind Subscription too: the plural carries its group.
fn deletion(object: &str) -> CommandLine {
    let Place { kind, namespace, name } = place(object);
    let resource = match kind {
        "Subscription" => "subscriptions.operators.coreos.com",
        "ClusterServiceVersion" => "clusterserviceversions.operators.coreos.com",
        _ => "installplans.operators.coreos.com",
    };
    let template = "oc --kubeconfig <kubeconfig> -n {} delete {} {} --ignore-not-found";
    shell!(template, namespace, resource, name)
}

/// A catalog whose registry does not answer, `ns/name`.
pub(super) fn catalog(path: &str) -> Advice {
    let (namespace, name) = path.split_once('/').unwrap_or(("openshift-marketplace", path));
    Advice::say(format!("CatalogSource {path} keeps OLM from resolving anything in this namespace: repair its registry, or remove it:"))
        .run(shell!("oc --kubeconfig <kubeconfig> -n {} describe catalogsource {}", namespace, name))
        .run(shell!("oc --kubeconfig <kubeconfig> -n {} get pods -l olm.catalogSource={}", namespace, name))
}

/// Another Subscription of the namespace that can't be resolved.
pub(super) fn other_subscription(namespace: &str, name: &str) -> Advice {
    Advice::say(format!("Subscription {namespace}/{name} keeps OLM from resolving anything in this namespace: fix it or delete it:"))
        .run(shell!("oc --kubeconfig <kubeconfig> -n {} describe subscriptions.operators.coreos.com {}", namespace, name))
}

/// A bundle whose image can't be pulled.
pub(super) fn unpacking(namespace: &str) -> Advice {
    Advice::say("OLM can't pull the image of the operator's bundle: check the pull secret and the image mirrors of the cluster, then look at its Job:")
        .run(shell!("oc --kubeconfig <kubeconfig> -n {} get jobs,pods -l operatorframework.io/bundle-unpack-ref", namespace))
}

/// OLM writes nothing at all.
pub(super) fn silent() -> Advice {
    Advice::say("run again: it goes on from here. OLM says nothing of this Subscription; its log may:")
        .run(shell!("oc --kubeconfig <kubeconfig> -n openshift-operator-lifecycle-manager logs deployment/catalog-operator --tail=50"))
}
