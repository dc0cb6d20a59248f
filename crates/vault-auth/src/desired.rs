use std::collections::BTreeMap;

use cluster_access::{Kubeconfig, Network, ObjectRef};

use crate::authority::Authority;
use crate::fingerprint::Fingerprint;
use crate::host::same_server;

/// What shall be: all that `plan` decides by, next to what is there.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The cluster's name: a mount of its own would be called `kubernetes-<cluster>`.
    pub cluster: String,
    /// The cluster's id.
    pub cluster_id: String,
    /// The id that the cluster of this name had at the last run, where one is known. Another one: a recreate.
    pub previous_cluster_id: Option<String>,
    /// The auth mount, without `auth/`.
    pub mount: String,
    /// The names of the reviewer's objects.
    pub reviewer: Reviewer,
    /// Whether a missing namespace of the reviewer is made here. False where the run makes it anyway.
    pub make_namespace: bool,
    /// The API server's address as Vault shall use it.
    pub host: String,
    /// The authority that Vault shall use; none: that of `kube-root-ca.crt`.
    pub ca_override: Option<Authority>,
    /// Take the mount over where it points at another API server.
    pub replace_host: bool,
    /// Write the mount whatever the fingerprint says.
    pub force: bool,
    /// Write fields of the reviewer's objects that another manager holds.
    pub force_conflicts: bool,
    /// Labels of the reviewer's objects.
    pub labels: BTreeMap<String, String>,
    /// What the record remembers of the last write.
    pub previous_fingerprint: Option<Fingerprint>,
    /// The proxies of this machine, for what is asked of API servers without the kubeconfig.
    pub network: Network,
    /// The kubeconfig's way to the API server, for the proof.
    pub way: Option<Kubeconfig>,
}

impl Desired {
    /// The kubeconfig's way, where it leads to the address that Vault shall use.
    pub(crate) fn own_way(&self) -> Option<&Kubeconfig> {
        self.way.as_ref().filter(|way| same_server(way.server(), &self.host))
    }

    /// The kubeconfig's way, where Vault shall use another address, which may be out of this machine's reach.
    pub(crate) fn other_way(&self) -> Option<&Kubeconfig> {
        self.way.as_ref().filter(|way| !same_server(way.server(), &self.host))
    }

    /// Whether the cluster was made anew since the last run.
    pub fn is_recreate(&self) -> bool {
        self.previous_cluster_id.as_ref().is_some_and(|previous| *previous != self.cluster_id)
    }
}

/// The names of the reviewer's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    /// Where ServiceAccount and Secret are.
    pub namespace: String,
    /// The ServiceAccount whose token Vault reviews tokens with.
    pub service_account: String,
    /// The Secret that holds its token.
    pub secret: String,
    /// The ClusterRoleBinding to `system:auth-delegator`.
    pub binding: String,
}

impl Default for Reviewer {
    /// The names of old.
    fn default() -> Self {
        Self {
            namespace: "openshift-gitops".to_owned(),
            service_account: "vault-token-reviewer".to_owned(),
            secret: "vault-token-reviewer".to_owned(),
            binding: "vault-token-reviewer-auth-delegator".to_owned(),
        }
    }
}

/// A real login to prove with: what a pod with this account would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginProof {
    /// The role at the mount.
    pub role: String,
    /// The ServiceAccount's namespace.
    pub namespace: String,
    /// The ServiceAccount.
    pub service_account: String,
}

/// Where the cluster publishes its own authority.
pub(crate) fn root_ca(desired: &Desired) -> ObjectRef {
    ObjectRef::config_map(&desired.reviewer.namespace, "kube-root-ca.crt")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What is wanted of cluster demo at its first run.
    pub(crate) fn demo(host: &str, way: Option<&str>) -> Desired {
        Desired {
            cluster: "demo".into(),
            cluster_id: "id-1".into(),
            previous_cluster_id: None,
            mount: "kubernetes".into(),
            reviewer: Reviewer::default(),
            make_namespace: true,
            host: host.into(),
            ca_override: None,
            replace_host: false,
            force: false,
            force_conflicts: false,
            labels: BTreeMap::new(),
            previous_fingerprint: None,
            network: Network::default(),
            way: way.map(Kubeconfig::nobody),
        }
    }

    #[test]
    fn the_kubeconfigs_way_is_ones_own_or_another_by_the_address_it_leads_to() {
        let of = |way| {
            let desired = demo("https://api.demo:6443", way);
            let server = |way: Option<&Kubeconfig>| way.map(|way| way.server().to_owned());
            (server(desired.own_way()), server(desired.other_way()))
        };
        let (same, other) = ("https://API.demo:6443/", "https://10.0.0.1:6443");
        assert_eq!(of(Some(same)), (Some(same.into()), None));
        assert_eq!(of(Some(other)), (None, Some(other.into())));
        assert_eq!(of(None), (None, None));
    }

    #[test]
    fn another_id_than_at_the_last_run_is_a_recreate() {
        for (previous, expect) in [(None, false), (Some("id-1"), false), (Some("id-0"), true)] {
            let previous_cluster_id = previous.map(String::from);
            let desired = Desired { previous_cluster_id, ..demo("https://a", None) };
            assert_eq!(desired.is_recreate(), expect, "{previous:?}");
        }
    }
}
