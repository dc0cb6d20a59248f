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
    let ran = exits(world.command(&["verify", "demo", "-o", "json", "--vault-role", "verify"]), 0).await;
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
    let ran = exits(with_the_kubeconfig_alone(&world, &["verify", "demo", "-o", "json"]), 0).await;
    let own = "neither the environment nor Vault gives one";
    row_is(&ran, "Secret openshift-gitops/gitops-repo", "skipped", own);
    for sentence in ["the Vault token", "the auth mount", "the reviewer is accepted"] {
        row_is(&ran, sentence, "skipped", "VAULT_ADDR and VAULT_TOKEN are not both set");
    }
    row_is(&ran, "nodes are Ready", "ok", "");
    row_is(&ran, "the record in the cluster", "ok", "");
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

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_would_be_refused_for_is_a_warning_and_hides_nothing() {
    let Some(world) = handed_over("what_a_run_would_be_refused_for_is_a_warning_and_hides_nothing").await
    else {
        return;
    };
    fs_err::write(world.sandbox.work().join("gitops-src/somebodys.yaml"), "work").unwrap();
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "a run would change nothing", "warning", "it would be refused: ");
    for sentence in ["Secret openshift-gitops/gitops-repo", "main of", "the reviewer is accepted"] {
        row_is(&ran, sentence, "ok", "");
    }
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
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "the reviewer is accepted", "failed", "");
    faults.clear();
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 0).await;
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
            let ran = exits(run, exit).await;
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
    let ran = exits(with_the_kubeconfig_alone(&world, &["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "the latest run from here", "warning", "is not a trace");
}
