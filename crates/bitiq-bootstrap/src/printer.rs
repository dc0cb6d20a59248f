//! Prints what a command comes to: its text or document, and its failures.

use std::io::Write as _;

use cluster_spec::SpecProblems;
use diagnostics::{Failure, Subject, changed_settings};
use settings::SETTINGS;

use crate::app::App;
use crate::exit;
use crate::masked::mask_all;
use crate::show::{self, Ci, Output};

impl App<'_> {
    /// Prints the failures where they belong and gives the exit code.
    pub fn fail(&self, failures: &[Failure]) -> u8 {
        self.fail_for(failures, self.problems.get())
    }

    /// The same for failures that have nothing to do with what is wrong with cluster.yaml.
    pub fn fail_beside(&self, failures: &[Failure]) -> u8 {
        self.fail_for(failures, None)
    }

    fn fail_for(&self, failures: &[Failure], problems: Option<&SpecProblems>) -> u8 {
        let code = exit::code(bootstrap_core::most_severe(failures));
        let failures = self.told(failures);
        match self.output {
            Output::Json if self.lines => show::jsonl::refused(&failures, code),
            Output::Json => self.print_json(&show::json::failures(&failures, code, problems)),
            Output::Text => {
                let failed = failures.iter().map(show::failure);
                let mut shown: Vec<String> =
                    problems.map_or_else(|| failed.collect(), |it| vec![show::problems(it)]);
                shown.extend(self.retry(&failures));
                writeln!(anstream::stderr(), "{}", shown_in(self.ci, &shown.join("\n"))).ok();
            }
        }
        code
    }

    /// Returns the command to type again, if all failures are about its input.
    fn retry(&self, failures: &[Failure]) -> Option<String> {
        if let Some(meant) = self.meant.get() {
            return Some(show::retry(&self.invocation.with_cluster(meant).retry(&[])));
        }
        // Of cluster.yaml, where there is one.
        let of_file = |it: &Failure| it.subject == Subject::ClusterYaml && self.problems.get().is_some();
        let mended = |it: &Failure| it.subject == SETTINGS || of_file(it);
        failures.iter().all(mended).then(|| show::retry(&self.invocation.retry(&changed_settings(failures))))
    }

    /// The failures as the document that `fail` prints.
    pub fn failure_document(&self, failures: &[Failure]) -> serde_json::Value {
        let code = exit::code(bootstrap_core::most_severe(failures));
        show::json::failures(&self.told(failures), code, self.problems.get())
    }

    /// Without what must not be seen, and with their commands as they are typed here.
    fn told(&self, failures: &[Failure]) -> Vec<Failure> {
        failures.iter().map(|it| it.clone().masked(&self.mask).filled(&self.commands)).collect()
    }

    /// Prints text for people on stdout.
    pub fn print(&self, text: &str) {
        print_in(self.ci, &self.mask.text(text));
    }

    /// Prints the one JSON document of this command.
    pub fn print_json(&self, document: &serde_json::Value) {
        let mut document = document.clone();
        mask_all(&mut document, &self.mask);
        show::print_json(&document);
    }
}

/// Prints text for people on stdout, where there is no command at work.
pub fn print_in(ci: Option<Ci>, text: &str) {
    show::record_stdout_result(write!(anstream::stdout(), "{}", shown_in(ci, text)));
}

/// Prints what is wrong with a command line, on stderr: what was typed stands in it.
pub fn print_wrong_in(ci: Option<Ci>, text: &str) {
    write!(anstream::stderr(), "{}", shown_in(ci, text)).ok();
}

/// A text as a terminal, or the log of a pipeline, may have it.
fn shown_in(ci: Option<Ci>, text: &str) -> String {
    let plain = show::sanitize_for_terminal(text);
    ci.map_or_else(|| plain.to_string(), |ci| ci.harmless(&plain).into_owned())
}
