//! The report of `check`, row by row.

use serde_json::Value;

use super::process::{Ran, Run};
use super::sandbox::World;

/// The rows that came to `status`, as `group: id`.
pub fn rows(ran: &Ran, status: &str) -> Vec<String> {
    let document = ran.json();
    let rows = document["rows"].as_array().unwrap().iter().filter(|row| row["status"] == status);
    rows.map(|row| format!("{}: {}", row["group"].as_str().unwrap(), row["id"].as_str().unwrap())).collect()
}

/// The row of a check.
#[track_caller]
pub fn row(ran: &Ran, id: &str) -> Value {
    let document = ran.json();
    let mut rows = document["rows"].as_array().unwrap().iter();
    let is_asked = |row: &&Value| row["id"] == id;
    rows.find(is_asked).unwrap_or_else(|| panic!("no row `{id}` in {document:#}")).clone()
}

pub fn check(world: &World) -> Run {
    world.command(&["check", "demo", "-o", "json"])
}
