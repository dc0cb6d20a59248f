//! The cluster Secret of the cluster that Argo CD runs in: marked where it is, made once where it is wanted.

use advice::Diagnostic as _;
use std::time::Duration;

use argocd::cluster_secret::{
    ClusterSecretChanges, Desired, State, apply, apply_release, observe, plan, plan_release, required_rights,
};
use argocd::{ArgoCdError, Owner};
use cluster_access::{Cluster, ObjectRef, Right, may};
use cluster_spec::AppsDomain;
use sandbox::cluster::{Rule, User};
use sandbox::faults::Fault;
use serde_json::{Value, json};

use crate::cluster::{connected, start};
use crate::secret_plan::{encoded, owner};

const NAMESPACE: &str = "openshift-gitops";
const LOCAL: &str = "https://kubernetes.default.svc";
const SECRETS: &str = "/api/v1/namespaces/openshift-gitops/secrets";

fn desired(owner: &Owner, create: bool) -> Desired<'_> {
    Desired {
        namespace: NAMESPACE,
        owner,
        env: "prod",
        apps_domain: AppsDomain::from_text("apps.demo.example.com"),
        region: Some("us-west-2"),
        create,
        force: false,
    }
}

fn secret(name: &str, server: &str) -> Value {
    let data = encoded(&[("name", name), ("server", server), ("config", "{}")]);
    json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": data, "metadata": {
        "name": name, "namespace": NAMESPACE, "resourceVersion": "7",
        "labels": {"argocd.argoproj.io/secret-type": "cluster"}, "annotations": {"theirs": "stays"}}})
}

/// The same, to be put into a cluster.
fn without_version(mut secret: Value) -> Value {
    secret["metadata"].as_object_mut().unwrap().remove("resourceVersion");
    secret
}

fn all() -> Value {
    json!({
        "bitiq.io/cluster": "demo", "bitiq.io/cluster-id": "id-1", "bitiq.io/infra-id": "demo-x7k2p",
        "bitiq.io/env": "prod", "bitiq.io/base-domain": "apps.demo.example.com", "bitiq.io/region": "us-west-2",
    })
}

fn planned(state: &State, create: bool) -> Result<ClusterSecretChanges, ArgoCdError> {
    plan(&desired(&owner(), create), state)
}

/// What the plan of these Secrets says.
#[track_caller]
fn check(local: Vec<Value>, create: bool, expect: &[&str]) -> ClusterSecretChanges {
    let changes = planned(&State { local, named: None }, create).unwrap();
    let told: Vec<String> = changes.describe().iter().map(ToString::to_string).collect();
    assert_eq!(told, expect);
    assert!(changes.warnings().is_empty(), "{:?}", changes.warnings());
    changes
}

#[test]
fn one_that_somebody_made_gets_our_annotations_and_nothing_else() {
    let changes = check(
        vec![secret("mine", LOCAL)],
        false,
        &[
            "update Secret openshift-gitops/mine: annotation bitiq.io/base-domain, annotation bitiq.io/cluster, \
           annotation bitiq.io/cluster-id, annotation bitiq.io/env, annotation bitiq.io/infra-id, \
           annotation bitiq.io/region",
        ],
    );
    let mine = ObjectRef::secret(NAMESPACE, "mine");
    assert_eq!(changes.further_rights(), [Right::on("patch", &mine)]);
}

#[test]
fn only_what_differs_is_written() {
    let mut live = secret("mine", LOCAL);
    live["metadata"]["annotations"] = all();
    check(vec![live.clone()], false, &[]);
    live["metadata"]["annotations"]["bitiq.io/infra-id"] = "demo-nkqd9".into();
    check(vec![live], true, &["update Secret openshift-gitops/mine: annotation bitiq.io/infra-id"]);
}

#[test]
fn what_this_cluster_does_not_have_is_taken_away() {
    let mut live = secret("mine", LOCAL);
    live["metadata"]["annotations"] = all();
    let plain = Owner { infra_id: None, ..owner() };
    let wanted = Desired { region: None, ..desired(&plain, false) };
    let changes = plan(&wanted, &State { local: vec![live], named: None }).unwrap();
    let told = changes.describe()[0].to_string();
    assert!(
        told.contains("bitiq.io/region (removed)") && told.contains("bitiq.io/infra-id (removed)"),
        "{told}"
    );
}

#[test]
fn none_is_made_unless_it_is_asked_for() {
    check(vec![], false, &[]);
    let changes = check(
        vec![],
        true,
        &["create Secret openshift-gitops/in-cluster: name, server, config, annotations"],
    );
    assert!(changes.makes_one());
}

#[test]
fn a_second_one_is_never_made_and_two_that_are_there_are_both_marked_and_warned_of() {
    let changes =
        planned(&State { local: vec![secret("a", LOCAL), secret("b", LOCAL)], named: None }, true).unwrap();
    assert_eq!((changes.describe().len(), changes.makes_one()), (2, false));
    assert!(changes.warnings()[0].starts_with("Secrets a, b in openshift-gitops are all for the cluster"));
}

#[test]
fn one_with_another_clusters_mark_is_refused() {
    let mut live = secret("mine", LOCAL);
    live["metadata"]["annotations"]["bitiq.io/cluster"] = "other".into();
    let error = planned(&State { local: vec![live], named: None }, false).unwrap_err();
    assert!(matches!(&error, ArgoCdError::AnotherCluster { theirs, .. } if theirs == "other"), "{error}");
}

#[test]
fn something_else_of_that_name_is_not_written_over() {
    let named = Some(secret("in-cluster", "https://api.other.example.com:6443"));
    let error = planned(&State { local: vec![], named }, true).unwrap_err();
    assert!(matches!(error, ArgoCdError::NameTaken { .. }), "{error}");
    let hint = error.hint().unwrap().to_string();
    assert!(
        hint.contains("oc --kubeconfig <kubeconfig> -n openshift-gitops get secret in-cluster"),
        "{hint}"
    );
}

async fn bring(cluster: &Cluster, create: bool) -> Vec<String> {
    let changes = apply(cluster, &desired(&owner(), create), &mut |_| ()).await.unwrap();
    changes.iter().map(ToString::to_string).collect()
}

async fn live(sandbox: &sandbox::cluster::Cluster, name: &str) -> Option<Value> {
    sandbox.object(&format!("{SECRETS}/{name}")).await.unwrap()
}

#[tokio::test]
async fn it_is_found_by_its_server_and_keeps_all_that_it_has() {
    let sandbox = start().await;
    let mine = without_version(secret("mine", "https://kubernetes.default.svc.cluster.local:443/"));
    sandbox.put(&mine).await.unwrap();
    let other = without_version(secret("other", "https://api.other.example.com:6443"));
    sandbox.put(&other).await.unwrap();
    let cluster = connected(&sandbox, &User::Admin).await;
    assert_eq!(bring(&cluster, true).await.len(), 1);
    let marked = live(&sandbox, "mine").await.unwrap();
    assert_eq!((&marked["data"], &marked["type"]), (&mine["data"], &mine["type"]));
    let mut expect = all();
    expect["theirs"] = "stays".into();
    assert_eq!(marked["metadata"]["annotations"], expect);
    let other = live(&sandbox, "other").await.unwrap();
    assert_eq!(other["metadata"]["annotations"], json!({"theirs": "stays"}));
    assert!(live(&sandbox, "in-cluster").await.is_none(), "never a second");
    assert_eq!(bring(&cluster, true).await, [""; 0], "a second run writes nothing");
}

#[tokio::test]
async fn one_is_made_as_argo_cd_documents_it_and_stays_ours() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    assert_eq!(bring(&cluster, false).await, [""; 0]);
    assert_eq!(bring(&cluster, true).await.len(), 1);
    let made = live(&sandbox, "in-cluster").await.unwrap();
    let config = r#"{"tlsClientConfig":{"insecure":false}}"#;
    assert_eq!(
        made["data"],
        Value::from(encoded(&[("name", "in-cluster"), ("server", LOCAL), ("config", config)]))
    );
    assert_eq!(made["metadata"]["labels"], json!({"argocd.argoproj.io/secret-type": "cluster"}));
    assert_eq!(made["metadata"]["annotations"], all());
    for create in [true, false] {
        assert_eq!(bring(&cluster, create).await, [""; 0], "a second run writes nothing");
    }
    // Recreated, and elsewhere.
    let recreated = Owner { infra_id: Some("demo-nkqd9".into()), cluster_id: "id-2".into(), ..owner() };
    let wanted = Desired { region: None, ..desired(&recreated, false) };
    let told = apply(&cluster, &wanted, &mut |_| ()).await.unwrap()[0].to_string();
    for part in ["bitiq.io/infra-id", "bitiq.io/cluster-id", "bitiq.io/region (removed)"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let annotations = live(&sandbox, "in-cluster").await.unwrap()["metadata"]["annotations"].clone();
    assert_eq!(
        (&annotations["bitiq.io/infra-id"], &annotations["bitiq.io/region"]),
        (&json!("demo-nkqd9"), &Value::Null)
    );
    assert!(apply(&cluster, &wanted, &mut |_| ()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_write_that_another_one_crossed_is_planned_again() {
    let sandbox = start().await;
    let Some(faults) = sandbox.faults() else { return };
    sandbox.put(&without_version(secret("mine", LOCAL))).await.unwrap();
    let cluster = connected(&sandbox, &User::Admin).await;
    let crossed = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Conflict","code":409}"#;
    faults.add(Fault::status(409, crossed).method("PATCH").prefix(SECRETS).times(2));
    assert_eq!(bring(&cluster, false).await.len(), 1);
    assert_eq!(live(&sandbox, "mine").await.unwrap()["metadata"]["annotations"]["bitiq.io/env"], "prod");
}

#[tokio::test]
async fn where_somebody_makes_one_at_the_same_time_theirs_stays_and_ours_goes() {
    let sandbox = start().await;
    let Some(faults) = sandbox.faults() else { return };
    let cluster = connected(&sandbox, &User::Admin).await;
    faults.add(Fault::delay(Duration::from_secs(2)).method("POST").prefix(SECRETS).times(1));
    let theirs = async {
        while !sandbox
            .requests()
            .iter()
            .any(|request| request.method == "GET" && request.path.ends_with("in-cluster"))
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        sandbox.put(&without_version(secret("mine", LOCAL))).await.unwrap();
    };
    let (ours, ()) = tokio::join!(bring(&cluster, true), theirs);
    assert_eq!(ours.len(), 1);
    assert!(ours[0].contains("Secret openshift-gitops/mine"), "{ours:?}");
    assert!(live(&sandbox, "in-cluster").await.is_none());
    assert_eq!(observe(&cluster, NAMESPACE, true).await.unwrap().local.len(), 1);
}

#[tokio::test]
async fn the_rights_that_are_asked_for_are_enough() {
    let sandbox = start().await;
    let rules = [
        Rule::new("list,create", "", "secrets").within(NAMESPACE),
        Rule::new("get,patch,delete", "", "secrets").within(NAMESPACE).named("in-cluster"),
    ];
    sandbox.allow("limited", &rules).await.unwrap();
    let cluster = connected(&sandbox, &User::Named("limited".into())).await;
    let answers = may(&cluster, &required_rights(NAMESPACE, true)).await.unwrap();
    assert!(answers.iter().all(|answer| answer.allowed), "{answers:?}");
    assert_eq!(bring(&cluster, true).await.len(), 1);
}

#[tokio::test]
async fn what_we_made_goes_again_and_somebody_elses_loses_our_annotations_alone() {
    let sandbox = start().await;
    let admin = connected(&sandbox, &User::Admin).await;
    let owner = owner();
    let release = async || {
        let state = observe(&admin, NAMESPACE, false).await.unwrap();
        let release = plan_release(NAMESPACE, &owner, &state).unwrap();
        apply_release(&admin, &owner, &release).await.unwrap();
        release.describe().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    sandbox.put(&namespace).await.unwrap();
    apply(&admin, &desired(&owner, true), &mut |_| ()).await.unwrap();
    assert_eq!(release().await, ["delete Secret openshift-gitops/in-cluster"]);
    assert_eq!(sandbox.object(&format!("{SECRETS}/in-cluster")).await.unwrap(), None);
    // somebody else's, not marked, then marked
    sandbox.put(&without_version(secret("local", LOCAL))).await.unwrap();
    assert_eq!(release().await, Vec::<String>::new());
    apply(&admin, &desired(&owner, true), &mut |_| ()).await.unwrap();
    let told = release().await;
    assert!(
        told[0].starts_with("update Secret openshift-gitops/local: annotation bitiq.io/base-domain"),
        "{told:?}"
    );
    let left = sandbox.object(&format!("{SECRETS}/local")).await.unwrap().unwrap();
    assert_eq!(left["metadata"]["annotations"], json!({"theirs": "stays"}));
    assert_eq!(release().await, Vec::<String>::new());
}

#[test]
fn another_clusters_mark_is_not_taken_off() {
    let mut theirs = secret("local", LOCAL);
    theirs["metadata"]["annotations"]["bitiq.io/cluster"] = json!("elsewhere");
    let state = State { local: vec![theirs], named: None };
    let refused = plan_release(NAMESPACE, &owner(), &state).unwrap_err();
    assert!(matches!(refused, ArgoCdError::AnotherCluster { .. }), "{refused}");
}
