"""What a script may do wrong. Switches, separated by commas or lines, are done in the order given:

fail=CODE            ends with this exit code
die=SIGNAL           ends by this signal's number
hang                 waits for ever
sleep=SECONDS        waits that long
flood=MIB            prints so much, in lines
longline=MIB         prints so much, without a line break
binary               prints bytes that are no text
say=TEXT             prints this
stderr=TEXT          prints this as an error
split=TEXT           prints this in two writes, with a pause in the middle
env=NAME             prints this environment variable
login                prints the password of the Secret that Argo CD reads the repository with
split-login          the same in two writes
ignore-term          ignores SIGTERM and SIGINT from here on
slow-term=SECONDS    takes that long to end after SIGTERM, and says when it did
background           leaves a child that outlives it and holds its output open; says its process id
"""

import base64
import os
import signal
import subprocess
import sys
import time


def misbehave(root, cluster, argocd, log):
    for switch in switches(root):
        name, _, value = switch.partition("=")
        action = ACTIONS.get(name)
        if action is None:
            log(f"FATAL: there is no switch {name!r}")
            sys.exit(64)
        action(value, cluster, argocd)


def switches(root):
    text = os.environ.get("SANDBOX_SCRIPT", "")
    file = os.path.join(root, "scripts", "behaviour")
    if not text and os.path.exists(file):
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
    return [switch.strip() for switch in text.replace("\n", ",").split(",") if switch.strip()]


def write(text, stream=1):
    data = text.encode() if isinstance(text, str) else text
    while data:
        data = data[os.write(stream, data) :]


def split(text):
    middle = len(text) // 2
    write(text[:middle])
    time.sleep(0.3)
    write(text[middle:] + "\n")


def flood(mib, end):
    block = (("0123456789abcdef" * 8)[:127] + end) * 8
    for _ in range(int(float(mib) * 1024 * 1024) // len(block)):
        write(block)


def login(cluster, argocd):
    name = os.environ.get("GITOPS_REPO_SECRET_NAME") or "gitops-repo"
    secret = cluster.get(f"/api/v1/namespaces/{argocd}/secrets/{name}") or {}
    data = secret.get("data") or {}
    return base64.b64decode(data.get("password") or data.get("sshPrivateKey") or "").decode() or "no login"


def hang():
    while True:
        time.sleep(3600)


def ignore_term():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def slow_term(seconds):
    def end(number, _frame):
        write(f"ending after signal {number}\n")
        time.sleep(float(seconds))
        write("ended in good order\n")
        os._exit(128 + number)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def background():
    child = subprocess.Popen(["sleep", "300"])
    write(f"background process {child.pid}\n")


def say_env(name):
    write(f"{name}={os.environ.get(name, '')}\n")


ACTIONS = {
    "fail": lambda value, *_: sys.exit(int(value or 1)),
    "die": lambda value, *_: os.kill(os.getpid(), int(value or signal.SIGKILL)),
    "hang": lambda *_: hang(),
    "sleep": lambda value, *_: time.sleep(float(value)),
    "flood": lambda value, *_: flood(value or 1, "\n"),
    "longline": lambda value, *_: flood(value or 1, ""),
    "binary": lambda *_: write(bytes(range(256)) + b"\n"),
    "say": lambda value, *_: write(value + "\n"),
    "stderr": lambda value, *_: write(value + "\n", 2),
    "split": lambda value, *_: split(value),
    "env": lambda value, *_: say_env(value),
    "login": lambda _, cluster, argocd: write(login(cluster, argocd) + "\n"),
    "split-login": lambda _, cluster, argocd: split(login(cluster, argocd)),
    "ignore-term": lambda *_: ignore_term(),
    "slow-term": lambda value, *_: slow_term(value or 1),
    "background": lambda *_: background(),
}
