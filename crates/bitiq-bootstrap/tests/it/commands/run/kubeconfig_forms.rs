//! Every form of kubeconfig that has to work, and what becomes of it in `.work/`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::cluster::User;
use serde_json::{Map, Value, json};

use crate::support::kubeconfig::{Parts, config, parts};
use crate::support::process::{Ran, Run};
use crate::support::proxy::Proxy;
use crate::support::sandbox::World;

/// A kubeconfig in a folder of its own.
fn write(world: &World, text: &str) -> String {
    let folder = world.sandbox.home().join("given");
    fs_err::create_dir_all(&folder).unwrap();
    fs_err::write(folder.join("kubeconfig"), text).unwrap();
    folder.join("kubeconfig").to_str().unwrap().to_owned()
}

fn plan(world: &World, text: &str) -> Run {
    world.command(&["plan", "demo", "--kubeconfig", &write(world, text)])
}

/// With this kubeconfig we are known as this user.
async fn check(world: &World, text: &str, user: &str) -> Ran {
    plan(world, text).ran().await.exits(0).says(&[&format!("as {user}")])
}

fn mode(file: &Path) -> u32 {
    fs_err::metadata(file).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_inline() {
    let world = World::without_vault().await;
    check(&world, &config(&parts(&world, &User::Admin)), "kubernetes-admin").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_as_files_beside_it_are_written_inline() {
    let world = World::without_vault().await;
    let mut given = parts(&world, &User::Admin);
    let text = config(&given);
    write(&world, &text);
    let folder = world.sandbox.home().join("given/pki");
    fs_err::create_dir_all(&folder).unwrap();
    let put = |data: &Value, file: &str| {
        fs_err::write(folder.join(file), STANDARD.decode(data.as_str().unwrap()).unwrap()).unwrap();
        json!(format!("pki/{file}"))
    };
    let ca = put(&given.cluster["certificate-authority-data"], "ca.crt");
    given.cluster = Map::from_iter([("certificate-authority".to_owned(), ca)]);
    given.user = json!({
        "client-certificate": put(&given.user["client-certificate-data"], "me.crt"),
        "client-key": put(&given.user["client-key-data"], "me.key"),
    });
    let file = write(&world, &config(&given));
    world.command(&["run", "demo", "--kubeconfig", &file]).within("/").ran().await.exits(0);
    let written = fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap();
    assert!(written.contains("client-key-data") && !written.contains("pki/"), "not inline");
    assert_eq!(mode(&world.sandbox.kubeconfig()), 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_token_which_is_never_shown() {
    let world = World::without_vault().await;
    let text = config(&parts(&world, &User::AdminToken));
    let token = world.sandbox.cluster.admin_token();
    let run = plan(&world, &text).secret(&token);
    run.ran().await.exits(0).says(&["as token-admin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_file_stays_a_path_made_absolute() {
    let world = World::without_vault().await;
    let user = json!({"tokenFile": "secrets/token"});
    let file = write(&world, &config(&Parts { user, ..parts(&world, &User::AdminToken) }));
    let token = world.sandbox.home().join("given/secrets/token");
    fs_err::create_dir_all(token.parent().unwrap()).unwrap();
    fs_err::write(&token, format!("{}\n", world.sandbox.cluster.admin_token())).unwrap();
    let run = world.command(&["repo-creds", "demo", "--kubeconfig", &file]).within("/");
    run.secret(&world.sandbox.cluster.admin_token()).ran().await.exits(0).says(&["as token-admin"]);
    let written = fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap();
    assert!(written.contains(token.to_str().unwrap()), "{token:?} is not named");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exec_plugin_that_does_not_see_our_logins() {
    let world = World::without_vault().await;
    let told = world.sandbox.home().join("told");
    let answer = json!({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {"token": world.sandbox.cluster.admin_token()}});
    let text = format!("env > '{}'; test \"$1\" = login || exit 9; echo '{answer}'", told.display());
    let plugin = crate::support::home::script(&world, "plugin.sh", &text);
    let env = json!([{"name": "CORP_REGION", "value": "east"}]);
    let user = json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
        "command": plugin, "args": ["login"], "env": env}});
    check(&world, &config(&Parts { user, ..parts(&world, &User::Admin) }), "token-admin").await;
    let told = fs_err::read_to_string(told).unwrap();
    assert!(told.contains("CORP_REGION=east"), "{told}");
    assert!(!told.contains("GITOPS_REPO_PASSWORD"), "the login reached the plugin");
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_url() {
    let world = World::without_vault().await;
    let proxy = Proxy::to(&world.sandbox.cluster.server()).await;
    let mut given = parts(&world, &User::Admin);
    given.cluster.insert("proxy-url".to_owned(), json!(proxy.url));
    check(&world, &config(&given), "kubernetes-admin").await;
    assert!(proxy.visitors() > 0, "nobody came through the proxy");
}

/// A cluster known by a name that only the proxy can look up.
async fn behind_a_name(world: &World) -> (Proxy, String) {
    let proxy = Proxy::to(&world.sandbox.cluster.server()).await;
    let mut given = parts(world, &User::Admin);
    given.server = given.server.replace("127.0.0.1", "api.demo.invalid");
    given.cluster.insert("tls-server-name".to_owned(), json!("kubernetes"));
    (proxy, config(&given))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_of_the_environment() {
    let world = World::without_vault().await;
    let (proxy, text) = behind_a_name(&world).await;
    plan(&world, &text)
        .env("HTTPS_PROXY", &proxy.url)
        .env("NO_PROXY", "127.0.0.1")
        .ran()
        .await
        .exits(0)
        .says(&["api.demo.invalid"]);
    assert!(proxy.visitors() > 0, "nobody came through the proxy");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_shows_the_proxy_without_its_login() {
    let world = World::without_vault().await;
    let (proxy, text) = behind_a_name(&world).await;
    let with_login = proxy.url.replace("http://", "http://me:pr0xy-passw0rd@");
    let run = world.command(&["check", "demo", "--kubeconfig", &write(&world, &text)]);
    let run = run.env("HTTPS_PROXY", &with_login).secret("pr0xy-passw0rd");
    run.ran().await.says(&[&format!("through the proxy {} (HTTPS_PROXY)", proxy.url)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_goes_past_it() {
    let world = World::without_vault().await;
    let (proxy, text) = behind_a_name(&world).await;
    let run = plan(&world, &text).env("HTTPS_PROXY", &proxy.url).env("NO_PROXY", "127.0.0.1,demo.invalid");
    run.ran().await.exits(3).says(&["KUBE-002"]);
    assert_eq!(proxy.visitors(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_refuses_is_named_without_its_login() {
    let world = World::without_vault().await;
    let (_, text) = behind_a_name(&world).await;
    let proxy = "http://me:pr0xy-passw0rd@127.0.0.1:9";
    let run = plan(&world, &text).env("HTTPS_PROXY", proxy).secret("pr0xy-passw0rd");
    run.ran().await.exits(3).says(&["the proxy http://127.0.0.1:9 (HTTPS_PROXY)", "NO_PROXY"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_server_name_counts_in_place_of_the_address() {
    let world = World::without_vault().await;
    let mut given = parts(&world, &User::Admin);
    given.cluster.insert("tls-server-name".to_owned(), json!("kubernetes.default.svc"));
    check(&world, &config(&given), "kubernetes-admin").await;
    given.cluster.insert("tls-server-name".to_owned(), json!("api.other.test"));
    let says = ["is not valid for the name", "tls-server-name"];
    plan(&world, &config(&given)).ran().await.exits(3).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_contexts_the_current_one_alone_is_written() {
    let world = World::without_vault().await;
    let mut text: Value = serde_json::from_str(&config(&parts(&world, &User::AdminToken))).unwrap();
    let other = json!({"name": "other", "cluster": {"server": "https://other.invalid:6443"}});
    text["clusters"].as_array_mut().unwrap().insert(0, other);
    let context = json!({"name": "other", "context": {"cluster": "other", "user": "me"}});
    text["contexts"].as_array_mut().unwrap().insert(0, context);
    let before = fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap();
    let file = write(&world, &text.to_string());
    world.run(&["run", "demo", "--kubeconfig", &file]).await.exits(0).says(&["as token-admin"]);
    let written = fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap();
    assert!(!written.contains("other"), "{written}");
    let kept = world.sandbox.work().join("kubeconfig.bak");
    assert_eq!(fs_err::read_to_string(&kept).unwrap(), before, "the one before is kept");
    assert_eq!((mode(&world.sandbox.kubeconfig()), mode(&kept)), (0o600, 0o600));
    world.run(&["run", "demo"]).await.exits(0).says(&["as token-admin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_installer_s_newer_one_of_another_ca_takes_its_place() {
    let mut world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let before = fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap();
    world.sandbox.recreate().await.unwrap();
    world.run(&["run", "demo"]).await.exits(0).says(&["note:", "the cluster was recreated"]);
    let kept = fs_err::read_to_string(world.sandbox.work().join("kubeconfig.bak")).unwrap();
    assert_eq!(kept, before);
    world.run(&["plan", "demo", "--exit-code"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kubeconfig_of_the_environment_is_never_read() {
    let world = World::without_vault().await;
    let run = world.command(&["plan", "demo"]).env("KUBECONFIG", "/nowhere/kubeconfig");
    run.ran().await.exits(0).says(&["as kubernetes-admin"]);
}
