use argocd::Owner;
use argocd::record::{NAME, Record, State, VaultMark, apply, observe, plan};
use cluster_access::Cluster;
use cluster_spec::AppsDomain;
use sandbox::cluster::User;
use serde_json::json;

use crate::cluster::{connected, start};
use crate::secret_plan::owner;

const NAMESPACE: &str = "openshift-gitops";

fn record() -> Record {
    Record {
        owner: owner(),
        env: "prod".into(),
        apps_domain: AppsDomain::from_text("apps.demo.example.com"),
        repo_url: "https://git.example.com/org/gitops.git".into(),
        repo_ref: "main".into(),
        git_sha: "0123456789012345678901234567890123456789".into(),
        vault: Some(VaultMark {
            address: "https://vault.example.com:8200".into(),
            namespace: None,
            mount: "kubernetes".into(),
            fingerprint: Some("abc".into()),
        }),
    }
}

async fn bring(cluster: &Cluster, record: &Record) -> bool {
    let state = observe(cluster, NAMESPACE).await.unwrap();
    apply(cluster, &plan(NAMESPACE, record, &state, false).unwrap()).await.unwrap()
}

#[test]
fn a_new_one_names_every_key() {
    let changes = plan(NAMESPACE, &record(), &State::default(), false).unwrap().describe();
    insta::assert_snapshot!(format!("{} {}\n{}", changes[0].action.as_str(), changes[0].object, changes[0].fields.join("\n")), @r#"
    create ConfigMap openshift-gitops/bitiq-bootstrap
    base_domain
    cluster
    cluster_id
    env
    git_sha
    infra_id
    repo_ref
    repo_url
    schema_version
    vault_address
    vault_fingerprint
    vault_mount
    "#);
}

#[tokio::test]
async fn it_reads_back_as_it_was_written_and_the_second_time_nothing_changes() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    assert_eq!(observe(&cluster, NAMESPACE).await.unwrap().record(), None);
    assert!(bring(&cluster, &record()).await);
    assert_eq!(observe(&cluster, NAMESPACE).await.unwrap().record(), Some(record()));
    assert!(!bring(&cluster, &record()).await);
}

#[tokio::test]
async fn a_fingerprint_that_failed_its_proof_goes() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    bring(&cluster, &record()).await;
    let mut without = record();
    without.vault.as_mut().unwrap().fingerprint = None;
    assert!(bring(&cluster, &without).await);
    assert_eq!(observe(&cluster, NAMESPACE).await.unwrap().record(), Some(without));
}

#[tokio::test]
async fn the_record_of_another_cluster_is_refused() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    bring(&cluster, &record()).await;
    let other = Record { owner: Owner { cluster: "other".into(), ..owner() }, ..record() };
    let state = observe(&cluster, NAMESPACE).await.unwrap();
    insta::assert_snapshot!(plan(NAMESPACE, &other, &state, true).unwrap_err(), @"write ConfigMap openshift-gitops/bitiq-bootstrap: it belongs to cluster demo, and this is cluster other");
}

#[tokio::test]
async fn a_record_with_keys_of_a_newer_program_is_read_and_they_are_left() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let newer = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME, "namespace": NAMESPACE},
        "data": {"schema_version": "9", "cluster": "demo", "cluster_id": "id-1", "moon": "full"}});
    sandbox.put_as(&newer, "kubectl").await.unwrap();
    let read = observe(&cluster, NAMESPACE).await.unwrap().record().unwrap();
    assert_eq!((read.owner.cluster.as_str(), read.git_sha.as_str(), read.vault), ("demo", "", None));
    assert!(bring(&cluster, &record()).await);
    let path = format!("/api/v1/namespaces/{NAMESPACE}/configmaps/{NAME}");
    assert_eq!(sandbox.object(&path).await.unwrap().unwrap()["data"]["moon"], "full");
}

#[tokio::test]
async fn another_clusters_record_that_came_since_the_plan_is_refused() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let state = observe(&cluster, NAMESPACE).await.unwrap();
    let changes = plan(NAMESPACE, &record(), &state, false).unwrap();
    let theirs = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"cluster": "another"},
        "metadata": {"name": NAME, "namespace": NAMESPACE}});
    sandbox.put_as(&theirs, "kubectl").await.unwrap();
    let error = apply(&cluster, &changes).await.unwrap_err();
    assert!(matches!(error, argocd::ArgoCdError::AnotherCluster { .. }), "{error}");
}
