//! The checks of the auth mount: pure.

use advice::{Advice, CommandLine, Diagnostic as _, shell};
use diagnostics::{Check, CheckId, Checks, Failure};
use vault_access::{ConfigLookup, MountLookup};
use vault_auth::{Changes, Desired, MountPlan, Refusal, State, VaultAuthError};

use super::policy::mount_policy;

/// Nothing stands in the way.
pub(super) fn fine(state: &State, changes: &Changes, desired: &Desired, checks: &mut Checks) {
    let mount = &desired.mount;
    match is_seen(&state.mount, &state.config) {
        true => checks.passed(CheckId::AuthMountType, format!("auth/{mount} is of type kubernetes")),
        false => {
            let why = "the Vault token may see neither the mount nor its configuration";
            checks.skipped(CheckId::AuthMountType, why);
        }
    }
    checks.push(target(state, changes, desired));
    checks.push(write(state, mount));
    if !changes.warnings().is_empty() {
        let warning = Check::warning(CheckId::AuthMountContent, changes.warnings().to_vec());
        checks.push(warning.command(mount_policy(mount)));
    }
}

fn target(state: &State, changes: &Changes, desired: &Desired) -> Check {
    let (id, mount) = (CheckId::AuthMountTarget, &desired.mount);
    match (changes.mount(), &state.config) {
        (MountPlan::Keep, ConfigLookup::Denied) => {
            let why = "the Vault token may not read it; the record remembers that it was written so";
            Check::skipped(id, why)
        }
        (MountPlan::Keep, _) => Check::passed(id, format!("auth/{mount} uses this cluster")),
        (MountPlan::Write(_), _) => Check::passed(id, format!("auth/{mount} can be set to {}", desired.host)),
    }
}

fn write(state: &State, mount: &str) -> Check {
    match &state.capabilities {
        Some(has) if has.iter().any(|word| word == "update" || word == "root") => {
            Check::passed(CheckId::AuthMountWrite, format!("auth/{mount}/config"))
        }
        Some(_) => Check::skipped(CheckId::AuthMountWrite, "nothing is to be written there"),
        None => {
            let why = "it may not ask what it may do (sys/capabilities-self)";
            Check::skipped(CheckId::AuthMountWrite, why)
        }
    }
}

fn is_seen(mount: &MountLookup, config: &ConfigLookup) -> bool {
    matches!(mount, MountLookup::Found { .. }) || *config != ConfigLookup::Denied
}

/// A check for each thing that stands in the way. They share the failure of the run.
pub(super) fn refused(error: &VaultAuthError, failure: &Failure, desired: &Desired, checks: &mut Checks) {
    let see = shell!("vault read {}", format!("auth/{}/config", desired.mount));
    let VaultAuthError::Refused(refusals) = error else {
        checks.failed(CheckId::AuthMount, see, failure.clone());
        return;
    };
    for refusal in refusals {
        let causes = failure.causes.iter().map(ToString::to_string);
        let details = std::iter::once(refusal.to_string()).chain(causes).collect();
        let policy = failure.command.as_deref().cloned().filter(|_| refusal.is_of_policy());
        let mut check = Check::refused(id(refusal), failure.clone()).details_instead(details);
        check.hint = refusal.hint();
        check.command = policy;
        checks.push(check.or_command(command(refusal, see.clone())));
    }
}

fn id(refusal: &Refusal) -> CheckId {
    match refusal {
        Refusal::NoMount { .. } | Refusal::MountNotVisible { .. } | Refusal::WrongType { .. } => {
            CheckId::AuthMountType
        }
        Refusal::OtherCluster { .. } | Refusal::NoHost { .. } => CheckId::AuthMountTarget,
        Refusal::MayNotWrite { .. } => CheckId::AuthMountWrite,
        Refusal::NoCertificate => CheckId::AuthMountAuthority,
        Refusal::OtherRole { .. }
        | Refusal::OtherSecretType { .. }
        | Refusal::OtherAccount { .. }
        | Refusal::Managed { .. } => CheckId::ReviewerObjects,
    }
}

/// What shows it.
fn command(refusal: &Refusal, see: CommandLine) -> Advice {
    match refusal {
        Refusal::NoMount { mount } => shell!("vault auth enable -path={} kubernetes", mount).into(),
        Refusal::OtherRole { binding, .. } => {
            shell!("oc --kubeconfig <kubeconfig> get clusterrolebinding {} -o yaml", binding).into()
        }
        Refusal::OtherSecretType { namespace, name, .. } | Refusal::OtherAccount { namespace, name, .. } => {
            shell!("oc --kubeconfig <kubeconfig> -n {} describe secret {}", namespace, name).into()
        }
        Refusal::Managed { .. } | Refusal::NoCertificate | Refusal::NoHost { .. } => Advice::default(),
        Refusal::MountNotVisible { .. }
        | Refusal::WrongType { .. }
        | Refusal::OtherCluster { .. }
        | Refusal::MayNotWrite { .. } => see.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_seen_by_itself_or_by_its_configuration() {
        let found = MountLookup::Found { kind: "kubernetes".into(), accessor: None };
        assert!(is_seen(&found, &ConfigLookup::Denied));
        assert!(is_seen(&MountLookup::Unknown, &ConfigLookup::Unset));
        assert!(!is_seen(&MountLookup::Unknown, &ConfigLookup::Denied));
    }
}
