//! `RUST_LOG`: the requests of a command, on stderr.

use crate::support::process::Ran;
use crate::support::proxy::Proxy;
use crate::support::sandbox::World;
use crate::support::terminal::Terminal;

const CLUSTER: &str = " DEBUG cluster_access::stack: answer method=GET url=\"https://127.0.0.1:";
const VAULT: &str = " DEBUG vault_access::sender: answer method=GET url=\"https://127.0.0.1:";
const GIT: &str = " DEBUG gitops_clone::talk::http: answer method=GET url=https://127.0.0.1:";
const REQWEST: &str = " DEBUG reqwest::connect: starting new connection";
const HYPER: &str = " DEBUG hyper_util::client::legacy::connect::http: connected to 127.0.0.1:";
const EVENT: &str = " DEBUG Checking { system: ";

/// Which of these are among the lines of stderr.
fn among<'a>(ran: &Ran, lines: &[&'a str]) -> Vec<&'a str> {
    lines.iter().copied().filter(|line| ran.stderr.contains(line)).collect()
}

const ALL: [&str; 6] = [CLUSTER, VAULT, GIT, REQWEST, HYPER, EVENT];

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_a_run_are_on_stderr_and_none_of_their_headers() {
    let Some(world) =
        World::with_vault("the_requests_of_a_run_are_on_stderr_and_none_of_their_headers").await
    else {
        return;
    };
    let run = world.command(&["run", "demo", "-o", "json"]).env("RUST_LOG", "debug").ran().await.exits(0);
    assert_eq!(among(&run, &ALL), ALL);
    assert_eq!(run.json()["status"], "succeeded", "stdout is one document");
    let said = run.stderr.to_lowercase();
    for header in ["authorization:", "\"authorization\"", "bearer ", "x-vault-token", "basic "] {
        assert!(!said.contains(header), "{header} is in {}", run.stderr);
    }
    let streamed = world.command(&["plan", "demo"]).env("RUST_LOG", "kube_client=debug,error").ran().await;
    assert_eq!(among(&streamed.exits(0), &ALL), [CLUSTER]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directive_for_what_may_not_be_shown_shows_nothing() {
    let world = World::without_vault().await;
    let plan = world.command(&["plan", "demo"]);
    let quiet = plan.ran().await.exits(0).stderr;
    for asked in
        ["rustls=trace,tower=trace,kube_client::client=trace", "gix_command,hyper::proto=trace", "off"]
    {
        let ran = plan.clone().env("RUST_LOG", asked).ran().await.exits(0);
        assert_eq!(ran.stderr, quiet, "{asked}");
    }
}

/// A spinner clears its line again and again.
const CLEARED: &str = "\u{1b}[2K";

#[tokio::test(flavor = "multi_thread")]
async fn no_spinner_is_drawn_over_a_log() {
    let world = World::without_vault().await;
    let seen = |command: &[&str], rust_log: &str| {
        let run = world.command(command).env("TERM", "xterm").env("RUST_LOG", rust_log);
        Terminal::new(100).runs(&run, "").1
    };
    let run = ["run", "demo", "--repo-access-timeout", "0"];
    let drawn = seen(&run, "");
    assert!(drawn.contains(CLEARED), "{drawn:?}");
    for command in [&run[..], &["verify", "demo"]] {
        let logged = seen(command, "kube=debug");
        assert!(logged.contains(CLUSTER) && !logged.contains(CLEARED), "{logged:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_login_of_a_proxy_is_not_in_the_log() {
    const LOGIN: &str = "proxy-login-8c1f";
    let Some(world) = World::with_vault("the_login_of_a_proxy_is_not_in_the_log").await else { return };
    let address = world.sandbox.env().into_iter().find(|(name, _)| name == "VAULT_ADDR").unwrap().1;
    let proxy = Proxy::to(&address).await.url.replace("http://", &format!("http://bob:{LOGIN}@"));
    let run = world.command(&["plan", "demo", "--vault-proxy-addr", &proxy]).env("RUST_LOG", "debug");
    let ran = run.secret(LOGIN).ran().await.exits(0);
    assert!(ran.stderr.contains(" DEBUG reqwest::connect: proxy("), "{}", ran.stderr);
    assert!(!ran.stderr.contains("bob"), "{}", ran.stderr);
}
