//! The content of a GitOps repository with the interface of a real one: `scripts/bootstrap.sh` fails loudly on a wrong
//! input, and creates an Argo CD Application through the kubeconfig it is handed.
//!
//! `SANDBOX_SCRIPT` in its environment, or a file `scripts/behaviour` in the repository, makes it fail, hang, flood and
//! more: the switches stand in `content/scripts/misbehave.py`.

mod openshift;

use crate::git_host::File;

pub use openshift::files as openshift_files;

/// The script that the hand-over runs.
pub const SCRIPT: &str = "scripts/bootstrap.sh";
/// The file that holds what the script expects to be handed.
pub const EXPECTED: &str = "expected.env";
/// The file whose lines make the script misbehave.
pub const BEHAVIOUR: &str = "scripts/behaviour";

/// What the script of a repository expects to be handed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// `ENV`.
    pub env: String,
    /// `BASE_DOMAIN`.
    pub apps_domain: String,
    /// `TARGET_REV`: any of these, or the id of the commit checked out.
    pub target_revs: Vec<String>,
    /// `GIT_REPO_URL`: any of these.
    pub repo_urls: Vec<String>,
    /// The server in the kubeconfig: any of these; none: any at all.
    pub servers: Vec<String>,
}

impl Expected {
    /// The file in the repository that says so: a name that comes more than once has several good values.
    pub fn file(&self) -> File {
        let one = |name: &str, value: &String| format!("{name}={value}\n");
        let many =
            |name: &str, values: &[String]| values.iter().map(|value| one(name, value)).collect::<String>();
        let text = [
            one("ENV", &self.env),
            one("BASE_DOMAIN", &self.apps_domain),
            many("TARGET_REV", &self.target_revs),
            many("GIT_REPO_URL", &self.repo_urls),
            many("SERVER", &self.servers),
        ];
        File::new(EXPECTED, text.concat())
    }
}

/// The whole content, for a plain cluster.
pub fn files(expected: &Expected) -> Vec<File> {
    vec![
        expected.file(),
        File::executable(SCRIPT, include_str!("gitops_repo/content/scripts/bootstrap.sh")),
        File::new("scripts/bootstrap.py", include_str!("gitops_repo/content/scripts/bootstrap.py")),
        File::new("scripts/cluster.py", include_str!("gitops_repo/content/scripts/cluster.py")),
        File::new("scripts/misbehave.py", include_str!("gitops_repo/content/scripts/misbehave.py")),
        File::new(
            "charts/argocd-apps/values.yaml",
            include_str!("gitops_repo/content/charts/argocd-apps/values.yaml"),
        ),
        File::new(
            "charts/bitiq-umbrella/Chart.yaml",
            include_str!("gitops_repo/content/charts/bitiq-umbrella/Chart.yaml"),
        ),
        File::new("README.md", include_str!("gitops_repo/content/README.md")),
        File::new(".gitignore", include_str!("gitops_repo/content/gitignore")),
    ]
}
