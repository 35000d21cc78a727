"""What the benchmarks share: two databases side by side, a stop watch, and a table.

``make bench`` makes the databases (CRM alone, and CRM with the addon), names them in the
environment, runs every ``bench_*.py`` and drops them again. The addon is compared with
stock Odoo in one process, in turns, so that what else the machine does falls on both;
only ratios mean anything. Queries repeat exactly; the tests assert them.
"""

import gc
import os
import statistics
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import odoo
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

#: Databases, as ``make bench`` names them in the environment.
STOCK_DB = "LEADYA_BENCH_STOCK_DB"
LEADYA_DB = "LEADYA_BENCH_DB"

REPS = 10
PRODUCTS = ("boiler", "heat pump", "solar roof", "air conditioner", "floor heating", "radiator", "thermostat", "stove")


def open_registries():
    """The registries of stock CRM and of CRM with the addon.

    :raises SystemExit: where the databases are not named
    """
    if not {STOCK_DB, LEADYA_DB}.issubset(os.environ):
        sys.exit(f"Run benchmarks by `make bench`, or name two databases in {STOCK_DB} and {LEADYA_DB}.")
    config.parse_config(["--log-level=error", "--no-http"])
    return Registry(os.environ[STOCK_DB]), Registry(os.environ[LEADYA_DB])


@contextmanager
def manager(registry, commit=False):
    """An environment of the administrator, with access rights on; changes are undone.

    :param bool commit: keep the changes
    """
    with registry.cursor() as cr:
        yield api.Environment(cr, odoo.SUPERUSER_ID, {})["res.users"].with_user(2).env
        if commit:
            cr.commit()
        else:
            cr.rollback()


# ------------------------------------------------------------
# DATA
# ------------------------------------------------------------


def set_up(registry, full_corridor=True):
    """Ten reps in a team; in a database with the addon everything is switched on.

    :return: ids of the reps
    """
    with manager(registry, commit=True) as env:
        reps = env["res.users"].create(
            [
                {
                    "name": f"Rep {number}",
                    "login": f"bench_rep_{number}",
                    "email": f"rep{number}@leadya.example",
                    "tz": "Asia/Jerusalem",
                    "group_ids": [odoo.Command.link(env.ref("sales_team.group_sale_salesman").id)],
                }
                for number in range(REPS)
            ]
        )
        team = env["crm.team"].create({"name": "Bench Team", "company_id": False, "use_leads": True})
        env["crm.team.member"].create(
            [{"crm_team_id": team.id, "user_id": rep.id, "assignment_max": 100_000} for rep in reps]
        )
        for name in ("Search", "Brand", "Competitors"):
            env["utm.campaign"].create({"name": name})
        if full_corridor and "leadya.touch" in env:
            env.company.leadya_assignment_mode = "on"
            env["leadya.sla.category"].search([]).mode = "on"
            # Teams of the database would take a part of the leads.
            env["crm.team"].search([("id", "!=", team.id)]).assignment_optout = True
        return reps.ids


def quieten(registry, *kept):
    """No scheduled action but those kept: mails and enrichment would ask other servers for each lead.

    :param kept: external ids; those that a database does not have are passed over
    """
    with manager(registry, commit=True) as env:
        crons = env["ir.cron"].sudo().search([])
        for xmlid in kept:
            crons -= env.ref(xmlid, raise_if_not_found=False) or env["ir.cron"]
        crons.active = False


def prepare_leads(env, count, **values):
    """Values of leads as a web form knows them, for either database."""
    google = env["utm.mixin"]._find_or_create_record("utm.source", "google")
    paid = env["utm.mixin"]._find_or_create_record("utm.medium", "cpc")
    campaigns = env["utm.campaign"].search([("name", "in", ("Search", "Brand", "Competitors"))])
    return [
        {
            "name": f"Offer for a {PRODUCTS[number % 8]}, {number}",
            "contact_name": f"Customer {number}",
            "partner_name": f"Company {number // 2}",
            "email_from": f"Customer {number} <customer{number}@company{number // 2}.example>",
            "phone": f"+972 52 {number // 10000:03d} {number % 10000:04d}",
            "description": f"We need a {PRODUCTS[number % 8]} for {number % 40 + 1} rooms. What would the price be?",
            "source_id": google.id,
            "medium_id": paid.id,
            "campaign_id": campaigns[number % len(campaigns)].id,
            **values,
        }
        for number in range(count)
    ]


def prepare_visits(env, count, **values):
    """The same leads, with what only the addon asks for: the visit itself."""
    return [
        {
            **lead,
            "landing_url": "https://leadya.example/offer?utm_source=google&utm_medium=cpc"
            f"&utm_term={PRODUCTS[number % 8].replace(' ', '+')}+price&gclid=EAIaIQobCh{number}",
            "referrer_url": "https://www.google.com/",
        }
        for number, lead in enumerate(prepare_leads(env, count, **values))
    ]


# ------------------------------------------------------------
# MEASURING
# ------------------------------------------------------------


@dataclass
class Cost:
    """Medians of the runs of one side of a comparison."""

    seconds: float
    queries: float


@dataclass
class Row:
    """One line of the table: a work, what it costs on both sides, and what was to be reached."""

    work: str
    stock: Cost
    ours: Cost
    max_ratio: float | None = None
    max_queries: float | None = None
    notes: list = field(default_factory=list)

    @property
    def ratio(self):
        return self.ours.seconds / self.stock.seconds

    @property
    def passed(self):
        return (self.max_ratio is None or self.ratio <= self.max_ratio) and (
            self.max_queries is None or self.ours.queries <= self.max_queries
        )


def measure(registry, prepare, work):
    """Time a work to the end of its transaction, without the commit, and undo it.

    :param prepare: makes the work's arguments from an environment; not timed
    :param work: gets the environment and the arguments
    :return: seconds and queries
    """
    with manager(registry) as env:
        arguments = prepare(env)
        env.cr.flush()
        env.invalidate_all()
        gc.collect()
        queries, start = env.cr.sql_log_count, time.perf_counter()
        work(env, arguments)
        # What waits for the end of the transaction is part of the price: tracking, notices.
        env.cr.flush()
        return time.perf_counter() - start, env.cr.sql_log_count - queries


def compare(work, stock, ours, rounds=3, **goals):
    """Run both sides in turns.

    :param stock: arguments of :func:`measure`; so is ``ours``
    :rtype: Row
    """
    runs = [(measure(*stock), measure(*ours)) for _round in range(rounds)]
    sides = [Cost(*(statistics.median(run[side][index] for run in runs) for index in range(2))) for side in range(2)]
    return Row(work, *sides, **goals)


def report(rows):
    """Print the table.

    :return: exit code; 1 where a goal was missed
    """
    print(f"{'work':<52}{'stock':>18}{'ours':>18}{'ratio':>8}{'goal':>8}{'queries':>9}  verdict")
    for row in rows:
        sides = "".join(f"{side.seconds * 1000:>9.0f} ms {side.queries:>4.0f} q" for side in (row.stock, row.ours))
        goal = f"{row.max_ratio:.2f}" if row.max_ratio else "–"
        limit = f"{row.max_queries:.0f}" if row.max_queries else "–"
        print(f"{row.work:<52}{sides}{row.ratio:>8.2f}{goal:>8}{limit:>9}  {'ok' if row.passed else 'MISSED'}")
    return 0 if all(row.passed for row in rows) else 1
