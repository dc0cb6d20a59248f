use argocd::chart::{OPERATORS_VALUES, catalogs};

use super::Wanted;
use crate::request::Request;
use crate::world::RepositoryWorld;

impl Wanted {
    /// What cluster.yaml and the repository's charts need. Charts that can't be read are told by the look at them.
    pub(crate) fn of(request: &Request, repository: Option<&RepositoryWorld>) -> Self {
        let commit =
            repository.and_then(|repository| repository.source.as_ref()).map(|source| &source.commit);
        let values = commit.and_then(|commit| commit.read(OPERATORS_VALUES).ok().flatten());
        let found = values.and_then(|values| catalogs(&values).ok()).filter(|found| !found.is_empty());
        Self { base_domain: request.spec.apps_domain(), catalogs: found }
    }
}
