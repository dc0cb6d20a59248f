//! Settings from variables: pure, so no environment is touched.

use diagnostics::Failure;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use secret::ExposeSecret as _;
use settings::Settings;

fn read(pairs: &[(&str, &str)]) -> Result<Settings, Vec<Failure>> {
    let environment: BTreeMap<OsString, OsString> =
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect();
    Settings::from_vars(&|name| environment.get(OsStr::new(name)).cloned(), environment.clone())
}

#[track_caller]
fn settings(pairs: &[(&str, &str)]) -> Settings {
    read(pairs).unwrap_or_else(|failures| panic!("{failures:?}"))
}

#[track_caller]
fn problems(pairs: &[(&str, &str)], expect: &[&str]) {
    let Err(failures) = read(pairs) else { panic!("nothing is wrong with {pairs:?}") };
    let said: Vec<&str> = failures.iter().map(|failure| failure.message.as_str()).collect();
    assert_eq!(said, expect);
}

#[test]
fn an_empty_environment_gives_the_defaults() {
    let settings = settings(&[]);
    assert_eq!(settings.cluster.argocd_namespace, "openshift-gitops");
    assert_eq!(settings.repository.secret_name, "gitops-repo");
    assert_eq!(settings.repository.vault_path, "gitops/github/gitops-repo");
    assert_eq!(settings.repository.access_timeout, Duration::from_secs(180));
    assert_eq!(settings.script.limit, Some(Duration::from_secs(3 * 3600)));
    assert_eq!(settings.script.tools, ["oc", "helm"]);
    assert!(settings.vault().is_none());
    assert!(settings.warnings.is_empty());
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let settings =
        settings(&[("ARGOCD_NAMESPACE", ""), ("VAULT_ADDR", " "), ("SKIP_VAULT_K8S_AUTH_CONFIG", "")]);
    assert_eq!(settings.cluster.argocd_namespace, "openshift-gitops");
    assert!(settings.warnings.is_empty());
}

#[test]
fn vault_needs_both_its_address_and_a_token() {
    for (given, missing) in [("VAULT_ADDR", "VAULT_TOKEN"), ("VAULT_TOKEN", "VAULT_ADDR")] {
        let settings = settings(&[(given, "https://vault.example.com")]);
        assert!(settings.vault().is_none());
        assert_eq!(settings.warnings, [format!("{given} is set without {missing}: Vault is left alone")]);
    }
}

#[test]
fn blanks_in_no_proxy_are_named_since_they_exempt_nobody() {
    let warnings = |text: &str| settings(&[("NO_PROXY", text)]).warnings;
    let odd = warnings("a.example, b.example c.example");
    assert!(odd[0].contains("\"b.example c.example\"") && odd.len() == 1, "{odd:?}");
    assert!(warnings(" a.example , .b.example,*").is_empty());
    assert_eq!(settings(&[("no_proxy", "a b")]).warnings.len(), 1);
}

#[test]
fn an_unknown_vault_variable_is_named() {
    let settings = settings(&[("VAULT_FORMAT", "json")]);
    assert_eq!(settings.warnings, ["VAULT_FORMAT is set, but has no effect here"]);
}

#[test]
fn a_mount_has_one_spelling() {
    for spelling in ["edge", "auth/edge", "edge/", "/auth/edge/"] {
        let settings = settings(&[
            ("VAULT_ADDR", "https://v"),
            ("VAULT_TOKEN", "s.01234567"),
            ("VAULT_K8S_AUTH_MOUNT", spelling),
        ]);
        assert_eq!(settings.vault().map(|vault| vault.mount.as_str()), Some("edge"), "{spelling}");
    }
}

#[test]
fn the_reviewer_and_the_mount_have_the_names_of_old() {
    let of = |more: &[(&str, &str)]| {
        let settings =
            settings(&[&[("VAULT_ADDR", "https://v"), ("VAULT_TOKEN", "s.01234567")], more].concat());
        let vault = settings.vault().unwrap();
        let names = &vault.reviewer;
        [&vault.mount, &names.namespace, &names.service_account, &names.secret, &names.binding]
            .map(String::clone)
    };
    let reviewer = "vault-token-reviewer";
    let binding = "vault-token-reviewer-auth-delegator";
    assert_eq!(of(&[]), ["kubernetes", "openshift-gitops", reviewer, reviewer, binding]);
    let others = [
        ("VAULT_K8S_AUTH_MOUNT", "edge"),
        ("VAULT_REVIEWER_NAMESPACE", "vault"),
        ("VAULT_REVIEWER_SERVICEACCOUNT", "account"),
        ("VAULT_REVIEWER_SECRET", "token"),
        ("VAULT_REVIEWER_CLUSTERROLEBINDING", "may-review"),
    ];
    assert_eq!(of(&others), ["edge", "vault", "account", "token", "may-review"]);
}

#[test]
fn the_variables_of_the_vault_command_line_count() {
    let settings = settings(&[
        ("VAULT_ADDR", "https://v:8200"),
        ("VAULT_TOKEN", "s.01234567"),
        ("VAULT_NAMESPACE", "team"),
        ("VAULT_CACERT", "/ca.pem"),
        ("VAULT_CACERT_BYTES", "PEM"),
        ("VAULT_CAPATH", "/cas"),
        ("VAULT_CLIENT_CERT", "/me.pem"),
        ("VAULT_CLIENT_KEY", "/me.key"),
        ("VAULT_TLS_SERVER_NAME", "vault"),
        ("VAULT_SKIP_VERIFY", "true"),
        ("VAULT_CLIENT_TIMEOUT", "90s"),
        ("VAULT_PROXY_ADDR", "http://proxy:3128"),
    ]);
    assert_eq!(settings.warnings, [""; 0]);
    let vault = &settings.vault().unwrap().access;
    assert_eq!((vault.address.as_str(), vault.namespace.as_deref()), ("https://v:8200", Some("team")));
    let file = |file: &str| Some(PathBuf::from(file));
    assert_eq!((&vault.cacert_file, &vault.capath), (&file("/ca.pem"), &file("/cas")));
    assert_eq!((&vault.client_cert, &vault.client_key), (&file("/me.pem"), &file("/me.key")));
    assert_eq!(vault.cacert_bytes.as_deref(), Some(b"PEM".as_slice()));
    assert_eq!((vault.tls_server_name.as_deref(), vault.skip_verify), (Some("vault"), true));
    assert_eq!((vault.timeout, vault.proxy.as_deref()), (Duration::from_secs(90), Some("http://proxy:3128")));
}

#[test]
fn a_time_limit_of_zero_is_none() {
    assert_eq!(settings(&[("BITIQ_BOOTSTRAP_SCRIPT_TIMEOUT", "0")]).script.limit, None);
    assert_eq!(settings(&[("GITOPS_REPO_ACCESS_TIMEOUT", "0")]).repository.access_timeout, Duration::ZERO);
}

#[test]
fn a_proxy_counts_for_git_and_the_script_under_both_spellings() {
    let settings = settings(&[("https_proxy", "http://proxy:3128")]);
    assert_eq!(settings.cluster.network.https_proxy.as_deref(), Some("http://proxy:3128"));
    assert_eq!(settings.environment[OsStr::new("HTTPS_PROXY")], "http://proxy:3128");
}

#[test]
fn every_value_that_makes_no_sense_is_told_at_once() {
    problems(
        &[
            ("GITOPS_REPO_ACCESS_TIMEOUT", "soon"),
            ("BITIQ_BOOTSTRAP_CREDENTIALS_FROM", "moon"),
            ("BITIQ_BOOTSTRAP_STRICT", "perhaps"),
        ],
        &[
            "--credentials-from (BITIQ_BOOTSTRAP_CREDENTIALS_FROM) is `moon`: expected env, vault, cluster, git or none",
            "--repo-access-timeout (GITOPS_REPO_ACCESS_TIMEOUT) is `soon`: expected seconds (180) or a duration (90s, 5m, 3h), at most a year (8760h)",
            "--strict (BITIQ_BOOTSTRAP_STRICT) is `perhaps`: expected 1 or true, 0 or false",
        ],
    );
}

#[test]
fn what_kubernetes_or_git_would_refuse_later_is_told_at_once() {
    problems(
        &[
            ("ARGOCD_NAMESPACE", "Foo_"),
            ("GITOPS_REPO_SECRET_NAME", "a b"),
            ("BITIQ_BOOTSTRAP_COMMIT", "main"),
            ("VAULT_REVIEWER_CLUSTERROLEBINDING", "a/b"),
        ],
        &[
            "--argocd-namespace (ARGOCD_NAMESPACE) is `Foo_`: expected at most 63 of a-z, 0-9 and `-`, the first and last no `-`",
            "--repo-secret-name (GITOPS_REPO_SECRET_NAME) is `a b`: expected at most 253 of a-z, 0-9, `-` and `.`, the first and last of each part no `-`",
            "--commit (BITIQ_BOOTSTRAP_COMMIT) is `main`: expected a full commit id, as `git rev-parse` prints it",
            "--vault-reviewer-clusterrolebinding (VAULT_REVIEWER_CLUSTERROLEBINDING) is `a/b`: expected a name without `/` and `%`",
        ],
    );
    let commit = "A".repeat(40);
    assert_eq!(settings(&[("BITIQ_BOOTSTRAP_COMMIT", &commit)]).repository.commit, Some(commit));
}

#[test]
fn switches_take_the_forms_that_go_takes_and_some_more() {
    let vault = |switch: &str| {
        let pairs =
            [("VAULT_ADDR", "http://v"), ("VAULT_TOKEN", "hvs.abcdefgh"), ("VAULT_SKIP_VERIFY", switch)];
        settings(&pairs).vault().unwrap().access.skip_verify
    };
    for on in ["1", "t", "T", "true", "TRUE", "True", "yes", "y", "on", "t\n"] {
        assert!(vault(on), "{on}");
    }
    for off in ["0", "f", "F", "false", "FALSE", "False", "no", "n", "off"] {
        assert!(!vault(off), "{off}");
    }
}

#[test]
fn time_limits_take_the_forms_that_go_takes() {
    let timeout = |text: &str| {
        let pairs =
            [("VAULT_ADDR", "http://v"), ("VAULT_TOKEN", "hvs.abcdefgh"), ("VAULT_CLIENT_TIMEOUT", text)];
        settings(&pairs).vault().unwrap().access.timeout
    };
    assert_eq!(timeout("90"), Duration::from_secs(90));
    assert_eq!(timeout("1m30s\r\n"), Duration::from_secs(90));
    assert_eq!(timeout("1.5m"), Duration::from_secs(90));
    assert_eq!(timeout("0"), Duration::from_secs(3600), "no limit in the CLI");
}

#[test]
fn what_kubernetes_sets_beside_a_service_called_vault_is_no_warning() {
    let of_services = [
        "VAULT_SERVICE_HOST",
        "VAULT_SERVICE_PORT",
        "VAULT_SERVICE_PORT_HTTPS",
        "VAULT_PORT",
        "VAULT_PORT_8200_TCP",
        "VAULT_PORT_8200_TCP_PROTO",
        "VAULT_PORT_8200_TCP_PORT",
        "VAULT_PORT_8200_TCP_ADDR",
        "VAULT_AGENT_INJECTOR_SVC_PORT_443_TCP_ADDR",
    ];
    let pairs: Vec<_> = of_services.iter().map(|name| (*name, "tcp://10.0.0.1:8200")).collect();
    assert_eq!(settings(&pairs).warnings, Vec::<String>::new());
    let typed = settings(&[("VAULT_SKIP_VERIFYY", "1"), ("VAULT_PORT_TCP", "1")]).warnings;
    assert_eq!(typed.len(), 2, "{typed:?}");
}

#[test]
fn line_ends_around_a_value_are_no_part_of_it() {
    let pairs = [
        ("VAULT_ADDR", "http://v"),
        ("VAULT_TOKEN", "hvs.abcdefgh\n"),
        ("VAULT_KUBERNETES_HOST", "https://api.example.com:6443\r\n"),
    ];
    let settings = settings(&pairs);
    assert_eq!(settings.vault().unwrap().kubernetes_host.as_deref(), Some("https://api.example.com:6443"));
    let known: Vec<_> = settings.secrets().iter().map(|(_, secret)| secret.expose_secret()).collect();
    assert_eq!(known, ["hvs.abcdefgh"], "the mask knows it as it is sent");
}
