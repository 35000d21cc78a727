"""The promise: deadlines, the scan of the clocks, and the work queue.

* *Deadlines*: 10,000 deadlines in one calendar; stock Odoo's ``plan_hours`` for each against one table of
  working hours for all.
* *Scan*: the scheduled action with 500 promises due, with 10,000 leads stored and with 1,000,000. The rows
  are counted as "stock" (few) and "ours" (many), so that the ratio is the growth.
* *Queue*: a rep's next lead with 300,000 leads stored, as the screen asks for it, and the first page of the
  stock pipeline beside it, for a sense of scale.
"""

import statistics
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bulk import MADE_BY_ORM, make_leads, multiply, vacuum
from common import Cost, Row, compare, manager, measure, open_registries, prepare_leads, prepare_visits, report

from odoo.tools import SQL

DEADLINES = 10_000
DUE = 500
FEW, MANY, QUEUED = 10_000, 1_000_000, 300_000
FAR = "now() AT TIME ZONE 'UTC' + interval '60 days'"

#: What belongs to a lead and is copied with it: table → column of the lead.
PROMISES = {"leadya_sla_clock": "lead_id", "leadya_touch": "lead_id"}


def prepare_starts(env):
    first = datetime(2026, 3, 1, tzinfo=timezone.utc)
    return env.company.resource_calendar_id, [first + timedelta(minutes=7 * number) for number in range(DEADLINES)]


def plan_one_by_one(_env, arguments):
    calendar, starts = arguments
    for start in starts:
        calendar.plan_hours(4, start, compute_leaves=True)


def plan_at_once(_env, arguments):
    calendar, starts = arguments
    calendar._leadya_plan(starts, [240] * len(starts))


def grow(registry, turns):
    with manager(registry, commit=True) as env:
        multiply(env, "crm_lead", "id", {"id"}, turns)
        for table, key in PROMISES.items():
            multiply(env, table, key, {"id", key}, turns)
        env.cr.execute(
            SQL("UPDATE leadya_sla_clock SET state = 'running', deadline = %(far)s, at_risk_at = %(far)s,"
                " escalation_at = NULL, end_at = NULL", far=SQL(FAR))
        )  # fmt: skip
    vacuum(registry)


def make_follow_ups(registry):
    """One lead in fifty was tried or spoken to before, and is to be called now: all sections have something."""
    with manager(registry, commit=True) as env:
        env.cr.execute(
            """UPDATE crm_lead
                  SET attempt_count = 1, first_response_at = create_date,
                      next_action_at = now() AT TIME ZONE 'UTC' - interval '1 hour',
                      last_outcome = CASE WHEN id % 100 = 1 THEN 'no_answer' ELSE 'reached' END
                WHERE id % 50 = 1"""
        )
    vacuum(registry)


def make_due(env):
    """500 promises come due, from all over the table."""
    env.cr.execute(
        SQL(
            """UPDATE leadya_sla_clock SET deadline = now() AT TIME ZONE 'UTC' - interval '1 minute',
                      start_at = LEAST(start_at, now() AT TIME ZONE 'UTC' - interval '1 hour')
                WHERE id IN (SELECT id FROM leadya_sla_clock WHERE kind = 'first_response'
                              ORDER BY md5(id::text) LIMIT %s)""",
            DUE,
        )
    )
    env.invalidate_all()


def scan(env, _arguments):
    clocks = env["leadya.sla.clock"].sudo()
    now = env.cr.now()
    for domain, order, flip in clocks._get_scans(now):
        flip(clocks.search(domain, order=order, limit=DUE).try_lock_for_update())


def as_rep(env):
    rep = env["res.users"].search([("login", "=", "bench_rep_1")])
    return env["crm.lead"].with_user(rep)


def next_lead(_env, leads):
    leads.leadya_queue_next()


def measure_processor(registry):
    """Seconds of processor time for a next lead: what it costs where nobody else wants the processor."""
    with manager(registry) as env:
        leads = as_rep(env)
        env.invalidate_all()
        start = read_processor(env)
        next_lead(env, leads)
        return read_processor(env) - start


def read_processor(env):
    """Seconds that this process and the database's have computed; the latter is on the same host (Linux)."""
    env.cr.execute("SELECT pg_backend_pid()")
    [pid] = env.cr.fetchone()
    return time.process_time() + int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def open_pipeline(_env, leads):
    leads.web_search_read([("user_id", "=", leads.env.uid)], {"name": {}, "stage_id": {}, "user_id": {}}, limit=40)


def main():
    stock, leadya = open_registries()
    rows = []
    for registry in (stock, leadya):
        make_leads(registry, prepare_leads if registry is stock else prepare_visits)
    rows.append(
        compare(
            f"{DEADLINES} deadlines",
            (stock, prepare_starts, plan_one_by_one),
            (leadya, prepare_starts, plan_at_once),
            rounds=1,
            max_ratio=1 / 100,
        )
    )
    grow(leadya, range(1, FEW // MADE_BY_ORM))
    few = [measure(leadya, make_due, scan) for _round in range(4)][1:]
    grow(leadya, range(FEW // MADE_BY_ORM, QUEUED // MADE_BY_ORM))
    make_follow_ups(leadya)
    measure(leadya, as_rep, next_lead)
    queue = [measure(leadya, as_rep, next_lead) for _round in range(15)]
    processor = statistics.median(measure_processor(leadya) for _round in range(15))
    pipeline = [measure(leadya, as_rep, open_pipeline) for _round in range(15)]
    grow(leadya, range(QUEUED // MADE_BY_ORM, MANY // MADE_BY_ORM))
    many = [measure(leadya, make_due, scan) for _round in range(4)][1:]
    rows.append(Row(f"Scan, {DUE} due: {FEW} stored, {MANY} stored", median(few), median(many), max_ratio=2))
    rows.append(Row(f"Pipeline's page, next lead: {QUEUED} stored", median(pipeline), median(queue)))
    code = report(rows)
    seconds = rows[1].ours.seconds
    print(f"The scan takes {seconds:.2f} s with {MANY} leads stored (at most 2)")
    print(
        f"The next lead takes {rows[2].ours.seconds * 1000:.0f} ms in the middle (at most 50), "
        f"{processor * 1000:.0f} ms of them of processor time, Odoo's and PostgreSQL's"
    )
    return code or int(seconds > 2 or rows[2].ours.seconds > 0.05)


def median(runs):
    return Cost(*(statistics.median(run[index] for run in runs) for index in range(2)))


if __name__ == "__main__":
    sys.exit(main())
