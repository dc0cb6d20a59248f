//! The tools that the script needs are looked for before anything is written.

use crate::support::assert::refused;
use crate::support::sandbox::World;

const TOOLS: &str = "BITIQ_BOOTSTRAP_REQUIRE_TOOL";

#[tokio::test(flavor = "multi_thread")]
async fn without_oc_and_helm_nothing_is_written() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo"]).without(TOOLS).env("PATH", "/nowhere");
    let says = ["oc, helm", "--require-tool NAME", "scripts/bootstrap.sh needs"];
    refused(&world, run, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_tool_that_was_named_is_named() {
    let world = World::without_vault().await;
    let arguments = [
        "run",
        "demo",
        "--require-tool",
        "no-such-tool",
        "--require-tool=python3",
        "--require-tool=nor-this",
    ];
    let run = world.command(&arguments).without(TOOLS);
    let ran = refused(&world, run, &["PREFLIGHT-009"]).await;
    ran.never_says(&["oc, helm", "python3,"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_named_stand_in_the_place_of_oc_and_helm() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo", "--require-tool", "python3"]).without(TOOLS);
    run.ran().await.exits(0).says(&["python3 on PATH"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_the_script_needs_no_tools() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo", "--skip-script", "--repo-access-timeout", "0"]);
    run.env(TOOLS, "no-such-tool").ran().await.exits(0);
    let steps = world.steps();
    assert_eq!((steps["script"].as_str(), steps["repo-creds"].as_str()), ("skipped", "changed"));
    assert_eq!(world.log(), "", "the script did not run");
}
