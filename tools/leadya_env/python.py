"""Virtual environments: one that Odoo and the tests run in, one for the Python linters."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import cache, debian, odoo, paths, procs
from .errors import Failure
from .progress import step

# What Odoo 19 accepts.
VERSIONS = ((3, 10), (3, 13))


def executable(venv: Path) -> Path:
    """The environment's Python."""
    return venv / "bin" / "python"


def prepare() -> None:
    """The environment of Odoo and the tests, with Odoo itself importable in it."""
    _ensure(paths.VENV, ["requirements.txt", "requirements-test.txt"], "Python packages for Odoo and the tests")
    # A .pth file instead of PYTHONPATH: whoever starts the environment's Python by hand has Odoo too.
    for site in paths.VENV.glob("lib/python3.*/site-packages"):
        cache.write_atomically(site / "leadya_odoo.pth", f"{odoo.home()}\n")


def prepare_lint() -> None:
    """The linters' own environment: they want other versions of the same packages than Odoo."""
    _ensure(paths.LINT_VENV, ["requirements-lint.txt"], "Python linters")


def _ensure(venv: Path, names: list[str], title: str) -> None:
    requirements = [paths.TOOLS / name for name in names]
    # The path is an input since an environment does not survive being moved.
    base = cache.digest(str(venv), list(sys.version_info[:2]))
    inputs = cache.digest(base, *requirements)
    if cache.stamped(venv.name, inputs) and executable(venv).exists():
        return
    with step(f"{title} (pip)"):
        building = venv.with_name(f"{venv.name}.building")
        reusable = executable(venv).exists() and not building.exists() and cache.stamped(f"{venv.name}-base", base)
        cache.unstamp(venv.name)
        building.touch()
        if not reusable:
            _create(venv, title)
            cache.stamp(f"{venv.name}-base", base)
        command = [executable(venv), "-m", "pip", "install", "--quiet", "--no-input"]
        command += [part for path in requirements for part in ("--requirement", path)]
        failure = f"{title} could not be installed: check the network and pip's configuration, and run make again"
        procs.run(command, f"pip-{venv.name}", failure)
        building.unlink()
    cache.stamp(venv.name, inputs)


def _create(venv: Path, title: str) -> None:
    shutil.rmtree(venv, ignore_errors=True)
    python = _interpreter()
    if not _has_venv(python):
        debian.install("python3-venv", "Python's venv module is needed")
    failure = f"{title}: no virtual environment could be made with {python}; install python3-venv"
    procs.run([python, "-m", "venv", venv], f"venv-{venv.name}", failure)


def _has_venv(python: str) -> bool:
    probe = [python, "-c", "import venv, ensurepip"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _interpreter() -> str:
    """This Python when Odoo accepts it, else another one on the PATH."""
    low, high = VERSIONS
    if low <= sys.version_info[:2] <= high:
        return sys.executable
    for minor in (12, 11, 13, 10):
        found = procs.find(f"python3.{minor}")
        if found and _works(found):
            return found
    raise Failure(
        f"Odoo 19 needs Python {low[0]}.{low[1]} to {high[0]}.{high[1]}, this is {sys.version.split()[0]}: "
        "install python3.12, for example."
    )


def _works(python: str) -> bool:
    return (
        os.access(python, os.X_OK) and subprocess.run([python, "-V"], capture_output=True, check=False).returncode == 0
    )
