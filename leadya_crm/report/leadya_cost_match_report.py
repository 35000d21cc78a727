"""Costs and leads side by side, with the point at which they meet; first of all those that don't.

The period comes by the context: ``leadya_date_from`` and ``leadya_date_to`` (ISO dates, both included), else the days
of the company's attribution window up to today. Leads count by what they show: the keyword, campaign and channel of
their last telling touch.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..models.leadya_ad_cost import LEVELS

#: Days that are looked at where nobody says.
DEFAULT_DAYS = 90

MET_BY = [("keyword", "Keyword"), ("campaign", "Campaign"), ("channel", "Channel"), ("none", "Nothing")]


class LeadyaCostMatchReport(models.Model):
    _name = "leadya.cost.match.report"
    _description = "Costs and Leads That Meet"
    _auto = False
    _rec_name = "side"
    _order = "met_by desc, amount desc, lead_count desc, id"

    side = fields.Selection([("cost", "Cost"), ("lead", "Leads")], readonly=True)
    met_by = fields.Selection(
        MET_BY, "Meet By", readonly=True, help="The closest thing that money and leads of the period have in common."
    )
    level = fields.Selection(LEVELS, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    channel_id = fields.Many2one("leadya.channel", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    keyword_id = fields.Many2one("leadya.keyword", readonly=True)
    amount = fields.Monetary("Cost", readonly=True)
    lead_count = fields.Integer("Leads", readonly=True)

    @property
    def _table_query(self):
        company_ids = self.env.companies.ids
        date_from, date_to = self._get_period()
        Cost = self.env["leadya.ad.cost"].sudo()
        self.env["crm.lead"].flush_model(["keyword_id", "campaign_id", "channel_id", "source_id", "company_id"])
        return SQL(
            """
            WITH campaign_match AS MATERIALIZED (%(campaign_match)s),
                 keyword_match AS MATERIALIZED (%(keyword_match)s),
                 spent AS MATERIALIZED (
                    SELECT company_id, channel_id, source_id, campaign_id, keyword_id, level, SUM(cost) AS amount
                      FROM (%(costs)s) cost
                     GROUP BY 1, 2, 3, 4, 5, 6),
                 brought AS MATERIALIZED (
                    SELECT COALESCE(lead.company_id, %(company)s) AS company_id, lead.channel_id, lead.source_id,
                           COALESCE(campaign_match.cost_campaign_id, lead.campaign_id) AS campaign_id,
                           COALESCE(keyword_match.cost_keyword_id, lead.keyword_id) AS keyword_id,
                           COUNT(*) AS lead_count
                      FROM crm_lead lead
                 LEFT JOIN campaign_match ON campaign_match.campaign_id = lead.campaign_id
                 LEFT JOIN keyword_match ON keyword_match.keyword_id = lead.keyword_id
                     WHERE lead.create_date >= %(date_from)s AND lead.create_date < %(date_end)s
                       AND (lead.company_id = ANY(%(companies)s) OR lead.company_id IS NULL)
                     GROUP BY 1, 2, 3, 4, 5)
            SELECT ROW_NUMBER() OVER () AS id, line.*, company.currency_id
              FROM (%(cost_side)s UNION ALL %(lead_side)s) line
              JOIN res_company company ON company.id = line.company_id
            """,
            campaign_match=Cost._get_campaign_match_query(company_ids),
            keyword_match=Cost._get_keyword_match_query(company_ids),
            costs=Cost._get_cost_query(company_ids, date_from, date_to),
            company=self.env.company.id,
            companies=company_ids,
            date_from=date_from,
            date_end=date_to + timedelta(days=1),
            cost_side=self._get_cost_side(),
            lead_side=self._get_lead_side(),
        )

    @api.model
    def _get_period(self):
        """First and last day of the period."""
        context = self.env.context
        date_to = fields.Date.to_date(context.get("leadya_date_to")) or fields.Date.context_today(self)
        date_from = fields.Date.to_date(context.get("leadya_date_from")) or date_to - timedelta(days=DEFAULT_DAYS)
        return date_from, date_to

    def _get_cost_side(self):
        return SQL(
            """
            SELECT 'cost' AS side, %s AS met_by, spent.level, spent.company_id, spent.channel_id, spent.source_id,
                   spent.campaign_id, spent.keyword_id, spent.amount, 0 AS lead_count
              FROM spent
             WHERE spent.amount != 0
            """,
            self._get_met_by("spent", "brought"),
        )

    def _get_lead_side(self):
        """Leads of paid channels: of no others a cost is expected."""
        return SQL(
            """
            SELECT 'lead' AS side, %s AS met_by,
                   CASE WHEN brought.keyword_id IS NOT NULL THEN 'keyword'
                        WHEN brought.campaign_id IS NOT NULL THEN 'campaign'
                        ELSE 'channel' END AS level,
                   brought.company_id, brought.channel_id, brought.source_id, brought.campaign_id, brought.keyword_id,
                   0 AS amount, brought.lead_count
              FROM brought
              JOIN leadya_channel channel ON channel.id = brought.channel_id AND channel.is_paid
            """,
            self._get_met_by("brought", "spent"),
        )

    def _get_met_by(self, own, other):
        """At which level a group of one side has a counterpart on the other."""
        branches = SQL(" ").join(
            SQL(
                """WHEN EXISTS (SELECT 1 FROM %(other)s other
                                 WHERE other.%(name)s = %(own)s.%(name)s AND other.company_id = %(own)s.company_id)
                   THEN %(level)s""",
                own=SQL.identifier(own),
                other=SQL.identifier(other),
                name=SQL.identifier(f"{level}_id"),
                level=level,
            )
            for level, _label in LEVELS
        )
        return SQL("CASE %s ELSE 'none' END", branches)

    @api.model
    def _get_unmatched(self, date_from, date_to):
        """Costs that met no lead, and leads of paid channels that met no cost, in a span of days.

        :raises AccessError: for who may not see costs
        :return: what was spent in vain or can't be placed, in the company's currency, and how many leads have no cost
        :rtype: tuple[float, int]
        """
        if not self.env.user.has_group("leadya_crm.group_marketing"):
            raise AccessError(self.env._("Only marketing and managers see what advertising costs."))
        report = self.with_context(leadya_date_from=str(date_from), leadya_date_to=str(date_to))
        [(amount, lead_count)] = report._read_group([("met_by", "=", "none")], [], ["amount:sum", "lead_count:sum"])
        return amount or 0.0, lead_count or 0

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_open(self):
        """Open the costs, or the leads, behind a line."""
        self.ensure_one()
        return self._open_costs() if self.side == "cost" else self._open_leads()

    def _open_costs(self):
        date_from, date_to = self._get_period()
        names = ("channel_id", "source_id", "campaign_id", "keyword_id")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_ad_cost_action"),
            "domain": [
                ("date_to", ">=", date_from),
                ("date_from", "<=", date_to),
                *((name, "=", self[name].id) for name in names),
            ],
            "context": {},
        }

    def _open_leads(self):
        date_from, date_to = self._get_period()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leads"),
            "res_model": "crm.lead",
            "view_mode": "list,form",
            "domain": [
                ("create_date", ">=", date_from),
                ("create_date", "<", date_to + timedelta(days=1)),
                ("channel_id", "=", self.channel_id.id),
                ("source_id", "=", self.source_id.id),
                ("campaign_id", "in", self._get_alike("campaign")),
                ("keyword_id", "in", self._get_alike("keyword")),
            ],
            "context": {"active_test": False},
        }

    def _get_alike(self, name):
        """Ids by which leads call the line's campaign or keyword; False where it has none."""
        record = self[f"{name}_id"]
        if not record:
            return [False]
        matches = getattr(self.env["leadya.ad.cost"].sudo(), f"_get_{name}_match_query")(self.env.companies.ids)
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM (%s) alike WHERE %s = %s",
                SQL.identifier(f"{name}_id"),
                matches,
                SQL.identifier(f"cost_{name}_id"),
                record.id,
            )
        )
        return [record.id, *(own_id for [own_id] in rows)]
