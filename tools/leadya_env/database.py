"""Databases, prepared once and brought up to date when the addon's files change.

What a database is, stands in its comment: it travels with the database, is gone with it, and a database without one was
not made here, so it is never dropped.
"""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from . import cache, config, logs, odoo, paths, postgres, procs, python
from .errors import Failure
from .progress import step

DEMO = "leadya_demo"
STOCK = "leadya_stock"
TEST = "leadya_test"
BRIDGES = "leadya_test_bridges"
# English first: the first language that is loaded becomes everybody's.
LANGUAGES = ("en_US", "he_IL", "ru_RU")
# Files that a database does not depend on: tests are read from the disk, and so are the browser's assets.
UNRELATED = {"tests", "static", "__pycache__", "README.md", "README.rst"}


@dataclass
class Plan:
    """What a database is made of."""

    name: str
    modules: list[str]
    demo: bool = False
    languages: tuple = ()
    template: str = ""
    options: list = field(default_factory=list)


def addons_fingerprint() -> str:
    """Changes with every file of the addons that a database depends on."""
    files = [
        path
        for addon in paths.addons()
        for path in sorted(addon.rglob("*"))
        if path.is_file() and not UNRELATED.intersection(path.relative_to(addon).parts)
    ]
    return cache.digest(*_named(files))


def _named(files):
    for path in files:
        yield str(path.relative_to(paths.ROOT))
        yield path


def stock_plan() -> Plan:
    """Plain CRM without demo data, as Odoo's own tests want it; test databases are copies of it."""
    return Plan(STOCK, ["crm"])


def test_plan(name: str = TEST) -> Plan:
    """The addon installed on a CRM that was there before."""
    return Plan(name, _modules(), template=STOCK)


def bridges_plan() -> Plan:
    """The addon with its bridges and the apps that these need."""
    return Plan(BRIDGES, [addon.name for addon in paths.addons()], template=STOCK)


def demo_plan(name: str = DEMO) -> Plan:
    """What a visitor of `make run` sees."""
    return Plan(name, ["crm", *_modules()], demo=True, languages=LANGUAGES)


def _modules() -> list[str]:
    return [paths.main_addon().name] if paths.main_addon() in paths.addons() else []


# --------------------------------------------------------------- state


def state(name: str) -> dict | None:
    """What the comment of a database says; None when there is no such database."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    rows = postgres.sql([(query, [name])])
    if not rows:
        return None
    try:
        return json.loads(rows[0][0] or "")["leadya"]
    except (ValueError, KeyError, TypeError):
        raise Failure(
            f"A database {name} is there that make did not create: rename or drop it, and run make again."
        ) from None


def _remember(name: str, **facts: str) -> None:
    postgres.sql([(f'COMMENT ON DATABASE "{name}" IS %s', [json.dumps({"leadya": facts})])])


def drop(name: str) -> None:
    """Drop a database and its files."""
    close = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    postgres.sql([(close, [name]), (f'DROP DATABASE IF EXISTS "{name}"', [])])
    shutil.rmtree(_filestore(name), ignore_errors=True)


def copy(source: str, target: str) -> None:
    """Copy a database with its files (hard links: Odoo never writes to a stored file twice)."""
    if state(target) is not None:
        drop(target)
    close = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    postgres.sql([(close, [source]), (f'CREATE DATABASE "{target}" TEMPLATE "{source}"', [])])
    _remember(target, stage="building")
    shutil.rmtree(_filestore(target), ignore_errors=True)
    if _filestore(source).exists():
        shutil.copytree(_filestore(source), _filestore(target), copy_function=os.link)


def _filestore(name: str) -> Path:
    return paths.DATA / "filestore" / name


# --------------------------------------------------------------- preparation


def ensure(plan: Plan, fresh: bool = False) -> None:
    """Have a database as planned: made, brought up to date, or left alone when nothing changed."""
    known = state(plan.name)
    if known is not None and (fresh or known.get("stage") != "ready"):
        drop(plan.name)
        known = None
    sources, addons = odoo.fingerprint(), addons_fingerprint()
    if known is None:
        with step(f"Database {plan.name} ({', '.join(plan.modules) or 'copy'}{', demo data' if plan.demo else ''})"):
            _create(plan)
    elif known.get("odoo") != sources:
        with step(f"Database {plan.name}: Odoo changed, updating everything"):
            update(plan.name, ["base"])
    elif "leadya_crm" in plan.modules and known.get("addons") != addons:
        with step(f"Database {plan.name}: the addon changed, updating"):
            refresh(plan)
    else:
        return
    _remember(plan.name, stage="ready", odoo=sources, addons=addons)


def _create(plan: Plan) -> None:
    if plan.template:
        copy(plan.template, plan.name)
    else:
        # As Odoo creates it: from template0, ordered by bytes.
        statement = f"CREATE DATABASE \"{plan.name}\" ENCODING 'unicode' LC_COLLATE 'C' TEMPLATE template0"
        postgres.sql([(statement, [])])
        _remember(plan.name, stage="building")
    if plan.modules:
        options = ["--init", ",".join(plan.modules)]
        options += ["--with-demo"] if plan.demo else []
        options += ["--load-language", ",".join(plan.languages)] if plan.languages else []
        server(plan.name, options, f"{plan.name}-install", f"Odoo could not install {', '.join(plan.modules)}")


def refresh(plan: Plan) -> None:
    """Update the addon, and install it (or bridges) if it has appeared since."""
    options = ["--init", ",".join(plan.modules), "--update", ",".join(addon.name for addon in paths.addons())]
    options += ["--with-demo"] if plan.demo else []
    server(plan.name, options, f"{plan.name}-update", "Odoo could not update the addon")


def update(name: str, modules: list[str], log: str = "") -> None:
    """`-u` of modules."""
    options = ["--update", ",".join(modules)]
    server(name, options, log or f"{name}-update", f"Odoo could not update {', '.join(modules)}")


def server(name: str, options: list[str], log: str, failure: str) -> None:
    """Run Odoo's server to load a database, and stop."""
    command = [python.executable(paths.VENV), "-m", "odoo", "--database", name, *options]
    command += ["--stop-after-init", "--no-http", "--max-cron-threads", "0"]
    hint = f"{failure}: read the log, correct the addon, and run make again"
    procs.run(command, log, hint, reason=_reason, env=config.environment())


def _reason(log: Path) -> str:
    """The last line of the last error: what Python calls the exception."""
    errors = [alarm for alarm in logs.alarms(log) if not alarm.startswith("WARNING")]
    return errors[-1].strip().splitlines()[-1].strip() if errors else ""
