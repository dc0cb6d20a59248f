use std::time::{Duration, Instant};

use advice::Diagnostic as _;
use cluster_access::{AccessError, Cluster, Network, connect, identify};
use sandbox::cluster::{self, Options};

use crate::kubeconfig::{Folder, kubeconfig};

/// A kubeconfig whose login is this shell script.
fn folder(cluster: &str, script: &str, more: &str) -> Folder {
    let plugin = format!(
        "exec:\n  apiVersion: client.authentication.k8s.io/v1\n  command: ./login\n  interactiveMode: IfAvailable\n{more}"
    );
    let folder = Folder::with(kubeconfig(cluster, &plugin));
    folder.file("login", format!("#!/bin/sh\n{script}\n"));
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs_err::set_permissions(folder.0.path().join("login"), executable).unwrap();
    folder
}

fn credential(token: &str) -> String {
    format!(
        r#"echo '{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{{"token":"{token}"}}}}'"#
    )
}

async fn connected(folder: &Folder, limit: Duration) -> Result<Cluster, AccessError> {
    rustls::crypto::ring::default_provider().install_default().ok();
    connect(&folder.read(), &Network::default(), limit, &[]).await
}

async fn said(script: &str, more: &str) -> String {
    let folder = folder("server: https://127.0.0.1:1", script, more);
    let error = connected(&folder, Duration::from_secs(1)).await.unwrap_err();
    let said = format!("{error} / {}", error.hint().unwrap_or_default());
    said.replace(&folder.0.path().display().to_string(), "DIR")
}

#[tokio::test]
async fn its_token_is_the_login_and_its_environment_is_its_own() {
    let cluster = cluster::Cluster::start(Options::default()).await.unwrap();
    let entry = format!("server: {}\ninsecure-skip-tls-verify: true", cluster.server());
    let script =
        format!("[ \"$WHO\" = demo ] && [ \"$1\" = get ] || exit 9\n{}", credential(&cluster.admin_token()));
    let folder = folder(&entry, &script, "  args: [get]\n  env:\n  - {name: WHO, value: demo}\n");
    let connected = connected(&folder, Duration::from_secs(5)).await.unwrap();
    assert_eq!(identify(&connected).await.unwrap().user, "token-admin");
}

#[tokio::test]
async fn it_learns_of_the_cluster_where_it_asks_to() {
    let script = "case \"$KUBERNETES_EXEC_INFO\" in *api.example.com*) exit 8;; *) exit 9;; esac";
    let folder = folder("server: https://api.example.com", script, "  provideClusterInfo: true\n");
    let error = connected(&folder, Duration::from_secs(1)).await.unwrap_err();
    assert!(error.to_string().contains("exit code 8"), "{error}");
}

#[tokio::test]
async fn one_that_hangs_is_ended() {
    let begun = Instant::now();
    let script = "echo $$ > \"$(dirname \"$0\")/pid\"\nexec sleep 600";
    let folder = folder("server: https://127.0.0.1:1", script, "");
    let error = connected(&folder, Duration::from_secs(1)).await.unwrap_err();
    assert!(error.to_string().ends_with("gave no answer within 1 s"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(60));
    let pid = fs_err::read_to_string(folder.0.path().join("pid")).unwrap();
    assert!(!std::path::Path::new("/proc").join(pid.trim()).exists() || cfg!(not(target_os = "linux")));
}

#[tokio::test]
async fn what_one_that_hangs_has_said_is_repeated_though_a_program_of_its_own_lives_on() {
    let begun = Instant::now();
    let script = "echo 'To sign in, open https://login.example.com and enter ABC' >&2\necho token=hunter22hunter22 >&2\nsleep 600\ntrue";
    insta::assert_snapshot!(said(script, "").await, @"connect to the cluster: the exec plugin DIR/login of the kubeconfig gave no answer within 1 s: To sign in, open https://login.example.com and enter ABC / install the plugin where it is missing, else run it by hand: it must answer without asking anything");
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn one_that_asks_gets_an_empty_answer() {
    insta::assert_snapshot!(said("read -r answer && exit 7\nexit 8", "").await, @"connect to the cluster: the exec plugin DIR/login of the kubeconfig failed with exit code 8 / install the plugin where it is missing, else run it by hand: it must answer without asking anything");
}

#[tokio::test]
async fn one_that_fails_is_quoted_but_never_its_answer() {
    let script = format!("{}\necho 'token expired, log in again' >&2\nexit 3", credential("hunter22"));
    insta::assert_snapshot!(said(&script, "").await, @"connect to the cluster: the exec plugin DIR/login of the kubeconfig failed with exit code 3: token expired, log in again / install the plugin where it is missing, else run it by hand: it must answer without asking anything");
}

#[tokio::test]
async fn one_that_answers_nonsense_is_not_quoted() {
    insta::assert_snapshot!(said("echo hunter22: [", "").await, @"connect to the cluster: the exec plugin DIR/login of the kubeconfig answered something that is no ExecCredential with a status (nothing else may be on its standard output) / install the plugin where it is missing, else run it by hand: it must answer without asking anything");
    insta::assert_snapshot!(said("echo '{\"kind\":\"ExecCredential\",\"secret\":\"hunter22\"}'", "").await, @"connect to the cluster: the exec plugin DIR/login of the kubeconfig answered something that is no ExecCredential with a status (nothing else may be on its standard output) / install the plugin where it is missing, else run it by hand: it must answer without asking anything");
}

#[tokio::test]
async fn one_that_is_not_there_is_said_with_its_install_hint() {
    let config = "exec:\n  command: no-such-plugin-anywhere\n  installHint: brew install it";
    let folder = Folder::with(kubeconfig("server: https://127.0.0.1:1", config));
    let error = connected(&folder, Duration::from_secs(1)).await.unwrap_err();
    insta::assert_snapshot!(format!("{error} / {}", error.hint().unwrap()), @"connect to the cluster: the exec plugin no-such-plugin-anywhere of the kubeconfig is not on PATH / brew install it");
}

#[tokio::test]
async fn one_that_must_ask_is_refused() {
    let config = "exec:\n  command: login\n  interactiveMode: Always";
    let folder = Folder::with(kubeconfig("server: https://127.0.0.1:1", config));
    let error = connected(&folder, Duration::from_secs(1)).await.unwrap_err();
    insta::assert_snapshot!(error, @"connect to the cluster: the kubeconfig can't be used: its exec plugin login has interactiveMode Always, and nobody is asked anything here");
}
