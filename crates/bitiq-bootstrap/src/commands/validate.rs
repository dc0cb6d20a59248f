//! `validate CLUSTER`: whether cluster.yaml can be used. Touches no system.

use clap::Command;
use diagnostics::Failures;

use crate::app::App;
use crate::entry::Entry;
use crate::exit;
use crate::flags::Takes;
use crate::show::Valid;

pub const ENTRY: Entry = Entry {
    name: "validate",
    other_names: &[],
    takes: Takes::NOTHING,
    define,
    cluster: crate::entry::typed_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    Command::new(ENTRY.name).about("Check cluster.yaml, offline").arg(crate::entry::cluster())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    app.print_document(&Valid::new(&app.load()?));
    Ok(exit::DONE)
}
