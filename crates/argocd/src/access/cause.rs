//! What usually stands between Argo CD's repo-server and the repository, and what to do about it.

use advice::{Advice, CommandLine, shell};
use cluster_spec::RepoUrl;

/// What usually stands behind Argo CD's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The host name has no address inside the cluster.
    Dns,
    /// The proxy on the way refuses, or is not there.
    Proxy,
    /// The host's certificate is signed by an authority that Argo CD does not know.
    Authority,
    /// The host's certificate has expired, or is for another name.
    Certificate,
    /// What answers at the port speaks no TLS, or none that Argo CD can speak.
    Tls,
    /// The host's ssh key is not among the known ones.
    KnownHosts,
    /// The login is missing, wrong, or may not read it.
    Login,
    /// There is no such repository, or the login does not see it.
    NotFound,
    /// The AppProject does not allow this repository.
    Project,
    /// The repository itself was read, one of its submodules was not.
    Submodule,
    /// Argo CD's own repo-server does not answer.
    RepoServer,
    /// No answer in time.
    Timeout,
    /// Nothing listens, or the host fails or is busy: that may pass.
    Unreachable,
    /// Words that this program does not know.
    Unknown,
}

/// The host of a repository's URL; empty where it has none.
pub(super) fn host(url: &str) -> String {
    RepoUrl::parse(url).ok().and_then(|url| url.host().map(str::to_owned)).unwrap_or_default()
}

impl Cause {
    /// Whether it is an error only once it lasts until the limit: it often passes by itself, or nobody knows.
    pub fn may_pass(self) -> bool {
        self.passes() || self == Self::Unknown
    }

    /// Whether it is a fault of the moment: an old one says nothing about now.
    pub(super) fn passes(self) -> bool {
        match self {
            Self::RepoServer | Self::Timeout | Self::Unreachable => true,
            Self::Dns
            | Self::Proxy
            | Self::Authority
            | Self::Certificate
            | Self::Tls
            | Self::KnownHosts
            | Self::Login
            | Self::NotFound
            | Self::Project
            | Self::Submodule
            | Self::Unknown => false,
        }
    }

    /// What to do about it, for the repository at `url` and Argo CD in `namespace`.
    pub fn hint(self, url: &str, namespace: &str) -> Advice {
        let host = Some(host(url)).filter(|host| !host.is_empty()).unwrap_or_else(|| "HOST".into());
        let repo_server = shell!(
            "$(oc --kubeconfig <kubeconfig> -n {} get deployment -l app.kubernetes.io/component=repo-server -o name)",
            namespace
        );
        match self {
            Self::Dns => {
                Advice::say(format!("usually DNS: {host} has no address inside the cluster. Ask there:"))
                    .run(shell!("oc --kubeconfig <kubeconfig> -n {} exec {} -- getent hosts {}", namespace, repo_server, host))
            }
            Self::Proxy => Advice::say(
                "usually the proxy: look at what Argo CD was given (a key `proxy` or `noProxy` in the repository Secret counts \
                 more, and spec.repo.env of the ArgoCD resource):",
            )
            .run(shell!("oc --kubeconfig <kubeconfig> -n {} set env --list {} | grep -i proxy", namespace, repo_server)),
            Self::Authority => {
                Advice::say(format!("usually the CA: give Argo CD the authority of {host}'s certificate:")).run(shell!(
                    "oc --kubeconfig <kubeconfig> -n {} set data configmap/argocd-tls-certs-cm --from-file={}=ca.pem",
                    namespace,
                    host
                ))
            }
            Self::Certificate => {
                Advice::say(format!("usually the certificate of {host}: have it renewed there; look at it:")).run(shell!(
                    "openssl s_client -connect {}:443 -servername {} </dev/null | openssl x509 -noout -dates -ext subjectAltName",
                    host,
                    host
                ))
            }
            Self::Tls => Advice::say(format!(
                "usually the address: what answers at {host} does not speak the TLS that Argo CD expects. Look at it:"
            ))
            .run(shell!("openssl s_client -connect {}:443 -servername {} </dev/null", host, host)),
            Self::KnownHosts => Advice::say(format!(
                "usually the known hosts: give Argo CD the ssh key of {host}, once you compared its fingerprint:"
            ))
            .run(shell!(
                "(oc --kubeconfig <kubeconfig> -n {} get configmap argocd-ssh-known-hosts-cm -o jsonpath='{.data.ssh_known_hosts}'; \
                 ssh-keyscan {}) >known_hosts && \
                 oc --kubeconfig <kubeconfig> -n {} set data configmap/argocd-ssh-known-hosts-cm --from-file=ssh_known_hosts=known_hosts",
                namespace,
                host,
                namespace
            )),
            Self::Login => Advice::say(
                "usually the login: mend it (GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault), then give it to Argo CD:",
            )
            .run(CommandLine::own("repo-creds")),
            Self::NotFound => {
                "usually the URL, or a login that does not see the repository (many hosts then say \"not found\"): \
                 compare gitops.repo_url with what the host shows to that login"
                    .into()
            }
            Self::Project => Advice::say(format!("usually the AppProject: add {url} to its spec.sourceRepos:"))
                .run(shell!("oc --kubeconfig <kubeconfig> -n {} get appprojects -o yaml", namespace)),
            Self::Submodule => Advice::say(
                "usually a submodule: Argo CD needs a repository Secret for the submodule's URL too. See those it has:",
            )
            .run(shell!(
                "oc --kubeconfig <kubeconfig> -n {} get secrets -l argocd.argoproj.io/secret-type",
                namespace
            )),
            Self::RepoServer => Advice::say("usually Argo CD's repo-server is not ready: see its Pods:").run(shell!(
                "oc --kubeconfig <kubeconfig> -n {} get pods -l app.kubernetes.io/component=repo-server",
                namespace
            )),
            Self::Unknown => Advice::say(
                "these words of Argo CD are not known to this program: see what its repo-server says:",
            )
            .run(shell!("oc --kubeconfig <kubeconfig> -n {} logs {} --tail 50", namespace, repo_server)),
            Self::Timeout | Self::Unreachable => {
                Advice::say("usually a firewall, or a proxy that Argo CD was not told of: try it from there:").run(shell!(
                    "oc --kubeconfig <kubeconfig> -n {} exec {} -- git ls-remote {}",
                    namespace,
                    repo_server,
                    url
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://git.example.com/org/gitops.git";

    fn hint(cause: Cause, url: &str) -> String {
        cause.hint(url, "argo").to_string()
    }

    #[test]
    fn every_hint_names_its_cause_and_a_command_or_a_place() {
        let ca = hint(Cause::Authority, URL);
        assert!(
            ca.contains(
                "oc --kubeconfig <kubeconfig> -n argo set data configmap/argocd-tls-certs-cm --from-file=git.example.com=ca.pem"
            ),
            "{ca}"
        );
        let known = hint(Cause::KnownHosts, "git@git.example.com:org/gitops.git");
        assert!(known.contains("ssh-keyscan git.example.com"), "{known}");
        assert!(hint(Cause::Dns, URL).contains("getent hosts git.example.com"));
        assert!(hint(Cause::Login, URL).contains("repo-creds"));
        assert!(hint(Cause::Project, URL).contains("spec.sourceRepos"));
        assert!(hint(Cause::Tls, URL).contains("openssl s_client -connect git.example.com:443"));
        assert!(hint(Cause::Submodule, URL).contains("get secrets"));
        assert!(hint(Cause::RepoServer, URL).contains("get pods"));
        assert!(hint(Cause::Unknown, URL).contains(" logs "));
    }

    #[test]
    fn a_url_runs_nothing_when_the_hint_is_pasted() {
        let said = hint(Cause::Timeout, "https://h/x;touch${IFS}PWNED");
        assert!(said.ends_with("-- git ls-remote 'https://h/x;touch${IFS}PWNED'"), "{said}");
        assert!(hint(Cause::Timeout, URL).ends_with(&format!("-- git ls-remote {URL}")));
    }
}
