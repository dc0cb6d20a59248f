//! `cargo xtask bootstrap`: the same hand-over, by the same core.

use sandbox::{Options, Sandbox};
use serde_json::Value;
use xtask::command::command;

#[test]
fn it_hands_a_cluster_over_as_the_program_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let sandbox = runtime.block_on(Sandbox::start(Options { vault: false, ..Options::default() })).unwrap();
    let cluster = sandbox.options().cluster_name.clone();
    let output = command(env!("CARGO_BIN_EXE_xtask"))
        .args(["bootstrap", &cluster])
        .env_clear()
        .envs(sandbox.env())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(!said.contains(&sandbox.git.login().1), "{said}");
    let trace = fs_err::read_to_string(sandbox.work().join("gitops-bootstrap.json")).unwrap();
    let trace: Value = serde_json::from_str(&trace).unwrap();
    assert_eq!((&trace["status"], &trace["tool"]["name"]), (&"succeeded".into(), &"xtask".into()));
    runtime.block_on(sandbox.stop()).unwrap();
}
