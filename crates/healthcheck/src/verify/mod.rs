//! Whether the cluster and what was handed over to it are as they should be: looks only, and says of each thing that it
//! is so, is not, or could not be looked at and why.

mod annotations;
mod applications;
mod auth_mount;
mod checker;
mod cluster;
mod gitops;
mod gitops_operator;
mod machine_sets;
mod needs_login;
mod nodes;
mod operators;
mod repository;
mod rotated_certificates;
mod secret;
mod vault;
mod vault_static_secrets;

use cluster_access::Chosen;
use diagnostics::{Check, CheckStatus, Checks, Failures, Subject, WaitProgress, count, failures};
use std::time::{Duration, Instant};

use checker::Checker;
use preflight::Session;
use preflight::observe::cluster::connect;
use preflight::with_heartbeat;
use preflight::{Context, Request};

/// Between two looks of a wait, at least.
const PAUSE: Duration = Duration::from_secs(2);
/// So many of what is waited for are named.
const NAMED: usize = 3;

/// What was found.
pub struct Verified {
    /// The API server's address.
    pub server: String,
    /// Every check that was made, or would have been.
    pub checks: Vec<Check>,
    /// How long was waited in vain for all to be healthy.
    pub gave_up: Option<Duration>,
}

impl Verified {
    /// Whether nothing failed.
    pub fn is_healthy(&self) -> bool {
        count(&self.checks, CheckStatus::Failed) == 0
    }
}

/// Looks, and where something failed looks again until `wait` is over. Writes nothing but fetched Git objects into
/// `.work/cache/`.
///
/// # Errors
/// There is no kubeconfig, the cluster can't be reached, or a signal.
pub async fn verify(request: &Request, context: &Context, wait: Duration) -> Result<Verified, Failures> {
    let looked = with_heartbeat(context, wait_until_healthy(request, context, wait));
    tokio::select! {
        biased;
        () = context.stop.token.cancelled() => Err(context.stop.failure(Subject::Command("verify")).into()),
        looked = looked => looked.map_err(|all| all.map(|it| it.masked(&context.mask).filled(context.commands()))),
    }
}

async fn wait_until_healthy(
    request: &Request,
    context: &Context,
    wait: Duration,
) -> Result<Verified, Failures> {
    for (_, secret) in request.settings.secrets() {
        context.mask.add(secret);
    }
    // What is missing on this machine does not come by waiting.
    let session = context.session();
    let kubeconfig = kubeconfig(request, &session)?;
    let began = Instant::now();
    let mut told = String::new();
    loop {
        let round = Instant::now();
        let looked = once(request, &session, kubeconfig.clone()).await;
        let awaited = match &looked {
            Ok(verified) if verified.is_healthy() => return looked,
            Ok(verified) => awaited(&verified.checks),
            Err(failures) => failures.iter().map(|failure| failure.message.clone()).collect(),
        };
        let pause = PAUSE.max(round.elapsed());
        if began.elapsed() + pause >= wait {
            let gave_up = (!wait.is_zero()).then(|| began.elapsed());
            return looked.map(|verified| Verified { gave_up, ..verified });
        }
        let text = context.mask.text(&awaited);
        if text != told {
            let what = "everything to be healthy";
            context.waiting(&WaitProgress {
                subject: Subject::Command("verify"),
                what,
                last: Some(text.as_str().into()),
                limit: Some(wait),
            });
            told = text;
        }
        tokio::time::sleep(pause).await;
    }
}

fn kubeconfig(request: &Request, session: &Session) -> Result<Chosen, Failures> {
    let mut checks = Checks::default();
    connect::kubeconfig(&request.inputs().cluster, session, &mut checks)
        .map_err(|_blocked| failures(&checks.into_vec()))
}

/// What failed, as what is waited for.
fn awaited(checks: &[Check]) -> String {
    let failed: Vec<&Check> = checks.iter().filter(|it| it.status() == CheckStatus::Failed).collect();
    let named = failed.iter().take(NAMED).map(|check| {
        let (title, finding) = (check.id.title(), check.finding());
        match check.details().len() {
            0 | 1 => format!("{title} ({finding})"),
            all => format!("{title} ({finding}, and {} more)", all - 1),
        }
    });
    let mut text = named.collect::<Vec<_>>().join("; ");
    if failed.len() > NAMED {
        text.push_str(&format!("; and {} more", failed.len() - NAMED));
    }
    text
}

async fn once(request: &Request, session: &Session, kubeconfig: Chosen) -> Result<Verified, Failures> {
    let inputs = request.inputs().cluster;
    let reached = connect::reach(&inputs, session, kubeconfig).await?;
    let checker = Checker { request, session, reached: &reached };
    let (mut checks, gitops) = tokio::join!(cluster::checks(&checker), gitops::checks(&checker));
    checks.extend(gitops);
    let commands = &session.commands;
    let checks = checks.into_iter().map(|check| check.masked(&session.mask).filled(commands)).collect();
    Ok(Verified { server: reached.access.server.clone(), checks, gave_up: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckId;

    fn failed(id: CheckId, details: &[&str]) -> Check {
        Check::failed(id, details.iter().map(|it| (*it).to_owned()).collect())
    }

    #[test]
    fn what_is_waited_for_is_named_shortly() {
        let checks = [
            Check::passed(CheckId::Nodes, "3 Ready"),
            failed(CheckId::ClusterOperators, &["dns is not", "etcd is not", "x is not"]),
            failed(CheckId::Record, &["none"]),
        ];
        assert_eq!(awaited(&checks), "ClusterOperators (dns is not, and 2 more); record (none)");
        let many: Vec<Check> = (0..5).map(|_| failed(CheckId::Nodes, &["no"])).collect();
        assert_eq!(awaited(&many), "nodes (no); nodes (no); nodes (no); and 2 more");
        assert_eq!(awaited(&many[..3]), "nodes (no); nodes (no); nodes (no)");
    }

    #[test]
    fn what_failed_is_not_healthy_and_a_warning_is() {
        let is_healthy =
            |check| Verified { server: String::new(), checks: vec![check], gave_up: None }.is_healthy();
        assert!(is_healthy(Check::warning(CheckId::Nodes, vec!["old".into()])));
        assert!(!is_healthy(failed(CheckId::Nodes, &["no"])));
    }
}
