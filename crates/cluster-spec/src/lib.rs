//! cluster.yaml: what was asked for.
//!
//! Knows the file's keys, their rules and their places, what follows from them (`BASE_DOMAIN`), where a repository
//! of clusters keeps them, and the paths of `.work/`. Never talks to a cluster, a Vault or a Git host, never reads
//! environment or clock, and never repeats a password or what a section that is not ours holds.

mod domain;
mod draft;
mod error;
mod folder;
mod key;
mod observe;
mod problem;
mod redact;
mod repo_ref;
mod repo_url;
mod repository_schema;
mod rules;
mod same_repository;
mod schema;
mod spec;
mod spec_error;
mod suggestion;
mod syntax;
mod text;
mod validate;
mod validate_tree;
mod value_error;
mod yaml;
mod yaml_error;

pub use domain::{AppsDomain, BaseDomain};
pub use draft::Draft;
pub use error::{LoadError, listed};
pub use folder::{ClusterFolder, Repository};
pub use observe::{Loaded, load};
pub use problem::{Problem, SpecProblems};
pub use repo_ref::RepoRef;
pub use repo_url::{RepoUrl, UrlKind};
pub use repository_schema::RepositorySchema;
pub use same_repository::{covers, same_repository};
pub use schema::json_schema;
pub use spec::ClusterSpec;
pub use suggestion::nearest;
pub use text::utf8;
pub use validate::parse;
pub use validate_tree::Parsed;
pub use value_error::ValueError;

use advice::{Catalogue as _, Entry};

/// Returns all that can be wrong with a cluster.yaml.
pub fn errors() -> Vec<&'static [Entry]> {
    vec![
        LoadError::ENTRIES,
        spec_error::SpecError::ENTRIES,
        ValueError::ENTRIES,
        yaml_error::YamlError::ENTRIES,
    ]
}
