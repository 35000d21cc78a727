"""The one statement behind the figures.

How it works. ``chosen_lead`` are the leads of the span with their milestones, by the reader's own rights.
``credit`` gives each its weight on a key, by the attribution model. ``result`` and ``spent`` sum leads and costs up
by key, the grand total in the same pass (a grouping set). ``figure`` joins both and works out what is made of them;
``page`` is what the screen shows, and ``spark`` its weeks.

Keys are never NULL here, so that both sides can be hashed: 0 or '' is "none".
"""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .leadya_figure_options import COST_DIMENSIONS, COSTS_EACH, DIMENSIONS, SINGULARS, company_rates, rate_of

#: Which column of leads each count sums up.
COUNT_COLUMNS = {
    "judged": "judged",
    "fit": "fit",
    "qualified": "qualified",
    "meetings": "met",
    "quotes": "quoted",
    "won": "won",
    "late": "late",
}
KEY_COLUMNS = {
    "keyword": "keyword_id",
    "campaign": "campaign_id",
    "channel": "channel_id",
    "source": "source_id",
    "niche": "niche_id",
    "landing": "landing",
    "site": "site",
}


class LeadyaAttributionFigures(models.AbstractModel):
    _inherit = "leadya.attribution.figures"

    @api.model
    def _get_statement(self, options, with_money):
        """Rows of one page with spark lines, and the total (``is_total``).

        :rtype: SQL
        """
        return SQL(
            """
            WITH %(facts)s,
            page AS (
                SELECT *, COUNT(*) OVER () AS row_count, ROW_NUMBER() OVER (ORDER BY %(order)s, key) AS position
                  FROM figure
                 WHERE is_total = 0 %(search)s
              ORDER BY position
                 LIMIT %(limit)s OFFSET %(offset)s
            ),
            spark AS (
                SELECT key, JSONB_OBJECT_AGG(point, leads) AS points
                  FROM (SELECT credit.key, chosen_lead.point, SUM(credit.weight) AS leads
                          FROM credit JOIN chosen_lead ON chosen_lead.id = credit.lead_id
                         WHERE credit.key IN (SELECT key FROM page)
                      GROUP BY credit.key, chosen_lead.point) AS weekly
              GROUP BY key
            )
            SELECT figure.*, 0 AS row_count, 0 AS position, NULL::jsonb AS points FROM figure WHERE is_total = 1
            UNION ALL
            SELECT page.*, spark.points FROM page LEFT JOIN spark ON spark.key = page.key
          ORDER BY position
            """,
            facts=self._get_facts(options, with_money),
            search=self._get_search(options),
            order=self._get_order(options),
            limit=options.limit,
            offset=options.offset,
        )

    @api.model
    def _get_facts(self, options, with_money):
        """The common table expressions up to ``figure``."""
        return SQL(
            """
            chosen_lead AS MATERIALIZED (%(leads)s),
            full_credit AS MATERIALIZED (%(credits)s),
            credit AS MATERIALIZED (
                SELECT key, lead_id, SUM(weight) AS weight FROM full_credit
                  JOIN chosen_lead ON chosen_lead.id = lead_id AND chosen_lead.is_chosen
              GROUP BY key, lead_id
            ),
            result AS (%(result)s),
            spent AS (%(spent)s),
            figure AS (%(figure)s)
            """,
            leads=self._get_leads(options),
            credits=self._get_credits(options),
            result=self._get_result(options),
            spent=self._get_spent(options, with_money),
            figure=self._get_figure(),
        )

    # ------------------------------------------------------------
    # LEADS
    # ------------------------------------------------------------

    @api.model
    def _get_leads(self, options):
        """Leads that came in the span and that the reader may see, with their milestones."""
        leads = self.env["crm.lead"].with_context(active_test=False)
        query = leads._search(self._get_lead_domain(options))
        leads._milestone_join(query)
        columns = leads._milestone_get_columns()
        column = {
            name: SQL.identifier("crm_lead", name)
            for name in ("id", "create_date", "company_id", "expected_revenue", "first_response_minutes")
        }
        rates = company_rates(self.env, options.company_ids, options.date_to)
        return query.select(
            column["id"],
            column["create_date"],
            *([SQL.identifier("crm_lead", "niche_id")] if options.dimension == "niche" else []),
            SQL("%s AS is_chosen", self._get_choice(options)),
            SQL("%s AS point", self._get_point(options, column["create_date"])),
            *(SQL("%s AS %s", columns[name], SQL.identifier(name)) for name in COUNT_COLUMNS.values()),
            SQL(
                "CASE WHEN %s THEN %s * %s ELSE 0 END AS revenue",
                columns["won"],
                SQL("COALESCE(%s, 0)", column["expected_revenue"]),
                rate_of(rates, column["company_id"]),
            ),
            SQL(
                "CASE WHEN %s IS NOT NULL THEN %s END AS minutes",
                SQL.identifier("crm_lead", "first_response_at"),
                column["first_response_minutes"],
            ),
        )

    @api.model
    def _get_lead_domain(self, options):
        """Leads of the span; what became part of another lead counts once."""
        since, until = options.moments(self.env.user.tz)
        domain = Domain("create_date", ">=", since) & Domain("create_date", "<", until)
        domain &= Domain("merged_into_id", "=", False)
        return domain & Domain("company_id", "in", [False, *options.company_ids])

    @api.model
    def _get_choice(self, options):
        """Whether a lead is of the niche and team asked for; the others still bear their share of the costs."""
        chosen = {"niche_id": options.niche_id, "team_id": options.team_id}
        conditions = [
            SQL("%s = %s", SQL.identifier("crm_lead", name), value) for name, value in chosen.items() if value
        ]
        return SQL("COALESCE(%s, FALSE)", SQL(" AND ").join(conditions)) if conditions else SQL("TRUE")

    @api.model
    def _get_point(self, options, moment):
        """Which point of the spark line a moment falls on, from 0."""
        since, _until = options.moments(self.env.user.tz)
        seconds = options.spark_days * 24 * 3600
        return SQL(
            "LEAST(FLOOR(EXTRACT(EPOCH FROM %s - %s) / %s)::int, %s)", moment, since, seconds, options.spark_points - 1
        )

    @api.model
    def _get_credits(self, options):
        """Credits of all leads of the span, with the key asked for and what costs are met by.

        A lead's keyword and campaign are taken for those under which they were paid for, see
        ``leadya_ad_cost_match``.
        """
        company = self.env.company
        shares = self.env["leadya.touch"]._get_credit_query(
            options.model,
            SQL("SELECT id, create_date FROM chosen_lead"),
            company.leadya_attribution_window,
            company.leadya_half_life,
        )
        return SQL(
            """
            SELECT given.lead_id, given.weight, %(key)s AS key, COALESCE(given.keyword_id, 0) AS keyword_id,
                   COALESCE(given.campaign_id, 0) AS campaign_id, COALESCE(given.channel_id, 0) AS channel_id
              FROM (SELECT share.lead_id, share.weight, share.channel_id, share.source_id, share.landing, share.site,
                           COALESCE(keyword_match.cost_keyword_id, share.keyword_id) AS keyword_id,
                           COALESCE(campaign_match.cost_campaign_id, share.campaign_id) AS campaign_id
                      FROM (%(shares)s) AS share
                 LEFT JOIN (%(keywords)s) AS keyword_match ON keyword_match.keyword_id = share.keyword_id
                 LEFT JOIN (%(campaigns)s) AS campaign_match ON campaign_match.campaign_id = share.campaign_id
                   ) AS given %(join)s
            """,
            key=self._get_key(options.dimension, SQL("given")),
            shares=shares,
            keywords=self.env["leadya.ad.cost"].sudo()._get_keyword_match_query(options.company_ids),
            campaigns=self.env["leadya.ad.cost"].sudo()._get_campaign_match_query(options.company_ids),
            join=SQL("JOIN chosen_lead AS its_lead ON its_lead.id = given.lead_id")
            if options.dimension == "niche"
            else SQL(),
        )

    @api.model
    def _get_key(self, dimension, alias):
        if dimension == "niche":
            return SQL("COALESCE(its_lead.niche_id, 0)")
        column = SQL("%s.%s", alias, SQL.identifier(KEY_COLUMNS[dimension]))
        return SQL("COALESCE(%s, 0)", column) if DIMENSIONS[dimension] else SQL("COALESCE(%s, '')", column)

    @api.model
    def _get_result(self, options):
        counts = [
            SQL(
                "SUM(credit.weight) FILTER (WHERE %s) AS %s",
                SQL.identifier("chosen_lead", column),
                SQL.identifier(name),
            )
            for name, column in COUNT_COLUMNS.items()
        ]
        return SQL(
            """
            SELECT GROUPING(credit.key) AS is_total, COALESCE(credit.key, %s) AS key, SUM(credit.weight) AS leads, %s,
                   SUM(credit.weight * chosen_lead.revenue) AS revenue,
                   PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY chosen_lead.minutes) AS median
              FROM credit JOIN chosen_lead ON chosen_lead.id = credit.lead_id
          GROUP BY GROUPING SETS ((credit.key), ())
            """,
            self._get_no_key(options),
            SQL(", ").join(counts),
        )

    # ------------------------------------------------------------
    # COSTS
    # ------------------------------------------------------------

    @api.model
    def _get_spent(self, options, with_money):
        """SELECT of (is_total, key, impressions, clicks, cost), the total included."""
        return SQL(
            """
            SELECT GROUPING(key) AS is_total, COALESCE(key, %s) AS key, SUM(impressions) AS impressions,
                   SUM(clicks) AS clicks, SUM(cost) AS cost
              FROM (%s) AS cost_row
          GROUP BY GROUPING SETS ((key), ())
            """,
            self._get_no_key(options),
            self._get_keyed_costs(options) if with_money else self._get_no_costs(options),
        )

    @api.model
    def _get_no_costs(self, options):
        return SQL("SELECT %s AS key, 0 AS impressions, 0 AS clicks, 0 AS cost WHERE FALSE", self._get_no_key(options))

    @api.model
    def _get_no_key(self, options):
        """What a key that is not there is called."""
        return SQL("0") if DIMENSIONS[options.dimension] else SQL("''::varchar")

    @api.model
    def _get_keyed_costs(self, options):
        if options.dimension in COST_DIMENSIONS and not options.is_narrowed:
            key = self._get_key(options.dimension, SQL("cost_row"))
            costs = self._get_costs(options)
            return SQL("SELECT %s AS key, impressions, clicks, cost FROM (%s) AS cost_row", key, costs)
        return self._get_shared_costs(options)

    @api.model
    def _get_costs(self, options):
        """Rows of costs in the span, in the environment's currency."""
        model = self.env["leadya.ad.cost"].sudo()
        span = (options.date_from, options.date_to)
        rates = company_rates(self.env, options.company_ids, options.date_to)
        groups = [([company], rate) for company, rate in rates.items()]
        own = [company for company in options.company_ids if company not in rates]
        groups += [(own, 1)] if own else []
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT keyword_id, campaign_id, channel_id, source_id, impressions, clicks, cost * %s AS cost"
                " FROM (%s) AS company_cost",
                rate,
                model._get_cost_query(companies, *span),
            )
            for companies, rate in groups
        )

    # ------------------------------------------------------------
    # WHAT IS MADE OF BOTH
    # ------------------------------------------------------------

    @api.model
    def _get_figure(self):
        sums = [SQL("COALESCE(result.%s, 0)::float AS %s", *[SQL.identifier(name)] * 2) for name in self._get_sums()]
        each = [self._get_cost_each(name, count) for name, count in COSTS_EACH.items()]
        return SQL(
            """
            SELECT summed.*, %(each)s, revenue / NULLIF(cost, 0) AS return,
                   CASE is_total WHEN 1 THEN SUM(cost * late / NULLIF(leads, 0)) FILTER (WHERE is_total = 0) OVER ()
                        ELSE cost * late / NULLIF(leads, 0) END AS money_at_risk
              FROM (SELECT COALESCE(result.is_total, spent.is_total) AS is_total,
                           COALESCE(result.key, spent.key) AS key, %(sums)s, result.median,
                           COALESCE(spent.impressions, 0)::float AS impressions,
                           COALESCE(spent.clicks, 0)::float AS clicks, COALESCE(spent.cost, 0)::float AS cost
                      FROM result
                 FULL JOIN spent ON spent.is_total = result.is_total
                       AND spent.key = result.key) AS summed
            """,
            each=SQL(", ").join(each),
            sums=SQL(", ").join(sums),
        )

    @api.model
    def _get_sums(self):
        return ("leads", *COUNT_COLUMNS, "revenue")

    @api.model
    def _get_cost_each(self, name, count):
        return SQL("cost / NULLIF(%s, 0) AS %s", SQL.identifier(count), SQL.identifier(name))

    @api.model
    def _get_search(self, options):
        """Condition on the keys that a search by name finds."""
        if not options.search:
            return SQL()
        model = DIMENSIONS[options.dimension]
        if not model:
            return SQL("AND key ILIKE %s", f"%{_escape_like(options.search)}%")
        records = self.env[model].with_context(active_test=False)
        return SQL("AND key IN %s", records._search([("display_name", "ilike", options.search)]).subselect())

    @api.model
    def _get_order(self, options):
        direction = SQL("DESC NULLS LAST") if options.descending else SQL("ASC NULLS LAST")
        if options.order != "name":
            return SQL("%s %s", SQL.identifier(options.order), direction)
        model = DIMENSIONS[options.dimension]
        if not model:
            return SQL("key %s", direction)
        return SQL("(%s) %s", self._get_name_by_key(model), direction)

    @api.model
    def _get_name_by_key(self, model):
        """A name to sort by; translated ones by the reader's language."""
        records = self.env[model]
        name = records._field_to_sql("its", "name")
        return SQL("SELECT %s FROM %s AS its WHERE its.id = key", name, SQL.identifier(records._table))


def _escape_like(text):
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


assert set(SINGULARS) - {"leads"} <= set(COUNT_COLUMNS)
