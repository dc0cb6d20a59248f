//! `reference`: docs/reference.md, docs/errors.md and docs/checks.md, made from the code. For developers: hidden from the help.

use clap::Command;
use diagnostics::Failures;
use settings::variables::{OTHER_VARS, VARS, Var};

use crate::app::App;
use crate::catalogue;
use crate::entry::Entry;
use crate::exit;
use crate::flags::{GROUPS, Given, Takes};

pub const ENTRY: Entry = Entry {
    name: "reference",
    other_names: &[],
    takes: Takes::NOTHING,
    define,
    cluster: crate::entry::no_cluster,
    streams: None,
    run,
};

const PAGE: Given<String> = Given::new("page");
const ERRORS: &str = "errors";
const CHECKS: &str = "checks";

fn define() -> Command {
    let page = PAGE.positional().value_parser(["reference", ERRORS, CHECKS]).default_value("reference");
    Command::new(ENTRY.name).hide(true).about("Print a page of docs/").arg(page)
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    match PAGE.one(app.matches).as_deref() {
        Some(ERRORS) => app.print(&catalogue::errors_page()),
        Some(CHECKS) => app.print(&catalogue::checks_page()),
        _ => app.print(&page((app.whole)())),
    }
    Ok(exit::DONE)
}

fn page(whole: Command) -> String {
    let parts = [HEAD.to_owned(), commands(&whole), variables(), exit_codes(), FILES.to_owned()];
    parts.join("\n")
}

const HEAD: &str = "# Reference

Made from the code by `bitiq-bootstrap reference`; a test fails where it is stale.
";

const FILES: &str = "## Files below `clusters/<cluster>/.work/`

| file | what |
|---|---|
| `kubeconfig` | the cluster's kubeconfig: one context, certificates inlined, 0600; `kubeconfig.bak` is the one it replaced |
| `gitops-src/` | the GitOps repository at the ref's commit |
| `gitops-bootstrap.json` | the trace of the latest `run` that reached its first write; read `status` |
| `runs/<run-id>/` | `trace.json` and `bootstrap.log` of the newest 20 runs and single steps, the refused ones too |
| `cache/` | fetched Git objects |
| `lock` | held while a run is at work |
";

fn commands(whole: &Command) -> String {
    let mut text = "## Commands\n\n| command | what it does |\n|---|---|\n".to_owned();
    for command in whole.get_subcommands().filter(|command| !command.is_hide_set()) {
        let about = crate::entry::about(Some(command));
        let names: Vec<&str> = std::iter::once(command.get_name()).chain(command.get_all_aliases()).collect();
        text.push_str(&format!("| `{}` | {} |\n", names.join("`, `"), cell(&about)));
    }
    text + "\n`-o json` prints one JSON document on stdout; progress and the script's output then go to stderr.\n"
}

fn variables() -> String {
    let mut text = "## Environment variables and flags\n\nThe flag wins. An empty variable counts as unset. Secrets have no \
                    flag. A duration is whole seconds, or a number with a unit: `90s`, `5m`, `3h`.\n"
        .to_owned();
    for (group, heading) in GROUPS {
        text.push_str(&format!(
            "\n### {heading}\n\n| variable | flag | meaning | default |\n|---|---|---|---|\n"
        ));
        VARS.iter().filter(|var| var.group == *group).for_each(|var| text.push_str(&row(var)));
    }
    text.push_str("\n### Everywhere\n\n| variable | meaning |\n|---|---|\n");
    OTHER_VARS
        .iter()
        .for_each(|(name, meaning)| text.push_str(&format!("| `{name}` | {} |\n", cell(meaning))));
    text
}

fn row(var: &Var) -> String {
    let flag = var.flag.map(|flag| format!("`--{flag}`")).unwrap_or_default();
    let default = var.default.map(|default| format!("`{default}`")).unwrap_or_default();
    let secret = if var.secret { " (secret)" } else { "" };
    format!("| `{}` | {flag} | {}{secret} | {default} |\n", var.name, cell(&var.meaning()))
}

fn exit_codes() -> String {
    let mut text =
        "## Exit codes\n\n| code | meaning | openshift-install, in the same chain |\n|---|---|---|\n"
            .to_owned();
    for (code, meaning) in exit::ALL {
        let theirs = exit::OPENSHIFT_INSTALL
            .iter()
            .find(|(theirs, _)| theirs == code)
            .map_or("", |(_, meaning)| meaning);
        text.push_str(&format!("| <a id=\"exit-{code}\"></a>{code} | {meaning} | {theirs} |\n"));
    }
    for (code, meaning) in
        exit::OPENSHIFT_INSTALL.iter().filter(|(code, _)| exit::ALL.iter().all(|(ours, _)| ours != code))
    {
        text.push_str(&format!("| {code} | | {meaning} |\n"));
    }
    text + "\n`make` itself ends with 2 on any failure: call `scripts/bootstrap-gitops.sh` to get the code through.\n"
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
