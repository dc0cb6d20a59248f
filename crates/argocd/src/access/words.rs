//! From Argo CD's words to their usual cause.
//!
//! A list of words can't be closed: what is not known to be about something else is an error of reading the repository.
//! A message names first what Argo CD was doing, and last what went wrong; so of the phrases below the first one that
//! stands in it tells whether the repository was being read, or manifests were made of what had been read.

use super::cause::{Cause, host};

/// Argo CD reads the repository, in lower case (argo-cd: reposerver/repository, util/git, util/argo, applicationset).
const READING: [&str; 16] = [
    "failed to initialize repository resources",
    "failed to initialize git repo",
    "failed to list refs",
    "failed to fetch default",
    "failed to fetch revision",
    "failed to checkout revision",
    "failed to checkout fetch_head",
    "repository not accessible",
    "repositories not accessible",
    "error testing repository connectivity",
    "unable to resolve git revision",
    "unable to checkout git repo",
    "unable to fetch git repo",
    "error retrieving git files",
    "error retrieving git directories",
    "`git ",
];

/// Argo CD makes manifests of what it has read, in lower case.
const MAKING: [&str; 50] = [
    "manifest generation error (cached)",
    "`helm ",
    "failed running helm",
    "failed to execute helm",
    "failed to build helm dependencies",
    "failed to add helm repository",
    "failed to fetch chart",
    "error building helm chart dependencies",
    "error retrieving helm dependency",
    "error reading helm",
    "error unmarshalling the helm chart",
    "error getting helm repos",
    "error initializing helm app",
    "error resolving helm value",
    "error resolving value file",
    "error resolving set-file path",
    "error writing helm values",
    "helm repos ",
    "helm dependency",
    "helm pull",
    "`kustomize ",
    "kustomize build",
    "kustomize binary",
    "failed to evaluate jsonnet",
    "failed to unmarshal",
    "failed to convert cmp manifests",
    "cmp processing failed",
    "error generating manifests in cmp",
    "error generating manifest in cmp",
    "plugin sidecar failed",
    "cmp-server",
    "could not find plugin supporting",
    "app path does not exist",
    "app path is absolute",
    "app path outside root",
    "app path is not a directory",
    "contains out-of-bounds symlinks",
    "failed to get potentially valid manifests",
    "invalid manifest file",
    "illegal filepath in symlink",
    "failed to evaluate symlink",
    "failed to open \"",
    "failed to read \"",
    "found multiple objects in",
    "matched no files",
    "no source has a 'ref' field",
    "is not one of the available sources",
    "could not parse kubernetes version",
    "unable to parse file",
    "unable to process file",
];

/// The repository was read, and has no such revision; or what it has is not signed as the AppProject wants it.
const READ: [&str; 7] = [
    "unable to resolve '",
    "couldn't find remote ref",
    "not our ref",
    "reference is not a tree",
    "did not match any file(s) known to git",
    "unadvertised object",
    "but a signature is required",
];

/// The cluster that is compared with, or the Application's destination.
const CLUSTER: [&str; 11] = [
    "failed to load live state",
    "failed to compare desired state",
    "failed to check if live resource",
    "failed to normalize target state",
    "failed to get cluster version",
    "failed to get destination cluster",
    "error setting app health",
    "application destination ",
    "destination server missing",
    "there are no clusters with this name",
    "unable to find destination server",
];

/// Each cause with the words it is known by, in lower case, the surest first.
const WORDS: [(Cause, &[&str]); 13] = [
    (Cause::Project, &["is not permitted in project"]),
    (
        Cause::RepoServer,
        &["code = unavailable", "failed to connect to repo server", "error creating repo server client"],
    ),
    (
        Cause::Proxy,
        &[
            "proxyconnect",
            "status code: 407",
            "returned error: 407",
            "proxy authentication required",
            "from proxy after connect",
            "could not resolve proxy",
            "socks connect",
        ],
    ),
    (
        Cause::Certificate,
        &[
            "certificate has expired",
            "certificate is not yet valid",
            "x509: certificate is valid for",
            "x509: certificate is not valid for",
            "x509: certificate relies on legacy",
            "x509: cannot validate",
            "certificate subject name",
        ],
    ),
    (
        Cause::Authority,
        &[
            "x509:",
            "certificate signed by unknown",
            "certificate verif",
            "ssl certificate problem",
            "unable to get local issuer",
            "self-signed certificate",
            "self signed certificate",
        ],
    ),
    (
        Cause::Tls,
        &[
            "server gave http response to https client",
            "does not look like a tls handshake",
            "wrong version number",
            "gnutls_handshake() failed",
            "tls: ",
            "ssl routines",
            "ssl_connect",
            "ssl_error",
        ],
    ),
    (Cause::KnownHosts, &["knownhosts:", "known_hosts", "host key verification failed", "host key mismatch"]),
    (Cause::Submodule, &["submodule"]),
    (
        Cause::Login,
        &[
            "authentication required",
            "authentication failed",
            "authorization failed",
            "unable to authenticate",
            "permission denied",
            "access denied",
            "bad credentials",
            "could not read username",
            "could not read password",
            "invalid credentials",
            "invalid username or",
            "no basic auth credentials",
            "error creating ssh agent",
            "ssh: no key found",
            "ssh: this private key is passphrase protected",
            "error in libcrypto",
            "status code: 401",
            "status code: 403",
            "returned error: 401",
            "returned error: 403",
        ],
    ),
    (
        Cause::Dns,
        &[
            "no such host",
            "could not resolve host",
            "name or service not known",
            "temporary failure in name resolution",
        ],
    ),
    (
        Cause::NotFound,
        &[
            "repository not found",
            "fatal: repository '",
            "status code: 404",
            "returned error: 404",
            "does not appear to be a git repository",
            "project you were looking for could not be found",
            "does not exist or you do not have permission",
        ],
    ),
    (
        Cause::Timeout,
        &[
            "context deadline exceeded",
            "code = deadlineexceeded",
            "i/o timeout",
            "timed out",
            "timeout exceeded",
            "tls handshake timeout",
            "timeout after",
            "operation too slow",
        ],
    ),
    (
        Cause::Unreachable,
        &[
            "connection refused",
            "connection reset",
            "connection closed",
            "kex_exchange_identification",
            "couldn't connect to server",
            "could not connect to server",
            "failed to connect to",
            "empty reply from server",
            "recv failure",
            "remote end hung up",
            "early eof",
            "unexpected eof",
            "unexpected disconnect",
            "rpc failed",
            "broken pipe",
            "no route to host",
            "network is unreachable",
            "server misbehaving",
            "unable to connect",
            "too many requests",
            "status code: 429",
            "status code: 5",
            "returned error: 429",
            "returned error: 5",
            ": eof",
        ],
    ),
];

/// The usual cause of a message about `url`, [`Cause::Unknown`] included; None where the message is known to be about
/// something else than reading it.
pub fn usual_cause(message: &str, url: &str) -> Option<Cause> {
    let said = message.to_lowercase();
    let any = |all: &[&str]| all.iter().any(|words| said.contains(words));
    let reading = is_reading(&said);
    let elsewhere = match reading {
        Some(reading) => !reading,
        None => names_other_hosts_only(&said, url) && !any(&["info/refs", "git-upload-pack"]),
    };
    if elsewhere || any(&CLUSTER) || any(&READ) {
        return None;
    }
    let known = WORDS.iter().find(|(_, words)| any(words)).map(|(cause, _)| *cause);
    Some(known.unwrap_or(Cause::Unknown))
}

/// [`usual_cause`] of what an ApplicationSet says: its generators fail for many reasons, so words that are not known
/// count only where the repository was being read.
pub(super) fn usual_cause_of_a_set(message: &str, url: &str) -> Option<Cause> {
    let counts =
        |cause: &Cause| *cause != Cause::Unknown || is_reading(&message.to_lowercase()) == Some(true);
    usual_cause(message, url).filter(counts)
}

/// Whether the first of the phrases is one of reading; None where there is none of either kind.
fn is_reading(said: &str) -> Option<bool> {
    let first = |all: &[&str]| all.iter().filter_map(|words| said.find(words)).min();
    match (first(&READING), first(&MAKING)) {
        (None, None) => None,
        (Some(reading), Some(making)) => Some(reading < making),
        (reading, _) => Some(reading.is_some()),
    }
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

#[cfg(test)]
mod tests;
