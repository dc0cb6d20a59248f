//! The state of the cluster, shown while the script is silent and when it fails.

use serde_json::json;

use crate::support::sandbox::World;
use crate::support::script::{check_failure, replace};

/// A cluster that was handed over, with an Application that is not well, and its Pod that can't pull its image. The sandbox's Argo CD has its own word for the health.
async fn degraded() -> World {
    let world = World::without_vault().await;
    world.run(&["run", "demo", "--repo-access-timeout", "0"]).await.exits(0);
    let metadata = json!({"name": "toy-web-prod", "namespace": "openshift-gitops"});
    let application = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata,
        "spec": {
            "project": "default", "source": {"repoURL": "https://git.example.com/toy.git", "path": "."},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "openshift-gitops"},
        },
        "status": {},
    });
    world.sandbox.cluster.put(&application).await.unwrap();
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": "web-7c9", "namespace": "openshift-gitops", "labels": {"app.kubernetes.io/instance": "toy-web-prod"},
        },
        "spec": {"containers": [{"name": "web", "image": "quay.io/example/none:1"}]},
        "status": {"phase": "Pending", "containerStatuses": [{
            "name": "web", "image": "quay.io/example/none:1", "imageID": "", "ready": false, "restartCount": 0,
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}},
        }]},
    });
    world.sandbox.cluster.put(&pod).await.unwrap();
    world
}

const DEGRADED: &str = ": ImagePullBackOff (Pod openshift-gitops/web-7c9, container web: Back-off";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_silent_script_may_be_waiting_for_is_said_beside_it() {
    let world = degraded().await;
    replace(&world, "#!/bin/sh\necho waiting\nsleep 4\necho done waiting\n").await;
    let run = world.command(&["run", "demo", "--watch-after", "1s", "--repo-access-timeout", "0"]);
    let ran = run.ran().await.exits(0).says(&[DEGRADED]);
    let place = |text: &str| ran.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", ran.stdout));
    assert!(
        place("│ waiting") < place(DEGRADED) && place(DEGRADED) < place("│ done waiting"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.stdout.matches(DEGRADED).count(), 1, "told once while it does not change: {}", ran.stdout);
    // It is not the script's, and not in its log.
    assert!(!world.log().contains("toy-web-prod"), "{}", world.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_talks_is_not_watched_and_none_is_where_that_is_not_wanted() {
    let world = degraded().await;
    replace(&world, "#!/bin/sh\nfor i in 1 2 3 4 5 6; do echo $i; sleep 0.4; done\n").await;
    let talks = world.command(&["run", "demo", "--watch-after", "2s", "--repo-access-timeout", "0"]);
    talks.ran().await.exits(0).never_says(&["toy-web-prod"]);
    replace(&world, "#!/bin/sh\nsleep 3\n").await;
    let never = world.command(&["run", "demo", "--watch-after", "0", "--repo-access-timeout", "0"]);
    never.ran().await.exits(0).never_says(&["toy-web-prod"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_fails_is_told_with_what_was_not_well_then() {
    let world = degraded().await;
    replace(&world, "#!/bin/sh\necho timed out waiting\nexit 7\n").await;
    let run = world.command(&["run", "demo"]);
    check_failure(&world, run, &["exited with code 7", "cluster state when it failed:", DEGRADED]).await;
    assert!(world.trace()["error"]["causes"].to_string().contains("ImagePullBackOff"));
}
