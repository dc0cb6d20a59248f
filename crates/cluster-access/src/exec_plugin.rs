//! Exec plugins: programs that a kubeconfig names and `kube` starts, to be asked for a login.

use std::collections::HashMap;
use std::time::Duration;

use kube::config::{ExecAuthCluster, ExecConfig, ExecInteractiveMode};
use secret::{Mask, SecretString};

use crate::Kubeconfig;
use crate::kubeconfig::Plugin;

/// The exit code of [`WATCHDOG`] when the plugin was killed; what `timeout(1)` uses.
const TOO_SLOW: i32 = 124;

/// `kube` waits for a plugin without end, also when it asks for a fresh token in the middle of a run. So the plugin
/// gets a guard: a shell that kills it after `$1` seconds, with the programs that it started: as long as one of them
/// lives, `kube` waits for what it may say. The plugin's input is empty; its answer goes straight out.
const WATCHDOG: &str = r#"limit=$1; shift
end() {
  kill -STOP "$1"
  started=$(ps -A -o pid= -o ppid= | while read -r pid parent; do [ "$parent" != "$1" ] || echo "$pid"; done)
  for pid in $started; do (end "$pid"); done
  kill -KILL "$1"
}
"$@" </dev/null &
plugin=$!
trap 'kill "$plugin" 2>/dev/null' INT TERM HUP
(
  trap 'kill "$nap"; exit' TERM
  sleep "$limit" & nap=$!
  wait "$nap" && end "$plugin"
) </dev/null >/dev/null 2>&1 &
guard=$!
wait "$plugin" 2>/dev/null
status=$?
kill "$guard" 2>/dev/null
[ "$status" -ne 137 ] || status=124
exit "$status""#;

/// How long to wait for the client to be built: each time `kube` may ask the plugin (for a token, and for a
/// certificate with and without a proxy), and a little for the guard.
pub(crate) fn patience(limit: Duration) -> Duration {
    limit * 4 + Duration::from_secs(10)
}

/// The plugin as `kube` shall start it: guarded, with nothing to ask and nobody to ask it from, and without the variables of
/// our environment that are `withheld`.
pub(crate) fn config(
    plugin: &Plugin,
    kubeconfig: &Kubeconfig,
    limit: Duration,
    withheld: &[&str],
) -> Result<ExecConfig, String> {
    let command = plugin.text("command").unwrap_or_default();
    if plugin.text("interactiveMode") == Some("Always") {
        return Err(format!(
            "its exec plugin {command} has interactiveMode Always, and nobody is asked anything here"
        ));
    }
    let env = plugin.env();
    let is_set = |name: &str| env.iter().any(|(own, _)| own == name);
    let hidden = withheld.iter().filter(|name| !is_set(name)).map(|name| (*name).into()).collect();
    let args = plugin.0.get("args").and_then(|args| args.as_array()).into_iter().flatten();
    let mut guarded: Vec<String> =
        ["-c", WATCHDOG, "exec-plugin", &limit.as_secs_f32().ceil().to_string(), command]
            .map(Into::into)
            .into();
    guarded.extend(args.filter_map(|arg| arg.as_str().map(Into::into)));
    let wants_cluster = plugin.0.get("provideClusterInfo").and_then(|it| it.as_bool()).unwrap_or(false);
    Ok(ExecConfig {
        api_version: plugin.text("apiVersion").map(Into::into),
        command: Some("/bin/sh".into()),
        args: Some(guarded),
        env: Some(env.into_iter().map(|(name, value)| pair(name, value)).collect()),
        drop_env: Some(hidden),
        interactive_mode: Some(ExecInteractiveMode::Never),
        provide_cluster_info: wants_cluster,
        cluster: wants_cluster.then(|| cluster_info(kubeconfig)),
        ..ExecConfig::default()
    })
}

fn pair(name: String, value: String) -> HashMap<String, String> {
    HashMap::from([("name".to_owned(), name), ("value".to_owned(), value)])
}

fn cluster_info(kubeconfig: &Kubeconfig) -> ExecAuthCluster {
    let extensions = kubeconfig.cluster().extensions.iter().flatten();
    let for_plugins = extensions.into_iter().find(|it| it["name"] == "client.authentication.k8s.io/exec");
    ExecAuthCluster {
        server: Some(kubeconfig.server().into()),
        insecure_skip_tls_verify: kubeconfig.skips_verification().then_some(true),
        certificate_authority_data: kubeconfig.ca_pem(),
        proxy_url: kubeconfig.proxy_url().map(Into::into),
        tls_server_name: kubeconfig.tls_server_name().map(Into::into),
        config: for_plugins.map(|it| it["extension"].clone()),
    }
}

/// How many lines of what a plugin says on standard error are repeated, and how many characters of them.
const LINES: usize = 3;
const LONGEST: usize = 500;
/// No answer of a plugin is longer.
const LONGEST_ANSWER: usize = 64 * 1024;
/// Shorter words of its answer are names: `ExecCredential` is one.
const SHORTEST_LOGIN: usize = 16;

/// What a plugin that failed did, without its answer (which may hold a login).
pub(crate) fn problem(output: &std::process::Output, limit: Duration) -> String {
    let stderr = of_its_answer(&output.stdout).text(&String::from_utf8_lossy(&output.stderr));
    let words = words(&stderr);
    match output.status.code() {
        Some(TOO_SLOW) => format!("gave no answer within {} s{words}", limit.as_secs_f32()),
        Some(127) => "is not on PATH".into(),
        Some(126) => "is not executable".into(),
        Some(code) => format!("failed with exit code {code}{words}"),
        None => format!("was ended by a signal{words}"),
    }
}

/// A mask of what may be a login in its answer, which counts for nothing where it failed.
fn of_its_answer(stdout: &[u8]) -> Mask {
    let mask = Mask::new();
    let apart = |c: char| c.is_whitespace() || "\"'{}[],".contains(c);
    let text = String::from_utf8_lossy(&stdout[..stdout.len().min(LONGEST_ANSWER)]);
    for word in text.split(apart).filter(|word| word.len() >= SHORTEST_LOGIN) {
        mask.add(&SecretString::from(word));
    }
    mask
}

/// Its last words, without lines that hold a secret by their shape.
fn words(stderr: &str) -> String {
    let lines = stderr.lines().map(str::trim);
    let said: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !is_the_guards(line) && secret::secret_patterns(line).is_empty())
        .collect();
    let last = said[said.len().saturating_sub(LINES)..].join(" | ");
    let last: String = last.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if last.is_empty() { last } else { format!(": {last}") }
}

/// What a shell says of a program that was killed.
fn is_the_guards(line: &str) -> bool {
    line == "Killed" || line.starts_with("exec-plugin: ") && line.contains("Killed")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITHHELD: [&str; 2] = ["VAULT_TOKEN", "GITOPS_REPO_PAT"];

    fn dropped(env: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kubeconfig");
        let text = format!(
            "clusters: [{{name: a, cluster: {{server: https://a}}}}]\ncontexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n\
             users: [{{name: a, user: {{exec: {{command: login, env: [{env}]}}}}}}]\n"
        );
        fs_err::write(&file, text).unwrap();
        let kubeconfig = Kubeconfig::read(&file).unwrap();
        let plugin = kubeconfig.user().exec.clone().unwrap();
        config(&plugin, &kubeconfig, Duration::from_secs(1), &WITHHELD).unwrap().drop_env.unwrap_or_default()
    }

    #[test]
    fn what_a_failed_plugin_answered_is_not_in_its_words() {
        use std::os::unix::process::ExitStatusExt as _;
        let output = std::process::Output {
            status: std::process::ExitStatus::from_raw(1 << 8),
            stdout: br#"{"kind":"ExecCredential","status":{"token":"pluginTok-99887766"}}"#.to_vec(),
            stderr: b"the refresh token pluginTok-99887766 of ExecCredential has expired\n".to_vec(),
        };
        assert_eq!(
            problem(&output, Duration::from_secs(1)),
            "failed with exit code 1: the refresh token *** of ExecCredential has expired"
        );
    }

    #[test]
    fn logins_for_vault_and_git_do_not_reach_a_plugin() {
        assert_eq!(dropped(""), WITHHELD);
    }

    #[test]
    fn what_the_kubeconfig_itself_gives_a_plugin_reaches_it() {
        assert_eq!(dropped("{name: VAULT_TOKEN, value: x}"), WITHHELD[1..]);
    }
}
