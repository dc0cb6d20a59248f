//! The kinds that operators bring.

use crate::argocd::definitions::KINDS;
use crate::definition::Definition;

const ARGO: &str = "argoproj.io";
const VSO: &str = "secrets.hashicorp.com";
const VCO: &str = "redhatcop.redhat.io";
const CERTIFICATES: &str = "cert-manager.io";

pub(super) const GITOPS: &[Definition] = &[
    KINDS[0],
    KINDS[1],
    KINDS[2],
    Definition::namespaced(ARGO, "v1beta1", "ArgoCD", "argocds"),
    Definition::namespaced(ARGO, "v1alpha1", "NotificationsConfiguration", "notificationsconfigurations"),
    Definition::namespaced(ARGO, "v1alpha1", "RolloutManager", "rolloutmanagers"),
    Definition::cluster("pipelines.openshift.io", "v1alpha1", "GitopsService", "gitopsservices"),
];

pub(super) const PIPELINES: &[Definition] = &[
    Definition::cluster("operator.tekton.dev", "v1alpha1", "TektonConfig", "tektonconfigs"),
    Definition::cluster("operator.tekton.dev", "v1alpha1", "TektonPipeline", "tektonpipelines"),
    Definition::cluster("operator.tekton.dev", "v1alpha1", "TektonResult", "tektonresults"),
    Definition::cluster("operator.tekton.dev", "v1alpha1", "TektonTrigger", "tektontriggers"),
];

pub(super) const CERT_MANAGER: &[Definition] = &[
    Definition::cluster("operator.openshift.io", "v1alpha1", "CertManager", "certmanagers"),
    Definition::cluster(CERTIFICATES, "v1", "ClusterIssuer", "clusterissuers"),
    Definition::namespaced(CERTIFICATES, "v1", "Certificate", "certificates").short(&["cert", "certs"]),
    Definition::namespaced(CERTIFICATES, "v1", "CertificateRequest", "certificaterequests"),
    Definition::namespaced(CERTIFICATES, "v1", "Issuer", "issuers"),
    Definition::namespaced("acme.cert-manager.io", "v1", "Challenge", "challenges"),
    Definition::namespaced("acme.cert-manager.io", "v1", "Order", "orders"),
];

pub(super) const VAULT_SECRETS: &[Definition] = &[
    Definition::namespaced(VSO, "v1beta1", "VaultAuth", "vaultauths"),
    Definition::namespaced(VSO, "v1beta1", "VaultAuthGlobal", "vaultauthglobals"),
    Definition::namespaced(VSO, "v1beta1", "VaultConnection", "vaultconnections"),
    Definition::namespaced(VSO, "v1beta1", "VaultDynamicSecret", "vaultdynamicsecrets"),
    Definition::namespaced(VSO, "v1beta1", "VaultPKISecret", "vaultpkisecrets"),
    Definition::namespaced(VSO, "v1beta1", "VaultStaticSecret", "vaultstaticsecrets"),
    Definition::namespaced(VSO, "v1beta1", "SecretTransformation", "secrettransformations"),
];

pub(super) const VAULT_CONFIG: &[Definition] = &[
    Definition::namespaced(VCO, "v1alpha1", "AuthEngineMount", "authenginemounts"),
    Definition::namespaced(VCO, "v1alpha1", "KubernetesAuthEngineConfig", "kubernetesauthengineconfigs"),
    Definition::namespaced(VCO, "v1alpha1", "KubernetesAuthEngineRole", "kubernetesauthengineroles"),
    Definition::namespaced(VCO, "v1alpha1", "Policy", "policies"),
    Definition::namespaced(VCO, "v1alpha1", "SecretEngineMount", "secretenginemounts"),
    Definition::namespaced(VCO, "v1alpha1", "VaultSecret", "vaultsecrets"),
];

pub(super) const OPENSHIFT_AI: &[Definition] = &[
    Definition::cluster(
        "datasciencecluster.opendatahub.io",
        "v1",
        "DataScienceCluster",
        "datascienceclusters",
    ),
    Definition::cluster("dscinitialization.opendatahub.io", "v1", "DSCInitialization", "dscinitializations"),
];
