//! `bitiq-bootstrap`: hands a fresh OpenShift/Kubernetes cluster over to GitOps.
//!
//! The thin binary: arguments, rendering, exit codes. What a hand-over is, `bootstrap-core` knows.

mod again;
mod app;
mod bundle;
mod commands;
mod exit;
mod flags;
mod groups;
mod show;
mod signals;
mod way;
mod whole_file;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;

/// What a panic says may hold anything that was in memory: only where it happened is told.
fn keep_panics_short() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        writeln!(std::io::stderr(), "error: the program is broken at {place}: please report this").ok();
    }));
}

fn main() -> ExitCode {
    keep_panics_short();
    // One TLS provider for every client; without it reqwest panics.
    rustls::crypto::ring::default_provider().install_default().ok();
    if commands::completions::answered() {
        return ExitCode::SUCCESS;
    }
    let environment: BTreeMap<_, _> = std::env::vars_os().collect();
    let matches = match commands::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return ExitCode::from(commands::not_understood(&error, &environment)),
    };
    ExitCode::from(commands::dispatch(&matches, environment))
}
