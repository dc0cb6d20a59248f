use serde_json::Value;

use crate::secret::text;

/// Argo CD's address of the cluster that it runs in.
pub(super) const SERVER: &str = "https://kubernetes.default.svc";

/// True if a cluster Secret is for the cluster that Argo CD runs in, however its address is written.
pub(super) fn is_local(secret: &Value) -> bool {
    text(secret, "server").is_some_and(|server| is_this_cluster(&server))
}

fn is_this_cluster(server: &str) -> bool {
    let server = server.trim().to_ascii_lowercase();
    let Some(host) = server.strip_prefix("https://") else { return false };
    let host = host.trim_end_matches('/');
    let host = host.strip_suffix(":443").unwrap_or(host);
    let host = host.strip_suffix('.').unwrap_or(host);
    host.strip_suffix(".cluster.local").unwrap_or(host) == "kubernetes.default.svc"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cluster_itself_is_known_however_it_is_written() {
        for server in [
            SERVER,
            "https://kubernetes.default.svc/",
            "https://kubernetes.default.svc:443",
            "https://kubernetes.default.svc:443/",
            "https://kubernetes.default.svc.cluster.local",
            "https://kubernetes.default.svc.cluster.local.:443/",
            "https://Kubernetes.Default.SVC",
        ] {
            assert!(is_this_cluster(server), "{server}");
        }
    }

    #[test]
    fn another_cluster_is_another() {
        for server in [
            "https://api.prod.example.com:6443",
            "https://kubernetes.default.svc:6443",
            "https://kubernetes.default.svc.example.com",
            "http://kubernetes.default.svc",
            "kubernetes.default.svc",
            "https://x.kubernetes.default.svc",
            "",
        ] {
            assert!(!is_this_cluster(server), "{server}");
        }
    }
}
