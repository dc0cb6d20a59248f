//! `schema [NAME]`: the JSON Schemas of what we read and write.

use clap::{Arg, Command};

use crate::app::App;
use crate::show::Output;
use crate::show::json::{Published, SCHEMAS};
use crate::{exit, flags, show};

pub fn define() -> Command {
    let names: Vec<&'static str> = SCHEMAS.iter().map(|it| it.name).collect();
    Command::new("schema")
        .about("Print a JSON Schema")
        .arg(
            Arg::new("of")
                .value_name("NAME")
                .value_parser(names)
                .default_value("cluster")
                .help("cluster: of cluster.yaml; trace: of gitops-bootstrap.json; others: see --list"),
        )
        .arg(flags::switch("list", "List them, and what each describes", "BITIQ_BOOTSTRAP_LIST"))
}

pub fn run(app: &App<'_>) -> u8 {
    match (app.matches.get_flag("list"), app.output) {
        (true, Output::Json) => app.print_json(&show::json::schema_list()),
        (true, Output::Text) => {
            let line = |it: &Published| format!("{:<12} {}\n", it.name, it.of);
            app.print(&SCHEMAS.iter().map(line).collect::<String>());
        }
        (false, _) => {
            let asked = app.matches.get_one::<String>("of");
            let found = SCHEMAS.iter().find(|it| asked.is_some_and(|asked| asked == it.name));
            found.iter().for_each(|it| app.print_json(&it.document()));
        }
    }
    exit::DONE
}
