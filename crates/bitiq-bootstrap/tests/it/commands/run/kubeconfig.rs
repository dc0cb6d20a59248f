//! A kubeconfig that can't be used, or a cluster that can't be reached with it: each told apart, nothing written.

use sandbox::cluster::User;
use serde_json::{Value, json};

use crate::support::assert::refused;
use crate::support::kubeconfig::{Parts, config, parts};
use crate::support::process::Run;
use crate::support::sandbox::World;

/// `.work/kubeconfig` holds this; `run` and `plan` are refused, and say this.
async fn check(world: &World, text: &str, says: &[&str]) {
    fs_err::write(world.sandbox.kubeconfig(), text).unwrap();
    refused(world, world.command(&["run", "demo"]), says).await;
    refused(world, world.command(&["plan", "demo"]), says).await;
    assert_eq!(fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap(), text, "it is left as it was");
}

/// The administrator's, with one thing changed.
async fn check_changed(change: impl FnOnce(&World, &mut Value), says: &[&str]) {
    let world = World::without_vault().await;
    let mut text = serde_json::from_str(&config(&parts(&world, &User::Admin))).unwrap();
    change(&world, &mut text);
    check(&world, &text.to_string(), says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn none_at_all() {
    let world = World::without_vault().await;
    fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
    let says =
        ["failed to find a kubeconfig", ".work/kubeconfig", "installer/auth/kubeconfig", "--kubeconfig FILE"];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_named_and_not_there() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo", "--kubeconfig", "nowhere.yaml"]);
    refused(&world, run, &["KUBECONFIG-002", "--kubeconfig"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_one() {
    let world = World::without_vault().await;
    check(&world, "", &["KUBECONFIG-003", "oc login", ".work/kubeconfig"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_something_else() {
    let world = World::without_vault().await;
    check(&world, "<html>", &["KUBECONFIG-004", "oc login"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_a_dead_cluster() {
    // A port that was free a moment ago: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = format!("https://127.0.0.1:{port}");
    let says = ["refused the connection", &server, "is the cluster up"];
    check_changed(|_, it| it["clusters"][0]["cluster"]["server"] = json!(server), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_a_cluster_whose_name_is_gone() {
    let server = json!("https://api.gone.invalid:6443");
    let says = ["the host name of https://api.gone.invalid:6443 has no address", "DNS"];
    check_changed(|_, it| it["clusters"][0]["cluster"]["server"] = server, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_certificate_has_expired() {
    let world = World::without_vault().await;
    let text = world.sandbox.cluster.kubeconfig(&User::Expired).unwrap();
    check(&world, &text, &["KUBECONFIG-008", "valid until 20", "oc login"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_with_a_foreign_ca() {
    let foreign = |world: &World, it: &mut Value| {
        let ca = fs_err::read(world.sandbox.ca_file()).unwrap();
        it["clusters"][0]["cluster"]["certificate-authority-data"] = json!(Parts::encoded(&ca));
    };
    let says = [
        "signed by an unknown authority",
        "certificate-authority-data of the kubeconfig",
        "--kubeconfig FILE",
    ];
    check_changed(foreign, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_with_a_token_that_does_not_count() {
    let token = |_: &World, it: &mut Value| it["users"][0]["user"] = json!({"token": "once-it-was-a-token"});
    check_changed(token, &["KUBE-010", "(401): a token", "oc login"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_without_a_login() {
    let nobody = |_: &World, it: &mut Value| it["users"][0]["user"] = json!({});
    let says = ["\"system:anonymous\"", "the kubeconfig's user has no login", "oc login"];
    check_changed(nobody, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_with_several_contexts_and_none_of_them_current() {
    let several = |_: &World, it: &mut Value| {
        it["contexts"] = json!([
            {"name": "one", "context": {"cluster": "sandbox", "user": "me"}},
            {"name": "two", "context": {"cluster": "sandbox", "user": "me"}},
        ]);
        it.as_object_mut().unwrap().remove("current-context");
    };
    check_changed(several, &["KUBECONFIG-005", "--kubeconfig"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_certificate_file_is_missing() {
    let gone = |_: &World, it: &mut Value| {
        it["users"][0]["user"] = json!({"client-certificate": "gone.crt", "client-key": "gone.key"});
    };
    check_changed(gone, &["KUBECONFIG-007", "gone.crt"]).await;
}

/// An exec plugin that is this shell script.
async fn check_plugin(script: &str, says: &[&str]) {
    let world = World::without_vault().await;
    let plugin = crate::support::home::script(&world, "plugin.sh", script);
    let user = json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": plugin}});
    let text = config(&Parts { user, ..parts(&world, &User::Admin) });
    fs_err::write(world.sandbox.kubeconfig(), text).unwrap();
    let run: Run = world.command(&["run", "demo"]);
    refused(&world, run, says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_fails_says_why() {
    let script = "echo 'error: session expired, run `corp login`' >&2; exit 4";
    check_plugin(script, &["KUBE-020", "plugin.sh", "failed with exit code 4", "next"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_is_not_there() {
    let exec = |_: &World, it: &mut Value| {
        let exec = json!({"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin",
            "installHint": "install it from the corporate store"});
        it["users"][0]["user"] = json!({"exec": exec});
    };
    check_changed(exec, &["KUBE-020", "no-such-plugin"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_hangs_is_ended() {
    check_plugin("sleep 600", &["KUBE-020", "plugin.sh", "next"]).await;
}
