//! `plan`: the changes of the next run, printed and not made.

use crate::support::assert::wrote_nothing;
use crate::support::json_document::check;
use crate::support::process::{Ran, Run};
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

/// The plan itself, below the progress.
fn plan_of(ran: Ran) -> String {
    let at = ran.stdout.find("plan for").unwrap_or_else(|| panic!("no plan:\n{}", ran.stdout));
    ran.stdout[at..].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_is_the_plan() {
    let world = World::without_vault().await;
    let (plan, dry) = (["plan", "demo"], ["run", "demo", "--dry-run"]);
    let json = |arguments: &[&str]| check(world.command(&[arguments, &["-o", "json"]].concat()), 0);
    assert_eq!(json(&dry).await, json(&plan).await);
    assert_eq!(plan_of(world.run(&dry).await.exits(0)), plan_of(world.run(&plan).await.exits(0)));
    let by_variable = world.command(&["run", "demo"]).env("BITIQ_BOOTSTRAP_DRY_RUN", "1");
    by_variable.ran().await.exits(0).says(&[" to create", "bitiq-bootstrap run demo\n"]);
    wrote_nothing(&world);
    fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
    for arguments in [&plan[..], &dry] {
        world.run(arguments).await.exits(3).says(&["KUBECONFIG-001"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_a_single_step_plans_that_step_alone() {
    let Some(world) = World::with_vault("a_dry_run_of_a_single_step_plans_that_step_alone").await else {
        return;
    };
    let plan = async |command| plan_of(world.run(&[command, "demo", "--dry-run"]).await.exits(0));
    let (vault_auth, repo_creds) = (plan("vault-auth").await, plan("repo-creds").await);
    assert!(
        vault_auth.contains("auth/kubernetes/config") && !vault_auth.contains("gitops-repo"),
        "{vault_auth}"
    );
    assert!(repo_creds.contains("gitops-repo") && !repo_creds.contains("auth/kubernetes"), "{repo_creds}");
    assert!(vault_auth.ends_with("bitiq-bootstrap vault-auth demo\n"), "{vault_auth}");
    wrote_nothing(&world);
}

#[tokio::test]
async fn a_dry_run_has_no_events_to_stream() {
    for command in ["run", "vault-auth", "repo-creds", "release"] {
        let run = Run::bare(".", &[command, "demo", "--dry-run", "-o", "jsonl"]);
        run.ran().await.exits(2).says(&["CLI-005", &format!("{command} --dry-run has no events")]);
    }
}
