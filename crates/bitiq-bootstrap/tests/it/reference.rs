//! docs/reference.md is made from the code.

use std::path::Path;
use std::process::Command;

#[test]
#[expect(clippy::disallowed_methods, reason = "tests start the program as a user does")]
fn the_reference_is_not_stale() {
    let output = Command::new(env!("CARGO_BIN_EXE_bitiq-bootstrap")).arg("reference").output().unwrap();
    let made = String::from_utf8(output.stdout).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference.md");
    let kept = std::fs::read_to_string(file).unwrap();
    assert_eq!(made, kept, "stale: cargo run -p bitiq-bootstrap -- reference > docs/reference.md");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests start the program as a user does")]
fn an_empty_variable_counts_as_unset() {
    for name in ["ROOT", "OUTPUT", "QUIET", "COLOR", "LIST"] {
        let name = format!("BITIQ_BOOTSTRAP_{name}");
        let output = Command::new(env!("CARGO_BIN_EXE_bitiq-bootstrap"))
            .arg("schema")
            .env(&name, "")
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
