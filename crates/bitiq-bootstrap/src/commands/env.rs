//! `env CLUSTER`: the values derived from cluster.yaml, and the line that runs the script by hand.

use clap::Command;
use cluster_spec::Loaded;
use diagnostics::Failures;

use crate::app::App;
use crate::entry::Entry;
use crate::exit;
use crate::flags::{Switch, Takes};
use crate::show::Env;
use secret::quoted;
use settings::variables;

const EXPORT: Switch = Switch::new(
    "export",
    "As export lines, for eval \"$(bitiq-bootstrap env CLUSTER --export)\"",
    variables::BITIQ_BOOTSTRAP_EXPORT,
);

pub const ENTRY: Entry = Entry {
    name: "env",
    other_names: &[],
    takes: Takes::NOTHING,
    define,
    cluster: crate::entry::typed_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name)
        .about("Show the values derived from cluster.yaml, and the line that runs the script by hand")
        .arg(crate::entry::cluster())
        .arg(EXPORT.arg())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let loaded = app.load()?;
    let values = values(&loaded);
    let debugging = debugging_line(&loaded, &values);
    app.print_document(&Env::new(&values, &debugging, EXPORT.is_set(app.matches)));
    Ok(exit::DONE)
}

/// What the script is handed.
fn values(loaded: &Loaded) -> Vec<(&'static str, String)> {
    let spec = &loaded.spec;
    let mut values = vec![
        ("ENV", spec.env.clone()),
        ("BASE_DOMAIN", spec.apps_domain().to_string()),
        ("TARGET_REV", spec.repo_ref.as_str().into()),
        ("GIT_REPO_URL", spec.repo_url.as_str().into()),
        ("KUBECONFIG", absolute(&loaded.folder.kubeconfig())),
    ];
    let infra_id = preflight::infra_id_on_disk(&loaded.folder);
    values.extend(infra_id.map(|id| ("INFRA_ID", id)));
    values
}

fn absolute(path: &std::path::Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}

/// The contract's debugging line, with all that the script is handed: without TARGET_REV and GIT_REPO_URL it asks git. The
/// kubeconfig's path is absolute, as in a run: the script need not stay in its folder.
fn debugging_line(loaded: &Loaded, values: &[(&str, String)]) -> String {
    let folder = quoted(absolute(&loaded.folder.gitops_src()));
    let set: String = values.iter().map(|(name, value)| format!("{name}={} ", quoted(value))).collect();
    format!("cd {folder} && {set}./scripts/bootstrap.sh")
}
