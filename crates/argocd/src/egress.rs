//! The way to the outside that the cluster has and Argo CD lacks: OpenShift's `Proxy/cluster` names a proxy, and an
//! authority of one's own, and the repo-server has to be given both. Pure, but for `observe`.
//!
//! The operator hands the proxy on where OLM gave it to the operator itself; it hands no authority on.

mod observe;

use advice::{Advice, shell};
use cluster_access::{Network, Proxy};
use cluster_spec::{RepoUrl, UrlKind, same_repository};
use secret::one_line;
use serde_json::Value;

pub use observe::observe;

/// What is there.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// `Proxy/cluster`; none where this is not OpenShift.
    pub proxy: Option<Value>,
    /// The ArgoCD resources of the namespace.
    pub instances: Vec<Value>,
    /// The Deployments of its repo-servers.
    pub repo_servers: Vec<Value>,
    /// ConfigMap `argocd-tls-certs-cm`.
    pub certificates: Option<Value>,
}

/// Where a container finds authorities beside the image's own.
const TRUST_FOLDERS: [&str; 4] =
    ["/etc/ssl/certs", "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/usr/local/share/ca-certificates"];

/// Variables that name other authorities.
const TRUST_VARIABLES: [&str; 3] = ["SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"];

/// What Argo CD in `namespace` lacks to read the https repository at `url`; `secrets` are its repository Secrets.
/// Nothing where it is not there yet.
pub fn lacks(state: &State, namespace: &str, url: &RepoUrl, secrets: &[Value]) -> Vec<Advice> {
    let (Some(proxy), Some(host), UrlKind::Https) = (&state.proxy, url.host(), url.kind()) else {
        return Vec::new();
    };
    if state.instances.is_empty() && state.repo_servers.is_empty() {
        return Vec::new();
    }
    let own = secrets.iter().find(|secret| is_for(secret, url));
    let proxy_is_there = own.is_some_and(|secret| !secret["data"]["proxy"].is_null());
    let authority_is_there = own.is_some_and(|secret| !secret["data"]["insecure"].is_null());
    let lacks_proxy = (!proxy_is_there).then(|| lacks_proxy(state, proxy, namespace, url, own)).flatten();
    let lacks_authority =
        (!authority_is_there).then(|| lacks_authority(state, proxy, namespace, host)).flatten();
    lacks_proxy.into_iter().chain(lacks_authority).collect()
}

fn lacks_proxy(
    state: &State,
    proxy: &Value,
    namespace: &str,
    url: &RepoUrl,
    own: Option<&Value>,
) -> Option<Advice> {
    let text = |key: &str| {
        let text = proxy["status"][key].as_str().or_else(|| proxy["spec"][key].as_str())?;
        Some(text.to_owned()).filter(|text| !text.is_empty())
    };
    let network = Network { https_proxy: text("httpsProxy"), http_proxy: None, no_proxy: text("noProxy") };
    // It decides, and it never shows the login that may stand in a proxy's URL.
    Proxy::choose(url.as_str(), &network)?;
    if has_variable(state, &["HTTPS_PROXY"]) {
        return None;
    }
    let secret = own.and_then(|secret| secret["metadata"]["name"].as_str()).unwrap_or("gitops-repo");
    let words = format!(
        "the cluster reaches {} through a proxy (Proxy/cluster, httpsProxy), and Argo CD was not given one: neither its \
         repo-server has HTTPS_PROXY, nor spec.repo.env of the ArgoCD resource, nor the repository Secret a key `proxy`:",
        url.host().unwrap_or_default()
    );
    Some(Advice::say(words).run(shell!(
        "oc --kubeconfig <kubeconfig> -n {} patch secret {} --type merge -p \
         \"{\\\"stringData\\\":{\\\"proxy\\\":\\\"$(oc --kubeconfig <kubeconfig> get proxy cluster -o jsonpath='{.status.httpsProxy}')\\\"}}\"",
        namespace,
        secret
    )))
}

fn lacks_authority(state: &State, proxy: &Value, namespace: &str, host: &str) -> Option<Advice> {
    let bundle = proxy["spec"]["trustedCA"]["name"].as_str().filter(|name| !name.is_empty())?;
    let listed = state.certificates.as_ref().is_some_and(|map| !map["data"][host].is_null());
    if listed || has_variable(state, &TRUST_VARIABLES) || mounts_trust(state) || has_system_trust(state) {
        return None;
    }
    let (bundle, from) = (one_line(bundle), format!("{host}=ca.pem"));
    let words = format!(
        "the cluster trusts an authority of its own (ConfigMap openshift-config/{bundle}, by Proxy/cluster), and Argo CD \
         does not: argocd-tls-certs-cm has no key {host}, and the ArgoCD resource neither spec.repo.volumes for it nor \
         spec.repo.systemCATrust. Where the certificate of {host} is signed by it:"
    );
    Some(Advice::say(words).run(shell!(
        "oc --kubeconfig <kubeconfig> -n openshift-config get configmap {} -o jsonpath='{.data.ca-bundle\\.crt}' >ca.pem && \
         oc --kubeconfig <kubeconfig> -n {} set data configmap/argocd-tls-certs-cm --from-file={}",
        bundle,
        namespace,
        from
    )))
}

fn is_for(secret: &Value, url: &RepoUrl) -> bool {
    let decoded = secret["data"]["url"].as_str().and_then(decode);
    decoded.is_some_and(|theirs| same_repository(&theirs, url.as_str()))
}

fn decode(encoded: &str) -> Option<String> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
    String::from_utf8(bytes).ok()
}

/// Set for the repo-server, by the resource or as it runs.
fn has_variable(state: &State, names: &[&str]) -> bool {
    let wanted = |variable: &Value| {
        let name = variable["name"].as_str().unwrap_or_default();
        let has_value = variable["value"].as_str().is_some_and(|value| !value.is_empty());
        names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
            && (has_value || !variable["valueFrom"].is_null())
    };
    of_repo_server(state, "env").any(wanted)
}

fn mounts_trust(state: &State) -> bool {
    let is_trust = |mount: &Value| {
        let path = mount["mountPath"].as_str().unwrap_or_default();
        TRUST_FOLDERS.iter().any(|folder| path.starts_with(folder))
    };
    of_repo_server(state, "volumeMounts").any(is_trust)
}

fn has_system_trust(state: &State) -> bool {
    let holds = |trust: &Value, key: &str| trust[key].as_array().is_some_and(|all| !all.is_empty());
    let trusts = state.instances.iter().map(|instance| &instance["spec"]["repo"]["systemCATrust"]);
    trusts
        .into_iter()
        .any(|trust| ["clusterTrustBundles", "secrets", "configMaps"].iter().any(|key| holds(trust, key)))
}

/// The entries of a list of the repo-server, as the resource wants it and as its containers have it.
fn of_repo_server<'a>(state: &'a State, key: &'a str) -> impl Iterator<Item = &'a Value> {
    let wanted = state.instances.iter().map(move |instance| &instance["spec"]["repo"][key]);
    let containers = state.repo_servers.iter().flat_map(|deployment| {
        deployment["spec"]["template"]["spec"]["containers"].as_array().into_iter().flatten()
    });
    let running = containers.map(move |container| &container[key]);
    wanted.chain(running).filter_map(Value::as_array).flatten()
}

#[cfg(test)]
mod tests;
