//! `repo-access`: whether Argo CD itself can read the repository.

use argocd::access::Access;

use super::{Done, Steps};
use crate::failure::{Failure, FailureKind};
use crate::plan::step;
use crate::world::World;

impl Steps<'_> {
    pub(crate) async fn repo_access(&self, world: &World) -> Result<Done, Failure> {
        let namespace = &self.request.settings.cluster.argocd_namespace;
        let limit = self.request.settings.repository.access_timeout;
        let url = self.request.spec.repo_url.as_str();
        let mut progress = |progress: argocd::access::Progress| {
            let last = progress.last.map(|last| format!(" (last: {last})")).unwrap_or_default();
            self.context
                .events
                .progress(step::REPO_ACCESS, format!("waiting for {}{last}", progress.waiting_for));
        };
        let stop = &self.context.stop.token;
        let access =
            argocd::access::watch_access(&world.cluster.access, namespace, url, limit, stop, &mut progress)
                .await
                .map_err(|error| match self.context.stop.is_stopped() {
                    true => self.context.stop.failure(step::REPO_ACCESS),
                    false => Failure::of(FailureKind::Step, step::REPO_ACCESS, &error, error.hint()),
                })?;
        Ok(match access {
            Access::Readable { applications } => {
                Done::unchanged(format!("Argo CD reads the repository ({})", applications.join(", ")))
            }
            Access::Silent { applications, last } => {
                let seen = match (applications.as_slice(), last) {
                    (_, Some(last)) => last,
                    ([], None) => "no Application is of this repository".into(),
                    (applications, None) => format!("{} said nothing yet", applications.join(", ")),
                };
                let silent = match limit.is_zero() {
                    true => "has not said yet".into(),
                    false => format!("did not say within {}", crate::duration::show(limit)),
                };
                let text = format!("Argo CD {silent} whether it can read {url}: {seen}");
                self.context.events.warn(text.clone());
                Done::unchanged(text)
            }
            Access::NoCrd => {
                Done::skipped("the cluster has no applications.argoproj.io: there is no Argo CD yet")
            }
        })
    }
}
