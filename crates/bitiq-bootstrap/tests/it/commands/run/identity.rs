//! Whether the cluster that answers is the one in cluster.yaml.

use sandbox::cluster::{Rule, User};
use sandbox::{Options, openshift};
use serde_json::{Value, json};

use crate::support::assert::{refused, writes};
use crate::support::objects::{NAMESPACE, make_namespace};
use crate::support::sandbox::{World, options};

/// One of the kinds by which OpenShift describes itself, and its one object.
async fn describe(world: &World, (kind, plural, name): (&str, &str, &str), contents: Value) {
    let group = "config.openshift.io";
    let approved = json!({"api-approved.kubernetes.io": "https://github.com/openshift/api/pull/470"});
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}"), "annotations": approved},
        "spec": {
            "group": group, "scope": "Cluster",
            "names": {"plural": plural, "singular": kind.to_lowercase(), "kind": kind},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}],
        },
    });
    world.sandbox.cluster.put(&definition).await.unwrap();
    let mut object = json!({"apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"name": name}});
    object.as_object_mut().unwrap().extend(contents.as_object().unwrap().clone());
    world.sandbox.cluster.put(&object).await.unwrap();
}

/// A cluster that says it is OpenShift, with these domains.
async fn says_it_is_openshift(world: &World, base_domain: &str, apps: &str) {
    let version = json!({"spec": {"clusterID": "4c1b6b7e-0000-4000-8000-5ad1f2a3b4c5"}});
    describe(world, ("ClusterVersion", "clusterversions", "version"), version).await;
    let infrastructure = json!({"status": {"infrastructureName": "demo-x7k2p"}});
    describe(world, ("Infrastructure", "infrastructures", "cluster"), infrastructure).await;
    describe(world, ("DNS", "dnses", "cluster"), json!({"spec": {"baseDomain": base_domain}})).await;
    describe(world, ("Ingress", "ingresses", "cluster"), json!({"spec": {"domain": apps}})).await;
}

fn domain(world: &World) -> String {
    world.sandbox.options().apps_domain().trim_start_matches("apps.").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_of_another_domain_is_refused_by_every_command_before_any_write() {
    let test = "a_cluster_of_another_domain_is_refused_by_every_command_before_any_write";
    if sandbox::vault_left_out(test) {
        return;
    }
    let theirs = openshift::Options { base_domain: Some("prod.elsewhere.test".into()), ..Default::default() };
    let world = World::of(Options { openshift: Some(theirs), ..options() }).await;
    let (ours, server) = (domain(&world), world.sandbox.cluster.server());
    let says = [
        "prod.elsewhere.test (DNS/cluster",
        &format!("cluster.yaml says {ours}"),
        &server,
        "--kubeconfig FILE",
        "--allow-identity-mismatch",
    ];
    for command in ["run", "plan", "vault-auth", "repo-creds", "release"] {
        refused(&world, world.command(&[command, "demo"]), &says).await;
    }
    world.run(&["check", "demo"]).await.exits(3).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_differs_rightly_is_allowed_and_noted() {
    let world = World::without_vault().await;
    says_it_is_openshift(&world, "r4x7.p1.openshiftapps.test", "apps.rosa.r4x7.p1.openshiftapps.test").await;
    let apps = world.sandbox.options().apps_domain();
    let run = world.command(&["run", "demo", "--allow-identity-mismatch"]);
    run.ran().await.exits(0).says(&[
        "r4x7.p1.openshiftapps.test",
        "allowed by --allow-identity-mismatch",
        &format!("and BASE_DOMAIN is {apps}"),
    ]);
    let warnings = world.trace()["warnings"].to_string();
    assert!(warnings.contains("apps.rosa.r4x7.p1.openshiftapps.test"), "{warnings}");
    // The note is none of the warnings.
    assert!(!warnings.contains("allowed by"), "{warnings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_domain_is_compared_without_regard_to_case_and_the_dot_at_its_end() {
    let world = World::without_vault().await;
    let ours = domain(&world);
    says_it_is_openshift(&world, &format!("{}.", ours.to_uppercase()), &format!("apps.{ours}")).await;
    let ran = world.command(&["plan", "demo"]).ran().await.exits(0);
    ran.never_says(&["DNS domain", "BASE_DOMAIN is apps"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_read_the_domains_is_warned_and_goes_on() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    says_it_is_openshift(&world, "prod.elsewhere.test", "apps.prod.elsewhere.test").await;
    let group = "config.openshift.io";
    let rules = [
        Rule::new("*", "", "*"),
        Rule::new("*", "coordination.k8s.io", "*"),
        Rule::new("*", "argoproj.io", "*"),
        Rule::new("get", group, "clusterversions"),
        Rule::new("get", group, "infrastructures"),
    ];
    world.sandbox.cluster.allow("limited", &rules).await.unwrap();
    let kubeconfig = world.sandbox.cluster.kubeconfig(&User::Named("limited".into())).unwrap();
    let file = world.sandbox.home().join("limited");
    fs_err::write(&file, kubeconfig).unwrap();
    let run = world.command(&["plan", "demo", "--kubeconfig", &file.to_string_lossy()]);
    run.ran().await.exits(0).says(&[
        &format!("whether the cluster's domain is {}", domain(&world)),
        "may not get dnses.config.openshift.io cluster",
        "may not get ingresses.config.openshift.io cluster",
    ]);
    assert_eq!(writes(&world), Vec::<String>::new());
}
