//! Whether the cluster that answers is the one in cluster.yaml: by the DNS domains that OpenShift knows itself by.

use crate::error::PreflightError;
use advice::shell;
use cluster_access::{Cluster, Domain, Domains, Identity, normal_domain};
use cluster_spec::ClusterSpec;
use diagnostics::{Blocked, CheckId, Checks, Failure, Subject};

use super::connect::stoppable;
use crate::inputs::ClusterInputs;
use crate::session::Session;

/// What the domains give beside a refusal.
#[derive(Debug, Default, PartialEq, Eq)]
struct Verdict {
    warnings: Vec<String>,
    notes: Vec<String>,
}

/// Asks for the domains, refuses another cluster, warns of what could not be asked. Returns what is worth a note.
pub async fn observe(
    inputs: &ClusterInputs<'_>,
    session: &Session,
    access: &Cluster,
    identity: &Identity,
    checks: &mut Checks,
) -> Result<Vec<String>, Blocked> {
    if !identity.is_openshift {
        return Ok(Vec::new());
    }
    let ours = our_domain(inputs.spec);
    let see = shell!(
        "oc --kubeconfig <kubeconfig> get dnses.config.openshift.io cluster -o jsonpath={.spec.baseDomain}"
    );
    let domains = stoppable(session, cluster_access::domains(access)).await;
    let domains = checks.failure_of(CheckId::ClusterDomain, see.clone(), domains)?;
    let allowed = inputs.settings.allow_identity_mismatch;
    let verdict = judge(inputs.spec, &domains, &access.server, allowed);
    let verdict = checks.failure_of(CheckId::ClusterDomain, see, verdict)?;
    match &domains.cluster {
        Domain::Known(theirs) if *theirs == ours => checks.passed(CheckId::ClusterDomain, ours),
        Domain::Known(_) => checks.skipped(CheckId::ClusterDomain, "--allow-identity-mismatch"),
        Domain::Absent | Domain::Denied => {
            checks.skipped(CheckId::ClusterDomain, "the cluster does not say, or not to us");
        }
    }
    checks.warn_if_any(CheckId::ClusterDomainContent, &verdict.warnings);
    Ok(verdict.notes)
}

fn our_domain(spec: &ClusterSpec) -> String {
    normal_domain(&format!("{}.{}", spec.name, spec.base_domain))
}

fn judge(spec: &ClusterSpec, domains: &Domains, server: &str, allowed: bool) -> Result<Verdict, Failure> {
    let ours = our_domain(spec);
    let mut verdict = Verdict::default();
    match &domains.cluster {
        Domain::Known(theirs) if *theirs != ours && !allowed => return Err(another(theirs, &ours, server)),
        Domain::Known(theirs) if *theirs != ours => verdict.notes.push(format!(
            "the cluster's DNS domain is {theirs}, that of cluster.yaml {ours}: allowed by --allow-identity-mismatch"
        )),
        Domain::Denied if !allowed => verdict.warnings.push(unreadable("dnses", &ours)),
        Domain::Known(_) | Domain::Absent | Domain::Denied => {}
    }
    let apps = normal_domain(spec.apps_domain().as_str());
    match &domains.ingress {
        Domain::Known(theirs) if *theirs != apps => verdict.warnings.push(format!(
            "the cluster's routes are below {theirs} (Ingress/cluster), and BASE_DOMAIN is {apps}: what GitOps makes \
             of BASE_DOMAIN is reached only where DNS and certificates for it are your own"
        )),
        Domain::Denied => verdict.warnings.push(unreadable("ingresses", &apps)),
        Domain::Known(_) | Domain::Absent => {}
    }
    Ok(verdict)
}

fn another(theirs: &str, ours: &str, server: &str) -> Failure {
    let (server, theirs, ours) = (server.into(), theirs.into(), ours.into());
    PreflightError::OtherDomain { server, theirs, ours }.refused(Subject::Cluster)
}

fn unreadable(resource: &str, ours: &str) -> String {
    format!(
        "whether the cluster's domain is {ours} could not be checked: the kubeconfig's user may not get \
         {resource}.config.openshift.io cluster"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "https://api.demo.example.test:6443";

    fn spec() -> ClusterSpec {
        ClusterSpec {
            name: "demo".into(),
            base_domain: cluster_spec::BaseDomain::parse("example.test").unwrap(),
            env: "sno".into(),
            repo_url: cluster_spec::RepoUrl::parse("https://git.example.test/gitops.git").unwrap(),
            repo_ref: cluster_spec::RepoRef::parse("main").unwrap(),
        }
    }

    fn known(domain: &str) -> Domain {
        Domain::Known(domain.into())
    }

    /// What is refused, warned of, noted.
    fn said(cluster: Domain, ingress: Domain, allowed: bool) -> String {
        match judge(&spec(), &Domains { cluster, ingress }, SERVER, allowed) {
            Err(failure) => format!("refused: {}", failure.message),
            Ok(Verdict { warnings, notes }) => {
                let warnings = warnings.iter().map(|text| format!("warning: {text}"));
                let notes = notes.iter().map(|text| format!("note: {text}"));
                warnings.chain(notes).collect::<Vec<_>>().join("\n")
            }
        }
    }

    #[track_caller]
    fn check(cluster: Domain, ingress: Domain, allowed: bool, expect: &[&str]) {
        let said = said(cluster, ingress, allowed);
        assert_eq!(expect.is_empty(), said.is_empty(), "{said}");
        expect.iter().for_each(|text| assert!(said.contains(text), "`{text}` is not in {said}"));
    }

    #[test]
    fn the_cluster_of_cluster_yaml_is_taken_without_a_word() {
        check(known("demo.example.test"), known("apps.demo.example.test"), false, &[]);
        check(Domain::Absent, Domain::Absent, false, &[]);
    }

    #[test]
    fn another_domain_is_refused_with_both_names_and_the_server() {
        let expect = ["refused: ", "prod.example.test", "cluster.yaml says demo.example.test", SERVER];
        check(known("prod.example.test"), Domain::Absent, false, &expect);
        let refused =
            judge(&spec(), &Domains { cluster: known("x"), ingress: Domain::Absent }, SERVER, false);
        let hint = refused.unwrap_err().hint.unwrap_or_default().to_string();
        assert!(hint.contains("--kubeconfig FILE") && hint.contains("--allow-identity-mismatch"), "{hint}");
    }

    #[test]
    fn another_domain_that_is_allowed_is_a_note() {
        check(known("prod.example.test"), Domain::Absent, true, &["note: ", "prod.example.test"]);
    }

    #[test]
    fn another_ingress_domain_is_a_warning_whatever_is_allowed() {
        for allowed in [false, true] {
            let expect = ["warning: ", "apps.other.test", "apps.demo.example.test"];
            check(known("demo.example.test"), known("apps.other.test"), allowed, &expect);
        }
    }

    #[test]
    fn what_may_not_be_read_is_a_warning_that_names_the_right() {
        let expect = ["warning: ", "may not get dnses.config.openshift.io cluster", "ingresses.config"];
        check(Domain::Denied, Domain::Denied, false, &expect);
        check(Domain::Denied, Domain::Absent, true, &[]);
    }

    /// What is observed of a cluster that answers nobody: blocked or not, and the checks that failed.
    async fn observed(is_openshift: bool) -> (bool, Vec<CheckId>) {
        rustls::crypto::ring::default_provider().install_default().ok();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kubeconfig");
        let text = "{current-context: a, clusters: [{name: a, cluster: {server: 'http://127.0.0.1:1'}}], \
                    contexts: [{name: a, context: {cluster: a, user: a}}], users: [{name: a, user: {}}]}";
        fs_err::write(&file, text).unwrap();
        let kubeconfig = cluster_access::Kubeconfig::read(&file).unwrap();
        let (network, limit) = (cluster_access::Network::default(), std::time::Duration::from_millis(200));
        let access = cluster_access::connect(&kubeconfig, &network, limit, &[]).await.unwrap();
        let settings = settings::ClusterSettings {
            kubeconfig: None,
            argocd_namespace: "openshift-gitops".into(),
            force_conflicts: false,
            allow_identity_mismatch: false,
            network,
        };
        let inputs = ClusterInputs {
            scope: crate::request::Scope::Run,
            spec: &spec(),
            folder: &cluster_spec::Repository::at("/nowhere").folder("demo").unwrap(),
            settings: &settings,
            secret_name: "gitops-repo",
            create_cluster_secret: false,
            waits_until_ready: false,
            mount: None,
        };
        let identity = Identity {
            version: String::new(),
            user: String::new(),
            groups: Vec::new(),
            cluster_id: String::new(),
            infra_id: None,
            is_openshift,
        };
        let session = Session {
            mask: secret::Mask::new(),
            stop: child_process::Shutdown::default(),
            commands: advice::CommandContext::default(),
        };
        let mut checks = Checks::default();
        let observed = observe(&inputs, &session, &access, &identity, &mut checks).await;
        let failed = checks.into_vec().into_iter().map(|check| check.id).collect();
        (observed == Err(Blocked), failed)
    }

    #[tokio::test]
    async fn a_cluster_without_openshift_has_no_domains_to_ask_for() {
        assert_eq!(observed(false).await, (false, Vec::new()));
    }

    #[tokio::test]
    async fn a_cluster_that_does_not_tell_its_domains_blocks() {
        assert_eq!(observed(true).await, (true, vec![CheckId::ClusterDomain]));
    }
}
