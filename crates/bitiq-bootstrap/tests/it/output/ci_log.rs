//! The log of a pipeline: groups that fold, annotations, and nothing that others wrote commands the runner; with colours
//! and without. And a terminal that is none of the clever ones.

use std::collections::BTreeSet;

use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;

use crate::support::process::{Ran, Run};
use crate::support::sandbox::World;
use crate::support::terminal::Terminal;

/// A script that would command a runner, plainly and behind colours, and then fails with that as its last words.
const COMMANDS: &str = r#"#!/bin/sh
echo '::error::x'
printf '\033[0m::error::x\n \033[31m:\033[0m:stop-commands::y\n\033[1m#\033[0m#[error]z\n'
printf '\033[0Ksection_start:1:theirs\r\033[0Ktheirs\n'
exit 3
"#;

async fn with_script(text: &str) -> World {
    let world = World::without_vault().await;
    let script = File::executable(SCRIPT, text);
    world.sandbox.git.commit(PRIVATE, &[script], "another script").await.unwrap();
    world
}

/// The commands that GitHub's runner finds in a log: lines that begin with `::`, lines that hold `##[`.
fn commands(log: &str) -> Vec<&str> {
    let commands = |line: &&str| line.trim_start().starts_with("::") || line.contains("##[");
    log.lines().filter(commands).collect()
}

/// The names of such commands, each once.
fn names(log: &str) -> BTreeSet<&str> {
    commands(log)
        .into_iter()
        .flat_map(|line| line.split(['[', ']', ':', '#', ' ']).find(|it| !it.is_empty()))
        .collect()
}

async fn on_github(run: Run) -> Ran {
    run.env("GITHUB_ACTIONS", "true").ran().await
}

#[tokio::test(flavor = "multi_thread")]
async fn github_gets_groups_and_annotations_and_no_command_of_the_script() {
    let world = with_script(COMMANDS).await;
    for (name, value) in [("BITIQ_BOOTSTRAP_COLOR", "auto"), ("NO_COLOR", "1")] {
        let ran = on_github(world.command(&["run", "demo"]).env(name, value)).await.exits(1);
        let (out, err) = (names(&ran.stdout), names(&ran.stderr));
        assert_eq!(out, ["endgroup", "error", "group"].into(), "{}", ran.stdout);
        assert_eq!(err, BTreeSet::new(), "{}", ran.stderr);
        let of = |what: &str| commands(&ran.stdout).into_iter().filter(|it| it.starts_with(what)).count();
        assert_eq!((of("::group::"), of("::endgroup::"), of("::error ")), (2, 2, 1), "{}", ran.stdout);
        let annotation = |line: &&&str| line.starts_with("::error ") || line.starts_with("::warning");
        let all = commands(&ran.stdout);
        for line in all.iter().filter(annotation) {
            assert!(!line.contains('\u{1b}'), "colours in an annotation: {line:?}");
        }
        ran.says(&["::error::x"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_with_colours_in_it_is_seen_nowhere() {
    let world = World::without_vault().await;
    let password = world.sandbox.git.login().1;
    let (left, right) = password.split_at(5);
    let text = format!("#!/bin/sh\nprintf '%s\\033[0m%s\\n' '{left}' '{right}' | tee /dev/stderr\nexit 3\n");
    let script = File::executable(SCRIPT, text);
    world.sandbox.git.commit(PRIVATE, &[script], "another script").await.unwrap();
    for arguments in
        [&["run", "demo"][..], &["run", "demo", "-o", "jsonl"], &["trace", "demo", "--html", "-"]]
    {
        let ran = on_github(world.command(arguments).env("NO_COLOR", "1")).await.says(&["***"]);
        for shown in [&ran.stdout, &ran.stderr, &world.log()] {
            assert!(!shown.contains(right), "{shown}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_wrongly_commands_nothing_and_shows_no_login() {
    let world = World::without_vault().await;
    let typed = "\n::add-mask::x\u{1b}]0;title\u{7} https://bob:hunter2-hunter2@h";
    for format in ["text", "json", "jsonl"] {
        let ran =
            on_github(world.command(&["run", "demo", typed, "-o", format]).secret("hunter2-hunter2")).await;
        let ran = ran.exits(2);
        for shown in [&ran.stdout, &ran.stderr] {
            assert_eq!(commands(shown), Vec::<&str>::new());
            assert!(!shown.contains("\u{1b}]") && !shown.contains("hunter2"), "{shown:?}");
        }
        ran.says(&["add-mask", "https://bob:***@h"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gitlab_folds_sections_that_no_other_run_of_the_job_has_with_colours_and_without() {
    let world = with_script(COMMANDS).await;
    let mut seen = BTreeSet::new();
    for (name, value) in [("BITIQ_BOOTSTRAP_COLOR", "auto"), ("NO_COLOR", "1")] {
        let run = world.command(&["run", "demo"]).env("GITLAB_CI", "true").env(name, value);
        let ran = run.ran().await.exits(1);
        let begins = sections(&ran.stdout, "section_start");
        assert_eq!(begins, sections(&ran.stdout, "section_end"), "{:?}", ran.stdout);
        let groups: Vec<&str> = begins.iter().map(|name| name.split_once("-demo-").unwrap().0).collect();
        assert_eq!(groups, ["checks", "script"]);
        for name in begins {
            assert!(seen.insert(name.clone()), "{name} is there twice");
        }
        let colours = ran.stdout.matches("\u{1b}[").count() - ran.stdout.matches("\u{1b}[0K").count();
        assert_eq!(colours == 0, name == "NO_COLOR", "{:?}", ran.stdout);
    }
}

/// The names of the sections that GitLab's log begins or ends.
fn sections(log: &str, marker: &str) -> Vec<String> {
    let marker = format!(r"\x1b\[0K{marker}:\d+:([a-z0-9_.-]+)(\[collapsed=true\])?\r\x1b\[0K");
    let names = regex::Regex::new(&marker).unwrap();
    names.captures_iter(log).map(|found| found[1].to_owned()).collect()
}

#[tokio::test]
async fn reports_and_refusals_command_no_runner() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["::error::x", "##[error]x"] {
        let dir = folder.path().join("clusters").join(name);
        fs_err::create_dir_all(&dir).unwrap();
        fs_err::write(dir.join("cluster.yaml"), "name: x\n").unwrap();
    }
    let shown = on_github(Run::bare(folder.path(), &[])).await.exits(0).says(&[": :error::x", "## [error]x"]);
    assert_eq!(commands(&shown.stdout), Vec::<&str>::new());
    let refused = on_github(Run::bare(folder.path(), &["validate", "##[error]x"])).await.exits(2);
    assert_eq!(commands(&refused.says(&["## [error]x"]).stderr), Vec::<&str>::new());
    let json = on_github(Run::bare(folder.path(), &["validate", "##[error]x", "-o", "json"])).await.exits(2);
    assert_eq!(commands(&json.stdout), Vec::<&str>::new());
    assert!(
        json.json()["errors"][0]["message"].as_str().is_some_and(|it| it.contains("##[error]x")),
        "{json:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_cannot_move_its_cursor_gets_plain_lines() {
    let world = with_script("#!/bin/sh\nprintf '\\033[0m::error::x\\n'\n").await;
    let run = world.command(&["run", "demo", "--repo-access-timeout", "0"]).env("TERM", "dumb");
    let (code, seen) = Terminal::new(80).runs(&run, "");
    assert_eq!(code, 0, "{seen}");
    assert!(!seen.contains('\u{1b}') && seen.is_ascii(), "{seen:?}");
    // A terminal is no runner: what the script says is shown as it is.
    assert!(seen.contains("| ::error::x") && seen.contains("+ this machine"), "{seen}");
}
