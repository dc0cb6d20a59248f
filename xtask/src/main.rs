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
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Ci => xtask::ci::run(),
        Verb::Schema { check } => xtask::schema::run(check),
        Verb::Tidy => xtask::tidy::run(),
    };
    xtask::report::exit_code(done)
}
