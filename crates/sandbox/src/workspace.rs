//! The files of a sandbox: a repository of clusters with one cluster in it, and a home for whoever works there.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use fs_err::os::unix::fs::OpenOptionsExt as _;

use crate::error::Attempt as _;
use crate::folder::Folder;
use crate::{Options, SandboxError};

#[derive(Debug)]
pub(crate) struct Workspace {
    folder: Folder,
    cluster_name: String,
}

impl Workspace {
    pub(crate) fn new(options: &Options) -> Result<Self, SandboxError> {
        let made =
            Self { folder: Folder::new(&options.programs)?, cluster_name: options.cluster_name.clone() };
        for folder in [made.work(), made.home()] {
            fs_err::create_dir_all(&folder).attempt("make the sandbox's folders")?;
        }
        let private = std::fs::Permissions::from_mode(0o700);
        fs_err::set_permissions(made.work(), private).attempt("make .work private")?;
        Ok(made)
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.root().join("clusters").join(&self.cluster_name)
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.cluster().join(".work")
    }

    /// The sandbox's CA, and a Git configuration that trusts it.
    pub(crate) fn write_trust(&self, ca_pem: &str) -> Result<(), SandboxError> {
        let ca = self.ca_file();
        write(&ca, ca_pem)?;
        let config = format!(
            "[http]\n\tsslCAInfo = \"{}\"\n[user]\n\tname = Sandbox\n\temail = sandbox@localhost\n",
            ca.display()
        );
        write(&self.home().join(".gitconfig"), &config)
    }

    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    pub(crate) fn write_cluster(&self, options: &Options, repo_url: &str) -> Result<(), SandboxError> {
        write(&self.cluster().join("cluster.yaml"), &cluster_yaml(options, repo_url))
    }

    /// A kubeconfig that only its owner may read.
    pub(crate) fn write_kubeconfig(&self, file: &Path, text: &str) -> Result<(), SandboxError> {
        if let Some(folder) = file.parent() {
            fs_err::create_dir_all(folder).attempt("make the kubeconfig's folder")?;
        }
        let mut options = fs_err::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut opened = options.open(file).attempt("write the kubeconfig")?;
        std::io::Write::write_all(&mut opened, text.as_bytes()).attempt("write the kubeconfig")
    }

    pub(crate) fn remove(self) -> Result<(), SandboxError> {
        self.folder.remove()
    }
}

fn write(file: &Path, text: &str) -> Result<(), SandboxError> {
    fs_err::write(file, text).attempt("write a file of the sandbox")
}

/// With sections of the installer's, as such files have.
fn cluster_yaml(options: &Options, repo_url: &str) -> String {
    let Options { cluster_name, base_domain, env, repo_ref, .. } = options;
    format!(
        "name: {cluster_name}\n\
         env: {env}\n\
         \n\
         platform:\n  type: none\n\
         \n\
         dns:\n  base_domain: {base_domain}\n\
         \n\
         openshift:\n  version: \"4.20\"\n  control_plane_replicas: 1\n  compute_replicas: 0\n\
         \n\
         gitops:\n  repo_url: \"{repo_url}\"\n  repo_ref: \"{repo_ref}\"\n  env: {env}\n"
    )
}
