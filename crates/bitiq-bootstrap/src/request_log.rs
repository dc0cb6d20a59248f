//! The lines that other crates log, on stderr: each masked as a whole, and kept on one line.

use std::io::{self, Write};

use secret::Mask;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

use crate::rust_log::{DEEPEST, RustLog};
use crate::show::Ci;
use crate::show::log::write_line;

/// Shows from now on what `asked` asks for of other crates. Where it asks for nothing, nothing listens.
pub fn listen(asked: RustLog, mask: Mask, ci: Option<Ci>) {
    if !asked.asks_for_requests() {
        return;
    }
    let lines = Lines { mask, out: move |line: &str| write_line(line, ci) };
    if tracing::subscriber::set_global_default(subscriber(asked, lines)).is_ok()
        && log::set_logger(&Reqwest).is_ok()
    {
        log::set_max_level(log::LevelFilter::Debug);
    }
}

fn subscriber<W: Fn(&str) + Clone + Send + Sync + 'static>(
    asked: RustLog,
    lines: Lines<W>,
) -> impl Subscriber {
    let shows = move |it: &Metadata<'_>| it.is_event() && asked.shows(it.target(), *it.level());
    let shows = FilterFn::new(shows).with_max_level_hint(DEEPEST);
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(lines);
    tracing_subscriber::registry().with(layer.with_filter(shows))
}

/// Where lines go.
#[derive(Clone)]
struct Lines<W> {
    mask: Mask,
    out: W,
}

impl<'a, W: Fn(&str) + 'a> MakeWriter<'a> for Lines<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { lines: self, text: Vec::new() }
    }
}

/// One line, written once it is whole: a secret that comes in two parts is masked all the same.
struct Line<'a, W: Fn(&str)> {
    lines: &'a Lines<W>,
    text: Vec<u8>,
}

impl<W: Fn(&str)> Write for Line<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Fn(&str)> Drop for Line<'_, W> {
    fn drop(&mut self) {
        let masked = self.lines.mask.text(&String::from_utf8_lossy(&self.text));
        (self.lines.out)(&masked.trim_end().replace('\n', "\\n"));
    }
}

/// reqwest writes with `log`. What it connects to goes the same way as all else.
struct Reqwest;

impl log::Log for Reqwest {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Debug
    }

    fn log(&self, record: &log::Record<'_>) {
        let words = record.args();
        match record.target() {
            "reqwest::connect" => tracing::debug!(target: "reqwest::connect", "{words}"),
            "reqwest::retry" => tracing::debug!(target: "reqwest::retry", "{words}"),
            _ => {}
        }
    }

    fn flush(&self) {}
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;
    use secret::SecretString;

    use super::*;

    /// The lines that `work` logs where `asked` is asked for and this is secret.
    fn logged(asked: &str, secret: &str, work: impl FnOnce()) -> Vec<String> {
        let mask = Mask::new();
        mask.add(&SecretString::from(secret));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let out = {
            let seen = seen.clone();
            move |line: &str| seen.lock().push(line.to_owned())
        };
        tracing::subscriber::with_default(subscriber(RustLog::parse(asked), Lines { mask, out }), work);
        let lines = seen.lock();
        lines.iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
    }

    const SECRET: &str = "hunter2hunter2";

    #[test]
    fn a_request_is_one_masked_line() {
        let url = format!("https://a/{SECRET}\n2026-01-01T00:00:00Z DEBUG forged");
        let lines = logged("debug", SECRET, || {
            tracing::debug!(target: "cluster_access::stack", url, "{}\nforged", "request");
        });
        let line = "DEBUG cluster_access::stack: request\\nforged url=\"https://a/***\\n2026-01-01T00:00:00Z DEBUG forged\"";
        assert_eq!(lines, [line]);
    }

    #[test]
    fn a_password_in_a_url_is_masked_though_nobody_knows_it() {
        let lines = logged("debug", SECRET, || {
            tracing::debug!(target: "gitops_clone::talk::http", "request https://me:unheard-of@host/x");
        });
        assert_eq!(lines, ["DEBUG gitops_clone::talk::http: request https://me:***@host/x"]);
    }

    #[test]
    fn a_target_outside_the_list_and_a_span_are_not_shown() {
        let lines = logged("trace", SECRET, || {
            tracing::error!(target: "kube_client::client", "a whole answer");
            tracing::trace!(target: "cluster_access::stack", "bytes");
            let _span = tracing::error_span!(target: "cluster_access::stack", "HTTP", header = "x").entered();
            tracing::debug!(target: "cluster_access::stack", "request");
        });
        assert_eq!(lines, ["DEBUG cluster_access::stack: request"]);
    }

    #[test]
    fn what_reqwest_connects_to_goes_the_same_way() {
        let record = |target, words: std::fmt::Arguments<'_>| {
            log::Log::log(
                &Reqwest,
                &log::Record::builder().target(target).level(log::Level::Debug).args(words).build(),
            );
        };
        let lines = logged("reqwest=debug", SECRET, || {
            record("reqwest::connect", format_args!("starting new connection '{SECRET}'"));
            record("rustls::client::hs", format_args!("a message of TLS"));
        });
        assert_eq!(lines, ["DEBUG reqwest::connect: starting new connection '***'"]);
    }
}
