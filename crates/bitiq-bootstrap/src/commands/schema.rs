//! `schema [NAME]`: the JSON Schemas of what we read and write.

use clap::Command;
use settings::variables;

use crate::app::App;
use crate::entry::Entry;
use crate::flags::{Given, Switch, Takes};
use crate::show::Output;
use crate::show::json::{Published, SCHEMAS};
use crate::{exit, show};

const OF: Given<String> = Given::new("of");
const LIST: Switch =
    Switch::new("list", "List them, and what each describes", variables::BITIQ_BOOTSTRAP_LIST);

pub const ENTRY: Entry = Entry {
    name: "schema",
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

fn run(app: &App<'_>) -> u8 {
    match (LIST.is_set(app.matches), app.output) {
        (true, Output::Json) => app.print_json(&show::json::schema_list()),
        (true, Output::Text) => {
            let line = |it: &Published| format!("{:<12} {}\n", it.name, it.of);
            app.print(&SCHEMAS.iter().map(line).collect::<String>());
        }
        (false, _) => {
            let asked = OF.one(app.matches);
            let found = SCHEMAS.iter().find(|it| asked.as_deref() == Some(it.name));
            found.iter().for_each(|it| app.print_json(&it.document()));
        }
    }
    exit::DONE
}
