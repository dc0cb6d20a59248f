//! One file or folder for each command.

mod check;
mod completions;
mod env;
mod infra_id;
mod init;
mod man;
mod overview;
mod plan;
mod reference;
mod release;
mod run;
mod status;
mod support_bundle;
mod trace;
mod validate;
mod verify;
