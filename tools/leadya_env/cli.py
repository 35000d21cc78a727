"""The commands behind the Makefile."""

import argparse
import os
import shutil
import signal
import sys
import traceback

from . import bench, browser, cache, config, database, lint, node, odoo, paths, postgres, procs, python, serve, suite
from .errors import Failure
from .progress import say


def prepare(doing: str, tests: bool = False) -> None:
    """Everything that Odoo needs to run, short of a database."""
    # Wrong settings are told before anything is downloaded.
    odoo.home()
    postgres.server()
    with cache.lock("prepare", doing):
        node.prepare()
        odoo.prepare()
        python.prepare()
        config.write()
        if tests:
            browser.prepare()


def prepare_databases(doing: str, *plans: database.Plan) -> None:
    """Have databases ready; one make at a time, since copying wants its source for itself."""
    with cache.lock("databases", doing):
        for plan in plans:
            database.ensure(plan)


def run(arguments) -> int:
    """Serve the demo database."""
    prepare("make run")
    with postgres.running():
        prepare_databases("make run", database.demo_plan())
        return serve.serve()


def shell(arguments) -> int:
    """Open Odoo's shell on the demo database."""
    prepare("make shell")
    with postgres.running():
        prepare_databases("make shell", database.demo_plan())
        return serve.shell()


def test(arguments) -> int:
    """Run everything, or the tests named."""
    prepare("make test", tests=True)
    with postgres.running():
        if arguments.tests or arguments.keyword:
            plan = suite.plan_for(arguments.tests)
            prepare_databases("make test", database.stock_plan(), plan)
            return suite.some(arguments.tests, arguments.keyword, plan.name)
        with cache.lock("suite", "make test"):
            return suite.everything(lambda: prepare_databases("make test", database.stock_plan()))


def run_lint(arguments) -> int:
    """Run the linters."""
    with cache.lock("prepare", "make lint"):
        lint.prepare()
    return lint.check()


def run_format(arguments) -> int:
    """Rewrite the sources as the formatters want them."""
    with cache.lock("prepare", "make format"):
        lint.prepare()
    return lint.rewrite()


def run_bench(arguments) -> int:
    """Run the benchmarks."""
    prepare("make bench")
    with postgres.running(), cache.lock("bench", "make bench"):
        prepare_databases("make bench", database.stock_plan(), database.test_plan(bench.BASE))
        return bench.run(arguments.tests)


def update(arguments) -> int:
    """Bring the demo database up to date, whether or not the files changed."""
    prepare("make update")
    with postgres.running():
        prepare_databases("make update", database.demo_plan())
        database.refresh(database.demo_plan())
    return 0


def i18n(arguments) -> int:
    """Export the translation templates of the addons."""
    prepare("make i18n")
    with postgres.running():
        prepare_databases("make i18n", database.stock_plan(), database.test_plan())
        for addon in paths.addons():
            target = addon / "i18n" / f"{addon.name}.pot"
            target.parent.mkdir(exist_ok=True)
            command = [python.executable(paths.VENV), "-m", "odoo", "i18n", "export", "--database", database.TEST]
            command += ["--output", target, addon.name]
            procs.run(command, "i18n", "The terms could not be exported: read the log", env=config.environment())
            say(f"Wrote {target.relative_to(paths.ROOT)}")
    return 0


def db(arguments) -> int:
    """Start PostgreSQL and leave it up, for work without make."""
    prepare("make db")
    postgres.keep(True)
    with postgres.running():
        server = postgres.server()
        say(f"PostgreSQL is up: psql -h {server.host} -p {server.port} -U {server.user} -l")
    return 0


def db_stop(arguments) -> int:
    """Stop a PostgreSQL that was left up."""
    postgres.keep(False)
    postgres.stop()
    return 0


def clean(arguments) -> int:
    """Remove everything that was fetched and built, the databases too."""
    with cache.lock("prepare", "make clean"):
        postgres.clean()
        shutil.rmtree(paths.CACHE, ignore_errors=True)
    return 0


COMMANDS = {
    "run": run,
    "test": test,
    "lint": run_lint,
    "format": run_format,
    "bench": run_bench,
    "shell": shell,
    "update": update,
    "i18n": i18n,
    "db": db,
    "db-stop": db_stop,
    "clean": clean,
}


def main() -> int:
    """Run a command; a failure is one sentence, unless VERBOSE asks for more."""
    parser = argparse.ArgumentParser(description="The development environment of leadya_crm.")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("tests", nargs="*", help="test files or node ids for `test`, scripts for `bench`")
    parser.add_argument("-k", dest="keyword", default="", help="tests whose names match")
    arguments = parser.parse_args()
    # A plain `kill` is to stop the server and the database as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.umask(0o022)
    try:
        return COMMANDS[arguments.command](arguments)
    except Failure as failure:
        if procs.VERBOSE:
            traceback.print_exc()
        sys.stderr.write(f"\nmake {arguments.command}: {failure}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        return 130
    except BrokenPipeError:
        return 141
    except OSError as error:
        if procs.VERBOSE:
            traceback.print_exc()
        sys.stderr.write(
            f"\nmake {arguments.command}: {error}; mend that and run make again (VERBOSE=1 shows where).\n"
        )
        return 1
