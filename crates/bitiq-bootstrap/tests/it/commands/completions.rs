//! `completions`: the scripts of each shell, and the names that the shell offers.

use std::process::Stdio;

use crate::support::binary::binary_text;
use crate::support::clusters::clusters;
use crate::support::process::Run;

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
        let other_name = Run::bare(".", &["completion", shell]).ran().await.exits(0);
        assert_eq!(other_name.stdout, ran.stdout);
    }
    Run::bare(".", &["completions", "dash"]).ran().await.exits(2).says(&["possible values"]);
}

#[tokio::test]
async fn the_help_of_a_command_shows_its_other_name() {
    for (name, other) in [("completions", "completion"), ("run", "bootstrap-gitops")] {
        for called in [name, other] {
            let ran = Run::bare(".", &[called, "--help"]).ran().await.exits(0);
            ran.says(&[&format!("Usage: bitiq-bootstrap {name}"), &format!("Other name: {other}")]);
        }
    }
}
