use std::io;
use std::time::Duration;

use advice::{Advice, Diagnostic, shell};
use transport::{Proxy, ProxyProblem, Settings, TlsProblem};

/// What went wrong with a Vault.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum VaultError {
    /// The address can't be one.
    #[error("VAULT_ADDR {shown:?} is not an address of a Vault: {problem}")]
    #[code("VAULT-001")]
    #[hint(run("export VAULT_ADDR=https://vault.example.com:8200"), change("VAULT_ADDR"))]
    Address {
        /// The address without any login that stands in it.
        shown: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The token can't be sent.
    #[error("the Vault token (VAULT_TOKEN) {problem}")]
    #[code("VAULT-002")]
    #[hint(run("unset VAULT_TOKEN; export VAULT_TOKEN=\"$(vault print token)\""))]
    Token {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The namespace can't be sent.
    #[error("the Vault namespace (VAULT_NAMESPACE) {problem}")]
    #[code("VAULT-003")]
    #[hint(
        inline("export VAULT_NAMESPACE=team/project"),
        ", without a line break",
        change("VAULT_NAMESPACE")
    )]
    Namespace {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Another setting makes no sense.
    #[error("{name} can't be used: {problem}")]
    #[code("VAULT-004")]
    #[hint("set {name} right, or unset it", change(*name))]
    Setting {
        /// The environment variable it usually comes from.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A file that a setting names can't be read.
    #[error("{name} can't be read: {source}")]
    #[code("VAULT-005")]
    #[hint("set {name} right, or unset it", change(*name))]
    Unreadable {
        /// The environment variable it usually comes from.
        name: &'static str,
        /// Names the path.
        source: io::Error,
    },
    /// A path that does not fit into a request.
    #[error("{what} \"{path}\" can't be used: {problem}")]
    #[code("VAULT-006")]
    #[hint(
        "set VAULT_K8S_AUTH_MOUNT or GITOPS_REPO_VAULT_PATH to a path as `vault` takes it, without `..`, blanks and a leading /v1/",
        change("VAULT_K8S_AUTH_MOUNT"),
        change("GITOPS_REPO_VAULT_PATH")
    )]
    Path {
        /// "the auth mount", "the KV path".
        what: &'static str,
        /// The path, control characters escaped.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The HTTP client could not be made (no authorities on this system, …).
    #[error("no HTTP client for Vault: {cause}")]
    #[code("VAULT-007")]
    #[hint("name the authorities in VAULT_CACERT, or install this system's (ca-certificates)")]
    Client {
        /// The innermost cause.
        cause: String,
    },
    /// The host's name is not known.
    #[error("Vault at {address} can't be found: its name has no address ({cause})")]
    #[code("VAULT-008")]
    #[hint("is VAULT_ADDR spelled right, and is a VPN needed?", change("VAULT_ADDR"))]
    Dns {
        /// Vault's address.
        address: String,
        /// What the resolver said.
        cause: String,
    },
    /// No connection, or one that broke.
    #[error("Vault at {address} can't be reached: {cause}")]
    #[code("VAULT-009")]
    #[hint(
        "is VAULT_ADDR right, is a proxy or VPN needed? Try:",
        run("curl -sSk {}/v1/sys/health", address),
        change("VAULT_ADDR")
    )]
    Unreachable {
        /// Vault's address.
        address: String,
        /// The innermost cause.
        cause: String,
    },
    /// The address begins with `http://`, and what answers is no HTTP.
    #[error("Vault at {address} does not answer in HTTP: it seems to speak TLS")]
    #[code("VAULT-010")]
    #[hint(
        "where that port speaks TLS:",
        run("export VAULT_ADDR={}", with_tls(address)),
        change("VAULT_ADDR")
    )]
    WantsTls {
        /// Vault's address.
        address: String,
    },
    /// No answer in time.
    #[error("Vault at {address} did not answer within {} s", limit.as_secs_f32())]
    #[code("VAULT-011")]
    #[hint(
        "is VAULT_ADDR right, is a proxy or VPN needed? Try:",
        run("curl -sSk {}/v1/sys/health", address),
        change("VAULT_ADDR")
    )]
    Timeout {
        /// Vault's address.
        address: String,
        /// How long was waited.
        limit: Duration,
    },
    /// No TLS connection came about: Vault's certificate is not trusted, or the two sides do not agree.
    #[error("no secure connection to Vault at {address}: {problem}")]
    #[code("VAULT-012")]
    #[hint(then(problem.advice(&settings(address))))]
    #[fix("as its cause says")]
    Tls {
        /// Vault's address.
        address: String,
        /// Why.
        problem: TlsProblem,
    },
    /// The proxy, not Vault, is what failed.
    #[error("the proxy {proxy} on the way to Vault at {address} failed: {problem}")]
    #[code("VAULT-013")]
    #[hint(then(problem.advice(origin, &settings(address))), change("VAULT_PROXY_ADDR"))]
    #[fix("as its cause says")]
    Proxy {
        /// Vault's address.
        address: String,
        /// The proxy, without its login, and where it came from.
        proxy: String,
        /// The setting that names it.
        origin: String,
        /// What it did.
        problem: ProxyProblem,
    },
    /// What stands before Vault (a load balancer, an ingress, a service mesh) answers in its place.
    #[error(
        "Vault at {address} can't be reached: what stands before it answers HTTP {status}{}",
        after_colon(said)
    )]
    #[code("VAULT-014")]
    #[hint(
        "check the load balancer, ingress or mesh before Vault, and whether Vault runs:",
        run("curl -sSk {}/v1/sys/health", address)
    )]
    Unavailable {
        /// Vault's address.
        address: String,
        /// 502, 503 or 504.
        status: u16,
        /// Its words, or the title of its page.
        said: String,
    },
    /// It is sealed.
    #[error("Vault at {address} is sealed")]
    #[code("VAULT-015")]
    #[hint(run("vault operator unseal -address={}", address))]
    Sealed {
        /// Vault's address.
        address: String,
    },
    /// It was never set up.
    #[error("Vault at {address} is not initialized")]
    #[code("VAULT-016")]
    #[hint(run("vault operator init -address={}", address))]
    Uninitialized {
        /// Vault's address.
        address: String,
    },
    /// The token is none (any more).
    #[error("Vault at {address} does not know the token: it is wrong, expired or revoked")]
    #[code("VAULT-017")]
    #[hint(
        "log in again (-method=… where needed) and hand the token over:",
        run(
            "unset VAULT_TOKEN; vault login -address={} && export VAULT_TOKEN=\"$(vault print token)\"",
            address
        )
    )]
    InvalidToken {
        /// Vault's address.
        address: String,
    },
    /// The token may not do it. Vault says the same of a token it does not know, where `token_unknown` is set.
    #[error("Vault does not let the token {capability} {path}{}", if *token_unknown { ", or does not know the token" } else { "" })]
    #[code("VAULT-018")]
    #[hint("add to a policy of the token: path \"{path}\" {{ capabilities = [\"{capability}\"] }}")]
    Denied {
        /// The path in Vault's API.
        path: String,
        /// The capability it lacks, as policies name it.
        capability: &'static str,
        /// Vault's answer fits a token that is wrong, too.
        token_unknown: bool,
    },
    /// The namespace is not there.
    #[error("Vault has no namespace {namespace}, or does not show it to this token")]
    #[code("VAULT-019")]
    #[hint(inline("vault namespace list"), ", then set VAULT_NAMESPACE", change("VAULT_NAMESPACE"))]
    NoSuchNamespace {
        /// The namespace that was asked for.
        namespace: String,
    },
    /// The auth mount is not there.
    #[error("Vault has no auth mount {mount}")]
    #[code("VAULT-020")]
    #[hint(run("vault auth enable -path={} kubernetes", mount))]
    NoSuchMount {
        /// The mount without `auth/` before it.
        mount: String,
    },
    /// The auth mount is of a type that has no such path.
    #[error("Vault's auth mount {mount} is not of type kubernetes")]
    #[code("VAULT-021")]
    #[hint(
        inline("vault auth enable -path={}-k8s kubernetes", mount),
        ", then set ",
        inline("VAULT_K8S_AUTH_MOUNT={}-k8s", mount),
        change("VAULT_K8S_AUTH_MOUNT")
    )]
    WrongMountType {
        /// The mount without `auth/` before it.
        mount: String,
    },
    /// It sends us elsewhere, and we don't go.
    #[error("Vault at {address} redirects to {to}, and no token goes to another place than the one named")]
    #[code("VAULT-022")]
    #[hint("if that is the Vault you mean: ", inline("export VAULT_ADDR={}", to), change("VAULT_ADDR"))]
    Redirected {
        /// Vault's address.
        address: String,
        /// Scheme, host and port of the redirect's target.
        to: String,
    },
    /// It has too much to do, and still had after a few tries.
    #[error("Vault at {address} is too busy (HTTP {status})")]
    #[code("VAULT-023")]
    #[hint(say("run the same command again in {} s", wait.map_or(60, |wait| wait.as_secs())))]
    Busy {
        /// Vault's address.
        address: String,
        /// 429 or 503.
        status: u16,
        /// How long it asks to wait (`Retry-After`).
        wait: Option<Duration>,
    },
    /// Whatever answers, it is no Vault: a mesh, a firewall or an ingress before it, or another server.
    #[error("what answers at {address} is not Vault's API (HTTP {status}){}", after_colon(said))]
    #[code("VAULT-024")]
    #[hint(
        when(*status == 400 && address.starts_with("http://")),
        "where that port speaks TLS:",
        run("export VAULT_ADDR={}", with_tls(address)),
        change("VAULT_ADDR")
    )]
    #[hint(
        when(matches!(status, 401 | 403)),
        "a service mesh, a firewall or an ingress refuses before Vault is asked: have it let this machine pass. Try:",
        run("curl -sSk {}/v1/sys/health", address)
    )]
    #[hint(
        "does VAULT_ADDR lead to Vault? Try:",
        run("curl -sSk {}/v1/sys/health", address),
        change("VAULT_ADDR")
    )]
    NotVault {
        /// Vault's address.
        address: String,
        /// The HTTP status.
        status: u16,
        /// Its words, or the title of its page.
        said: String,
    },
    /// A login with a role and a ServiceAccount's token was refused.
    #[error("Vault refused the login at auth/{mount} with role {role} (HTTP {code}): {said}")]
    #[code("VAULT-025")]
    #[hint(run("vault read auth/{}/role/{}", mount, role))]
    LoginRefused {
        /// The mount without `auth/` before it.
        mount: String,
        /// The role.
        role: String,
        /// The HTTP status.
        code: u16,
        /// Vault's own words.
        said: String,
    },
    /// Any other error that Vault words itself.
    #[error("Vault refused to {operation} (HTTP {code}): {said}")]
    #[code("VAULT-026")]
    #[hint(when(*code >= 500), "Vault's own log says more; run again once it is well")]
    #[hint("Vault's words name what it refuses; its audit log says more")]
    Api {
        /// "read auth/kubernetes/config".
        operation: String,
        /// The HTTP status.
        code: u16,
        /// Vault's own words.
        said: String,
    },
}

fn with_tls(address: &str) -> String {
    address.replacen("http://", "https://", 1)
}

fn after_colon(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

/// The settings of Vault that the hints of TLS and proxies name.
fn settings(address: &str) -> Settings {
    let url = url::Url::parse(address).ok();
    let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or("HOST");
    let port = url.as_ref().and_then(url::Url::port_or_known_default).unwrap_or(8200);
    let is_here = url.as_ref().and_then(url::Url::host).is_some_and(|host| match host {
        url::Host::Domain(name) => name == "localhost",
        url::Host::Ipv4(ip) => ip.is_loopback(),
        url::Host::Ipv6(ip) => ip.is_loopback(),
    });
    // Whoever stands in the way could ask so for the token without encryption.
    let plain: Advice = match is_here {
        true => shell!("export VAULT_ADDR={}", address.replacen("https://", "http://", 1)).into(),
        false => "check host and port of VAULT_ADDR, and what stands before Vault: without TLS it would see the token".into(),
    };
    Settings {
        place: format!("{host}:{port}"),
        authority: Advice::say("trust the authority that signed it, a PEM file:")
            .run(shell!("export VAULT_CACERT=FILE")),
        server_name: Advice::say(
            "use a name that the certificate has in VAULT_ADDR, or give it in VAULT_TLS_SERVER_NAME",
        )
        .change("VAULT_TLS_SERVER_NAME"),
        client_certificate: "set VAULT_CLIENT_CERT and VAULT_CLIENT_KEY".into(),
        plain: plain.change("VAULT_ADDR"),
    }
}

impl VaultError {
    /// `problem` of the proxy that stands on the way.
    pub(crate) fn of_proxy(address: &str, proxy: &Proxy, problem: ProxyProblem) -> Self {
        let (address, origin) = (address.to_owned(), proxy.origin().to_owned());
        Self::Proxy { address, proxy: proxy.to_string(), origin, problem }
    }

    /// Whether Vault could not be asked at all: not reached, too busy, or sealed. Whoever can do without it may.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Dns { .. }
                | Self::Unreachable { .. }
                | Self::Timeout { .. }
                | Self::WantsTls { .. }
                | Self::Proxy { .. }
                | Self::Unavailable { .. }
                | Self::Busy { .. }
                | Self::Sealed { .. }
                | Self::Uninitialized { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_on_this_machine_the_token_is_sent_without_tls() {
        for address in ["https://127.0.0.1:8200", "https://localhost:8200", "https://[::1]:8200"] {
            assert!(settings(address).plain.to_string().contains("http://"), "{address}");
        }
        for address in ["https://vault.example.com:8200", "https://10.0.0.1"] {
            assert!(!settings(address).plain.to_string().contains("http://"), "{address}");
        }
    }

    #[test]
    fn nothing_that_vault_or_a_setting_says_runs_when_its_hint_is_pasted() {
        let to = "https://x;{touch,PWNED}".to_owned();
        let (address, mount, role) = (to.clone(), "k$(id)".to_owned(), "r`id`".to_owned());
        let said = |error: VaultError, command: &str| {
            let hint = error.hint().unwrap_or_default().to_string();
            assert!(hint.contains(command), "{hint}");
        };
        said(VaultError::Sealed { address: address.clone() }, "-address='https://x;{touch,PWNED}'");
        said(VaultError::Redirected { address, to }, "VAULT_ADDR='https://x;{touch,PWNED}'");
        said(VaultError::NoSuchMount { mount: mount.clone() }, "-path='k$(id)' kubernetes");
        said(
            VaultError::LoginRefused { mount, role, code: 403, said: String::new() },
            "vault read auth/'k$(id)'/role/'r`id`'",
        );
    }
}
