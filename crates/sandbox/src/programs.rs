//! Where the programs are that the sandbox starts.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::SandboxError;

/// The folder of the pinned OpenBao below the checkout's `.tools/`, as `scripts/tools.py` unpacks it.
const OPENBAO: &str = "bao-2.7.2/bao";

/// Where to look for programs.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// Folders to search, as in `PATH`; none: the `PATH` of this process.
    pub path: Option<OsString>,
    /// A checkout of the project, whose `.tools/` is searched first; none: the one this was built from.
    pub checkout: Option<PathBuf>,
    /// The Vault or OpenBao to use instead of any that could be found.
    pub vault: Option<PathBuf>,
}

impl Programs {
    /// The search path.
    pub fn search_path(&self) -> OsString {
        self.path.clone().unwrap_or_else(path_of_this_process)
    }

    /// The first executable file of this name on the search path.
    ///
    /// # Errors
    /// There is none.
    pub fn find(&self, name: &str) -> Result<PathBuf, SandboxError> {
        let path = self.search_path();
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| is_executable(file))
            .ok_or_else(|| SandboxError::NoProgram { program: name.to_owned(), looked_in: shown(&path) })
    }

    /// The OpenBao or Vault: the one given, else `.tools/` of the checkout, else `bao` or `vault` on the search path.
    ///
    /// # Errors
    /// There is none.
    pub fn find_vault(&self) -> Result<PathBuf, SandboxError> {
        if let Some(given) = &self.vault {
            return Ok(given.clone());
        }
        let tools = self.checkout().join(".tools");
        let pinned = tools.join(OPENBAO);
        if is_executable(&pinned) {
            return Ok(pinned);
        }
        self.find("bao").or_else(|_| self.find("vault")).map_err(|_| SandboxError::NoProgram {
            program: "bao".to_owned(),
            looked_in: format!(
                "{} and, as `bao` or `vault`, {}",
                tools.display(),
                shown(&self.search_path())
            ),
        })
    }

    fn checkout(&self) -> PathBuf {
        self.checkout.clone().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "test equipment: without a path of its own it uses that of the tests"
)]
fn path_of_this_process() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// The folder of a real control plane (`KUBEBUILDER_ASSETS`), if this process was started with one.
#[expect(clippy::disallowed_methods, reason = "test equipment: how the tests as a whole were started")]
pub(crate) fn control_plane() -> Option<PathBuf> {
    std::env::var_os("KUBEBUILDER_ASSETS").filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn shown(path: &OsStr) -> String {
    path.to_string_lossy().into_owned()
}

/// Whether the tests that need a Vault are left out on this machine (`BITIQ_SANDBOX_VAULT=none`, which `make test
/// VAULT=none` sets). The one that asks is named on standard error, so that nothing is left out silently.
#[expect(clippy::disallowed_methods, reason = "test equipment: how the tests as a whole were started")]
#[expect(clippy::print_stderr, reason = "a test left out is said")]
pub fn vault_left_out(test: &str) -> bool {
    let left_out = std::env::var("BITIQ_SANDBOX_VAULT").is_ok_and(|value| value == "none");
    if left_out {
        eprintln!("left out, needs Vault: {test}");
    }
    left_out
}
