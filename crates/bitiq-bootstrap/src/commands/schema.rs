//! `schema [NAME]`: the JSON Schemas of what we read and write.

use clap::{Arg, ArgAction, Command};

use crate::app::App;
use crate::show::Output;
use crate::{exit, flags, show};

pub fn define() -> Command {
    let names: Vec<&'static str> = show::json::schemas().into_iter().map(|(name, ..)| name).collect();
    Command::new("schema")
        .about("Print a JSON Schema")
        .arg(
            Arg::new("of")
                .value_name("NAME")
                .value_parser(names)
                .default_value("cluster")
                .help("cluster: of cluster.yaml; trace: of gitops-bootstrap.json; others: see --list"),
        )
        .arg(flags::variable(
            Arg::new("list")
                .long("list")
                .action(ArgAction::SetTrue)
                .value_parser(clap::builder::FalseyValueParser::new())
                .help("List them, and what each describes"),
            "BITIQ_BOOTSTRAP_LIST",
        ))
}

pub fn run(app: &App<'_>) -> u8 {
    match (app.matches.get_flag("list"), app.output) {
        (true, Output::Json) => app.print_json(&show::json::schema_list()),
        (true, Output::Text) => {
            let line = |(name, of, _)| format!("{name:<12} {of}\n");
            app.print(&show::json::schemas().into_iter().map(line).collect::<String>());
        }
        (false, _) => {
            let asked = app.matches.get_one::<String>("of");
            let schemas = show::json::schemas();
            let found = schemas.iter().find(|(name, ..)| asked.is_some_and(|asked| asked == name));
            found.iter().for_each(|(_, _, schema)| app.print_json(schema));
        }
    }
    exit::DONE
}
