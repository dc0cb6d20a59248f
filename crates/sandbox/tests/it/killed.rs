//! A sandbox whose process is killed.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sandbox::git_host::PRIVATE;
use sandbox::{Options, Sandbox, vault_left_out};

/// Set in the process that is to be killed.
const VICTIM: &str = "SANDBOX_TEST_VICTIM";
const NAME: &str = "nothing_is_left_of_a_sandbox_that_was_killed";

/// Runs in two processes: the test starts itself again, and kills that.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the test starts itself again")]
async fn nothing_is_left_of_a_sandbox_that_was_killed() {
    if std::env::var_os(VICTIM).is_some() {
        return be_killed().await;
    }
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("killed::{NAME}"), "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
    let folders: Vec<PathBuf> = lines
        .take_while(|line| line != "ready")
        .filter_map(|line| line.strip_prefix("folder ").map(PathBuf::from))
        .collect();
    assert!(folders.len() >= 3 && folders.iter().all(|folder| folder.exists()), "{folders:?}");
    victim.kill().unwrap();
    victim.wait().unwrap();
    let since = Instant::now();
    while folders.iter().any(|folder| folder.exists()) {
        assert!(since.elapsed() < Duration::from_secs(20), "left: {folders:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn be_killed() {
    let vault = !vault_left_out(&format!("{NAME}, its Vault"));
    let sandbox = Sandbox::start(Options { vault, ..Options::default() }).await.expect("the sandbox starts");
    println!();
    println!("folder {}", sandbox.root().display());
    println!("folder {}", sandbox.home().display());
    println!("folder {}", sandbox.git.folder(PRIVATE).display());
    if let Some(folder) = sandbox.vault.as_ref().and_then(|vault| vault.ca_file().parent()) {
        println!("folder {}", folder.display());
    }
    println!("ready");
    tokio::time::sleep(Duration::from_secs(600)).await;
}
