//! The settings of the GitOps operator and of Argo CD's own resources.

use std::time::Duration;

use crate::reader::Reader;
use crate::variables;

/// Settings of the GitOps operator and of Argo CD's own resources.
pub struct OperatorSettings {
    /// In place of the limit of each wait.
    pub timeout: Option<Duration>,
    /// Approve the operator's InstallPlan.
    pub approve_install_plan: bool,
    /// `disableDefaultInstance` may delete the default ArgoCD.
    pub allow_argocd_delete: bool,
    /// Make Argo CD's cluster Secret where there is none.
    pub create_cluster_secret: bool,
}

impl OperatorSettings {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            timeout: reader.optional_duration(variables::BITIQ_BOOTSTRAP_OPERATOR_TIMEOUT),
            approve_install_plan: reader.switch(variables::BITIQ_BOOTSTRAP_APPROVE_INSTALL_PLAN),
            allow_argocd_delete: reader.switch(variables::BITIQ_BOOTSTRAP_ALLOW_ARGOCD_DELETE),
            create_cluster_secret: reader.switch(variables::BITIQ_BOOTSTRAP_CREATE_CLUSTER_SECRET),
        }
    }
}
