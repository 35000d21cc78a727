"""Leads from the web: the website's contact form against our door, on one server, four clients at once.

* *Website form*: ``/website/form/crm.lead`` of ``website_crm``, which makes the lead in the request.
* *Capture*: a JSON post to ``/leadya/capture``; the answer comes as soon as the post is stored, and the lead walks
  the whole corridor (attributed, linked, classified, assigned, promised an answer, first call) right after.
* *JSON-2*: ``/json/2/crm.lead/create`` with an API key, in the stock database.

One server serves both databases, so that each side has the same settings: one process with threads
(``--workers=0``), schedulers included. With ``--workers=1`` requests have a process, and the schedulers another one.
``website_crm`` is installed in both databases: a site's routing costs each of them the same.
"""

import argparse
import json
import os
import statistics
import sys
import threading
import time
from urllib.parse import urlencode

from common import LEADYA_DB, PRODUCTS, STOCK_DB, manager, quieten, set_up
from serving import Request, install, load, serve

from odoo import fields
from odoo.modules.registry import Registry
from odoo.tools import config

CLIENTS = 4
ROUNDS = 3
SECONDS = 10
MIN_RATIO = 4
MAX_CORRIDOR = 5
MAX_P95 = 0.060
#: Of the answers of a request; the second is the goal at half of the load that the server bears.
PERCENTILES = (50, 95)


# ------------------------------------------------------------
# REQUESTS
# ------------------------------------------------------------


class Persons:
    """Somebody new at each call."""

    def __init__(self):
        self.count = 0

    def next(self):
        self.count += 1
        return {
            "contact_name": f"Visitor {self.count}",
            "email_from": f"visitor{self.count}@home{self.count}.example",
            "phone": f"+972 54 {200 + self.count // 10000} {self.count % 10000:04d}",
            "partner_name": f"Home {self.count}",
            "name": f"Offer for a {PRODUCTS[self.count % 8]}, {self.count}",
            "description": f"We need a {PRODUCTS[self.count % 8]} for {self.count % 40 + 1} rooms.",
        }


PERSONS = Persons()


def website_form(database):
    headers = {"X-Odoo-Database": database, "Content-Type": "application/x-www-form-urlencoded"}
    return Request("POST", "/website/form/crm.lead", headers, urlencode(PERSONS.next()).encode())


def capture(database, token):
    person = PERSONS.next()
    body = {
        "name": person["contact_name"],
        "email": person["email_from"],
        "phone": person["phone"],
        "company": person["partner_name"],
        "message": person["description"],
        "landing_url": f"https://leadya.example/offer?utm_source=google&utm_medium=cpc&utm_term=boiler&gclid=E{PERSONS.count}",
        "referrer_url": "https://www.google.com/",
    }
    headers = {"X-Odoo-Database": database, "Content-Type": "application/json"}
    return Request("POST", f"/leadya/capture/{token}", headers, json.dumps(body).encode())


def json2(database, key):
    headers = {"X-Odoo-Database": database, "Content-Type": "application/json", "Authorization": f"bearer {key}"}
    return Request("POST", "/json/2/crm.lead/create", headers, json.dumps({"vals_list": [PERSONS.next()]}).encode())


# ------------------------------------------------------------
# THE CORRIDOR BEHIND THE ANSWER
# ------------------------------------------------------------


class Watch(threading.Thread):
    """Notes when the lead of each submission is seen by another transaction."""

    def __init__(self, registry):
        super().__init__()
        self.registry, self.seen, self.ended = registry, {}, threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            self.look()

    def look(self):
        with self.registry.cursor() as cr:
            cr.execute(
                """SELECT reference FROM leadya_submission
                    WHERE state != 'received' AND lead_id IS NOT NULL AND received_at > now() - interval '5 minutes'"""
            )
            now = time.monotonic()
            for (reference,) in cr.fetchall():
                self.seen.setdefault(reference, now)

    def wait_for(self, answers):
        """Seconds from each answer until its lead had walked the corridor.

        :raises SystemExit: where a lead does not come within two minutes
        """
        deadline = time.monotonic() + 120
        references = {answer.json()["reference"]: answer.answered for answer in answers}
        while missing := references.keys() - self.seen.keys():
            if time.monotonic() > deadline:
                sys.exit(f"{len(missing)} of {len(references)} submissions have no lead after two minutes.")
            time.sleep(0.1)
        return [max(0, self.seen[reference] - answered) for reference, answered in references.items()]


# ------------------------------------------------------------
# MEASURING
# ------------------------------------------------------------


def post(port, make, count, rate=0):
    """:return: answers, all of success, and answers a second"""
    answers, seconds = load(port, [make() for _number in range(count)], CLIENTS, rate)
    refused = [answer for answer in answers if answer.status != 200 or answer.content == b"false"]
    if refused:
        sys.exit(f"{len(refused)} of {count} posts were refused: {refused[0].status} {refused[0].content[:300]}")
    return answers, count / seconds


def percentile(answers, percent):
    return statistics.quantiles([answer.seconds for answer in answers], n=100)[percent - 1]


def describe(name, rates, answers, corridor=()):
    latency = "".join(f"{percentile(answers, percent) * 1000:>8.0f} ms" for percent in PERCENTILES)
    walked = f"{statistics.median(corridor):>9.1f} s{max(corridor):>8.1f} s" if corridor else f"{'–':>11}{'–':>10}"
    print(f"{name:<34}{statistics.median(rates):>10.1f}{latency}{walked}", flush=True)


def measure(port, makers, watch, seconds):
    """Sides in turns, each for about so many seconds.

    :param dict makers: name → what makes a request
    :return: name → rates, answers, seconds of the corridor
    """
    results = {name: ([], [], []) for name in makers}
    counts = {name: int(post(port, make, 40)[1] * seconds) + 20 for name, make in makers.items()}
    for _round in range(ROUNDS):
        for name, make in makers.items():
            answers, rate = post(port, make, counts[name])
            results[name][0].append(rate)
            results[name][1].extend(answers)
            if name == "capture":
                results[name][2].extend(watch.wait_for(answers))
    return results


def report(results, half, corridor_at_half):
    print(f"{'four clients at once':<34}{'a second':>10}{'median':>11}{'95 %':>11}{'corridor':>11}{'at most':>10}")
    for name, (rates, answers, corridor) in results.items():
        describe(name, rates, answers, corridor)
    describe("capture at half of its load", [half[1]], half[0], corridor_at_half)
    ratio = statistics.median(
        ours / stock for ours, stock in zip(results["capture"][0], results["website form"][0], strict=True)
    )
    slowest = max(results["capture"][2])
    p95 = percentile(half[0], 95)
    verdicts = [
        (f"{ratio:.1f} times the leads of the website form (at least {MIN_RATIO})", ratio >= MIN_RATIO),
        (f"corridor {slowest:.1f} s after the answer (at most {MAX_CORRIDOR})", slowest <= MAX_CORRIDOR),
        (f"95 % of the answers at half load in {p95 * 1000:.0f} ms (under {MAX_P95 * 1000:.0f})", p95 < MAX_P95),
    ]
    for text, passed in verdicts:
        print(f"{text}  {'ok' if passed else 'MISSED'}")
    return 0 if all(passed for _text, passed in verdicts) else 1


def prepare(stock, leadya):
    """:return: an API key of stock's administrator, and the token of a door"""
    for registry in (stock, leadya):
        set_up(registry)
        quieten(registry, "leadya_crm.ir_cron_leadya_submission")
    with manager(stock, commit=True) as env:
        key = env["res.users.apikeys"]._generate("rpc", "bench", fields.Datetime.add(fields.Datetime.now(), days=1))
    with manager(leadya, commit=True) as env:
        team = env["crm.team"].search([("name", "=", "Bench Team")])
        door = env["leadya.capture.form"].create(
            {"name": "Bench", "kind": "json", "team_id": team.id, "rate_per_address": 0, "rate_per_form": 0}
        )
        token = door.token
    return key, token


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    arguments = parser.parse_args()
    if not {STOCK_DB, LEADYA_DB}.issubset(os.environ):
        sys.exit(f"Run benchmarks by `make bench`, or name two databases in {STOCK_DB} and {LEADYA_DB}.")
    stock_name, leadya_name = os.environ[STOCK_DB], os.environ[LEADYA_DB]
    install([stock_name, leadya_name], "website_crm")
    config.parse_config(["--log-level=error", "--no-http"])
    leadya = Registry(leadya_name)
    key, token = prepare(Registry(stock_name), leadya)
    makers = {
        "website form": lambda: website_form(stock_name),
        "capture": lambda: capture(leadya_name, token),
        "JSON-2 create": lambda: json2(stock_name, key),
        "website form, addon installed": lambda: website_form(leadya_name),
    }
    with serve([stock_name, leadya_name], arguments.workers) as port:
        watch = Watch(leadya)
        watch.start()
        try:
            results = measure(port, makers, watch, arguments.seconds)
            rate = statistics.median(results["capture"][0]) / 2
            half = post(port, makers["capture"], int(rate * arguments.seconds) + 20, rate)
            return report(results, half, watch.wait_for(half[0]))
        finally:
            watch.ended.set()
            watch.join()


if __name__ == "__main__":
    sys.exit(main())
