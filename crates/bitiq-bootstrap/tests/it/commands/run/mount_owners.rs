//! Two owners of the auth mount: who else writes it is told before the script, and what came of it after it.

use sandbox::faults::Fault;
use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;
use serde_json::{Value, json};

use crate::support::objects::{NAMESPACE, make_namespace, object};
use crate::support::sandbox::{World, left_out_on_a_real_cluster, vault};

const CONFIG: &str = "auth/kubernetes/config";
const VALUES: &str = "charts/argocd-apps/values.yaml";

/// The operator's kind, and an object of it for this mount.
async fn other_owner(world: &World, mount: &str) {
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "kubernetesauthengineconfigs.redhatcop.redhat.io"},
        "spec": {"group": "redhatcop.redhat.io", "scope": "Namespaced",
            "names": {"kind": "KubernetesAuthEngineConfig", "listKind": "KubernetesAuthEngineConfigList",
                "plural": "kubernetesauthengineconfigs", "singular": "kubernetesauthengineconfig"},
            "versions": [{"name": "v1alpha1", "served": true, "storage": true, "schema": schema}]},
    });
    world.sandbox.cluster.put(&definition).await.unwrap();
    make_namespace(world, NAMESPACE).await;
    let other = json!({
        "apiVersion": "redhatcop.redhat.io/v1alpha1", "kind": "KubernetesAuthEngineConfig",
        "metadata": {"name": mount, "namespace": NAMESPACE},
        "spec": {"connection": {"address": vault(world).tls_address()}, "kubernetesHost": "https://kubernetes.default.svc"},
    });
    while world.sandbox.cluster.put(&other).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// A run whose script waits while `meanwhile` writes the mount as somebody else does.
async fn overwritten(world: &World, config: Value) -> crate::support::process::Ran {
    let go = world.sandbox.home().join("go");
    let text = format!(
        "#!/bin/sh\necho at work\nwhile [ ! -e '{}' ]; do sleep 0.05; done\nexec python3 -B scripts/bootstrap.py\n",
        go.display()
    );
    let script = File::executable(SCRIPT, text);
    world.sandbox.git.commit(PRIVATE, &[script], "waits to be let go").await.unwrap();
    let child = world.command(&["run", "demo"]).start();
    world.script_says("at work").await;
    vault(world).api("POST", CONFIG, Some(config)).await.unwrap();
    fs_err::write(go, "").unwrap();
    world.command(&[]).finish(child).await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_owner_of_the_mount_is_told_before_anything_is_written() {
    let test = "another_owner_of_the_mount_is_told_before_anything_is_written";
    let Some(world) = World::with_vault(test).await else { return };
    other_owner(&world, "other").await;
    world.run(&["plan", "demo"]).await.exits(0).never_says(&["KubernetesAuthEngineConfig"]);
    other_owner(&world, "kubernetes").await;
    let says = [
        "warning:",
        "KubernetesAuthEngineConfig openshift-gitops/kubernetes writes auth/kubernetes too",
        "it will erase the reviewer",
        "VAULT_K8S_AUTH_MOUNT=kubernetes-demo",
    ];
    world.run(&["plan", "demo"]).await.exits(0).says(&says);
    let row = ["! other writers of the auth mount: ", says[1]];
    world.run(&["check", "demo"]).await.exits(0).says(&row);
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_that_can_not_be_listed_are_told_and_not_taken_for_absent() {
    let test = "owners_that_can_not_be_listed_are_told_and_not_taken_for_absent";
    if left_out_on_a_real_cluster(test) {
        return;
    }
    let Some(world) = World::with_vault(test).await else { return };
    other_owner(&world, "other").await;
    let body = json!({"kind": "Status", "status": "Failure", "message": "etcd is away", "code": 500});
    let fault = Fault::status(500, body.to_string()).contains("/kubernetesauthengineconfigs");
    world.sandbox.cluster.faults().unwrap().add(fault);
    let says =
        ["whether a KubernetesAuthEngineConfig writes auth/kubernetes too could not be checked", "500"];
    world.run(&["plan", "demo"]).await.exits(0).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_commits_charts_will_do_to_the_mount_is_told_before() {
    let test = "what_the_commits_charts_will_do_to_the_mount_is_told_before";
    let Some(world) = World::with_vault(test).await else { return };
    let address = vault(&world).tls_address();
    let values = |lines: String| File::new(VALUES, format!("envs:\n  - name: sno\n{lines}"));
    let brings = values(format!("    vaultConfigEnabled: true\n    vaultConfigAddress: {address}\n"));
    world.sandbox.git.commit(PRIVATE, &[brings], "brings another owner").await.unwrap();
    let says =
        ["the commit's charts bring KubernetesAuthEngineConfig kubernetes", "vaultConfigEnabled: false"];
    world.run(&["plan", "demo"]).await.exits(0).says(&says);
    let elsewhere = values("    vaultRuntimeEnabled: true\n    vaultRuntimeKubernetesMount: own\n".into());
    world.sandbox.git.commit(PRIVATE, &[elsewhere], "logs in elsewhere").await.unwrap();
    let says =
        ["vaultRuntimeKubernetesMount is own, VAULT_K8S_AUTH_MOUNT is kubernetes", "is used by nothing"];
    world.run(&["plan", "demo"]).await.exits(0).says(&says).never_says(&["KubernetesAuthEngineConfig"]);
    let agree = values(format!("    vaultRuntimeEnabled: true\n    vaultRuntimeAddress: {address}\n"));
    world.sandbox.git.commit(PRIVATE, &[agree], "logs in here").await.unwrap();
    world.run(&["plan", "demo"]).await.exits(0).never_says(&["vaultRuntime", "KubernetesAuthEngineConfig"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mount_that_was_overwritten_meanwhile_is_told_with_who_and_the_next_run_mends_it() {
    let test = "a_mount_that_was_overwritten_meanwhile_is_told_with_who_and_the_next_run_mends_it";
    let Some(world) = World::with_vault(test).await else { return };
    other_owner(&world, "kubernetes").await;
    let ca = world.sandbox.cluster.ca_pem();
    let theirs = json!({"kubernetes_host": "https://kubernetes.default.svc", "kubernetes_ca_cert": ca});
    let ran = overwritten(&world, theirs).await.exits(0);
    ran.says(&[
        "auth/kubernetes changed after this run wrote it: KubernetesAuthEngineConfig openshift-gitops/kubernetes",
        "was https://kubernetes.default.svc",
    ]);
    let warnings = world.trace()["warnings"].to_string();
    assert!(warnings.contains("changed after this run wrote it"), "{warnings}");
    let record = format!("/api/v1/namespaces/{NAMESPACE}/configmaps/bitiq-bootstrap");
    let record = object(&world, &record).await.unwrap();
    assert_eq!(record["data"]["vault_fingerprint"], Value::Null, "{record}");
    // Their host is no address of ours: the next run is told who put it there, and needs to be asked to take it over.
    let refused = world.run(&["run", "demo"]).await.exits(3);
    refused.says(&["VAULT-038", "VAULT_REPLACE_HOST", "openshift-gitops/kubernetes", "auth/kubernetes"]);
    let again = world.command(&["run", "demo"]).env("VAULT_REPLACE_HOST", "1").ran().await.exits(0);
    again.never_says(&["is no longer as this run left it"]);
    assert_eq!(world.steps()["vault-auth"], "changed");
    let config = vault(&world).api("GET", CONFIG, None).await.unwrap()["data"].clone();
    assert_eq!(config["kubernetes_host"], json!(world.sandbox.cluster.server()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mount_that_is_still_ours_is_proven_once_more_and_nothing_is_said() {
    let test = "a_mount_that_is_still_ours_is_proven_once_more_and_nothing_is_said";
    let Some(world) = World::with_vault(test).await else { return };
    world.run(&["run", "demo"]).await.exits(0).never_says(&["no longer as this run left it"]);
    let reviews = |world: &World| {
        let requests = world.sandbox.cluster.requests();
        requests.iter().filter(|request| request.path.contains("/tokenreviews")).count()
    };
    assert_eq!(reviews(&world), 2);
    assert_eq!(world.trace()["warnings"], json!([]));
}
