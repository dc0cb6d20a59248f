//! The parts together: the script runs, a service account logs in, and nothing is left in the end.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sandbox::cluster::User;
use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::EXPECTED;
use sandbox::programs::Programs;
use sandbox::vault::Vault;
use sandbox::{Options, Sandbox, vault_left_out};
use serde_json::{Value, json};

const NAMESPACE: &str = "openshift-gitops";

fn namespace() -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
}

async fn without_vault() -> Sandbox {
    let sandbox =
        Sandbox::start(Options { vault: false, ..Options::default() }).await.expect("the sandbox starts");
    sandbox.cluster.put(&namespace()).await.unwrap();
    sandbox
}

#[expect(clippy::disallowed_methods, reason = "the test is the user who runs it")]
fn command(sandbox: &Sandbox, program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(sandbox.env());
    command
}

async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output()).await.expect("it ran").expect("it is there")
}

/// The working copy, cloned by plain Git with the login of the environment.
async fn clone(sandbox: &Sandbox) -> PathBuf {
    let copy = sandbox.work().join("gitops-src");
    let (username, password) = sandbox.git.login();
    let url = sandbox.git.url(PRIVATE).replace("https://", &format!("https://{username}:{password}@"));
    let mut git = command(sandbox, "git");
    git.args(["clone", "--quiet", &url]).arg(&copy);
    let cloned = output(git).await;
    assert!(cloned.status.success(), "{}", String::from_utf8_lossy(&cloned.stderr));
    copy
}

/// The script in a working copy, as the hand-over starts it.
fn script_in(sandbox: &Sandbox, copy: &Path) -> Command {
    let mut script = command(sandbox, "./scripts/bootstrap.sh");
    script.current_dir(copy).env("ENV", "sno").env("BASE_DOMAIN", "apps.demo.example.test");
    script
        .env("TARGET_REV", "main")
        .env("GIT_REPO_URL", sandbox.repo_url())
        .env("KUBECONFIG", sandbox.kubeconfig());
    script
}

/// Runs the script, and returns its exit code and all it said.
async fn script(sandbox: &Sandbox, change: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut script = script_in(sandbox, &clone(sandbox).await);
    script.envs(change.iter().copied());
    let ran = output(script).await;
    let said = [ran.stdout, ran.stderr].concat();
    (ran.status.code(), String::from_utf8_lossy(&said).into_owned())
}

async fn check_refused(name: &str, value: &str, expect: &str) {
    let sandbox = without_vault().await;
    let (code, said) = script(&sandbox, &[(name, value)]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("FATAL") && said.contains(expect), "{said}");
}

#[tokio::test]
async fn the_script_creates_the_application_and_does_so_again() {
    let sandbox = without_vault().await;
    let path = format!("/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications/bitiq-umbrella-sno");
    for _ in 0..2 {
        let (code, said) = script(&sandbox, &[]).await;
        assert_eq!(code, Some(0), "{said}");
        let application = sandbox.cluster.object(&path).await.unwrap().expect("the Application is there");
        assert_eq!(application["spec"]["source"]["repoURL"], json!(sandbox.repo_url()));
        let mut git = command(&sandbox, "git");
        git.args(["status", "--porcelain"]).current_dir(sandbox.work().join("gitops-src"));
        assert_eq!(output(git).await.stdout, b"", "the script leaves its working copy clean");
        fs_err::remove_dir_all(sandbox.work().join("gitops-src")).unwrap();
    }
}

#[tokio::test]
async fn the_script_refuses_another_env() {
    check_refused("ENV", "prod", "ENV is 'prod', expected 'sno'").await;
}

#[tokio::test]
async fn the_script_refuses_another_base_domain() {
    check_refused("BASE_DOMAIN", "apps.other", "BASE_DOMAIN is 'apps.other'").await;
}

#[tokio::test]
async fn the_script_refuses_another_revision() {
    check_refused("TARGET_REV", "elsewhere", "TARGET_REV is 'elsewhere'").await;
}

#[tokio::test]
async fn the_script_refuses_another_repository() {
    check_refused("GIT_REPO_URL", "", "GIT_REPO_URL is not set").await;
}

#[tokio::test]
async fn the_script_refuses_another_kubeconfig() {
    check_refused("KUBECONFIG", "/nonexistent", "KUBECONFIG can't be used").await;
}

#[tokio::test]
async fn the_script_fails_with_the_code_it_is_told() {
    let sandbox = without_vault().await;
    let (code, said) = script(&sandbox, &[("SANDBOX_SCRIPT", "say=so far,split=so good,fail=7")]).await;
    assert_eq!(code, Some(7), "{said}");
    assert!(said.contains("so far\nso good\n"), "{said}");
}

/// The script works with the kubeconfig in `file`, which `text` is written to.
async fn check_kubeconfig(sandbox: &Sandbox, text: &str) {
    let file = sandbox.work().join("other-kubeconfig");
    fs_err::write(&file, text).unwrap();
    let (code, said) = script(sandbox, &[("KUBECONFIG", &file.to_string_lossy())]).await;
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test]
async fn the_script_takes_a_token() {
    let sandbox = without_vault().await;
    check_kubeconfig(&sandbox, &sandbox.cluster.kubeconfig(&User::AdminToken).unwrap()).await;
}

#[tokio::test]
async fn the_script_takes_a_kubeconfig_written_as_json() {
    let sandbox = without_vault().await;
    let yaml = sandbox.cluster.kubeconfig(&User::Admin).unwrap();
    let json: Value = serde_saphyr::from_str(&yaml).unwrap();
    check_kubeconfig(&sandbox, &json.to_string()).await;
}

#[tokio::test]
async fn the_script_can_give_the_login_away() {
    let sandbox = without_vault().await;
    let data = json!({"password": "a-password-to-be-masked"});
    let metadata = json!({"name": "gitops-repo", "namespace": NAMESPACE});
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data});
    sandbox.cluster.put(&secret).await.unwrap();
    let (code, said) = script(&sandbox, &[("SANDBOX_SCRIPT", "login,split-login")]).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches("a-password-to-be-masked").count(), 2, "{said}");
}

#[tokio::test]
async fn the_script_can_leave_a_child_behind() {
    let sandbox = without_vault().await;
    let mut script = script_in(&sandbox, &clone(&sandbox).await);
    // to a file: the child holds a pipe open
    let file = sandbox.home().join("output");
    script.stdout(fs_err::File::create(&file).unwrap().into_file());
    script.env("SANDBOX_SCRIPT", "background,flood=0.1,binary,ignore-term,die=15,fail=3");
    let status = tokio::task::spawn_blocking(move || script.status()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&fs_err::read(&file).unwrap()).into_owned();
    assert_eq!(status.code(), Some(3), "{said}");
    let child =
        said.lines().find_map(|line| line.strip_prefix("background process ")).expect("it says which");
    let mut kill = command(&sandbox, "sh");
    kill.args(["-c", &format!("kill {child}")]);
    assert!(output(kill).await.status.success(), "it was still there");
}

#[tokio::test]
async fn what_the_script_expects_stands_in_the_repository() {
    let sandbox = without_vault().await;
    sandbox.git.commit(PRIVATE, &[File::new(EXPECTED, "ENV=other\n")], "another world").await.unwrap();
    let (code, said) = script(&sandbox, &[]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("ENV is 'sno', expected 'other'"), "{said}");
}

/// A reviewer, as the hand-over makes one, and the mount written with its token.
async fn trust_the_cluster(sandbox: &Sandbox, vault: &Vault) {
    let metadata = json!({"name": "reviewer", "namespace": NAMESPACE});
    sandbox
        .cluster
        .put(&json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}))
        .await
        .unwrap();
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "reviewer"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator"},
        "subjects": [{"kind": "ServiceAccount", "name": "reviewer", "namespace": NAMESPACE}],
    });
    sandbox.cluster.put(&binding).await.unwrap();
    let config = json!({
        "kubernetes_host": sandbox.cluster.server(),
        "kubernetes_ca_cert": sandbox.cluster.ca_pem(),
        "token_reviewer_jwt": sandbox.service_account_token(NAMESPACE, "reviewer").await.unwrap(),
    });
    vault.api("POST", "auth/kubernetes/config", Some(config)).await.unwrap();
}

#[tokio::test]
async fn a_service_account_logs_in_to_vault() {
    if vault_left_out("a_service_account_logs_in_to_vault") {
        return;
    }
    let sandbox =
        Sandbox::start(Options { argocd: false, ..Options::default() }).await.expect("the sandbox starts");
    sandbox.cluster.put(&namespace()).await.unwrap();
    let vault = sandbox.vault.as_ref().expect("there is a Vault");
    trust_the_cluster(&sandbox, vault).await;
    let metadata = json!({"name": "default", "namespace": NAMESPACE});
    sandbox
        .cluster
        .put(&json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}))
        .await
        .unwrap();
    let role = sandbox.vault_role();
    let answer = sandbox.log_in_to_vault("kubernetes", &role, (NAMESPACE, "default")).await.unwrap();
    assert!(answer.status == 200 && answer.body["auth"]["client_token"].is_string(), "{answer:?}");
    let answer = sandbox.log_in_to_vault("kubernetes", &role, (NAMESPACE, "reviewer")).await.unwrap();
    assert_eq!(answer.status, 403, "another service account: {answer:?}");
    let wrong = json!({"role": role, "jwt": "no.such.token"});
    let answer = vault.api_as(None, "POST", "auth/kubernetes/login", Some(wrong)).await.unwrap();
    assert_eq!(answer.status, 403, "{answer:?}");
}

#[tokio::test]
async fn nothing_is_left_when_it_stops() {
    let vault = !vault_left_out("nothing_is_left_when_it_stops, its Vault");
    let sandbox = Sandbox::start(Options { vault, ..Options::default() }).await.expect("the sandbox starts");
    let mut folders = vec![sandbox.root(), sandbox.home(), sandbox.git.folder(PRIVATE)];
    folders.extend(sandbox.vault.as_ref().map(|vault| vault.ca_file().to_path_buf()));
    let servers = [sandbox.cluster.server(), sandbox.git.url(PRIVATE)];
    assert!(folders.iter().all(|folder| folder.exists()));
    sandbox.stop().await.unwrap();
    assert!(folders.iter().all(|folder| !folder.exists()));
    for server in servers {
        let port = url::Url::parse(&server).unwrap().port().unwrap();
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "{server} still listens");
    }
}

#[tokio::test]
async fn a_recreated_cluster_has_a_new_ca_and_a_newer_kubeconfig() {
    let mut sandbox = without_vault().await;
    let before = (sandbox.cluster.server(), sandbox.cluster.ca_pem());
    sandbox.recreate().await.unwrap();
    assert_eq!(sandbox.cluster.server(), before.0);
    assert_ne!(sandbox.cluster.ca_pem(), before.1);
    assert!(sandbox.work().join("installer/auth/kubeconfig").exists());
    assert!(sandbox.cluster.kubeconfig(&User::Admin).is_ok());
}

#[test]
fn a_machine_without_git_is_told() {
    let programs = Programs { path: Some("/nonexistent".into()), ..Programs::default() };
    let why = programs.find("git").expect_err("there is none");
    assert_eq!(why.to_string(), "git was not found (looked in /nonexistent)");
    assert_eq!(why.hint().as_deref(), Some("install git"));
}
