"""Running other programs: output to a log file, failures as one sentence, nothing left behind."""

import ctypes
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import cache, paths
from .errors import Failure
from .progress import say

VERBOSE = os.environ.get("VERBOSE", "") not in ("", "0")
PR_SET_PDEATHSIG = 1
# Variables that would silently point Odoo, pip or Python somewhere else than this environment.
FOREIGN = ("ODOO_RC", "OPENERP_SERVER", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "DATABASE_URL")

try:
    _libc = ctypes.CDLL(None)
except OSError:
    _libc = None


def die_with_parent() -> None:
    """In a child: ask the kernel for a SIGTERM when the parent dies, even by kill -9 (Linux)."""
    if hasattr(_libc, "prctl"):
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def environment(**extra: str) -> dict[str, str]:
    """The environment for Odoo and its helpers: the caches' programs first, nothing that points elsewhere."""
    env = {key: value for key, value in os.environ.items() if key not in FOREIGN and not key.startswith("PG")}
    env["PATH"] = os.pathsep.join([str(paths.BIN), env.get("PATH", os.defpath)])
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    return env | extra


def run(command: list, log: str, failure: str, reason: Callable[[Path], str] | None = None, **options) -> None:
    """Run to the end with the output in `.cache/logs/<log>.log`.

    :param failure: what to do if it goes wrong
    :param reason: finds the reason in the log, to be told before that
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    path = paths.LOGS / f"{log}.log"
    with path.open("w") as output:
        output.write(f"$ {shlex.join(map(str, command))}\n")
        output.flush()
        code = wait(spawn(command, stdout=output, stderr=subprocess.STDOUT, **options))
    if VERBOSE:
        say(path.read_text(errors="replace"))
    if code:
        told = reason(path) if reason else ""
        raise Failure(f"{told}{': ' if told else ''}{failure} (exit code {code}; full log: {path}).")


def spawn(command: list, **options) -> subprocess.Popen:
    """Start a program that ends when we do."""
    options.setdefault("env", environment())
    options.setdefault("cwd", paths.ROOT)
    options.setdefault("stdin", subprocess.DEVNULL)
    try:
        return subprocess.Popen(
            [str(part) for part in command], preexec_fn=die_with_parent, pass_fds=tuple(cache.held), **options
        )
    except FileNotFoundError as error:
        raise Failure(f"{command[0]} is not there any more; run `make clean` and try again.") from error


def wait(process: subprocess.Popen) -> int:
    """Wait for a program, and take it down with us when we are interrupted."""
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def find(name: str) -> str | None:
    """A program on the PATH, other than the wrappers of this environment."""
    places = [
        place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if place and Path(place) != paths.BIN
    ]
    return shutil.which(name, path=os.pathsep.join(places))
