//! The whole report: its rows, what is skipped, and its exit code.

use sandbox::Options;
use serde_json::Value;

use super::{answered, exits, handed_over, node, old_trace, row_is, with_the_kubeconfig_alone};
use crate::support::assert::writes;
use crate::support::objects::{NAMESPACE, make_namespace};
use crate::support::process::Ran;
use crate::support::sandbox::{World, left_out_on_a_real_cluster, vault};

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_was_never_bootstrapped_is_judged_by_itself_alone() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    let ran = world.run(&["verify", "demo"]).await.exits(0);
    let ran = ran.says(&["✓ nodes: 1 Ready", "never bootstrapped", "the cluster is not OpenShift"]);
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
    let ran = exits(world.command(&["verify", "demo", "-o", "json", "--vault-role", "verify"]), 0).await;
    assert_eq!(ran.json()["counts"]["failed"], 0);
    for id in [
        "nodes",
        "client-certificate",
        "api-certificate",
        "handed-over-namespace",
        "record",
        "repository-access",
        "secret-annotations",
        "repository-readable",
        "login-in-force",
        "vault-token-lasts",
        "auth-mount-in-force",
        "reviewer",
        "role-login",
        "plan-changes",
    ] {
        row_is(&ran, id, "ok", "");
    }
    row_is(&ran, "cluster-operators", "skipped", "not OpenShift");
    row_is(&ran, "static-secrets", "skipped", "no kind VaultStaticSecret");
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
    let ran = exits(with_the_kubeconfig_alone(&world, &["verify", "demo", "-o", "json"]), 0).await;
    let own = "neither the environment nor Vault gives one";
    row_is(&ran, "login-in-force", "skipped", own);
    for id in ["vault-token-lasts", "auth-mount-in-force", "reviewer"] {
        row_is(&ran, id, "skipped", "VAULT_ADDR and VAULT_TOKEN are not both set");
    }
    row_is(&ran, "nodes", "ok", "");
    row_is(&ran, "record", "ok", "");
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
    let says = ["! record: ", "there is none"];
    with_the_kubeconfig_alone(&world, &["verify", "demo"]).ran().await.exits(0).says(&says);
    with_the_kubeconfig_alone(&world, &["verify", "demo", "--strict"]).ran().await.exits(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_would_be_refused_for_is_a_warning_and_hides_nothing() {
    let Some(world) = handed_over("what_a_run_would_be_refused_for_is_a_warning_and_hides_nothing").await
    else {
        return;
    };
    fs_err::write(world.sandbox.work().join("gitops-src/somebodys.yaml"), "work").unwrap();
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "plan-changes", "warning", "it would be refused: ");
    for id in ["login-in-force", "repository-readable", "reviewer"] {
        row_is(&ran, id, "ok", "");
    }
}

/// A part of the request's path, and the check that needs it.
const LOOKS: [(&str, &str); 8] = [
    ("/nodes", "nodes"),
    ("/clusteroperators", "cluster-operators"),
    ("/machinesets", "machine-sets"),
    ("/configmaps/bitiq-bootstrap", "record"),
    ("/applications", "repository-access"),
    ("/applications", "applications"),
    ("/secrets?", "operator-certificates"),
    ("/secrets?", "secret-annotations"),
];

const LOOKS_AT_VAULT: [(&str, &str); 2] =
    [("/lookup-self", "vault-token-lasts"), ("/auth/kubernetes/config", "auth-mount-in-force")];

/// The status of the rows of a check.
fn rows_of(ran: &Ran, id: &str) -> Vec<String> {
    let report = ran.json();
    let rows = report["rows"].as_array().unwrap().iter();
    let is_asked = |row: &&Value| row["id"] == id;
    rows.filter(is_asked).map(|row| row["status"].as_str().unwrap().to_owned()).collect()
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
        for (path, id) in LOOKS {
            faults.add(answered(code).method("GET").contains(path));
            let ran = world.run(&["verify", "demo", "-o", "json"]).await;
            faults.clear();
            let found = rows_of(&ran, id);
            assert!(!found.is_empty() && !found.contains(&"ok".to_owned()), "{id} {code}: {found:?}");
        }
        for (path, id) in LOOKS_AT_VAULT {
            of_vault.add(answered(code).method("GET").contains(path));
            let ran = world.run(&["verify", "demo", "-o", "json"]).await;
            of_vault.clear();
            assert!(!rows_of(&ran, id).contains(&"ok".to_owned()), "{id} {code}: {}", ran.stdout);
        }
    }
    faults.add(answered(500).method("POST").contains("/tokenreviews"));
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "reviewer", "failed", "");
    faults.clear();
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "reviewer", "ok", "");
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
            let ran = exits(run, exit).await;
            row_is(&ran, "record", status, "a test says no");
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
    let ran = exits(with_the_kubeconfig_alone(&world, &["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "latest-run", "warning", "is not a trace");
}
