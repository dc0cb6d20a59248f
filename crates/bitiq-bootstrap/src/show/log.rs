//! `RUST_LOG`: what our own crates do, one line an event on stderr. What other crates would log is
//! never shown: nobody can tell what they put into it.

use diagnostics::{Event, EventKind, Listener};
use std::borrow::Cow;
use std::io::Write as _;

use super::Ci;
use super::plain::plain;

/// From which level on events are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

/// The level that `RUST_LOG` asks for: `debug`, or `bitiq_bootstrap=debug` among directives for other crates, which
/// mean nothing here. `trace` is as much as `debug`.
pub fn level(rust_log: &str) -> Option<Level> {
    let ours = |directive: &str| match directive.trim().split_once('=') {
        None => word(directive.trim()),
        Some((target, level))
            if target.starts_with("bitiq_bootstrap") || target.starts_with("bootstrap_core") =>
        {
            word(level)
        }
        Some(_) => None,
    };
    rust_log.split(',').filter_map(ours).max()
}

fn word(level: &str) -> Option<Level> {
    match level.to_ascii_lowercase().as_str() {
        "error" => Some(Level::Error),
        "warn" => Some(Level::Warn),
        "info" => Some(Level::Info),
        "debug" | "trace" => Some(Level::Debug),
        _ => None,
    }
}

/// A listener that logs.
pub struct Log {
    pub level: Level,
    /// Whose commands a line must not hold.
    pub ci: Option<Ci>,
}

impl Listener for Log {
    fn hear(&mut self, event: &Event) {
        let level = of(&event.kind);
        if level > self.level {
            return;
        }
        let name = format!("{level:?}").to_uppercase();
        self.write(&format!("{} {name} {:?}", event.at, event.kind));
    }
}

impl Log {
    /// What there is no event for: something that was handed to us and is passed over.
    pub fn passed_over(&self, text: &str) {
        if self.level >= Level::Debug {
            self.write(&format!("{} DEBUG {text}", jiff::Timestamp::now()));
        }
    }

    fn write(&self, line: &str) {
        let line = plain(line);
        let line = self.ci.map_or(Cow::Borrowed(&*line), |ci| ci.harmless(&line));
        writeln!(std::io::stderr(), "{line}").ok();
    }
}

fn of(event: &EventKind) -> Level {
    match event {
        EventKind::Failed(_) => Level::Error,
        EventKind::Warning { .. } => Level::Warn,
        EventKind::Checked { .. }
        | EventKind::StepStarted { .. }
        | EventKind::StepEnded { .. }
        | EventKind::Ended { .. } => Level::Info,
        EventKind::Checking { .. }
        | EventKind::Check(_)
        | EventKind::Known(_)
        | EventKind::Planned(_)
        | EventKind::WritesBegin
        | EventKind::Waiting(_)
        | EventKind::Links(_)
        | EventKind::Watched { .. }
        | EventKind::StepProgress { .. }
        | EventKind::Wrote { .. }
        | EventKind::ScriptOutput { .. } => Level::Debug,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rust_log: &str, expect: Option<Level>) {
        assert_eq!(level(rust_log), expect, "{rust_log}");
    }

    #[test]
    fn the_level_is_that_of_our_own_crates() {
        check("debug", Some(Level::Debug));
        check("trace", Some(Level::Debug));
        check("bitiq_bootstrap=info", Some(Level::Info));
        check("kube=trace,bootstrap_core=warn", Some(Level::Warn));
        check("kube=trace", None);
        check("off", None);
        check("", None);
    }
}
