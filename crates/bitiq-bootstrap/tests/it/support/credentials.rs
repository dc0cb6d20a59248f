//! A run without the login that the sandbox sets, and a credential helper in its place.

use super::home::{configure_git, script};
use super::process::Run;
use super::sandbox::World;

const NO_LOGIN: [&str; 2] = ["GITOPS_REPO_USERNAME", "GITOPS_REPO_PASSWORD"];

/// `run demo` without the login that the sandbox puts into the environment.
pub fn without_login(world: &World, flags: &[&str]) -> Run {
    let run = world.command(&[&["run", "demo"], flags].concat());
    NO_LOGIN.into_iter().fold(run, Run::without)
}

/// A world with a credential helper that runs this shell script.
pub async fn with_helper(text: &str) -> World {
    let world = World::without_vault().await;
    let helper = script(&world, "helper.sh", text);
    configure_git(&world, &format!("[credential]\n\thelper = \"!{helper}\""));
    world
}
