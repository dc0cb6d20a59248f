"""Helm's part: a release owns its objects, refuses those of others, and takes away what its chart no longer says."""

import base64
import gzip
import json
import time

from cluster import Refused

PATHS = {
    "Subscription": "/apis/operators.coreos.com/v1alpha1/namespaces/{}/subscriptions",
    "ArgoCD": "/apis/argoproj.io/v1beta1/namespaces/{}/argocds",
    "ApplicationSet": "/apis/argoproj.io/v1alpha1/namespaces/{}/applicationsets",
}
MERGE = "application/merge-patch+json"


def path(thing):
    return PATHS[thing["kind"]].format(thing["metadata"]["namespace"])


class Release:
    def __init__(self, cluster, name, namespace):
        self.cluster, self.name, self.namespace = cluster, name, namespace
        self.secrets = f"/api/v1/namespaces/{namespace}/secrets"

    def upgrade_install(self, objects):
        latest = self.latest()
        if latest and latest["metadata"]["labels"]["status"].startswith("pending-"):
            raise Refused("UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress")
        before = manifest(latest) if latest else []
        for thing in objects:
            self.check_owner(thing)
        version = int(latest["metadata"]["labels"]["version"]) + 1 if latest else 1
        status = "pending-upgrade" if latest else "pending-install"
        secret = self.record(version, objects, status)
        for thing in objects:
            self.write(thing, next((one for one in before if same(one, thing)), None))
        for gone in (one for one in before if not any(same(one, thing) for thing in objects)):
            self.cluster.ask("DELETE", f"{path(gone)}/{gone['metadata']['name']}")
        self.mark(secret, "deployed")
        if latest:
            self.mark(latest["metadata"]["name"], "superseded")

    def latest(self):
        query = f"?labelSelector=owner%3Dhelm%2Cname%3D{self.name}"
        found = (self.cluster.get(self.secrets + query) or {}).get("items", [])
        return max(found, key=lambda one: int(one["metadata"]["labels"]["version"]), default=None)

    def check_owner(self, thing):
        name = thing["metadata"]["name"]
        live = self.cluster.get(f"{path(thing)}/{name}")
        if live is None:
            return
        labels, notes = (live["metadata"].get(part) or {} for part in ("labels", "annotations"))
        wrong = []
        if labels.get("app.kubernetes.io/managed-by") != "Helm":
            wrong.append('label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"')
        wanted = {"meta.helm.sh/release-name": self.name, "meta.helm.sh/release-namespace": self.namespace}
        for key, value in wanted.items():
            if notes.get(key) != value:
                wrong.append(f'annotation validation error: missing key "{key}": must be set to "{value}"')
        if wrong:
            raise Refused(
                f'Unable to continue with update: {thing["kind"]} "{name}" in namespace "{thing["metadata"]["namespace"]}" '
                "exists and cannot be imported into the current release: invalid ownership metadata; " + "; ".join(wrong)
            )

    def write(self, thing, before):
        wanted = owned(thing, self.name, self.namespace)
        one = f"{path(thing)}/{thing['metadata']['name']}?fieldManager=helm"
        if self.cluster.get(one) is None:
            self.cluster.ask("POST", f"{path(thing)}?fieldManager=helm", wanted)
        else:
            patch = three_way(before or thing, wanted)
            self.cluster.ask("PATCH", one, patch, MERGE)

    def record(self, version, objects, status):
        name = f"sh.helm.release.v1.{self.name}.v{version}"
        release = {"name": self.name, "version": version, "namespace": self.namespace, "manifest": json.dumps(objects)}
        packed = base64.b64encode(gzip.compress(json.dumps(release).encode()))
        labels = {"owner": "helm", "name": self.name, "status": status, "version": str(version)}
        labels["modifiedAt"] = str(int(time.time()))
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "labels": labels},
            "type": "helm.sh/release.v1",
            "data": {"release": base64.b64encode(packed).decode()},
        }
        self.cluster.ask("POST", self.secrets, body)
        return name

    def mark(self, secret, status):
        self.cluster.ask("PATCH", f"{self.secrets}/{secret}", {"metadata": {"labels": {"status": status}}}, MERGE)


def manifest(secret):
    packed = base64.b64decode(base64.b64decode(secret["data"]["release"]))
    try:
        return json.loads(json.loads(gzip.decompress(packed))["manifest"])
    except (OSError, ValueError, KeyError):
        return []


def same(one, other):
    return one["kind"] == other["kind"] and one["metadata"]["name"] == other["metadata"]["name"]


def owned(thing, release, namespace):
    metadata = dict(thing["metadata"])
    metadata["labels"] = {**metadata.get("labels", {}), "app.kubernetes.io/managed-by": "Helm"}
    metadata["annotations"] = {"meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace}
    return {**thing, "metadata": metadata}


def three_way(before, wanted):
    """What is wanted, and null for what was there before and is wanted no more."""
    patch = {key: None for key in before if key not in wanted}
    for key, value in wanted.items():
        old = before.get(key)
        patch[key] = three_way(old, value) if isinstance(value, dict) and isinstance(old, dict) else value
    return patch
