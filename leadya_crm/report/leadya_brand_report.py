"""How strong the name is in bringing leads (L16).

Who looked for the name, or came to the site by heart, knew the company before; the others were
brought by advertising and search promotion. Leads are shared out among their touches, and
costs told by day, as in ``leadya.attribution.report``; this adds by what strength each came.
"""

from odoo import fields, models
from odoo.tools import SQL

from .leadya_attribution_figures import GROUP_MONEY

STRENGTHS = [
    ("brand_paid", "Brand keyword, paid"),
    ("brand_organic", "Brand keyword, organic"),
    ("direct", "Direct"),
    ("generic_paid", "Paid, generic"),
    ("generic_organic", "Organic search, generic"),
    ("other", "Other"),
]

#: Of these who came knew the company.
OF_THE_NAME = ("brand_paid", "brand_organic", "direct")

#: Shares of the name, in percent, by what they are a share of.
SHARES = {"brand_share": "leads", "brand_revenue_share": "revenue", "brand_cost_share": "cost"}


class LeadyaBrandReport(models.Model):
    _name = "leadya.brand.report"
    _description = "Strength of the Brand"
    _inherit = ["leadya.attribution.report"]
    _auto = False

    strength = fields.Selection(STRENGTHS, "Brought By", readonly=True)
    is_name = fields.Boolean(
        "By the Name", readonly=True, help="A brand keyword or a direct visit: the customer knew the company."
    )
    brand_share = fields.Float(
        "Brand's Share of Leads (%)", readonly=True, aggregator="avg", help="Brand keywords and direct visits."
    )
    brand_revenue_share = fields.Float(
        "Brand's Share of Revenue (%)", readonly=True, aggregator="avg", groups=GROUP_MONEY
    )
    brand_cost_share = fields.Float("Brand's Share of Costs (%)", readonly=True, aggregator="avg", groups=GROUP_MONEY)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT row.*, row.strength IN %(name)s AS is_name, %(shares)s
              FROM (SELECT report.*, %(strength)s AS strength
                      FROM (%(report)s) AS report
                 LEFT JOIN leadya_keyword AS keyword ON keyword.id = report.keyword_id
                 LEFT JOIN leadya_channel AS channel ON channel.id = report.channel_id) AS row
            """,
            name=OF_THE_NAME,
            shares=SQL(", ").join(SQL("NULL::float AS %s", SQL.identifier(name)) for name in SHARES),
            strength=self._get_strength(),
            report=super()._table_query,
        )

    def _get_strength(self):
        """By what a row came; of costs, by what they paid for.

        A keyword counts as brand for the company whose brand it is. Money that went for no single keyword, and
        visits from advertising that told none, are generic: nobody had looked for the name.
        """
        return SQL(
            """
            CASE WHEN keyword.is_brand AND EXISTS (
                      SELECT FROM leadya_keyword_brand_rel AS named
                        JOIN leadya_brand_term AS term ON term.id = named.term_id
                       WHERE named.keyword_id = keyword.id
                         AND (term.company_id IS NULL OR report.company_id IS NULL
                              OR term.company_id = report.company_id))
                 THEN CASE WHEN channel.is_paid OR report.side = 'cost' THEN 'brand_paid' ELSE 'brand_organic' END
                 WHEN channel.is_paid OR report.side = 'cost' THEN 'generic_paid'
                 WHEN report.channel_id = %(direct)s THEN 'direct'
                 WHEN report.channel_id = %(organic)s THEN 'generic_organic'
                 ELSE 'other' END
            """,
            direct=self.env["leadya.channel"]._get_direct().id or 0,
            organic=self.env["ir.model.data"]._xmlid_to_res_id("leadya_crm.channel_organic_search") or 0,
        )

    def _read_group_select(self, aggregate_spec, query):
        """The share of a group is that of its sums."""
        name, _separator, _function = aggregate_spec.partition(":")
        if name not in SHARES:
            return super()._read_group_select(aggregate_spec, query)
        part = self._field_to_sql(self._table, SHARES[name], query)
        of_name = self._field_to_sql(self._table, "is_name", query)
        return SQL("100 * SUM(CASE WHEN %s THEN %s ELSE 0 END) / NULLIF(SUM(%s), 0)", of_name, part, part)
