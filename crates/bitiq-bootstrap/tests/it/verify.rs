//! `verify`: whether the cluster and what was handed over to it are as they should be.

use rustix::process::Signal;
use sandbox::Options;
use sandbox::cluster::{Rule, User};
use sandbox::faults::Fault;
use serde_json::{Value, json};

use crate::evidence::{NAMESPACE, make_namespace, object, vault, writes};
use crate::rights::world_of;
use crate::running::{hear, tell};
use crate::world::{Ran, Run, World, left_out_on_a_real_cluster};

const TIME: &str = "2026-01-02T03:04:05Z";
const REPOSITORY_SECRET: &str = "/api/v1/namespaces/openshift-gitops/secrets/gitops-repo";

/// Puts the one node of the cluster.
async fn node(world: &World, ready: &str) {
    let conditions = json!([{"type": "Ready", "status": ready, "message": "kubelet says so"}]);
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}, "status": {"conditions": conditions}});
    world.sandbox.cluster.put(&node).await.unwrap();
}

/// A cluster that is handed over and healthy.
async fn handed_over(test: &str) -> Option<World> {
    let world = World::with_vault(test).await?;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    Some(world)
}

/// The kubeconfig alone: no login, no Vault, no credential helper.
fn with_the_kubeconfig_alone(world: &World, arguments: &[&str]) -> Run {
    let names =
        ["GITOPS_REPO_USERNAME", "GITOPS_REPO_PASSWORD", "GITOPS_REPO_PAT", "VAULT_ADDR", "VAULT_TOKEN"];
    names.iter().fold(world.command(arguments), |run, name| run.without(name))
}

/// Status and details of the row whose sentence begins so.
#[track_caller]
fn row(ran: &Ran, sentence: &str) -> (String, String) {
    let report = ran.json();
    let rows = report["rows"].as_array().unwrap();
    let begins = |row: &&Value| row["sentence"].as_str().unwrap().starts_with(sentence);
    let row = rows.iter().find(begins).unwrap_or_else(|| panic!("no row `{sentence}` in {report:#}"));
    (row["status"].as_str().unwrap().to_owned(), row["details"].to_string())
}

#[track_caller]
fn row_is(ran: &Ran, sentence: &str, status: &str, says: &str) {
    let (found, details) = row(ran, sentence);
    assert_eq!(found, status, "{sentence}: {details}");
    assert!(details.contains(says), "{sentence}: {details}");
}

async fn json(run: Run, code: i32) -> Ran {
    run.ran().await.exits(code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_was_never_bootstrapped_is_judged_by_itself_alone() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    let ran = world.run(&["verify", "demo"]).await.exits(0);
    let ran = ran.says(&["nodes are Ready (1)", "never bootstrapped", "the cluster is not OpenShift"]);
    assert!(ran.stdout.contains("verify demo at https://127.0.0.1"), "{}", ran.stdout);
    assert_eq!(writes(&world), Vec::<String>::new());
    assert!(!world.has_trace());
    assert!(!world.sandbox.work().join("runs").exists(), "it leaves no trace of a run");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_over_is_found_to_work() {
    let Some(world) = handed_over("what_was_handed_over_is_found_to_work").await else { return };
    let account = (NAMESPACE, "default");
    vault(&world).kubernetes_role("kubernetes", "verify", account, &["default"]).await.unwrap();
    let mut before = writes(&world);
    let ran = json(world.command(&["verify", "demo", "-o", "json", "--vault-role", "verify"]), 0).await;
    assert_eq!(ran.json()["counts"]["failed"], 0);
    for sentence in [
        "nodes are Ready (1)",
        "the kubeconfig's client certificate is good for 30 days",
        "the API server's certificate is good for 30 days",
        "Namespace openshift-gitops is there",
        "the record in the cluster is of this cluster",
        "Argo CD reports no error of reading",
        "no annotation of a Secret holds a login",
        "main of https://127.0.0.1",
        "Secret openshift-gitops/gitops-repo holds the login in force",
        "the Vault token outlives a run",
        "auth/kubernetes points at this cluster",
        "the reviewer is accepted (seen from this machine)",
        "openshift-gitops/default can log in with role verify",
        "a run would change nothing",
    ] {
        row_is(&ran, sentence, "ok", "");
    }
    row_is(&ran, "ClusterOperators are Available", "skipped", "not OpenShift");
    row_is(&ran, "VaultStaticSecrets", "skipped", "no kind VaultStaticSecret");
    // The reviews, the token of the account and its login: nothing that stays.
    let mut more = writes(&world);
    more.retain(|write| match before.iter().position(|it| it == write) {
        Some(at) => {
            before.swap_remove(at);
            false
        }
        None => true,
    });
    let is_passing = |it: &String| {
        ["/tokenreviews", "/default/token", "/login", "/revoke-self"].iter().any(|end| it.ends_with(end))
    };
    assert!(more.iter().all(is_passing), "{more:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_kubeconfig_alone_what_needs_more_is_skipped_with_the_reason() {
    let Some(world) =
        handed_over("with_the_kubeconfig_alone_what_needs_more_is_skipped_with_the_reason").await
    else {
        return;
    };
    let ran = json(with_the_kubeconfig_alone(&world, &["verify", "demo", "-o", "json"]), 0).await;
    let own = "neither the environment nor Vault gives one";
    row_is(&ran, "Secret openshift-gitops/gitops-repo", "skipped", own);
    for sentence in ["the Vault token", "the auth mount", "the reviewer is accepted"] {
        row_is(&ran, sentence, "skipped", "VAULT_ADDR and VAULT_TOKEN are not both set");
    }
    row_is(&ran, "nodes are Ready", "ok", "");
    row_is(&ran, "the record in the cluster", "ok", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_not_ready_and_no_node_at_all_fail() {
    let world = World::without_vault().await;
    world.run(&["verify", "demo"]).await.exits(1).says(&["failed   nodes are Ready", "there is no node"]);
    node(&world, "False").await;
    let says = ["node-1 is not Ready: kubelet says so", "kubectl --kubeconfig", "get nodes", "1 failed"];
    world.run(&["verify", "demo"]).await.exits(1).says(&says);
}

async fn openshift() -> World {
    World::of(Options { vault: false, ..Options::openshift() }).await
}

/// Changes an object of the cluster, its status included.
async fn change(world: &World, path: &str, change: impl FnOnce(&mut Value)) {
    let mut found = object(world, path).await.unwrap_or_else(|| panic!("there is no {path}"));
    change(&mut found);
    world.sandbox.cluster.put(&found).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_object_says_is_shown_without_logins_and_can_t_speak_to_the_terminal() {
    let world = openshift().await;
    let said = "\u{1b}]0;title\u{7}get https://bob:hunter2hunter2@git.example.com/x: refused\u{1b}[2J";
    change(&world, "/apis/config.openshift.io/v1/clusteroperators/dns", |dns| {
        dns["status"]["conditions"] = json!([
            {"type": "Available", "status": "False", "message": said, "lastTransitionTime": TIME},
        ]);
    })
    .await;
    let ran = world.run(&["verify", "demo", "--color", "always"]).await.exits(1);
    let ran = ran.says(&["\\u{1b}]0;title\\u{7}get https://bob:***@git.example.com/x: refused\\u{1b}[2J"]);
    let ran = ran.never_says(&["\u{1b}]", "\u{7}", "\u{1b}[2J", "hunter2hunter2"]);
    assert!(ran.stdout.contains("\u{1b}[1m"), "our own colours are gone: {}", ran.stdout);
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    ran.never_says(&["hunter2hunter2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn openshift_s_own_operators_and_machines_count() {
    let world = openshift().await;
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    for sentence in
        ["nodes are Ready", "ClusterOperators are Available", "MachineSets carry the cluster's infraID"]
    {
        row_is(&ran, sentence, "ok", "");
    }
    row_is(&ran, "Namespace openshift-gitops is there", "skipped", "never bootstrapped");
    change(&world, "/apis/config.openshift.io/v1/clusteroperators/dns", |dns| {
        dns["status"]["conditions"] = json!([
            {"type": "Available", "status": "False", "message": "no endpoints", "lastTransitionTime": TIME},
            {"type": "Degraded", "status": "True", "reason": "SyncFailed", "lastTransitionTime": TIME},
        ]);
    })
    .await;
    let labels = json!({"machine.openshift.io/cluster-api-cluster": "demo-gone1"});
    let metadata = json!({"name": "gpu", "namespace": "openshift-machine-api", "labels": labels});
    let spec = json!({"replicas": 0, "selector": {}, "template": {}});
    let gpu = json!({"apiVersion": "machine.openshift.io/v1beta1", "kind": "MachineSet", "metadata": metadata, "spec": spec});
    world.sandbox.cluster.put(&gpu).await.unwrap();
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "ClusterOperators", "failed", "dns is not Available: no endpoints");
    row_is(&ran, "ClusterOperators", "failed", "dns is Degraded: SyncFailed");
    row_is(&ran, "MachineSets", "failed", "gpu carries demo-gone1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_list_machines_is_told_of_the_right_and_of_nothing_else() {
    let rules = [("get", "config.openshift.io", "*"), ("get", "", "namespaces")];
    let rules = rules.map(|(verbs, group, resource)| Rule::new(verbs, group, resource));
    let world = world_of(openshift().await, &rules).await;
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "MachineSets", "failed", "not allowed (403)");
    let report = ran.json();
    let machines = |row: &&Value| row["sentence"].as_str().unwrap().starts_with("MachineSets");
    let hint = report["rows"].as_array().unwrap().iter().find(machines).unwrap()["hint"].to_string();
    assert!(hint.contains("have these rights granted") && !hint.contains("infraID"), "{hint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_openshift_that_was_handed_over_is_found_to_work() {
    let world = openshift().await;
    world.run(&["run", "demo"]).await.exits(0);
    let ran = json(world.command(&["verify", "demo", "-o", "json", "--wait", "1m"]), 0).await;
    assert_eq!(ran.json()["counts"]["failed"], 0);
    row_is(&ran, "the record in the cluster is of this cluster", "ok", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_an_operator_should_have_renewed_is_a_warning() {
    let world = openshift().await;
    let labels = json!({"auth.openshift.io/managed-certificate-type": "target"});
    let annotations = json!({"auth.openshift.io/certificate-not-after": "2020-01-02T03:04:05Z"});
    let metadata =
        json!({"name": "peer", "namespace": "default", "labels": labels, "annotations": annotations});
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata});
    world.sandbox.cluster.put(&secret).await.unwrap();
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    let sentence = "certificates that operators renew are good for 48 hours";
    row_is(&ran, sentence, "warning", "Secret default/peer has expired (2020-01-02T03:04:05Z)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_static_secret_counts_unless_it_is_healthy() {
    let world = openshift().await;
    fs_err::write(world.sandbox.work().join("gitops-bootstrap.json"), old_trace()).unwrap();
    make_namespace(&world, NAMESPACE).await;
    world.sandbox.openshift.as_ref().unwrap().install_kinds("vault-secrets-operator").await.unwrap();
    let secret = |healthy: &str| {
        let conditions = json!([
            {"type": "SecretSynced", "status": "False", "message": "403 at auth/kubernetes/login"},
            {"type": "Healthy", "status": healthy},
        ]);
        let metadata = json!({"name": "db", "namespace": "default"});
        json!({"apiVersion": "secrets.hashicorp.com/v1beta1", "kind": "VaultStaticSecret", "metadata": metadata,
            "status": {"conditions": conditions}})
    };
    world.sandbox.cluster.put(&secret("False")).await.unwrap();
    let says =
        ["failed   VaultStaticSecrets are synced (1)", "default/db: SecretSynced is False: 403 at auth"];
    with_the_kubeconfig_alone(&world, &["verify", "demo"])
        .ran()
        .await
        .exits(1)
        .says(&says)
        .says(&["bitiq-bootstrap vault-auth demo"]);
    world.sandbox.cluster.put(&secret("True")).await.unwrap();
    with_the_kubeconfig_alone(&world, &["verify", "demo"])
        .ran()
        .await
        .exits(0)
        .says(&["ok       VaultStaticSecrets are synced (1)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_argo_cd_can_not_read_fails() {
    let mut world = World::without_vault().await;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    // Nobody else reports what becomes of the Application.
    world.sandbox.argocd = None;
    let condition = json!({"type": "ComparisonError", "message": "rpc error: authentication required"});
    let application = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": "apps", "namespace": NAMESPACE},
        "spec": {"project": "default", "source": {"repoURL": world.sandbox.repo_url()},
            "destination": {"server": "https://kubernetes.default.svc"}},
        "status": {"sync": {"status": "Unknown"}, "conditions": [condition]},
    });
    world.sandbox.cluster.put(&application).await.unwrap();
    let says = ["failed   Argo CD reports no error of reading", "authentication required", "apps is Unknown"];
    world.run(&["verify", "demo"]).await.exits(1).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mount_that_was_turned_to_another_cluster_fails() {
    let Some(world) = handed_over("a_mount_that_was_turned_to_another_cluster_fails").await else { return };
    let theirs = json!({"kubernetes_host": "https://127.0.0.1:1", "kubernetes_ca_cert": world.sandbox.cluster.ca_pem()});
    vault(&world).api("POST", "auth/kubernetes/config", Some(theirs)).await.unwrap();
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(
        &ran,
        "the auth mount points at this cluster",
        "failed",
        "another API server, https://127.0.0.1:1",
    );
    row_is(&ran, "nodes are Ready", "ok", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_that_lost_its_right_is_not_accepted() {
    let Some(world) = handed_over("a_reviewer_that_lost_its_right_is_not_accepted").await else { return };
    let binding =
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/vault-token-reviewer-auth-delegator";
    assert!(world.sandbox.cluster.delete(binding).await.unwrap());
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "the reviewer is accepted", "failed", "may not");
    row_is(&ran, "a run would change nothing", "warning", "ClusterRoleBinding");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_with_another_login_than_the_one_in_force_fails() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    let mut secret = object(&world, REPOSITORY_SECRET).await.unwrap();
    secret["data"]["password"] = json!("YW4tb2xkLXBhc3N3b3Jk");
    world.sandbox.cluster.put(&secret).await.unwrap();
    let run = world.command(&["verify", "demo", "--force-conflicts"]).secret("an-old-password");
    let says = ["failed   Secret openshift-gitops/gitops-repo holds the login in force", "differs: password"];
    run.ran().await.exits(1).says(&says).says(&["bitiq-bootstrap repo-creds demo"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_an_annotation_fails_and_is_not_shown() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    let mut secret = object(&world, REPOSITORY_SECRET).await.unwrap();
    let copy = json!({"stringData": {"password": world.sandbox.git.login().1}}).to_string();
    secret["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json!(copy);
    world.sandbox.cluster.put(&secret).await.unwrap();
    let says = [
        "failed   no annotation of a Secret holds a login",
        "openshift-gitops/gitops-repo: kubectl.kubernetes.io/last-applied-configuration",
        "rotate a login that lay open",
    ];
    world.run(&["verify", "demo"]).await.exits(1).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_kubeconfig_or_a_cluster_that_answers_it_is_refused() {
    let world = World::without_vault().await;
    let kubeconfig = world.sandbox.work().join("kubeconfig");
    let text = fs_err::read_to_string(&kubeconfig).unwrap();
    fs_err::remove_file(&kubeconfig).unwrap();
    world.run(&["verify", "demo"]).await.exits(3).says(&["kubeconfig"]);
    fs_err::write(&kubeconfig, text.replace(&world.sandbox.cluster.server(), "https://127.0.0.1:1")).unwrap();
    world.run(&["verify", "demo"]).await.exits(3).says(&["https://127.0.0.1:1 refused the connection"]);
    world
        .run(&["verify", "demo", "--wait", "soon"])
        .await
        .exits(2)
        .says(&["--wait (BITIQ_BOOTSTRAP_WAIT) is `soon`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_count_only_under_strict() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    make_namespace(&world, NAMESPACE).await;
    fs_err::write(world.sandbox.work().join("gitops-bootstrap.json"), old_trace()).unwrap();
    let says = ["warning  the record in the cluster", "there is none"];
    with_the_kubeconfig_alone(&world, &["verify", "demo"]).ran().await.exits(0).says(&says);
    with_the_kubeconfig_alone(&world, &["verify", "demo", "--strict"]).ran().await.exits(1);
}

/// What the old script left.
fn old_trace() -> String {
    let keys = ["cluster", "env", "base_domain", "repo_url", "repo_ref", "git_sha", "timestamp"];
    let trace: serde_json::Map<_, _> = keys.iter().map(|key| ((*key).into(), json!("x"))).collect();
    Value::Object(trace).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_would_be_refused_for_is_a_warning_and_hides_nothing() {
    let Some(world) = handed_over("what_a_run_would_be_refused_for_is_a_warning_and_hides_nothing").await
    else {
        return;
    };
    fs_err::write(world.sandbox.work().join("gitops-src/somebodys.yaml"), "work").unwrap();
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "a run would change nothing", "warning", "it would be refused: ");
    for sentence in ["Secret openshift-gitops/gitops-repo", "main of", "the reviewer is accepted"] {
        row_is(&ran, sentence, "ok", "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_the_git_host_refuses_fails() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    world.sandbox.git.change_login();
    // The Secret's own login, which is no good any more.
    let ran = json(with_the_kubeconfig_alone(&world, &["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "main of", "failed", "Secret openshift-gitops/gitops-repo");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_once_nothing_fails_any_more() {
    let world = World::without_vault().await;
    node(&world, "False").await;
    let run = world.command(&["verify", "demo", "--wait", "2m"]);
    let mut child = run.start();
    hear(&mut child, "waiting for everything to be healthy (last: nodes are Ready (1) (node-1 is not Ready")
        .await;
    node(&world, "True").await;
    run.finish(child).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_at_once_on_a_signal() {
    let world = World::without_vault().await;
    node(&world, "False").await;
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let run = world.command(&["verify", "demo", "--wait", "10m"]);
        let mut child = run.start();
        hear(&mut child, "waiting for everything to be healthy (last: nodes are Ready").await;
        tell(&child, signal);
        run.finish(child).await.exits(code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_is_over_tells_what_still_fails() {
    let world = World::without_vault().await;
    node(&world, "False").await;
    let ran = world.run(&["verify", "demo", "--wait", "3"]).await.exits(1);
    ran.says(&[
        "waiting for everything to be healthy (last: nodes are Ready",
        "failed   nodes are Ready (1)",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kubeconfig_that_ends_soon_is_a_warning_of_run_and_verify() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    let kubeconfig = world.sandbox.cluster.kubeconfig(&User::Expiring).unwrap();
    fs_err::write(world.sandbox.work().join("kubeconfig"), kubeconfig).unwrap();
    let warning = "the kubeconfig's client certificate expires in 9 days";
    world.run(&["run", "demo"]).await.exits(0).says(&["warning:", warning]);
    let warnings = world.trace()["warnings"].to_string();
    assert!(warnings.contains(warning), "{warnings}");
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "the kubeconfig's client certificate is good for 30 days", "warning", warning);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_login_that_ends_soon_is_a_warning_of_run_and_verify() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    world.sandbox.git.tell_login_end("2020-01-02 03:04:05 UTC").unwrap();
    let warning = "the repository login (from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD) has expired \
                   (2020-01-02T03:04:05Z)";
    world.run(&["run", "demo"]).await.exits(0).says(&["warning:", warning]);
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "the repository login is good for 30 days", "warning", warning);
    world.sandbox.git.tell_login_end("2099-01-02 03:04:05 UTC").unwrap();
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "the repository login is good for 30 days", "ok", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_token_that_ends_before_the_writes_is_refused_before_the_first() {
    let Some(world) =
        World::with_vault("a_vault_token_that_ends_before_the_writes_is_refused_before_the_first").await
    else {
        return;
    };
    for (renewable, hint) in [(false, "export VAULT_TOKEN="), (true, "vault token renew")] {
        let wanted =
            json!({"policies": ["root"], "ttl": "2m", "explicit_max_ttl": "2h", "renewable": renewable});
        let made = vault(&world).api("POST", "auth/token/create", Some(wanted)).await.unwrap();
        let token = made["auth"]["client_token"].as_str().unwrap();
        let run = world.command(&["run", "demo"]).env("VAULT_TOKEN", token).secret(token);
        let ran =
            run.ran().await.exits(3).says(&["the Vault token expires in", "has to outlive the writes", hint]);
        drop(ran);
        assert!(!world.has_trace());
        // Where Vault is asked for the login alone, nothing is written to it.
        let skip = world.command(&["plan", "demo", "--skip-vault-auth"]).env("VAULT_TOKEN", token);
        skip.ran().await.exits(0);
    }
}

/// A Status as the API server or Vault gives it.
fn answered(code: u16) -> Fault {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
        "reason": if code == 403 { "Forbidden" } else { "InternalError" }, "message": "a test says no",
        "errors": ["permission denied"],
    });
    Fault::status(code, status.to_string())
}

/// What each row looks at, as a part of the request's path, and how the row begins.
const LOOKS: [(&str, &str); 8] = [
    ("/nodes", "nodes are Ready"),
    ("/clusteroperators", "ClusterOperators"),
    ("/machinesets", "MachineSets"),
    ("/configmaps/bitiq-bootstrap", "the record in the cluster"),
    ("/applications", "Argo CD reports no error"),
    ("/applications", "Applications are"),
    ("/secrets?", "certificates that operators renew"),
    ("/secrets?", "no annotation of a Secret"),
];

const LOOKS_AT_VAULT: [(&str, &str); 3] = [
    ("/lookup-self", "the Vault token"),
    ("/auth/kubernetes/config", "auth/kubernetes"),
    ("/auth/kubernetes/config", "the auth mount"),
];

/// The rows that begin so, each with its status.
fn rows_of(ran: &Ran, sentence: &str) -> Vec<String> {
    let report = ran.json();
    let rows = report["rows"].as_array().unwrap().iter();
    let begins = |row: &&Value| row["sentence"].as_str().unwrap().starts_with(sentence);
    rows.filter(begins).map(|row| row["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_row_says_ok_of_what_could_not_be_read() {
    let test = "no_row_says_ok_of_what_could_not_be_read";
    if sandbox::vault_left_out(test) || left_out_on_a_real_cluster(test) {
        return;
    }
    let world = World::of(Options::openshift()).await;
    world.run(&["run", "demo"]).await.exits(0);
    let (faults, of_vault) = (world.sandbox.cluster.faults().unwrap(), vault(&world).faults());
    for code in [403, 422] {
        for (path, sentence) in LOOKS {
            faults.add(answered(code).method("GET").contains(path));
            let ran = world.run(&["verify", "demo", "-o", "json"]).await;
            faults.clear();
            let found = rows_of(&ran, sentence);
            assert!(!found.is_empty() && !found.contains(&"ok".to_owned()), "{sentence} {code}: {found:?}");
        }
        for (path, sentence) in LOOKS_AT_VAULT {
            of_vault.add(answered(code).method("GET").contains(path));
            let ran = world.run(&["verify", "demo", "-o", "json"]).await;
            of_vault.clear();
            assert!(!rows_of(&ran, sentence).contains(&"ok".to_owned()), "{sentence} {code}: {}", ran.stdout);
        }
    }
    faults.add(answered(500).method("POST").contains("/tokenreviews"));
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "the reviewer is accepted", "failed", "");
    faults.clear();
    let ran = json(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "the reviewer is accepted", "ok", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_can_not_be_read_fails_and_one_that_may_not_be_is_a_warning() {
    let test = "a_record_that_can_not_be_read_fails_and_one_that_may_not_be_is_a_warning";
    if left_out_on_a_real_cluster(test) {
        return;
    }
    let world = World::without_vault().await;
    node(&world, "True").await;
    let faults = world.sandbox.cluster.faults().unwrap();
    // As on a fresh checkout, and after a run.
    for handed_over in [false, true] {
        for (code, exit, status) in [(403, 0, "warning"), (422, 1, "failed")] {
            faults.add(answered(code).method("GET").contains("/configmaps/bitiq-bootstrap"));
            let run = with_the_kubeconfig_alone(&world, &["verify", "demo", "-o", "json"]);
            let ran = json(run, exit).await;
            row_is(&ran, "the record in the cluster", status, "a test says no");
            faults.clear();
        }
        if !handed_over {
            world.run(&["run", "demo"]).await.exits(0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_can_not_be_read_is_a_warning() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    fs_err::write(world.sandbox.work().join("gitops-bootstrap.json"), "no trace").unwrap();
    let ran = json(with_the_kubeconfig_alone(&world, &["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "the latest run from here", "warning", "is not a trace");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_only_vault_reaches_is_a_warning_of_run_and_verify() {
    let test = "a_host_that_only_vault_reaches_is_a_warning_of_run_and_verify";
    let Some(world) = World::with_vault(test).await else { return };
    node(&world, "True").await;
    let of_vault = |arguments: &[&str]| {
        world.command(arguments).env("VAULT_KUBERNETES_HOST", "https://127.0.0.1:1").patient()
    };
    let says = ["https://127.0.0.1:1", "prove it with a real login (--vault-role ROLE)"];
    of_vault(&["run", "demo"]).ran().await.exits(0).says(&says);
    let ran = json(of_vault(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "the reviewer is accepted", "warning", "https://127.0.0.1:1");
    row_is(&ran, "auth/kubernetes points at this cluster", "ok", "");
}
