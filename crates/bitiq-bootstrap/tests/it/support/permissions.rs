//! Users with some of the permissions of a run.

use sandbox::cluster::{Rule, User};

use super::sandbox::World;

pub const NS: &str = "openshift-gitops";
const RBAC: &str = "rbac.authorization.k8s.io";

/// All that a run with Vault needs, but for what is left out by `without`.
pub fn rights(without: &str) -> Vec<Rule> {
    [
        ("get", "", "namespaces"),
        ("create", "", "namespaces"),
        ("get,create,update", "coordination.k8s.io", "leases"),
        ("get,list,watch,create,patch", "", "secrets"),
        ("get,list,watch,create,patch", "", "configmaps"),
        ("get,create,patch", "", "serviceaccounts"),
        ("list,watch", "argoproj.io", "applications"),
        ("get,create,patch", RBAC, "clusterrolebindings"),
        ("bind", RBAC, "clusterroles"),
    ]
    .into_iter()
    .filter(|(verbs, _, resource)| *resource != without || (*resource, *verbs) == ("namespaces", "get"))
    .map(|(verbs, group, resource)| Rule::new(verbs, group, resource))
    .collect()
}

/// A world in which the kubeconfig is that of `dev`, who has these rights.
pub async fn world_of(mut world: World, rules: &[Rule]) -> World {
    world.sandbox.cluster.allow("dev", rules).await.unwrap();
    let text = world.sandbox.cluster.kubeconfig(&User::Named("dev".to_owned())).unwrap();
    fs_err::write(world.sandbox.kubeconfig(), text).unwrap();
    world.sandbox.argocd = None;
    world
}
