//! `RUST_LOG`: which lines are asked for, and which of those may be shown.

use tracing::Level;
use tracing::level_filters::LevelFilter;

/// The directives of `RUST_LOG`, such as `debug` or `kube=debug,info`.
#[derive(Debug, Clone)]
pub struct RustLog {
    named: Vec<(String, LevelFilter)>,
    others: LevelFilter,
}

/// The crates that the events of a run come from.
const OURS: &[&str] = &["bitiq_bootstrap", "bootstrap_core"];

/// A target that may be shown, and the crates whose requests it shows: their names ask for it too.
struct Shown {
    target: &'static str,
    of: &'static [&'static str],
}

/// The targets that may be shown. Each of their lines was read in the source, down to [`DEEPEST`]: none holds a header, a body
/// or a command line. `kube_client::client` logs whole answers, `gix` the command lines of credential helpers, `rustls`
/// its messages: they are missing.
const SHOWN: &[Shown] = &[
    Shown { target: "cluster_access::stack", of: &["kube", "kube_client"] },
    Shown { target: "vault_access::sender", of: &["reqwest"] },
    Shown { target: "gitops_clone::talk::http", of: &["reqwest", "gix"] },
    Shown { target: "hyper_util::client::legacy::client", of: &[] },
    Shown { target: "hyper_util::client::legacy::connect::http", of: &[] },
    Shown { target: "hyper_util::client::legacy::pool", of: &[] },
    Shown { target: "reqwest::connect", of: &[] },
    Shown { target: "reqwest::retry", of: &[] },
];

/// Below it, HTTP and TLS show the bytes that they send.
pub const DEEPEST: LevelFilter = LevelFilter::DEBUG;

impl RustLog {
    /// Reads directives. A directive that makes no sense asks for nothing, and a target alone asks for all of it.
    pub fn parse(text: &str) -> Self {
        let mut log = Self { named: Vec::new(), others: LevelFilter::OFF };
        for directive in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            match (directive.split_once('='), directive.parse()) {
                (Some((target, level)), _) => {
                    let level = level.trim().parse().ok().filter(|_| !level.trim().is_empty());
                    log.named.extend(level.map(|level| (target.trim().to_owned(), level)));
                }
                (None, Ok(level)) => log.others = level,
                (None, Err(_)) => log.named.push((directive.to_owned(), LevelFilter::TRACE)),
            }
        }
        log
    }

    /// The level down to which our own events are asked for.
    pub fn of_events(&self) -> LevelFilter {
        self.level(OURS)
    }

    /// Whether lines of other crates are asked for that may be shown.
    pub fn asks_for_requests(&self) -> bool {
        SHOWN.iter().any(|shown| self.of(shown) > LevelFilter::OFF)
    }

    /// Whether a line of this target and level is asked for and may be shown.
    pub fn shows(&self, target: &str, level: Level) -> bool {
        SHOWN.iter().any(|shown| shown.target == target && level <= self.of(shown).min(DEEPEST))
    }

    fn of(&self, shown: &Shown) -> LevelFilter {
        self.level(&[&[shown.target], shown.of].concat())
    }

    /// The level of what goes by each of these names. A directive for one of them counts before the one for all.
    fn level(&self, names: &[&str]) -> LevelFilter {
        let longest = |name: &&str| {
            let fit = self.named.iter().filter(|(target, _)| name.starts_with(target.as_str()));
            fit.max_by_key(|(target, _)| target.len()).map(|(_, level)| *level)
        };
        names.iter().filter_map(longest).max().unwrap_or(self.others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn events(rust_log: &str, expect: LevelFilter) {
        assert_eq!(RustLog::parse(rust_log).of_events(), expect, "{rust_log}");
    }

    #[test]
    fn the_level_of_events_is_that_of_our_own_crates() {
        events("debug", LevelFilter::DEBUG);
        events("trace", LevelFilter::TRACE);
        events("bitiq_bootstrap=info", LevelFilter::INFO);
        events("kube=trace, bootstrap_core=WARN", LevelFilter::WARN);
        events("debug,bitiq_bootstrap=error", LevelFilter::ERROR);
        events("kube=trace", LevelFilter::OFF);
        events("bitiq_bootstrap=loud,bootstrap_core=", LevelFilter::OFF);
        events("off", LevelFilter::OFF);
        events(",", LevelFilter::OFF);
    }

    const CLUSTER: &str = "cluster_access::stack";
    const VAULT: &str = "vault_access::sender";
    const CONNECTION: &str = "reqwest::connect";

    #[track_caller]
    fn shown(rust_log: &str, expect: &[&str]) {
        let log = RustLog::parse(rust_log);
        let seen = [CLUSTER, VAULT, CONNECTION].into_iter().filter(|it| log.shows(it, Level::DEBUG));
        assert_eq!(seen.collect::<Vec<_>>(), expect, "{rust_log}");
        assert_eq!(log.asks_for_requests(), !expect.is_empty(), "{rust_log}");
    }

    #[test]
    fn requests_are_asked_for_by_the_crate_that_sends_them() {
        shown("debug", &[CLUSTER, VAULT, CONNECTION]);
        shown("trace", &[CLUSTER, VAULT, CONNECTION]);
        shown("kube=debug,off", &[CLUSTER]);
        shown("kube_client=debug", &[CLUSTER]);
        shown("cluster_access", &[CLUSTER]);
        shown("reqwest=trace", &[VAULT, CONNECTION]);
        shown("reqwest::connect=debug", &[CONNECTION]);
        shown("debug,reqwest=off,kube=off,hyper=off,gix=off", &[]);
        shown("off", &[]);
    }

    #[test]
    fn a_target_that_nobody_read_is_never_shown() {
        let others = ["kube_client::client", "rustls::client::hs", "gix_command", "hyper::proto::h1", ""];
        for rust_log in ["trace", "kube_client=trace", "rustls,gix_command,hyper"] {
            let log = RustLog::parse(rust_log);
            assert!(others.iter().all(|target| !log.shows(target, Level::ERROR)), "{rust_log}");
        }
        let below = ["reqwest::connect::verbose", "cluster_access::stack::x"];
        assert!(below.iter().all(|target| !RustLog::parse("trace").shows(target, Level::DEBUG)));
    }

    #[test]
    fn the_deepest_level_is_never_shown() {
        assert!(SHOWN.iter().all(|it| !RustLog::parse("trace").shows(it.target, Level::TRACE)));
    }
}
