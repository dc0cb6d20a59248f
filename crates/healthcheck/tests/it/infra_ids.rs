//! The infraID of a cluster as each place knows it.

use diagnostics::FailureKind;
use healthcheck::{InfraIds, infra_ids};
use preflight::Context;
use sandbox::Options;
use sandbox::faults::Fault;
use sandbox::git_host::{File, PRIVATE};
use serde_json::json;

use crate::world::{RECORD, World, on_a_large_stack};

async fn found(world: &World) -> InfraIds {
    Box::pin(infra_ids(&world.request(), &Context::default())).await.ok().unwrap()
}

/// Each place, its infraID, and whether it is the live one.
fn places(found: &InfraIds) -> Vec<(&str, Option<&str>, Option<bool>)> {
    found.places.iter().map(|it| (it.place.as_str(), it.id.as_deref(), it.agrees)).collect()
}

#[test]
fn each_place_is_compared_with_the_live_one() {
    on_a_large_stack(async {
        let mut world = World::openshift().await;
        let live = world.sandbox.openshift.as_ref().unwrap().identity().infra_id.clone();
        let id = found(&world).await;
        let (cluster, record) = ("Infrastructure/cluster", "ConfigMap bitiq-bootstrap");
        assert_eq!(places(&id)[..2], [(cluster, Some(live.as_str()), Some(true)), (record, None, None)]);
        world.hand_over().await;
        world.change(RECORD, |record| record["data"]["infra_id"] = json!("demo-gone1")).await;
        let id = found(&world).await;
        assert_eq!(places(&id)[1], (record, Some("demo-gone1"), Some(false)));
        assert_eq!((id.cluster.as_str(), id.live.as_deref()), ("demo", Some(live.as_str())));
        assert!(!id.commit.as_ref().unwrap().stale.is_empty());
        assert!(
            id.warnings.iter().any(|it| it.starts_with("the repository holds an infraID of an earlier")),
            "{id:?}"
        );
        assert!(id.strict.is_none());
        // Without a login of the environment the Secret of the cluster has one.
        let (username, password) = world.sandbox.git.login();
        world.unset("GITOPS_REPO_USERNAME");
        world.unset("GITOPS_REPO_PASSWORD");
        assert!(found(&world).await.commit.is_some());
        world.set("GITOPS_REPO_USERNAME", &username);
        world.set("GITOPS_REPO_PASSWORD", &password);
        world.set("BITIQ_BOOTSTRAP_STRICT", "true");
        assert!(found(&world).await.strict.is_some());
        world.change(RECORD, |record| record["data"] = json!({"cluster": "demo"})).await;
        assert_eq!(places(&found(&world).await)[1], (record, None, None));
        let path = "/api/v1/namespaces/openshift-gitops/configmaps";
        world.sandbox.cluster.faults().unwrap().add(Fault::status(500, "{}").prefix(path));
        let id = found(&world).await;
        assert_eq!(places(&id)[..2], [(cluster, Some(live.as_str()), Some(true)), (record, None, None)]);
        assert!(id.warnings.iter().any(|it| it.contains("was not read")), "{id:?}");
    });
}

#[test]
fn what_can_not_be_asked_is_a_warning() {
    on_a_large_stack(async {
        let world = World::new(Options::bare()).await;
        let id = found(&world).await;
        assert_eq!((id.live.as_deref(), id.warnings.len()), (None, 0), "{id:?}");
        assert!(id.commit.is_some());
        assert!(format!("{:?}", id.places[0]).contains("no OpenShift"), "{:?}", id.places[0]);
        world.sandbox.git.change_login();
        fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
        let id = found(&world).await;
        assert!(id.commit.is_none() && id.warnings.len() == 2, "{id:?}");
        assert!(id.warnings[0].contains("not asked: ") && id.warnings[0].contains("kubeconfig"), "{id:?}");
    });
}

#[test]
fn a_commit_without_another_infra_id_is_no_warning_and_a_signal_ends_the_search() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        let values = File::new("charts/cluster-capacity/values-prod.yaml", "enabled: false\n");
        world.sandbox.git.commit(PRIVATE, &[values], "no machines").await.unwrap();
        let id = found(&world).await;
        assert!(
            id.commit.is_some_and(|it| it.stale.is_empty()) && id.warnings.is_empty(),
            "{:?}",
            id.warnings
        );
        world
            .change("/apis/config.openshift.io/v1/infrastructures/cluster", |found| {
                found["status"]["infrastructureName"] = json!("");
            })
            .await;
        let id = found(&world).await;
        assert!(format!("{:?}", id.places[0]).contains("it names none"), "{:?}", id.places[0]);
        let context = Context::default();
        context.stop.by_signal(2);
        let ended = Box::pin(infra_ids(&world.request(), &context)).await.err().unwrap();
        assert_eq!(ended[0].kind, FailureKind::Interrupted);
    });
}
