//! The output for people, for programs and for pipelines.

mod ci_log;
mod failures;
mod hints;
mod json;
mod jsonl;
mod rust_log;
mod schemas;
mod tour;
mod transcripts;
