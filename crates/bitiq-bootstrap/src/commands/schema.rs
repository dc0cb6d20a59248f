//! `schema [cluster|trace]`: the JSON Schemas of what we read and write.

use clap::{Arg, Command};

use crate::app::App;
use crate::exit;

pub fn define() -> Command {
    Command::new("schema").about("Print a JSON Schema").arg(
        Arg::new("of")
            .value_name("OF")
            .value_parser(["cluster", "trace"])
            .default_value("cluster")
            .help("cluster: of cluster.yaml; trace: of gitops-bootstrap.json"),
    )
}

pub fn run(app: &App<'_>) -> u8 {
    let of_trace = app.matches.get_one::<String>("of").is_some_and(|of| of == "trace");
    app.print_json(&if of_trace { trace::json_schema() } else { cluster_spec::json_schema() });
    exit::DONE
}
