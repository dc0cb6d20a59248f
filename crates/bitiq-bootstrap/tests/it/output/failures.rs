//! The commonest failures as a person sees them: in terminals of 60, 80 and 120 columns, with colours and without.
//! The order of the preflight checks differs from run to run, so a picture begins with the first error.

use std::sync::Arc;

use crate::support::applications;
use sandbox::git_host::PRIVATE;
use sandbox::gitops_repo::SCRIPT;
use serde_json::json;

use crate::support::process::Run;
use crate::support::sandbox::{World, left_out_on_a_real_cluster};
use crate::support::terminal::Terminal;

/// What differs from run to run. The replacements are as wide where a line may break after them.
const REDACTED: &[(&str, &str)] = &[
    (r"/tmp/bitiq-sandbox-\w{6}/root", "/tmp/bitiq-sandbox-000000/root"),
    (r"127\.0\.0\.1:\d{5}", "127.0.0.1:PORT0"),
    (r"\d{8}T\d{6}Z-[0-9a-f]{6}", "20260101T000000Z-000000"),
    (r"\b[0-9a-f]{40}\b", "0000000000000000000000000000000000000000"),
    (r"\b\d+\.\ds\b", "0.0s"),
    (r"(?m)^  time      .*$", "  time      [where it went]"),
    (r"\(process \d+\)", "(process 1)"),
];

/// Whether the pictures can be the same here.
fn left_out(test: &str) -> bool {
    let elsewhere = std::env::temp_dir() != std::path::Path::new("/tmp");
    if elsewhere {
        eprintln!("left out, lines break after paths below /tmp alone: {test}");
    }
    elsewhere || left_out_on_a_real_cluster(test)
}

/// A world without Vault, where the pictures can be the same.
async fn without_vault(test: &str) -> Option<World> {
    if left_out(test) { None } else { Some(World::without_vault().await) }
}

/// The same with one.
async fn with_vault(test: &str) -> Option<World> {
    if left_out(test) { None } else { World::with_vault(test).await }
}

/// The six pictures of one failure.
fn pictures(name: &str, run: &Run, code: i32) {
    for columns in [60, 80, 120] {
        for color in ["never", "always"] {
            let run = run.clone().env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
            let run = run.env("BITIQ_BOOTSTRAP_COLOR", color);
            let (ended, sent) = Terminal::new(columns).runs(&run, "");
            assert_eq!(ended, code, "{sent}");
            let picture = screen(&sent, columns, color == "always");
            insta::with_settings!({ filters => REDACTED.to_vec(), prepend_module_to_snapshot => false,
                omit_expression => true }, {
                insta::assert_snapshot!(format!("{name}-{columns}-{color}"), picture);
            });
        }
    }
}

/// What stands on the terminal in the end; lines that it broke by itself are whole, and colours are words.
fn screen(sent: &str, columns: u16, colors: bool) -> String {
    let mut parser = vt100::Parser::new(400, columns, 0);
    parser.process(sent.as_bytes());
    let screen = parser.screen();
    let mut text = String::new();
    for row in 0..400 {
        let mut style = String::new();
        let mut line = String::new();
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column) else { continue };
            let now = if colors { style_of(cell) } else { String::new() };
            if now != style {
                line.push_str(&if now.is_empty() { "</>".to_owned() } else { format!("<{now}>") });
                style = now;
            }
            line.push_str(if cell.has_contents() { cell.contents() } else { " " });
        }
        if !style.is_empty() {
            line.push_str("</>");
        }
        text.push_str(if screen.row_wrapped(row) { &line } else { line.trim_end() });
        if !screen.row_wrapped(row) {
            text.push('\n');
        }
    }
    let text = text.trim_end().to_owned();
    let begins = |line: &str| ["error", "<bold red>error"].iter().any(|begin| line.starts_with(begin));
    let from = text.lines().position(begins).unwrap_or(0);
    text.lines().skip(from).collect::<Vec<_>>().join("\n")
}

fn style_of(cell: &vt100::Cell) -> String {
    let color = match cell.fgcolor() {
        vt100::Color::Idx(1) => "red",
        vt100::Color::Idx(2) => "green",
        vt100::Color::Idx(3) => "yellow",
        vt100::Color::Idx(6) => "cyan",
        vt100::Color::Default => "",
        _ => "other",
    };
    let dim = if cell.dim() { "dim" } else { "" };
    let bold = if cell.bold() { "bold" } else { "" };
    [bold, dim, color].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_yaml_that_is_wrong() {
    let Some(world) = without_vault("a_cluster_yaml_that_is_wrong").await else { return };
    world.set("repo_ref", "\"-x\"\n  repo_brnch: main");
    world.set("base_domain", "Example_.com");
    pictures("cluster-yaml", &world.command(&["run", "demo"]), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_kubeconfig() {
    let Some(world) = without_vault("no_kubeconfig").await else { return };
    fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
    pictures("no-kubeconfig", &world.command(&["run", "demo"]), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_out_of_reach() {
    let Some(world) = without_vault("a_cluster_out_of_reach").await else { return };
    let text = fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap();
    let text = text.replace(&world.sandbox.cluster.server(), "https://127.0.0.1:1");
    fs_err::write(world.sandbox.kubeconfig(), text).unwrap();
    pictures("cluster-unreachable", &world.command(&["run", "demo"]), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_are_missing() {
    let Some(world) = without_vault("rights_that_are_missing").await else { return };
    let world =
        crate::support::permissions::world_of(world, &crate::support::permissions::rights("leases")).await;
    pictures("rights", &world.command(&["run", "demo"]), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_out_of_reach() {
    let Some(world) = without_vault("a_vault_out_of_reach").await else { return };
    let run = world.command(&["run", "demo"]).env("VAULT_ADDR", "https://127.0.0.1:1");
    pictures("vault-unreachable", &run.env("VAULT_TOKEN", "s.0123456789"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_token_that_is_not_known() {
    let Some(world) = with_vault("a_vault_token_that_is_not_known").await else { return };
    pictures("vault-token", &world.command(&["run", "demo"]).env("VAULT_TOKEN", "s.0123456789"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mount_of_another_cluster() {
    let Some(world) = with_vault("a_mount_of_another_cluster").await else { return };
    let ca = world.sandbox.cluster.ca_pem();
    let theirs = json!({"kubernetes_host": "https://127.0.0.1:1", "kubernetes_ca_cert": ca});
    crate::support::sandbox::vault(&world).api("POST", "auth/kubernetes/config", Some(theirs)).await.unwrap();
    pictures("another-clusters-mount", &world.command(&["run", "demo"]), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_refused() {
    let Some(world) = without_vault("a_login_that_is_refused").await else { return };
    let run = world.command(&["run", "demo"]).env("GITOPS_REPO_PASSWORD", "an-old-password");
    pictures("login-refused", &run, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ref_that_is_not_there() {
    let Some(world) = without_vault("a_ref_that_is_not_there").await else { return };
    world.set("repo_ref", "mian");
    pictures("ref-not-found", &world.command(&["run", "demo"]), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_that_are_missing() {
    let Some(world) = without_vault("tools_that_are_missing").await else { return };
    let run =
        world.command(&["run", "demo", "--require-tool", "oc-of-nobody", "--require-tool", "helm-of-nobody"]);
    pictures("tools", &run, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_working_copy_with_changes() {
    let Some(world) = without_vault("a_working_copy_with_changes").await else { return };
    world.run(&["run", "demo"]).await.exits(0);
    fs_err::write(world.sandbox.work().join("gitops-src/mine"), "").unwrap();
    pictures("dirty", &world.command(&["run", "demo"]), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_run_that_holds_the_cluster() {
    let Some(world) = without_vault("another_run_that_holds_the_cluster").await else { return };
    crate::support::lease::hold(&world, "bastion", "/srv/clusters/demo/.work").await;
    pictures("locked", &world.command(&["run", "demo"]), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_fails() {
    let Some(world) = without_vault("a_script_that_fails").await else { return };
    let text = "#!/bin/sh\necho helm upgrade --install bitiq-umbrella >&2\necho 'Error: UPGRADE FAILED: another operation is in progress' >&2\nexit 1\n";
    let script = sandbox::git_host::File::executable(SCRIPT, text);
    world.sandbox.git.commit(PRIVATE, &[script], "another script").await.unwrap();
    world.command(&["run", "demo"]).ran().await.exits(1);
    pictures("script", &world.command(&["run", "demo"]), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_does_not_end() {
    let Some(world) = without_vault("a_script_that_does_not_end").await else { return };
    let script =
        sandbox::git_host::File::executable(SCRIPT, "#!/bin/sh\necho waiting for Applications\nsleep 60\n");
    world.sandbox.git.commit(PRIVATE, &[script], "another script").await.unwrap();
    let run = world.command(&["run", "demo", "--script-timeout", "1s", "--watch-after", "0"]);
    run.clone().ran().await.exits(1);
    pictures("script-timeout", &run, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_sealed() {
    let Some(world) = with_vault("a_vault_that_is_sealed").await else { return };
    crate::support::sandbox::vault(&world).seal().await.unwrap();
    pictures("vault-sealed", &world.command(&["run", "demo"]), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_argo_cd_can_not_read() {
    let test = "a_repository_that_argo_cd_can_not_read";
    if left_out(test) {
        return;
    }
    let world = Arc::new(applications::nobody_looks().await);
    applications::application(&world, "umbrella", &world.sandbox.repo_url(), json!({})).await;
    let message = "Failed to load target state: dial tcp: lookup git.example.com: no such host";
    let status = applications::compared("Unknown", json!([{"type": "ComparisonError", "message": message}]));
    let argocd = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            loop {
                applications::answers(&world, "umbrella", status.clone()).await;
            }
        }
    });
    let run = world.command(&["run", "demo", "--skip-script"]).env("GITOPS_REPO_ACCESS_TIMEOUT", "180");
    run.clone().ran().await.exits(1);
    pictures("not-readable", &run, 1);
    argocd.abort();
}
