//! `check`: what a run would try before its first write, row by row, and that nothing is written for it.

use sandbox::cluster::User;
use serde_json::Value;

use crate::evidence::{git, vault, writes};
use crate::rights::{rights, world_of};
use crate::world::{Ran, Run, World};

/// The rows that came to `status`, as `group: sentence`.
fn rows(ran: &Ran, status: &str) -> Vec<String> {
    let document = ran.json();
    let rows = document["rows"].as_array().unwrap().iter().filter(|row| row["status"] == status);
    rows.map(|row| format!("{}: {}", row["group"].as_str().unwrap(), row["sentence"].as_str().unwrap()))
        .collect()
}

/// The row whose sentence begins like this.
#[track_caller]
pub fn row(ran: &Ran, sentence: &str) -> Value {
    let document = ran.json();
    let mut rows = document["rows"].as_array().unwrap().iter();
    let begins = |row: &&Value| row["sentence"].as_str().unwrap().starts_with(sentence);
    rows.find(begins).unwrap_or_else(|| panic!("no row `{sentence}` in {document:#}")).clone()
}

pub fn check(world: &World) -> Run {
    world.command(&["check", "demo", "-o", "json"])
}

/// Nothing but the Git cache: neither here nor there.
pub fn wrote_nothing(world: &World) {
    assert_eq!(writes(world), Vec::<String>::new());
    let work = world.sandbox.work();
    let left: Vec<_> = fs_err::read_dir(&work)
        .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    let ours = |name: &&String| !matches!(name.as_str(), "cache" | "installer" | "kubeconfig");
    assert_eq!(left.iter().filter(ours).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_fresh_cluster_all_that_a_run_needs_is_well() {
    let test = "on_a_fresh_cluster_all_that_a_run_needs_is_well";
    let Some(world) = World::with_vault(test).await else { return };
    let ran = world.run(&["check", "demo"]).await.exits(0);
    let ran = ran.says(&[
        "cluster.yaml is valid",
        "flags and environment are understood",
        "python3 is on PATH",
        ".work can be written",
        "API server https://127.0.0.1:",
        "it accepts the kubeconfig's login, as kubernetes-admin",
        "we may get, list, create, patch, watch secrets in openshift-gitops",
        "Namespace openshift-gitops can be made",
        "answers and is unsealed",
        "Vault accepts the token",
        "auth/kubernetes may be pointed at this cluster",
        "the token may write auth/kubernetes/config",
        "the Git host accepts the login (from Vault KV gitops/github/gitops-repo",
        "branch main is at ",
        "scripts/bootstrap.sh is in that commit and executable",
        "gitops-src is clean, or not there",
        "Secret openshift-gitops/gitops-repo can hold the login",
        "no other run is at work in this folder",
        "no other run holds the cluster",
    ]);
    assert!(!ran.stdout.contains("  failed"), "{}", ran.stdout);
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
    ran.says(&[
        "Namespace openshift-gitops is there",
        "nobody else manages the record",
        "skipped  Vault answers",
    ]);
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
    for expect in [
        "this machine: oc and helm",
        "cluster: there is a kubeconfig",
        "Vault: Vault accepts",
        "repository: the Git host accepts",
    ] {
        assert!(failed.iter().any(|row| row.starts_with(expect)), "{expect}: {failed:#?}");
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
    let told = row(&check(&world).ran().await.exits(3), "no-such-branch is in ");
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
    assert_eq!(row(&ran, "gitops-src is clean")["status"], "failed");
    assert_eq!(row(&ran, "no other run is at work in this folder")["status"], "failed");
    assert_eq!(git(&world, &world.sandbox.work().join("gitops-src"), &["status", "--porcelain"]), "?? mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_of_another_machine_is_a_row_and_is_left_alone() {
    let world = World::without_vault().await;
    crate::evidence::make_namespace(&world, "openshift-gitops").await;
    let lease = serde_json::json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "bitiq-bootstrap", "namespace": "openshift-gitops", "annotations": {
            "bitiq.io/holder": "ann@bastion", "bitiq.io/machine": "bastion", "bitiq.io/folder": "/srv/work",
        }},
        "spec": {"holderIdentity": "20261123T193300Z-abcdef", "leaseDurationSeconds": 60},
    });
    world.sandbox.cluster.put(&lease).await.unwrap();
    let told = row(&check(&world).ran().await.exits(4), "no other run holds the cluster");
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
    let told = row(&check(&[]).ran().await.exits(0), "flags and environment");
    assert_eq!(told["status"], "warning");
    let ran = check(&["--strict"]).ran().await.exits(3);
    let told = row(&ran, "flags and environment");
    assert_eq!((&told["status"], &ran.json()["status"]), (&"failed".into(), &"failed".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_leads_elsewhere_gets_no_git_cache() {
    let world = World::without_vault().await;
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), world.sandbox.work().join("cache")).unwrap();
    let ran = check(&world).ran().await.exits(3);
    assert_eq!(row(&ran, ".work stays inside")["status"], "failed");
    assert_eq!(row(&ran, "the Git host accepts the login")["status"], "ok");
    assert_eq!(fs_err::read_dir(elsewhere.path()).unwrap().count(), 0);
}

/// As an administrator would: with kubectl, or document by document where there is none.
#[expect(clippy::disallowed_methods, reason = "tests paste what is printed as a user does")]
pub async fn apply(world: &World, manifest: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (admin, file) = (folder.path().join("admin"), folder.path().join("manifest.yaml"));
    fs_err::write(&admin, world.sandbox.cluster.kubeconfig(&User::Admin).unwrap()).unwrap();
    fs_err::write(&file, manifest).unwrap();
    let mut kubectl = tokio::process::Command::new("kubectl");
    kubectl
        .arg("--kubeconfig")
        .arg(admin)
        .args(["apply", "--validate=false", "-f"])
        .arg(file)
        .env("HOME", folder.path());
    match kubectl.output().await {
        Ok(ran) => assert!(ran.status.success(), "{}\n{manifest}", String::from_utf8_lossy(&ran.stderr)),
        Err(_) => {
            let list: Value = serde_saphyr::from_str(manifest).unwrap();
            for object in list["items"].as_array().unwrap() {
                world.sandbox.cluster.put(object).await.unwrap();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_rights_passes_once_the_manifest_that_was_printed_is_applied() {
    let test = "a_user_without_rights_passes_once_the_manifest_that_was_printed_is_applied";
    let Some(world) = World::with_vault(test).await else { return };
    let world = world_of(world, &[]).await;
    let ran = check(&world).ran().await.exits(3);
    let told = row(&ran, "API server");
    let manifest = told["command"].as_str().unwrap();
    assert!(manifest.contains("kind: ClusterRole\n") && manifest.contains("kind: Role\n"), "{manifest}");
    // The rest is looked at once the cluster lets us: what is pasted then holds all of it.
    apply(&world, manifest).await;
    check(&world).ran().await.exits(0);
    let run = world.command(&["run", "demo", "--skip-script"]).env("GITOPS_REPO_ACCESS_TIMEOUT", "0");
    run.ran().await.exits(0).says(&["as dev"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_is_one_row_and_those_that_are_had_are_others() {
    let world = world_of(World::without_vault().await, &rights("configmaps")).await;
    let ran = check(&world).ran().await.exits(3);
    let told = row(&ran, "we may do all that a run does there");
    assert!(told["details"][0].as_str().unwrap().contains("configmaps"), "{told:#}");
    assert_eq!(row(&ran, "we may get, create, update leases in openshift-gitops")["status"], "ok");
    let manifest = told["command"].as_str().unwrap();
    assert!(manifest.contains("kind: Namespace\n"), "it is not there yet: {manifest}");
    apply(&world, manifest).await;
    check(&world).ran().await.exits(0);
    let ran = world.run(&["run", "demo", "--argocd-namespace", "elsewhere"]).await.exits(3);
    ran.says(&[
        "have one apply the ClusterRole that this prints:",
        " check demo --argocd-namespace elsewhere\n",
    ]);
}

/// What the command, pasted as it stands on the terminal, writes as this policy.
#[expect(clippy::disallowed_methods, reason = "it is pasted as a person does")]
fn policy_of(command: &str, name: &str) -> String {
    let indented = command.replace('\n', "\n             ");
    let vault = format!("vault() {{ [ \"$*\" = 'policy write {name} -' ] && cat; }}\n{indented}");
    let ran = std::process::Command::new("sh").args(["-c", &vault]).output().unwrap();
    assert!(ran.status.success(), "{command}");
    String::from_utf8(ran.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_rights_passes_once_it_has_the_policy_that_was_printed() {
    let test = "a_token_without_rights_passes_once_it_has_the_policy_that_was_printed";
    let Some(world) = World::with_vault(test).await else { return };
    let vault = vault(&world);
    let other = "path \"sys/internal/ui/mounts/*\" { capabilities = [\"read\"] }";
    let poor = vault.create_token(other).await.unwrap();
    let login = ("GITOPS_REPO_USERNAME", world.sandbox.git.login());
    let with = |token: &str| {
        let check = check(&world).env("VAULT_TOKEN", token).secret(token);
        check.env(login.0, &login.1.0).env("GITOPS_REPO_PASSWORD", &login.1.1)
    };
    let told = row(&with(&poor).ran().await.exits(3), "auth/kubernetes is there");
    let policy = &policy_of(told["command"].as_str().unwrap(), "bitiq-bootstrap");
    assert!(
        policy.contains("path \"auth/kubernetes/config\" {")
            && policy.contains("capabilities = [\"read\", \"update\"]"),
        "{policy}"
    );
    let rich = vault.create_token(policy).await.unwrap();
    let ran = with(&rich).ran().await.exits(0);
    assert_eq!(row(&ran, "the token may write auth/kubernetes/config")["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_for_the_login_s_path_is_printed_where_vault_did_not_let_it_be_read() {
    let test = "the_policy_for_the_login_s_path_is_printed_where_vault_did_not_let_it_be_read";
    let Some(world) = World::with_vault(test).await else { return };
    let vault = vault(&world);
    let config = "path \"auth/kubernetes/config\" { capabilities = [\"read\", \"update\"] }\n";
    let poor = vault.create_token(config).await.unwrap();
    let check = |token: &str| check(&world).env("VAULT_TOKEN", token).secret(token);
    let told = row(&check(&poor).ran().await.exits(3), "there is a login for ");
    // Not under the name of the mount's policy, which it would replace.
    let policy = policy_of(told["command"].as_str().unwrap(), "bitiq-bootstrap-login");
    assert!(policy.contains("path \"gitops/data/github/gitops-repo\""), "{policy}");
    let rich = vault.create_token(&format!("{config}{policy}")).await.unwrap();
    check(&rich).ran().await.exits(0);
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
    let told = row(&check(&world).ran().await.exits(3), "auth/kubernetes is this cluster's");
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
    assert_eq!(row(&ran, "there is a kubeconfig (")["status"], "ok");
    assert_eq!(row(&ran, "the kubeconfig's certificate has not expired")["status"], "failed");
    assert_eq!(row(&ran, "there are nodes that take Pods")["status"], "skipped");
}
