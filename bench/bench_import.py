"""A spreadsheet of leads: Odoo's own import against ``leadya.import``, each in a process of its own.

* *Stock*: ``base_import`` as its web client drives it: the file is uploaded, then loaded in batches of 2,000
  rows, a request and a transaction each; names that are to be linked are there already.
* *Ours*: the file is read and analysed, then imported by the background job, with attribution, duplicate
  control and normalised phones. Of ``--known`` persons of the file an open lead is there already: these rows join.

``--rows 5000`` is quick; 50,000, the default, take stock some ten minutes. ``--as-new`` sends our rows
through the whole corridor (assignment, promises, first call), of which stock does nothing.
"""

import argparse
import base64
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import openpyxl
from common import LEADYA_DB, PRODUCTS, STOCK_DB, manager, set_up

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import Cursor
from odoo.tools import config

ROWS = 50_000
KNOWN = 200
#: As the web client asks for it.
STOCK_BATCH = 2000
MIN_RATIO = 6
MAX_MEGABYTES = 260
MAX_QUERIES = 0.5

COLUMNS = {
    "Opportunity": "name",
    "Company": "partner_name",
    "Contact Name": "contact_name",
    "Email": "email_from",
    "Phone": "phone",
    "City": "city",
    "Country": "country_id",
    "Source": "source_id",
    "Medium": "medium_id",
    "Campaign": "campaign_id",
    "Salesperson": "user_id",
    "Notes": "description",
}
SOURCES = ("Google", "Newsletter", "Trade Fair", "Partner", "Recommendation")
MEDIUMS = ("cpc", "organic", "Email", "referral")
CAMPAIGNS = tuple(f"Campaign {number}" for number in range(40))
COUNTRIES = ("Israel", "Germany", "France", "Spain", "United States", "Italy")
CITIES = ("Haifa", "Berlin", "Lyon", "Madrid", "Boston", "Turin")


# ------------------------------------------------------------
# DATA
# ------------------------------------------------------------


def email_of(number):
    return f"person{number}@firm{number // 2}.example"


def write_file(path, rows, first=0):
    """Write a workbook of so many leads, all different, and others than those of another ``first``."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Leads")
    sheet.append(list(COLUMNS))
    for number in range(first, first + rows):
        place = number % len(COUNTRIES)
        sheet.append(
            [
                f"Offer for a {PRODUCTS[number % 8]}, {number}",
                f"Firm {number // 2}",
                f"Person {number}",
                email_of(number),
                f"+972 54 {200 + number // 10000} {number % 10000:04d}",
                CITIES[place],
                COUNTRIES[place],
                SOURCES[number % len(SOURCES)],
                MEDIUMS[number % len(MEDIUMS)],
                CAMPAIGNS[number % len(CAMPAIGNS)],
                f"Rep {number % 10}",
                f"Wants a {PRODUCTS[number % 8]} for {number % 40 + 1} rooms, in spring at the latest.",
            ]
        )
    book.save(path)


def prepare_names(registry):
    """What the file links to, beside reps and countries: stock's import makes none of it."""
    with manager(registry, commit=True) as env:
        for model, names in (("utm.source", SOURCES), ("utm.medium", MEDIUMS), ("utm.campaign", CAMPAIGNS)):
            for name in names:
                env["utm.mixin"]._find_or_create_record(model, name)


def prepare(registry, rows, known):
    """Names, and leads of persons from all over the file."""
    set_up(registry)
    prepare_names(registry)
    with manager(registry, commit=True) as env:
        env["crm.lead"].create(
            [
                {"name": f"Known {number}", "email_from": email_of(number), "user_id": False}
                for number in range(0, rows, max(1, rows // known))
            ]
        )


# ------------------------------------------------------------
# THE TWO IMPORTS
# ------------------------------------------------------------


class Queries:
    """Counts the statements of all cursors that are opened while it is open."""

    def __init__(self):
        self.count = 0

    def __enter__(self):
        self._close = close = Cursor.close
        counter = self

        def count_and_close(cursor, *args, **kwargs):
            if not cursor.closed:
                counter.count += cursor.sql_log_count
            return close(cursor, *args, **kwargs)

        Cursor.close = count_and_close
        return self

    def __exit__(self, *_error):
        Cursor.close = self._close


def import_stock(registry, content, rows, as_new):
    options = {
        "has_headers": True,
        "advanced": True,
        "keep_matches": False,
        "limit": STOCK_BATCH,
        "name_create_enabled_fields": {},
        "import_set_empty_fields": [],
        "import_skip_records": [],
        "fallback_values": {},
        "tracking_disable": True,
        "quoting": '"',
    }
    with manager(registry, commit=True) as env:
        upload = env["base_import.import"].create(
            {
                "res_model": "crm.lead",
                "file": content,
                "file_name": "leads.xlsx",
                "file_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            }
        )
        preview = upload.parse_preview(dict(options))
        if preview.get("error"):
            sys.exit(f"Odoo's import can't read the file: {preview['error']}")
        options |= {name: preview["options"][name] for name in preview["options"] if name not in options}
    skip = 0
    while True:
        with manager(registry, commit=True) as env:
            env = env(context={**env.context, "tracking_disable": True})
            result = (
                env["base_import.import"]
                .browse(upload.id)
                .execute_import(list(COLUMNS.values()), list(COLUMNS), {**options, "skip": skip})
            )
        if any(message["type"] == "error" for message in result["messages"]):
            sys.exit(f"Odoo's import refused a row: {result['messages'][0]}")
        if not result["nextrow"]:
            return
        skip = result["nextrow"]


def import_ours(registry, content, rows, as_new):
    with manager(registry, commit=True) as env:
        record = env["leadya.import"].create(
            {"file": base64.b64encode(content), "filename": "leads.xlsx", "as_new": as_new}
        )
        record.action_analyse()
        wrong = {
            column.header: column.target for column in record.column_ids if column.target != COLUMNS[column.header]
        }
        if wrong:
            sys.exit(f"Columns were not recognised: {wrong}")
    with manager(registry, commit=True) as env:
        record.with_env(env).action_start()
    with registry.cursor() as cr:
        # As the scheduler does.
        api.Environment(cr, SUPERUSER_ID, {})["leadya.import"]._cron_run_imports()


def check(registry, rows, known, ours):
    """Every row is there, once."""
    with manager(registry) as env:
        env.cr.execute(
            """SELECT count(*), count(DISTINCT email_normalized), count(phone_sanitized)
                 FROM crm_lead WHERE email_from LIKE 'person%'"""
        )
        leads, persons, phones = env.cr.fetchone()
        expected = rows if ours else rows + known
        if (leads, persons, phones) != (expected, rows, rows):
            sys.exit(f"{rows} rows made {leads} leads of {persons} persons with {phones} phones")


def run_side(ours, rows, known, as_new, path):
    """One import in this process; prints what it cost as JSON."""
    config.parse_config(["--log-level=error", "--no-http", "--max-cron-threads=0"])
    registry = Registry(os.environ[LEADYA_DB if ours else STOCK_DB])
    content = Path(path).read_bytes()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, start_cpu = time.perf_counter(), time.process_time()
    with Queries() as queries:
        (import_ours if ours else import_stock)(registry, content, rows, as_new)
    seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    check(registry, rows, known, ours)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "queries": queries.count, "before": before, "peak": peak}))


# ------------------------------------------------------------
# COMPARISON
# ------------------------------------------------------------


def spawn(side, arguments, path):
    command = [sys.executable, __file__, "--side", side, "--rows", str(arguments.rows), "--known", str(arguments.known)]
    command += ["--file", str(path), *(["--as-new"] if arguments.as_new else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"The import of {side} failed.")
    cost = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{side:<8}{cost['seconds']:>9.1f} s, {cost['cpu']:.1f} s of it in Python"
        f"{arguments.rows / cost['seconds']:>9.0f} rows a second"
        f"{cost['queries'] / arguments.rows:>9.2f} queries a row"
        f"{cost['before']:>8.0f} MB before{cost['peak']:>8.0f} MB at most",
        flush=True,
    )
    return cost


def report(stock, ours, rows):
    ratio = stock["seconds"] / ours["seconds"]
    verdicts = [
        (f"{ratio:.1f} times as fast (at least {MIN_RATIO})", ratio >= MIN_RATIO),
        (f"{ours['peak']:.0f} MB (at most {MAX_MEGABYTES})", ours["peak"] <= MAX_MEGABYTES),
        (f"{ours['queries'] / rows:.2f} queries a row (at most {MAX_QUERIES})", ours["queries"] / rows <= MAX_QUERIES),
    ]
    for text, passed in verdicts:
        print(f"{text}  {'ok' if passed else 'MISSED'}")
    return 0 if all(passed for _text, passed in verdicts) else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=int(os.environ.get("LEADYA_BENCH_ROWS", ROWS)))
    parser.add_argument("--known", type=int, default=KNOWN)
    parser.add_argument("--as-new", action="store_true")
    parser.add_argument("--side", choices=("stock", "ours"))
    parser.add_argument("--file")
    arguments = parser.parse_args()
    if arguments.side:
        return run_side(arguments.side == "ours", arguments.rows, arguments.known, arguments.as_new, arguments.file)
    if not {STOCK_DB, LEADYA_DB}.issubset(os.environ):
        sys.exit(f"Run benchmarks by `make bench`, or name two databases in {STOCK_DB} and {LEADYA_DB}.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.xlsx"
        write_file(path, arguments.rows)
        config.parse_config(["--log-level=error", "--no-http"])
        for name in (STOCK_DB, LEADYA_DB):
            prepare(Registry(os.environ[name]), arguments.rows, arguments.known)
        ours = spawn("ours", arguments, path)
        stock = spawn("stock", arguments, path)
    return report(stock, ours, arguments.rows)


if __name__ == "__main__":
    sys.exit(main())
