//! What a person and a machine see, whole: exit code, stdout and stderr of the common commands, with what differs from
//! run to run replaced by words of fixed width.

use crate::support::process::Ran;
use crate::support::sandbox::World;

/// What differs from run to run.
const REDACTED: &[(&str, &str)] = &[
    (r"(?m)^  took  .*$", "  took         [where the time went]"),
    (r"(?m)^ +0 ─+ \S+s$", "    0 ─ [took]"),
    (r" *[█▏▎▍▌▋▊▉]+", " [bar]"),
    (r"/\S*bitiq-sandbox-\w+/root", "[root]"),
    (r"/\S*/bitiq-bootstrap ", "bitiq-bootstrap "),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"\d{8}T\d{6}Z-[0-9a-f]{6}", "[run]"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?", "[time]"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[id]"),
    (r"\b[0-9a-f]{40}\b", "[commit]"),
    (r"\bis at [0-9a-f]{10}\b", "is at [commit]"),
    (r"(main|private\.git main) [0-9a-f]{10}\b", "$1 [commit]"),
    (r" +\d+\.\ds\b", " [took]"),
    (r#""duration_ms": \d+"#, r#""duration_ms": 0"#),
    (r#""user": "uid-\d+""#, r#""user": "[who]""#),
    (r#""pid": \d+"#, r#""pid": 0"#),
    (r#""host": "[^"]*""#, r#""host": "[host]""#),
    (r"(?m)^  by .*$", "  by           [who]"),
    (r"v1\.\d+\.\d+", "[version]"),
    (r"(?m)^.*│ \[time\] environment: .*\n", ""),
];

fn whole(ran: &Ran) -> String {
    format!("exit code {}\n--- stdout\n{}--- stderr\n{}", ran.code, ran.stdout, ran.stderr)
}

macro_rules! snapshot {
    ($ran:expr, @$expected:literal) => {
        insta::with_settings!({ filters => REDACTED.to_vec() }, { insta::assert_snapshot!(whole(&$ran), @$expected) });
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_for_a_fresh_cluster() {
    let world = World::without_vault().await;
    let ran = world.run(&["plan", "demo", "--quiet"]).await;
    snapshot!(ran, @"
    exit code 0
    --- stdout
    [time] ✓ this machine [took]  python3 on PATH
    [time] ✓ cluster [took]  https://127.0.0.1:PORT ([version]) as kubernetes-admin
    [time] ✓ repository [took]  branch main is at [commit] (environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD)
    plan for demo at https://127.0.0.1:PORT
      preflight    + Namespace openshift-gitops
      gitops-src   + working copy [root]/clusters/demo/.work/gitops-src
      operator     – skipped: the repository has no charts/bootstrap-operators/values.yaml
      vault-auth   – skipped: VAULT_ADDR and VAULT_TOKEN are not both set
      repo-creds   + Secret openshift-gitops/gitops-repo
                       password (from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD)
                       type
                       url
                       username (from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD)
                       annotation bitiq.io/cluster
                       annotation bitiq.io/cluster-id
                       label argocd.argoproj.io/secret-type
                       Secret type
      record       + ConfigMap openshift-gitops/bitiq-bootstrap
                       base_domain
                       cluster
                       cluster_id
                       env
                       git_sha
                       repo_ref
                       repo_url
                       schema_version
      script       › run scripts/bootstrap.sh (ENV=sno BASE_DOMAIN=apps.demo.example.test)
      argocd       – skipped: the cluster has no kind ArgoCD: there is no operator for it
      repo-access  › watch Applications of this repository
    4 to create. scripts/bootstrap.sh will run.
      next bitiq-bootstrap run demo
    --- stderr
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_as_json() {
    let world = World::without_vault().await;
    let mut ran = world.run(&["plan", "demo", "-o", "json"]).await;
    ran.stderr.clear(); // progress: the other tests show it
    snapshot!(ran, @r#"
    exit code 0
    --- stdout
    {
      "facts": {
        "base_domain": "apps.demo.example.test",
        "cluster": "demo",
        "cluster_id": "[id]",
        "credentials": {
          "origin": "environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD",
          "source": "env"
        },
        "env": "sno",
        "git_sha": "[commit]",
        "infra_id": null,
        "notes": [],
        "recreated_from": null,
        "repo_ref": "main",
        "repo_url": "https://127.0.0.1:PORT/private.git",
        "server": "https://127.0.0.1:PORT",
        "user": "kubernetes-admin",
        "vault": null,
        "version": "[version]"
      },
      "pending": true,
      "schema_version": 1,
      "steps": [
        {
          "changes": [
            {
              "action": "create",
              "object": "Namespace openshift-gitops"
            }
          ],
          "intent": "change",
          "name": "preflight"
        },
        {
          "changes": [
            {
              "action": "create",
              "object": "working copy [root]/clusters/demo/.work/gitops-src"
            }
          ],
          "intent": "change",
          "name": "gitops-src"
        },
        {
          "intent": "skip",
          "name": "operator",
          "reason": "the repository has no charts/bootstrap-operators/values.yaml"
        },
        {
          "intent": "skip",
          "name": "vault-auth",
          "reason": "VAULT_ADDR and VAULT_TOKEN are not both set"
        },
        {
          "changes": [
            {
              "action": "create",
              "fields": [
                "password (from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD)",
                "type",
                "url",
                "username (from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD)",
                "annotation bitiq.io/cluster",
                "annotation bitiq.io/cluster-id",
                "label argocd.argoproj.io/secret-type",
                "Secret type"
              ],
              "object": "Secret openshift-gitops/gitops-repo"
            }
          ],
          "intent": "change",
          "name": "repo-creds"
        },
        {
          "changes": [
            {
              "action": "create",
              "fields": [
                "base_domain",
                "cluster",
                "cluster_id",
                "env",
                "git_sha",
                "repo_ref",
                "repo_url",
                "schema_version"
              ],
              "object": "ConfigMap openshift-gitops/bitiq-bootstrap"
            }
          ],
          "intent": "change",
          "name": "record"
        },
        {
          "intent": "run",
          "name": "script",
          "what": "scripts/bootstrap.sh (ENV=sno BASE_DOMAIN=apps.demo.example.test)"
        },
        {
          "intent": "skip",
          "name": "argocd",
          "reason": "the cluster has no kind ArgoCD: there is no operator for it"
        },
        {
          "intent": "watch",
          "name": "repo-access",
          "what": "Applications of this repository"
        }
      ],
      "warnings": []
    }
    --- stderr
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_of_a_run_for_people_and_as_json() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let ran = world.run(&["trace", "demo"]).await;
    snapshot!(ran, @"
    exit code 0
    --- stdout
    run [run] of demo: succeeded
      began        [time]
      took         [where the time went]
      by           [who]
      repository   https://127.0.0.1:PORT/private.git main [commit]
      cluster      https://127.0.0.1:PORT [version] [id]
      login from   environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD
        0 ─ [took]
      ✓ preflight      changed [took] [bar]
          all preflight checks passed; cluster locked for this run
          create Namespace openshift-gitops
      ✓ gitops-src     changed [took] [bar]
          at [commit]
          create working copy [root]/clusters/demo/.work/gitops-src
      - operator       skipped [took] [bar]
          the repository has no charts/bootstrap-operators/values.yaml
      - vault-auth     skipped [took] [bar]
          VAULT_ADDR and VAULT_TOKEN are not both set
      ✓ repo-creds     changed [took] [bar]
          credentials from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD
          create Secret openshift-gitops/gitops-repo: password (from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD), type, url, username (from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD), annotation bitiq.io/cluster, annotation bitiq.io/cluster-id, label argocd.argoproj.io/secret-type, Secret type
      ✓ record         changed [took] [bar]
          ConfigMap updated
          create ConfigMap openshift-gitops/bitiq-bootstrap: base_domain, cluster, cluster_id, env, git_sha, repo_ref, repo_url, schema_version
      ✓ script         changed [took] [bar]
          exit code 0
          run scripts/bootstrap.sh
      - argocd         skipped [took] [bar]
          the cluster has no kind ArgoCD: there is no operator for it
      = repo-access    unchanged [took] [bar]
          Argo CD reads the repository (bitiq-umbrella-sno)
    --- stderr
    ");
    let ran = world.run(&["trace", "demo", "-o", "json"]).await;
    snapshot!(ran, @r#"
    exit code 0
    --- stdout
    {
      "base_domain": "apps.demo.example.test",
      "cluster": "demo",
      "credentials": {
        "path": "environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD",
        "source": "env"
      },
      "duration_ms": 0,
      "env": "sno",
      "error": null,
      "exit_code": 0,
      "finished_at": "[time]",
      "git_sha": "[commit]",
      "kubernetes": {
        "cluster_id": "[id]",
        "infra_id": null,
        "server": "https://127.0.0.1:PORT",
        "version": "[version]"
      },
      "last_success": {
        "git_sha": "[commit]",
        "run_id": "[run]",
        "timestamp": "[time]"
      },
      "repo_ref": "main",
      "repo_url": "https://127.0.0.1:PORT/private.git",
      "run_id": "[run]",
      "schema_version": 1,
      "started_at": "[time]",
      "started_by": {
        "host": "[host]",
        "pid": 0,
        "user": "[who]"
      },
      "status": "succeeded",
      "steps": [
        {
          "changes": [
            {
              "action": "create",
              "object": "Namespace openshift-gitops"
            }
          ],
          "detail": [
            "all preflight checks passed; cluster locked for this run"
          ],
          "duration_ms": 0,
          "name": "preflight",
          "started_at": "[time]",
          "status": "changed"
        },
        {
          "changes": [
            {
              "action": "create",
              "object": "working copy [root]/clusters/demo/.work/gitops-src"
            }
          ],
          "detail": [
            "at [commit]"
          ],
          "duration_ms": 0,
          "name": "gitops-src",
          "started_at": "[time]",
          "status": "changed"
        },
        {
          "changes": [],
          "detail": [
            "the repository has no charts/bootstrap-operators/values.yaml"
          ],
          "duration_ms": 0,
          "name": "operator",
          "started_at": "[time]",
          "status": "skipped"
        },
        {
          "changes": [],
          "detail": [
            "VAULT_ADDR and VAULT_TOKEN are not both set"
          ],
          "duration_ms": 0,
          "name": "vault-auth",
          "started_at": "[time]",
          "status": "skipped"
        },
        {
          "changes": [
            {
              "action": "create",
              "fields": [
                "password (from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD)",
                "type",
                "url",
                "username (from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD)",
                "annotation bitiq.io/cluster",
                "annotation bitiq.io/cluster-id",
                "label argocd.argoproj.io/secret-type",
                "Secret type"
              ],
              "object": "Secret openshift-gitops/gitops-repo"
            }
          ],
          "detail": [
            "credentials from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD"
          ],
          "duration_ms": 0,
          "name": "repo-creds",
          "started_at": "[time]",
          "status": "changed"
        },
        {
          "changes": [
            {
              "action": "create",
              "fields": [
                "base_domain",
                "cluster",
                "cluster_id",
                "env",
                "git_sha",
                "repo_ref",
                "repo_url",
                "schema_version"
              ],
              "object": "ConfigMap openshift-gitops/bitiq-bootstrap"
            }
          ],
          "detail": [
            "ConfigMap updated"
          ],
          "duration_ms": 0,
          "name": "record",
          "started_at": "[time]",
          "status": "changed"
        },
        {
          "changes": [
            {
              "action": "run",
              "object": "scripts/bootstrap.sh"
            }
          ],
          "detail": [
            "exit code 0"
          ],
          "duration_ms": 0,
          "name": "script",
          "started_at": "[time]",
          "status": "changed"
        },
        {
          "changes": [],
          "detail": [
            "the cluster has no kind ArgoCD: there is no operator for it"
          ],
          "duration_ms": 0,
          "name": "argocd",
          "started_at": "[time]",
          "status": "skipped"
        },
        {
          "changes": [],
          "detail": [
            "Argo CD reads the repository (bitiq-umbrella-sno)"
          ],
          "duration_ms": 0,
          "name": "repo-access",
          "started_at": "[time]",
          "status": "unchanged"
        }
      ],
      "timestamp": "[time]",
      "tool": {
        "command": "run",
        "name": "bitiq-bootstrap",
        "version": "0.1.0"
      },
      "vault": null,
      "warnings": []
    }
    --- stderr
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_stands_in_the_way_is_told_at_once() {
    let world = World::without_vault().await;
    world.set("repo_ref", "mian");
    let ran = world
        .command(&["run", "demo"])
        .env("BITIQ_BOOTSTRAP_REQUIRE_TOOL", "no-such-tool,python3")
        .env("VAULT_ADDR", "https://127.0.0.1:1")
        .env("VAULT_TOKEN", "s.0123456789")
        .ran()
        .await;
    // The looks are side by side: their order is nobody's promise, the errors' is.
    let errors = Ran { stdout: String::new(), ..ran };
    snapshot!(errors, @"
    exit code 3
    --- stdout
    --- stderr
    error preflight: no-such-tool not found on PATH
      next install what scripts/bootstrap.sh needs, or name its tools yourself: --require-tool NAME
      code PREFLIGHT-009
    error Vault: failed to ask Vault: Vault at https://127.0.0.1:PORT can't be reached: it refused the connection
      next is VAULT_ADDR right, is a proxy or VPN needed? Try:
        curl -sSk https://127.0.0.1:PORT/v1/sys/health
      code VAULT-009
    error repository: failed to find `mian` in https://127.0.0.1:PORT/private.git: no branch, tag or ref of this name
      next push that ref, or correct gitops.repo_ref in cluster.yaml; closest names: main
      code GIT-029
      retry bitiq-bootstrap run demo
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn validate_and_env_touch_nothing() {
    let world = World::without_vault().await;
    let ran = world.run(&["validate", "demo"]).await;
    snapshot!(ran, @"
    exit code 0
    --- stdout
    ✓ [root]/clusters/demo/cluster.yaml can be used
      cluster     demo
      env         sno
      base domain apps.demo.example.test
      repository  https://127.0.0.1:PORT/private.git
      ref         main
    --- stderr
    ");
    let ran = world.run(&["env", "demo"]).await;
    snapshot!(ran, @r#"
    exit code 0
    --- stdout
    ENV=sno
    BASE_DOMAIN=apps.demo.example.test
    TARGET_REV=main
    GIT_REPO_URL=https://127.0.0.1:PORT/private.git
    KUBECONFIG=[root]/clusters/demo/.work/kubeconfig

    # to run the script by hand, for investigation only:
    cd [root]/clusters/demo/.work/gitops-src && ENV=sno BASE_DOMAIN=apps.demo.example.test TARGET_REV=main GIT_REPO_URL=https://127.0.0.1:PORT/private.git KUBECONFIG=[root]/clusters/demo/.work/kubeconfig ./scripts/bootstrap.sh
    --- stderr
    "#);
    let ran = world.run(&["env", "demo", "--export"]).await;
    snapshot!(ran, @"
    exit code 0
    --- stdout
    export ENV=sno
    export BASE_DOMAIN=apps.demo.example.test
    export TARGET_REV=main
    export GIT_REPO_URL=https://127.0.0.1:PORT/private.git
    export KUBECONFIG=[root]/clusters/demo/.work/kubeconfig
    --- stderr
    ");
}
