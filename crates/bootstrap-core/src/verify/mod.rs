//! Whether the cluster and what was handed over to it are as they should be: looks only, and says of each thing that it
//! is so, is not, or could not be looked at and why.

mod annotations;
mod applications;
mod asking;
mod certificates;
mod cluster;
mod deeper;
mod gitops;
mod gitops_operator;
mod machine_sets;
mod mount;
mod nodes;
pub(crate) mod objects;
mod operators;
mod reach;
mod repository;
mod rotated;
mod secret;
mod vault;
mod vault_static_secrets;

use diagnostics::{Failure, Row, RowStatus, Subject, WaitFor, count};
use std::time::{Duration, Instant};

use crate::heartbeat::with_heartbeat;
use crate::request::{Context, Request};
use asking::Asking;

/// Between two looks of a wait, at least.
const PAUSE: Duration = Duration::from_secs(2);
/// So many of what is waited for are named.
const NAMED: usize = 3;

/// What was found.
pub struct Verified {
    /// The API server's address.
    pub server: String,
    /// One row for each thing that was looked at, or would have been.
    pub rows: Vec<Row>,
    /// How long was waited in vain for all to be healthy.
    pub gave_up: Option<Duration>,
}

impl Verified {
    /// Whether nothing failed.
    pub fn is_healthy(&self) -> bool {
        count(&self.rows, RowStatus::Failed) == 0
    }
}

/// Looks, and where something failed looks again until `wait` is over. Writes nothing but fetched Git objects into
/// `.work/cache/`.
///
/// # Errors
/// There is no kubeconfig, the cluster can't be reached, or a signal.
pub async fn verify(
    mut request: Request,
    context: &Context,
    wait: Duration,
) -> Result<Verified, Vec<Failure>> {
    // The script is not run: what it needs is not asked for.
    request.settings.script.tools.clear();
    let looked = with_heartbeat(context, wait_until_healthy(&request, context, wait));
    tokio::select! {
        biased;
        () = context.stop.token.cancelled() => Err(vec![context.stop.failure(Subject::Command("verify"))]),
        looked = looked => looked.map_err(|all| all.into_iter().map(|it| it.masked(&context.mask).here(context.here())).collect()),
    }
}

async fn wait_until_healthy(
    request: &Request,
    context: &Context,
    wait: Duration,
) -> Result<Verified, Vec<Failure>> {
    for (_, secret) in request.settings.secrets() {
        context.mask.add(secret);
    }
    // What is missing on this machine does not come by waiting.
    let kubeconfig = reach::kubeconfig(request, context)?;
    let began = Instant::now();
    let mut told = String::new();
    loop {
        let round = Instant::now();
        let looked = once(request, context, kubeconfig.clone()).await;
        let awaited = match &looked {
            Ok(verified) if verified.is_healthy() => return looked,
            Ok(verified) => awaited(&verified.rows),
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
            context.waiting(&WaitFor {
                subject: Subject::Command("verify"),
                what,
                last: Some(&text),
                limit: Some(wait),
            });
            told = text;
        }
        tokio::time::sleep(pause).await;
    }
}

/// What failed, as what is waited for.
fn awaited(rows: &[Row]) -> String {
    let failed: Vec<&Row> = rows.iter().filter(|row| row.status == RowStatus::Failed).collect();
    let named = failed.iter().take(NAMED).map(|row| match row.details.as_slice() {
        [] => row.sentence.clone(),
        [why] => format!("{} ({why})", row.sentence),
        [why, more @ ..] => format!("{} ({why}, and {} more)", row.sentence, more.len()),
    });
    let mut text = named.collect::<Vec<_>>().join("; ");
    if failed.len() > NAMED {
        text.push_str(&format!("; and {} more", failed.len() - NAMED));
    }
    text
}

async fn once(
    request: &Request,
    context: &Context,
    kubeconfig: cluster_access::Chosen,
) -> Result<Verified, Vec<Failure>> {
    let reached = reach::reach(request, context, kubeconfig).await?;
    let asking = Asking { request, context, reached: &reached };
    let (mut rows, gitops) = tokio::join!(cluster::rows(&asking), gitops::rows(&asking));
    rows.extend(gitops);
    let rows = rows.into_iter().map(|row| row.masked(&context.mask).here(context.here())).collect();
    Ok(Verified { server: reached.access.server.clone(), rows, gave_up: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(sentence: &str, details: &[&str]) -> Row {
        Row::failed(Subject::Cluster, sentence, details.iter().map(|it| (*it).to_owned()).collect())
    }

    #[test]
    fn what_is_waited_for_is_named_shortly() {
        let rows = [
            Row::ok(Subject::Cluster, "nodes are Ready (3)"),
            failed("operators are Available (2)", &["dns is not", "etcd is not", "x is not"]),
            failed("the record is there", &[]),
        ];
        assert_eq!(
            awaited(&rows),
            "operators are Available (2) (dns is not, and 2 more); the record is there"
        );
        let many: Vec<Row> = ["a", "b", "c", "d", "e"].iter().map(|it| failed(it, &["no"])).collect();
        assert_eq!(awaited(&many), "a (no); b (no); c (no); and 2 more");
    }
}
