//! The scripts of old and the Makefile, with a stand-in for the program that tells how it was called and ends with 3.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;
use xtask::command::{command, root};

const STAND_IN: &str = "#!/bin/sh\necho \"called: $*\"\necho \"CLUSTER=$CLUSTER\"\nexit 3\n";

struct Called {
    code: Option<i32>,
    stdout: String,
}

fn stand_in() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    fs_err::write(&program, STAND_IN).unwrap();
    fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn call(program: &str, args: &[&str], env: &[(&str, &str)], dir: Option<&Path>) -> Called {
    let folder = stand_in();
    let mut command = command(program);
    // Make hands what it was called with down to a make it starts.
    for inherited in ["CLUSTER", "ARGS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "BITIQ_BOOTSTRAP_ROOT"] {
        command.env_remove(inherited);
    }
    command.args(args).env("BITIQ_BOOTSTRAP", folder.path().join("program")).envs(env.iter().copied());
    if let Some(dir) = dir {
        command.current_dir(dir);
    }
    let output = command.output().unwrap();
    Called { code: output.status.code(), stdout: String::from_utf8(output.stdout).unwrap() }
}

fn check_script(script: &str, args: &[&str], expect: &str) {
    let path = root().join("scripts").join(script);
    let called = call(path.to_str().unwrap(), args, &[("CLUSTER", "from-env")], None);
    assert_eq!(
        (called.stdout.as_str(), called.code),
        (format!("{expect}\nCLUSTER=from-env\n").as_str(), Some(3))
    );
}

fn check_make(args: &[&str], expect: &str) {
    let called = call("make", args, &[], None);
    assert_eq!((called.stdout.as_str(), called.code), (expect, Some(2)));
}

#[test]
fn bootstrap_gitops_runs_and_lets_the_exit_code_through() {
    check_script("bootstrap-gitops.sh", &["prod", "--strict"], "called: run prod --strict");
}

#[test]
fn bootstrap_gitops_leaves_the_cluster_of_the_environment_to_the_program() {
    check_script("bootstrap-gitops.sh", &[], "called: run");
}

#[test]
fn vault_k8s_auth_config_is_vault_auth() {
    check_script("vault-k8s-auth-config.sh", &["prod"], "called: vault-auth prod");
}

#[test]
fn validate_is_validate() {
    check_script("validate.sh", &["prod"], "called: validate prod");
}

#[test]
fn verify_is_verify() {
    check_script("verify.sh", &["prod", "--wait", "5m"], "called: verify prod --wait 5m");
}

#[test]
fn an_argument_with_a_space_stays_one() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("count");
    fs_err::write(&program, "#!/bin/sh\nexit $#\n").unwrap();
    fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let script = root().join("scripts/bootstrap-gitops.sh");
    let called =
        call(script.to_str().unwrap(), &["a b", ""], &[("BITIQ_BOOTSTRAP", program.to_str().unwrap())], None);
    assert_eq!(called.code, Some(3));
}

#[test]
fn a_script_works_from_any_folder() {
    let elsewhere = tempfile::tempdir().unwrap();
    let script = root().join("scripts/bootstrap-gitops.sh");
    let called = call(script.to_str().unwrap(), &["prod"], &[], Some(elsewhere.path()));
    assert_eq!((called.stdout.as_str(), called.code), ("called: run prod\nCLUSTER=\n", Some(3)));
}

#[test]
fn a_program_that_is_not_there_is_no_success() {
    let script = root().join("scripts/bootstrap-gitops.sh");
    let called = call(script.to_str().unwrap(), &[], &[("BITIQ_BOOTSTRAP", "/nowhere/program")], None);
    assert_eq!(called.code, Some(127));
}

#[test]
fn make_passes_cluster_and_flags_and_ends_with_2() {
    check_make(
        &["bootstrap-gitops", "CLUSTER=prod", "ARGS=--strict -o json"],
        "called: run --strict -o json\nCLUSTER=prod\n",
    );
}

#[test]
fn make_knows_the_old_name_of_vault_auth() {
    check_make(&["vault-k8s-auth", "CLUSTER=prod"], "called: vault-auth\nCLUSTER=prod\n");
}

#[test]
fn make_knows_every_other_verb() {
    for verb in [
        "init",
        "run",
        "plan",
        "verify",
        "status",
        "validate",
        "env",
        "vault-auth",
        "repo-creds",
        "trace",
        "schema",
    ] {
        check_make(&[verb, "CLUSTER=prod"], &format!("called: {verb}\nCLUSTER=prod\n"));
    }
}

#[test]
fn make_shows_no_cluster_to_a_shell() {
    check_make(&["plan", "CLUSTER=a b; echo `id` '\""], "called: plan\nCLUSTER=a b; echo `id` '\"\n");
}

#[test]
fn make_takes_the_cluster_from_the_environment() {
    let called = call("make", &["plan"], &[("CLUSTER", "from-env")], None);
    assert_eq!(called.stdout, "called: plan\nCLUSTER=from-env\n");
}

#[test]
fn make_alone_tells_what_there_is() {
    let called = call("make", &[], &[], None);
    assert_eq!(called.code, Some(0));
    assert!(called.stdout.starts_with("Usage: make <target> CLUSTER=<cluster>"), "{}", called.stdout);
}
