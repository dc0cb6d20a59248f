//! `bitiq-bootstrap`: hands a fresh OpenShift/Kubernetes cluster over to GitOps.
//!
//! The thin binary: arguments, rendering, exit codes. What a hand-over is, `bootstrap-core` knows.

mod app;
mod atomic_file;
mod broken;
mod bundle;
mod candidates;
mod catalogue;
mod commands;
mod entry;
mod error;
mod everywhere;
mod exit;
mod flags;
mod help;
mod invocation;
mod masked;
mod pipeline;
mod printer;
mod reporters;
mod request;
mod request_log;
mod runtime;
mod rust_log;
mod show;
mod signals;

use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    broken::listen();
    ExitCode::from(broken::guarded(command))
}

/// Runs the command, and returns its exit code.
fn command() -> u8 {
    // One TLS provider for every client; without it reqwest panics.
    rustls::crypto::ring::default_provider().install_default().ok();
    if commands::completions::answered(commands::command) {
        return exit::DONE;
    }
    let environment: BTreeMap<_, _> = std::env::vars_os().collect();
    match commands::command().try_get_matches() {
        Ok(matches) => commands::dispatch(&matches, environment),
        Err(error) => commands::not_understood(&error, &environment),
    }
}
