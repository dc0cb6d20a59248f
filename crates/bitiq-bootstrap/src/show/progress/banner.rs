//! Who we are where, and what is handed over: told once, before the first write.

use super::super::style::{BOLD, NOTE, paint};
use super::sink::Sink;
use diagnostics::Facts;

/// The column where values begin.
const VALUES: usize = 14;

/// Tells it; what the script is given where it is going to run.
pub fn banner(facts: &Facts, runs_script: bool, sink: &Sink) {
    sink.line(&paint(BOLD, &facts.cluster), 2);
    for (name, value) in rows(facts, runs_script) {
        sink.line(&format!("  {name:<11} {value}"), VALUES);
    }
    for note in &facts.notes {
        sink.line(&format!("  {} {note}", paint(NOTE, "note:")), 2);
    }
}

fn rows(facts: &Facts, runs_script: bool) -> Vec<(&'static str, String)> {
    let infra_id = facts.infra_id.as_ref().map(|id| format!("infraID {id}, ")).unwrap_or_default();
    let mut rows = vec![
        ("cluster", format!("{} {} ({infra_id}id {})", facts.server, facts.version, facts.cluster_id)),
        ("as", facts.user.clone()),
    ];
    if !facts.git_sha.is_empty() {
        rows.push(("repository", format!("{} {} at {}", facts.repo_url, facts.repo_ref, facts.git_sha)));
    }
    if let Some(login) = &facts.credentials {
        rows.push(("login", login.origin.clone()));
    }
    if let Some(vault) = &facts.vault {
        let namespace =
            vault.namespace.as_deref().map(|name| format!(" namespace {name}")).unwrap_or_default();
        rows.push(("vault", format!("{}{namespace} auth/{}", vault.address, vault.mount)));
    }
    if runs_script {
        rows.push(("script", format!("ENV={} BASE_DOMAIN={}", facts.env, facts.apps_domain)));
    }
    rows
}
