//! The checks that the program knows, each in one line: its code, its name in
//! documents, its noun on the screen, the state that it wants.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

use crate::Subject;

/// Makes the enum, and what is known of each of its values.
macro_rules! checks {
    ($($subject:ident { $($id:ident $code:literal $name:literal $title:literal $claim:literal)+ })+) => {
        /// A check by its stable name. The order is that of `docs/checks.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum CheckId {
            $($(#[doc = $claim] $id,)+)+
        }

        impl CheckId {
            /// Every check.
            pub const ALL: &[Self] = &[$($(Self::$id,)+)+];

            /// The name in documents. It never changes its meaning.
            pub fn name(self) -> &'static str {
                match self {
                    $($(Self::$id => $name,)+)+
                }
            }

            /// The code: it never names another check.
            pub fn code(self) -> &'static str {
                match self {
                    $($(Self::$id => $code,)+)+
                }
            }

            /// The noun that names the check on the screen.
            pub fn title(self) -> &'static str {
                match self {
                    $($(Self::$id => $title,)+)+
                }
            }

            /// The system that the check is about.
            pub fn subject(self) -> Subject {
                match self {
                    $($(Self::$id => Subject::$subject,)+)+
                }
            }

            /// The state that the check wants, in general terms.
            pub fn claim(self) -> &'static str {
                match self {
                    $($(Self::$id => $claim,)+)+
                }
            }
        }
    };
}

checks! {
    ClusterYaml {
        ClusterYaml "CHK-001" "cluster-yaml" "cluster.yaml" "cluster.yaml is valid and has no warnings"
    }
    Machine {
        Settings "CHK-002" "settings" "flags and variables" "flags and environment variables are understood"
        SecretLength "CHK-003" "secret-length" "secret length" "every secret is long enough to be masked in the script's output"
        WorkFolder "CHK-004" "work-folder" ".work folder" "`.work` stays inside the cluster's folder"
        WorkFolderWritable "CHK-005" "work-folder-writable" ".work folder writable" "`.work` can be written and has room"
        WorkFolderPrograms "CHK-006" "work-folder-programs" "programs in .work" "programs can be started in the `.work` folder"
        TraceWritable "CHK-007" "trace-writable" "trace file" "the trace can be written"
        RequiredTools "CHK-008" "required-tools" "required tools" "the tools that the script needs are on PATH"
        ScriptBefore "CHK-009" "script-before" "last script" "the script of the run before ended well"
    }
    Cluster {
        Kubeconfig "CHK-010" "kubeconfig" "kubeconfig" "a kubeconfig is there and can be read"
        KubeconfigContent "CHK-011" "kubeconfig-content" "kubeconfig content" "the kubeconfig has no warnings"
        KubeconfigExpired "CHK-012" "kubeconfig-expired" "client certificate validity" "the kubeconfig's client certificate has not expired"
        ClientCertificate "CHK-013" "client-certificate" "client certificate expiry" "the kubeconfig's client certificate does not expire soon"
        ApiCertificate "CHK-014" "api-certificate" "API server certificate expiry" "the API server's certificate does not expire soon"
        ApiServer "CHK-015" "api-server" "API server" "the API server answers"
        ApiLogin "CHK-016" "api-login" "API credentials" "the API server accepts the kubeconfig's login"
        ClusterDomain "CHK-017" "cluster-domain" "cluster domain" "the cluster is the one that cluster.yaml describes"
        ClusterDomainContent "CHK-018" "cluster-domain-content" "cluster domain settings" "the cluster's domains have no warnings"
        PreviousCluster "CHK-019" "previous-cluster" "previous cluster" "no other cluster that was handed over under this name still answers"
        Permissions "CHK-020" "permissions" "permissions" "the kubeconfig's user has every permission that the command needs"
        ArgocdNamespace "CHK-021" "argocd-namespace" "Argo CD namespace" "the Namespace of Argo CD is there or can be made"
        EarlierObjects "CHK-022" "earlier-objects" "objects of earlier runs" "the objects of an earlier run can be read"
        RecordOwner "CHK-023" "record-owner" "record owner" "the record in the cluster is not of another cluster"
        RecordManager "CHK-024" "record-manager" "record field manager" "no other manager holds the record in the cluster"
        ClusterSecret "CHK-025" "cluster-secret" "Argo CD cluster Secret" "Argo CD's cluster Secret can carry the cluster's facts"
        ClusterSecretContent "CHK-026" "cluster-secret-content" "Argo CD cluster Secret content" "Argo CD's cluster Secret has no warnings"
        Nodes "CHK-027" "nodes" "nodes" "every node is Ready"
        ClusterOperators "CHK-028" "cluster-operators" "ClusterOperators" "every ClusterOperator is Available and not Degraded"
        MachineSets "CHK-029" "machine-sets" "MachineSets" "every MachineSet carries the cluster's infraID"
        OperatorCertificates "CHK-030" "operator-certificates" "operator certificates" "the certificates that operators renew do not expire soon"
    }
    Vault {
        VaultSettings "CHK-031" "vault-settings" "Vault settings" "Vault's address, token and certificates can be used"
        VaultAnswers "CHK-032" "vault-answers" "Vault server" "Vault answers and is unsealed"
        VaultToken "CHK-033" "vault-token" "Vault token" "Vault accepts the token"
        VaultTokenLasts "CHK-034" "vault-token-lasts" "Vault token lifetime" "the Vault token outlives a run"
        AuthMountInForce "CHK-035" "auth-mount-in-force" "auth mount target" "the auth mount points at this cluster now"
        Reviewer "CHK-036" "reviewer" "token reviewer" "the API server accepts the token reviewer"
        RoleLogin "CHK-037" "role-login" "role login" "the ServiceAccount can log in with the role"
        StaticSecrets "CHK-038" "static-secrets" "VaultStaticSecrets" "every VaultStaticSecret is synced"
    }
    AuthMount {
        AuthMount "CHK-039" "auth-mount" "auth mount" "the auth mount can be observed and configured"
        AuthMountToken "CHK-040" "auth-mount-token" "Vault token for the auth mount" "the Vault token outlives the writes to Vault"
        AuthMountType "CHK-041" "auth-mount-type" "auth mount type" "the auth mount is there, of type kubernetes"
        AuthMountTarget "CHK-042" "auth-mount-target" "auth mount host" "the auth mount points at this cluster, or may be pointed at it"
        AuthMountWrite "CHK-043" "auth-mount-write" "auth mount write permission" "the Vault token may write the mount's configuration"
        AuthMountContent "CHK-044" "auth-mount-content" "auth mount configuration" "the auth mount has no warnings"
        AuthMountAuthority "CHK-045" "auth-mount-authority" "cluster CA" "the cluster's certificate authority is known"
        AuthMountWriters "CHK-046" "auth-mount-writers" "other writers of the auth mount" "no other program writes the auth mount, and the charts use it"
        ReviewerObjects "CHK-047" "reviewer-objects" "token reviewer objects" "the token reviewer's objects can be written"
    }
    Repository {
        RepositoryLogin "CHK-048" "repository-login" "repository credentials" "a repository login can be looked for"
        RepositoryLoginContent "CHK-049" "repository-login-content" "repository credential sources" "the sources of the repository login have no warnings"
        RepositoryLoginVault "CHK-050" "repository-login-vault" "repository credentials in Vault" "Vault lets the token read the repository login"
        GitConfiguration "CHK-051" "git-configuration" "Git configuration" "Git's own configuration can be used"
        GitHost "CHK-052" "git-host" "Git host" "the Git host answers and accepts the login"
        GitProxy "CHK-053" "git-proxy" "Git proxy" "the Git host is reached through a proxy"
        RepositoryRef "CHK-054" "repository-ref" "repository ref" "the repository has the ref"
        RepositoryRefContent "CHK-055" "repository-ref-content" "repository ref type" "the ref has no warnings"
        PinnedCommit "CHK-056" "pinned-commit" "pinned commit" "the ref is at the commit that --commit names"
        CommitFetch "CHK-057" "commit-fetch" "commit fetch" "the commit can be fetched"
        CommitPaths "CHK-058" "commit-paths" "paths of the commit" "every path of the commit can be checked out"
        CommitWhole "CHK-059" "commit-whole" "content of the commit" "a clone of the commit holds all of it"
        Script "CHK-060" "script" "bootstrap script" "the script is in the commit and executable"
        ScriptStart "CHK-061" "script-start" "script start" "the script can be started on this machine"
        ChartValues "CHK-062" "chart-values" "chart values" "the values of the charts can be read"
        ChartValuesSeen "CHK-063" "chart-values-seen" "chart values in the commit" "the values of the charts are in the commit"
        Environment "CHK-064" "environment" "environment" "the charts know gitops.env"
        GitopsSrc "CHK-065" "gitops-src" "working copy" "the working copy is clean, or not there"
        GitopsSrcContent "CHK-066" "gitops-src-content" "working copy state" "the working copy has no warnings"
        StaleInfraIds "CHK-067" "stale-infra-ids" "old infraIDs" "the commit holds no infraID of an earlier cluster"
        RepositoryLoginExpiry "CHK-068" "repository-login-expiry" "repository credential expiry" "the repository login does not expire soon"
        RepositorySecret "CHK-069" "repository-secret" "repository Secret" "Argo CD's repository Secret can hold the login"
        RepositorySecretContent "CHK-070" "repository-secret-content" "repository Secret content" "Argo CD's repository Secrets have no warnings"
        ArgocdEgress "CHK-071" "argocd-egress" "Argo CD proxy and CA" "Argo CD has the cluster's proxy and certificate authority"
    }
    Operator {
        OperatorKinds "CHK-072" "operator-kinds" "OLM and Argo CD kinds" "the kinds of OLM and Argo CD can be asked for"
        OperatorPermissions "CHK-073" "operator-permissions" "operator permissions" "the kubeconfig's user may install the operator"
        Operator "CHK-074" "operator" "GitOps operator" "the GitOps operator can be installed as the charts want it"
        OperatorContent "CHK-075" "operator-content" "GitOps operator state" "the GitOps operator has no warnings"
        ArgocdInstance "CHK-076" "argocd-instance" "ArgoCD instance" "at most one ArgoCD is in question"
        HelmReleases "CHK-077" "helm-releases" "Helm releases" "no Helm release of the script is left pending"
        OperatorSupply "CHK-078" "operator-supply" "operators of the charts" "OLM can install the operators of the charts"
        ScriptSubscription "CHK-079" "script-subscription" "operator Subscription" "the script waits for the operator where the chart subscribes it"
    }
    GitOps {
        HandedOverNamespace "CHK-080" "handed-over-namespace" "hand-over namespace" "the Namespace of Argo CD is there"
        Record "CHK-081" "record" "record" "the record in the cluster is of this cluster"
        LatestRun "CHK-082" "latest-run" "last run" "the latest run of this machine succeeded"
        RepositoryAccess "CHK-083" "repository-access" "repository access" "Argo CD reports no error of reading the repository"
        Applications "CHK-084" "applications" "Applications" "every Application is Synced and Healthy"
        SecretAnnotations "CHK-085" "secret-annotations" "Secret annotations" "no Secret shows a login in an annotation"
        OperatorInstalled "CHK-086" "operator-installed" "operator installation" "the GitOps operator is installed"
        RepositoryReadable "CHK-087" "repository-readable" "repository read" "the Git host gives the ref to the login"
        LoginInForce "CHK-088" "login-in-force" "credentials in the repository Secret" "Argo CD's repository Secret holds the login in force"
        LoginExpiry "CHK-089" "login-expiry" "credential expiry" "the repository login does not expire soon"
    }
    Plan {
        PlanChanges "CHK-090" "plan-changes" "planned changes" "a run would change nothing"
        PlanWarnings "CHK-091" "plan-warnings" "planned warnings" "a run would warn of nothing"
        Release "CHK-092" "release" "release" "a release finds what it gives back"
    }
    Lock {
        FolderLock "CHK-093" "folder-lock" "lock file" "no other run works in this folder"
        ClusterLock "CHK-094" "cluster-lock" "cluster lock" "no other run holds the cluster"
    }
    Readiness {
        Workers "CHK-095" "workers" "worker nodes" "a node takes Pods"
        DefaultStorageClass "CHK-096" "default-storage-class" "default StorageClass" "a default StorageClass is there"
        Catalogs "CHK-097" "catalogs" "operator catalogs" "the catalogs that the charts install from are READY"
        AppsDns "CHK-098" "apps-dns" "wildcard DNS" "the names below `*.apps` have an address, seen from this machine"
    }
}

impl Serialize for CheckId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A text: documents of a later version may name checks that are not known yet.
impl JsonSchema for CheckId {
    fn schema_name() -> Cow<'static, str> {
        "CheckId".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_names_and_titles_are_unique_and_names_can_be_an_anchor() {
        let unique = |of: fn(CheckId) -> &'static str| -> BTreeSet<&str> {
            CheckId::ALL.iter().map(|id| of(*id)).collect()
        };
        let names = unique(CheckId::name);
        for all in [&names, &unique(CheckId::code), &unique(CheckId::title)] {
            assert_eq!(all.len(), CheckId::ALL.len());
        }
        for name in names {
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{name}");
        }
    }
}
