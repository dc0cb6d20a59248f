//! Every command starts, with each of its flags and without: in the build that is under test, whatever it asserts.

use futures::StreamExt as _;

use crate::support::clusters::{FLAGS, clusters};
use crate::support::process::{Ran, Run};

/// A cluster that no command gets far with: there is no kubeconfig, and nothing listens where its repository is.
fn repository() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("clusters/demo");
    fs_err::create_dir_all(&folder).unwrap();
    let yaml = "name: demo\ndns: {base_domain: example.test}\n\
                gitops: {repo_url: https://127.0.0.1:1/x.git, repo_ref: main, env: sno}\n";
    fs_err::write(folder.join("cluster.yaml"), yaml).unwrap();
    root
}

/// The commands, as the help names them, and the hidden one.
async fn commands() -> Vec<String> {
    let help = Run::bare("/", &["--help"]).ran().await.exits(0).stdout;
    let (commands, _) = help.split_once("--root").expect("the options follow the commands");
    let names = commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !name.is_empty()).map(String::from);
    let names: Vec<String> = names.chain(["reference".to_owned()]).collect();
    assert!(names.len() > 17 && names.contains(&"support-bundle".into()), "{names:?}");
    names
}

/// Each flag of a command as it is typed, with a value where it takes one.
async fn flags(command: &str) -> Vec<Vec<String>> {
    let help = Run::bare("/", &[command, "--help"]).ran().await.exits(0).stdout;
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let flag = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| word.starts_with("--"))?;
        let value = words.get(at + 1).filter(|word| word.starts_with('<'));
        Some(
            std::iter::once(words[at].trim_end_matches("...").to_owned())
                .chain(value.map(|it| a_value(it)))
                .collect(),
        )
    };
    lines.filter_map(flag).collect()
}

fn a_value(of: &str) -> String {
    match of.trim_matches(['<', '>']) {
        "DURATION" => "0",
        "FORMAT" => "json",
        "WHEN" => "never",
        _ => "x",
    }
    .to_owned()
}

/// It ended with a code of its own, and is not broken.
#[track_caller]
fn check(typed: &[&str], ran: Ran) {
    let ran = ran.never_says(&["bitiq-bootstrap is broken", "panicked", "please report"]);
    let known = [0, 1, 2, 3, 4, 10];
    assert!(known.contains(&ran.code), "{typed:?} ended with {}:\n{}\n{}", ran.code, ran.stdout, ran.stderr);
}

async fn starts(typed: Vec<String>) {
    let root = repository();
    let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
    check(&typed, Run::bare(root.path(), &typed).ran().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_starts_with_each_of_its_flags_and_without() {
    let mut all = Vec::new();
    for command in commands().await {
        let bare = vec![command.clone()];
        let named = vec![command.clone(), "demo".to_owned()];
        let with = flags(&command).await;
        assert!(with.len() >= 5, "{command}: {with:?}");
        all.extend([bare.clone(), named.clone(), [bare, vec!["-h".into()]].concat()]);
        all.extend(with.into_iter().map(|flag| [named.clone(), flag].concat()));
    }
    assert!(all.len() > 250, "{}", all.len());
    futures::stream::iter(all.into_iter().map(starts)).buffer_unordered(8).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn the_program_alone_starts_with_the_flags_of_every_command() {
    for typed in [&["-q"][..], &["-vv"], &["--root", "."], &["-o", "json"], &["--color", "always"], &[]] {
        let root = repository();
        check(typed, Run::bare(root.path(), typed).ran().await);
    }
}

/// One of each way that a number enters: by flag and by variable, of a run and of a single command.
#[tokio::test(flavor = "multi_thread")]
async fn a_duration_that_no_clock_can_count_is_a_usage_error() {
    let root = repository();
    let flags = [
        ("run", "--script-timeout", "BITIQ_BOOTSTRAP_SCRIPT_TIMEOUT"),
        ("run", "--wait-lock", "BITIQ_BOOTSTRAP_WAIT_LOCK"),
        ("check", "--wait-ready", "BITIQ_BOOTSTRAP_WAIT_READY"),
        ("plan", "--operator-timeout", "BITIQ_BOOTSTRAP_OPERATOR_TIMEOUT"),
        ("plan", "--repo-access-timeout", "GITOPS_REPO_ACCESS_TIMEOUT"),
        ("verify", "--wait", "BITIQ_BOOTSTRAP_WAIT"),
    ];
    for (command, flag, variable) in flags {
        for number in ["18446744073709551615", "18446744073709551615ms", "9223372036854775807", "8761h"] {
            let says = [flag, variable, number, "at most a year"];
            Run::bare(root.path(), &[command, "demo", flag, number]).ran().await.exits(2).says(&says);
            let by_variable = Run::bare(root.path(), &[command, "demo"]).env(variable, number);
            by_variable.ran().await.exits(2).says(&says);
        }
    }
}

#[tokio::test]
async fn a_setting_that_makes_no_sense_is_named_by_flag_and_variable() {
    let folder = clusters(&[]);
    let arguments = [&["init", "prod"][..], &FLAGS].concat();
    Run::bare(folder.path(), &arguments).ran().await.exits(0);
    let wrong = Run::bare(folder.path(), &["run", "prod", "--operator-timeout", "5x"]).ran().await.exits(2);
    wrong.says(&["--operator-timeout (BITIQ_BOOTSTRAP_OPERATOR_TIMEOUT) is `5x`", "90s, 5m, 3h"]);
}
