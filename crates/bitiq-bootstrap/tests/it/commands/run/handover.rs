//! The main job, from a fresh cluster to one that is handed over.

use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_cluster_is_handed_over_and_a_second_run_changes_nothing() {
    let Some(world) =
        World::with_vault("a_fresh_cluster_is_handed_over_and_a_second_run_changes_nothing").await
    else {
        return;
    };
    world.run(&["run", "demo"]).await.exits(0);
    let steps = world.steps();
    for step in ["preflight", "gitops-src", "vault-auth", "repo-creds", "record", "script"] {
        assert_eq!(steps[step], "changed", "{step}");
    }
    assert_eq!(steps["repo-access"], "unchanged");
    world.run(&["run", "demo"]).await.exits(0);
    for (step, status) in world.steps() {
        let expect = match step.as_str() {
            "script" => "changed",
            // A plain cluster has neither OLM nor an operator for Argo CD.
            "operator" | "argocd" => "skipped",
            _ => "unchanged",
        };
        assert_eq!(status, expect, "{step}");
    }
    world.run(&["plan", "demo", "--exit-code"]).await.exits(0);
}
