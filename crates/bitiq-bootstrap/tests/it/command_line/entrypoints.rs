//! make and the scripts: the same program by its stable names, with its exit codes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::assert::refused;
use crate::support::binary::binary;
use crate::support::process::Ran;
use crate::support::sandbox::World;

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// `program` of the checkout with the sandbox's environment and the built binary.
#[expect(clippy::disallowed_methods, reason = "tests start the entrypoints as a user does")]
fn call(world: &World, program: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(world.sandbox.env()).current_dir("/");
    let output = command.env("BITIQ_BOOTSTRAP", binary()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ran = Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    };
    let secrets = world.secrets();
    ran.never_says(&secrets.iter().map(String::as_str).collect::<Vec<_>>())
}

fn make(world: &World, arguments: &[&str]) -> Ran {
    let folder = checkout();
    call(world, Path::new("make"), &[&["-C", folder.to_str().unwrap()], arguments].concat())
}

fn script(world: &World, name: &str, arguments: &[&str]) -> Ran {
    call(world, &checkout().join("scripts").join(name), arguments)
}

#[tokio::test(flavor = "multi_thread")]
async fn make_hands_the_cluster_over() {
    let Some(world) = World::with_vault("make_hands_the_cluster_over").await else { return };
    make(&world, &["bootstrap-gitops", "CLUSTER=demo"]).exits(0).says(&["succeeded in"]);
    assert_eq!(world.trace()["status"], "succeeded");
    make(&world, &["plan", "CLUSTER=demo", "ARGS=--exit-code"]).exits(0).says(&["No changes."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn make_ends_with_2_whatever_failed_and_the_script_lets_the_code_through() {
    let world = World::without_vault().await;
    make(&world, &["plan", "CLUSTER=demo", "ARGS=--exit-code"]).exits(2).says(&[" to create", "10"]);
    fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
    let says = ["failed to find a kubeconfig"];
    make(&world, &["bootstrap-gitops", "CLUSTER=demo"]).exits(2).says(&says);
    script(&world, "bootstrap-gitops.sh", &["demo"]).exits(3).says(&says);
    script(&world, "validate.sh", &["nope"]).exits(2).says(&["YAML-002"]);
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vault_alone_by_its_old_name_and_its_new_one() {
    let Some(world) = World::with_vault("vault_alone_by_its_old_name_and_its_new_one").await else { return };
    make(&world, &["vault-k8s-auth", "CLUSTER=demo"]).exits(0).says(&["vault-auth", "changed"]);
    make(&world, &["vault-auth", "CLUSTER=demo"]).exits(0).says(&["vault-auth", "unchanged"]);
    script(&world, "vault-k8s-auth-config.sh", &["demo"]).exits(0).says(&["unchanged"]);
    make(&world, &["repo-creds", "CLUSTER=demo"]).exits(0).says(&["repo-creds"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn make_validates_and_shows_what_is_derived() {
    let world = World::without_vault().await;
    make(&world, &["validate", "CLUSTER=demo"]).exits(0).says(&["can be used"]);
    make(&world, &["validate", "CLUSTER=demo", "ARGS=-o json"]).exits(0).says(&["\"base_domain\""]);
    make(&world, &["env", "CLUSTER=demo"]).exits(0).says(&["BASE_DOMAIN=apps.demo.example.test"]);
    make(&world, &["validate"]).exits(2).says(&["CLI-001", "CLUSTER=<cluster>"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_call_by_position_takes_flags_too() {
    let world = World::without_vault().await;
    script(&world, "bootstrap-gitops.sh", &["demo", "--skip-script", "--repo-access-timeout", "0"]).exits(0);
    assert_eq!(world.steps()["script"], "skipped");
}
