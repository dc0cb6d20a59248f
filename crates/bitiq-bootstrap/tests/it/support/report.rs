//! The report of `check`, row by row.

use serde_json::Value;

use super::process::{Ran, Run};
use super::sandbox::World;

/// The rows that came to `status`, as `group: sentence`.
pub fn rows(ran: &Ran, status: &str) -> Vec<String> {
    let document = ran.json();
    let rows = document["rows"].as_array().unwrap().iter().filter(|row| row["status"] == status);
    rows.map(|row| format!("{}: {}", row["group"].as_str().unwrap(), row["sentence"].as_str().unwrap()))
        .collect()
}

/// The row whose sentence begins like this.
#[track_caller]
pub fn row(ran: &Ran, sentence: &str) -> Value {
    let document = ran.json();
    let mut rows = document["rows"].as_array().unwrap().iter();
    let begins = |row: &&Value| row["sentence"].as_str().unwrap().starts_with(sentence);
    rows.find(begins).unwrap_or_else(|| panic!("no row `{sentence}` in {document:#}")).clone()
}

pub fn check(world: &World) -> Run {
    world.command(&["check", "demo", "-o", "json"])
}
