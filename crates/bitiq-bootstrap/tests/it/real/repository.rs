//! The repository that is handed over to, as it is today, with its own script and the real `oc` and `helm`.

use std::collections::BTreeSet;

use sandbox::cluster::Request;
use sandbox::git_host::PRIVATE;
use sandbox::{Options, Sandbox};

use super::{given, text};
use crate::support::home::git;
use crate::support::sandbox::World;

/// The variable that names a Git repository of it; its HEAD is handed over.
const REPOSITORY: &str = "BITIQ_GITOPS_REPOSITORY";

#[tokio::test(flavor = "multi_thread")]
async fn the_repository_of_today_is_handed_over_and_a_second_run_changes_nothing_but_by_its_script() {
    let test = "the_repository_of_today_is_handed_over_and_a_second_run_changes_nothing_but_by_its_script";
    let Some(repository) = given(test, REPOSITORY, &["bash", "oc", "helm"]) else { return };
    let options = Options { env: "prod".to_owned(), cluster_name: "prod".to_owned(), ..Options::openshift() };
    let world = World { sandbox: Sandbox::start(options).await.unwrap() };
    let host = world.sandbox.git.folder(PRIVATE);
    git(&world, &host, &["fetch", "--quiet", &text(&repository), "+HEAD:refs/heads/main"]);
    let run = || {
        let run = world.command(&["run", "prod"]).without("BITIQ_BOOTSTRAP_REQUIRE_TOOL");
        run.env("SKIP_APP_WAIT", "true").patient()
    };
    run().ran().await.exits(0).says(&["charts/cluster-capacity/values-prod.yaml", "holds 11 infraIDs"]);
    let cold = world.steps();
    for step in ["preflight", "gitops-src", "operator", "vault-auth", "repo-creds", "record"] {
        assert_eq!(cold[step], "changed", "{step}");
    }
    let before = world.sandbox.cluster.requests().len();
    run().ran().await.exits(0);
    for (step, status) in world.steps() {
        assert_eq!(status, if step == "script" { "changed" } else { "unchanged" }, "{step}");
    }
    let written = written_by_the_script(&world.sandbox.cluster.requests()[before..]);
    assert_eq!(written.join("\n"), listed().join("\n"), "see docs/differences.md");
}

/// Every request of the script's own tools that writes, each once.
fn written_by_the_script(requests: &[Request]) -> Vec<String> {
    let of_script = |request: &&Request| {
        let agent = request.user_agent.to_lowercase();
        ["helm", "oc/", "kubectl"].iter().any(|tool| agent.starts_with(tool)) && request.method != "GET"
    };
    let asks = |request: &&Request| !request.path.contains("/selfsubject");
    let shown = requests.iter().filter(of_script).filter(asks).map(|request| {
        let path = request.path.split('?').next().unwrap_or_default();
        format!("{} {}", request.method, without_revision(path))
    });
    shown.collect::<BTreeSet<_>>().into_iter().collect()
}

/// A release of Helm has its number at the end: `sh.helm.release.v1.NAME.v12`.
fn without_revision(path: &str) -> String {
    match path.rsplit_once(".v") {
        Some((name, number)) if number.parse::<u32>().is_ok() => format!("{name}.v<N>"),
        _ => path.to_owned(),
    }
}

/// The list in the docs.
fn listed() -> Vec<String> {
    let docs = include_str!("../../../../../docs/differences.md");
    let (_, list) = docs.split_once("\n## What the script writes on each run\n").expect("its heading");
    let (_, list) = list.split_once("```text\n").expect("a list");
    let (list, _) = list.split_once("\n```").expect("its end");
    list.lines().map(str::to_owned).collect()
}
