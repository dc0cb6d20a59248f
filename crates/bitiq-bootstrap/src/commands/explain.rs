//! `explain CODE`: the page of an error, a check or an exit code, without a network.

use clap::Command;
use diagnostics::{Failures, Subject};

use crate::app::App;
use crate::catalogue::{self, Topic};
use crate::entry::Entry;
use crate::error::CommandError;
use crate::exit;
use crate::flags::{Given, Takes};
use crate::show::Explained;

pub const ENTRY: Entry = Entry {
    name: "explain",
    other_names: &[],
    takes: Takes::NOTHING,
    define,
    cluster: crate::entry::no_cluster,
    streams: None,
    run,
};

const CODE: Given<String> = Given::new("code");

fn define() -> Command {
    let code = CODE.positional().value_name("CODE").add(crate::candidates::codes());
    let code = code.help("The code of an error, a check or an exit [default: list all codes]");
    Command::new(ENTRY.name).about("Explain the code of an error, a check or an exit").arg(code)
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let topics: Vec<Topic> = match CODE.one(app.matches) {
        None => catalogue::all().collect(),
        Some(code) => match catalogue::find(&code) {
            Some(topic) => vec![topic],
            None => return Err(unknown(&code).usage(Subject::Arguments).into()),
        },
    };
    app.print_document(&Explained::new(topics));
    Ok(exit::DONE)
}

fn unknown(code: &str) -> CommandError {
    let code = secret::one_line(code);
    CommandError::UnknownCode { nearest: catalogue::nearest(&code).join(", "), code }
}
