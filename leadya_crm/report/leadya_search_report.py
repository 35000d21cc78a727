"""How many leads, won ones and how much money each organic query probably brought: inferred, never mixed with tracked.

How it works: leads that came by an organic search, and whose keyword nobody told, are counted by landing page and day;
of each page's leads a query gets its probability (``tools/search_inference.py``). The sums of a page are its leads.
"""

from odoo import fields, models
from odoo.tools import SQL

from ..tools.search_inference import PRIOR_CLICKS
from .leadya_attribution_figures import GROUP_MONEY


class LeadyaSearchReport(models.Model):
    _name = "leadya.search.report"
    _description = "Organic Queries (inferred)"
    _auto = False
    _order = "leads desc, id"
    _rec_name = "query"

    date = fields.Date(readonly=True, help="On which the leads came (UTC).")
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", related="company_id.currency_id")
    query = fields.Char(readonly=True)
    normalized_name = fields.Char(readonly=True)
    kind = fields.Selection([("brand", "Brand"), ("generic", "Generic")], readonly=True)
    site = fields.Char(readonly=True)
    page = fields.Char(readonly=True)
    leads = fields.Float("Leads (inferred)", readonly=True, help="Leads of the page, times the query's probability.")
    won = fields.Float("Won (inferred)", readonly=True)
    revenue = fields.Monetary("Revenue (inferred)", readonly=True, groups=GROUP_MONEY)

    @property
    def _table_query(self):
        self.env.flush_all()
        return SQL(
            """
            SELECT row_number() OVER () AS id, page_day.date, share.company_id, share.query, share.normalized_name,
                   CASE WHEN share.is_brand THEN 'brand' ELSE 'generic' END AS kind, share.site, share.page,
                   page_day.leads * share.probability AS leads, page_day.won * share.probability AS won,
                   page_day.revenue * share.probability AS revenue
              FROM (%(page_days)s) AS page_day
              JOIN (%(shares)s) AS share
                ON share.company_id = page_day.company_id AND share.site = page_day.site AND share.page = page_day.page
            """,
            page_days=self._get_page_days(),
            shares=self._get_shares(),
        )

    def _get_page_days(self):
        """Organic leads of each landing page and day."""
        organic = self.env["leadya.channel"]._get_organic().id or 0
        return SQL(
            """
            SELECT lead.create_date::date AS date, COALESCE(lead.company_id, %(company)s) AS company_id, visit.site,
                   visit.landing AS page, COUNT(*) AS leads, COUNT(*) FILTER (WHERE lead.won_status = 'won') AS won,
                   COALESCE(SUM(lead.expected_revenue) FILTER (WHERE lead.won_status = 'won'), 0) AS revenue
              FROM crm_lead AS lead
              JOIN (SELECT DISTINCT ON (lead_id) lead_id, site, landing
                      FROM leadya_touch
                     WHERE channel_id = %(organic)s AND landing IS NOT NULL AND superseded_by_id IS NULL
                     ORDER BY lead_id, touched_at DESC, id DESC) AS visit ON visit.lead_id = lead.id
             WHERE lead.channel_id = %(organic)s AND lead.keyword_id IS NULL AND lead.merged_into_id IS NULL
             GROUP BY 1, 2, 3, 4
            """,
            organic=organic,
            company=self.env.company.id,
        )

    def _get_shares(self):
        """The probability of each query of a page: in SQL what ``query_probabilities`` computes."""
        return SQL(
            """
            SELECT *, (clicks + %(prior)s * CASE WHEN SUM(impressions) OVER page > 0
                                                 THEN impressions / SUM(impressions) OVER page
                                                 ELSE 1.0 / COUNT(*) OVER page END)
                      / (SUM(clicks) OVER page + %(prior)s) AS probability
              FROM (SELECT company_id, site, page, normalized_name, MAX(query) AS query, BOOL_OR(is_brand) AS is_brand,
                           SUM(clicks)::float8 AS clicks, SUM(impressions)::float8 AS impressions
                      FROM leadya_search_query
                     GROUP BY company_id, site, page, normalized_name) AS known
            WINDOW page AS (PARTITION BY company_id, site, page)
            """,
            prior=PRIOR_CLICKS,
        )


class LeadyaKeyword(models.Model):
    _inherit = "leadya.keyword"

    inferred_lead_count = fields.Float(
        "Organic Leads (inferred)",
        compute="_compute_inferred_lead_count",
        digits=(16, 1),
        help="Leads that probably searched for the same words and came by an organic result. Inferred from the landing "
        "pages; they are in no other figure.",
    )

    def _compute_inferred_lead_count(self):
        names = self.mapped("normalized_name")
        groups = (
            self.env["leadya.search.report"]
            .sudo()
            ._read_group(
                [("normalized_name", "in", names), ("company_id", "in", self.env.companies.ids)],
                ["normalized_name"],
                ["leads:sum"],
            )
        )
        counts = dict(groups)
        for keyword in self:
            keyword.inferred_lead_count = counts.get(keyword.normalized_name, 0.0)
