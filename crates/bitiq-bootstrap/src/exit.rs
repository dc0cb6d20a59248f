//! The exit codes, and the one place where a failure becomes one.

use diagnostics::FailureKind;

/// Done.
pub const DONE: u8 = 0;
/// A step failed after the first write.
pub const STEP: u8 = 1;
/// The command line or cluster.yaml is wrong.
pub const USAGE: u8 = 2;
/// Something the run needs is missing or refused; nothing was written.
pub const REFUSED: u8 = 3;
/// Another run holds the cluster.
pub const LOCKED: u8 = 4;
/// `plan --exit-code`: changes are pending.
pub const PENDING: u8 = 10;
/// Interrupted (SIGINT).
pub const INTERRUPTED: u8 = 130;
/// Terminated (SIGTERM, SIGHUP).
pub const TERMINATED: u8 = 143;

/// All of them with their meaning, for the docs.
pub const ALL: &[(u8, &str)] = &[
    (DONE, "done"),
    (STEP, "a step failed after the first write"),
    (USAGE, "the command line or cluster.yaml is wrong"),
    (REFUSED, "something the run needs is missing or refused, and nothing was written"),
    (LOCKED, "another run holds the cluster"),
    (PENDING, "plan --exit-code: changes are pending"),
    (INTERRUPTED, "interrupted (SIGINT)"),
    (TERMINATED, "terminated (SIGTERM, SIGHUP)"),
];

/// What the same numbers mean when openshift-install, in the same `make` chain, ends with them
/// (`cmd/openshift-install/create.go` of openshift/installer).
pub const OPENSHIFT_INSTALL: &[(u8, &str)] = &[
    (3, "install-config is wrong"),
    (4, "infrastructure could not be made"),
    (5, "bootstrap failed"),
    (6, "install failed"),
    (7, "operators did not become stable"),
    (8, "interrupted"),
];

/// The exit code of a run that came to this.
pub fn code(kind: Option<FailureKind>) -> u8 {
    match kind {
        None => DONE,
        Some(FailureKind::Usage) => USAGE,
        Some(FailureKind::Refused) => REFUSED,
        Some(FailureKind::Step) => STEP,
        Some(FailureKind::Locked) => LOCKED,
        Some(FailureKind::Interrupted) => INTERRUPTED,
        Some(FailureKind::Terminated) => TERMINATED,
    }
}
