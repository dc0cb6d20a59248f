//! All the parts together, and the world that a hand-over expects between them.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::api::Api;
use crate::argocd::{self, ArgoCd};
use crate::authority::Authority;
use crate::cluster::{Cluster, User};
use crate::git_host::{File, GitHost, MAIN, PRIVATE, PUBLIC};
use crate::gitops_repo::{self, Expected};
use crate::openshift::{Identity, OpenShift};
use crate::vault::{Answer, Vault};
use crate::workspace::Workspace;
use crate::{Options, SandboxError};

/// Where in Vault the login of the private repository is.
pub const LOGIN_PATH: &str = "gitops/github/gitops-repo";
/// The tag, with an object of its own, that stands at the first commit of both repositories.
pub const TAG: &str = "v1.0.0";
/// The branch that stands there too.
pub const BRANCH: &str = "release/1.0";

/// A running sandbox; it ends, and all its files go, when this is dropped or its process is killed.
pub struct Sandbox {
    /// The cluster API.
    pub cluster: Cluster,
    /// Vault, if there is one.
    pub vault: Option<Vault>,
    /// The Git host.
    pub git: GitHost,
    /// Argo CD's part, if there is one.
    pub argocd: Option<ArgoCd>,
    /// What makes the cluster an OpenShift, if it is one.
    pub openshift: Option<OpenShift>,
    workspace: Workspace,
    options: Options,
}

impl Sandbox {
    /// Starts the parts that `options` ask for, side by side, and fills them.
    ///
    /// The servers run on the runtime that calls this: a test that waits for a program without `await` needs
    /// `#[tokio::test(flavor = "multi_thread")]`.
    ///
    /// # Errors
    /// A program is missing, or a part does not come up.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let authority = Authority::new()?;
        let programs = &options.programs;
        let cluster = async { Ok(Cluster::start(options.cluster.clone()).await?) };
        let vault = async {
            if options.vault { Vault::start_under(programs, &authority).await.map(Some) } else { Ok(None) }
        };
        let git = GitHost::start_under(programs, &authority);
        let (cluster, vault, git) = futures::try_join!(cluster, vault, git)?;
        let workspace = Workspace::new(&options)?;
        workspace.write_trust(authority.pem())?;
        let mut sandbox = Self { cluster, vault, git, argocd: None, openshift: None, workspace, options };
        sandbox.fill().await?;
        Ok(sandbox)
    }

    async fn fill(&mut self) -> Result<(), SandboxError> {
        self.workspace.write_cluster(&self.options, &self.repo_url())?;
        self.workspace.write_kubeconfig(&self.kubeconfig(), &self.cluster.kubeconfig(&User::Admin)?)?;
        for repository in [PRIVATE, PUBLIC] {
            let files = self.repository_files();
            self.git.commit(repository, &files, "A GitOps repository").await?;
            self.git.tag(repository, TAG, MAIN).await?;
            self.git.branch(repository, BRANCH, MAIN).await?;
        }
        if let Some(vault) = &self.vault {
            let (username, password) = self.git.login();
            vault.kv_put(LOGIN_PATH, json!({"username": username, "password": password})).await?;
            let service_account = ("openshift-gitops", "default");
            vault.kubernetes_role("kubernetes", &self.vault_role(), service_account, &["default"]).await?;
        }
        let suffix = self.options.openshift.as_ref().and_then(|openshift| openshift.infra_suffix.clone());
        self.start_openshift(suffix.as_deref()).await?;
        self.start_argocd().await
    }

    fn repository_files(&self) -> Vec<File> {
        let address = self.vault.as_ref().map(Vault::tls_address);
        match self.options.openshift {
            None => gitops_repo::files(&self.expected()),
            Some(_) => {
                gitops_repo::openshift_files(&self.expected(), &self.options.cluster_name, address.as_deref())
            }
        }
    }

    async fn start_openshift(&mut self, suffix: Option<&str>) -> Result<(), SandboxError> {
        if let Some(openshift) = self.options.openshift.clone() {
            let Options { cluster_name, base_domain, .. } = &self.options;
            let identity = Identity::new(cluster_name, base_domain, suffix, &openshift);
            let kubeconfig = self.cluster.kubeconfig(&User::Admin)?;
            let started = OpenShift::start(&kubeconfig, self.cluster.is_real(), identity, openshift);
            self.openshift = Some(started.await?);
        }
        Ok(())
    }

    async fn start_argocd(&mut self) -> Result<(), SandboxError> {
        if self.options.argocd {
            let ca_file = Some(self.workspace.ca_file());
            let settings = argocd::Settings {
                ca_file,
                kinds: self.options.openshift.is_none(),
                resync: self.options.resync,
            };
            let kubeconfig = self.cluster.kubeconfig(&User::Admin)?;
            self.argocd = Some(ArgoCd::start(&kubeconfig, &self.options.programs, settings).await?);
        }
        Ok(())
    }

    /// Destroys the cluster and makes a new one under the same name and address, as an installer does: another CA,
    /// nothing kept, a new infraID where it is an OpenShift, and a new kubeconfig at `.work/installer/auth/kubeconfig`.
    ///
    /// # Errors
    /// A part does not come up again.
    pub async fn recreate(&mut self) -> Result<(), SandboxError> {
        (self.argocd, self.openshift) = (None, None);
        self.cluster.recreate().await?;
        let file = self.work().join("installer/auth/kubeconfig");
        self.workspace.write_kubeconfig(&file, &self.cluster.kubeconfig(&User::Admin)?)?;
        self.start_openshift(None).await?;
        self.start_argocd().await
    }

    /// What the script in the repository expects to be handed.
    pub fn expected(&self) -> Expected {
        let refs = [&self.options.repo_ref, MAIN, TAG, BRANCH].map(str::to_owned);
        Expected {
            env: self.options.env.clone(),
            apps_domain: self.options.apps_domain(),
            target_revs: refs.iter().flat_map(|name| [name.clone(), format!("refs/heads/{name}")]).collect(),
            repo_urls: [PRIVATE, PUBLIC].map(|repository| self.git.url(repository)).to_vec(),
            servers: vec![self.cluster.server()],
        }
    }

    /// The environment of the programs under test: a home that trusts the sandbox, and the way to Vault.
    pub fn env(&self) -> Vec<(String, String)> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let mut env = vec![
            ("HOME", text(&self.home())),
            ("PATH", self.options.programs.search_path().to_string_lossy().into_owned()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("BITIQ_BOOTSTRAP_ROOT", text(&self.root())),
            ("BITIQ_BOOTSTRAP_REQUIRE_TOOL", "python3".to_owned()),
        ];
        if let Some(vault) = &self.vault {
            env.push(("VAULT_ADDR", vault.tls_address()));
            env.push(("VAULT_TOKEN", vault.root_token().to_owned()));
            env.push(("VAULT_CACERT", text(&self.ca_file())));
        } else {
            let (username, password) = self.git.login();
            env.push(("GITOPS_REPO_USERNAME", username));
            env.push(("GITOPS_REPO_PASSWORD", password));
        }
        env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The repository of clusters: the folder that holds `clusters/`.
    pub fn root(&self) -> PathBuf {
        self.workspace.root()
    }

    /// The home that [`Sandbox::env`] names, with a Git configuration that trusts the sandbox's CA.
    pub fn home(&self) -> PathBuf {
        self.workspace.home()
    }

    /// `.work/` of the cluster.
    pub fn work(&self) -> PathBuf {
        self.workspace.work()
    }

    /// `cluster.yaml` of the cluster.
    pub fn cluster_yaml(&self) -> PathBuf {
        self.workspace.cluster().join("cluster.yaml")
    }

    /// `.work/kubeconfig` of the cluster, the administrator's.
    pub fn kubeconfig(&self) -> PathBuf {
        self.work().join("kubeconfig")
    }

    /// The CA of Vault and the Git host, as a file; the cluster has one of its own.
    pub fn ca_file(&self) -> PathBuf {
        self.workspace.ca_file()
    }

    /// `gitops.repo_url`.
    pub fn repo_url(&self) -> String {
        self.git.url(&self.options.repository)
    }

    /// The Vault role by which ServiceAccount `default` of `openshift-gitops` may log in, once Vault trusts the cluster.
    pub fn vault_role(&self) -> String {
        format!("gitops-{}", self.options.env)
    }

    /// A token of a service account, as a pod of its would have it.
    ///
    /// # Errors
    /// There is no such service account.
    pub async fn service_account_token(&self, namespace: &str, name: &str) -> Result<String, SandboxError> {
        let api = Api::new(&self.cluster.kubeconfig(&User::Admin)?, "sandbox")?;
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token");
        let wanted = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
        let made = api.post(&path, &wanted).await?;
        Ok(made["status"]["token"].as_str().unwrap_or_default().to_owned())
    }

    /// What Vault answers to a service account that logs in at a mount by a role.
    ///
    /// # Errors
    /// There is no such service account, or no Vault.
    pub async fn log_in_to_vault(
        &self,
        mount: &str,
        role: &str,
        (namespace, service_account): (&str, &str),
    ) -> Result<Answer, SandboxError> {
        let vault =
            self.vault.as_ref().ok_or_else(|| SandboxError::failed("log in to Vault", "there is none"))?;
        let jwt = self.service_account_token(namespace, service_account).await?;
        let login = json!({"role": role, "jwt": jwt});
        vault.api_as(None, "POST", &format!("auth/{mount}/login"), Some(login)).await
    }

    /// What this was started with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Ends all parts, and waits until nothing is left of them.
    ///
    /// # Errors
    /// A folder can't be removed.
    pub async fn stop(self) -> Result<(), SandboxError> {
        drop((self.argocd, self.openshift));
        if let Some(vault) = self.vault {
            vault.stop().await;
        }
        drop(self.cluster);
        self.git.stop().await?;
        self.workspace.remove()
    }
}
