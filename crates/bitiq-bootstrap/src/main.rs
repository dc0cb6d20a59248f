//! `bitiq-bootstrap`: hands a fresh OpenShift/Kubernetes cluster over to GitOps.
//!
//! The thin binary: arguments, rendering, exit codes. What a hand-over is, `bootstrap-core` knows.

mod app;
mod commands;
mod exit;
mod flags;
mod show;
mod signals;

use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    // One TLS provider for every client; without it reqwest panics.
    rustls::crypto::ring::default_provider().install_default().ok();
    let environment: BTreeMap<_, _> = std::env::vars_os().collect();
    let matches = match commands::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return ExitCode::from(commands::not_understood(&error, &environment)),
    };
    ExitCode::from(commands::dispatch(&matches, environment))
}
