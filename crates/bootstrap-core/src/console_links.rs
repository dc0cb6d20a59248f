//! Where to look in a browser: the console, Argo CD, the commit. What is not known is left out, and nobody waits for it.

use std::time::Duration;

use cluster_access::{Cluster, ObjectRef, get, list};
use cluster_spec::{RepoUrl, UrlKind};
use serde_json::Value;
use trace::Link;

/// All of it together may take so long.
const LIMIT: Duration = Duration::from_secs(3);

/// What is known of the cluster and the repository.
pub(crate) async fn console_links(
    cluster: &Cluster,
    argocd: &str,
    repo_url: &RepoUrl,
    git_sha: &str,
) -> Vec<Link> {
    let asked = async { futures::join!(console(cluster), argo_cd(cluster, argocd)) };
    let (console, argo_cd) = tokio::time::timeout(LIMIT, asked).await.unwrap_or_default();
    let named = [("console", console), ("Argo CD", argo_cd), ("commit", commit(repo_url, git_sha))];
    named.into_iter().filter_map(|(name, url)| Some(Link { name: name.into(), url: url? })).collect()
}

async fn console(cluster: &Cluster) -> Option<String> {
    let console = ObjectRef::cluster("config.openshift.io/v1", "Console", "consoles", "cluster");
    address(get(cluster, &console).await.ok()??.pointer("/status/consoleURL")?.as_str()?)
}

/// The Route of Argo CD's server, else what Argo CD itself is told its address is.
async fn argo_cd(cluster: &Cluster, namespace: &str) -> Option<String> {
    let routes = ObjectRef::namespaced("route.openshift.io/v1", "Route", "routes", namespace, "");
    let routes = list(cluster, &routes, Some("app.kubernetes.io/part-of=argocd")).await.unwrap_or_default();
    if let Some(host) = routes.iter().find_map(server_host) {
        return address(&format!("https://{host}"));
    }
    let settings = get(cluster, &ObjectRef::config_map(namespace, "argocd-cm")).await.ok()??;
    address(settings.pointer("/data/url")?.as_str()?)
}

fn server_host(route: &Value) -> Option<&str> {
    let target = route.pointer("/spec/to/name")?.as_str()?;
    (target.ends_with("-server") && !target.ends_with("-repo-server"))
        .then(|| route.pointer("/spec/host")?.as_str())?
}

/// The commit's page, where the host is one whose pages are known.
fn commit(repo_url: &RepoUrl, sha: &str) -> Option<String> {
    let host = repo_url.host().filter(|_| repo_url.kind() == UrlKind::Https && !sha.is_empty())?;
    let path = repo_url.path().trim_end_matches('/').trim_end_matches(".git");
    let between = match host {
        "github.com" => "commit",
        "gitlab.com" => "-/commit",
        "bitbucket.org" => "commits",
        _ => return None,
    };
    Some(format!("https://{host}{path}/{between}/{sha}"))
}

/// What others call an address counts where it is one that a browser opens.
fn address(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let plain =
        matches!(url.scheme(), "https" | "http") && url.password().is_none() && url.username().is_empty();
    plain.then(|| url.to_string().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_page_of_a_commit_is_known_for_the_common_hosts() {
        let check = |url: &str, expect: Option<&str>| {
            assert_eq!(commit(&RepoUrl::parse(url).unwrap(), "abc").as_deref(), expect, "{url}")
        };
        check(
            "https://github.com/bitiq-io/gitops.git",
            Some("https://github.com/bitiq-io/gitops/commit/abc"),
        );
        check("https://gitlab.com/a/b/c", Some("https://gitlab.com/a/b/c/-/commit/abc"));
        check("https://me@bitbucket.org/a/b.git", Some("https://bitbucket.org/a/b/commits/abc"));
        check("https://git.example.com/a/b.git", None);
        check("git@github.com:bitiq-io/gitops.git", None);
        assert_eq!(commit(&RepoUrl::parse("https://github.com/a/b").unwrap(), ""), None);
    }

    #[test]
    fn an_address_is_one_that_a_browser_opens_and_holds_no_login() {
        assert_eq!(address("https://console.example.com/").as_deref(), Some("https://console.example.com"));
        for odd in ["javascript:alert(1)", "https://me:pw@h", "https://me@h", "", "console"] {
            assert_eq!(address(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_route_of_the_server_is_told_from_its_neighbours() {
        let route = |to: &str| json!({"spec": {"host": "h", "to": {"name": to}}});
        assert_eq!(server_host(&route("openshift-gitops-server")), Some("h"));
        assert_eq!(server_host(&route("openshift-gitops-applicationset-controller")), None);
    }
}
