"""Working beside an import: opening the pipeline while a spreadsheet is imported, and while none is.

A real server answers what the web client asks for when the pipeline is opened, with 20,000 leads in it. The import is
started and stopped by its own buttons, so that both ways are measured in turns, minutes apart at most.

* ``--workers=2``, as a company runs Odoo: requests and scheduled actions each have processes of their own. The
  goal holds here.
* ``--workers=0``, one process with threads, as Odoo starts for a developer: all wait for one interpreter lock.
  Shown, without a goal.
"""

import argparse
import base64
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench_import import COLUMNS, prepare_names, write_file
from bench_views import DOMAIN, KANBAN, PAGE, get_specification
from bulk import MADE_BY_ORM, make_leads, multiply, vacuum
from common import LEADYA_DB, manager, prepare_visits, quieten
from lxml import etree
from serving import Request, serve

from odoo.modules.registry import Registry
from odoo.tools import config

STORED = 20_000
ROWS = 50_000
ROUNDS = 3
OPENINGS = 30
MAX_RATIO = 2


def fill(registry):
    make_leads(registry, prepare_visits)
    with manager(registry, commit=True) as env:
        multiply(env, "crm_lead", "id", {"id"}, range(1, STORED // MADE_BY_ORM))
    vacuum(registry)


class Browser:
    """A user of the web client who is logged in."""

    def __init__(self, port, database):
        self.port = port
        session = {"db": database, "login": "admin", "password": "admin"}
        request = Request(
            "POST", "/web/session/authenticate", {"Content-Type": "application/json"}, self._pack(session)
        )
        _status, _content, self.cookie = request.send(port)

    @staticmethod
    def _pack(params):
        return json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()

    def call(self, model, method, *args, **kwargs):
        """Call a method as the web client does.

        :raises SystemExit: with what the server says is wrong
        """
        headers = {"Content-Type": "application/json", "Cookie": self.cookie}
        params = {"model": model, "method": method, "args": args, "kwargs": {"context": {}, **kwargs}}
        path = f"/web/dataset/call_kw/{model}/{method}"
        _status, content, _cookies = Request("POST", path, headers, self._pack(params)).send(self.port)
        answer = json.loads(content)
        if "error" in answer:
            sys.exit(f"{model}.{method}: {answer['error']['data']['message']}")
        return answer["result"]

    def open_pipeline(self, specification, progressbar):
        """:return: seconds"""
        begun = time.monotonic()
        self.call(
            "crm.lead",
            "web_read_group",
            domain=DOMAIN,
            groupby=["stage_id"],
            aggregates=[f"{progressbar['sum_field']}:sum"],
            auto_unfold=True,
            unfold_read_specification=specification,
            unfold_read_default_limit=PAGE,
        )
        colors = dict.fromkeys(("overdue", "today", "planned"), "success")
        bar = {"field": progressbar["field"], "colors": colors}
        self.call("crm.lead", "read_progress_bar", domain=DOMAIN, group_by="stage_id", progress_bar=bar)
        return time.monotonic() - begun


def describe_pipeline(registry):
    """What the kanban view asks for, and its progress bar."""
    with manager(registry) as env:
        arch = etree.fromstring(env["crm.lead"].get_view(env.ref(KANBAN).id, "kanban")["arch"])
        return get_specification(env, "crm.lead", arch), dict(arch.find(".//progressbar").attrib)


def upload(registry, rows, first):
    """:return: the id of an import that is ready to be started"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.xlsx"
        write_file(path, rows, first)
        content = path.read_bytes()
    with manager(registry, commit=True) as env:
        record = env["leadya.import"].create({"file": base64.b64encode(content), "filename": "leads.xlsx"})
        record.action_analyse()
        assert len(record.column_ids) == len(COLUMNS)
        return record.id


def count_left(registry, import_id):
    with manager(registry) as env:
        return env["leadya.import"].browse(import_id).todo_count


def wait_for_batch(registry, import_id, seconds):
    """Until a batch of the import ends.

    :return: whether one did
    """
    left, deadline = count_left(registry, import_id), time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.2)
        if count_left(registry, import_id) != left:
            return True
    return False


def open_beside(registry, browser, import_id, pipeline, left):
    """Open the pipeline again and again, until the import has ended a batch beside it."""
    openings = []
    while len(openings) < OPENINGS or count_left(registry, import_id) == left:
        openings.append(browser.open_pipeline(*pipeline))
    return openings


def measure(registry, browser, import_id, pipeline):
    """:return: seconds of openings without, and with, the import; rows a second beside them"""
    alone, beside, done, spent = [], [], 0, 0
    for _round in range(ROUNDS):
        alone.append([browser.open_pipeline(*pipeline) for _opening in range(OPENINGS)])
        browser.call("leadya.import", "action_start", [import_id])
        if not wait_for_batch(registry, import_id, 60):
            sys.exit("The import does not start.")
        before, begun = count_left(registry, import_id), time.monotonic()
        beside.append(open_beside(registry, browser, import_id, pipeline, before))
        left, seconds = count_left(registry, import_id), time.monotonic() - begun
        if not left:
            sys.exit("The import ended before its time: give it more --rows.")
        done, spent = done + before - left, spent + seconds
        browser.call("leadya.import", "action_stop", [import_id])
        # The batch that is under way is ended before it stops.
        wait_for_batch(registry, import_id, 10)
    return alone, beside, done / spent


def run(registry, database, workers, rows):
    """:return: the ratio of the medians, round by round; its median"""
    # Others than those of an earlier run, which would only be known again.
    import_id = upload(registry, rows, first=workers * rows)
    pipeline = describe_pipeline(registry)
    with serve([database], workers) as port:
        browser = Browser(port, database)
        for _warming in range(6):
            browser.open_pipeline(*pipeline)
        alone, beside, speed = measure(registry, browser, import_id, pipeline)
    medians = [[statistics.median(openings) for openings in side] for side in (alone, beside)]
    ratio = statistics.median(with_it / without for without, with_it in zip(*medians, strict=True))
    print(
        f"--workers={workers}: {statistics.median(medians[0]) * 1000:.0f} ms alone,"
        f" {statistics.median(medians[1]) * 1000:.0f} ms beside an import of {speed:.0f} rows a second,"
        f" ratio {ratio:.2f}",
        flush=True,
    )
    return ratio


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    arguments = parser.parse_args()
    if LEADYA_DB not in os.environ:
        sys.exit(f"Run benchmarks by `make bench`, or name a database in {LEADYA_DB}.")
    config.parse_config(["--log-level=error", "--no-http"])
    database = os.environ[LEADYA_DB]
    registry = Registry(database)
    fill(registry)
    prepare_names(registry)
    quieten(registry, "leadya_crm.ir_cron_leadya_run_imports")
    ratio = run(registry, database, 2, arguments.rows)
    run(registry, database, 0, arguments.rows)
    print(f"Opening the pipeline beside an import: {ratio:.2f} times as long (at most {MAX_RATIO})")
    return int(ratio > MAX_RATIO)


if __name__ == "__main__":
    sys.exit(main())
