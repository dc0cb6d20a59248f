//! What is in the catalogs: packages, their channels, and what each brings.

mod brought;

use crate::definition::Definition;

/// One package of a catalog.
#[derive(Debug)]
pub(in crate::openshift) struct Package {
    pub name: &'static str,
    pub catalog: &'static str,
    /// Each channel with its ClusterServiceVersions, each of which replaces the one before; the first is the default.
    pub channels: &'static [(&'static str, &'static [&'static str])],
    pub definitions: &'static [Definition],
    pub deployment: &'static str,
    /// The environment of its container, before that of the Subscription.
    pub env: &'static [(&'static str, &'static str)],
    /// Whether it can also serve its own namespace alone.
    pub own_namespace: bool,
    /// A namespace that it makes once it runs.
    pub namespace: Option<&'static str>,
}

const GITOPS_1_17: &str = "openshift-gitops-operator.v1.17.2";
const GITOPS_1_18_0: &str = "openshift-gitops-operator.v1.18.0";
const GITOPS_1_18: &str = "openshift-gitops-operator.v1.18.1";

pub(super) const PACKAGES: &[Package] = &[
    Package {
        name: "openshift-gitops-operator",
        catalog: "redhat-operators",
        channels: &[
            ("latest", &[GITOPS_1_17, GITOPS_1_18_0, GITOPS_1_18]),
            ("gitops-1.18", &[GITOPS_1_18_0, GITOPS_1_18]),
            ("gitops-1.17", &[GITOPS_1_17]),
        ],
        definitions: brought::GITOPS,
        deployment: "openshift-gitops-operator-controller-manager",
        env: &[
            ("ARGOCD_CLUSTER_CONFIG_NAMESPACES", "openshift-gitops"),
            ("OPERATOR_NAME", "gitops-operator"),
            ("ENABLE_CONVERSION_WEBHOOK", "true"),
        ],
        own_namespace: false,
        namespace: None,
    },
    Package {
        name: "openshift-pipelines-operator-rh",
        catalog: "redhat-operators",
        channels: &[
            ("latest", &["openshift-pipelines-operator-rh.v1.20.1"]),
            ("pipelines-1.20", &["openshift-pipelines-operator-rh.v1.20.1"]),
        ],
        definitions: brought::PIPELINES,
        deployment: "openshift-pipelines-operator",
        env: &[("OPERATOR_NAME", "openshift-pipelines-operator")],
        own_namespace: false,
        namespace: Some("openshift-pipelines"),
    },
    Package {
        name: "openshift-cert-manager-operator",
        catalog: "redhat-operators",
        channels: &[("stable-v1", &["cert-manager-operator.v1.17.0"])],
        definitions: brought::CERT_MANAGER,
        deployment: "cert-manager-operator-controller-manager",
        env: &[("OPERATOR_NAME", "cert-manager-operator")],
        own_namespace: true,
        namespace: Some("cert-manager"),
    },
    Package {
        name: "vault-secrets-operator",
        catalog: "certified-operators",
        channels: &[("stable", &["vault-secrets-operator.v1.0.1"])],
        definitions: brought::VAULT_SECRETS,
        deployment: "vault-secrets-operator-controller-manager",
        env: &[("OPERATOR_POD_NAME", "vault-secrets-operator")],
        own_namespace: false,
        namespace: None,
    },
    Package {
        name: "vault-config-operator",
        catalog: "community-operators",
        channels: &[("alpha", &["vault-config-operator.v0.8.34"])],
        definitions: brought::VAULT_CONFIG,
        deployment: "vault-config-operator-controller-manager",
        env: &[("SYNC_PERIOD_SECONDS", "36000")],
        own_namespace: false,
        namespace: None,
    },
    Package {
        name: "rhods-operator",
        catalog: "redhat-operators",
        channels: &[("fast-3.x", &["rhods-operator.3.0.0"])],
        definitions: brought::OPENSHIFT_AI,
        deployment: "rhods-operator",
        env: &[("OPERATOR_NAMESPACE", "redhat-ods-operator")],
        own_namespace: false,
        namespace: None,
    },
];

/// The package of that name.
pub(in crate::openshift) fn find(name: &str) -> Option<&'static Package> {
    PACKAGES.iter().find(|package| package.name == name)
}

/// The package that a ClusterServiceVersion is of.
pub(super) fn of_csv(csv: &str) -> Option<&'static Package> {
    let has = |package: &&Package| package.channels.iter().any(|(_, entries)| entries.contains(&csv));
    PACKAGES.iter().find(has)
}

impl Package {
    /// The ClusterServiceVersions of a channel, the newest last; no channel is the default.
    pub(super) fn channel(&self, channel: &str) -> Option<&'static [&'static str]> {
        let found = self.channels.iter().find(|(name, _)| channel.is_empty() || *name == channel);
        found.map(|(_, entries)| *entries)
    }

    /// The name of a channel; the default's where none is named.
    pub(super) fn channel_name<'a>(&self, channel: &'a str) -> &'a str {
        if channel.is_empty() { self.channels.first().map_or("", |(name, _)| *name) } else { channel }
    }
}
