"""Figures of marketing over 300,000 leads, 900,000 touches, 20,000 keywords and a year of costs.

Each screen of a quarter is asked for as the web client does, with rights on, and beside it, in turns, a query written
by hand for the same figures of the same database. The figures of both are compared before anything is timed.

Advertising is a long tail: of 20,000 keywords so many a day (``KEYWORDS_A_DAY``) are shown at all and stand in a
platform's report.
"""

import os
import sys
from datetime import date, timedelta

from bulk import MADE_BY_ORM, make_leads, multiply, vacuum
from common import compare, open_registries, prepare_leads, report
from common import manager as environment

from odoo.tools import SQL

LEADS, TOUCHES_A_LEAD, KEYWORDS, DAYS = 300_000, 3, 20_000, 365
KEYWORDS_A_DAY = int(os.environ.get("LEADYA_BENCH_KEYWORDS_A_DAY", 2_000))
CAMPAIGNS = 50
TODAY = date.today()
SPAN = (TODAY - timedelta(days=89), TODAY)
#: Seconds that a screen may take.
MAX_SECONDS = 1.5
MAX_RATIO = 3.0


# ------------------------------------------------------------
# DATA
# ------------------------------------------------------------


def fill(registry):
    """Some leads by the ORM; everything else by the database, as no ORM could in this time."""
    make_leads(registry, prepare_leads)
    with environment(registry, commit=True) as env:
        env.company.leadya_attribution_model = "last"
        company = env.company.id
        source = env["utm.mixin"]._find_or_create_record("utm.source", "google").id
        paid = env.ref("leadya_crm.channel_paid_search").id
        direct = env.ref("leadya_crm.channel_direct").id
        campaigns = env["utm.campaign"].create([{"name": f"Campaign {number}"} for number in range(CAMPAIGNS)]).ids
        env.cr.flush()
        # Over the year, in the order in which they came, as leads do.
        past = SQL("(1 - (turn + random()) / %s) * %s", LEADS // MADE_BY_ORM, DAYS)
        changed = {"create_date": SQL("now() AT TIME ZONE 'UTC' - %s * '1 day'::interval", past)}
        multiply(env, "crm_lead", "id", {"id"}, range(1, LEADS // MADE_BY_ORM), changed)
        fill_milestones(env)
        fill_keywords(env, campaigns, source)
        fill_touches(env, company, source, paid, direct)
        fill_costs(env, company, source, paid)
        env.company.currency_id.invalidate_recordset()
    vacuum(registry)


def fill_milestones(env):
    env.cr.execute(
        """
        UPDATE crm_lead
           SET triage_state = (ARRAY['fit', 'unfit', 'incomplete', 'todo'])[1 + id % 4],
               qualification_score = id % 101,
               won_status = CASE WHEN id % 40 = 0 THEN 'won' ELSE 'pending' END,
               expected_revenue = 500 + id % 700,
               first_response_at = create_date + '20 minutes'::interval,
               first_response_minutes = id % 240
        """
    )
    env.cr.execute("DELETE FROM leadya_sla_clock")
    env.cr.execute(
        """
        INSERT INTO leadya_sla_clock (lead_id, kind, state, start_at, deadline)
        SELECT id, 'first_response', CASE WHEN id % 5 = 0 THEN 'met_late' ELSE 'met' END, create_date,
               create_date + '30 minutes'::interval
          FROM crm_lead
        """
    )
    env.cr.execute(
        """
        INSERT INTO leadya_contact_attempt (lead_id, user_id, attempted_at, means, direction, outcome)
        SELECT id, 2, create_date, 'call', 'outbound',
               (ARRAY['no_answer', 'reached', 'meeting', 'reached', 'no_answer', 'quote_sent'])[1 + (id + number) % 6]
          FROM crm_lead, generate_series(1, 2) AS number
        """
    )


def fill_keywords(env, campaigns, source):
    env.cr.execute("DELETE FROM leadya_keyword")
    env.cr.execute(
        SQL(
            """
            INSERT INTO leadya_keyword (name, normalized_name, match_type, campaign_id, ad_group, source_id, active)
            SELECT 'keyword ' || number, 'keyword ' || number, 'exact', (%s::int[])[1 + number %% %s], 'Group', %s, TRUE
              FROM generate_series(1, %s) AS number
            """,
            campaigns,
            CAMPAIGNS,
            source,
            KEYWORDS,
        )
    )


def fill_touches(env, company, source, paid, direct):
    """Three touches a lead on as many days: two by keywords, of which few bring most, one direct."""
    env.cr.execute("DELETE FROM leadya_touch")
    env.cr.execute(
        "CREATE TEMP TABLE place AS"
        " SELECT id, campaign_id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place FROM leadya_keyword"
    )
    env.cr.execute("CREATE INDEX ON place (place)")
    env.cr.execute(
        SQL(
            """
            INSERT INTO leadya_touch (lead_id, company_id, touched_at, origin, channel_id, keyword_id, campaign_id,
                                      source_id, landing_url, landing, site)
            SELECT visit.lead_id, %(company)s, visit.at, 'form',
                   CASE WHEN visit.is_direct THEN %(direct)s ELSE %(paid)s END,
                   CASE WHEN NOT visit.is_direct THEN place.id END,
                   CASE WHEN NOT visit.is_direct THEN place.campaign_id END,
                   CASE WHEN NOT visit.is_direct THEN %(source)s END,
                   'https://heat.example/page' || visit.page, '/page' || visit.page, 'heat.example'
              FROM (SELECT lead.id AS lead_id, lead.create_date - number * '1 day'::interval AS at,
                           number = 0 AS is_direct, (random() * 200)::int AS page,
                           FLOOR(POWER(random(), 3) * %(keywords)s)::int AS word
                      FROM crm_lead AS lead, generate_series(0, %(last)s) AS number) AS visit
              JOIN place ON place.place = visit.word
            """,
            company=company,
            source=source,
            paid=paid,
            direct=direct,
            keywords=KEYWORDS,
            last=TOUCHES_A_LEAD - 1,
        )
    )


def fill_costs(env, company, source, paid):
    env.cr.execute(
        SQL(
            """
            INSERT INTO leadya_ad_cost (date_from, date_to, cost, currency_id, amount_company, impressions, clicks,
                                        level, keyword_id, match_type, campaign_id, ad_group, source_id, channel_id,
                                        company_id, origin, active, campaign_ref)
            SELECT day, day, 5 + word %% 7, %(currency)s, 5 + word %% 7, 100 + word %% 900, 3, 'keyword', place.id,
                   'exact', place.campaign_id, 'Group', %(source)s, %(paid)s, %(company)s, 'google', TRUE,
                   'ref' || place.campaign_id
              FROM (SELECT CURRENT_DATE - past AS day,
                           (past * 7919 + number * (%(keywords)s / %(a_day)s)) %% %(keywords)s AS word
                      FROM generate_series(0, %(days)s - 1) AS past,
                           generate_series(0, %(a_day)s - 1) AS number) AS shown
              JOIN place ON place.place = shown.word
            """,
            company=company,
            source=source,
            paid=paid,
            currency=env.company.currency_id.id,
            keywords=KEYWORDS,
            a_day=KEYWORDS_A_DAY,
            days=DAYS,
        )
    )


# ------------------------------------------------------------
# BY HAND
# ------------------------------------------------------------

#: What each screen is split by: the touch's column, and the cost's.
BY_HAND = """
    WITH lead AS (
        SELECT id, create_date, triage_state, qualification_score, won_status, expected_revenue, first_response_minutes
          FROM crm_lead
         WHERE create_date >= %(since)s AND create_date < %(until)s AND merged_into_id IS NULL
    ),
    touch AS (
        SELECT DISTINCT ON (touch.lead_id) touch.lead_id, touch.{key} AS key
          FROM leadya_touch AS touch JOIN lead ON lead.id = touch.lead_id
         WHERE touch.superseded_by_id IS NULL
      ORDER BY touch.lead_id, (touch.channel_id != %(direct)s) DESC, touch.touched_at DESC, touch.id DESC
    ),
    met AS (SELECT DISTINCT lead_id FROM leadya_contact_attempt WHERE outcome IN ('meeting', 'met')),
    quoted AS (SELECT DISTINCT lead_id FROM leadya_contact_attempt WHERE outcome = 'quote_sent'),
    late AS (
        SELECT DISTINCT lead_id FROM leadya_sla_clock
         WHERE kind = 'first_response' AND state IN ('met_late', 'breached')
    ),
    result AS (
        SELECT touch.key, COUNT(*) AS leads,
               COUNT(*) FILTER (WHERE triage_state = 'fit') AS fit,
               COUNT(*) FILTER (WHERE (triage_state = 'fit' AND (qualification_score >= 50 OR met.lead_id IS NOT NULL
                                OR quoted.lead_id IS NOT NULL)) OR won_status = 'won') AS qualified,
               COUNT(met.lead_id) AS meetings, COUNT(quoted.lead_id) AS quotes,
               COUNT(*) FILTER (WHERE won_status = 'won') AS won,
               SUM(expected_revenue) FILTER (WHERE won_status = 'won') AS revenue,
               COUNT(late.lead_id) AS late,
               PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY first_response_minutes) AS median
          FROM lead JOIN touch ON touch.lead_id = lead.id
     LEFT JOIN met ON met.lead_id = lead.id
     LEFT JOIN quoted ON quoted.lead_id = lead.id
     LEFT JOIN late ON late.lead_id = lead.id
      GROUP BY touch.key
    ),
    spent AS (
        SELECT {cost_key} AS key, SUM(impressions) AS impressions, SUM(clicks) AS clicks, SUM(amount_company) AS cost
          FROM leadya_ad_cost
         WHERE company_id = %(company)s AND active AND date_to >= %(first)s AND date_from <= %(last)s
      GROUP BY 1
    ),
    page AS (
    SELECT *, cost / NULLIF(leads, 0) AS cost_per_lead, revenue / NULLIF(cost, 0) AS return,
           cost * late / NULLIF(leads, 0) AS at_risk, SUM(leads) OVER () AS all_leads, SUM(cost) OVER () AS all_cost
      FROM result FULL JOIN spent USING (key)
  ORDER BY cost DESC NULLS LAST LIMIT 80
    ),
    week AS (
        SELECT touch.key, JSONB_OBJECT_AGG(week, leads) AS weeks
          FROM (SELECT touch.key, DATE_TRUNC('week', create_date) AS week, COUNT(*) AS leads
                  FROM lead JOIN touch ON touch.lead_id = lead.id
                 WHERE touch.key IN (SELECT key FROM page) GROUP BY 1, 2) AS touch
      GROUP BY touch.key
    )
    SELECT page.*, week.weeks FROM page LEFT JOIN week USING (key) ORDER BY cost DESC NULLS LAST
"""
SCREENS = {
    "keyword": ("keyword_id", "keyword_id"),
    "campaign": ("campaign_id", "campaign_id"),
    "channel": ("channel_id", "channel_id"),
    "source": ("source_id", "source_id"),
    "landing": ("landing", "NULL::varchar"),
    "site": ("site", "NULL::varchar"),
}


def by_hand(dimension):
    key, cost_key = SCREENS[dimension]

    def work(env, _arguments):
        first, last = SPAN
        env.cr.execute("SET LOCAL jit = off; SET LOCAL work_mem = '32MB'")
        env.cr.execute(
            BY_HAND.format(key=key, cost_key=cost_key),
            {
                "since": first,
                "until": last + timedelta(days=1),
                "first": first,
                "last": last,
                "company": env.company.id,
                "direct": env.ref("leadya_crm.channel_direct").id,
            },
        )
        return env.cr.dictfetchall()

    return work


def by_screen(dimension, **options):
    def work(env, _arguments):
        given = {"dimension": dimension, "date_from": str(SPAN[0]), "date_to": str(SPAN[1]), "model": "last", **options}
        return env["leadya.attribution.figures"].get_figures(given)

    return work


def by_pivot(env, _arguments):
    domain = [("date", ">=", str(SPAN[0])), ("date", "<=", str(SPAN[1]))]
    aggregates = ["leads:sum", "qualified:sum", "won:sum", "cost:sum", "cost_per_lead:avg"]
    env["leadya.attribution.report"].formatted_read_group(domain, ["channel_id", "date:month"], aggregates)


def check(registry):
    """Both sides must tell the same."""
    with environment(registry) as env:
        for dimension in SCREENS:
            ours, hand = by_screen(dimension)(env, None)["total"], by_hand(dimension)(env, None)[0]
            assert round(ours["leads"]) == hand["all_leads"], (dimension, ours["leads"], hand["all_leads"])
            assert round(ours["cost"]) == round(hand["all_cost"]), (dimension, ours["cost"], hand["all_cost"])


def main():
    _stock, registry = open_registries()
    fill(registry)
    check(registry)
    rows = []
    screens = [(dimension, {}) for dimension in SCREENS]
    screens += [("keyword", {"model": model}) for model in ("linear", "time_decay", "position")]
    for dimension, options in screens:
        sides = [(registry, lambda env: None, work) for work in (by_hand(dimension), by_screen(dimension, **options))]
        name = f"{dimension}, {options.get('model', 'last')}"
        # Under another model the query by hand stands for the same amount of work at least.
        rows.append(compare(f"Screen by {name}", *sides, rounds=3, max_ratio=MAX_RATIO))
    pivot = [(registry, lambda env: None, work) for work in (by_hand("channel"), by_pivot)]
    rows.append(compare("Pivot by channel and month", *pivot, rounds=3, max_ratio=MAX_RATIO))
    code = report(rows)
    slow = [row.work for row in rows if row.ours.seconds > MAX_SECONDS]
    print(f"Slower than {MAX_SECONDS} s: {', '.join(slow) or 'none'}")
    return code or int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
