//! The trace of a run that begins.

use std::ffi::OsStr;

use diagnostics::Step;
use jiff::Timestamp;
use trace::{Trace, TraceContext};

use crate::trace_recorder::TraceRecorder;
use preflight::{Context, Request, Scope};
use settings::variables::{TRACEPARENT, TRACESTATE};

/// Begins the trace and adds its recorder to the listeners. Nothing is on disk yet.
pub(crate) fn begin_trace(request: &Request, context: &Context) -> TraceRecorder {
    let previous = trace::read_optional(&request.folder.trace()).ok().flatten();
    let mut trace = Trace::begin(
        run_lock::run_id(),
        Timestamp::now(),
        &Step::names(request.scope.steps()),
        previous.and_then(|previous| previous.last_success()),
    );
    trace.cluster.clone_from(&request.spec.name);
    trace.env.clone_from(&request.spec.env);
    trace.apps_domain = request.spec.apps_domain().to_string();
    trace.repo_url = request.spec.repo_url.as_str().into();
    trace.repo_ref = request.spec.repo_ref.as_str().into();
    trace.started_by = request.started_by.clone();
    trace.tool = request.tool.clone();
    trace.trace_context = trace_context(request, context);
    let latest = (request.scope == Scope::Run).then(|| request.folder.trace());
    let recorder = TraceRecorder::new(trace, &request.folder, latest);
    context.events.add(Box::new(recorder.clone()));
    recorder
}

/// The distributed trace that whoever started us is in. One that can't be read is as good as none.
fn trace_context(request: &Request, context: &Context) -> Option<TraceContext> {
    let text = |name: &str| request.settings.environment.get(OsStr::new(name))?.to_str();
    let tracestate = text(TRACESTATE).map(|state| context.mask.text(state));
    TraceContext::parse(text(TRACEPARENT)?, tracestate.as_deref()).ok()
}
