//! `env CLUSTER`: the values derived from cluster.yaml, and the line that runs the script by hand.

use clap::{Arg, ArgAction, Command};
use cluster_spec::Loaded;

use crate::again::quoted;
use crate::app::App;
use crate::show::Output;
use crate::{exit, flags, show};

pub fn define() -> Command {
    Command::new("env")
        .about("Show the values derived from cluster.yaml, and the line that runs the script by hand")
        .arg(super::cluster())
        .arg(flags::variable(
            Arg::new("export")
                .long("export")
                .action(ArgAction::SetTrue)
                .value_parser(clap::builder::FalseyValueParser::new())
                .help("As export lines, for eval \"$(bitiq-bootstrap env CLUSTER --export)\""),
            "BITIQ_BOOTSTRAP_EXPORT",
        ))
}

pub fn run(app: &App<'_>) -> u8 {
    let loaded = match app.load() {
        Ok(loaded) => loaded,
        Err(failure) => return app.fail(&[failure]),
    };
    let values = values(&loaded);
    match app.output {
        Output::Json => app.print_json(&show::json::env(&values, &debugging_line(&loaded))),
        Output::Text if app.matches.get_flag("export") => {
            let lines: String =
                values.iter().map(|(name, value)| format!("export {name}={}\n", quoted(value))).collect();
            app.print(&lines);
        }
        Output::Text => {
            let lines: String = values.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
            app.print(&format!(
                "{lines}\n# to run the script by hand, for investigation only:\n{}\n",
                debugging_line(&loaded)
            ));
        }
    }
    exit::DONE
}

/// What the script is handed.
fn values(loaded: &Loaded) -> Vec<(&'static str, String)> {
    let spec = &loaded.spec;
    vec![
        ("ENV", spec.env.clone()),
        ("BASE_DOMAIN", spec.apps_domain()),
        ("TARGET_REV", spec.repo_ref.as_str().into()),
        ("GIT_REPO_URL", spec.repo_url.as_str().into()),
        ("KUBECONFIG", absolute(&loaded.folder.kubeconfig())),
    ]
}

fn absolute(path: &std::path::Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}

/// The contract's debugging line, with TARGET_REV and GIT_REPO_URL added: without them the script asks git. The
/// kubeconfig's path is absolute, as in a run: the script need not stay in its folder.
fn debugging_line(loaded: &Loaded) -> String {
    let spec = &loaded.spec;
    format!(
        "cd {} && KUBECONFIG={} ENV={} BASE_DOMAIN={} TARGET_REV={} GIT_REPO_URL={} ./scripts/bootstrap.sh",
        quoted(&absolute(&loaded.folder.gitops_src())),
        quoted(&absolute(&loaded.folder.kubeconfig())),
        quoted(&spec.env),
        quoted(&spec.apps_domain()),
        quoted(spec.repo_ref.as_str()),
        quoted(spec.repo_url.as_str()),
    )
}
