//! What the observations find wrong by themselves, beside the errors of the systems.

use advice::{Advice, CommandLine, Diagnostic};
use child_process::StartProblem;
use diagnostics::{Failure, FailureKind, Subject};
use settings::variables;

/// What an observation finds wrong.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum PreflightError {
    /// The file system does not take what a run writes.
    #[error("failed to write into {folder}: {problem}")]
    #[code("PREFLIGHT-001")]
    #[hint(disk(problem))]
    NotWritable {
        /// The folder.
        folder: String,
        /// The error of the file system.
        problem: disk::DiskError,
    },
    /// An earlier run, perhaps of another user, left a file that this one can't use.
    #[error("failed to use {path}: {problem}")]
    #[code("PREFLIGHT-002")]
    #[hint(disk(problem))]
    NotUsable {
        /// The file.
        path: String,
        /// The error of the file system.
        problem: disk::DiskError,
    },
    /// A link in the place of `.work` would put secrets elsewhere.
    #[error("{folder} is a symbolic link: what a run writes must stay in the cluster's folder")]
    #[code("PREFLIGHT-003")]
    #[hint("remove the link:", run("rm {}", folder))]
    WorkIsLink {
        /// `.work`
        folder: String,
    },
    /// A file lies in the place of `.work`.
    #[error("{path} is not a folder")]
    #[code("PREFLIGHT-004")]
    #[hint("move that file away:", run("mv {} {}", path, format!("{path}.old")))]
    WorkIsFile {
        /// `.work`
        path: String,
    },
    /// Not even its owner may write it.
    #[error("{folder} is read-only (mode {mode})")]
    #[code("PREFLIGHT-005")]
    #[hint("make it writable:", run("chmod u+rwx {}", folder))]
    WorkIsReadOnly {
        /// `.work`
        folder: String,
        /// Its mode, octal.
        mode: String,
    },
    /// What a run writes through the link would leave the cluster's folder.
    #[error("{path} is a symbolic link that leads outside .work, to {target}")]
    #[code("PREFLIGHT-006")]
    #[hint("remove the link:", run("rm {}", path))]
    LinkLeadsOutside {
        /// The link.
        path: String,
        /// Where it leads.
        target: String,
    },
    /// The mount forbids it.
    #[error(
        "scripts/bootstrap.sh can't be started in {folder}: the file system at {mount} is mounted with noexec"
    )]
    #[code("PREFLIGHT-007")]
    #[hint(then(hint.clone(), "mount it without noexec: `sudo mount -o remount,exec <mount>`"))]
    NoExec {
        /// `.work`
        folder: String,
        /// Where it is mounted.
        mount: String,
        /// What to do about it.
        hint: Advice,
    },
    /// A rule of this system forbids it.
    #[error("scripts/bootstrap.sh can't be started: this system starts no script in {folder}")]
    #[code("PREFLIGHT-008")]
    #[hint("see which rule forbids it (fapolicyd, SELinux, AppArmor):", run("ls -ldZ {}", folder))]
    NoScripts {
        /// `.work`
        folder: String,
    },
    /// The script needs them.
    #[error("{tools} not found on PATH")]
    #[code("PREFLIGHT-009")]
    #[hint("install what scripts/bootstrap.sh needs, or name its tools yourself: --require-tool NAME")]
    MissingTools {
        /// Their names.
        tools: String,
    },
    /// The kubeconfig's user lacks permissions.
    #[error("{user} may not {rights}")]
    #[code("PREFLIGHT-010")]
    #[hint("use a kubeconfig with these permissions, or have a cluster administrator apply this:")]
    MayNot {
        /// The user.
        user: String,
        /// What it may not do.
        rights: String,
    },
    /// The kubeconfig leads to a cluster of another name or domain.
    #[error(
        "the cluster at {server} is not the one in cluster.yaml: its DNS domain is {theirs} (DNS/cluster spec.baseDomain), \
         cluster.yaml says {ours} (<name>.<dns.base_domain>)"
    )]
    #[code("PREFLIGHT-011")]
    #[hint(
        "is this the right kubeconfig? Give another one with --kubeconfig FILE, or mend cluster.yaml. Where the two \
         differ rightly (ROSA, ARO, a domain of your own): --allow-identity-mismatch"
    )]
    OtherDomain {
        /// The API server.
        server: String,
        /// The cluster's domain.
        theirs: String,
        /// That of cluster.yaml.
        ours: String,
    },
    /// Two clusters have this name, and both are there.
    #[error(
        "the kubeconfig is of another cluster ({server}, id {id}): cluster {cluster} was handed over before (id {before}), \
         and still answers at {address}"
    )]
    #[code("PREFLIGHT-012")]
    #[hint(
        "name the right kubeconfig with --kubeconfig FILE; if the name moved to the other cluster on purpose: \
         --allow-identity-mismatch"
    )]
    PreviousClusterAnswers {
        /// The API server of the kubeconfig.
        server: String,
        /// The id of its cluster.
        id: String,
        /// The name.
        cluster: String,
        /// The id of the cluster that was handed over.
        before: String,
        /// Its API server.
        address: String,
    },
    /// The list that is waited for may not be read.
    #[error("failed to wait for {what}: {said}")]
    #[code("PREFLIGHT-013")]
    #[hint("have the right to list it granted, or leave out --wait-ready")]
    MayNotWait {
        /// What is waited for.
        what: String,
        /// What the cluster said.
        said: String,
    },
    /// The cluster was not ready in time.
    #[error("waited {limit} for {what}")]
    #[code("PREFLIGHT-014")]
    #[hint(
        "see what keeps it, then run again, with a longer --wait-ready where it only needs time",
        change(variables::BITIQ_BOOTSTRAP_WAIT_READY)
    )]
    NotReady {
        /// How long.
        limit: String,
        /// What for.
        what: String,
    },
    /// The command needs a Vault.
    #[error("VAULT_ADDR and VAULT_TOKEN are not both set")]
    #[code("PREFLIGHT-015")]
    #[hint("export both")]
    NoVault,
    /// What is written with it takes longer than it lasts.
    #[error("the Vault token {why}")]
    #[code("PREFLIGHT-016")]
    #[hint(run("{}", renew.clone()))]
    #[fix("vault token renew")]
    #[fix("export VAULT_TOKEN=\\<a fresh one, as from `vault login`>")]
    TokenTooShort {
        /// How long it lasts, and how long it is needed.
        why: String,
        /// The command that renews it.
        renew: CommandLine,
    },
    /// A task of this program ended in the middle.
    #[error("the commit was not searched: {problem}")]
    #[code("PREFLIGHT-017")]
    #[hint("run again; where it comes back, it is a fault of this program: please report it")]
    NotSearched {
        /// What ended it.
        problem: String,
    },
    /// The charts have no values for it: the script would end in the middle.
    #[error("gitops.env is {env}, and charts/argocd-apps/values.yaml lists {listed}")]
    #[code("PREFLIGHT-018")]
    #[hint("set gitops.env in cluster.yaml to one of those, or add it to that file")]
    UnknownEnvironment {
        /// `gitops.env`
        env: String,
        /// The environments of the charts.
        listed: String,
    },
    /// The repository has the script without its mode.
    #[error("scripts/bootstrap.sh is not executable in commit {commit}")]
    #[code("PREFLIGHT-019")]
    #[hint("in the repository: ", inline("git update-index --chmod=+x {}", path))]
    ScriptNotExecutable {
        /// The commit, short.
        commit: String,
        /// The file that it leads to.
        path: String,
    },
    /// The commit is of another branch, or of another repository.
    #[error("scripts/bootstrap.sh is not in commit {commit}")]
    #[code("PREFLIGHT-020")]
    #[hint("is gitops.repo_ref the branch that holds it?")]
    NoScript {
        /// The commit, short.
        commit: String,
    },
    /// Something else has the script's name.
    #[error("scripts/bootstrap.sh is a {what} in commit {commit}, not a file")]
    #[code("PREFLIGHT-021")]
    #[hint("is gitops.repo_ref the branch that holds the script?")]
    ScriptIsNoFile {
        /// `submodule` or `folder`
        what: &'static str,
        /// The commit, short.
        commit: String,
    },
    /// This machine can't start it as it stands there.
    #[error("scripts/bootstrap.sh of commit {commit} can't be started: {problem}")]
    #[code("PREFLIGHT-022")]
    #[hint(of(problem))]
    ScriptNotStartable {
        /// The commit, short.
        commit: String,
        /// Why not.
        problem: StartProblem,
    },
    /// The key that is stored can't be used.
    #[error("failed to get an ssh key for the repository: {origin} holds {why}")]
    #[code("PREFLIGHT-023")]
    #[hint(by(Some(hint.clone())))]
    #[fix("store a private key that ssh can use without a passphrase")]
    UnusableKey {
        /// Where it is stored.
        origin: String,
        /// What it is instead.
        why: String,
        /// What to store there.
        hint: Advice,
    },
    /// Somebody pushed since the commit was named.
    #[error("{reference} is at {commit}, not at {wanted} (--commit)")]
    #[code("PREFLIGHT-024")]
    #[hint(
        "look at what came in, then name this one: --commit {commit}",
        change(variables::BITIQ_BOOTSTRAP_COMMIT)
    )]
    OtherCommit {
        /// `gitops.repo_ref`
        reference: String,
        /// Where it is.
        commit: String,
        /// `--commit`
        wanted: String,
    },
    /// `--strict` counts warnings as failures.
    #[error("{count} warning{plural} under --strict")]
    #[code("PREFLIGHT-025")]
    #[hint("mend what the warnings name, or leave out --strict")]
    Strict {
        /// How many.
        count: usize,
        /// `s`, or nothing.
        plural: &'static str,
    },
}

impl PreflightError {
    /// The failure that refuses a run.
    pub fn refused(&self, subject: impl Into<Subject>) -> Failure {
        Failure::stating(FailureKind::Refused, subject, self)
    }
}
