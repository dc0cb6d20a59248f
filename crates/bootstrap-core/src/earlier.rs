//! A cluster that was destroyed and made anew under the same name: recognised by what earlier runs, or the installer,
//! left in `.work/`.

use cluster_access::Identity;
use trace::Record;

/// The cluster that bore this name before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its cluster id, else its infraID.
    pub id: String,
    what: &'static str,
}

impl Earlier {
    /// The earlier cluster, where the newest run that knew its cluster's id knew another one; where no run knew it
    /// (the old script's trace holds none), where `.work/infraID` names another infraID.
    pub fn find(previous: Option<&Record>, infra_id_file: Option<&str>, now: &Identity) -> Option<Self> {
        if let Some(id) = previous.and_then(Record::cluster_id) {
            let another = id != now.cluster_id;
            return another.then(|| Self { id: id.to_owned(), what: "id" });
        }
        let (before, live) = (infra_id_file?.trim(), now.infra_id.as_deref()?);
        (!before.is_empty() && before != live).then(|| Self { id: before.to_owned(), what: "infraID" })
    }

    /// For people.
    pub fn said(&self, now: &Identity) -> String {
        let id = if self.what == "id" {
            &now.cluster_id
        } else {
            now.infra_id.as_ref().unwrap_or(&now.cluster_id)
        };
        format!("the cluster was recreated: its {} was {}, it is {id}", self.what, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Identity {
        Identity {
            version: "v1.33.0".into(),
            user: "admin".into(),
            groups: Vec::new(),
            cluster_id: "new".into(),
            infra_id: Some("prod-nkqd9".into()),
            is_openshift: true,
        }
    }

    fn trace(cluster_id: Option<&str>) -> Record {
        let run_id = trace::RunId::new(trace::Timestamp::UNIX_EPOCH, 1);
        let mut trace = trace::Trace::begin(run_id, trace::Timestamp::UNIX_EPOCH, &[], None);
        trace.kubernetes =
            cluster_id.map(|id| trace::Kubernetes { cluster_id: id.into(), ..trace::Kubernetes::default() });
        Record::New(Box::new(trace))
    }

    #[track_caller]
    fn check(previous: Option<&str>, file: Option<&str>, expect: Option<&str>) {
        let found = Earlier::find(Some(&trace(previous)), file, &now());
        assert_eq!(found.map(|earlier| earlier.id).as_deref(), expect);
    }

    #[test]
    fn another_id_in_the_trace_is_another_cluster() {
        check(Some("old"), None, Some("old"));
        check(Some("new"), None, None);
    }

    #[test]
    fn the_trace_is_believed_before_the_file() {
        check(Some("new"), Some("prod-aaaaa"), None);
    }

    #[test]
    fn without_an_id_in_the_trace_the_file_is_asked() {
        check(None, Some("prod-aaaaa\n"), Some("prod-aaaaa"));
        check(None, Some("prod-nkqd9\n"), None);
        check(None, Some(""), None);
    }
}
