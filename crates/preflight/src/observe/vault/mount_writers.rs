//! Who else writes our auth mount, and whether anybody will use it.
//!
//! A `KubernetesAuthEngineConfig` makes the vault-config-operator write `auth/<spec.path>/<name>/config` whole, again and
//! again, without our reviewer's token. The charts of the commit bring one, and name the mount that workloads log in at.

use argocd::chart::{APPS_VALUES, Environment, environments};
use cluster_access::{AccessError, Cluster, ObjectRef, OptionalRight, Right, has_kind, list};
use cluster_spec::ClusterSpec;
use diagnostics::{Check, CheckId};
use serde_json::Value;
use vault_access::Vault;

use crate::inputs::MountInputs;
use crate::session::Session;
use crate::state::{ClusterState, RepositoryState};

/// The mount that this run configures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetMount {
    /// Vault's address.
    pub address: String,
    /// Vault's namespace.
    pub namespace: Option<String>,
    /// Without `auth/`.
    pub mount: String,
    /// The cluster's name: a mount of its own would be called `kubernetes-<cluster>`.
    pub cluster: String,
}

impl TargetMount {
    /// The mount at this Vault.
    pub fn new(spec: &ClusterSpec, vault: &Vault, mount: &str) -> Self {
        Self {
            address: vault.address().into(),
            namespace: vault.namespace().map(String::from),
            mount: mount.into(),
            cluster: spec.name.clone(),
        }
    }

    fn is_at(&self, address: &str) -> bool {
        vault_auth::same_server(address, &self.address)
    }

    fn is_in(&self, namespace: &str) -> bool {
        namespace.trim_matches('/') == self.namespace.as_deref().unwrap_or_default().trim_matches('/')
    }

    fn is_mount(&self, path: &str) -> bool {
        path.trim_matches('/') == self.mount
    }
}

/// Who writes the mount already, and who will once the commit's charts are installed. It is observed also where the
/// mount itself failed: another writer may be why.
pub async fn observe(
    inputs: &MountInputs<'_>,
    session: &Session,
    cluster: &ClusterState,
    repository: Option<&RepositoryState>,
    ours: &TargetMount,
) -> Option<Check> {
    let others = tokio::select! {
        others = live(&cluster.access, ours) => others,
        () = session.stop.token.cancelled() => return None,
    };
    let chart = repository.and_then(|repository| environment(&inputs.spec.env, repository));
    judge(others.as_deref(), chart.as_ref(), &inputs.spec.env, ours)
}

fn judge(
    others: Result<&[String], &AccessError>,
    chart: Option<&ChartVault>,
    env: &str,
    ours: &TargetMount,
) -> Option<Check> {
    let is_alone = others.is_err() || others.is_ok_and(<[String]>::is_empty);
    let mut warnings: Vec<String> = match others {
        Ok(others) => others.iter().map(|other| writes_too(other, env, ours)).collect(),
        Err(error) => vec![unseen(error, ours)],
    };
    warnings.extend(chart.iter().flat_map(|chart| chart_warnings(chart, ours, is_alone)));
    (!warnings.is_empty()).then(|| Check::warning(CheckId::AuthMountWriters, warnings))
}

fn writes_too(other: &str, env: &str, ours: &TargetMount) -> String {
    format!(
        "{other} writes auth/{} too (vault-config-operator): it will erase the reviewer that this run puts there; {}",
        ours.mount,
        hint_use_own_mount(env, ours)
    )
}

/// The objects in the cluster that have the operator write our mount; none where the cluster does not have the kind.
///
/// # Errors
/// Where they can't be listed: then nothing is known of them.
pub async fn live(cluster: &Cluster, ours: &TargetMount) -> Result<Vec<String>, AccessError> {
    // Asked of discovery first: to who may not look there, a kind that is not there is forbidden too.
    if !has_kind(cluster, &kind()).await? {
        return Ok(Vec::new());
    }
    let all: Vec<Value> = list(cluster, &kind(), None).await?;
    Ok(all.iter().filter(|object| writes(object, ours)).map(name).collect())
}

/// What is told where they can't be listed.
pub fn unseen(error: &AccessError, ours: &TargetMount) -> String {
    format!(
        "whether a KubernetesAuthEngineConfig writes auth/{} too could not be checked: failed to {error}",
        ours.mount
    )
}

/// The rights without which other writers are not seen.
pub fn optional_rights() -> Vec<OptionalRight> {
    let without = "another program that writes the auth mount is not seen";
    vec![OptionalRight { right: Right::on("list", &kind()), without }]
}

fn kind() -> ObjectRef {
    ObjectRef::cluster(
        "redhatcop.redhat.io/v1alpha1",
        "KubernetesAuthEngineConfig",
        "kubernetesauthengineconfigs",
        "",
    )
}

/// The hint for a mount with two owners.
pub fn hint_use_own_mount(env: &str, ours: &TargetMount) -> String {
    format!(
        "have one owner: set vaultConfigEnabled: false for environment {env} in {APPS_VALUES}, or give this run a mount \
         of its own (vaultRuntimeKubernetesMount: kubernetes-{cluster} there):\n\
         vault auth enable -path=kubernetes-{cluster} kubernetes\nexport VAULT_K8S_AUTH_MOUNT=kubernetes-{cluster}",
        cluster = ours.cluster
    )
}

/// Whether this KubernetesAuthEngineConfig is of our mount. Without an address of its own it is of the operator's
/// Vault, which can't be seen from here and may be ours.
fn writes(object: &Value, ours: &TargetMount) -> bool {
    let spec = &object["spec"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = Some(text(&spec["name"])).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| text(&object["metadata"]["name"]));
    let path = format!("{}/{name}", text(&spec["path"])).replace("//", "/");
    let address = text(&spec["connection"]["address"]);
    ours.is_mount(&path)
        && ours.is_in(&text(&spec["authentication"]["namespace"]))
        && (address.is_empty() || ours.is_at(&address))
}

fn name(object: &Value) -> String {
    let part = |key: &str| object["metadata"][key].as_str().unwrap_or_default().to_owned();
    format!("KubernetesAuthEngineConfig {}/{}", part("namespace"), part("name"))
}

/// What the charts say about this environment. A file that can't be read is another look's failure.
fn environment(env: &str, repository: &RepositoryState) -> Option<ChartVault> {
    let text = repository.source.as_ref()?.commit.read(APPS_VALUES).ok()??;
    let all = environments(&text).ok()?;
    all.iter().find(|environment| environment.name() == env).map(ChartVault::from_environment)
}

/// The Vault that an environment of the charts uses, with the charts' own defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ChartVault {
    env: String,
    /// Where workloads log in: address, where one is named, and mount.
    runtime: Option<(Option<String>, String)>,
    /// What the operator will write: address and mount.
    config: Option<(String, String)>,
}

impl ChartVault {
    fn from_environment(environment: &Environment) -> Self {
        let text = |key: &str| environment.text(key).ok().flatten().map(String::from);
        let is_on = |key: &str| environment.switch(key).ok().flatten().unwrap_or(false);
        let mount = |key: &str| text(key).unwrap_or_else(|| "kubernetes".into());
        let runtime = is_on("vaultRuntimeEnabled")
            .then(|| (text("vaultRuntimeAddress"), mount("vaultRuntimeKubernetesMount")));
        let config = is_on("vaultConfigEnabled").then(|| text("vaultConfigAddress")).flatten();
        Self {
            env: environment.name().into(),
            runtime,
            config: config.map(|address| (address, mount("vaultConfigMountPath"))),
        }
    }
}

fn chart_warnings(chart: &ChartVault, ours: &TargetMount, nobody_yet: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    // The chart names no Vault namespace.
    let comes =
        |(address, mount): &(String, String)| ours.is_at(address) && ours.is_mount(mount) && ours.is_in("");
    if nobody_yet && chart.config.as_ref().is_some_and(comes) {
        warnings.push(format!(
            "the commit's charts bring KubernetesAuthEngineConfig {} (vaultConfigEnabled of environment {} in \
             {APPS_VALUES}), which writes auth/{} of this Vault too: it will erase the reviewer that this run puts there; {}",
            ours.mount,
            chart.env,
            ours.mount,
            hint_use_own_mount(&chart.env, ours)
        ));
    }
    if let Some((address, mount)) = &chart.runtime {
        let mut differs = Vec::new();
        if let Some(address) = address.as_ref().filter(|address| !ours.is_at(address)) {
            differs.push(format!("vaultRuntimeAddress is {address}, VAULT_ADDR is {}", ours.address));
        }
        if !ours.is_mount(mount) {
            differs.push(format!(
                "vaultRuntimeKubernetesMount is {mount}, VAULT_K8S_AUTH_MOUNT is {}",
                ours.mount
            ));
        }
        if !differs.is_empty() {
            warnings.push(format!(
                "environment {} of {APPS_VALUES} logs in elsewhere: {}: where these are not two names of one place, the \
                 mount that this run configures is used by nothing; bring them together",
                chart.env,
                differs.join(", ")
            ));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const VAULT: &str = "https://vault.example.com:8200";

    fn ours() -> TargetMount {
        TargetMount {
            address: VAULT.into(),
            namespace: None,
            mount: "kubernetes".into(),
            cluster: "prod-1".into(),
        }
    }

    fn object(name: &str, spec: Value) -> Value {
        json!({"metadata": {"name": name, "namespace": "openshift-gitops"}, "spec": spec})
    }

    #[track_caller]
    fn check(name: &str, spec: Value, expect: bool) {
        assert_eq!(writes(&object(name, spec), &ours()), expect);
    }

    fn at(address: &str) -> Value {
        json!({"address": address})
    }

    #[test]
    fn the_same_vault_and_path_are_our_mount() {
        check("kubernetes", json!({"connection": at(VAULT)}), true);
        check("kubernetes", json!({"connection": at("https://VAULT.example.com:8200/")}), true);
        check("x", json!({"connection": at(VAULT), "name": "kubernetes"}), true);
        check("kubernetes", json!({"connection": at(VAULT), "path": "/"}), true);
    }

    #[test]
    fn another_vault_path_or_namespace_is_not() {
        check("kubernetes", json!({"connection": at("http://vault-dev.vault-dev.svc:8200")}), false);
        check("kubernetes", json!({"connection": at(VAULT), "path": "team"}), false);
        check("kubernetes", json!({"connection": at(VAULT), "name": "other"}), false);
        check("kubernetes", json!({"connection": at(VAULT), "authentication": {"namespace": "team"}}), false);
    }

    #[test]
    fn one_without_an_address_is_of_the_operators_vault_which_may_be_ours() {
        check("kubernetes", json!({}), true);
    }

    #[test]
    fn a_mount_in_a_folder_and_a_vault_namespace_are_compared_too() {
        let ours = TargetMount { namespace: Some("team/".into()), mount: "prod/kubernetes".into(), ..ours() };
        let spec = json!({"connection": at(VAULT), "path": "prod", "authentication": {"namespace": "team"}});
        assert!(writes(&object("kubernetes", spec), &ours));
    }

    /// The environment `prod` with these lines.
    fn chart(lines: &str) -> ChartVault {
        let text = format!("envs:\n  - name: prod\n{lines}");
        ChartVault::from_environment(&environments(text.as_bytes()).unwrap()[0])
    }

    fn warned(lines: &str) -> String {
        chart_warnings(&chart(lines), &ours(), true).join("\n")
    }

    #[test]
    fn an_object_that_the_charts_will_bring_is_told_with_the_way_out() {
        let lines = format!("    vaultConfigEnabled: true\n    vaultConfigAddress: {VAULT}\n");
        insta::assert_snapshot!(warned(&lines), @"
        the commit's charts bring KubernetesAuthEngineConfig kubernetes (vaultConfigEnabled of environment prod in charts/argocd-apps/values.yaml), which writes auth/kubernetes of this Vault too: it will erase the reviewer that this run puts there; have one owner: set vaultConfigEnabled: false for environment prod in charts/argocd-apps/values.yaml, or give this run a mount of its own (vaultRuntimeKubernetesMount: kubernetes-prod-1 there):
        vault auth enable -path=kubernetes-prod-1 kubernetes
        export VAULT_K8S_AUTH_MOUNT=kubernetes-prod-1
        ");
        assert_eq!(chart_warnings(&chart(&lines), &ours(), false), Vec::<String>::new());
    }

    #[test]
    fn one_that_is_off_or_of_another_place_is_not() {
        let off = format!("    vaultConfigEnabled: false\n    vaultConfigAddress: {VAULT}\n");
        assert_eq!(warned(&off), "");
        let elsewhere =
            "    vaultConfigEnabled: true\n    vaultConfigAddress: http://vault-dev.vault-dev.svc:8200\n";
        assert_eq!(warned(elsewhere), "");
        let other = format!(
            "    vaultConfigEnabled: true\n    vaultConfigAddress: {VAULT}\n    vaultConfigMountPath: own\n"
        );
        assert_eq!(warned(&other), "");
    }

    #[test]
    fn a_mount_that_nothing_uses_is_told() {
        let lines = "    vaultRuntimeEnabled: true\n    vaultRuntimeAddress: http://vault-dev.vault-dev.svc:8200\n    vaultRuntimeKubernetesMount: own\n";
        insta::assert_snapshot!(warned(lines), @"environment prod of charts/argocd-apps/values.yaml logs in elsewhere: vaultRuntimeAddress is http://vault-dev.vault-dev.svc:8200, VAULT_ADDR is https://vault.example.com:8200, vaultRuntimeKubernetesMount is own, VAULT_K8S_AUTH_MOUNT is kubernetes: where these are not two names of one place, the mount that this run configures is used by nothing; bring them together");
    }

    #[test]
    fn a_mount_that_is_used_is_not_and_one_that_the_charts_do_not_use_at_all_is_nobody_s() {
        let used = format!("    vaultRuntimeEnabled: true\n    vaultRuntimeAddress: {VAULT}\n");
        assert_eq!(warned(&used), "");
        assert_eq!(warned("    vaultRuntimeEnabled: true\n"), "");
        assert_eq!(warned("    vaultRuntimeAddress: http://elsewhere\n"), "");
    }
}
