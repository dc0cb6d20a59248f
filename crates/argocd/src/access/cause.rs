//! From Argo CD's words to their usual cause: what is in the way between its repo-server and the repository.
//!
//! Only words about reaching and entering the repository count. A chart that does not render, a Helm dependency of
//! another host, a cluster that can't be read: none of that says anything about the repository.

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
    /// The host's ssh key is not among the known ones.
    KnownHosts,
    /// The login is missing, wrong, or may not read it.
    Login,
    /// There is no such repository, or the login does not see it.
    NotFound,
    /// The AppProject does not allow this repository.
    Project,
    /// No answer in time.
    Timeout,
    /// Nothing listens, or the host fails: that may pass.
    Unreachable,
}

/// Each cause with the words it is known by, in lower case, the surest first.
const WORDS: [(Cause, &[&str]); 10] = [
    (Cause::Project, &["is not permitted in project"]),
    (
        Cause::Proxy,
        &["proxyconnect", "status code: 407", "proxy authentication required", "from proxy after connect"],
    ),
    (
        Cause::Certificate,
        &["certificate has expired", "x509: certificate is valid for", "x509: cannot validate"],
    ),
    (
        Cause::Authority,
        &["x509:", "certificate signed by unknown", "certificate verif", "ssl certificate problem"],
    ),
    (Cause::KnownHosts, &["knownhosts:", "known_hosts", "host key verification failed", "host key mismatch"]),
    (
        Cause::Login,
        &[
            "authentication required",
            "authentication failed",
            "authorization failed",
            "unable to authenticate",
            "permission denied",
            "could not read username",
            "could not read password",
            "invalid credentials",
            "invalid username or",
            "no basic auth credentials",
            "error creating ssh agent",
            "status code: 401",
            "status code: 403",
        ],
    ),
    (Cause::Dns, &["no such host", "could not resolve host"]),
    (
        Cause::NotFound,
        &[
            "repository not found",
            "status code: 404",
            "does not appear to be a git repository",
            "project you were looking for could not be found",
        ],
    ),
    (
        Cause::Timeout,
        &[
            "context deadline exceeded",
            "i/o timeout",
            "timed out",
            "timeout exceeded",
            "tls handshake timeout",
        ],
    ),
    (
        Cause::Unreachable,
        &[
            "connection refused",
            "connection reset",
            "no route to host",
            "network is unreachable",
            "server misbehaving",
            "unable to connect",
            "status code: 5",
            ": eof",
        ],
    ),
];

/// Words of what is not about reaching the repository, in lower case: the live cluster, a part of Argo CD that is not
/// up yet, and what is fetched while manifests are made, from wherever.
const ELSEWHERE: [&str; 12] = [
    "failed to load live state",
    "failed to compare desired state",
    "failed to check if live resource",
    "error setting app health",
    "code = unavailable",
    "`helm",
    "helm dependency",
    "helm pull",
    "`kustomize",
    "kustomize build",
    "git submodule",
    "(cached)",
];

/// The usual cause of a message about `url`; none where it does not say that the repository can't be reached or read.
pub fn usual_cause(message: &str, url: &str) -> Option<Cause> {
    let said = message.to_lowercase();
    if ELSEWHERE.iter().any(|words| said.contains(words)) || names_other_hosts_only(&said, url) {
        return None;
    }
    WORDS.iter().find(|(_, words)| words.iter().any(|words| said.contains(words))).map(|(cause, _)| *cause)
}

/// Whether all the addresses in a message are of other hosts.
fn names_other_hosts_only(said: &str, url: &str) -> bool {
    let hosts: Vec<&str> = said
        .match_indices("://")
        .filter_map(|(at, _)| {
            let rest = said.get(at + 3..)?;
            let authority = rest.split(['/', '"', '\'', ' ', '?', '`', ')', ',']).next()?;
            let host = authority.rsplit('@').next()?.split(':').next()?;
            Some(host).filter(|host| !host.is_empty())
        })
        .collect();
    let ours = host(url).to_lowercase();
    !hosts.is_empty() && !ours.is_empty() && !hosts.contains(&ours.as_str())
}

/// The host of a repository's URL; empty where it has none.
pub(super) fn host(url: &str) -> String {
    RepoUrl::parse(url).ok().and_then(|url| url.host().map(str::to_owned)).unwrap_or_default()
}

impl Cause {
    /// Whether it often passes by itself: a fault of the moment is one only when it lasts.
    pub fn may_pass(self) -> bool {
        match self {
            Self::Timeout | Self::Unreachable => true,
            Self::Dns
            | Self::Proxy
            | Self::Authority
            | Self::Certificate
            | Self::KnownHosts
            | Self::Login
            | Self::NotFound
            | Self::Project => false,
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

    fn check(said: &str, expect: Option<Cause>) {
        assert_eq!(usual_cause(said, URL), expect, "{said}");
    }

    /// As Argo CD wraps what its repo-server said.
    fn wrapped(why: &str) -> String {
        format!(
            "Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = {why}"
        )
    }

    fn check_wrapped(why: &str, expect: Cause) {
        check(&wrapped(why), Some(expect));
    }

    #[test]
    fn a_name_without_an_address_is_dns() {
        check_wrapped(
            r#"failed to list refs: Get "https://git.example.com/org/gitops.git/info/refs?service=git-upload-pack": dial tcp: lookup git.example.com on 172.30.0.10:53: no such host"#,
            Cause::Dns,
        );
    }

    #[test]
    fn a_proxy_that_fails_is_the_proxy_whatever_it_fails_with() {
        check_wrapped(
            r#"Get "https://git.example.com/org/gitops.git/info/refs?service=git-upload-pack": proxyconnect tcp: dial tcp: lookup proxy.corp: no such host"#,
            Cause::Proxy,
        );
        check_wrapped(
            "unexpected client error: unexpected requesting \"https://git.example.com/x\" status code: 407",
            Cause::Proxy,
        );
        check_wrapped(
            "fatal: unable to access 'https://git.example.com/': Received HTTP code 403 from proxy after CONNECT",
            Cause::Proxy,
        );
    }

    #[test]
    fn an_unknown_authority_and_a_bad_certificate_are_told_apart() {
        check_wrapped(
            r#"Get "https://git.example.com/": tls: failed to verify certificate: x509: certificate signed by unknown authority"#,
            Cause::Authority,
        );
        check_wrapped("fatal: server certificate verification failed. CAfile: none", Cause::Authority);
        check_wrapped(
            "x509: certificate has expired or is not yet valid: current time …",
            Cause::Certificate,
        );
        check_wrapped(
            "x509: certificate is valid for other.example.com, not git.example.com",
            Cause::Certificate,
        );
    }

    #[test]
    fn an_unknown_host_key_and_a_key_that_is_refused_are_told_apart() {
        check_wrapped("ssh: handshake failed: knownhosts: key is unknown", Cause::KnownHosts);
        check_wrapped("ssh: handshake failed: knownhosts: key mismatch", Cause::KnownHosts);
        check_wrapped(
            "Host key verification failed. fatal: Could not read from remote repository.",
            Cause::KnownHosts,
        );
        check_wrapped(
            "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
            Cause::Login,
        );
        check_wrapped("git@git.example.com: Permission denied (publickey).", Cause::Login);
        check_wrapped(
            r#"error creating SSH agent: "SSH agent requested but SSH_AUTH_SOCK not-specified""#,
            Cause::Login,
        );
    }

    #[test]
    fn a_missing_or_refused_login_is_the_login_though_the_host_says_not_found() {
        check_wrapped("failed to list refs: authentication required: Repository not found.", Cause::Login);
        check_wrapped("authorization failed", Cause::Login);
        check_wrapped(
            "fatal: could not read Username for 'https://git.example.com': terminal prompts disabled",
            Cause::Login,
        );
        for code in [401, 403] {
            check_wrapped(
                &format!(
                    "unexpected client error: unexpected requesting \"https://git.example.com/x\" status code: {code}"
                ),
                Cause::Login,
            );
        }
    }

    #[test]
    fn a_missing_repository_is_not_found() {
        check_wrapped("failed to list refs: repository not found", Cause::NotFound);
    }

    #[test]
    fn a_project_that_does_not_allow_it_is_the_project() {
        let said =
            "application repo https://git.example.com/org/gitops.git is not permitted in project 'apps'";
        check(said, Some(Cause::Project));
    }

    #[test]
    fn what_may_pass_is_known_as_such() {
        for (why, cause) in [
            ("context deadline exceeded", Cause::Timeout),
            (r#"Get "https://git.example.com/": dial tcp 10.0.0.1:443: i/o timeout"#, Cause::Timeout),
            (
                r#"Get "https://git.example.com/": dial tcp 10.0.0.1:443: connect: connection refused"#,
                Cause::Unreachable,
            ),
            ("unexpected requesting \"https://git.example.com/x\" status code: 503", Cause::Unreachable),
            (r#"Get "https://git.example.com/": EOF"#, Cause::Unreachable),
        ] {
            check_wrapped(why, cause);
            assert!(cause.may_pass());
        }
        assert!(!Cause::Login.may_pass() && !Cause::Dns.may_pass());
    }

    #[test]
    fn a_chart_that_does_not_render_says_nothing_about_access() {
        check(
            &wrapped(
                "`helm template . --name-template x` failed exit status 1: Error: template: a.yaml:1: permission denied",
            ),
            None,
        );
        check(&wrapped("Manifest generation error (cached): authentication required"), None);
        check(&wrapped("charts/nope: app path does not exist"), None);
        check(&wrapped("unable to resolve 'nope' to a commit SHA"), None);
    }

    #[test]
    fn what_is_said_of_another_host_is_not_ours() {
        check(
            &wrapped(
                r#"Get "https://charts.example.org/index.yaml": dial tcp: lookup charts.example.org: no such host"#,
            ),
            None,
        );
        check(&wrapped("`helm dependency build` failed: 403 Forbidden, status code: 403"), None);
    }

    #[test]
    fn a_part_of_argo_cd_that_is_not_up_and_a_cluster_that_can_not_be_read_are_not_the_repository() {
        check(
            r#"Failed to load target state: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 172.30.1.2:8081: connect: connection refused""#,
            None,
        );
        check(
            r#"Failed to load live state: failed to get cluster info: x509: certificate signed by unknown authority"#,
            None,
        );
    }

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
    }

    #[test]
    fn a_url_runs_nothing_when_the_hint_is_pasted() {
        let hint = Cause::Timeout.hint("https://h/x;touch${IFS}PWNED", "argo");
        assert!(hint.ends_with("-- git ls-remote 'https://h/x;touch${IFS}PWNED'"), "{hint}");
        assert!(Cause::Timeout.hint(URL, "argo").ends_with(&format!("-- git ls-remote {URL}")));
    }
}
