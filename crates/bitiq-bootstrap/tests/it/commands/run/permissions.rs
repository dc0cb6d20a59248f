//! Users who may not do all that a run does: refused before the first write, each missing right by its name.

use serde_json::Value;

use crate::support::assert::refused;
use crate::support::permissions::{NS, rights, world_of};
use crate::support::sandbox::World;

/// `dev` lacks the rights on one resource: exactly these are named.
async fn check(test: &str, without: &str, lacks: &[&str]) {
    let Some(world) = World::with_vault(test).await else { return };
    let world = world_of(world, &rights(without)).await;
    let ran =
        refused(&world, world.command(&["run", "demo"]), &["PREFLIGHT-010", "cluster administrator"]).await;
    let line = ran.stderr.lines().find(|line| line.contains("dev may not")).unwrap();
    let named = line.split("dev may not ").nth(1).unwrap();
    assert_eq!(named.split(", nor ").collect::<Vec<_>>(), lacks);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lease_of_the_lock() {
    let lease = "leases.coordination.k8s.io";
    let lacks = [
        &format!("get {lease} bitiq-bootstrap in {NS}"),
        &format!("create {lease} in {NS}"),
        &format!("update {lease} bitiq-bootstrap in {NS}"),
    ];
    check("the_lease_of_the_lock", "leases", &lacks.map(String::as_str)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_namespace_that_is_not_there_yet() {
    check("the_namespace_that_is_not_there_yet", "namespaces", &["create namespaces"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_applications_that_are_watched() {
    let lacks =
        [format!("list applications.argoproj.io in {NS}"), format!("watch applications.argoproj.io in {NS}")];
    check("the_applications_that_are_watched", "applications", &lacks.each_ref().map(String::as_str)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binding_of_the_reviewer() {
    let name = "clusterrolebindings.rbac.authorization.k8s.io";
    let object = "vault-token-reviewer-auth-delegator";
    let lacks = [format!("get {name} {object}"), format!("create {name}"), format!("patch {name} {object}")];
    check("the_binding_of_the_reviewer", "clusterrolebindings", &lacks.each_ref().map(String::as_str)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_role_that_is_bound() {
    let right = "bind clusterroles.rbac.authorization.k8s.io system:auth-delegator";
    check("the_role_that_is_bound", "clusterroles", &[right]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn just_those_rights_are_enough() {
    let Some(world) = World::with_vault("just_those_rights_are_enough").await else { return };
    let world = world_of(world, &rights("")).await;
    let run = world.command(&["run", "demo", "--skip-script"]).env("GITOPS_REPO_ACCESS_TIMEOUT", "0");
    run.ran().await.exits(0).says(&["as dev"]);
    world.run(&["plan", "demo", "--skip-script", "--exit-code"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_any_is_told_all_of_them_at_once() {
    let world = world_of(World::without_vault().await, &[]).await;
    let says = [
        "dev may not get namespaces kube-system, nor get leases",
        "list secrets in openshift-gitops",
        "patch configmaps bitiq-bootstrap in openshift-gitops",
        "cluster administrator",
    ];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_any_is_told_of_the_role_that_is_bound_too() {
    let test = "a_user_without_any_is_told_of_the_role_that_is_bound_too";
    let Some(world) = World::with_vault(test).await else { return };
    let world = world_of(world, &[]).await;
    let says = [
        "create serviceaccounts in openshift-gitops",
        "bind clusterroles.rbac.authorization.k8s.io system:auth-delegator",
    ];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

/// `dev`, who may do nothing, is granted what `check` prints, until it prints nothing more.
async fn grant_what_is_printed(world: &World) {
    for _ in 0..4 {
        let ran = world.run(&["check", "demo", "-o", "json"]).await;
        let report = ran.json();
        let printed = report["rows"].as_array().unwrap().iter().filter_map(|row| row["command"].as_str());
        let manifests: Vec<&str> = printed.filter(|command| command.contains("kubectl apply")).collect();
        if manifests.is_empty() {
            ran.exits(0);
            return;
        }
        for manifest in manifests {
            crate::support::objects::apply(world, manifest).await;
        }
    }
    panic!("check prints more and more rights");
}

/// `dev` has exactly what is printed, and lacks nothing: neither what stops a command nor what one goes on without.
async fn what_is_printed_is_enough(world: World) {
    let world = world_of(world, &[]).await;
    grant_what_is_printed(&world).await;
    let run = world.command(&["run", "demo", "--skip-script"]).env("GITOPS_REPO_ACCESS_TIMEOUT", "1");
    // A port may have these digits too.
    let refusals = ["(403", "HTTP 403", "not allowed", "may not", "could not be asked", "not looked at"];
    run.ran().await.exits(0).says(&["as dev"]).never_says(&refusals);
    let ran = world.run(&["verify", "demo", "-o", "json"]).await;
    let report = ran.json();
    let lacks = |row: &&Value| row["status"] != "skipped" && row["details"].to_string().contains("(403");
    let refused: Vec<&Value> = report["rows"].as_array().unwrap().iter().filter(lacks).collect();
    assert_eq!(refused, Vec::<&Value>::new());
    let ran = world.run(&["release", "demo", "-o", "json"]).await.exits(3);
    let hint = ran.json()["error"]["hint"].as_str().unwrap().to_owned();
    let (words, manifest) = hint.split_once('\n').unwrap();
    assert!(words.ends_with("have one apply this:"), "{words}");
    crate::support::objects::apply(&world, manifest).await;
    world.run(&["release", "demo"]).await.exits(0).never_says(&refusals);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed_is_enough_for_run_verify_and_release() {
    let test = "what_is_printed_is_enough_for_run_verify_and_release";
    let Some(world) = World::with_vault(test).await else { return };
    what_is_printed_is_enough(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed_is_enough_on_openshift() {
    what_is_printed_is_enough(
        crate::support::openshift::openshift(crate::support::openshift::CHART, |_| ()).await,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_by_a_user_without_any_right_prints_what_it_needs() {
    let world = World::without_vault().await;
    let world = world_of(world, &[]).await;
    let says = ["dev may not get namespaces kube-system", "kind: List", "bitiq-bootstrap-release"];
    refused(&world, world.command(&["release", "demo"]), &says).await;
}
