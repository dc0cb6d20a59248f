//! The infraID of a cluster as each place knows it.

use healthcheck::{InfraIds, infra_ids};
use preflight::Context;
use sandbox::Options;
use sandbox::faults::Fault;
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
        world.sandbox.git.change_login();
        fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
        let id = found(&world).await;
        assert!(id.commit.is_none() && id.warnings.len() == 2, "{id:?}");
    });
}
