//! Bundles are images: before OLM plans, a Job unpacks each.

use crate::openshift::context::Context;
use crate::openshift::options::Unpacking;

const CAUSES: &str = "Common causes: Missing ICSP (ppc64le/s390x/arm64), auth failure, invalid image.";

const MANUAL: &str = "Manual retry: in the CatalogSource namespace, run `kubectl get jobs -l \
                      operatorframework.io/bundle-unpack-ref` and delete the specific failing job.";

/// How far a Job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unpacked {
    Done,
    /// Still at it; with what is said of it.
    Going(String),
    /// Given up, and why.
    Failed(String),
}

/// How far the bundles are that `what` names.
pub(super) fn look(context: &mut Context, what: &str) -> Unpacked {
    let options = context.options();
    let timer = format!("unpacking {what}");
    let going = || Unpacked::Going(String::new());
    match options.unpacking {
        Unpacking::Takes(time) if context.step_of(&timer, time) => Unpacked::Done,
        Unpacking::Takes(_) => going(),
        _ if !context.timers.over(timer, options.pace) => going(),
        Unpacking::PullFails => Unpacked::Going(format!(
            "Bundle image pull failed. {CAUSES} Job will retry until timeout (~10 min), then auto-cleanup and retry in \
             ~5 min. {MANUAL}"
        )),
        Unpacking::Fails => Unpacked::Failed(format!(
            "Bundle unpacking failed - DeadlineExceeded: Job was active longer than specified deadline. Auto-retry in ~5 \
             min after job cleanup (TTL). {CAUSES} {MANUAL}"
        )),
    }
}
