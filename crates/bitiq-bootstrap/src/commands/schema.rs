//! `schema [NAME]`: the JSON Schemas of what we read and write.

use clap::Command;
use diagnostics::Failures;
use settings::variables;

use crate::app::App;
use crate::entry::Entry;
use crate::exit;
use crate::flags::{Given, Switch, Takes};
use crate::show::{SCHEMAS, SchemaList};

const OF: Given<String> = Given::new("of");
const LIST: Switch =
    Switch::new("list", "List them, and what each describes", variables::BITIQ_BOOTSTRAP_LIST);

pub const ENTRY: Entry = Entry {
    name: "schema",
    other_names: &[],
    takes: Takes::NOTHING,
    define,
    cluster: crate::entry::no_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    let names: Vec<&'static str> = SCHEMAS.iter().map(|it| it.name).collect();
    Command::new(ENTRY.name)
        .about("Print a JSON Schema")
        .arg(
            OF.positional()
                .value_name("NAME")
                .value_parser(names)
                .default_value("cluster")
                .help("cluster: of cluster.yaml; trace: of gitops-bootstrap.json; others: see --list"),
        )
        .arg(LIST.arg())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    if LIST.is_set(app.matches) {
        app.print_document(&SchemaList::of_all());
    } else if let Some(asked) = OF.one(app.matches) {
        let found = SCHEMAS.iter().find(|it| it.name == asked);
        found.iter().for_each(|it| app.print_json(&it.document()));
    }
    Ok(exit::DONE)
}
