//! `plan`: the changes of the next run, printed and not made.

use crate::support::json_document::check;
use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn plan_tells_what_run_would_do_and_writes_nothing() {
    let world = World::without_vault().await;
    world.run(&["plan", "demo", "--exit-code"]).await.exits(10).says(&[
        "+ Namespace openshift-gitops",
        "+ Secret openshift-gitops/gitops-repo",
        "run scripts/bootstrap.sh",
    ]);
    assert!(!world.has_trace());
    let written: Vec<_> = std::fs::read_dir(world.sandbox.work())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "kubeconfig")
        .collect();
    assert_eq!(written, ["cache"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_prints_steps_and_whether_something_is_pending() {
    let world = World::without_vault().await;
    let pending = |code| check(world.command(&["plan", "demo", "--exit-code", "-o", "json"]), code);
    let json = pending(10).await;
    assert_eq!(json["pending"], true);
    assert_eq!(json["steps"][0]["name"], "preflight");
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(pending(0).await["pending"], false);
}
