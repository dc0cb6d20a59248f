//! The binary under test: `$BITIQ_TEST_BINARY`, such as one of the release profile, else the debug build beside this test.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Names the binary that the whole suite runs on.
const NAMED_BY: &str = "BITIQ_TEST_BINARY";

static BINARY: LazyLock<PathBuf> = LazyLock::new(|| match set(NAMED_BY) {
    None => PathBuf::from(env!("CARGO_BIN_EXE_bitiq-bootstrap")),
    Some(named) => whole(&named).unwrap_or_else(|| panic!("{NAMED_BY}: there is no {}", named.display())),
});

/// Its absolute path.
pub fn binary() -> &'static Path {
    &BINARY
}

/// The same, as text for a shell.
pub fn binary_text() -> &'static str {
    binary().to_str().expect("the path of the binary under test is UTF-8")
}

/// cargo starts a test in the folder of its package: a relative path is meant from where cargo was called, which the
/// shell tells, or from the root of the workspace.
pub fn whole(named: &Path) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = set("PWD").into_iter().chain([workspace]);
    folders.map(|folder| folder.join(named)).find(|path| path.is_file())?.canonicalize().ok()
}

#[expect(clippy::disallowed_methods, reason = "who runs the suite names the binary")]
fn set(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
