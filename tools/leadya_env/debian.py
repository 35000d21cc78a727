"""Debian packages: the few that are installed on the system (named first), and those only unpacked in the cache."""

import os
import re
import shutil
from pathlib import Path

from . import paths, procs
from .errors import Failure
from .progress import say, step

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SOURCES = Path("/etc/apt")


def install(package: str, why: str) -> None:
    """Install a system package when we may; else say in one sentence what to install."""
    advice = f"{why}: install it with `apt-get install {package}` as root, then run make again"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Failure(f"{advice}.")
    say(f"Installing the Debian package {package} on this system: {why}")
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *package.split()]
    env = procs.environment(DEBIAN_FRONTEND="noninteractive")
    with step(f"apt-get install {package}"):
        try:
            procs.run(command, f"apt-{package.split()[0]}", advice, env=env)
        except Failure:
            # Lists that are missing or old are the usual reason, and only a new update tells.
            procs.run(
                ["apt-get", "update"], "apt-update", f"apt-get update failed: check the network, or {advice}", env=env
            )
            procs.run(command, f"apt-{package.split()[0]}", advice, env=env)


def mirror(sources: Path = SOURCES) -> str | None:
    """The Debian mirror that this machine itself uses: no host name is written down anywhere."""
    found = []
    files = [sources / "sources.list", *sorted((sources / "sources.list.d").glob("*"))]
    for file in files:
        if not file.is_file():
            continue
        if file.suffix == ".sources":
            found += _deb822(file.read_text(errors="replace"))
        elif file.suffix == ".list":
            found += _one_line(file.read_text(errors="replace"))
    debian = [
        (uri, suite) for uri, suite, keyring in found if "debian" in f"{uri} {keyring}" and "security" not in suite
    ]
    # The plain suite comes first: updates and backports may be served from elsewhere.
    debian.sort(key=lambda entry: "-" in entry[1])
    return debian[0][0] if debian else None


def _deb822(text: str) -> list[tuple[str, str, str]]:
    entries = []
    for paragraph in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t]+.*)*)", paragraph, re.M))
        if "deb" not in fields.get("Types", "").split() or fields.get("Enabled", "yes").strip() == "no":
            continue
        if "main" not in fields.get("Components", "").split():
            continue
        for uri in fields.get("URIs", "").split():
            entries += [(uri, suite, fields.get("Signed-By", "")) for suite in fields.get("Suites", "").split()]
    return entries


def _one_line(text: str) -> list[tuple[str, str, str]]:
    lines = re.findall(r"^\s*deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$", text, re.M)
    return [(uri, suite, options) for options, uri, suite, components in lines if "main" in components.split()]


def download(packages: list[str], suite: str) -> list[Path]:
    """Fetch packages of another suite with a private apt configuration; the system's own apt sees nothing of it."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Failure("This system has no apt: set ODOO_HOME to a checkout of Odoo 19.0 and run make again.")
    address = mirror()
    if not address or not KEYRING.exists():
        raise Failure(
            "No Debian mirror is configured on this machine: "
            "set ODOO_HOME to a checkout of Odoo 19.0 and run make again."
        )
    home = paths.CACHE / "apt"
    for folder in ("sources", "lists/partial", "cache/archives/partial"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "sources" / f"{suite}.sources").write_text(
        f"Types: deb\nURIs: {address}\nSuites: {suite}\nComponents: main\nSigned-By: {KEYRING}\n"
    )
    options = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": home / "sources",
        "Dir::State::lists": home / "lists",
        "Dir::Cache": home / "cache",
        "Dir::Etc::preferencesparts": "/dev/null",
        # The cache may be below a directory that apt's own user cannot enter.
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    apt = ["apt-get", *(part for key, value in options.items() for part in ("-o", f"{key}={value}"))]
    offline = "could not be fetched: check the network and run make again, or set ODOO_HOME to a checkout of Odoo 19.0"
    procs.run([*apt, "update"], "odoo-apt-update", f"Debian's package list ({suite}) {offline}")
    paths.DOWNLOADS.mkdir(parents=True, exist_ok=True)
    for stale in paths.DOWNLOADS.glob("*.deb"):
        stale.unlink()
    procs.run([*apt, "download", *packages], "odoo-apt-download", f"Odoo's packages {offline}", cwd=paths.DOWNLOADS)
    return sorted(paths.DOWNLOADS.glob("*.deb"))


def unpack(packages: list[Path], target: Path) -> None:
    """Unpack packages into a directory; nothing of them is run or registered."""
    for package in packages:
        failure = f"{package.name} could not be unpacked: check the free disk space and run make again"
        procs.run(["dpkg-deb", "--extract", package, target], "odoo-unpack", failure)
