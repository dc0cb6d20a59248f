"""What the bootstrap of a real GitOps repository does on OpenShift, in short: the operators' chart, then the ApplicationSet."""

import os
import time

import helm
import values
from cluster import MANAGER, Refused

DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/argocds.argoproj.io"
OLM = "/apis/operators.coreos.com/v1alpha1"
POLICY = "g, system:cluster-admins, role:admin\ng, cluster-admins, role:admin\ng, kubeadmin, role:admin\n"


def is_here(cluster, root):
    return os.path.exists(os.path.join(root, "charts/bootstrap-operators/values.yaml")) and cluster.get(OLM) is not None


def hand_over(cluster, root, argocd, log):
    chart = values.load(os.path.join(root, "charts/bootstrap-operators/values.yaml"))
    operators(cluster, chart, log)
    if cluster.get(f"/apis/argoproj.io/v1beta1/namespaces/{argocd}/argocds/{argocd}"):
        until(lambda: cluster.get(f"/apis/route.openshift.io/v1/namespaces/{argocd}/routes/{argocd}-server"), 10)
    log(f"Installing ApplicationSet (argocd-apps) for ENV={os.environ['ENV']}")
    apps = values.load(os.path.join(root, "charts/argocd-apps/values.yaml"))
    release = helm.Release(cluster, "argocd-apps", argocd)
    release.upgrade_install([application_set(apps, argocd)])
    app = f"bitiq-umbrella-{os.environ['ENV']}"
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{argocd}/applications/{app}"
    controller = f"/apis/apps/v1/namespaces/{argocd}/deployments/{argocd}-applicationset-controller"
    if until(lambda: cluster.get(path), 30 if cluster.get(controller) else 0.5):
        log(f"Application {app} is there")
    else:
        log(f"WARNING: {app} not found yet; controller may still be reconciling.")
    people(cluster, argocd, log)


def operators(cluster, chart, log):
    """Before the operator has brought its definition, no ArgoCD can be written."""
    gitops, instance = chart["operators"]["gitops"], chart.get("argoInstance") or {}
    fresh = cluster.get(DEFINITION) is None
    release = helm.Release(cluster, "bootstrap-operators", "openshift-operators")
    log("Installing/ensuring the operators of charts/bootstrap-operators")
    disabled = fresh or bool(gitops.get("disableDefaultInstance"))
    objects = [subscription(one, disabled and one is gitops) for one in chart["operators"].values() if installs(one)]
    wants = bool(instance.get("create"))
    release.upgrade_install(objects + ([argo(instance)] if wants and not fresh else []))
    await_csv(cluster, gitops)
    if not until(lambda: cluster.get(DEFINITION), 120):
        raise Refused("FATAL: Timed out waiting for CRD argocds.argoproj.io")
    if fresh:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "openshift-gitops"}}
        cluster.apply("/api/v1/namespaces/openshift-gitops", namespace)
        release.upgrade_install(objects + [argo(instance)])


def installs(operator):
    return bool(operator.get("name")) and operator.get("enabled") is not False


def await_csv(cluster, operator):
    namespace, name = operator["installNamespace"], operator["name"]

    def succeeded():
        found = cluster.get(f"{OLM}/namespaces/{namespace}/subscriptions/{name}") or {}
        csv = (found.get("status") or {}).get("currentCSV")
        csv = csv and cluster.get(f"{OLM}/namespaces/{namespace}/clusterserviceversions/{csv}")
        return csv and (csv.get("status") or {}).get("phase") == "Succeeded"

    if not until(succeeded, 120):
        raise Refused(f"Timed out waiting for Subscription {name} in namespace {namespace}")


def until(found, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = found()
        if result:
            return result
        time.sleep(0.1)
    return None


def subscription(operator, disabled):
    spec = {
        "channel": operator["channel"],
        "name": operator["name"],
        "source": operator["source"],
        "sourceNamespace": operator["sourceNamespace"],
        "installPlanApproval": operator["approval"],
    }
    if operator.get("startingCSV"):
        spec["startingCSV"] = operator["startingCSV"]
    if disabled:
        spec["config"] = {"env": [{"name": "DISABLE_DEFAULT_ARGOCD_INSTANCE", "value": "true"}]}
    metadata = {"name": operator["name"], "namespace": operator["installNamespace"]}
    return {"apiVersion": "operators.coreos.com/v1alpha1", "kind": "Subscription", "metadata": metadata, "spec": spec}


def argo(instance):
    metadata = {"name": instance["name"], "namespace": instance["namespace"]}
    spec = instance.get("spec") or {}
    return {"apiVersion": "argoproj.io/v1beta1", "kind": "ArgoCD", "metadata": metadata, "spec": spec}


def application_set(chart, argocd):
    env = os.environ
    elements = []
    for one in chart["envs"]:
        if one["name"] == env["ENV"]:
            element = {"env": one["name"], "cluster": one["clusterServer"], "appNamespace": one["appNamespace"]}
            element["baseDomain"] = env["BASE_DOMAIN"] or one["baseDomain"]
            element.update({key: value for key, value in one.items() if key.startswith("vault")})
            elements.append(element)
    shown = {name: "{{ .%s }}" % name for name in ("env", "baseDomain", "appNamespace")}
    shown["vault.runtime.address"] = "{{ .vaultRuntimeAddress }}"
    shown["bootstrapOperators.enabled"] = "false"
    shown.update({"repoUrl": env["GIT_REPO_URL"], "targetRevision": env["TARGET_REV"]})
    if env.get("INFRA_ID"):
        shown["infraID"] = env["INFRA_ID"]
    source = {"repoURL": env["GIT_REPO_URL"], "targetRevision": env["TARGET_REV"], "path": "charts/bitiq-umbrella"}
    source["helm"] = {"parameters": [{"name": name, "value": value} for name, value in shown.items()]}
    template = {
        "metadata": {
            "name": "bitiq-umbrella-{{ .env }}",
            "labels": {"bitiq.io/env": "{{ .env }}", "app.kubernetes.io/name": "bitiq-umbrella"},
        },
        "spec": {
            "project": "default",
            "source": source,
            "destination": {"server": "{{ .cluster }}", "namespace": "{{ .appNamespace }}"},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["CreateNamespace=true"]},
        },
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "bitiq-umbrella-by-env", "namespace": argocd},
        "spec": {"goTemplate": True, "generators": [{"list": {"elements": elements}}], "template": template},
    }


def people(cluster, argocd, log):
    """Rights of the people in Argo CD, and its server anew."""
    path = f"/apis/argoproj.io/v1beta1/namespaces/{argocd}/argocds/{argocd}"
    if cluster.get(path) is None:
        return
    log("Patching Argo CD RBAC to grant UI admin to kubeadmin + cluster-admin groups")
    rbac = {"policy": POLICY, "scopes": "[groups, sub, preferred_username, email]"}
    cluster.ask("PATCH", f"{path}?fieldManager={MANAGER}", {"spec": {"rbac": rbac}}, helm.MERGE)
    restarted = {"kubectl.kubernetes.io/restartedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    patch = {"spec": {"template": {"metadata": {"annotations": restarted}}}}
    cluster.ask("PATCH", f"/apis/apps/v1/namespaces/{argocd}/deployments/{argocd}-server", patch, helm.MERGE)
