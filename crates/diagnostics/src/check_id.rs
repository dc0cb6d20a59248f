//! The checks that the program knows, each in one line: its name in documents, its subject, what it says when it passes.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

use crate::Subject;

/// Makes the enum, and what is known of each of its values.
macro_rules! checks {
    ($($subject:ident { $($id:ident $name:literal $claim:literal)+ })+) => {
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
        ClusterYaml "cluster-yaml" "cluster.yaml is valid and has no warnings"
    }
    Machine {
        Settings "settings" "flags and environment variables are understood"
        SecretLength "secret-length" "every secret is long enough to be masked in the script's output"
        WorkFolder "work-folder" "`.work` stays inside the cluster's folder"
        WorkFolderWritable "work-folder-writable" "`.work` can be written and has room"
        WorkFolderPrograms "work-folder-programs" "programs can be started in the `.work` folder"
        TraceWritable "trace-writable" "the trace can be written"
        RequiredTools "required-tools" "the tools that the script needs are on PATH"
        ScriptBefore "script-before" "the script of the run before ended well"
    }
    Cluster {
        Kubeconfig "kubeconfig" "a kubeconfig is there and can be read"
        KubeconfigContent "kubeconfig-content" "the kubeconfig has no warnings"
        KubeconfigExpired "kubeconfig-expired" "the kubeconfig's client certificate has not expired"
        ClientCertificate "client-certificate" "the kubeconfig's client certificate does not expire soon"
        ApiCertificate "api-certificate" "the API server's certificate does not expire soon"
        ApiServer "api-server" "the API server answers"
        ApiLogin "api-login" "the API server accepts the kubeconfig's login"
        ClusterDomain "cluster-domain" "the cluster is the one that cluster.yaml describes"
        ClusterDomainContent "cluster-domain-content" "the cluster's domains have no warnings"
        PreviousCluster "previous-cluster" "no other cluster that was handed over under this name still answers"
        Permissions "permissions" "the kubeconfig's user has every permission that the command needs"
        ArgocdNamespace "argocd-namespace" "the Namespace of Argo CD is there or can be made"
        EarlierObjects "earlier-objects" "the objects of an earlier run can be read"
        RecordOwner "record-owner" "the record in the cluster is not of another cluster"
        RecordManager "record-manager" "no other manager holds the record in the cluster"
        ClusterSecret "cluster-secret" "Argo CD's cluster Secret can carry the cluster's facts"
        ClusterSecretContent "cluster-secret-content" "Argo CD's cluster Secret has no warnings"
        Nodes "nodes" "every node is Ready"
        ClusterOperators "cluster-operators" "every ClusterOperator is Available and not Degraded"
        MachineSets "machine-sets" "every MachineSet carries the cluster's infraID"
        OperatorCertificates "operator-certificates" "the certificates that operators renew do not expire soon"
    }
    Vault {
        VaultSettings "vault-settings" "Vault's address, token and certificates can be used"
        VaultAnswers "vault-answers" "Vault answers and is unsealed"
        VaultToken "vault-token" "Vault accepts the token"
        VaultTokenLasts "vault-token-lasts" "the Vault token outlives a run"
        AuthMountInForce "auth-mount-in-force" "the auth mount points at this cluster now"
        Reviewer "reviewer" "the API server accepts the token reviewer"
        RoleLogin "role-login" "the ServiceAccount can log in with the role"
        StaticSecrets "static-secrets" "every VaultStaticSecret is synced"
    }
    AuthMount {
        AuthMount "auth-mount" "the auth mount can be observed and configured"
        AuthMountToken "auth-mount-token" "the Vault token outlives the writes to Vault"
        AuthMountType "auth-mount-type" "the auth mount is there, of type kubernetes"
        AuthMountTarget "auth-mount-target" "the auth mount points at this cluster, or may be pointed at it"
        AuthMountWrite "auth-mount-write" "the Vault token may write the mount's configuration"
        AuthMountContent "auth-mount-content" "the auth mount has no warnings"
        AuthMountAuthority "auth-mount-authority" "the cluster's certificate authority is known"
        AuthMountWriters "auth-mount-writers" "no other program writes the auth mount, and the charts use it"
        ReviewerObjects "reviewer-objects" "the token reviewer's objects can be written"
    }
    Repository {
        RepositoryLogin "repository-login" "a repository login can be looked for"
        RepositoryLoginContent "repository-login-content" "the sources of the repository login have no warnings"
        RepositoryLoginVault "repository-login-vault" "Vault lets the token read the repository login"
        GitConfiguration "git-configuration" "Git's own configuration can be used"
        GitHost "git-host" "the Git host answers and accepts the login"
        GitProxy "git-proxy" "the Git host is reached through a proxy"
        RepositoryRef "repository-ref" "the repository has the ref"
        RepositoryRefContent "repository-ref-content" "the ref has no warnings"
        PinnedCommit "pinned-commit" "the ref is at the commit that --commit names"
        CommitFetch "commit-fetch" "the commit can be fetched"
        CommitPaths "commit-paths" "every path of the commit can be checked out"
        CommitWhole "commit-whole" "a clone of the commit holds all of it"
        Script "script" "the script is in the commit and executable"
        ScriptStart "script-start" "the script can be started on this machine"
        ChartValues "chart-values" "the values of the charts can be read"
        ChartValuesSeen "chart-values-seen" "the values of the charts are in the commit"
        Environment "environment" "the charts know gitops.env"
        GitopsSrc "gitops-src" "the working copy is clean, or not there"
        GitopsSrcContent "gitops-src-content" "the working copy has no warnings"
        StaleInfraIds "stale-infra-ids" "the commit holds no infraID of an earlier cluster"
        RepositoryLoginExpiry "repository-login-expiry" "the repository login does not expire soon"
        RepositorySecret "repository-secret" "Argo CD's repository Secret can hold the login"
        RepositorySecretContent "repository-secret-content" "Argo CD's repository Secrets have no warnings"
        ArgocdEgress "argocd-egress" "Argo CD has the cluster's proxy and certificate authority"
    }
    Operator {
        OperatorKinds "operator-kinds" "the kinds of OLM and Argo CD can be asked for"
        OperatorPermissions "operator-permissions" "the kubeconfig's user may install the operator"
        Operator "operator" "the GitOps operator can be installed as the charts want it"
        OperatorContent "operator-content" "the GitOps operator has no warnings"
        ArgocdInstance "argocd-instance" "at most one ArgoCD is in question"
        HelmReleases "helm-releases" "no Helm release of the script is left pending"
        OperatorSupply "operator-supply" "OLM can install the operators of the charts"
        ScriptSubscription "script-subscription" "the script waits for the operator where the chart subscribes it"
    }
    GitOps {
        HandedOverNamespace "handed-over-namespace" "the Namespace of Argo CD is there"
        Record "record" "the record in the cluster is of this cluster"
        LatestRun "latest-run" "the latest run of this machine succeeded"
        RepositoryAccess "repository-access" "Argo CD reports no error of reading the repository"
        Applications "applications" "every Application is Synced and Healthy"
        SecretAnnotations "secret-annotations" "no Secret shows a login in an annotation"
        OperatorInstalled "operator-installed" "the GitOps operator is installed"
        RepositoryReadable "repository-readable" "the Git host gives the ref to the login"
        LoginInForce "login-in-force" "Argo CD's repository Secret holds the login in force"
        LoginExpiry "login-expiry" "the repository login does not expire soon"
    }
    Plan {
        PlanChanges "plan-changes" "a run would change nothing"
        PlanWarnings "plan-warnings" "a run would warn of nothing"
        Release "release" "a release finds what it gives back"
    }
    Lock {
        FolderLock "folder-lock" "no other run works in this folder"
        ClusterLock "cluster-lock" "no other run holds the cluster"
    }
    Readiness {
        Workers "workers" "a node takes Pods"
        DefaultStorageClass "default-storage-class" "a default StorageClass is there"
        Catalogs "catalogs" "the catalogs that the charts install from are READY"
        AppsDns "apps-dns" "the names below `*.apps` have an address, seen from this machine"
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
    fn names_are_unique_and_can_be_an_anchor() {
        let names: BTreeSet<&str> = CheckId::ALL.iter().map(|id| id.name()).collect();
        assert_eq!(names.len(), CheckId::ALL.len());
        for name in names {
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{name}");
        }
    }
}
