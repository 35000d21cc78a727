"""Programs and files from npm: rtlcss for right-to-left styles, the linters of the web client, two of Odoo's assets."""

import shutil
import subprocess

from . import cache, debian, paths, procs
from .errors import Failure
from .progress import step

MIN_NODE = 18
SPECIFICATION = paths.TOOLS / "node"
FILES = ("package.json", "package-lock.json")


def prepare() -> None:
    """Install the pinned npm packages into the cache, and put rtlcss where the server finds it."""
    _require_node()
    inputs = cache.digest(*(SPECIFICATION / name for name in FILES), str(paths.NODE))
    if not cache.stamped("node", inputs):
        with step("npm packages (rtlcss, prettier, eslint, Font Awesome)"):
            paths.NODE.mkdir(parents=True, exist_ok=True)
            for name in FILES:
                shutil.copyfile(SPECIFICATION / name, paths.NODE / name)
            # `ci` starts from nothing, so a break half-way leaves nothing wrong behind; no package's script is run.
            command = ["npm", "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts"]
            # What npm has already is right by its hash; without a network it would otherwise retry for minutes.
            command += ["--prefer-offline", "--fetch-retries=2", "--fetch-retry-maxtimeout=10000"]
            failure = (
                "The npm packages could not be fetched: check the network and npm's configuration, and run make again"
            )
            procs.run(command, "npm", failure, cwd=paths.NODE)
        cache.stamp("node", inputs)
    wrapper = f'#!/bin/sh\n# Odoo calls rtlcss by this name.\nexec "{paths.NODE_BIN / "rtlcss"}" "$@"\n'
    link = paths.BIN / "rtlcss"
    if link.is_symlink():
        link.unlink()
    cache.write_atomically(link, wrapper, 0o755)


def _require_node() -> None:
    if not procs.find("node") or not procs.find("npm"):
        debian.install("nodejs npm", "Node.js with npm is needed for right-to-left styles and the linters")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if not version.startswith("v") or int(version[1:].split(".")[0]) < MIN_NODE:
        raise Failure(
            f"Node.js {MIN_NODE} or later is needed, not {version or 'an unknown version'}: install a newer one."
        )
