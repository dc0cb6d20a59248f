//! `cargo xtask sandbox`: leaves a sandbox running, and prints what to export.

use std::io::Write as _;
use std::path::Path;

use sandbox::Sandbox;
use secret::quoted_path;

use crate::demo::{given, options, program, runtime};
use crate::report::{Outcome, failed};

/// Runs until Ctrl-C; then nothing is left of it. `openshift`: the cluster is one.
///
/// # Errors
/// A part of the sandbox does not come up.
pub fn run(openshift: bool) -> Outcome {
    // What is said below is to be typed next: it starts at once then.
    let program = program()?;
    let program = given(std::env::vars_os()).map(|_| program);
    runtime()?.block_on(async {
        let options = options("the Vault of the sandbox", openshift);
        let sandbox = Sandbox::start(options).await.map_err(failed)?;
        writeln!(std::io::stdout(), "{}", describe(&sandbox, program.as_deref())).ok();
        tokio::signal::ctrl_c().await.map_err(failed)?;
        sandbox.stop().await.map_err(failed)?;
        Ok("the sandbox is gone without a trace".to_owned())
    })
}

/// Lines to paste into another terminal. `program`: the one that is used there instead of the one of this checkout.
fn describe(sandbox: &Sandbox, program: Option<&Path>) -> String {
    let cluster = &sandbox.options().cluster_name;
    let mut lines = vec!["# a sandbox is running; Ctrl-C ends it. In another terminal:".to_string()];
    // PATH and HOME stay the user's own: the CA comes by the variable that git itself knows.
    let kept = |name: &str| !matches!(name, "PATH" | "HOME" | "GIT_CONFIG_NOSYSTEM");
    lines.extend(
        sandbox
            .env()
            .iter()
            .filter(|(name, _)| kept(name))
            .map(|(name, value)| format!("export {name}='{value}'")),
    );
    lines.extend(program.map(|program| format!("export BITIQ_BOOTSTRAP={}", quoted_path(program))));
    lines.push(format!("export GIT_SSL_CAINFO='{}'", sandbox.ca_file().display()));
    if let Some(openshift) = &sandbox.openshift {
        lines.push(format!("# an OpenShift with the infraID {}", openshift.identity().infra_id));
    }
    lines.push(format!("make bootstrap-gitops CLUSTER={cluster}"));
    lines.push(format!(
        "kubectl --kubeconfig '{}' get secrets --all-namespaces",
        sandbox.kubeconfig().display()
    ));
    lines.join("\n")
}
