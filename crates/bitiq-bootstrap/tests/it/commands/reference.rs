//! docs/reference.md, docs/errors.md and docs/checks.md are made from the code.

use std::path::Path;
use std::process::Command;

use crate::support::binary::binary;
use crate::support::process::Run;

#[test]
#[expect(clippy::disallowed_methods, reason = "tests start the program as a user does")]
fn no_page_that_is_made_from_the_code_is_stale() {
    for page in ["reference", "errors", "checks"] {
        let output = Command::new(binary()).args(["reference", page]).output().unwrap();
        let made = String::from_utf8(output.stdout).unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(format!("{page}.md"));
        let kept = std::fs::read_to_string(file).unwrap();
        assert_eq!(made, kept, "stale: cargo run -p bitiq-bootstrap -- reference {page} > docs/{page}.md");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests start the program as a user does")]
fn an_empty_variable_counts_as_unset() {
    for name in ["ROOT", "OUTPUT", "QUIET", "COLOR", "LIST"] {
        let name = format!("BITIQ_BOOTSTRAP_{name}");
        let output = Command::new(binary()).arg("schema").env(&name, "").output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test]
async fn every_variable_of_the_help_is_in_the_reference() {
    let help = async |arguments: &[&str]| Run::bare("/", arguments).ran().await.exits(0).stdout;
    let all = help(&["--help"]).await;
    let (commands, _) = all.split_once("--root").expect("the options follow the commands");
    let names: Vec<&str> =
        commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(names.len() > 15 && names.contains(&"run"), "{names:?}");
    let reference = include_str!("../../../../../docs/reference.md");
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        for part in help(&[name, "--help"]).await.split('[').filter(|part| part.starts_with("BITIQ_")) {
            let variable = part.split(']').next().unwrap_or_default();
            assert!(reference.contains(&format!("`{variable}`")), "{name}: {variable}");
        }
    }
}
