"""Stands in for a GitOps repository's bootstrap: checks what it is handed, then creates the umbrella Application.

Input, as environment variables: ENV, BASE_DOMAIN, TARGET_REV, GIT_REPO_URL, KUBECONFIG; INFRA_ID and ARGOCD_NAMESPACE
where there are any. expected.env, at the top of this repository, holds what they must be.

SANDBOX_SCRIPT, or the file scripts/behaviour, makes it misbehave; see misbehave.py.
"""

import os
import sys
import time

from cluster import Cluster, Refused
from misbehave import misbehave

try:
    import openshift
except ImportError:  # a repository for plain clusters
    openshift = None

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def log(text):
    print(f"[{time.strftime('%Y-%m-%dT%H:%M:%S')}] {text}", flush=True)


def fatal(text):
    log(f"FATAL: {text}")
    sys.exit(1)


def expected():
    """What each variable must be; a name that comes more than once has several good values."""
    values = {}
    with open(os.path.join(ROOT, "expected.env"), encoding="utf-8") as file:
        for line in file:
            name, equals, value = line.rstrip("\n").partition("=")
            if equals and not name.startswith("#"):
                values.setdefault(name, []).append(value)
    return values


def checked_out():
    """The commit that this working copy stands at, where HEAD names it itself."""
    try:
        with open(os.path.join(ROOT, ".git", "HEAD"), encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def check_variables(wanted):
    wrong = []
    for name in ("ENV", "BASE_DOMAIN", "TARGET_REV", "GIT_REPO_URL"):
        value = os.environ.get(name, "")
        good = list(wanted.get(name, []))
        if name == "TARGET_REV":
            good.append(checked_out())
        if not value:
            wrong.append(f"{name} is not set")
        elif value not in good:
            wrong.append(f"{name} is {value!r}, expected {' or '.join(repr(one) for one in good if one)}")
    return wrong


def open_cluster(wanted):
    """The cluster of KUBECONFIG, and what is wrong with it."""
    file = os.environ.get("KUBECONFIG", "")
    if not file:
        return None, ["KUBECONFIG is not set"]
    if not os.path.isabs(file):
        return None, [f"KUBECONFIG is {file!r}, expected an absolute path"]
    try:
        cluster = Cluster(file)
    except (OSError, ValueError) as why:
        return None, [f"KUBECONFIG can't be used: {why}"]
    if wanted.get("SERVER") and cluster.server not in wanted["SERVER"]:
        return None, [f"KUBECONFIG is of {cluster.server}, expected {' or '.join(wanted['SERVER'])}"]
    return cluster, []


def namespace(name, argocd):
    labels = {"argocd.argoproj.io/managed-by": argocd}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def application(name, argocd, app_namespace):
    env = os.environ
    parameters = {"env": env["ENV"], "baseDomain": env["BASE_DOMAIN"], "repoUrl": env["GIT_REPO_URL"]}
    if env.get("INFRA_ID"):
        parameters["infraID"] = env["INFRA_ID"]
    labels = {"bitiq.io/env": env["ENV"], "app.kubernetes.io/name": "bitiq-umbrella"}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": argocd, "labels": labels},
        "spec": {
            "project": "default",
            "source": {
                "repoURL": env["GIT_REPO_URL"],
                "targetRevision": env["TARGET_REV"],
                "path": "charts/bitiq-umbrella",
                "helm": {"parameters": [{"name": key, "value": value} for key, value in parameters.items()]},
            },
            "destination": {"server": "https://kubernetes.default.svc", "namespace": app_namespace},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["CreateNamespace=true"]},
        },
    }


def hand_over(cluster, argocd):
    env = os.environ["ENV"]
    app, app_namespace = f"bitiq-umbrella-{env}", f"bitiq-{env}"
    cluster.apply(f"/api/v1/namespaces/{app_namespace}", namespace(app_namespace, argocd))
    log(f"Namespace {app_namespace} is there")
    if openshift and openshift.is_here(cluster, ROOT):
        openshift.hand_over(cluster, ROOT, argocd, log)
        return
    group = "/apis/argoproj.io/v1alpha1"
    if cluster.get(group) is None:
        log("WARNING: the cluster knows no Application; none was created")
        return
    path = f"{group}/namespaces/{argocd}/applications/{app}"
    cluster.apply(path, application(app, argocd, app_namespace))
    log(f"Application {app} is there")


def main():
    names = sorted(name for name in os.environ if name not in ("_", "PWD", "SHLVL", "OLDPWD", "LC_CTYPE"))
    log(f"environment: {' '.join(names)}")
    wanted = expected()
    wrong = check_variables(wanted)
    cluster, wrong_cluster = open_cluster(wanted)
    wrong += wrong_cluster
    if wrong:
        fatal("; ".join(wrong))
    argocd = os.environ.get("ARGOCD_NAMESPACE") or "openshift-gitops"
    log("ENV={ENV}  BASE_DOMAIN={BASE_DOMAIN}  GIT_REPO_URL={GIT_REPO_URL}  TARGET_REV={TARGET_REV}".format(**os.environ))
    try:
        misbehave(ROOT, cluster, argocd, log)
        hand_over(cluster, argocd)
    except (Refused, OSError) as why:
        fatal(str(why))
    log("Bootstrap complete.")


if __name__ == "__main__":
    main()
