//! Signals, other runs, faults of the API, input of strangers: the program keeps its promises.

mod api_faults;
mod concurrency;
mod file_systems;
mod lost_output;
mod panics;
mod secrets;
mod signals;
mod untrusted_input;
