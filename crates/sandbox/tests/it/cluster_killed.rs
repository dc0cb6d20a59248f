//! A control plane whose owner is killed. The double lives in its owner and needs no such care.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sandbox::cluster::Cluster;

use crate::cluster::options;

/// Set in the process that is to be killed.
const VICTIM: &str = "CLUSTER_TEST_VICTIM";
const NAME: &str = "nothing_is_left_of_a_control_plane_that_was_killed";

/// Runs in two processes: the test starts itself again, and kills that.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the test starts itself again")]
async fn nothing_is_left_of_a_control_plane_that_was_killed() {
    if options().assets.is_none() {
        println!("left out without KUBEBUILDER_ASSETS: {NAME}");
        return;
    }
    if std::env::var_os(VICTIM).is_some() {
        return be_killed().await;
    }
    let mut victim = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", &format!("cluster_killed::{NAME}"), "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("itself again");
    let lines = BufReader::new(victim.stdout.take().expect("its output")).lines().map_while(Result::ok);
    let address =
        lines.filter_map(|line| line.strip_prefix("address ").map(str::to_owned)).next().expect("an address");
    victim.kill().expect("killed");
    victim.wait().expect("gone");
    let since = Instant::now();
    while std::net::TcpStream::connect(&address).is_ok() {
        assert!(since.elapsed() < Duration::from_secs(20), "still listening at {address}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn be_killed() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let cluster = Cluster::start(options()).await.expect("a control plane");
    println!();
    println!("address {}", cluster.server().trim_start_matches("https://"));
    tokio::time::sleep(Duration::from_secs(600)).await;
}
