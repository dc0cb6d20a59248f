//! The certificates on the way to the cluster: how long they are good.

use diagnostics::{Row, Subject};
use jiff::Timestamp;

use crate::connection_expiry::ConnectionExpiry;
use crate::expiry::{Expiry, Keeper};

pub(super) fn judge(group: Subject, way: &ConnectionExpiry, now: Timestamp) -> Vec<Row> {
    let client = "the kubeconfig's client certificate";
    let api = "the API server's certificate";
    vec![
        match &way.client {
            Some(expiry) => row(group, client, expiry, now),
            None => Row::skipped(group, good(client, Keeper::People), "it logs in without one"),
        },
        match &way.api {
            Ok(expiry) => row(group, api, expiry, now),
            Err(why) => Row::skipped(group, good(api, Keeper::People), why.as_str()),
        },
    ]
}

/// The row of one thing that ends.
pub(super) fn row(group: Subject, what: &str, expiry: &Expiry, now: Timestamp) -> Row {
    let sentence = format!("{} (until {})", good(what, expiry.keeper), expiry.end);
    Row::warned_by(group, sentence, expiry.told(now).into_iter().collect()).hint(expiry.renew.as_str())
}

fn good(what: &str, keeper: Keeper) -> String {
    let long = match keeper {
        Keeper::People => "30 days",
        Keeper::Operators => "48 hours",
    };
    format!("{what} is good for {long}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::RowStatus;

    fn expiry(end: &str, keeper: Keeper) -> Expiry {
        Expiry { what: "it".into(), end: end.parse().unwrap(), keeper, renew: "renew it".into() }
    }

    fn judged(client: Option<Expiry>, api: Result<Expiry, String>) -> Vec<(RowStatus, String, Vec<String>)> {
        let rows = judge(
            Subject::Cluster,
            &ConnectionExpiry { client, api },
            "2026-11-25T12:00:00Z".parse().unwrap(),
        );
        rows.into_iter().map(|row| (row.status, row.sentence, row.details)).collect()
    }

    #[test]
    fn far_ends_are_well() {
        let rows = judged(
            Some(expiry("2027-11-25T12:00:00Z", Keeper::People)),
            Ok(expiry("2026-11-28T12:00:00Z", Keeper::Operators)),
        );
        let client = "the kubeconfig's client certificate is good for 30 days (until 2027-11-25T12:00:00Z)";
        let api = "the API server's certificate is good for 48 hours (until 2026-11-28T12:00:00Z)";
        assert_eq!(rows[0], (RowStatus::Ok, client.into(), vec![]));
        assert_eq!(rows[1], (RowStatus::Ok, api.into(), vec![]));
    }

    #[test]
    fn a_near_end_is_a_warning() {
        let rows = judged(None, Ok(expiry("2026-11-28T12:00:00Z", Keeper::People)));
        assert_eq!(
            (rows[0].0, rows[0].2.as_slice()),
            (RowStatus::Skipped, &["it logs in without one".into()][..])
        );
        assert_eq!(rows[1].0, RowStatus::Warning);
        assert_eq!(rows[1].2, ["it expires in 3 days (2026-11-28T12:00:00Z)"]);
    }

    #[test]
    fn one_that_was_not_seen_is_skipped_with_the_reason() {
        let rows = judged(None, Err("a proxy stands between".into()));
        assert_eq!(
            (rows[1].0, rows[1].2.as_slice()),
            (RowStatus::Skipped, &["a proxy stands between".into()][..])
        );
    }
}
