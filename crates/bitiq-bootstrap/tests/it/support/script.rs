//! A script in the place of the repository's own.

use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;
use serde_json::json;

use super::process::{Ran, Run};
use super::sandbox::World;

/// A command whose script does this; the switches stand in the sandbox's `misbehave.py`.
pub fn with_script(world: &World, switches: &str) -> Run {
    world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", switches)
}

/// The repository's script is this from now on.
pub async fn replace(world: &World, text: &str) {
    let script = File::executable(SCRIPT, text);
    world.sandbox.git.commit(PRIVATE, &[script], "another script").await.unwrap();
}

/// The script fails: exit code 1, these words, the log named, and the trace says so.
pub async fn check_failure(world: &World, run: Run, says: &[&str]) -> Ran {
    let ran = run.ran().await.exits(1).says(says).says(&["Full log:", "bootstrap.log"]);
    let trace = world.trace();
    assert_eq!((&trace["status"], &trace["exit_code"]), (&json!("failed"), &json!(1)));
    assert_eq!(trace["error"]["step"], "script");
    let steps = world.steps();
    assert_eq!((steps["script"].as_str(), steps["repo-access"].as_str()), ("failed", "pending"));
    assert_eq!(world.lease_holder().await, None, "the Lease is let go");
    ran
}
