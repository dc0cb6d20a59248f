"""The cluster's API by a kubeconfig: one cluster, one user, every key on a line of its own, or the same as JSON."""

import base64
import json
import os
import re
import ssl
import tempfile
import urllib.error
import urllib.request

KEYS = (
    "server",
    "certificate-authority-data",
    "certificate-authority",
    "insecure-skip-tls-verify",
    "tls-server-name",
    "client-certificate-data",
    "client-certificate",
    "client-key-data",
    "client-key",
    "token",
    "tokenFile",
    "exec",
)
MANAGER = "gitops-bootstrap-script"


class Refused(Exception):
    """The cluster did not do what it was asked."""


class Cluster:
    def __init__(self, file):
        with open(file, encoding="utf-8") as opened:
            found = read(opened.read())
        if "server" not in found:
            raise ValueError(f"{file} names no server")
        if "exec" in found:
            raise ValueError(f"{file} logs in through a program, which this script can't")
        self.server = found["server"].rstrip("/")
        self.token = token(found)
        self.context = tls(found)

    def get(self, path):
        return self.ask("GET", path)

    def apply(self, path, desired):
        query = f"?fieldManager={MANAGER}&force=true"
        if self.ask("PATCH", path + query, desired, "application/apply-patch+yaml") is None:
            raise Refused(f"failed to apply {path}: not found")

    def ask(self, method, path, body=None, kind="application/json"):
        """The answer, or None for 404."""
        headers = {"Accept": "application/json", "User-Agent": MANAGER}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = kind
        request = urllib.request.Request(self.server + path, data=data, headers=headers, method=method)
        try:
            with opener(self.context).open(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as why:
            if why.code == 404:
                return None
            raise Refused(f"failed to {method} {path}: {why.code} {said(why)}") from None
        except urllib.error.URLError as why:
            raise Refused(f"failed to {method} {path}: {why.reason}") from None


def opener(context):
    """Without a proxy: the sandbox's cluster is on this machine."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))


def said(error):
    try:
        return json.load(error).get("message", "")
    except ValueError:
        return error.reason


def token(found):
    if found.get("tokenFile"):
        with open(found["tokenFile"], encoding="utf-8") as file:
            return file.read().strip()
    return found.get("token")


def pem(found, name):
    """What the kubeconfig holds, or points at, under this name."""
    if found.get(name + "-data"):
        return base64.b64decode(found[name + "-data"]).decode()
    if found.get(name):
        with open(found[name], encoding="utf-8") as file:
            return file.read()
    return None


def tls(found):
    context = ssl.create_default_context(cadata=pem(found, "certificate-authority"))
    if found.get("insecure-skip-tls-verify") == "true":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif "tls-server-name" in found:
        context.check_hostname = False
    certificate, key = pem(found, "client-certificate"), pem(found, "client-key")
    if certificate and key:
        # the ssl module takes them from a file only
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            os.chmod(file.name, 0o600)
            file.write(certificate + "\n" + key)
            file.flush()
            context.load_cert_chain(file.name)
    return context


def read(text):
    """The keys that matter here."""
    if text.lstrip().startswith("{"):
        return flat(json.loads(text))
    found, lines = {}, text.splitlines()
    for number, line in enumerate(lines):
        match = re.match(r"^[\s-]*([A-Za-z-]+):\s*(.*?)\s*$", line)
        if match and match[1] in KEYS and match[1] not in found:
            found[match[1]] = scalar(match[2], lines[number + 1 :], indent(line))
    return {key: value for key, value in found.items() if value or key == "exec"}


def scalar(value, following, depth):
    """A plain or quoted value, or a block that stands on the lines below."""
    if value[:1] in ("|", ">"):
        block = []
        for line in following:
            if line.strip() and indent(line) <= depth:
                break
            block.append(line.strip())
        return ("\n" if value[0] == "|" else "").join(block).strip()
    if value[:1] == '"':
        return json.loads(value)
    if value[:1] == "'":
        return value[1:-1].replace("''", "'")
    return value


def indent(line):
    return len(line) - len(line.lstrip())


def flat(value, found=None):
    found = {} if found is None else found
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in KEYS and not isinstance(inner, (dict, list)):
                text = str(inner).lower() if isinstance(inner, bool) else str(inner)
                found.setdefault(key, text)
            elif key == "exec" and inner:
                found["exec"] = "yes"
            else:
                flat(inner, found)
    elif isinstance(value, list):
        for inner in value:
            flat(inner, found)
    return found
