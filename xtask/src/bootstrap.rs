//! `cargo xtask bootstrap CLUSTER`: the same hand-over by the same core, its events as plain lines.

use diagnostics::{Event, EventKind, FailureKind, Listener};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;

use preflight::{Context, Request, Scope};

use cluster_spec::Repository;
use settings::Settings;
use settings::variables;
use trace::{StartedBy, Tool};

use crate::demo::runtime;
use crate::report::{Outcome, failed};

/// Hands the cluster over, with settings from the environment alone.
///
/// # Errors
/// Whatever stood in the way was told by then.
pub fn run(cluster: &str) -> Outcome {
    rustls::crypto::ring::default_provider().install_default().ok();
    let environment: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    let request = request(cluster, environment)?;
    let context = Context::default();
    context.events.add(Box::new(Lines));
    let outcome = runtime()?.block_on(async {
        let stop = context.stop.clone();
        tokio::spawn(async move {
            tokio::signal::ctrl_c().await.ok();
            stop.by_signal(2);
        });
        bootstrap_core::run(&request, &context, |kind| u8::from(kind.is_some())).await
    });
    match outcome.kind() {
        None => Ok("handed over".to_owned()),
        Some(FailureKind::Interrupted | FailureKind::Terminated) => Err(failed("interrupted")),
        Some(_) => Err(failed(format!("{} failure(s)", outcome.failures.len()))),
    }
}

fn request(cluster: &str, environment: BTreeMap<OsString, OsString>) -> Result<Request, Vec<String>> {
    let text =
        |name: &str| environment.get(OsStr::new(name)).and_then(|value| value.to_str()).map(String::from);
    let repository = match text(variables::BITIQ_BOOTSTRAP_ROOT) {
        Some(root) => Repository::at(root),
        None => Repository::find(&std::env::current_dir().map_err(failed)?)
            .ok_or_else(|| failed("no folder clusters/ here or above"))?,
    };
    let loaded = cluster_spec::load(&repository, cluster).map_err(failed)?;
    let started_by = StartedBy {
        user: text("USER").unwrap_or_default(),
        host: settings::this_machine(),
        pid: std::process::id(),
    };
    let lookup = |name: &str| environment.get(OsStr::new(name)).cloned();
    let settings = Settings::from_vars(&lookup, environment.clone()).map_err(|failures| {
        failed(failures.iter().map(|failure| failure.message.as_str()).collect::<Vec<_>>().join("; "))
    })?;
    Ok(Request {
        scope: Scope::Run,
        spec: loaded.spec,
        folder: loaded.folder,
        spec_warnings: loaded.warnings,
        settings,
        started_by,
        tool: Tool {
            name: "xtask".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            command: "bootstrap".into(),
        },
        temporary: std::env::temp_dir(),
    })
}

/// One line an event.
struct Lines;

impl Listener for Lines {
    fn hear(&mut self, event: &Event) {
        let line = match &event.kind {
            EventKind::Checked { system, ok, detail, .. } => {
                format!("{} {system}: {detail}", if *ok { "ok" } else { "failed" })
            }
            EventKind::StepProgress { step, text } => format!("{step}: {text}"),
            EventKind::Waiting(wait) => format!("{}: waiting for {}", wait.subject, wait.waiting_for),
            EventKind::Watched { text } => text.clone(),
            EventKind::StepEnded { step, status, detail, .. } => format!("{step}: {status} {detail}"),
            EventKind::ScriptOutput { lines, .. } => format!("| {}", lines.replace('\n', "\n| ")),
            EventKind::Links(links) => {
                links.iter().map(|link| format!("{}: {}", link.name, link.url)).collect::<Vec<_>>().join(", ")
            }
            EventKind::Warning { text } => format!("warning: {text}"),
            EventKind::Failed(failure) => format!("error: {}: {}", failure.subject, failure.message),
            EventKind::Ended { status, .. } => status.to_string(),
            EventKind::Checking { .. }
            | EventKind::Known(_)
            | EventKind::Check(_)
            | EventKind::Planned(_)
            | EventKind::WritesBegin
            | EventKind::Wrote { .. }
            | EventKind::StepStarted { .. } => return,
        };
        writeln!(std::io::stdout(), "{}", line).ok();
    }
}
