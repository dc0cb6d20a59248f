//! Who hears what happens: the progress, the lines of `-o jsonl`, the log.

use std::ffi::OsStr;

use preflight::Context;
use settings::variables;
use tracing::level_filters::LevelFilter;

use crate::app::App;
use crate::rust_log::RustLog;
use crate::show::{self, Stream, Verbosity, View};
use crate::{broken, request_log};

impl App<'_> {
    /// A context whose events are shown as this command shows them, and that signals end.
    pub fn context(&self) -> Context {
        self.context_to(self.output.stream())
    }

    /// The same for a command whose stdout is meant for a program.
    pub fn context_beside_stdout(&self) -> Context {
        self.context_to(Stream::Stderr)
    }

    fn silent_context(&self) -> Context {
        let context = Context::new(self.commands.clone(), self.mask.clone());
        context.events.add(Box::new(broken::Writes));
        context
    }

    fn context_to(&self, stream: Stream) -> Context {
        let context = self.silent_context();
        context.events.add(show::progress(self.view(stream)));
        if self.output.streams_events() {
            context.events.add(Box::new(show::jsonl::Lines::default()));
        }
        self.log(&context);
        context
    }

    fn view(&self, stream: Stream) -> View {
        let terminal = self.ci.is_none() && stream.is_terminal() && !self.output.streams_events();
        let dumb = self.text("TERM").is_none_or(|term| term == "dumb");
        let utf8 = show::locale_is_utf8(&self.environment).unwrap_or(false);
        View {
            stream,
            // Spinners are drawn on stderr.
            live: terminal && !dumb && !self.logs() && Stream::Stderr.is_terminal(),
            stamps: !terminal,
            ascii: terminal && (dumb || !utf8),
            ci: self.ci,
            verbosity: self.verbosity,
            invocation: self.invocation.clone(),
        }
    }

    /// A context for a command that says everything at its end.
    pub fn context_of_a_report(&self) -> Context {
        let context = self.silent_context();
        let terminal = Stream::Stdout.is_terminal() && self.output.is_for_people();
        show::spinner(terminal && !self.logs()).into_iter().for_each(|listener| context.events.add(listener));
        self.log(&context);
        context
    }

    /// True if log lines go to stderr: spinners would be drawn over them.
    fn logs(&self) -> bool {
        self.level() > LevelFilter::OFF || self.rust_log().asks_for_requests()
    }

    fn rust_log(&self) -> RustLog {
        RustLog::parse(self.text(variables::RUST_LOG).unwrap_or_default())
    }

    /// The level down to which events are logged.
    fn level(&self) -> LevelFilter {
        let asked = if self.verbosity == Verbosity::Debug { LevelFilter::DEBUG } else { LevelFilter::OFF };
        self.rust_log().of_events().max(asked)
    }

    /// Logs the requests that `RUST_LOG` asks for, of this whole process.
    pub fn log_requests(&self) {
        request_log::listen(self.rust_log(), self.mask.clone(), self.ci);
    }

    fn log(&self, context: &Context) {
        let level = self.level();
        if level > LevelFilter::OFF {
            let log = show::log::Log { level, ci: self.ci };
            if let Some(why) = self.bad_traceparent() {
                log.passed_over(&format!("{why}: it is passed over"));
            }
            context.events.add(Box::new(log));
        }
    }

    /// Returns the problem of `TRACEPARENT`. Only the debug log shows it.
    fn bad_traceparent(&self) -> Option<trace::BadTraceparent> {
        let given =
            self.environment.get(OsStr::new(variables::TRACEPARENT)).filter(|value| !value.is_empty())?;
        trace::TraceContext::parse(given.to_str().unwrap_or_default(), None).err()
    }
}
