use argocd::chart::{OPERATORS_VALUES, catalogs};

use super::Wanted;
use cluster_spec::ClusterSpec;

use crate::state::RepositoryState;

impl Wanted {
    /// What cluster.yaml and the repository's charts need. Another check says which charts can't be read.
    pub fn new(spec: &ClusterSpec, repository: Option<&RepositoryState>) -> Self {
        let commit =
            repository.and_then(|repository| repository.source.as_ref()).map(|source| &source.commit);
        let values = commit.and_then(|commit| commit.read(OPERATORS_VALUES).ok().flatten());
        let found = values.and_then(|values| catalogs(&values).ok()).filter(|found| !found.is_empty());
        Self { apps_domain: spec.apps_domain(), catalogs: found }
    }
}
