//! What is told of the auth mount: pure, but for the telling.

use diagnostics::{Failure, Row};
use secret::quoted;
use vault_access::{ConfigLookup, MountLookup};
use vault_auth::{Changes, Desired, MountPlan, Refusal, State, VaultAuthError};

use crate::checks::Rows;

/// Nothing stands in the way.
pub(super) fn fine(rows: Rows<'_>, state: &State, changes: &Changes, desired: &Desired) {
    let mount = &desired.mount;
    let there = format!("auth/{mount} is there, of type kubernetes");
    match is_seen(state) {
        true => rows.ok(there),
        false => rows.skipped(there, "the Vault token may see neither the mount nor its configuration"),
    }
    let ours = format!("auth/{mount} points at this cluster");
    match (changes.mount(), &state.config) {
        (MountPlan::Keep, ConfigLookup::Denied) => {
            rows.skipped(
                ours,
                "the Vault token may not read it; the record remembers that it was written so",
            );
        }
        (MountPlan::Keep, _) => rows.ok(ours),
        (MountPlan::Write(_), _) => {
            rows.ok(format!("auth/{mount} may be pointed at this cluster ({})", desired.host));
        }
    }
    let path = format!("auth/{mount}/config");
    match &state.capabilities {
        Some(has) if has.iter().any(|word| word == "update" || word == "root") => {
            rows.ok(format!("the token may write {path}"));
        }
        Some(_) => rows.skipped(format!("the token may write {path}"), "nothing is to be written there"),
        None => rows.skipped(
            format!("the token may write {path}"),
            "it may not ask what it may do (sys/capabilities-self)",
        ),
    }
    // Warnings of the plan are told where the plan is told; here they count once more.
    if !changes.warnings().is_empty() {
        let row = Row::warning(
            super::policy::MOUNT,
            format!("nothing looks odd at auth/{mount}"),
            changes.warnings().to_vec(),
        );
        rows.tell(row.command(super::policy::mount_policy(mount)));
    }
}

fn is_seen(state: &State) -> bool {
    matches!(state.mount, MountLookup::Found { .. }) || state.config != ConfigLookup::Denied
}

/// A row for each thing that stands in the way.
pub(super) fn refused(rows: Rows<'_>, error: &VaultAuthError, failure: &Failure, desired: &Desired) {
    let see = format!("vault read {}", quoted(format!("auth/{}/config", desired.mount)));
    let VaultAuthError::Refused(refusals) = error else {
        return rows.failed(format!("auth/{} can be looked at", desired.mount), &see, failure);
    };
    for refusal in refusals {
        let failure = Failure {
            message: refusal.to_string(),
            hint: refusal.hint(),
            command: failure.command.clone().filter(|_| refusal.is_of_policy()),
            ..failure.clone()
        };
        rows.failed(refusal.wanted(), &command(refusal, &see), &failure);
    }
}

/// What shows it.
fn command(refusal: &Refusal, see: &str) -> String {
    match refusal {
        Refusal::NoMount { mount } => format!("vault auth enable -path={} kubernetes", quoted(mount)),
        Refusal::OtherRole { binding, .. } => {
            format!("oc --kubeconfig <kubeconfig> get clusterrolebinding {} -o yaml", quoted(binding))
        }
        Refusal::OtherSecretType { namespace, name, .. } | Refusal::OtherAccount { namespace, name, .. } => {
            format!("oc --kubeconfig <kubeconfig> -n {} describe secret {}", quoted(namespace), quoted(name))
        }
        Refusal::Managed { .. } | Refusal::NoCertificate | Refusal::NoHost { .. } => String::new(),
        Refusal::MountNotVisible { .. }
        | Refusal::WrongType { .. }
        | Refusal::OtherCluster { .. }
        | Refusal::MayNotWrite { .. } => see.to_owned(),
    }
}
