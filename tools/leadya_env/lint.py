"""The linters and formatters, all pinned, each reported by its own line; configuration lies in the project's root."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import cache, node, paths, procs, python
from .errors import Failure
from .progress import say

PRETTIER_SUFFIXES = {".js", ".scss", ".xml", ".css"}
# Not sources of ours: exports of Odoo, and libraries that were copied in.
FOREIGN = ("static/lib",)


def prepare() -> None:
    """Have the linters installed."""
    node.prepare()
    python.prepare_lint()
    # ES modules and prettier plugins are looked up from the configuration file upwards; the packages lie in the cache.
    cache.write_atomically(paths.NODE / "eslint.config.mjs", 'export {default} from "../../eslint.config.mjs";\n')


def _tool(name: str) -> list:
    return [python.executable(paths.LINT_VENV), "-m", name]


def _assets() -> list[Path]:
    """Files for prettier, addresses relative to the root."""
    found = []
    for addon in paths.addons():
        for path in sorted(addon.rglob("*")):
            relative = path.relative_to(paths.ROOT)
            if path.suffix in PRETTIER_SUFFIXES and not any(part in relative.as_posix() for part in FOREIGN):
                found.append(relative)
    return found


def _scripts() -> list[Path]:
    return [path for path in _assets() if path.suffix == ".js"]


def _python_sources() -> list[str]:
    folders = ["tools", "bench", *(addon.name for addon in paths.addons())]
    return [folder for folder in folders if (paths.ROOT / folder).is_dir()]


def _prettier(mode: str) -> list:
    plugin = paths.NODE / "node_modules/@prettier/plugin-xml/src/plugin.js"
    options = [
        "--plugin",
        plugin,
        "--config",
        "prettier.config.mjs",
        "--ignore-path",
        os.devnull,
        "--log-level",
        "warn",
    ]
    options += ["--cache", "--cache-location", paths.CACHE / "prettier.json"]
    return [paths.NODE_BIN / "prettier", mode, *options, *_assets()]


def _checks() -> dict[str, list]:
    """The commands by name; those without anything to look at are left out."""
    sources = _python_sources()
    addons = [addon.name for addon in paths.addons()]
    checks = {
        "ruff check": [*_tool("ruff"), "check", *sources],
        "ruff format": [*_tool("ruff"), "format", "--check", *sources],
    }
    if addons:
        checks["pylint-odoo"] = [*_tool("pylint"), "--rcfile=.pylintrc", "--jobs=1", *addons]
        oca = paths.LINT_VENV / "bin" / "python"
        checks["OCA module hooks"] = [oca, "-m", "oca_pre_commit_hooks.cli", *addons]
        catalogues = [
            path.relative_to(paths.ROOT) for addon in paths.addons() for path in sorted(addon.glob("i18n/*.po*"))
        ]
        if catalogues:
            checks["OCA translation hooks"] = [oca, "-m", "oca_pre_commit_hooks.cli_po", *catalogues]
    if _assets():
        checks["prettier"] = _prettier("--check")
    if _scripts():
        checks["eslint"] = [paths.NODE_BIN / "eslint", "--config", "eslint.config.mjs", "--max-warnings=0", *_scripts()]
    return checks


def check() -> int:
    """Run every linter; print what each of those that failed said."""
    checks = _checks()
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        failed = [
            name for name, fine in zip(checks, pool.map(_check, checks, checks.values()), strict=True) if not fine
        ]
    if failed:
        raise Failure(
            f"These linters found something: {', '.join(failed)}; `make format` mends formatting, the rest is above."
        )
    return 0


def _check(name: str, command: list) -> bool:
    begun = time.monotonic()
    done = _run(command)
    took = time.monotonic() - begun
    if done.returncode:
        say(f"lint: {name}: failed in {took:.1f} s\n{done.stdout.strip()}\n")
        return False
    say(f"lint: {name}: fine in {took:.1f} s")
    return True


def _run(command: list) -> subprocess.CompletedProcess:
    # Plugins and shared configurations of eslint are found through NODE_PATH by the configuration file itself.
    env = procs.environment(LEADYA_NODE_MODULES=str(paths.NODE / "node_modules"))
    return subprocess.run(
        [str(part) for part in command],
        cwd=paths.ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def rewrite() -> int:
    """Let the formatters rewrite the sources."""
    commands = {
        "ruff check --fix": [*_tool("ruff"), "check", "--fix", *_python_sources()],
        "ruff format": [*_tool("ruff"), "format", *_python_sources()],
    }
    if _assets():
        commands["prettier"] = _prettier("--write")
    if _scripts():
        commands["eslint --fix"] = [paths.NODE_BIN / "eslint", "--config", "eslint.config.mjs", "--fix", *_scripts()]
    for name, command in commands.items():
        _check(name, command)
    return 0
