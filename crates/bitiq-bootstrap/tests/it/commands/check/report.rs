//! `check`: what a run would try before its first write, row by row, and that nothing is written for it.

use sandbox::cluster::User;

use crate::support::assert::{writes, wrote_nothing};
use crate::support::home::git;
use crate::support::report::{check, row, rows};
use crate::support::sandbox::{World, vault};

#[tokio::test(flavor = "multi_thread")]
async fn on_a_fresh_cluster_all_that_a_run_needs_is_well() {
    let test = "on_a_fresh_cluster_all_that_a_run_needs_is_well";
    let Some(world) = World::with_vault(test).await else { return };
    let ran = world.run(&["check", "demo"]).await.exits(0);
    let ran = ran.says(&[
        "✓ required tools: python3 on PATH",
        "✓ API server: https://127.0.0.1:",
        "✓ Git host: accepts the credentials from Vault KV gitops/github/gitops-repo",
        "✓ cluster lock: free",
    ]);
    assert!(!ran.stdout.contains("  ✗"), "{}", ran.stdout);
    wrote_nothing(&world);
    let json = check(&world).ran().await.exits(0);
    assert_eq!((&json.json()["schema_version"], &json.json()["exit_code"]), (&1.into(), &0.into()));
    assert_eq!(rows(&json, "failed"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_run_it_is_well_too_and_changes_nothing() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let before = writes(&world);
    let trace = world.trace();
    let ran = world.run(&["check", "demo"]).await.exits(0);
    ran.says(&["✓ record field manager: ConfigMap openshift-gitops/", "– Vault server: "]);
    assert_eq!((writes(&world), world.trace()), (before, trace));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_system_is_told_of_where_each_has_failed() {
    let Some(world) = World::with_vault("every_system_is_told_of_where_each_has_failed").await else {
        return;
    };
    fs_err::write(world.sandbox.kubeconfig(), "no kubeconfig").unwrap();
    let check = check(&world).without("BITIQ_BOOTSTRAP_REQUIRE_TOOL").env("PATH", "/nowhere");
    let check =
        check.env("VAULT_TOKEN", "not-a-token-of-this-vault").env("GITOPS_REPO_PAT", "wrong-wrong-wrong");
    let ran = check.ran().await.exits(3);
    let failed = rows(&ran, "failed");
    for expect in
        ["this machine: required-tools", "cluster: kubeconfig", "Vault: vault-token", "repository: git-host"]
    {
        assert!(failed.iter().any(|row| row == expect), "{expect}: {failed:#?}");
    }
    let document = ran.json();
    for row in document["rows"].as_array().unwrap().iter().filter(|row| row["status"] == "failed") {
        assert!(row["hint"].is_string() && row["command"].is_string(), "{row:#}");
        assert!(!row["details"].as_array().unwrap().is_empty(), "{row:#}");
    }
    wrote_nothing(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_run_is_refused_for_is_what_check_finds() {
    let world = World::without_vault().await;
    world.set("repo_ref", "no-such-branch");
    let told = row(&check(&world).ran().await.exits(3), "repository-ref");
    let ran = world.run(&["run", "demo"]).await.exits(3);
    let message = told["details"][0].as_str().unwrap();
    assert!(ran.stderr.contains(message), "{message}: {}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dirty_gitops_src_and_a_held_lock_are_rows() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    fs_err::write(world.sandbox.work().join("gitops-src/mine"), "").unwrap();
    let lock = fs_err::File::open(world.sandbox.work().join("lock")).unwrap();
    lock.file().lock().unwrap();
    let ran = check(&world).ran().await.exits(3);
    assert_eq!(row(&ran, "gitops-src")["status"], "failed");
    assert_eq!(row(&ran, "folder-lock")["status"], "failed");
    assert_eq!(git(&world, &world.sandbox.work().join("gitops-src"), &["status", "--porcelain"]), "?? mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_of_another_machine_is_a_row_and_is_left_alone() {
    let world = World::without_vault().await;
    crate::support::objects::make_namespace(&world, "openshift-gitops").await;
    let lease = serde_json::json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "bitiq-bootstrap", "namespace": "openshift-gitops", "annotations": {
            "bitiq.io/holder": "ann@bastion", "bitiq.io/machine": "bastion", "bitiq.io/folder": "/srv/work",
        }},
        "spec": {"holderIdentity": "20261123T193300Z-abcdef", "leaseDurationSeconds": 60},
    });
    world.sandbox.cluster.put(&lease).await.unwrap();
    let told = row(&check(&world).ran().await.exits(4), "cluster-lock");
    assert_eq!(told["status"], "failed");
    assert!(told["details"][0].as_str().unwrap().contains("by ann@bastion in bastion:/srv/work"), "{told:#}");
    wrote_nothing(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn under_strict_a_warning_fails_it() {
    let world = World::without_vault().await;
    let check = |flags: &[&str]| {
        let arguments = [&["check", "demo", "-o", "json"], flags].concat();
        world.command(&arguments).env("VAULT_WRAP_TTL", "5m")
    };
    let told = row(&check(&[]).ran().await.exits(0), "settings");
    assert_eq!(told["status"], "warning");
    let ran = check(&["--strict"]).ran().await.exits(3);
    let told = row(&ran, "settings");
    assert_eq!((&told["status"], &ran.json()["status"]), (&"failed".into(), &"failed".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_leads_elsewhere_gets_no_git_cache() {
    let world = World::without_vault().await;
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), world.sandbox.work().join("cache")).unwrap();
    let ran = check(&world).ran().await.exits(3);
    assert_eq!(row(&ran, "work-folder")["status"], "failed");
    assert_eq!(row(&ran, "git-host")["status"], "ok");
    assert_eq!(fs_err::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_cluster_s_mount_is_a_row_with_what_to_do() {
    let Some(world) = World::with_vault("another_cluster_s_mount_is_a_row_with_what_to_do").await else {
        return;
    };
    let theirs = serde_json::json!({
        "kubernetes_host": "https://127.0.0.1:1", "kubernetes_ca_cert": world.sandbox.cluster.ca_pem(),
    });
    vault(&world).api("POST", "auth/kubernetes/config", Some(theirs)).await.unwrap();
    let told = row(&check(&world).ran().await.exits(3), "auth-mount-target");
    assert_eq!(told["status"], "failed");
    assert!(told["hint"].as_str().unwrap().contains("VAULT_K8S_AUTH_MOUNT=kubernetes-demo"), "{told:#}");
    assert_eq!(told["command"], "vault read auth/kubernetes/config");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_kubeconfig_fails_its_own_row() {
    let world = World::without_vault().await;
    let text = world.sandbox.cluster.kubeconfig(&User::Expired).unwrap();
    fs_err::write(world.sandbox.kubeconfig(), text).unwrap();
    let ran = check(&world).ran().await.exits(3);
    assert_eq!(row(&ran, "kubeconfig")["status"], "ok");
    assert_eq!(row(&ran, "kubeconfig-expired")["status"], "failed");
    assert_eq!(row(&ran, "workers")["status"], "skipped");
}
