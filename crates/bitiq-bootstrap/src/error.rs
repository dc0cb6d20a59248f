//! What a command itself finds wrong: with its arguments, or with a file that it writes.

use advice::Diagnostic;
use diagnostics::{Failure, FailureKind, Subject};

/// What a command itself finds wrong.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum CommandError {
    /// The command works on one cluster.
    #[error("no cluster is named")]
    #[code("CLI-001")]
    #[hint(say("name it on the command line, or with CLUSTER=<cluster>{there_are}"))]
    NoCluster {
        /// `; there are: …`, or nothing.
        there_are: String,
    },
    /// The name of a folder stands on one line.
    #[error("--root holds a control character, such as a line break")]
    #[code("CLI-002")]
    #[hint("name the folder that holds clusters/: --root DIR")]
    RootBreaksTheLine,
    /// Neither this folder nor one above it holds `clusters/`.
    #[error("no folder clusters/ here ({folder}) or above")]
    #[code("CLI-003")]
    #[hint("name the folder that holds it: --root DIR")]
    NoClustersFolder {
        /// The folder of this process.
        folder: String,
    },
    /// The folder that `--root` names is missing.
    #[error("there is no folder {folder}")]
    #[code("CLI-004")]
    #[hint("name the folder that holds clusters/: --root DIR")]
    NoRoot {
        /// The folder.
        folder: String,
    },
    /// The command line does not fit the command.
    #[error("{message}")]
    #[code("CLI-005")]
    #[hint("the help lists all commands and flags:", run("bitiq-bootstrap --help"))]
    CommandLine {
        /// What is wrong with it.
        message: String,
    },
    /// `--wait` takes a duration.
    #[error("--wait (BITIQ_BOOTSTRAP_WAIT) is `{value}`: expected {expected}")]
    #[code("CLI-006")]
    #[hint("leave it out, or give it as in --wait 30m")]
    Wait {
        /// The value.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
    /// A document or a text could not be written to stdout.
    #[error("not all of the output could be written: {why}")]
    #[code("CLI-007")]
    #[hint("{advice}, then run the command again")]
    #[fix("make room where stdout goes, then run the command again")]
    #[fix("send stdout to another file, then run the command again")]
    OutputLost {
        /// What the system said.
        why: String,
        /// What to do first.
        advice: &'static str,
    },
    /// A file is written only where there is none, or a regular one.
    #[error("{file} is {what}")]
    #[code("CLI-008")]
    #[hint("name another file")]
    NotAFile {
        /// The file.
        file: String,
        /// A symbolic link, a folder, no regular file.
        what: &'static str,
    },
    /// A shell reads the path of this program otherwise than it is written.
    #[error(
        "no script can call this program by its path: {program} holds characters that mean something to a shell"
    )]
    #[code("CLI-009")]
    #[hint("put its folder on PATH and call it by its name: ", inline("bitiq-bootstrap completions SHELL"))]
    NotCallable {
        /// The path.
        program: String,
    },
    /// Infrastructure/cluster was not read.
    #[error("no diff can be made: the live infraID is not known")]
    #[code("CLI-010")]
    #[hint("it is read from Infrastructure/cluster: see what each place says without --patch")]
    NoLiveInfraId,
    /// Nothing of the repository is known.
    #[error("no diff can be made: the repository was not read")]
    #[code("CLI-011")]
    #[hint("the warning above says why")]
    NoRepository,
    /// `init` writes no file twice.
    #[error("{file} is there already")]
    #[code("CLI-012")]
    #[hint("it stays as it is; is it right? ", inline("bitiq-bootstrap validate <cluster>"))]
    AlreadyThere {
        /// The file.
        file: String,
    },
    /// cluster.yaml takes other names.
    #[error("{name} can't be a cluster's name: {wrong}")]
    #[code("CLI-013")]
    #[hint(run("bitiq-bootstrap init --help"))]
    NotAName {
        /// The name.
        name: String,
        /// What is wrong with it.
        wrong: String,
    },
    /// cluster.yaml takes other values.
    #[error("--{flag}: {wrong}")]
    #[code("CLI-014")]
    #[hint(run("bitiq-bootstrap init --help"))]
    WrongFlag {
        /// The flag.
        flag: String,
        /// What is wrong with its value.
        wrong: String,
    },
    /// This is no terminal, where `init` asks.
    #[error("{flags} must be said: nobody can be asked here")]
    #[code("CLI-015")]
    #[hint(run("bitiq-bootstrap init --help"))]
    MissingFlags {
        /// The flags.
        flags: String,
    },
    /// The input ended in the middle.
    #[error("the answers ended early, nothing was written")]
    #[code("CLI-016")]
    #[hint(run("bitiq-bootstrap init --help"))]
    NoAnswer,
    /// The bundle would hold what looks like a secret.
    #[error("no bundle is written: {member} {lines} {kind}")]
    #[code("CLI-017")]
    #[hint("rotate it where it is a real one, take it out of {file}, and try again")]
    SecretInFile {
        /// The member of the bundle.
        member: String,
        /// Which of its lines.
        lines: String,
        /// The kind of secret.
        kind: String,
        /// The file that the member is a copy of.
        file: String,
    },
    /// The bundle would hold what looks like a secret, in a document of this program.
    #[error("no bundle is written: {member} {lines} {kind}")]
    #[code("CLI-018")]
    #[hint(
        "rotate it where it is a real one; look where it comes from:",
        run("bitiq-bootstrap plan <cluster> -o json")
    )]
    SecretInDocument {
        /// The member of the bundle.
        member: String,
        /// Which of its lines.
        lines: String,
        /// The kind of secret.
        kind: String,
    },
    /// An old trace has no steps to compare or convert.
    #[error("the script before this program left this trace: it knows no steps")]
    #[code("CLI-019")]
    #[hint("name a run of this program: see --list")]
    OldTrace,
    /// Two runs are compared.
    #[error("--diff takes two runs")]
    #[code("CLI-020")]
    #[hint(run("bitiq-bootstrap trace <cluster> --diff previous latest"))]
    TwoRuns,
    /// Stdout takes one document.
    #[error("--html - and -o json both write to stdout")]
    #[code("CLI-021")]
    #[hint("name a file, or leave out -o json")]
    TwoDocuments,
    /// No run of this kind has reached a write.
    #[error("there is no {run} run that wrote something")]
    #[code("CLI-022")]
    #[hint("see those there are:", run("bitiq-bootstrap trace <cluster> --list"))]
    NoRun {
        /// `latest` or `previous`.
        run: String,
    },
    /// The name of a run has another form.
    #[error("{message}")]
    #[code("CLI-023")]
    #[hint("see those there are:", run("bitiq-bootstrap trace <cluster> --list"))]
    RunId {
        /// What is wrong with it.
        message: String,
    },
    /// The beginning of a run's name fits several.
    #[error("{count} runs begin with `{run}`: name one of them")]
    #[code("CLI-024")]
    #[hint("see those there are:", run("bitiq-bootstrap trace <cluster> --list"))]
    SeveralRuns {
        /// How many.
        count: usize,
        /// The beginning.
        run: String,
    },
    /// All runs of this cluster were refused.
    #[error("no run of {cluster} has reached its first write yet")]
    #[code("CLI-025")]
    #[hint(
        "hand it over, or see what refused it:",
        run("bitiq-bootstrap run <cluster>"),
        run("bitiq-bootstrap trace <cluster> --list")
    )]
    NoTrace {
        /// The cluster.
        cluster: String,
    },
    /// The runs of long ago are forgotten.
    #[error("run {run} of {cluster} is not remembered")]
    #[code("CLI-026")]
    #[hint("see those that are:", run("bitiq-bootstrap trace <cluster> --list"))]
    NotRemembered {
        /// The run.
        run: String,
        /// The cluster.
        cluster: String,
    },
    /// No error, check or exit has this code.
    #[error("no code `{code}`")]
    #[code("CLI-031")]
    #[hint(when(!nearest.is_empty()), say("use one of {nearest}"))]
    #[hint("list all codes:", run("bitiq-bootstrap explain"))]
    UnknownCode {
        /// The code.
        code: String,
        /// The codes of its area.
        nearest: String,
    },
}

impl CommandError {
    /// The failure of a command that was asked wrongly.
    pub fn usage(&self, subject: Subject) -> Failure {
        Failure::stating(FailureKind::Usage, subject, self)
    }

    /// The failure of a command that wrote nothing.
    pub fn refused(&self, subject: Subject) -> Failure {
        Failure::stating(FailureKind::Refused, subject, self)
    }
}
