"""Loading a report of advertising costs: ``leadya.import`` against plain ``create`` of the same records.

* *Ours*: the whole way of a Google Ads report of 20,000 keywords on five days: the file is read and its columns
  proposed, then the background job reads all of it, makes campaigns and keywords, looks for what is replaced, converts
  the currency, and writes. Once for keywords that are new, once more over the same days (which replaces all).
* *Create*: ``create`` of a part of the same rows, whose keywords and campaigns are there already, as Odoo's own
  import would end after it has read the file and found every name.

Processes of other programs fall on both; the least figure, 20,000 rows a second, is asked of the better of two runs.
"""

import argparse
import base64
import csv
import io
import os
import sys
import time
from datetime import date, timedelta

from common import LEADYA_DB, manager, quieten

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

ROWS = 100_000
DAYS = 5
CREATED = 4000
FIRST_DAY = date(2026, 5, 1)

MIN_RATE = 20_000
MIN_RATIO = 6


def make_file(rows):
    """A keyword report by day, as bytes."""
    keywords = rows // DAYS
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(["Search keyword report"])
    writer.writerow([f"{FIRST_DAY:%B} 1, {FIRST_DAY.year} - {FIRST_DAY:%B} {DAYS}, {FIRST_DAY.year}"])
    writer.writerow(
        ["Day", "Keyword", "Match type", "Campaign", "Ad group", "Currency code", "Impr.", "Clicks", "Cost"]
    )
    for number in range(rows):
        keyword = number % keywords
        writer.writerow(
            [
                (FIRST_DAY + timedelta(days=number // keywords)).isoformat(),
                f"[bench keyword {keyword}]",
                "Exact match",
                f"Bench Campaign {keyword % 40}",
                f"Group {keyword % 400}",
                "USD",
                f"{number % 5000:,}",
                number % 50,
                f"{number % 90_000 / 7:,.2f}",
            ]
        )
    return output.getvalue().encode()


def load(registry, content, rows):
    """The whole way of a report.

    :return: seconds
    """
    start = time.perf_counter()
    with manager(registry, commit=True) as env:
        record = env["leadya.import"].create(
            {"kind": "costs", "file": base64.b64encode(content), "filename": "costs.csv"}
        )
        record.action_analyse()
        record.action_start()
        record_id = record.id
    with registry.cursor() as cr:
        # As the scheduler does.
        api.Environment(cr, SUPERUSER_ID, {})["leadya.import"]._cron_run_imports()
    seconds = time.perf_counter() - start
    with manager(registry) as env:
        record = env["leadya.import"].browse(record_id)
        if (record.state, record.cost_count) != ("done", rows):
            sys.exit(f"{rows} rows made {record.cost_count} costs; {record.state}: {record.error}")
    return seconds


def create(registry, count):
    """Plain ``create`` of costs that are there, under another day.

    :return: seconds
    """
    names = ("date_from", "date_to", "cost", "impressions", "clicks", "currency_id", "keyword_id", "channel_id")
    with manager(registry) as env:
        costs = env["leadya.ad.cost"].search([], limit=count)
        vals_list = [cost._convert_to_write({name: cost[name] for name in names}) for cost in costs]
        env.invalidate_all()
        start = time.perf_counter()
        env["leadya.ad.cost"].create(vals_list)
        env.flush_all()
        return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=int(os.environ.get("LEADYA_BENCH_COSTS", ROWS)))
    arguments = parser.parse_args()
    if LEADYA_DB not in os.environ:
        sys.exit(f"Run benchmarks by `make bench`, or name a database in {LEADYA_DB}.")
    config.parse_config(["--log-level=error", "--no-http"])
    registry = Registry(os.environ[LEADYA_DB])
    quieten(registry, "leadya_crm.ir_cron_leadya_run_imports")
    rows = arguments.rows
    content = make_file(rows)
    seconds = {name: load(registry, content, rows) for name in ("new", "again")}
    rates = {name: rows / value for name, value in seconds.items()}
    rates["create"] = CREATED / create(registry, CREATED)
    for name, rate in rates.items():
        print(f"{name:<8}{rate:>10,.0f} rows a second", flush=True)
    best = max(rates["new"], rates["again"])
    ratio = best / rates["create"]
    verdicts = [
        (f"{best:,.0f} rows a second (at least {MIN_RATE:,})", best >= MIN_RATE),
        (f"{ratio:.1f} times as fast as create (at least {MIN_RATIO})", ratio >= MIN_RATIO),
    ]
    for text, passed in verdicts:
        print(f"{text}  {'ok' if passed else 'MISSED'}")
    return 0 if all(passed for _text, passed in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
