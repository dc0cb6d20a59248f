//! What a person expects of any command line: completions, manual pages, a first file, a way to go on.

use std::process::Stdio;

use crate::binary::binary_text;
use crate::terminal::Terminal;
use crate::world::Run;

/// A folder of clusters that is empty but for these.
fn clusters(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs_err::create_dir_all(folder.path().join("clusters")).unwrap();
    for name in names {
        let folder = folder.path().join("clusters").join(name);
        fs_err::create_dir_all(&folder).unwrap();
        let text = format!(
            "name: {name}\ndns: {{base_domain: example.com}}\ngitops: {{repo_url: https://git.example.com/x.git, repo_ref: main, env: prod}}\n"
        );
        fs_err::write(folder.join("cluster.yaml"), text).unwrap();
    }
    folder
}

const FLAGS: [&str; 6] =
    ["--base-domain", "example.com", "--env", "prod", "--repo-url", "https://git.example.com/gitops.git"];

/// What bash would offer for this line, with the program's own script sourced.
#[expect(clippy::disallowed_methods, reason = "a shell completes as it does for a person")]
fn offered(folder: &std::path::Path, words: &[&str]) -> Vec<String> {
    let script = format!(
        "source <({bin} completions bash)\n\
         COMP_WORDS=({words}); COMP_CWORD={last}; COMP_TYPE=9; COMP_LINE='{words}'; COMP_POINT=${{#COMP_LINE}}\n\
         complete -p {bin} >/dev/null 2>&1 || true\n\
         $(complete -p bitiq-bootstrap | sed -n 's/.*-F \\([^ ]*\\).*/\\1/p') bitiq-bootstrap \"${{COMP_WORDS[COMP_CWORD]}}\" ''\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        bin = binary_text(),
        words = words.join(" "),
        last = words.len() - 1,
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

#[test]
fn bash_completes_the_names_of_clusters() {
    let folder = clusters(&["prod-a", "prod-b", "_example/small"]);
    fs_err::create_dir_all(folder.path().join("clusters/prod-empty")).unwrap();
    assert_eq!(offered(folder.path(), &["bitiq-bootstrap", "run", "prod"]), ["prod-a", "prod-b"]);
    assert_eq!(offered(folder.path(), &["bitiq-bootstrap", "plan", "_ex"]), ["_example/small"]);
}

#[test]
fn bash_completes_commands_and_says_nothing_where_there_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(offered(folder.path(), &["bitiq-bootstrap", "ver"]), ["verify"]);
    assert_eq!(offered(folder.path(), &["bitiq-bootstrap", "run", "x"]), Vec::<String>::new());
}

/// What another shell says to this script, or nothing where it is not installed: the test leaves itself out by name.
#[expect(clippy::disallowed_methods, reason = "a shell completes as it does for a person")]
fn says(shell: &str, folder: &std::path::Path, arguments: &[&str]) -> Option<String> {
    let ran = std::process::Command::new(shell)
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .stdin(Stdio::null())
        .output();
    match ran {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("left out: there is no {shell} here");
            None
        }
        Err(error) => panic!("{shell}: {error}"),
    }
}

#[test]
fn fish_completes_the_names_of_clusters() {
    let folder = clusters(&["prod-a", "prod-b", "_example/small"]);
    let bin = binary_text();
    let script = format!("{bin} completions fish | source; complete -C 'bitiq-bootstrap run prod'");
    let Some(said) = says("fish", folder.path(), &["-c", &script]) else { return };
    assert_eq!(said.lines().collect::<Vec<_>>(), ["prod-a", "prod-b"]);
}

#[test]
fn zsh_completes_the_names_of_clusters() {
    let folder = clusters(&["prod-a", "prod-b", "_example/small"]);
    let bin = binary_text();
    // `_describe` shows a menu on a terminal; here it prints what it is handed.
    let script = format!(
        "compdef() {{ asked=$1 }}; _describe() {{ print -l ${{(P)3}} }}\n\
         source <({bin} completions zsh)\n\
         words=(bitiq-bootstrap run prod); CURRENT=3; $asked"
    );
    let Some(said) = says("zsh", folder.path(), &["-f", "-c", &script]) else { return };
    assert_eq!(said.lines().collect::<Vec<_>>(), ["prod-a", "prod-b"]);
}

#[tokio::test]
async fn every_shell_gets_a_script_that_asks_this_program() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = Run::bare(".", &["completions", shell]).ran().await.exits(0);
        assert!(ran.stdout.contains("BITIQ_BOOTSTRAP_COMPLETE"), "{shell}: {}", ran.stdout);
    }
    Run::bare(".", &["completions", "dash"]).ran().await.exits(2).says(&["possible values"]);
}

#[tokio::test]
async fn the_manual_has_a_page_for_each_command_with_its_exit_codes_and_examples() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("man1");
    Run::bare(".", &["man", "--dir", dir.to_str().unwrap()]).ran().await.exits(0);
    let page = |name: &str| fs_err::read_to_string(dir.join(name)).unwrap();
    assert!(page("bitiq-bootstrap.1").contains(".SH ENVIRONMENT"));
    let run = page("bitiq-bootstrap-run.1");
    for part in [".SH NAME", ".SH FILES", ".SH \"EXIT STATUS\"", ".SH EXAMPLES", "bitiq\\-bootstrap run prod"]
    {
        assert!(run.contains(part) || run.contains(&part.replace('"', "")), "{part} is not in\n{run}");
    }
    let pages = fs_err::read_dir(&dir).unwrap().count();
    assert_eq!(pages, 18, "seventeen commands and the whole");
    assert!(!dir.join("bitiq-bootstrap-reference.1").exists());
}

#[tokio::test]
async fn init_in_a_pipe_writes_a_file_that_validates_and_asks_nothing() {
    let folder = clusters(&[]);
    let arguments = [&["init", "prod"][..], &FLAGS].concat();
    Run::bare(folder.path(), &arguments).ran().await.exits(0).says(&["is written", "check prod"]);
    Run::bare(folder.path(), &["validate", "prod"]).ran().await.exits(0).says(&["apps.prod.example.com"]);
    let text = fs_err::read_to_string(folder.path().join("clusters/prod/cluster.yaml")).unwrap();
    assert!(
        text.starts_with("# yaml-language-server: $schema=../../schemas/cluster.schema.json\n"),
        "{text}"
    );
    // What is there stays.
    Run::bare(folder.path(), &arguments).ran().await.exits(3).says(&["is there already", "validate prod"]);
    let left: Vec<_> = fs_err::read_dir(folder.path().join("clusters/prod")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test]
async fn init_in_a_pipe_names_every_flag_that_is_missing_and_every_value_that_is_wrong() {
    let folder = clusters(&[]);
    let missing = Run::bare(folder.path(), &["init", "prod"]).ran().await.exits(2);
    missing.says(&["--base-domain, --repo-url, --env must be said"]);
    let arguments = ["init", "prod", "--repo-url", "https://me:hunter2hunter2@git.example.com/x.git"];
    let wrong = Run::bare(folder.path(), &arguments).secret("hunter2hunter2").ran().await.exits(2);
    wrong.says(&["--repo-url: ", "--base-domain, --env must be said"]);
    let arguments =
        ["init", "Prod", "--repo-url", "x", "--repo-ref", "a..b", "--env", "A b", "--base-domain", "_"];
    let all = Run::bare(folder.path(), &arguments).ran().await.exits(2);
    all.says(&["can't be a cluster's name", "--base-domain: ", "--repo-url: ", "--repo-ref: ", "--env: "]);
    Run::bare(folder.path(), &["init", "Prod"]).ran().await.exits(2).says(&["can't be a cluster's name"]);
    assert!(!folder.path().join("clusters/prod").exists());
}

#[tokio::test]
async fn init_shows_its_file_or_its_document_without_writing() {
    let folder = clusters(&[]);
    let arguments = [&["init", "prod", "--dry-run"][..], &FLAGS].concat();
    Run::bare(folder.path(), &arguments).ran().await.exits(0).says(&["base_domain: \"example.com\""]);
    let json = [&arguments[..], &["-o", "json"]].concat();
    let document = Run::bare(folder.path(), &json).ran().await.exits(0).json();
    assert_eq!((&document["written"], &document["repo_ref"]), (&false.into(), &"main".into()));
    assert!(!folder.path().join("clusters/prod").exists());
}

#[test]
fn init_in_a_terminal_asks_and_asks_again_where_an_answer_is_wrong() {
    let folder = clusters(&[]);
    let run = Run::bare(folder.path(), &["init", "prod"]);
    let typed = "Example.com\nexample.com\nhttps://git.example.com/gitops.git\n\nprod\n";
    let (code, seen) = Terminal::new(100).runs(&run, typed);
    assert_eq!(code, 0, "{seen}");
    assert_eq!(
        seen.matches("DNS name that the cluster's own name is put before, such as aws.example.com:").count(),
        2,
        "{seen}"
    );
    assert!(seen.contains("[main]"), "{seen}");
    let text = fs_err::read_to_string(folder.path().join("clusters/prod/cluster.yaml")).unwrap();
    assert!(text.contains("repo_ref: \"main\"") && text.contains("env: \"prod\""), "{text}");
}

#[test]
fn init_that_is_left_in_the_middle_writes_nothing() {
    let folder = clusters(&[]);
    let run = Run::bare(folder.path(), &["init", "prod"]);
    let (code, seen) = Terminal::new(100).runs(&run, "example.com\n\u{4}");
    assert_eq!(code, 2, "{seen}");
    assert!(seen.contains("nothing was written"), "{seen}");
    assert!(!folder.path().join("clusters/prod/cluster.yaml").exists());
}

#[tokio::test]
async fn a_setting_that_makes_no_sense_is_named_by_flag_and_variable() {
    let folder = clusters(&[]);
    let arguments = [&["init", "prod"][..], &FLAGS].concat();
    Run::bare(folder.path(), &arguments).ran().await.exits(0);
    let wrong = Run::bare(folder.path(), &["run", "prod", "--operator-timeout", "5x"]).ran().await.exits(2);
    wrong.says(&["--operator-timeout (BITIQ_BOOTSTRAP_OPERATOR_TIMEOUT) is `5x`", "90s, 5m, 3h"]);
}

#[tokio::test]
async fn the_program_alone_shows_what_to_do_next() {
    let none = tempfile::tempdir().unwrap();
    Run::bare(none.path(), &[]).ran().await.exits(0).says(&["no folder clusters/", "init <cluster>"]);
    let some = clusters(&["prod"]);
    Run::bare(some.path(), &[]).ran().await.exits(0).says(&["prod", "never", "bitiq-bootstrap check prod"]);
}
