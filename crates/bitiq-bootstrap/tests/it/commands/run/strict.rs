//! `--strict`: every warning is a failure; and what `plan` and `run` say of the same warning without it.

use crate::support::assert::refused;
use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_before_the_first_write_refuses_the_run() {
    let world = World::without_vault().await;
    let run = |flags: &[&str]| {
        let run = world.command(&[&["run", "demo"], flags].concat());
        run.env("VAULT_ADDR", "https://vault.example.test:8200")
    };
    let warning = "VAULT_ADDR is set without VAULT_TOKEN";
    let says = ["1 warning under --strict", warning, "leave out --strict"];
    refused(&world, run(&["--strict"]), &says).await;
    refused(&world, run(&[]).env("BITIQ_BOOTSTRAP_STRICT", "1"), &says).await;
    run(&[]).ran().await.exits(0).says(&["warning:", warning]);
    assert_eq!(world.trace()["warnings"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_is_refused_likewise() {
    let world = World::without_vault().await;
    let plan = world.command(&["plan", "demo", "--strict"]).env("VAULT_WRAP_TTL", "5m");
    refused(&world, plan, &["PREFLIGHT-025", "1 warning under --strict", "VAULT_WRAP_TTL"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_after_the_first_write_fails_the_run_at_its_end() {
    let mut world = World::without_vault().await;
    // Nobody reports what becomes of the Application.
    world.sandbox.argocd = None;
    let run = world.command(&["run", "demo", "--strict"]).env("GITOPS_REPO_ACCESS_TIMEOUT", "0");
    run.ran().await.exits(1).says(&["1 warning under --strict"]);
    let trace = world.trace();
    assert_eq!((&trace["status"], &trace["exit_code"]), (&"failed".into(), &1.into()));
    assert_eq!(trace["error"]["step"], "strict");
    assert_eq!(world.steps()["script"], "changed", "everything was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_warning_it_changes_nothing() {
    let world = World::without_vault().await;
    world.run(&["run", "demo", "--strict"]).await.exits(0).never_says(&["warning"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_too_short_to_be_masked_is_told_once_by_its_variable() {
    let world = World::without_vault().await;
    let run = world.command(&["plan", "demo"]).without("GITOPS_REPO_PASSWORD").env("GITOPS_REPO_PAT", "abc");
    let ran = run.ran().await.exits(3).says(&["GITOPS_REPO_PAT has fewer than 8 characters"]);
    assert_eq!(ran.stdout.matches("fewer than 8 characters").count(), 1, "{}", ran.stdout);
}
