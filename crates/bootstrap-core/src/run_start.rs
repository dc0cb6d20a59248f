//! What a run has in hand before it looks at anything: its name, its trace, its claim on the locks.

use std::ffi::OsStr;

use diagnostics::Step;
use jiff::Timestamp;
use trace::{History, Trace, TraceContext};

use crate::recorder::{Files, Recorded, Recorder};
use preflight::{Context, Request, Scope};
use settings::variables::{TRACEPARENT, TRACESTATE};

/// The trace of a run that begins, and the listener that keeps it. Nothing is on disk yet.
pub(crate) fn record(request: &Request, context: &Context) -> Recorded {
    let (folder, run_id) = (&request.folder, run_lock::run_id());
    let run = History::new(folder.runs()).run(&run_id).trace();
    let previous = trace::read_optional(&folder.trace()).ok().flatten();
    let mut trace = Trace::begin(
        run_id,
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
    let latest = (request.scope == Scope::Run).then(|| folder.trace());
    let (recorder, recorded) = Recorder::new(trace, Files { work: folder.work(), run, latest });
    context.events.add(Box::new(recorder));
    recorded
}

/// The distributed trace that whoever started us is in. One that can't be read is as good as none.
fn trace_context(request: &Request, context: &Context) -> Option<TraceContext> {
    let text = |name: &str| request.settings.environment.get(OsStr::new(name))?.to_str();
    let tracestate = text(TRACESTATE).map(|state| context.mask.text(state));
    TraceContext::parse(text(TRACEPARENT)?, tracestate.as_deref()).ok()
}
