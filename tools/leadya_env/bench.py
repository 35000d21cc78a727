"""Benchmarks: each `bench/bench_*.py` is a script that runs in Odoo's environment (contract: tools/README.md)."""

from pathlib import Path

from . import config, database, paths, procs, python
from .errors import Failure
from .progress import say, step

PLAIN = "leadya_bench_stock"
LOADED = "leadya_bench"
# What the second is copied from: copying throws out who is connected, and tests may be.
BASE = "leadya_bench_base"


def run(names: list[str]) -> int:
    """Run the scripts named, or all of them, each on fresh copies of stock CRM and of CRM with the addon."""
    scripts = [Path(name).resolve() for name in names] or sorted((paths.ROOT / "bench").glob("bench_*.py"))
    if not scripts:
        raise Failure("There is no bench/bench_*.py yet: add one, as tools/README.md tells.")
    failed = []
    try:
        for script in scripts:
            with step(f"Fresh databases for {script.name}"):
                database.copy(database.STOCK, PLAIN)
                database.copy(BASE, LOADED)
            say(f"{script.name}:")
            env = config.environment(LEADYA_BENCH_STOCK_DB=PLAIN, LEADYA_BENCH_DB=LOADED)
            if procs.wait(procs.spawn([python.executable(paths.VENV), script], env=env)):
                failed.append(script.name)
    finally:
        database.drop(PLAIN)
        database.drop(LOADED)
    if failed:
        raise Failure(f"These benchmarks failed or missed their limit: {', '.join(failed)}; see their output above.")
    return 0
