//! Which versions of what: this machine's, and those that the trace tells of.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use child_process::Shutdown;
use child_process::{Captured, Ended, Program};
use secret::ExposeSecret as _;
use serde::Serialize;
use trace::{Kubernetes, Tool, Trace, VaultRecord};

/// No program that is asked for its version may take longer.
const LIMIT: Duration = Duration::from_secs(5);

/// What runs here, and what the run had to do with.
#[derive(Default, Serialize)]
pub struct Versions {
    /// The version of this document: 1.
    schema_version: u32,
    /// This program.
    program: Tool,
    /// The system, its release and the machine, as `uname` says them.
    os: Option<String>,
    /// Its name for people, where it has one.
    distribution: Option<String>,
    /// As `git --version` says it.
    git: Option<String>,
    /// The program that left the trace.
    trace_tool: Option<Tool>,
    /// The cluster, as it answered that run.
    kubernetes: Option<Kubernetes>,
    /// The Vault that run configured.
    vault: Option<VaultRecord>,
}

impl Versions {
    /// Those of this machine; what can't be asked is left out.
    pub async fn here(environment: &BTreeMap<OsString, OsString>, stop: &Shutdown) -> Self {
        let (os, git) = tokio::join!(
            said(environment, stop, "uname", &["-s", "-r", "-m"]),
            said(environment, stop, "git", &["--version"])
        );
        Self {
            schema_version: 1,
            program: Tool {
                name: env!("CARGO_PKG_NAME").into(),
                version: env!("CARGO_PKG_VERSION").into(),
                command: "support-bundle".into(),
            },
            os,
            distribution: distribution(),
            git,
            ..Self::default()
        }
    }

    /// With those of the run.
    #[must_use]
    pub fn with(self, trace: Option<&Trace>) -> Self {
        Self {
            trace_tool: trace.map(|trace| trace.tool.clone()),
            kubernetes: trace.and_then(|trace| trace.kubernetes.clone()),
            vault: trace.and_then(|trace| trace.vault.clone()),
            ..self
        }
    }
}

/// The first line a program says. It gets no more of the environment than where to look for it.
async fn said(
    environment: &BTreeMap<OsString, OsString>,
    stop: &Shutdown,
    program: &str,
    arguments: &[&str],
) -> Option<String> {
    let path = environment.get_key_value(OsStr::new("PATH"))?;
    let program = Program {
        env: [(path.0.clone(), path.1.clone())].into(),
        limit: Some(LIMIT),
        grace: Duration::from_secs(1),
        ..Program::new(program, arguments.iter().copied())
    };
    match child_process::capture(&program, &stop.token).await {
        Ok(Captured { ended: Ended::Exited(0), stdout, .. }) => {
            stdout.expose_secret().lines().next().map(|line| line.trim().to_owned())
        }
        Ok(_) | Err(_) => None,
    }
}

/// `PRETTY_NAME` of os-release(5).
fn distribution() -> Option<String> {
    let text = fs_err::read_to_string("/etc/os-release").ok()?;
    let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches('"').to_owned())
}
