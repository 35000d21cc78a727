"""The whole test suite: every step runs even when an earlier one failed, and the end tells all that failed."""

import json
import shutil
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import cache, config, database, lint, logs, odoo, paths, postgres, procs, python
from .errors import Failure
from .progress import say, step

# Not the database of `make test T=…`, so that one may work while the whole suite runs.
MAIN = "leadya_suite"
CORE = "leadya_suite_core"
BRIDGES = "leadya_suite_bridges"
DEMO = "leadya_suite_demo"
UNINSTALLED = "leadya_suite_uninstalled"
CORE_SUITES = ("crm", "sales_team", "utm")
# What must still work after the addon is gone; a part of crm's own tests that takes seconds.
AFTER_UNINSTALL = ("test_crm_lead.py", "test_crm_lead_merge.py")
# A test that is skipped because the environment lacks something would hide what it was to show.
MISSING = ("chrome", "chromium", "websocket")


@dataclass
class Outcome:
    """What became of a step."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    why: list = field(default_factory=list)


class Suite:
    """Runs steps, and remembers how they ended."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}

    def step(self, title: str, work: Callable[[Outcome], None], needs: tuple[str, ...] = ()) -> None:
        """Run one step; a step whose ground is missing is told as failed, not run."""
        outcome = self.outcomes[title] = Outcome()
        missing = [need for need in needs if self.outcomes[need].why]
        begun = time.monotonic()
        if missing:
            outcome.why.append(f"not run, since it needs: {', '.join(missing)}")
        else:
            say(f"── {title}")
            try:
                work(outcome)
            except Failure as failure:
                outcome.why.append(str(failure))
        outcome.seconds = time.monotonic() - begun
        if outcome.why and not outcome.failed:
            outcome.failed = 1
        elif not outcome.passed and not outcome.failed:
            outcome.passed = 1

    def report(self) -> int:
        """Print what became of all, ending with one line that counts."""
        print("\nSummary", flush=True)
        for title, outcome in self.outcomes.items():
            counts = f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped"
            print(f"  {'FAIL' if outcome.why else 'ok  '}  {title:<42} {outcome.seconds:6.1f} s  {counts}")
            for reason in outcome.why:
                print(f"        {reason}")
        total = [
            sum(getattr(outcome, name) for outcome in self.outcomes.values())
            for name in ("passed", "failed", "skipped")
        ]
        print(f"\n{total[0]} passed, {total[1]} failed, {total[2]} skipped", flush=True)
        failed = [title for title, outcome in self.outcomes.items() if outcome.why]
        if failed:
            sys.stderr.write(
                f"\nmake test: {len(failed)} steps failed ({'; '.join(failed)}): mend what is listed above.\n"
            )
        return 1 if failed else 0


def everything(prepare_stock: Callable[[], None]) -> int:
    """Linters, then every test there is."""
    shutil.rmtree(paths.RESULTS, ignore_errors=True)
    paths.RESULTS.mkdir(parents=True)
    suite = Suite()
    own = [path for addon in paths.addons() if (path := addon / "tests").is_dir()]
    main = [path for path in own if path.parent == paths.main_addon()]
    bridges = [path for path in own if path not in main]

    suite.step("linters", lambda outcome: _lint())
    suite.step("the tools' own tests", _tools)
    suite.step("stock CRM", lambda outcome: prepare_stock())
    install = "installing the addon on a running CRM"
    suite.step(install, lambda outcome: _install(), needs=("stock CRM",))
    if main:
        suite.step(
            "the addon's tests",
            lambda outcome: _pytest(outcome, "own", MAIN, main, strict=True),
            needs=(install,),
        )
    if bridges:
        suite.step("the bridges' tests", lambda outcome: _bridges(outcome, bridges), needs=(install,))
    suite.step("Odoo's tests with the addon", _core, needs=(install,))
    suite.step("a second update", lambda outcome: _update(), needs=(install,))
    suite.step("demo data", lambda outcome: _demo())
    suite.step("uninstalling leaves a working CRM", _uninstall, needs=(install,))
    return suite.report()


def plan_for(tests: list[str]) -> database.Plan:
    """The database that these tests need: with the bridges where one of them is a bridge's."""
    roots = [bridge.name for bridge in paths.bridges()]
    named = any(Path(test).parts[0] in roots for test in tests)
    return database.bridges_plan() if named else database.test_plan()


def some(tests: list[str], keyword: str, database_name: str) -> int:
    """A few tests on the prepared database: seconds instead of minutes."""
    paths.RESULTS.mkdir(parents=True, exist_ok=True)
    command = _pytest_command("some", database_name, tests or [paths.main_addon() / "tests"])
    command += ["-k", keyword] if keyword else []
    return procs.wait(procs.spawn(command, env=config.environment()))


# --------------------------------------------------------------- steps


def _lint() -> None:
    with cache.lock("prepare", "make test"):
        lint.prepare()
    lint.check()


def _tools(outcome: Outcome) -> None:
    command = [
        python.executable(paths.VENV),
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:odoo",
        "tools/tests",
    ]
    _counted(outcome, command, "tools")


def _install() -> None:
    database.ensure(database.test_plan(MAIN), fresh=True)
    _no_warnings(f"{MAIN}-install")


def _bridges(outcome: Outcome, tests: list[Path]) -> None:
    names = [path.parent.name for path in tests]
    database.ensure(database.Plan(BRIDGES, names, template=MAIN), fresh=True)
    _no_warnings(f"{BRIDGES}-install")
    _pytest(outcome, "bridges", BRIDGES, tests, strict=True)
    database.drop(BRIDGES)


def _core(outcome: Outcome) -> None:
    with step("Copy of the database"):
        database.copy(MAIN, CORE)
    _pytest(outcome, "core", CORE, [odoo.addon(name) / "tests" for name in CORE_SUITES])
    database.drop(CORE)


def _update() -> None:
    with step("Update"):
        database.update(MAIN, ["leadya_crm"], "second-update")
    _no_warnings("second-update")


def _demo() -> None:
    database.ensure(database.demo_plan(DEMO), fresh=True)
    database.drop(DEMO)
    _no_warnings(f"{DEMO}-install")


def _uninstall(outcome: Outcome) -> None:
    with step("Uninstall"):
        database.copy(MAIN, UNINSTALLED)
        command = [
            python.executable(paths.VENV),
            "-m",
            "odoo",
            "module",
            "uninstall",
            "--database",
            UNINSTALLED,
            "leadya_crm",
        ]
        procs.run(command, "uninstall", "The addon could not be uninstalled: read the log", env=config.environment())
    _no_warnings("uninstall")
    left = _left_behind()
    if left:
        outcome.why.append(f"left behind: {', '.join(left)}")
    command = [python.executable(paths.VENV), paths.TOOLS / "leadya_env/inside/crm_works.py", UNINSTALLED]
    procs.run(
        command, "after-uninstall", "CRM does not work after the uninstall: read the log", env=config.environment()
    )
    _no_warnings("after-uninstall")
    tests = [odoo.addon("crm") / "tests" / name for name in AFTER_UNINSTALL]
    _pytest(outcome, "after-uninstall-tests", UNINSTALLED, tests)
    database.drop(UNINSTALLED)


def _left_behind() -> list[str]:
    """What the database has more than stock CRM: tables, columns, constraints, indexes, and records by name."""
    schema = """
        SELECT 'column ' || table_name || '.' || column_name FROM information_schema.columns
               WHERE table_schema = 'public'
        UNION SELECT 'constraint ' || conrelid::regclass::text || '.' || conname FROM pg_constraint
               WHERE connamespace = 'public'::regnamespace
        UNION SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = 'public'
        UNION SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'
        UNION SELECT 'parameter ' || key FROM ir_config_parameter WHERE key LIKE '%leadya%'
        UNION SELECT 'external id ' || module || '.' || name FROM ir_model_data WHERE module LIKE 'leadya%'
               AND model <> 'ir.module.module'
        UNION SELECT 'view ' || id FROM ir_ui_view WHERE arch_db::text LIKE '%leadya%'
        UNION SELECT 'model ' || model FROM ir_model WHERE model LIKE 'leadya%'
        UNION SELECT 'field ' || model || '.' || name FROM ir_model_fields
        UNION SELECT 'scheduled action ' || cron_name FROM ir_cron
    """
    before, after = ({row[0] for row in postgres.sql([(schema, [])], name)} for name in (database.STOCK, UNINSTALLED))
    return sorted(after - before)


# --------------------------------------------------------------- helpers


def _no_warnings(log: str) -> None:
    found = logs.unexpected(paths.LOGS / f"{log}.log")
    if found:
        raise Failure(f"warnings in the log {log}.log that stock Odoo does not have: {_short(found)}")


def _short(alarms: list[str]) -> str:
    """The first line of each; the log has the rest."""
    return " | ".join(alarm.splitlines()[0][:250] for alarm in alarms)


def _pytest_command(name: str, database_name: str, tests: list) -> list:
    command = [python.executable(paths.VENV), "-m", "pytest", "-q", "-rs", "--tb=short"]
    command += ["-c", paths.ROOT / "pyproject.toml", "--rootdir", paths.ROOT]
    command += ["--odoo-config", paths.CONFIG, "--odoo-database", database_name, "--odoo-http"]
    command += ["--odoo-log-level=warn", f"--odoo-extra=logfile={paths.LOGS / f'tests-{name}.log'}"]
    return [*command, *tests]


def _pytest(outcome: Outcome, name: str, database_name: str, tests: list, strict: bool = False) -> None:
    """Run tests in Odoo; with `strict`, a warning of the addons in the server's log is a failure too."""
    log = paths.LOGS / f"tests-{name}.log"
    log.unlink(missing_ok=True)
    _counted(outcome, _pytest_command(name, database_name, tests), name)
    if log.exists() and (found := logs.ours(log) if strict else []):
        outcome.why.append(f"warnings of the addons in {log.name}: {_short(found)}")


def _counted(outcome: Outcome, command: list, name: str) -> None:
    results = paths.RESULTS / f"{name}.xml"
    code = procs.wait(procs.spawn([*command, f"--junitxml={results}"], env=config.environment()))
    if code:
        outcome.why.append(f"pytest ended with exit code {code}")
    if not results.exists():
        return
    for case in ElementTree.parse(results).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
        elif skipped is None:
            outcome.passed += 1
        else:
            outcome.skipped += 1
            reason = json.dumps(dict(skipped.attrib)).lower()
            if any(word in reason for word in MISSING):
                outcome.why.append(f"skipped for want of a browser: {case.get('name')}")
