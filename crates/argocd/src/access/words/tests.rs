use super::*;

const URL: &str = "https://git.example.com/org/gitops.git";

fn check(said: &str, expect: Option<Cause>) {
    assert_eq!(usual_cause(said, URL), expect, "{said}");
}

/// As Argo CD wraps what its repo-server said.
fn wrapped(why: &str) -> String {
    format!(
        "Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = {why}"
    )
}

fn check_wrapped(why: &str, expect: Cause) {
    check(&wrapped(why), Some(expect));
}

#[test]
fn a_name_without_an_address_is_dns() {
    check_wrapped(
        r#"failed to list refs: Get "https://git.example.com/org/gitops.git/info/refs?service=git-upload-pack": dial tcp: lookup git.example.com on 172.30.0.10:53: no such host"#,
        Cause::Dns,
    );
}

#[test]
fn a_proxy_that_fails_is_the_proxy_whatever_it_fails_with() {
    check_wrapped(
        r#"Get "https://git.example.com/org/gitops.git/info/refs?service=git-upload-pack": proxyconnect tcp: dial tcp: lookup proxy.corp: no such host"#,
        Cause::Proxy,
    );
    check_wrapped(
        "unexpected client error: unexpected requesting \"https://git.example.com/x\" status code: 407",
        Cause::Proxy,
    );
    check_wrapped(
        "fatal: unable to access 'https://git.example.com/': Received HTTP code 403 from proxy after CONNECT",
        Cause::Proxy,
    );
}

#[test]
fn an_unknown_authority_and_a_bad_certificate_are_told_apart() {
    check_wrapped(
        r#"Get "https://git.example.com/": tls: failed to verify certificate: x509: certificate signed by unknown authority"#,
        Cause::Authority,
    );
    check_wrapped("fatal: server certificate verification failed. CAfile: none", Cause::Authority);
    check_wrapped("x509: certificate has expired or is not yet valid: current time …", Cause::Certificate);
    check_wrapped(
        "x509: certificate is valid for other.example.com, not git.example.com",
        Cause::Certificate,
    );
}

#[test]
fn an_unknown_host_key_and_a_key_that_is_refused_are_told_apart() {
    check_wrapped("ssh: handshake failed: knownhosts: key is unknown", Cause::KnownHosts);
    check_wrapped("ssh: handshake failed: knownhosts: key mismatch", Cause::KnownHosts);
    check_wrapped(
        "Host key verification failed. fatal: Could not read from remote repository.",
        Cause::KnownHosts,
    );
    check_wrapped(
        "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
        Cause::Login,
    );
    check_wrapped("git@git.example.com: Permission denied (publickey).", Cause::Login);
    check_wrapped(
        r#"error creating SSH agent: "SSH agent requested but SSH_AUTH_SOCK not-specified""#,
        Cause::Login,
    );
}

#[test]
fn a_missing_or_refused_login_is_the_login_though_the_host_says_not_found() {
    check_wrapped("failed to list refs: authentication required: Repository not found.", Cause::Login);
    check_wrapped("authorization failed", Cause::Login);
    check_wrapped(
        "fatal: could not read Username for 'https://git.example.com': terminal prompts disabled",
        Cause::Login,
    );
    for code in [401, 403] {
        check_wrapped(
            &format!(
                "unexpected client error: unexpected requesting \"https://git.example.com/x\" status code: {code}"
            ),
            Cause::Login,
        );
    }
}

#[test]
fn a_missing_repository_is_not_found() {
    check_wrapped("failed to list refs: repository not found", Cause::NotFound);
}

#[test]
fn a_project_that_does_not_allow_it_is_the_project() {
    let said = "application repo https://git.example.com/org/gitops.git is not permitted in project 'apps'";
    check(said, Some(Cause::Project));
}

#[test]
fn what_may_pass_is_known_as_such() {
    for (why, cause) in [
        ("context deadline exceeded", Cause::Timeout),
        (r#"Get "https://git.example.com/": dial tcp 10.0.0.1:443: i/o timeout"#, Cause::Timeout),
        (
            r#"Get "https://git.example.com/": dial tcp 10.0.0.1:443: connect: connection refused"#,
            Cause::Unreachable,
        ),
        ("unexpected requesting \"https://git.example.com/x\" status code: 503", Cause::Unreachable),
        (r#"Get "https://git.example.com/": EOF"#, Cause::Unreachable),
    ] {
        check_wrapped(why, cause);
        assert!(cause.may_pass());
    }
    assert!(!Cause::Login.may_pass() && !Cause::Dns.may_pass());
    assert!(Cause::Unknown.may_pass() && !Cause::Unknown.passes());
}

#[test]
fn a_chart_that_does_not_render_says_nothing_about_access() {
    check(
        &wrapped(
            "`helm template . --name-template x` failed exit status 1: Error: template: a.yaml:1: permission denied",
        ),
        None,
    );
    check(&wrapped("Manifest generation error (cached): authentication required"), None);
    check(&wrapped("charts/nope: app path does not exist"), None);
    check(&wrapped("unable to resolve 'nope' to a commit SHA"), None);
}

#[test]
fn what_is_said_of_another_host_is_not_ours() {
    check(
        &wrapped(
            r#"Get "https://charts.example.org/index.yaml": dial tcp: lookup charts.example.org: no such host"#,
        ),
        None,
    );
    check(&wrapped("`helm dependency build` failed: 403 Forbidden, status code: 403"), None);
}

#[test]
fn a_repo_server_that_is_not_up_is_one_cause_and_a_cluster_that_can_not_be_read_is_none() {
    check(
        r#"Failed to load target state: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 172.30.1.2:8081: connect: connection refused""#,
        Some(Cause::RepoServer),
    );
    check(
        r#"Failed to load live state: failed to get cluster info: x509: certificate signed by unknown authority"#,
        None,
    );
}

/// As Argo CD wraps what `git` said of a commit.
fn fetched(why: &str) -> String {
    wrapped(&format!(
        "failed to initialize repository resources: rpc error: code = Internal desc = Failed to fetch default: `git fetch origin --tags --force --prune` failed {why}"
    ))
}

#[test]
fn git_s_own_words_are_known_too() {
    for (why, cause) in [
        ("exit status 128: remote: Invalid username or token. fatal: Authentication failed", Cause::Login),
        ("timeout after 1m30s", Cause::Timeout),
        (
            "exit status 128: kex_exchange_identification: Connection closed by remote host Connection closed by 10.0.0.7 port 22 fatal: Could not read from remote repository.",
            Cause::Unreachable,
        ),
        (
            "exit status 128: remote: Forbidden fatal: unable to access 'https://git.example.com/org/gitops.git/': The requested URL returned error: 403",
            Cause::Login,
        ),
        (
            "exit status 128: fatal: unable to access 'https://git.example.com/': The requested URL returned error: 429",
            Cause::Unreachable,
        ),
        (
            "exit status 128: fatal: unable to access 'https://git.example.com/': The requested URL returned error: 500",
            Cause::Unreachable,
        ),
        (
            "exit status 128: fatal: unable to access 'https://git.example.com/': The requested URL returned error: 503",
            Cause::Unreachable,
        ),
        (
            "exit status 128: fatal: unable to access 'https://git.example.com/': The requested URL returned error: 407",
            Cause::Proxy,
        ),
        (
            "exit status 128: fatal: repository 'https://git.example.com/org/gitops.git/' not found",
            Cause::NotFound,
        ),
        (
            "exit status 128: fatal: unable to access 'https://git.example.com/': Failed to connect to git.example.com port 443 after 130012 ms: Couldn't connect to server",
            Cause::Unreachable,
        ),
        (
            "exit status 128: fatal: unable to access: Failed to connect to git.example.com port 443 after 130012 ms: Could not connect to server",
            Cause::Unreachable,
        ),
        (
            "exit status 128: fatal: unable to access 'https://git.example.com/': Could not resolve proxy: proxy.corp",
            Cause::Proxy,
        ),
        (
            "exit status 128: error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly fatal: early EOF",
            Cause::Unreachable,
        ),
        (
            "exit status 128: ERROR: Repository not found. fatal: Could not read from remote repository.",
            Cause::NotFound,
        ),
        (
            "exit status 128: Load key \"/dev/shm/1\": error in libcrypto git@git.example.com: Permission denied (publickey).",
            Cause::Login,
        ),
        (
            "exit status 128: fatal: unable to access 'https://git.example.com/': error:0A00010B:SSL routines::wrong version number",
            Cause::Tls,
        ),
        (
            "exit status 128: fatal: unable to access 'https://git.example.com/': SSL certificate problem: self-signed certificate",
            Cause::Authority,
        ),
        (
            "exit status 128: fatal: unable to access 'https://git.example.com/': SSL: no alternative certificate subject name matches target host name",
            Cause::Certificate,
        ),
    ] {
        check(&fetched(why), Some(cause));
    }
}

#[test]
fn go_s_own_words_are_known_too() {
    for (why, cause) in [
        (
            r#"failed to list refs: Get "https://git.example.com/x": http: server gave HTTP response to HTTPS client"#,
            Cause::Tls,
        ),
        ("failed to list refs: remote error: tls: handshake failure", Cause::Tls),
        ("failed to list refs: tls: first record does not look like a TLS handshake", Cause::Tls),
        ("ssh: no key found", Cause::Login),
        (
            "unexpected client error: unexpected requesting \"https://git.example.com/x\" status code: 429",
            Cause::Unreachable,
        ),
        ("failed to list refs: dial tcp 10.0.0.1:22: connect: no route to host", Cause::Unreachable),
        (
            r#"failed to list refs: Get "https://git.example.com/x": net/http: TLS handshake timeout"#,
            Cause::Timeout,
        ),
    ] {
        check_wrapped(why, cause);
    }
}

#[test]
fn words_that_nobody_knows_are_an_error_of_reading() {
    check_wrapped("failed to list refs: something new went wrong", Cause::Unknown);
    check_wrapped("something new went wrong", Cause::Unknown);
    check(&fetched("exit status 128: fatal: Could not read from remote repository."), Some(Cause::Unknown));
    check(
        "repository not accessible: repositories not accessible: &Repository{}: rpc error",
        Some(Cause::Unknown),
    );
}

#[test]
fn what_is_made_of_the_repository_says_nothing_about_access_whatever_words_it_holds() {
    for why in [
        "`kustomize build <path to cached source>/overlays/prod` failed exit status 1: Error: accumulating resources: Get \"https://git.example.com/base\": x509: certificate signed by unknown authority",
        "`helm dependency build` failed exit status 1: Error: could not download oci://registry: permission denied",
        "error resolving helm value files: open values-prod.yaml: permission denied",
        "Failed to evaluate jsonnet \"main.jsonnet\": RUNTIME ERROR: x509: no",
        "plugin sidecar failed. error generating manifests in cmp: rpc error: code = Unavailable desc = permission denied",
        "error generating manifests in cmp: rpc error: code = Unknown desc = `sh -c generate` failed exit status 1: authentication required",
        "Failed to unmarshal \"a.yaml\": error converting YAML to JSON: yaml: line 3: permission denied",
        "`helm template . --name-template x` failed exit status 1: Error: values don't meet the specifications of the schema(s) in the following chart(s): status code: 401",
        "repository contains out-of-bounds symlinks. file: x509:",
    ] {
        check(&wrapped(why), None);
    }
    check(
        "Unable to generate manifests in charts/a: rpc error: code = Unknown desc = `helm template .` failed: permission denied",
        None,
    );
}

#[test]
fn the_first_thing_that_argo_cd_was_doing_counts() {
    check(
        "Unable to generate manifests in charts/a: rpc error: code = Unknown desc = failed to list refs: authentication required",
        Some(Cause::Login),
    );
    check(&fetched("exit status 1: fatal: `helm is not what this is about"), Some(Cause::Unknown));
    check(
        &wrapped(
            "failed to list refs: Get \"https://sso.example.org/sign-in\": x509: certificate signed by unknown authority",
        ),
        Some(Cause::Authority),
    );
    check(
        r#"Get "https://mirror.example.org/x/info/refs?service=git-upload-pack": status code: 403"#,
        Some(Cause::Login),
    );
}

#[test]
fn a_revision_that_is_not_there_was_looked_for_in_a_repository_that_was_read() {
    check(&fetched("exit status 128: fatal: couldn't find remote ref refs/heads/nope"), None);
    check(&fetched("exit status 128: fatal: remote error: upload-pack: not our ref 4b825dc642cb"), None);
}

#[test]
fn a_submodule_is_told_as_one() {
    check_wrapped(
        "Failed to checkout FETCH_HEAD: failed to update submodules: `git submodule update --init --recursive` failed exit status 128: fatal: could not read Username for 'https://other.example.org'",
        Cause::Submodule,
    );
}

#[test]
fn what_a_set_says_counts_where_it_was_reading_or_the_words_are_known() {
    let reading = "error generating params from git: error getting directories from repo: error retrieving Git Directories: rpc error: code = Internal desc = unable to resolve git revision main: something new";
    assert_eq!(usual_cause_of_a_set(reading, URL), Some(Cause::Unknown));
    assert_eq!(usual_cause_of_a_set("application references project nope which does not exist", URL), None);
    assert_eq!(usual_cause_of_a_set("authentication required", URL), Some(Cause::Login));
}
