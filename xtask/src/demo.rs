//! `cargo xtask demo`: a whole hand-over against a sandbox that plays OpenShift, told as it happens.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use sandbox::{Options, Sandbox};
use settings::variables;

use crate::command::{command, root};
use crate::report::{Outcome, failed};

/// What the program under show gets of this environment: what its terminal is like, and who sits there.
const KEPT: &[&str] =
    &["TERM", "COLORTERM", variables::NO_COLOR, "COLUMNS", "LANG", "LC_ALL", "USER", "LOGNAME", "TMPDIR"];

/// The hand-over, a second run, a real login to Vault, the trace.
///
/// # Errors
/// A part of the sandbox does not come up, or one of the commands fails.
pub fn run(arguments: &[String]) -> Outcome {
    let program = program()?;
    let runtime = runtime()?;
    let sandbox = runtime.block_on(start())?;
    let shown = show(&program, &sandbox, arguments);
    runtime.block_on(sandbox.stop()).map_err(failed)?;
    shown.map(|()| "the sandbox is gone without a trace".to_owned())
}

async fn start() -> Result<Sandbox, Vec<String>> {
    Sandbox::start(options("the Vault of the demo", true)).await.map_err(failed)
}

/// Every part; the real API server where `KUBEBUILDER_ASSETS` names its folder.
pub(crate) fn options(vault: &str, openshift: bool) -> Options {
    let all = if openshift { Options::openshift() } else { Options::default() };
    let mut options = Options { vault: !sandbox::vault_left_out(vault), ..all };
    options.cluster.assets =
        std::env::vars_os().find(|(name, _)| name == "KUBEBUILDER_ASSETS").map(|(_, value)| value.into());
    options
}

fn show(program: &Path, sandbox: &Sandbox, arguments: &[String]) -> Result<(), Vec<String>> {
    let cluster = sandbox.options().cluster_name.as_str();
    let proof = sandbox.vault.as_ref().map(|_| sandbox.vault_role());
    let demo = Demo { program, sandbox };
    say("1. A fresh OpenShift cluster is handed over");
    let mut cold = vec!["run", cluster];
    cold.extend(arguments.iter().map(String::as_str));
    demo.command(&cold)?;
    say("2. The same again: nothing is left to do but to run the script");
    demo.command(&["run", cluster])?;
    match &proof {
        Some(role) => {
            say("3. A service account of the cluster logs in to Vault, for real");
            demo.command(&["vault-auth", cluster, "--vault-role", role])?;
        }
        None => say("3. (left out, needs a Vault: a service account logs in to Vault)"),
    }
    say("4. What the audit will read");
    demo.command(&["trace", cluster])?;
    demo.command(&["trace", cluster, "--output", "json"])
}

/// Heads a part, through the same stream as what the program prints.
fn say(text: &str) {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "\n== {text}").ok();
}

struct Demo<'a> {
    program: &'a Path,
    sandbox: &'a Sandbox,
}

impl Demo<'_> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer's errand: runs the program as a user does, in this terminal"
    )]
    fn command(&self, arguments: &[&str]) -> Result<(), Vec<String>> {
        let status: ExitStatus = Command::new(self.program)
            .args(arguments)
            // What this machine trusts, and the logins in its environment, have no place in the demo.
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| KEPT.iter().any(|kept| name == *kept)))
            .envs(self.sandbox.env())
            .status()
            .map_err(failed)?;
        if status.success() {
            Ok(())
        } else {
            Err(failed(format!("{} ended with {status}", arguments.join(" "))))
        }
    }
}

/// `$BITIQ_BOOTSTRAP`, else `bitiq-bootstrap` as it ships, built where that is needed.
pub(crate) fn program() -> Result<PathBuf, Vec<String>> {
    match given(std::env::vars_os()) {
        Some(program) if program.is_file() => std::path::absolute(program).map_err(failed),
        Some(program) => Err(failed(format!(
            "BITIQ_BOOTSTRAP is {}, and there is no such file\n  next unset BITIQ_BOOTSTRAP",
            program.display()
        ))),
        None => built(),
    }
}

/// The program that the environment names.
pub(crate) fn given(mut environment: impl Iterator<Item = (OsString, OsString)>) -> Option<PathBuf> {
    let is_given = |(name, value): &(OsString, OsString)| name == "BITIQ_BOOTSTRAP" && !value.is_empty();
    environment.find(is_given).map(|(_, value)| value.into())
}

fn built() -> Result<PathBuf, Vec<String>> {
    let mut built = command(&root().join("scripts/built.sh").to_string_lossy());
    // What cargo says meanwhile is for whoever waits.
    let built = built.arg("bitiq-bootstrap").stderr(Stdio::inherit()).output().map_err(failed)?;
    match built.status.success() {
        true => Ok(PathBuf::from(String::from_utf8_lossy(&built.stdout).trim_end())),
        false => Err(failed("the program could not be built")),
    }
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Vec<String>> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_the_one_that_the_environment_names() {
        let check = |environment: &[(&str, &str)], expect: Option<&str>| {
            let environment = environment.iter().map(|(name, value)| (name.into(), OsString::from(value)));
            assert_eq!(given(environment), expect.map(PathBuf::from));
        };
        check(&[("PATH", "/bin"), ("BITIQ_BOOTSTRAP", "/a b/x")], Some("/a b/x"));
        check(&[("BITIQ_BOOTSTRAP", "")], None);
        check(&[("BITIQ_BOOTSTRAP_ROOT", "/a")], None);
    }
}
