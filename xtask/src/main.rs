//! Developer errands: `cargo xtask <verb>`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer errands.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Hand a cluster over, with settings from the environment alone
    Bootstrap {
        /// The cluster, as its folder is named below clusters/
        cluster: String,
    },
    /// Show a whole hand-over against a sandbox
    Demo {
        /// Further arguments of the first run
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Leave a sandbox running, and print what to export
    Sandbox {
        /// Play OpenShift: OLM, the GitOps operator, machines, `config.openshift.io`
        #[arg(long)]
        openshift: bool,
    },
    /// Run all that continuous integration checks
    Ci,
    /// Write schemas/*.json from the types
    Schema {
        /// Write nothing; fail where a file is stale
        #[arg(long)]
        check: bool,
    },
    /// Check layers, bans, licences and the size of the tree
    Tidy,
    /// Change crates line by line and count what their own tests notice; needs cargo-mutants
    Mutants {
        /// The crates; without one those that CONTRIBUTING.md has figures of
        #[arg(value_name = "CRATE")]
        crates: Vec<String>,
        /// Try every Nth mutant alone
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        sample: Option<u32>,
        /// Change these files alone: a glob from the root
        #[arg(long = "file", value_name = "GLOB")]
        files: Vec<String>,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Bootstrap { cluster } => xtask::bootstrap::run(&cluster),
        Verb::Demo { arguments } => xtask::demo::run(&arguments),
        Verb::Sandbox { openshift } => xtask::sandbox_errand::run(openshift),
        Verb::Ci => xtask::ci::run(),
        Verb::Schema { check } => xtask::schema::run(check),
        Verb::Tidy => xtask::tidy::run(),
        Verb::Mutants { crates, sample, files } => {
            xtask::mutants::run(&xtask::mutants::Asked { crates, sample, files })
        }
    };
    xtask::report::exit_code(done)
}
