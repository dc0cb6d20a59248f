//! What is written to Vault's auth mount, what is kept of it, and how it is proven.

use sandbox::Options;
use sandbox::faults::Fault;
use serde_json::{Value, json};

use crate::support::assert::{refused, writes};
use crate::support::objects::{NAMESPACE, make_namespace, object};
use crate::support::sandbox::{World, options, vault};

const CONFIG: &str = "auth/kubernetes/config";

async fn config(world: &World) -> Value {
    vault(world).api("GET", CONFIG, None).await.unwrap()["data"].clone()
}

/// How often the mount was written so far.
fn mount_writes(world: &World) -> usize {
    writes(world).iter().filter(|write| write.ends_with(CONFIG)).count()
}

async fn record(world: &World) -> Value {
    let path = format!("/api/v1/namespaces/{NAMESPACE}/configmaps/bitiq-bootstrap");
    object(world, &path).await.map(|record| record["data"].clone()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_else_the_mount_holds_is_kept_and_shown_by_plan() {
    let test = "what_else_the_mount_holds_is_kept_and_shown_by_plan";
    let Some(world) = World::with_vault(test).await else { return };
    let before = json!({
        "kubernetes_host": world.sandbox.cluster.server(),
        "kubernetes_ca_cert": world.sandbox.cluster.ca_pem(),
        "issuer": "https://issuer.example.test",
        "disable_iss_validation": true,
        "disable_local_ca_jwt": true,
    });
    vault(&world).api("POST", CONFIG, Some(before)).await.unwrap();
    let shown = [
        "token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)",
        "issuer (kept)",
        "disable_iss_validation (kept)",
        "disable_local_ca_jwt (kept)",
    ];
    world.run(&["plan", "demo"]).await.exits(0).says(&shown);
    world.run(&["run", "demo"]).await.exits(0);
    let after = config(&world).await;
    for (field, expect) in [
        ("issuer", json!("https://issuer.example.test")),
        ("disable_iss_validation", json!(true)),
        ("disable_local_ca_jwt", json!(true)),
        ("kubernetes_host", json!(world.sandbox.cluster.server())),
    ] {
        assert_eq!(after[field], expect, "{field}");
    }
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(world.steps()["vault-auth"], "unchanged");
    assert_eq!(config(&world).await, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_update_but_not_read_writes_the_three_fields_and_is_told_so() {
    let test = "a_token_that_may_update_but_not_read_writes_the_three_fields_and_is_told_so";
    let Some(world) = World::with_vault(test).await else { return };
    let policy = "path \"gitops/data/*\" { capabilities = [\"read\"] }\n\
                  path \"auth/kubernetes/config\" { capabilities = [\"update\"] }";
    let token = vault(&world).create_token(policy).await.unwrap();
    let run = world.command(&["run", "demo"]).env("VAULT_TOKEN", &token).secret(&token);
    run.ran().await.exits(0).says(&[
        "may not read auth/kubernetes/config: whose mount it is could not be checked",
        "path \"auth/kubernetes/config\" { capabilities = [\"read\", \"update\"] }",
    ]);
    assert_eq!(config(&world).await["kubernetes_host"], json!(world.sandbox.cluster.server()));
    run.ran().await.exits(0);
    assert_eq!(world.steps()["vault-auth"], "unchanged");
    assert_eq!(mount_writes(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mount_is_written_once_and_again_only_by_force() {
    let test = "the_mount_is_written_once_and_again_only_by_force";
    let Some(world) = World::with_vault(test).await else { return };
    for expect in [1, 1] {
        world
            .run(&["vault-auth", "demo"])
            .await
            .exits(0)
            .says(&["reviewer accepted (seen from this machine)"]);
        assert_eq!(mount_writes(&world), expect);
    }
    world.run(&["vault-auth", "demo", "--force"]).await.exits(0);
    assert_eq!(mount_writes(&world), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_login_with_a_role_proves_the_mount() {
    let Some(world) = World::with_vault("a_real_login_with_a_role_proves_the_mount").await else { return };
    let role = world.sandbox.vault_role();
    world
        .run(&["run", "demo", "--vault-role", &role])
        .await
        .exits(0)
        .says(&["reviewer accepted (seen from this machine)", "Vault login accepted, policies default"]);
    let proof = world.trace()["vault"]["proof"].clone();
    assert!(proof.as_str().unwrap().contains("Vault login accepted"), "{proof}");
    let revoked =
        vault(&world).requests().into_iter().any(|request| request.path == "/v1/auth/token/revoke-self");
    assert!(revoked, "the token of the proof is revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_not_there_fails_the_step_and_the_next_run_writes_again() {
    let test = "a_role_that_is_not_there_fails_the_step_and_the_next_run_writes_again";
    let Some(world) = World::with_vault(test).await else { return };
    world.run(&["run", "demo"]).await.exits(0);
    assert!(record(&world).await["vault_fingerprint"].is_string());
    world.run(&["run", "demo", "--vault-role", "nobodys"]).await.exits(1).says(&[
        "VAULT-047",
        "auth/kubernetes",
        "auth/kubernetes/role",
    ]);
    assert_eq!(world.trace()["status"], "failed");
    assert_eq!(world.trace()["exit_code"], 1);
    assert_eq!(world.steps()["vault-auth"], "failed");
    assert_eq!(world.steps()["script"], "pending");
    assert_eq!(record(&world).await["vault_fingerprint"], Value::Null, "the fingerprint is forgotten");
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(world.steps()["vault-auth"], "changed");
    assert!(record(&world).await["vault_fingerprint"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_for_another_account_is_told_apart_from_a_missing_one() {
    let test = "a_role_for_another_account_is_told_apart_from_a_missing_one";
    let Some(world) = World::with_vault(test).await else { return };
    let role = world.sandbox.vault_role();
    let account = ["--vault-role", &role, "--vault-service-account", "default/default"];
    world.run(&[&["vault-auth", "demo"], &account[..]].concat()).await.exits(1).says(&[
        &format!("role {role} at auth/kubernetes does not let default/default in"),
        &format!("vault read auth/kubernetes/role/{role}"),
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mount_is_left_alone_when_told_to_and_the_login_still_found() {
    let test = "the_mount_is_left_alone_when_told_to_and_the_login_still_found";
    let Some(world) = World::with_vault(test).await else { return };
    let skip = ("SKIP_VAULT_K8S_AUTH_CONFIG", "1");
    world.command(&["run", "demo"]).env(skip.0, skip.1).ran().await.exits(0);
    assert_eq!(world.steps()["vault-auth"], "skipped");
    assert_eq!(world.trace()["credentials"]["source"], "vault");
    assert_eq!(mount_writes(&world), 0);
    assert_eq!(
        object(&world, &format!("/api/v1/namespaces/{NAMESPACE}/serviceaccounts/vault-token-reviewer")).await,
        None
    );
    // Without Vault the other sources are asked.
    let (username, password) = world.sandbox.git.login();
    let run = world.command(&["run", "demo"]).env(skip.0, skip.1).env("VAULT_ADDR", "https://127.0.0.1:1");
    let run = run.env("GITOPS_REPO_USERNAME", &username).env("GITOPS_REPO_PASSWORD", &password);
    run.ran().await.exits(0).says(&["warning: Vault can't be asked for the repository login"]);
    // What a run passes, `check` passes.
    let check =
        world.command(&["check", "demo"]).env(skip.0, skip.1).env("VAULT_ADDR", "https://127.0.0.1:1");
    let check = check.env("GITOPS_REPO_USERNAME", &username).env("GITOPS_REPO_PASSWORD", &password);
    check.ran().await.exits(0).says(&["! Vault server: "]);
    // The command that is there for the mount does it all the same.
    world.command(&["vault-auth", "demo"]).env(skip.0, skip.1).ran().await.exits(0);
    assert_eq!(mount_writes(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_of_vaults_settings_and_unknown_ones_are_warnings() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo"]);
    run.clone()
        .env("VAULT_ADDR", "https://vault.example.test")
        .ran()
        .await
        .exits(0)
        .says(&["warning: VAULT_ADDR is set without VAULT_TOKEN: Vault is left alone"]);
    assert_eq!(world.steps()["vault-auth"], "skipped");
    let token = "s.aTokenForNobody000";
    run.clone()
        .env("VAULT_TOKEN", token)
        .secret(token)
        .ran()
        .await
        .exits(0)
        .says(&["warning: VAULT_TOKEN is set without VAULT_ADDR: Vault is left alone"]);
    run.clone()
        .env("VAULT_AGENT_ADDR", "x")
        .ran()
        .await
        .exits(0)
        .says(&["warning: VAULT_AGENT_ADDR is set, but has no effect here"]);
    run.env("VAULT_AGENT_ADDR", "x")
        .env("BITIQ_BOOTSTRAP_STRICT", "1")
        .ran()
        .await
        .exits(3)
        .says(&["1 warning under --strict", "VAULT_AGENT_ADDR"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn vault_auth_alone_touches_neither_the_git_host_nor_the_repository_secret() {
    let test = "vault_auth_alone_touches_neither_the_git_host_nor_the_repository_secret";
    let Some(world) = World::with_vault(test).await else { return };
    world.sandbox.git.clear_log();
    world.run(&["vault-auth", "demo"]).await.exits(0);
    assert_eq!(world.sandbox.git.log(), []);
    let secrets: Vec<_> = writes(&world).into_iter().filter(|write| write.contains("gitops-repo")).collect();
    assert_eq!(secrets, Vec::<String>::new());
    assert!(!world.has_trace() && !world.sandbox.work().join("gitops-src").exists());
    let login = vault(&world).requests().into_iter().any(|request| request.path.contains("/gitops/"));
    assert!(!login, "the repository login is none of its business");
    // It needs a Vault.
    let run = world.command(&["vault-auth", "demo"]).without("VAULT_TOKEN");
    run.ran().await.exits(3).says(&["PREFLIGHT-015", "export both", "VAULT_ADDR", "VAULT_TOKEN"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn repo_creds_alone_touches_neither_the_mount_nor_the_working_copy() {
    let test = "repo_creds_alone_touches_neither_the_mount_nor_the_working_copy";
    let Some(world) = World::with_vault(test).await else { return };
    world.run(&["repo-creds", "demo"]).await.exits(0);
    let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/gitops-repo");
    assert!(object(&world, &path).await.is_some());
    assert_eq!(mount_writes(&world), 0);
    let asked =
        vault(&world).requests().into_iter().any(|request| request.path.contains("/auth/kubernetes/"));
    assert!(!asked, "the mount is none of its business");
    assert!(!world.has_trace() && !world.sandbox.work().join("gitops-src").exists());
    let reviewer = writes(&world).into_iter().filter(|write| write.contains("reviewer")).count();
    assert_eq!(reviewer, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binding_to_another_role_is_refused_before_the_first_write() {
    let test = "a_binding_to_another_role_is_refused_before_the_first_write";
    if sandbox::vault_left_out(test) {
        return;
    }
    let world = World::of(Options { argocd: false, ..options() }).await;
    make_namespace(&world, NAMESPACE).await;
    let name = "vault-token-reviewer-auth-delegator";
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "ServiceAccount", "name": "x", "namespace": NAMESPACE}],
    });
    world.sandbox.cluster.put(&binding).await.unwrap();
    let says = [
        "binds to ClusterRole view, not to ClusterRole system:auth-delegator",
        &format!("oc --kubeconfig clusters/demo/.work/kubeconfig delete clusterrolebinding {name}"),
    ];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_vault_refuses_fails_the_step_and_the_next_run_carries_on() {
    let test = "a_write_that_vault_refuses_fails_the_step_and_the_next_run_carries_on";
    let Some(world) = World::with_vault(test).await else { return };
    let answer = json!({"errors": ["the storage is full"]}).to_string();
    vault(&world).faults().add(Fault::status(507, answer).method("POST").contains(CONFIG));
    world.run(&["run", "demo"]).await.exits(1).says(&["VAULT-026", "auth/kubernetes/config", "507"]);
    let trace = world.trace();
    assert_eq!((&trace["status"], &trace["error"]["step"]), (&json!("failed"), &json!("vault-auth")));
    assert_eq!(world.steps()["gitops-src"], "changed");
    assert_eq!(world.steps()["repo-creds"], "pending");
    vault(&world).faults().clear();
    world.run(&["run", "demo"]).await.exits(0);
    let steps = world.steps();
    assert_eq!((steps["gitops-src"].as_str(), steps["vault-auth"].as_str()), ("unchanged", "changed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_of_vault_holds_mount_and_login() {
    let Some(world) = World::with_vault("a_namespace_of_vault_holds_mount_and_login").await else { return };
    let (username, password) = world.sandbox.git.login();
    for (path, body) in [
        ("sys/namespaces/team", json!({})),
        ("team/sys/auth/kubernetes", json!({"type": "kubernetes"})),
        ("team/sys/mounts/kv", json!({"type": "kv", "options": {"version": "1"}})),
        ("team/kv/repo", json!({"username": username, "password": password})),
    ] {
        vault(&world).api("POST", path, Some(body)).await.unwrap();
    }
    let run = world.command(&["run", "demo"]).env("VAULT_NAMESPACE", "team");
    let run = run.env("GITOPS_REPO_VAULT_PATH", "kv/repo");
    run.ran().await.exits(0);
    let config = vault(&world).api("GET", &format!("team/{CONFIG}"), None).await.unwrap();
    assert_eq!(config["data"]["kubernetes_host"], json!(world.sandbox.cluster.server()));
    assert_eq!(record(&world).await["vault_namespace"], "team");
    assert_eq!(world.trace()["vault"]["namespace"], "team");
    run.ran().await.exits(0);
    assert_eq!(world.steps()["vault-auth"], "unchanged");
}
