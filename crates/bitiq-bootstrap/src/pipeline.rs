//! The pipeline that this program runs in.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::flags::set_to;
use crate::show::Ci;

/// The runner of a pipeline, as it says itself.
pub fn ci(environment: &BTreeMap<OsString, OsString>) -> Option<Ci> {
    let says = |name: &str| set_to(environment, name) == Some("true");
    match (says("GITHUB_ACTIONS"), says("GITLAB_CI")) {
        (true, _) => Some(Ci::GitHub),
        (false, true) => Some(Ci::GitLab),
        (false, false) => None,
    }
}
