//! Policies to paste.

use advice::{CommandLine, shell};

/// A policy to paste, that of the mount.
pub fn mount_policy(mount: &str) -> CommandLine {
    policy("bitiq-bootstrap", &vault_auth::required_capabilities(mount))
}

/// The command that writes a policy; a token that has it is wanted then. Each has a name of its own, so that writing one takes nothing away that another gave.
pub fn policy(name: &str, wanted: &std::collections::BTreeMap<String, Vec<&'static str>>) -> CommandLine {
    shell!("printf %s {} | vault policy write {} -", vault_access::policy(wanted).trim_end(), name)
}
