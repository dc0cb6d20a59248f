//! A run and its steps as spans of a distributed trace: their ids are made of the run's name, so that they are the same
//! wherever and whenever they are worked out.

use sha2::{Digest as _, Sha256};

use crate::Trace;

impl Trace {
    /// The id of the distributed trace: the one the run was started in, else one of its own.
    pub fn trace_id(&self) -> String {
        let own = || digits(&["trace", self.run_id.as_str()], 16);
        self.trace_context.as_ref().map_or_else(own, |context| context.trace_id.clone())
    }

    /// The id of the run's own span.
    pub fn run_span(&self) -> String {
        digits(&["run", self.run_id.as_str()], 8)
    }

    /// The id of a step's span.
    pub fn step_span(&self, step: &str) -> String {
        digits(&["step", self.run_id.as_str(), step], 8)
    }

    /// What a program that a step starts is handed as `TRACEPARENT`: its spans hang below the step's.
    pub fn traceparent(&self, step: &str) -> String {
        let flags = self.trace_context.as_ref().map_or("01", |context| &context.flags);
        format!("00-{}-{}-{flags}", self.trace_id(), self.step_span(step))
    }
}

/// The first bytes of a digest, as hexadecimal digits. All zero, which an id must not be, does not happen.
fn digits(parts: &[&str], bytes: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use crate::{RunId, Timestamp, Trace, TraceContext};

    fn trace(entropy: u32) -> Trace {
        let now = Timestamp::UNIX_EPOCH;
        Trace::begin(RunId::new(now, entropy), now, &[], None)
    }

    #[test]
    fn the_same_run_always_has_the_same_ids() {
        assert_eq!(trace(1).trace_id(), trace(1).trace_id());
        assert_eq!(trace(1).step_span("script"), trace(1).step_span("script"));
        assert_ne!(trace(1).trace_id(), trace(2).trace_id());
        assert_ne!(trace(1).step_span("script"), trace(1).step_span("record"));
        assert_ne!(trace(1).run_span(), trace(2).run_span());
    }

    #[test]
    fn what_it_hands_on_is_a_traceparent_itself() {
        let handed = TraceContext::parse(&trace(1).traceparent("script"), None).unwrap();
        assert_eq!((handed.trace_id, handed.flags.as_str()), (trace(1).trace_id(), "01"));
        assert_eq!(handed.parent_id, trace(1).step_span("script"));
    }

    #[test]
    fn the_trace_it_was_started_in_goes_on() {
        let incoming = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        let mut trace = trace(1);
        trace.trace_context = Some(TraceContext::parse(incoming, None).unwrap());
        let expect = format!("00-0af7651916cd43dd8448eb211c80319c-{}-00", trace.step_span("script"));
        assert_eq!(trace.traceparent("script"), expect);
    }
}
