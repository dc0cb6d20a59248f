//! The parts of a command.

/// Stands for the cluster's kubeconfig.
pub const KUBECONFIG: &str = "<kubeconfig>";
/// Stands for the cluster, behind a command of this program.
pub const CLUSTER: &str = "<cluster>";
/// This program.
pub const PROGRAM: &str = "bitiq-bootstrap";

/// A part of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Text for the shell, written in this program: no input can get into it.
    Shell(&'static str),
    /// A value.
    Value(String),
    /// This program.
    Program,
    /// This program with a command, the cluster, and the flags that say where things are.
    Own(String),
    /// The file that reaches the cluster.
    Kubeconfig,
}
