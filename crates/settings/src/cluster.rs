//! The settings of the way to the cluster.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use cluster_access::Network;

use crate::kubernetes_name::Name;
use crate::reader::Reader;
use crate::variables;

/// Settings of the way to the cluster.
pub struct ClusterSettings {
    /// `--kubeconfig`.
    pub kubeconfig: Option<PathBuf>,
    /// Namespace of Argo CD.
    pub argocd_namespace: String,
    /// Take over fields of other managers.
    pub force_conflicts: bool,
    /// The cluster's DNS domain may be another than that of cluster.yaml.
    pub allow_identity_mismatch: bool,
    /// Proxies of this machine.
    pub network: Network,
}

impl ClusterSettings {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            kubeconfig: reader.file(variables::BITIQ_BOOTSTRAP_KUBECONFIG),
            argocd_namespace: reader.name(variables::ARGOCD_NAMESPACE, Name::Label),
            force_conflicts: reader.switch(variables::BITIQ_BOOTSTRAP_FORCE_CONFLICTS),
            allow_identity_mismatch: reader.switch(variables::BITIQ_BOOTSTRAP_ALLOW_IDENTITY_MISMATCH),
            network: Network {
                https_proxy: proxy(reader, variables::HTTPS_PROXY),
                http_proxy: proxy(reader, variables::HTTP_PROXY),
                no_proxy: proxy(reader, variables::NO_PROXY),
            },
        }
    }
}

/// Proxies go by both spellings everywhere; the lower-case one is the older.
fn proxy(reader: &mut Reader<'_>, name: &'static str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    reader.text(name).or_else(|| (reader.lookup)(&lower)?.into_string().ok().filter(|text| !text.is_empty()))
}

/// A proxy given as a flag counts for git and the script too, under both spellings.
pub(crate) fn with_proxies(
    mut environment: BTreeMap<OsString, OsString>,
    network: &Network,
) -> BTreeMap<OsString, OsString> {
    let proxies = [
        (variables::HTTPS_PROXY, &network.https_proxy),
        (variables::HTTP_PROXY, &network.http_proxy),
        (variables::NO_PROXY, &network.no_proxy),
    ];
    for (name, value) in proxies {
        if let Some(value) = value {
            environment.insert(name.into(), value.into());
            environment.insert(name.to_ascii_lowercase().into(), value.into());
        }
    }
    environment
}

/// Blanks part nothing there, for Go as for us: an entry with one in it exempts no host.
pub(crate) fn blanks_in_no_proxy(no_proxy: Option<&str>) -> Option<String> {
    let entries = no_proxy?.split(',').map(str::trim).filter(|entry| entry.contains(char::is_whitespace));
    let odd: Vec<String> = entries.map(|entry| format!("{entry:?}")).collect();
    let told = "NO_PROXY has entries with blanks, which exempt no host";
    (!odd.is_empty()).then(|| format!("{told}: {}; put commas between hosts", odd.join(", ")))
}
