//! What a hint tells to type can be typed as it stands: it reaches this cluster, from here.

use serde_json::json;

use crate::support::assert::refused;
use crate::support::objects::{NAMESPACE, argocd_secret, make_namespace};
use crate::support::permissions::{rights, world_of};
use crate::support::process::Run;
use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_command_for_the_cluster_names_its_kubeconfig_wherever_that_is() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let mut taken = argocd_secret("gitops-repo", "repository", &[]);
    taken["type"] = json!("example.com/theirs");
    world.sandbox.cluster.put(&taken).await.unwrap();
    let below = "\n    oc --kubeconfig clusters/demo/.work/kubeconfig -n openshift-gitops delete secret gitops-repo\n";
    refused(&world, world.command(&["run", "demo"]), &[below]).await;

    let elsewhere = world.sandbox.home().join("my config");
    fs_err::copy(world.sandbox.kubeconfig(), &elsewhere).unwrap();
    let named = elsewhere.to_string_lossy();
    let quoted = format!("\n    oc --kubeconfig '{named}' -n openshift-gitops delete secret gitops-repo\n");
    let run = world.command(&["run", "demo", "--kubeconfig", &named]);
    let ran = refused(&world, run, &[&quoted]).await;
    ran.never_says(&["<kubeconfig>", "<cluster>"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_command_of_this_program_keeps_the_flags_that_say_where_things_are() {
    let world = world_of(World::without_vault().await, &rights("secrets")).await;
    let root = world.sandbox.root();
    let (root, kubeconfig) = (root.to_string_lossy(), world.sandbox.kubeconfig());
    let arguments =
        ["run", "demo", "--root", &root, "--kubeconfig", &kubeconfig.to_string_lossy(), "--strict"];
    let run: Run = world.command(&arguments).within(world.sandbox.home());
    let check = format!(" check demo --root {root} --kubeconfig {}\n", kubeconfig.display());
    refused(&world, run, &["dev may not", &check]).await;
}
