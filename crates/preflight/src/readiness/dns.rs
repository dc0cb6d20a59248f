//! The names of the cluster's applications, as this machine resolves them.

use std::net::IpAddr;
use std::time::Duration;

use cluster_spec::AppsDomain;

use super::Verdict;

/// How long a name may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Addresses of a name, or why there are none.
pub type Resolved = Result<Vec<IpAddr>, String>;

/// Asks this machine's resolver.
pub async fn system(name: String) -> Resolved {
    match tokio::time::timeout(LIMIT, tokio::net::lookup_host((name.as_str(), 443))).await {
        Ok(Ok(addresses)) => Ok(addresses.map(|address| address.ip()).collect()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", LIMIT.as_secs())),
    }
}

/// A route that every OpenShift cluster has, and a name that nothing but a wildcard can answer.
pub(super) fn names(apps_domain: &AppsDomain) -> [String; 2] {
    [format!("console-openshift-console.{apps_domain}"), format!("bitiq-bootstrap-check.{apps_domain}")]
}

/// Pure.
pub(super) fn judge(answers: &[(String, Resolved)]) -> Verdict {
    let mut seen: Vec<IpAddr> = Vec::new();
    let mut against = Vec::new();
    for (name, answer) in answers {
        match answer {
            Ok(addresses) if addresses.is_empty() => against.push(format!("{name} has no address")),
            Ok(addresses) => seen.extend(addresses),
            Err(error) => against.push(format!("{name}: {error}")),
        }
    }
    if !against.is_empty() {
        return Verdict::NotYet(against);
    }
    seen.sort_unstable();
    seen.dedup();
    Verdict::Ready(seen.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_must_have_an_address() {
        let [console, any] = names(&AppsDomain::from_text("apps.demo.example.test"));
        let good = Ok(vec![IpAddr::from([192, 0, 2, 1])]);
        assert_eq!(
            judge(&[(console.clone(), good.clone()), (any.clone(), good.clone())]),
            Verdict::Ready("192.0.2.1".into())
        );
        let half = [(console, good), (any, Err("not known".into()))];
        let said = "bitiq-bootstrap-check.apps.demo.example.test: not known";
        assert_eq!(judge(&half), Verdict::NotYet(vec![said.into()]));
        assert_eq!(judge(&[("x".into(), Ok(vec![]))]), Verdict::NotYet(vec!["x has no address".into()]));
    }

    #[tokio::test]
    async fn a_name_that_nobody_may_have_is_not_resolved() {
        assert!(system("console.apps.demo.invalid".into()).await.is_err());
    }
}
