//! A cluster that the old script bootstrapped, one that was made anew, and one that is somebody else's.

use sandbox::git_host::{File, PRIVATE};
use serde_json::{Value, json};

use crate::evidence::{NAMESPACE, decoded, git, make_namespace, object, secret, vault, writes};
use crate::world::{Run, World};

const OLD: &str = "kubectl-client-side-apply";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Puts an object as `oc apply` does, its copy in the annotation included.
async fn oc_apply(world: &World, object: Value) {
    let mut with_copy = object.clone();
    with_copy["metadata"]["annotations"][LAST_APPLIED] = json!(object.to_string());
    world.sandbox.cluster.put_as(&with_copy, OLD).await.unwrap();
}

/// What the old script left: repository Secret, reviewer, working copy on a branch, and a trace of seven keys.
async fn left_by_the_old_script(world: &World) -> String {
    make_namespace(world, NAMESPACE).await;
    let (username, password) = world.sandbox.git.login();
    let labels = json!({"argocd.argoproj.io/secret-type": "repository"});
    oc_apply(
        world,
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "gitops-repo", "namespace": NAMESPACE, "labels": labels},
            "stringData": {"url": world.sandbox.repo_url(), "username": username, "password": password},
        }),
    )
    .await;
    let reviewer = json!({"name": "vault-token-reviewer", "namespace": NAMESPACE});
    oc_apply(world, json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": reviewer})).await;
    let mut token = json!({"apiVersion": "v1", "kind": "Secret", "metadata": reviewer,
        "type": "kubernetes.io/service-account-token"});
    token["metadata"]["annotations"]["kubernetes.io/service-account.name"] = json!("vault-token-reviewer");
    oc_apply(world, token).await;
    oc_apply(world, json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": "vault-token-reviewer-auth-delegator"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator"},
        "subjects": [{"kind": "ServiceAccount", "name": "vault-token-reviewer", "namespace": NAMESPACE}],
    })).await;
    let (url, work) = (world.sandbox.repo_url(), world.sandbox.work());
    let helper =
        format!("credential.helper=!f() {{ echo username={username}; echo password={password}; }}; f");
    git(world, &work, &["-c", &helper, "clone", "--quiet", &url, "gitops-src"]);
    let sha = git(world, &work.join("gitops-src"), &["rev-parse", "HEAD"]);
    let trace = json!({
        "cluster": "demo", "env": "sno", "base_domain": "apps.demo.example.test", "repo_url": url,
        "repo_ref": "main", "git_sha": sha, "timestamp": "2025-11-23T19:33:00Z",
    });
    fs_err::write(work.join("gitops-bootstrap.json"), trace.to_string()).unwrap();
    sha
}

async fn live_secret(world: &World, name: &str) -> Value {
    object(world, &format!("/api/v1/namespaces/{NAMESPACE}/secrets/{name}")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_the_old_script_bootstrapped_is_taken_over() {
    let test = "a_cluster_that_the_old_script_bootstrapped_is_taken_over";
    let Some(world) = World::with_vault(test).await else { return };
    left_by_the_old_script(&world).await;
    let token = live_secret(&world, "vault-token-reviewer").await["data"]["token"].clone();
    let before = secret(&world, "gitops-repo").await;
    world
        .run(&["run", "demo"])
        .await
        .exits(0)
        .says(&["the login of Secret openshift-gitops/gitops-repo lay open in its annotation", "rotate it"]);
    // adopted, the copy of the login gone, all else as it was
    let live = live_secret(&world, "gitops-repo").await;
    assert_eq!(live["metadata"]["annotations"][LAST_APPLIED], Value::Null);
    let mut after = secret(&world, "gitops-repo").await.unwrap();
    assert_eq!(after.remove("type").as_deref(), Some("git"));
    assert_eq!(Some(after), before);
    let managers = live["metadata"]["managedFields"].as_array().unwrap();
    assert!(
        managers.iter().any(|entry| entry["manager"] == "bitiq-bootstrap" && entry["operation"] == "Apply")
    );
    assert_eq!(
        live_secret(&world, "vault-token-reviewer").await["data"]["token"],
        token,
        "the reviewer's token stays"
    );
    // the working copy is used as it is
    assert_eq!(world.steps()["gitops-src"], "unchanged");
    world.run(&["run", "demo"]).await.exits(0).never_says(&["rotate it"]);
    for (step, status) in world.steps() {
        let expect = match step.as_str() {
            "script" => "changed",
            "operator" | "argocd" => "skipped",
            _ => "unchanged",
        };
        assert_eq!(status, expect, "{step}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_scripts_working_copy_goes_to_the_new_commit_deleted_files_included() {
    let world = World::without_vault().await;
    let old = left_by_the_old_script(&world).await;
    let new = [File::new("new.yaml", "new"), File::deleted("README.md")];
    let new = world.sandbox.git.commit(PRIVATE, &new, "onwards").await.unwrap();
    world.run(&["run", "demo"]).await.exits(0);
    let copy = world.sandbox.work().join("gitops-src");
    assert_eq!(git(&world, &copy, &["rev-parse", "HEAD"]), new);
    assert_eq!(git(&world, &copy, &["status", "--porcelain"]), "");
    assert_eq!(git(&world, &copy, &["rev-parse", "refs/heads/main"]), old, "branches of the user stay");
    assert!(!copy.join("README.md").exists() && copy.join("new.yaml").exists());
    assert_eq!(world.trace()["git_sha"], json!(new));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_trace_is_carried_as_the_last_success() {
    let world = World::without_vault().await;
    let sha = left_by_the_old_script(&world).await;
    world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "fail=7").ran().await.exits(1).says(&["code 7"]);
    let trace = world.trace();
    assert_eq!(trace["status"], "failed");
    assert_eq!(trace["last_success"]["git_sha"], json!(sha));
    assert_eq!(trace["last_success"]["timestamp"], "2025-11-23T19:33:00Z");
}

async fn reviewer_jwt(world: &World) -> String {
    decoded(&live_secret(world, "vault-token-reviewer").await["data"]["token"])
}

async fn record(world: &World) -> Value {
    let path = format!("/api/v1/namespaces/{NAMESPACE}/configmaps/bitiq-bootstrap");
    object(world, &path).await.unwrap()["data"].clone()
}

/// Runs are told apart by the second they began in, and nobody makes a cluster anew within one.
async fn another_second() {
    let second = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let began = second();
    while second() == began {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// After a recreate this command ends well, says so, and everything of the old cluster is renewed.
async fn check_recreated(world: &mut World, command: &str) {
    world.run(&[command, "demo"]).await.exits(0);
    let old = (reviewer_jwt(world).await, record(world).await);
    world.sandbox.recreate().await.unwrap();
    another_second().await;
    let run: Run = world.command(&[command, "demo"]).secret(&old.0);
    run.ran().await.exits(0).says(&["the cluster was recreated: its id was"]);
    let new = (reviewer_jwt(world).await, record(world).await);
    assert_ne!(old.0, new.0, "the reviewer's token");
    assert_ne!(old.1["cluster_id"], new.1["cluster_id"]);
    let recreated = world.newest_trace()["kubernetes"]["recreated_from"].clone();
    assert_eq!(recreated, json!({"cluster_id": old.1["cluster_id"], "infra_id": null, "seen_in": "trace"}));
    assert_ne!(old.1["vault_fingerprint"], new.1["vault_fingerprint"]);
    let config = vault(world).api("GET", "auth/kubernetes/config", None).await.unwrap();
    assert_eq!(
        config["data"]["kubernetes_ca_cert"].as_str().unwrap().trim(),
        world.sandbox.cluster.ca_pem().trim()
    );
    another_second().await;
    run.ran().await.exits(0).never_says(&["was recreated"]);
    assert_eq!(world.newest_trace()["kubernetes"].get("recreated_from"), None);
    let work = world.sandbox.work();
    let read = |name: &str| fs_err::read_to_string(work.join(name)).unwrap();
    assert!(work.join("kubeconfig.bak").exists(), "the old kubeconfig is kept");
    assert_ne!(read("kubeconfig"), read("kubeconfig.bak"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recreated_cluster_is_recognised_and_handed_over_anew() {
    let test = "a_recreated_cluster_is_recognised_and_handed_over_anew";
    let Some(mut world) = World::with_vault(test).await else { return };
    check_recreated(&mut world, "run").await;
    let role = world.sandbox.vault_role();
    let login = world.sandbox.log_in_to_vault("kubernetes", &role, (NAMESPACE, "default")).await.unwrap();
    assert_eq!(login.status, 200);
    assert!(secret(&world, "gitops-repo").await.is_some());
    assert_eq!(world.steps()["vault-auth"], "unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recreated_cluster_is_recognised_by_the_history_alone() {
    let test = "a_recreated_cluster_is_recognised_by_the_history_alone";
    let Some(mut world) = World::with_vault(test).await else { return };
    check_recreated(&mut world, "vault-auth").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_step_after_a_recreate_is_the_newest_of_the_history() {
    let mut world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    world.sandbox.recreate().await.unwrap();
    let recreated = "the cluster was recreated: its id was";
    another_second().await;
    world.run(&["repo-creds", "demo"]).await.exits(0).says(&[recreated]);
    another_second().await;
    world.run(&["run", "demo"]).await.exits(0).never_says(&[recreated]);
    assert_eq!(world.steps()["repo-creds"], "unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_recognised_a_recreate_and_failed_leaves_it_to_the_next_one() {
    let mut world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    world.sandbox.recreate().await.unwrap();
    let recreated = "the cluster was recreated: its id was";
    another_second().await;
    let run = world.command(&["run", "demo"]);
    run.clone().env("SANDBOX_SCRIPT", "fail=7").ran().await.exits(1).says(&[recreated]);
    another_second().await;
    run.ran().await.exits(0).says(&[recreated]);
    another_second().await;
    run.ran().await.exits(0).never_says(&[recreated]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recreated_cluster_is_recognised_by_the_mount_alone() {
    let test = "a_recreated_cluster_is_recognised_by_the_mount_alone";
    let Some(mut world) = World::with_vault(test).await else { return };
    world.run(&["run", "demo"]).await.exits(0);
    vault(&world).api("POST", "auth/kubernetes/config", Some(json!({
        "kubernetes_host": world.sandbox.cluster.server(), "kubernetes_ca_cert": world.sandbox.cluster.ca_pem(),
        "issuer": "https://old.example.test", "disable_iss_validation": true,
    }))).await.unwrap();
    world.sandbox.recreate().await.unwrap();
    // Another machine: nothing of the first run is there.
    for gone in ["gitops-bootstrap.json", "runs", "gitops-src"] {
        let path = world.sandbox.work().join(gone);
        if path.is_dir() { fs_err::remove_dir_all(path).unwrap() } else { fs_err::remove_file(path).unwrap() }
    }
    world.run(&["plan", "demo"]).await.exits(0).says(&[
        "its CA has no certificate in common with that of",
        "issuer (cleared: it was the old cluster's)",
    ]);
    world.run(&["run", "demo"]).await.exits(0).says(&["the cluster was recreated, or its CA was replaced"]);
    let recreated = world.trace()["kubernetes"]["recreated_from"].clone();
    assert_eq!(recreated, json!({"cluster_id": null, "infra_id": null, "seen_in": "mount"}));
    let config = vault(&world).api("GET", "auth/kubernetes/config", None).await.unwrap()["data"].clone();
    assert_eq!((&config["issuer"], &config["disable_iss_validation"]), (&json!(""), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_with_another_clusters_name_is_refused() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let metadata = json!({"name": "bitiq-bootstrap", "namespace": NAMESPACE});
    let data = json!({"cluster": "elsewhere", "cluster_id": "x", "schema_version": "1"});
    let record = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data});
    world.sandbox.cluster.put_as(&record, "bitiq-bootstrap").await.unwrap();
    let says = [
        "ConfigMap openshift-gitops/bitiq-bootstrap",
        "it belongs to cluster elsewhere, and this is cluster demo",
        "is this the right kubeconfig?",
    ];
    for command in ["run", "repo-creds"] {
        world.run(&[command, "demo"]).await.exits(3).says(&says);
    }
    world.run(&["plan", "demo"]).await.exits(3).says(&says);
    assert_eq!(writes(&world), Vec::<String>::new());
    assert!(!world.has_trace());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_secret_with_another_clusters_mark_is_refused() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let url = world.sandbox.repo_url();
    let mut theirs = crate::evidence::argocd_secret("gitops-repo", "repository", &[("url", &url)]);
    theirs["metadata"]["annotations"]["bitiq.io/cluster"] = json!("elsewhere");
    world.sandbox.cluster.put(&theirs).await.unwrap();
    let says =
        ["Secret openshift-gitops/gitops-repo", "it belongs to cluster elsewhere, and this is cluster demo"];
    crate::evidence::refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kubeconfig_of_another_cluster_is_refused_while_the_one_of_before_answers() {
    let (world, other) = (World::without_vault().await, World::without_vault().await);
    world.run(&["run", "demo"]).await.exits(0);
    let kubeconfig = fs_err::read(world.sandbox.kubeconfig()).unwrap();
    let with_other = |command: &str| {
        let run = world.command(&[command, "demo"]);
        run.env("BITIQ_BOOTSTRAP_KUBECONFIG", &other.sandbox.kubeconfig().display().to_string())
    };
    let says = ["the kubeconfig is of another cluster", "still answers at", "--allow-identity-mismatch"];
    for command in ["run", "repo-creds", "plan", "check"] {
        with_other(command).ran().await.exits(3).says(&says);
    }
    assert_eq!(fs_err::read(world.sandbox.kubeconfig()).unwrap(), kubeconfig);
    assert_eq!(secret(&other, "gitops-repo").await, None, "nothing was written there");
    // The sandbox's script takes its own cluster alone.
    let moved = with_other("run").env("BITIQ_BOOTSTRAP_ALLOW_IDENTITY_MISMATCH", "1");
    let moved = moved.env("BITIQ_BOOTSTRAP_SKIP_SCRIPT", "1").env("GITOPS_REPO_ACCESS_TIMEOUT", "0s");
    moved.ran().await.exits(0).says(&["the cluster was recreated: its id was"]);
    // Back again: the kubeconfig that was replaced is remembered.
    let back = world.sandbox.work().join("kubeconfig.bak").display().to_string();
    another_second().await;
    let run = world.command(&["run", "demo"]).env("BITIQ_BOOTSTRAP_KUBECONFIG", &back);
    run.ran().await.exits(3).says(&says);
}
