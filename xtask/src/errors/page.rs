//! docs/errors.md, grouped as a person searches.

use super::adhoc::SAYS_ITSELF;
use super::told::Told;

const HEAD: &str = "# Errors

Every error, with its cause and its cure. Made from the code by `cargo xtask errors`; a test fails where it is stale, or where an
error has no cause or no cure.

Search for the words that the terminal shows. `<field>` stands for what differs from case to case. Before a message that begins with
what was being done the terminal says `failed to`, and further causes follow it as `because …`. Where no cause stands here, the message
says it itself. The exit code is 3 where nothing was written yet, 1 after the first write and 130 or 143 after a signal, unless it is named here
([all of them](reference.md#exit-codes)).
";

const SETTINGS: &str = "Command line and settings";
/// What is no error of ours.
const CLAP: &str = "
A command line that can't be understood (`unexpected argument`, `invalid value`, `required arguments were not provided`) is told with its
usage; `bitiq-bootstrap <COMMAND> --help` tells more (exit 2).
";

/// The groups, and the beginnings of the paths that belong to each; the first that fits counts.
const GROUPS: [(&str, &[&str]); 16] = [
    ("cluster.yaml", &["crates/cluster-spec/"]),
    (
        SETTINGS,
        &[
            "crates/bitiq-bootstrap/src/app.rs",
            "crates/bitiq-bootstrap/src/request.rs",
            "crates/bitiq-bootstrap/src/show/",
            "crates/bitiq-bootstrap/src/commands/mod.rs",
            "crates/bitiq-bootstrap/src/commands/verify.rs",
            "crates/bitiq-bootstrap/src/commands/init.rs",
            "crates/bitiq-bootstrap/src/commands/infra_id.rs",
            "crates/settings/",
            "crates/preflight/src/warnings.rs",
            "crates/child-process/src/shutdown.rs",
            "crates/bitiq-bootstrap/src/commands/completions.rs",
            "crates/bitiq-bootstrap/src/commands/man.rs",
            "crates/bitiq-bootstrap/src/commands/status.rs",
            "crates/credentials/src/source.rs",
        ],
    ),
    (
        "This machine: programs and folders",
        &[
            "crates/child-process/",
            "crates/bootstrap-core/src/broken.rs",
            "crates/preflight/src/programs.rs",
            "crates/preflight/src/work_dir.rs",
            "crates/preflight/src/observe/machine.rs",
        ],
    ),
    ("Before the first write", &[]),
    ("TLS and proxies (cluster, Vault, Git host)", &["crates/transport/"]),
    ("Kubeconfig", &["crates/cluster-access/src/kubeconfig/"]),
    (
        "Cluster",
        &[
            "crates/cluster-access/",
            "crates/preflight/src/observe/cluster",
            "crates/preflight/src/readiness/",
            "crates/preflight/src/check",
            "crates/bootstrap-core/src/steps/mod.rs",
        ],
    ),
    ("Release", &["crates/vault-auth/src/release/", "crates/bootstrap-core/src/release/"]),
    (
        "Vault",
        &[
            "crates/vault-access/",
            "crates/vault-auth/",
            "crates/preflight/src/observe/vault",
            "crates/preflight/src/systems.rs",
        ],
    ),
    ("Repository login", &["crates/credentials/"]),
    (
        "Repository",
        &[
            "crates/gitops-clone/",
            "crates/infra-id/",
            "crates/preflight/src/observe/repository/",
            "crates/healthcheck/src/infra_ids/",
        ],
    ),
    (
        "GitOps operator and Argo CD",
        &[
            "crates/argocd/",
            "crates/preflight/src/observe/operator.rs",
            "crates/preflight/src/observe/repository/charts.rs",
        ],
    ),
    ("The script", &["crates/bootstrap-core/src/script/"]),
    ("Locks", &["crates/run-lock/"]),
    (
        "Trace",
        &[
            "crates/trace/",
            "crates/bitiq-bootstrap/src/commands/trace",
            "crates/bitiq-bootstrap/src/atomic_file.rs",
        ],
    ),
    (
        "A bundle for whoever helps",
        &["crates/bitiq-bootstrap/src/bundle/", "crates/bitiq-bootstrap/src/commands/support_bundle.rs"],
    ),
];

/// The whole page.
///
/// # Errors
/// An error that belongs to no group.
pub fn page(told: &[Told], expected: &[&str]) -> Result<String, Vec<String>> {
    let lost: Vec<String> = told
        .iter()
        .filter(|one| group(one).is_none())
        .map(|one| format!("{}: belongs to no group of xtask/src/errors/page.rs", one.place))
        .collect();
    if !lost.is_empty() {
        return Err(lost);
    }
    let mut text = HEAD.to_owned();
    for (at, (title, _)) in GROUPS.iter().enumerate() {
        text.push_str(&format!("\n## {title}\n"));
        if *title == SETTINGS {
            text.push_str(CLAP);
        }
        let mut seen = Vec::new();
        for one in told.iter().filter(|one| group(one) == Some(at)) {
            let entry = entry(one);
            if !seen.contains(&entry) {
                text.push_str(&entry);
                seen.push(entry);
            }
        }
        if at == 0 {
            text.push_str("\nWhat is expected of a value:\n\n");
            text.extend(expected.iter().map(|it| format!("- {}\n", escaped(it))));
        }
    }
    Ok(text)
}

fn group(told: &Told) -> Option<usize> {
    if let Some(section) = told.section {
        return GROUPS.iter().position(|(title, _)| *title == section);
    }
    GROUPS.iter().position(|(_, paths)| paths.iter().any(|path| told.place.starts_with(path)))
}

fn entry(told: &Told) -> String {
    let exit = told.exit.map(|code| format!(" (exit {code})")).unwrap_or_default();
    let mut text = format!("\n**{}**{exit}\n\n", code(&told.message));
    if told.cause != SAYS_ITSELF {
        text.push_str(&format!("- Cause: {}\n", told.cause.trim_end_matches('.')));
    }
    match told.cures.as_slice() {
        [only] => text.push_str(&format!("- Cure: {}\n", cure(only))),
        many => {
            text.push_str("- Cure, one of:\n");
            text.extend(many.iter().map(|it| format!("  - {}\n", cure(it))));
        }
    }
    text
}

/// As code, whatever backticks are in it.
fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Words as they are, but for what Markdown would take for a tag; lines that follow are commands.
fn cure(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default();
    let mut shown = escaped(first);
    for line in lines {
        shown.push_str(&format!("<br>{}", code(line.trim())));
    }
    shown
}

/// `<` outside of code.
fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let shown: Vec<String> = parts
        .map(
            |(at, part)| {
                if at % 2 == 0 { part.replace('<', "\\<").replace('*', "\\*") } else { part.to_owned() }
            },
        )
        .collect();
    shown.join("`")
}
