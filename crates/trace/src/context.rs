//! W3C Trace Context: the trace that whoever started the run is in, as `TRACEPARENT` and `TRACESTATE` say it.

use advice::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the specification lets a `tracestate` grow to before it may be dropped.
const LONGEST_STATE: usize = 512;

/// The trace that a run is part of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TraceContext {
    /// The trace: 32 hexadecimal digits.
    pub trace_id: String,
    /// The span that started the run: 16 hexadecimal digits.
    pub parent_id: String,
    /// Two hexadecimal digits; the lowest bit says that the trace is kept.
    pub flags: String,
    /// `TRACESTATE`, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// A text that is no `traceparent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Diagnostic)]
#[error("TRACEPARENT is not of the form 00-<32 hexadecimal digits>-<16>-<2>, in lower case and not all zero")]
#[code("TRACE-001")]
#[hint("unset TRACEPARENT, or export what the caller's tracing gives; the run goes on without it")]
pub struct BadTraceparent;

impl TraceContext {
    /// Reads both. A `tracestate` that is too long or holds more than printable ASCII is left out.
    ///
    /// # Errors
    /// [`BadTraceparent`]: the specification says to go on as if there were none.
    pub fn parse(traceparent: &str, tracestate: Option<&str>) -> Result<Self, BadTraceparent> {
        let mut parts = traceparent.trim().splitn(5, '-');
        let mut next = || parts.next().ok_or(BadTraceparent);
        let (version, trace_id, parent_id, flags) = (next()?, next()?, next()?, next()?);
        // A later version may add parts; this one has none.
        let known = version != "00" || parts.next().is_none();
        let whole = is_hex(version, 2) && version != "ff" && known;
        if !whole || !is_id(trace_id, 32) || !is_id(parent_id, 16) || !is_hex(flags, 2) {
            return Err(BadTraceparent);
        }
        let state = tracestate.map(str::trim).filter(|state| is_state(state));
        Ok(Self {
            trace_id: trace_id.into(),
            parent_id: parent_id.into(),
            flags: flags.into(),
            state: state.map(String::from),
        })
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_id(text: &str, length: usize) -> bool {
    is_hex(text, length) && text.bytes().any(|byte| byte != b'0')
}

fn is_state(text: &str) -> bool {
    (1..=LONGEST_STATE).contains(&text.len())
        && text.contains('=')
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const PARENT: &str = "b7ad6b7169203331";

    fn check(traceparent: &str, expect: bool) {
        assert_eq!(TraceContext::parse(traceparent, None).is_ok(), expect, "{traceparent}");
    }

    #[test]
    fn a_traceparent_is_read() {
        let context = TraceContext::parse(&format!("00-{TRACE}-{PARENT}-01"), Some("vendor=x")).unwrap();
        assert_eq!((context.trace_id.as_str(), context.parent_id.as_str()), (TRACE, PARENT));
        assert_eq!((context.flags.as_str(), context.state.as_deref()), ("01", Some("vendor=x")));
    }

    #[test]
    fn what_the_specification_forbids_is_none() {
        check(&format!("00-{TRACE}-{PARENT}-01-more"), false);
        check(&format!("ff-{TRACE}-{PARENT}-01"), false);
        check(&format!("00-{}-{PARENT}-01", "0".repeat(32)), false);
        check(&format!("00-{TRACE}-{}-01", "0".repeat(16)), false);
        check(&format!("00-{}-{PARENT}-01", TRACE.to_uppercase()), false);
        check(&format!("00-{TRACE}-{PARENT}"), false);
        check("", false);
        check("é", false);
    }

    #[test]
    fn a_later_version_is_read_as_far_as_it_is_known() {
        check(&format!("01-{TRACE}-{PARENT}-01-more"), true);
    }

    #[test]
    fn an_odd_tracestate_is_left_out() {
        let state =
            |state: &str| TraceContext::parse(&format!("00-{TRACE}-{PARENT}-00"), Some(state)).unwrap().state;
        assert_eq!(state("a=1,b=2").as_deref(), Some("a=1,b=2"));
        for odd in ["", "no pair", "a=\u{7}", &format!("a={}", "b".repeat(600))] {
            assert_eq!(state(odd), None, "{odd}");
        }
    }
}
