//! What is pasted so that a user may do what a command does: RBAC for an administrator to apply as it stands.

use crate::error::PreflightError;
use advice::Advice;
use std::collections::BTreeSet;

use cluster_access::{Answer, Cluster, Grantee, ObjectRef, OptionalRight, Right};

use crate::inputs::ClusterInputs;
use crate::request::Scope;
use diagnostics::{Failure, Step, Subject};

/// What is to be granted, so that nothing of it is lacking. Each wave of looks has a role of its own, which holds the
/// whole of what that wave needs: pasting one takes nothing away that another gave.
pub struct Needs<'a> {
    /// The name of the role.
    pub role: &'a str,
    /// The rights that are needed.
    pub rights: &'a [Right],
    /// What nothing stops without.
    pub optional: Vec<OptionalRight>,
    /// The user that gets them.
    pub user: &'a str,
}

impl Needs<'_> {
    /// What is pasted, with each Namespace that is not known to be there.
    pub async fn manifest(&self, cluster: &Cluster, denied: &[Answer]) -> String {
        let rights = self.all(denied);
        let optional = self.optional.iter().map(|optional| &optional.right);
        let seen = Namespaces::observe(cluster, rights.iter().chain(optional)).await;
        self.text(&rights, &seen)
    }

    fn all(&self, denied: &[Answer]) -> Vec<Right> {
        self.rights.iter().chain(denied.iter().map(|answer| &answer.right)).cloned().collect()
    }

    /// Only what is needed makes a Namespace: one that is absent holds nothing that could be looked at.
    fn text(&self, rights: &[Right], seen: &Namespaces) -> String {
        let needed = |name: &String| rights.iter().any(|right| right.namespace.as_ref() == Some(name));
        let unknown = seen.absent.iter().chain(&seen.hidden).filter(|name| needed(name));
        let absent: Vec<String> = unknown.cloned().collect();
        let is_there = |it: &&OptionalRight| {
            let name = it.right.namespace.as_ref();
            name.is_none_or(|name| needed(name) || !seen.absent.contains(name))
        };
        let optional: Vec<OptionalRight> = self.optional.iter().filter(is_there).cloned().collect();
        let to = Grantee { user: self.user, role: self.role, absent: &absent };
        let text = cluster_access::rbac_manifest(rights, &optional, &to);
        format!("# kubectl apply -f -, as a cluster administrator\n{text}")
    }

    /// The failure that names every right that is lacking, with what is pasted.
    pub async fn failure(&self, cluster: &Cluster, denied: &[Answer]) -> Failure {
        let rights: Vec<String> = denied.iter().map(|answer| answer.right.to_string()).collect();
        let error = PreflightError::MayNot { user: self.user.to_string(), rights: rights.join(", nor ") };
        let manifest = Advice::default().paste(self.manifest(cluster, denied).await);
        let mut failure = error.refused(Subject::Cluster).command(manifest);
        failure.causes = denied.iter().filter_map(|answer| answer.reason.clone()).map(Into::into).collect();
        failure.causes.dedup();
        failure
    }
}

/// The Namespaces that are not there, and those that are not to be seen by us. To apply one that is there changes
/// nothing.
#[derive(Debug, Default)]
struct Namespaces {
    absent: Vec<String>,
    hidden: Vec<String>,
}

impl Namespaces {
    async fn observe<'a>(cluster: &Cluster, rights: impl Iterator<Item = &'a Right>) -> Self {
        let names: BTreeSet<&String> = rights.filter_map(|right| right.namespace.as_ref()).collect();
        let asked = names.into_iter().map(|name| async move {
            (name.clone(), cluster_access::get(cluster, &ObjectRef::namespace(name)).await)
        });
        let mut seen = Self::default();
        for (name, found) in futures::future::join_all(asked).await {
            match found {
                Ok(Some(_)) => {}
                Ok(None) => seen.absent.push(name),
                Err(_) => seen.hidden.push(name),
            }
        }
        seen
    }
}

/// What a run asks for, and goes on without.
pub fn optional(inputs: &ClusterInputs<'_>, is_openshift: bool) -> Vec<OptionalRight> {
    let namespace = &inputs.settings.argocd_namespace;
    let mut optional = Vec::new();
    if inputs.scope.has(Step::RepoAccess) {
        optional.extend(argocd::access::optional_rights(namespace));
    }
    if inputs.mount.is_some() {
        optional.extend(crate::observe::vault::mount_writers::optional_rights());
        optional.extend(vault_auth::optional_rights());
    }
    if is_openshift {
        optional.extend(openshift_rights(namespace));
    }
    if inputs.scope == Scope::Run {
        let without = "whether the cluster is ready for the workloads is not known";
        let ready = crate::readiness::required_rights();
        optional.extend(ready.into_iter().map(|right| OptionalRight { right, without }));
        optional.extend(verify_rights(is_openshift));
    }
    optional
}

/// What `verify` looks at beyond what a run does. That it lists the certificates of all namespaces' Secrets is left to
/// administrators: who may list Secrets may read them.
fn verify_rights(is_openshift: bool) -> Vec<OptionalRight> {
    let (secrets, machines) = ("secrets.hashicorp.com/v1beta1", "machine.openshift.io/v1beta1");
    let synced = ObjectRef::cluster(secrets, "VaultStaticSecret", "vaultstaticsecrets", "");
    let operators = ObjectRef::cluster("config.openshift.io/v1", "ClusterOperator", "clusteroperators", "");
    let sets = ObjectRef::namespaced(machines, "MachineSet", "machinesets", "openshift-machine-api", "");
    let of_openshift = [operators, sets].into_iter().filter(|_| is_openshift);
    let without = "`verify` can't look at them";
    let list = |object: ObjectRef| OptionalRight { right: Right::on("list", &object), without };
    std::iter::once(synced).chain(of_openshift).map(list).collect()
}

fn openshift_rights(namespace: &str) -> impl Iterator<Item = OptionalRight> {
    let config =
        |kind: &str, plural: &str| ObjectRef::cluster("config.openshift.io/v1", kind, plural, "cluster");
    let get = |object: ObjectRef, without: &'static str| OptionalRight {
        right: Right::on("get", &object),
        without,
    };
    let domain = "base_domain is not compared with the cluster's own";
    let egress = "what proxy and authority Argo CD lacks is not seen";
    let links = "no link to the console or to Argo CD is shown";
    let routes = ObjectRef::namespaced("route.openshift.io/v1", "Route", "routes", namespace, "");
    let pods = ObjectRef::namespaced("v1", "Pod", "pods", namespace, "");
    let list = |object: ObjectRef, without: &'static str| OptionalRight {
        right: Right::on("list", &object),
        without,
    };
    [
        get(config("DNS", "dnses"), domain),
        get(config("Ingress", "ingresses"), domain),
        get(config("Proxy", "proxies"), egress),
        get(ObjectRef::config_map(namespace, "argocd-tls-certs-cm"), egress),
        get(config("Console", "consoles"), links),
        list(routes, links),
        list(pods, "what the Pods wait for is not shown while the script runs"),
    ]
    .into_iter()
}

#[cfg(test)]
mod tests {
    use super::super::rights::all;
    use super::*;

    fn answer(right: &Right) -> Answer {
        Answer { right: right.clone(), allowed: false, reason: None }
    }

    #[test]
    fn what_is_pasted_holds_all_that_the_command_needs_not_the_missing_alone() {
        let secrets = all(&["get", "patch"], &ObjectRef::secret("ns", "it"));
        let needs = Needs { role: "r", rights: &secrets, optional: Vec::new(), user: "dev" };
        let rights = needs.all(&[answer(&secrets[1])]);
        let text = needs.text(&rights, &Namespaces::default());
        assert!(text.contains("    verbs:\n    - get\n    - patch\n"), "{text}");
        assert!(!text.contains("kind: Namespace"), "{text}");
        let absent = Namespaces { absent: vec!["ns".into()], ..Namespaces::default() };
        assert!(needs.text(&rights, &absent).contains("kind: Namespace"));
        let hidden = Namespaces { hidden: vec!["ns".into()], ..Namespaces::default() };
        assert!(needs.text(&rights, &hidden).contains("kind: Namespace"));
    }

    #[test]
    fn what_is_optional_makes_no_namespace() {
        let secrets = all(&["get"], &ObjectRef::secret("ns", "it"));
        let right = Right::on("list", &ObjectRef::secret("elsewhere", ""));
        let optional = vec![OptionalRight { right, without: "less is seen" }];
        let needs = Needs { role: "r", rights: &secrets, optional, user: "dev" };
        let elsewhere = || vec!["elsewhere".to_owned()];
        let absent = needs.text(&secrets, &Namespaces { absent: elsewhere(), ..Namespaces::default() });
        assert!(!absent.contains("elsewhere"), "{absent}");
        let hidden = needs.text(&secrets, &Namespaces { hidden: elsewhere(), ..Namespaces::default() });
        assert!(hidden.contains("namespace: elsewhere") && !hidden.contains("kind: Namespace"), "{hidden}");
    }
}
