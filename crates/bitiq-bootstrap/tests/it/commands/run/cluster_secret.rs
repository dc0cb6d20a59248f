//! Argo CD's cluster Secret says what the cluster is called: before the script where it is there, else after it.

use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;
use serde_json::{Value, json};

use crate::support::assert::refused;
use crate::support::child::until;
use crate::support::objects::{NAMESPACE, argocd_secret, decoded, infrastructure, make_namespace, object};
use crate::support::sandbox::World;

const LOCAL: &str = "https://kubernetes.default.svc";

fn theirs(name: &str) -> Value {
    argocd_secret(name, "cluster", &[("name", name), ("server", LOCAL), ("config", "{}")])
}

async fn annotations(world: &World, name: &str) -> Value {
    let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/{name}");
    object(world, &path).await.map_or(Value::Null, |secret| secret["metadata"]["annotations"].clone())
}

async fn expected(world: &World) -> Value {
    let kube_system = object(world, "/api/v1/namespaces/kube-system").await.unwrap();
    json!({
        "bitiq.io/cluster": "demo",
        "bitiq.io/cluster-id": kube_system["metadata"]["uid"],
        "bitiq.io/infra-id": "demo-x7k2q",
        "bitiq.io/env": "sno",
        "bitiq.io/base-domain": "apps.demo.example.test",
        "bitiq.io/region": "us-west-2",
    })
}

/// What a step of the latest run wrote, each as it is told.
fn written(world: &World, step: &str) -> String {
    let trace = world.trace();
    let steps = trace["steps"].as_array().unwrap();
    steps.iter().find(|it| it["name"] == step).unwrap()["changes"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_there_is_marked_before_the_script_and_a_second_run_writes_nothing() {
    let world = World::without_vault().await;
    infrastructure(&world, "demo-x7k2q").await;
    make_namespace(&world, NAMESPACE).await;
    world.sandbox.cluster.put(&theirs("somebodys")).await.unwrap();
    let plan = world.run(&["plan", "demo"]).await.exits(0);
    plan.says(&["~ Secret openshift-gitops/somebodys", "annotation bitiq.io/base-domain"]);
    world.run(&["run", "demo", "--create-cluster-secret"]).await.exits(0);
    assert_eq!(annotations(&world, "somebodys").await, expected(&world).await);
    assert!(written(&world, "record").contains("somebodys"), "{}", world.trace());
    assert_eq!(annotations(&world, "in-cluster").await, Value::Null, "never a second");
    world.run(&["run", "demo", "--create-cluster-secret"]).await.exits(0);
    assert_eq!(world.steps()["record"], "unchanged");
    // Recreated: what is said of the old cluster goes.
    infrastructure(&world, "demo-nkqd9").await;
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(annotations(&world, "somebodys").await["bitiq.io/infra-id"], "demo-nkqd9");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_made_after_the_script_where_it_is_asked_for_and_stays_as_it_is() {
    let world = World::without_vault().await;
    infrastructure(&world, "demo-x7k2q").await;
    let plan = world.run(&["plan", "demo", "--create-cluster-secret"]).await.exits(0);
    plan.says(&["+ Secret openshift-gitops/in-cluster (after script)"]);
    world.run(&["plan", "demo"]).await.exits(0).never_says(&["in-cluster"]);
    world.run(&["run", "demo", "--create-cluster-secret"]).await.exits(0);
    assert_eq!(annotations(&world, "in-cluster").await, expected(&world).await);
    assert!(written(&world, "argocd").contains("in-cluster"), "{}", world.trace());
    world.run(&["plan", "demo", "--create-cluster-secret", "--exit-code"]).await.exits(0);
    world.run(&["run", "demo", "--create-cluster-secret"]).await.exits(0);
    let steps = world.steps();
    assert_eq!(steps["record"], "unchanged");
    assert_ne!(steps["argocd"], "changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_the_script_brings_is_marked_after_it_and_none_is_made() {
    let world = World::without_vault().await;
    infrastructure(&world, "demo-x7k2q").await;
    let waits = "#!/bin/sh\necho begun > begun\nwhile [ ! -e go ]; do sleep 0.1; done\nrm go begun\n";
    world.sandbox.git.commit(PRIVATE, &[File::executable(SCRIPT, waits)], "waits").await.unwrap();
    let run = world.command(&["run", "demo", "--create-cluster-secret", "--repo-access-timeout", "0"]);
    let child = run.start();
    let copy = world.sandbox.work().join("gitops-src");
    until("the script to begin", || copy.join("begun").exists()).await;
    world.sandbox.cluster.put(&theirs("brought")).await.unwrap();
    fs_err::write(copy.join("go"), "").unwrap();
    run.finish(child).await.exits(0);
    assert_eq!(annotations(&world, "brought").await, expected(&world).await);
    assert_eq!(annotations(&world, "in-cluster").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_with_another_clusters_mark_is_refused_before_any_write() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let mut marked = theirs("somebodys");
    marked["metadata"]["annotations"] = json!({"bitiq.io/cluster": "other"});
    world.sandbox.cluster.put(&marked).await.unwrap();
    let run = world.command(&["run", "demo"]);
    refused(&world, run, &["ARGOCD-002", "Secret openshift-gitops/somebodys"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_are_both_marked_and_warned_of() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    for name in ["one", "two"] {
        world.sandbox.cluster.put(&theirs(name)).await.unwrap();
    }
    let ran = world.run(&["run", "demo"]).await.exits(0);
    ran.says(&["Secrets one, two in openshift-gitops are all for the cluster that Argo CD runs in"]);
    for name in ["one", "two"] {
        assert_eq!(annotations(&world, name).await["bitiq.io/cluster"], "demo");
    }
}

/// The ApplicationSet of the page that users read.
fn documented() -> Value {
    let page = include_str!("../../../../../../docs/infra-id.md");
    let yaml = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    serde_saphyr::from_str(yaml).unwrap()
}

/// The annotation that a template shows: `{{ index .metadata.annotations "…" }}`.
fn annotation(template: &Value) -> &str {
    let inside = template.as_str().unwrap().split_once("{{ index .metadata.annotations \"").unwrap().1;
    inside.split_once("\" }}").unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cluster_secret_has_what_the_documented_application_set_asks_for() {
    let world = World::without_vault().await;
    infrastructure(&world, "demo-x7k2q").await;
    world.run(&["run", "demo", "--create-cluster-secret"]).await.exits(0);
    let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/in-cluster");
    let secret = object(&world, &path).await.unwrap();
    let spec = &documented()["spec"];
    assert_eq!(spec["goTemplate"], true);
    let labels = spec["generators"][0]["clusters"]["selector"]["matchLabels"].as_object().unwrap();
    for (label, value) in labels {
        assert_eq!(&secret["metadata"]["labels"][label], value, "the generator finds the Secret by {label}");
    }
    let annotation = |template: &Value| secret["metadata"]["annotations"][annotation(template)].clone();
    let template = &spec["template"];
    assert_eq!(annotation(&template["metadata"]["name"]), "demo");
    let helm = &template["spec"]["source"]["helm"];
    assert_eq!(annotation(&helm["valueFiles"][1]), "sno");
    let parameters = helm["parameters"].as_array().unwrap();
    let names: Vec<&Value> = parameters.iter().map(|parameter| &parameter["name"]).collect();
    assert_eq!(names, ["infraID", "region"]);
    let values: Vec<Value> = parameters.iter().map(|parameter| annotation(&parameter["value"])).collect();
    assert_eq!(values, ["demo-x7k2q", "us-west-2"]);
    assert_eq!(template["spec"]["destination"]["server"], "{{ .server }}");
    assert_eq!(decoded(&secret["data"]["server"]), LOCAL);
}
