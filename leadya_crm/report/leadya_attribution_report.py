"""Credits of leads and costs of advertising as rows, for pivot, graph and export.

How it works. A row is a lead's credit on one touch, or what was spent on something on one day. The attribution model
comes by the context (``leadya_attribution_model``; filters of the search view set it), else from the company. A span of
days in the domain is handed down into the query: credits of all times would be shared out for a quarter's sake.
"""

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.credit import ATTRIBUTION_MODELS
from .leadya_attribution_figures import GROUP_MONEY
from .leadya_figure_options import company_rates, prepare_transaction, rate_of

#: Measures that are one sum by another; an average of averages would be wrong.
RATIOS = {
    "cost_per_lead": ("cost", "leads"),
    "cost_per_qualified": ("cost", "qualified"),
    "cost_per_won": ("cost", "won"),
    "return_on_cost": ("revenue", "cost"),
    "fit_share": ("fit", "judged"),
}
SINCE, UNTIL = "leadya_report_since", "leadya_report_until"
#: Milestones that are columns of the report, by the name that they have there.
MILESTONES = {
    "judged": "judged",
    "fit": "fit",
    "qualified": "qualified",
    "meetings": "met",
    "quotes": "quoted",
    "won": "won",
    "late": "late",
}


class LeadyaAttributionReport(models.Model):
    _name = "leadya.attribution.report"
    _description = "Attribution"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "lead_id"

    date = fields.Date(readonly=True, help="On which the lead came (UTC), or the money was spent.")
    side = fields.Selection([("lead", "Lead"), ("cost", "Cost")], readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True, help="Of the company that is looked from.")
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    keyword_id = fields.Many2one("leadya.keyword", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    channel_id = fields.Many2one("leadya.channel", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    medium_id = fields.Many2one("utm.medium", string="UTM Medium", readonly=True)
    niche_id = fields.Many2one("leadya.niche", readonly=True)
    landing = fields.Char("Landing Page", readonly=True)
    site = fields.Char(readonly=True)
    leads = fields.Float(readonly=True, help="Parts of leads, by the attribution model; of one lead they sum to 1.")
    judged = fields.Float(readonly=True, help="Of which triage said fit or unfit.")
    fit = fields.Float(readonly=True)
    qualified = fields.Float(readonly=True)
    meetings = fields.Float(readonly=True)
    quotes = fields.Float(readonly=True)
    won = fields.Float(readonly=True)
    late = fields.Float("Answered Late", readonly=True)
    response_minutes = fields.Float("Response Time (minutes)", aggregator="avg", readonly=True)
    revenue = fields.Monetary(readonly=True, groups=GROUP_MONEY)
    impressions = fields.Float(readonly=True, digits=(16, 0), groups=GROUP_MONEY)
    clicks = fields.Float(readonly=True, digits=(16, 0), groups=GROUP_MONEY)
    cost = fields.Monetary(readonly=True, groups=GROUP_MONEY)
    cost_per_lead = fields.Monetary(readonly=True, aggregator="avg", groups=GROUP_MONEY)
    cost_per_qualified = fields.Monetary(readonly=True, aggregator="avg", groups=GROUP_MONEY)
    cost_per_won = fields.Monetary("Cost per Won Lead", readonly=True, aggregator="avg", groups=GROUP_MONEY)
    return_on_cost = fields.Float(
        "Return",
        readonly=True,
        aggregator="avg",
        groups=GROUP_MONEY,
        help="Revenue by cost: 2 is two for each one spent.",
    )
    fit_share = fields.Float("Fit of Those Judged", readonly=True, aggregator="avg")

    @property
    def _table_query(self):
        sides = [self._get_credit_side()]
        if self.env.su or self.env.user.has_group(GROUP_MONEY):
            sides.append(self._get_cost_side())
        return SQL(" UNION ALL ").join(sides)

    # ------------------------------------------------------------
    # ONLY THE DAYS ASKED FOR
    # ------------------------------------------------------------

    def _search(self, domain, *args, **kwargs):
        """As Odoo's own, with the days that the domain asks for handed down into the query."""
        since, until = _find_span(Domain(domain).optimize_full(self))
        prepare_transaction(self.env)
        narrowed = self.with_context(**{SINCE: since, UNTIL: until})
        return super(LeadyaAttributionReport, narrowed)._search(domain, *args, **kwargs)

    def _get_span(self, column, until=None):
        """Condition that a column of days is in the span handed down; TRUE where none was."""
        first, last = self.env.context.get(SINCE), self.env.context.get(UNTIL)
        conditions = [SQL("%s >= %s", column, first)] if first else []
        if last:
            # The last day whole, also of moments.
            conditions.append(SQL("%s < %s::date + 1", until or column, last))
        return SQL(" AND ").join(conditions) if conditions else SQL("TRUE")

    def _read_group_select(self, aggregate_spec, query):
        """A ratio of a group is that of its sums."""
        name, _separator, _function = aggregate_spec.partition(":")
        if name not in RATIOS:
            return super()._read_group_select(aggregate_spec, query)
        upper, lower = (self._field_to_sql(self._table, part, query) for part in RATIOS[name])
        return SQL("SUM(%s) / NULLIF(SUM(%s), 0)", upper, lower)

    # ------------------------------------------------------------
    # ROWS
    # ------------------------------------------------------------

    def _get_credit_side(self):
        company = self.env.company
        model = self.env.context.get("leadya_attribution_model")
        shares = self.env["leadya.touch"]._get_credit_query(
            model if model in dict(ATTRIBUTION_MODELS) else company.leadya_attribution_model,
            SQL("SELECT id, create_date FROM chosen_lead"),
            company.leadya_attribution_window,
            company.leadya_half_life,
        )
        counts = [
            SQL("CASE WHEN lead.%s THEN share.weight ELSE 0 END AS %s", SQL.identifier(column), SQL.identifier(name))
            for name, column in MILESTONES.items()
        ]
        return SQL(
            """
            (WITH chosen_lead AS MATERIALIZED (%(leads)s)
            SELECT 2 * COALESCE(share.touch_id::bigint, lead.id) + (share.touch_id IS NULL)::int AS id,
                   lead.create_date::date AS date, 'lead' AS side, share.lead_id, lead.company_id,
                   %(currency)s::int AS currency_id, lead.user_id, lead.team_id, share.keyword_id, share.campaign_id,
                   share.channel_id, share.source_id, share.medium_id, lead.niche_id, share.landing, share.site,
                   share.weight AS leads, %(counts)s, lead.minutes AS response_minutes,
                   share.weight * lead.revenue AS revenue, 0::float AS impressions, 0::float AS clicks,
                   0::float AS cost, %(ratios)s
              FROM (%(shares)s) AS share JOIN chosen_lead AS lead ON lead.id = share.lead_id)
            """,
            leads=self._get_leads(),
            counts=SQL(", ").join(counts),
            shares=shares,
            ratios=_NO_RATIOS,
            currency=self.env.company.currency_id.id,
        )

    def _get_leads(self):
        """Leads of the span with their milestones; who may see which is said by the report's own rules."""
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        query = leads._search([("merged_into_id", "=", False)])
        query.add_where(self._get_span(SQL.identifier("crm_lead", "create_date")))
        leads._milestone_join(query)
        milestones = leads._milestone_get_columns()
        names = ("id", "create_date", "company_id", "user_id", "team_id", "niche_id")
        return query.select(
            *(SQL.identifier("crm_lead", name) for name in names),
            *(SQL("%s AS %s", milestones[column], SQL.identifier(column)) for column in MILESTONES.values()),
            SQL(
                "CASE WHEN %s THEN COALESCE(crm_lead.expected_revenue, 0) * %s ELSE 0 END::float AS revenue",
                milestones["won"],
                self._get_rate(SQL("crm_lead.company_id")),
            ),
            SQL("CASE WHEN crm_lead.first_response_at IS NOT NULL THEN crm_lead.first_response_minutes END AS minutes"),
        )

    def _get_rate(self, company_id):
        today = fields.Date.context_today(self)
        return rate_of(company_rates(self.env, self.env.companies.ids, today), company_id)

    def _get_cost_side(self):
        """Each row of costs in equal parts on its days."""
        zeros = [SQL("0::float AS %s", SQL.identifier(name)) for name in ("leads", *MILESTONES)]
        return SQL(
            """
            (SELECT -(cost.id::bigint * 4096 + day.number) AS id, day.date::date AS date, 'cost' AS side,
                   NULL::int AS lead_id, cost.company_id, %(currency)s::int AS currency_id, NULL::int AS user_id,
                   NULL::int AS team_id, cost.keyword_id, cost.campaign_id, cost.channel_id, cost.source_id,
                   NULL::int AS medium_id, NULL::int AS niche_id, NULL AS landing, NULL AS site,
                   %(zeros)s, NULL::float AS response_minutes, 0::float AS revenue,
                   cost.impressions::float / day.count AS impressions, cost.clicks::float / day.count AS clicks,
                   cost.amount_company::float * %(rate)s / day.count AS cost, %(ratios)s
              FROM leadya_ad_cost AS cost
             CROSS JOIN LATERAL (
                   SELECT number, cost.date_from + number AS date, cost.date_to - cost.date_from + 1 AS count
                     FROM GENERATE_SERIES(0, cost.date_to - cost.date_from) AS number) AS day
             WHERE cost.active AND cost.company_id = ANY(%(companies)s) AND %(rows)s AND %(days)s)
            """,
            zeros=SQL(", ").join(zeros),
            rate=self._get_rate(SQL("cost.company_id")),
            ratios=_NO_RATIOS,
            currency=self.env.company.currency_id.id,
            companies=self.env.companies.ids,
            rows=self._get_span(SQL("cost.date_to"), until=SQL("cost.date_from")),
            days=self._get_span(SQL("day.date")),
        )


#: Ratios exist of groups only.
_NO_RATIOS = SQL(", ").join(SQL("NULL::float AS %s", SQL.identifier(name)) for name in RATIOS)


def _find_span(domain):
    """First and last day that a domain asks for, where it asks for both or either in its outermost AND."""
    since = until = None
    for part in getattr(domain, "children", [domain]) if type(domain).__name__ != "DomainOr" else []:
        name, operator, value = (getattr(part, key, None) for key in ("field_expr", "operator", "value"))
        if name != "date":
            continue
        day = _read_day(value)
        if day and operator in (">", ">="):
            since = max(filter(None, (since, day)))
        elif day and operator in ("<", "<="):
            until = min(filter(None, (until, day)))
    return since and str(since), until and str(until)


def _read_day(value):
    try:
        return fields.Date.to_date(value)
    except (TypeError, ValueError):
        return None
