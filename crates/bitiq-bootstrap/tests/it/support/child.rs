//! A run that was started and is not over yet: what it has done so far, and how it is told to end.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use super::sandbox::World;

/// Nothing in a test is waited for longer.
const LONGEST: Duration = Duration::from_secs(60);

/// Waits until it is so.
#[track_caller]
pub fn until(what: &str, is_so: impl FnMut() -> bool) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    let mut is_so = is_so;
    async move {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < LONGEST, "{caller}: waited in vain: {what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Reads what the run says until it has said this. What comes later is read on and thrown away.
pub async fn hear(child: &mut Child, text: &str) {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let heard = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains(text) {
                return true;
            }
        }
        false
    };
    let heard = tokio::time::timeout(LONGEST, heard).await;
    assert!(heard.is_ok_and(|heard| heard), "it never says `{text}`");
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
}

/// Sends a signal, as a terminal or another program does. One that has ended is no error.
pub fn tell(child: &Child, signal: Signal) {
    if let Some(pid) = child.id() {
        kill_process(pid_of(pid), signal).unwrap();
    }
}

/// Whether a process lives; one that is dead and not collected yet does not.
pub fn lives(pid: u32) -> bool {
    match fs_err::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => !matches!(stat.rsplit(") ").next().and_then(|rest| rest.chars().next()), Some('Z' | 'X')),
        Err(_) if std::path::Path::new("/proc/self").exists() => false,
        Err(_) => rustix::process::test_kill_process(pid_of(pid)).is_ok(),
    }
}

fn pid_of(pid: u32) -> Pid {
    Pid::from_raw(i32::try_from(pid).unwrap()).unwrap()
}

impl World {
    /// The folders of the remembered runs, the oldest first.
    pub fn runs(&self) -> Vec<PathBuf> {
        let entries = fs_err::read_dir(self.sandbox.work().join("runs"));
        let mut runs: Vec<_> = entries.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
        runs.sort();
        runs
    }

    /// The trace of the newest run, whether it wrote anything or not.
    pub fn newest_trace(&self) -> Value {
        let file = self.runs().last().expect("no run is remembered").join("trace.json");
        serde_json::from_str(&fs_err::read_to_string(file).unwrap()).unwrap()
    }

    /// What the script of the newest run that has a log has printed so far.
    pub fn log(&self) -> String {
        let logs = self.runs().into_iter().rev().map(|run| run.join("bootstrap.log"));
        logs.filter_map(|log| fs_err::read(log).ok())
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .next()
            .unwrap_or_default()
    }

    /// Waits until the script has printed this.
    pub async fn script_says(&self, text: &str) {
        until(&format!("the script to say {text}"), || self.log().contains(text)).await;
    }

    /// The number that the script printed after `words`.
    pub fn number_after(&self, words: &str) -> u32 {
        let log = self.log();
        let (_, rest) = log.split_once(words).unwrap_or_else(|| panic!("`{words}` is not in {log}"));
        rest.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// The run that stands on the Lease; nothing where nobody does.
    pub async fn lease_holder(&self) -> Option<String> {
        let lease = self.lease().await?;
        lease["spec"]["holderIdentity"].as_str().filter(|run| !run.is_empty()).map(str::to_owned)
    }

    pub async fn lease(&self) -> Option<Value> {
        let path = "/apis/coordination.k8s.io/v1/namespaces/openshift-gitops/leases/bitiq-bootstrap";
        self.sandbox.cluster.object(path).await.unwrap()
    }
}
