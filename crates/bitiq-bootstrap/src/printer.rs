//! Prints the result of a command, or its failures, in the format that was asked for.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;

use advice::CommandContext;
use cluster_spec::SpecProblems;
use diagnostics::{Failure, Subject, changed_settings};
use secret::Mask;
use serde::Serialize;
use settings::SETTINGS;

use crate::app::App;
use crate::exit;
use crate::masked::mask_all;
use crate::show::{self, Charset, Ci, Document, Failed, Output, TextView};

/// Printer of this process.
#[derive(Clone, Copy)]
pub struct Printer<'a> {
    /// `-o`.
    pub output: Output,
    /// The runner of a pipeline.
    pub ci: Option<Ci>,
    /// Hides secrets.
    pub mask: &'a Mask,
    /// Fills the commands of advice in.
    pub commands: &'a CommandContext,
    /// The environment of this process.
    pub environment: &'a BTreeMap<OsString, OsString>,
}

impl Printer<'_> {
    /// Prints the result of a command.
    pub fn document(&self, document: &impl Document) {
        match (self.output, document.raw()) {
            // The text of a run that streams its events is empty.
            (Output::Text | Output::JsonLines, None) => self.text(&document.text(&self.view())),
            (Output::Text | Output::JsonLines, Some(bytes)) => show::print_raw(bytes),
            (Output::Json, _) => self.json(document),
        }
    }

    /// Prints failures in place of a result.
    pub fn failures(&self, failed: &Failed<'_>) {
        match self.output {
            Output::Text => print_error(self.ci, &failed.text(&self.view())),
            Output::Json => self.json(failed),
            Output::JsonLines => show::jsonl::refused(failed.failures, failed.exit_code),
        }
    }

    fn text(&self, text: &str) {
        let text = self.mask.text(text);
        show::record_stdout_result(write!(anstream::stdout(), "{}", shown_in(self.ci, &text)));
    }

    fn json(&self, document: &impl Serialize) {
        let mut document = show::value(document);
        mask_all(&mut document, self.mask);
        show::print_json(&document);
    }

    fn view(&self) -> TextView<'_> {
        TextView {
            columns: show::columns(),
            charset: Charset::of(self.environment),
            now: trace::Timestamp::now(),
            commands: self.commands,
        }
    }
}

impl App<'_> {
    fn printer(&self) -> Printer<'_> {
        Printer {
            output: self.output,
            ci: self.ci,
            mask: &self.mask,
            commands: &self.commands,
            environment: &self.environment,
        }
    }

    /// Prints the result of this command.
    pub fn print_document(&self, document: &impl Document) {
        self.printer().document(document);
    }

    /// Prints a text on stdout, in every format.
    pub fn print(&self, text: &str) {
        self.printer().text(text);
    }

    /// Prints JSON on stdout, in every format.
    pub fn print_json(&self, document: &impl Serialize) {
        self.printer().json(document);
    }

    /// Prints the failures where they belong and gives the exit code.
    pub fn fail(&self, failures: &[Failure]) -> u8 {
        self.fail_for(failures, self.problems.get())
    }

    /// The same for failures that have nothing to do with what is wrong with cluster.yaml.
    pub fn fail_beside(&self, failures: &[Failure]) -> u8 {
        self.fail_for(failures, None)
    }

    /// The same after the document of this command, which stands alone in formats for programs.
    pub fn fail_after_document(&self, failures: &[Failure]) -> u8 {
        match self.output.is_for_people() {
            true => self.fail(failures),
            false => exit::code(bootstrap_core::most_severe(failures)),
        }
    }

    fn fail_for(&self, failures: &[Failure], problems: Option<&SpecProblems>) -> u8 {
        let code = exit::code(bootstrap_core::most_severe(failures));
        let failures = self.told(failures);
        let retry = self.retry(&failures);
        self.printer().failures(&Failed::new(&failures, code, problems, retry));
        code
    }

    /// Returns the command to type again, if all failures are about its input.
    fn retry(&self, failures: &[Failure]) -> Option<String> {
        if let Some(meant) = self.meant.get() {
            return Some(self.invocation.with_cluster(meant).retry(&[]));
        }
        // Of cluster.yaml, where there is one.
        let of_file = |it: &Failure| it.subject == Subject::ClusterYaml && self.problems.get().is_some();
        let mended = |it: &Failure| it.subject == SETTINGS || of_file(it);
        failures.iter().all(mended).then(|| self.invocation.retry(&changed_settings(failures)))
    }

    /// The failures as the document that `fail` prints.
    pub fn failure_document(&self, failures: &[Failure]) -> serde_json::Value {
        let code = exit::code(bootstrap_core::most_severe(failures));
        show::value(&Failed::new(&self.told(failures), code, self.problems.get(), None))
    }

    /// Without what must not be seen, and with their commands as they are typed here.
    fn told(&self, failures: &[Failure]) -> Vec<Failure> {
        failures.iter().map(|it| it.clone().masked(&self.mask).filled(&self.commands)).collect()
    }
}

/// Prints what is wrong with a command line, on stderr: what was typed stands in it.
pub fn print_error(ci: Option<Ci>, text: &str) {
    write!(anstream::stderr(), "{}", shown_in(ci, text)).ok();
}

/// A text as a terminal, or the log of a pipeline, may have it.
fn shown_in(ci: Option<Ci>, text: &str) -> String {
    let plain = show::sanitize_for_terminal(text);
    ci.map_or_else(|| plain.to_string(), |ci| ci.harmless(&plain).into_owned())
}
