//! What usually stands between Argo CD's repo-server and the repository, and what to do about it.

use cluster_spec::RepoUrl;
use secret::quoted;

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
    pub fn hint(self, url: &str, namespace: &str) -> String {
        let host = match host(url) {
            host if host.is_empty() => "HOST".to_owned(),
            host => quoted(host),
        };
        let (namespace, address) = (quoted(namespace), quoted(url));
        let repo_server = format!(
            "$(oc --kubeconfig <kubeconfig> -n {namespace} get deployment -l app.kubernetes.io/component=repo-server -o name)"
        );
        match self {
            Self::Dns => format!(
                "usually DNS: {host} has no address inside the cluster. Ask there:\n\
                 oc --kubeconfig <kubeconfig> -n {namespace} exec {repo_server} -- getent hosts {host}"
            ),
            Self::Proxy => format!(
                "usually the proxy: look at what Argo CD was given (a key `proxy` or `noProxy` in the repository Secret counts \
                 more, and spec.repo.env of the ArgoCD resource):\n\
                 oc --kubeconfig <kubeconfig> -n {namespace} set env --list {repo_server} | grep -i proxy"
            ),
            Self::Authority => format!(
                "usually the CA: give Argo CD the authority of {host}'s certificate:\n\
                 oc --kubeconfig <kubeconfig> -n {namespace} set data configmap/argocd-tls-certs-cm --from-file={host}=ca.pem"
            ),
            Self::Certificate => format!(
                "usually the certificate of {host}: have it renewed there; look at it:\n\
                 openssl s_client -connect {host}:443 -servername {host} </dev/null | openssl x509 -noout -dates -ext subjectAltName"
            ),
            Self::Tls => format!(
                "usually the address: what answers at {host} does not speak the TLS that Argo CD expects. Look at it:\n\
                 openssl s_client -connect {host}:443 -servername {host} </dev/null"
            ),
            Self::KnownHosts => format!(
                "usually the known hosts: give Argo CD the ssh key of {host}, once you compared its fingerprint:\n\
                 (oc --kubeconfig <kubeconfig> -n {namespace} get configmap argocd-ssh-known-hosts-cm -o jsonpath='{{.data.ssh_known_hosts}}'; \
                 ssh-keyscan {host}) >known_hosts && \
                 oc --kubeconfig <kubeconfig> -n {namespace} set data configmap/argocd-ssh-known-hosts-cm --from-file=ssh_known_hosts=known_hosts"
            ),
            Self::Login => "usually the login: mend it (GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault), \
                            then give it to Argo CD:\nbitiq-bootstrap repo-creds <cluster>"
                .into(),
            Self::NotFound => "usually the URL, or a login that does not see the repository (many hosts then say \"not found\"): \
                               compare gitops.repo_url with what the host shows to that login"
                .into(),
            Self::Project => format!(
                "usually the AppProject: add {url} to its spec.sourceRepos:\noc --kubeconfig <kubeconfig> -n {namespace} get appprojects -o yaml"
            ),
            Self::Submodule => format!(
                "usually a submodule: Argo CD needs a repository Secret for the submodule's URL too. See those it has:\n\
                 oc --kubeconfig <kubeconfig> -n {namespace} get secrets -l argocd.argoproj.io/secret-type"
            ),
            Self::RepoServer => format!(
                "usually Argo CD's repo-server is not ready: see its Pods:\n\
                 oc --kubeconfig <kubeconfig> -n {namespace} get pods -l app.kubernetes.io/component=repo-server"
            ),
            Self::Unknown => format!(
                "these words of Argo CD are not known to this program: see what its repo-server says:\n\
                 oc --kubeconfig <kubeconfig> -n {namespace} logs {repo_server} --tail 50"
            ),
            Self::Timeout | Self::Unreachable => format!(
                "usually a firewall, or a proxy that Argo CD was not told of: try it from there:\n\
                 oc --kubeconfig <kubeconfig> -n {namespace} exec {repo_server} -- git ls-remote {address}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://git.example.com/org/gitops.git";

    #[test]
    fn every_hint_names_its_cause_and_a_command_or_a_place() {
        let ca = Cause::Authority.hint(URL, "argo");
        assert!(
            ca.contains(
                "oc --kubeconfig <kubeconfig> -n argo set data configmap/argocd-tls-certs-cm --from-file=git.example.com=ca.pem"
            ),
            "{ca}"
        );
        let known = Cause::KnownHosts.hint("git@git.example.com:org/gitops.git", "argo");
        assert!(known.contains("ssh-keyscan git.example.com"), "{known}");
        assert!(Cause::Dns.hint(URL, "argo").contains("getent hosts git.example.com"));
        assert!(Cause::Login.hint(URL, "argo").contains("repo-creds"));
        assert!(Cause::Project.hint(URL, "argo").contains("spec.sourceRepos"));
        assert!(Cause::Tls.hint(URL, "argo").contains("openssl s_client -connect git.example.com:443"));
        assert!(Cause::Submodule.hint(URL, "argo").contains("get secrets"));
        assert!(Cause::RepoServer.hint(URL, "argo").contains("get pods"));
        assert!(Cause::Unknown.hint(URL, "argo").contains(" logs "));
    }

    #[test]
    fn a_url_runs_nothing_when_the_hint_is_pasted() {
        let hint = Cause::Timeout.hint("https://h/x;touch${IFS}PWNED", "argo");
        assert!(hint.ends_with("-- git ls-remote 'https://h/x;touch${IFS}PWNED'"), "{hint}");
        assert!(Cause::Timeout.hint(URL, "argo").ends_with(&format!("-- git ls-remote {URL}")));
    }
}
