//! What a repository has besides for an OpenShift: the operators' chart, an infraID of an earlier life, and a script that
//! does as Helm does.

use super::{Expected, files as plain};
use crate::git_host::File;

/// The whole content for the OpenShift `cluster`, whose pods reach Vault at `vault_address`.
pub fn files(expected: &Expected, cluster: &str, vault_address: Option<&str>) -> Vec<File> {
    let mut files = plain(expected);
    for (path, text) in CONTENT {
        let text = text
            .replace("@CLUSTER@", cluster)
            .replace("@VAULT@", if vault_address.is_some() { "true" } else { "false" })
            .replace("@VAULT_ADDR@", vault_address.unwrap_or("https://vault.example.test:8200"));
        files.push(File::new(path, text));
    }
    files
}

const CONTENT: &[(&str, &str)] = &[
    (
        "charts/bootstrap-operators/values.yaml",
        include_str!("content/openshift/charts/bootstrap-operators/values.yaml"),
    ),
    ("charts/argocd-apps/values.yaml", include_str!("content/openshift/charts/argocd-apps/values.yaml")),
    (
        "charts/cluster-capacity/values-prod.yaml",
        include_str!("content/openshift/charts/cluster-capacity/values-prod.yaml"),
    ),
    (
        "charts/cluster-capacity/tests/machinesets_test.yaml",
        include_str!("content/openshift/charts/cluster-capacity/tests/machinesets_test.yaml"),
    ),
    ("scripts/helm.py", include_str!("content/openshift/scripts/helm.py")),
    ("scripts/openshift.py", include_str!("content/openshift/scripts/openshift.py")),
    ("scripts/values.py", include_str!("content/openshift/scripts/values.py")),
];
