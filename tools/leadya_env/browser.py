"""Chromium for the browser tests: the system's, started the way tests need it."""

from . import cache, debian, paths, procs
from .errors import Failure

NAMES = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")
# Odoo starts the browser by itself and passes most of its switches; these are what it leaves out. Tests run as root too
# (no sandbox), and nothing may reach for the network: an update check in the middle of a tour is noise at best.
SWITCHES = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]


def prepare() -> None:
    """Put wrappers first on the server's PATH, by the names that Odoo tries first."""
    browser = _find()
    if not browser:
        debian.install("chromium", "Chromium is needed for the browser tests")
        browser = _find()
    if not browser:
        raise Failure("Chromium is needed for the browser tests: install it, and put it on the PATH.")
    switches = " ".join(f'"{switch}"' for switch in SWITCHES)
    for name in NAMES[:2]:
        cache.write_atomically(paths.BIN / name, f'#!/bin/sh\nexec "{browser}" {switches} "$@"\n', 0o755)


def _find() -> str | None:
    return next(filter(None, map(procs.find, NAMES)), None)
