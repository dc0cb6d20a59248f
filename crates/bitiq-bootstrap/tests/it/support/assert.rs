//! Assertions that many tests share: a refusal, the writes of the program.

use sandbox::vault::Vault;

use super::process::{Ran, Run};
use super::sandbox::World;

/// Refused with exit code 3: it says this, and nothing was written anywhere.
pub async fn refused(world: &World, run: Run, says: &[&str]) -> Ran {
    let gitops_src = world.sandbox.work().join("gitops-src").exists();
    let ran = run.ran().await.exits(3).says(says);
    assert!(!world.has_trace(), "a refused run leaves no trace at the top");
    assert_eq!(world.sandbox.work().join("gitops-src").exists(), gitops_src, "gitops-src");
    assert_eq!(writes(world), Vec::<String>::new());
    ran
}

/// Every request of ours to the cluster or to Vault that could have changed something.
pub fn writes(world: &World) -> Vec<String> {
    let ours = world.sandbox.cluster.requests().into_iter();
    let ours = ours.filter(|request| request.user_agent.starts_with("bitiq-bootstrap/"));
    let cluster = ours.filter(|request| request.method != "GET" && !request.path.contains("/selfsubject"));
    let vault = world.sandbox.vault.iter().flat_map(Vault::requests);
    let vault =
        vault.filter(|request| request.method != "GET" && !request.path.ends_with("/sys/capabilities-self"));
    cluster
        .map(|request| format!("cluster: {} {}", request.method, request.path))
        .chain(vault.map(|request| format!("Vault: {} {}", request.method, request.path)))
        .collect()
}

/// Nothing but the Git cache: neither here nor there.
pub fn wrote_nothing(world: &World) {
    assert_eq!(writes(world), Vec::<String>::new());
    let work = world.sandbox.work();
    let left: Vec<_> = fs_err::read_dir(&work)
        .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    let ours = |name: &&String| !matches!(name.as_str(), "cache" | "installer" | "kubeconfig");
    assert_eq!(left.iter().filter(ours).collect::<Vec<_>>(), Vec::<&String>::new());
}
