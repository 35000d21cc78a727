"""What a keyword, a campaign or a channel cost in a period.

SPECIFICATIONS

* Costs come from the platforms' own downloads (see ``leadya_import_costs``), or by hand: a stand, a listing, an
  advertisement in print. They are seen by the group "Marketing Figures", which sales managers are in.
* A row covers whole days, from ``date_from`` to ``date_to``, both included. ``level`` says how exactly it is known
  what the money went for: a keyword, else a campaign, else a channel.
* ``cost`` is in the currency that was paid; ``amount_company`` is the same at the rate of the row's last day.
* What a load replaces is kept for a while, archived, so that the load can be undone (see ``leadya_ad_cost_load``).
* A channel's fixed monthly cost is a cost of that channel, day by day, without any row.

Reports read costs by :meth:`_get_cost_query`.

Companies, currencies, sources, campaigns, channels and keywords that costs point to are kept from being deleted here,
imports in ``leadya_import_whole``: see ``unchecked_many2one``.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .leadya_keyword import MATCH_TYPES
from .unchecked_many2one import UncheckedMany2one

ORIGINS = [
    ("google", "Google Ads"),
    ("microsoft", "Microsoft Advertising"),
    ("yandex", "Yandex Direct"),
    ("meta", "Meta Ads"),
    ("manual", "By hand"),
]

LEVELS = [("keyword", "Keyword"), ("campaign", "Campaign"), ("channel", "Channel")]


class LeadyaAdCost(models.Model):
    _name = "leadya.ad.cost"
    _description = "Advertising Cost"
    _order = "date_to desc, id desc"
    _check_company_auto = True

    # When, and how much
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(
        "To",
        required=True,
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        help="The last day of the period, itself included.",
    )
    cost = fields.Monetary(required=True, help="In the currency in which it was paid.")
    currency_id = UncheckedMany2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    amount_company = fields.Monetary(
        "Amount",
        compute="_compute_amount_company",
        store=True,
        precompute=True,
        currency_field="company_currency_id",
        help="In the company's currency, at the rate of the period's last day.",
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    impressions = fields.Integer(default=0, help="How often the advertisement was shown.")
    clicks = fields.Integer(default=0)
    cost_per_click = fields.Monetary(
        compute="_compute_cost_per_click", currency_field="company_currency_id", help="In the company's currency."
    )

    # What for
    level = fields.Selection(LEVELS, compute="_compute_level", store=True, precompute=True)
    keyword_id = UncheckedMany2one("leadya.keyword", index="btree_not_null")
    match_type = fields.Selection(
        MATCH_TYPES, compute="_compute_from_keyword", store=True, readonly=False, precompute=True
    )
    campaign_id = UncheckedMany2one(
        "utm.campaign",
        compute="_compute_from_keyword",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    ad_group = fields.Char(compute="_compute_from_keyword", store=True, readonly=False, precompute=True)
    source_id = UncheckedMany2one(
        "utm.source",
        compute="_compute_from_keyword",
        store=True,
        readonly=False,
        precompute=True,
    )
    channel_id = UncheckedMany2one("leadya.channel", check_company=True)
    note = fields.Char(help="What was paid for, such as a stand at the spring fair.")

    # Where from
    company_id = UncheckedMany2one("res.company", required=True, default=lambda self: self.env.company)
    origin = fields.Selection(ORIGINS, default="manual", required=True, readonly=True)
    account = fields.Char(readonly=True, help="The advertising account, by its name or number in the report.")
    campaign_ref = fields.Char("Campaign ID", help="By which the advertising platform knows the campaign.")
    ad_group_ref = fields.Char("Ad Group ID", help="By which the advertising platform knows the ad group or ad set.")
    import_id = UncheckedMany2one("leadya.import", "Loaded By", readonly=True, copy=False, index="btree_not_null")
    active = fields.Boolean(default=True, copy=False)
    replaced_by_id = fields.Many2one(
        "leadya.import",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The load that covers the same days anew.",
    )

    _period = models.Constraint("CHECK(date_to >= date_from)", "The period ends before it begins.")
    _not_negative = models.Constraint(
        "CHECK(impressions >= 0 AND clicks >= 0)", "Impressions and clicks can't be negative."
    )
    # Reports ask for all rows of a company that overlap a span.
    _company_period_idx = models.Index("(company_id, date_to, date_from) WHERE active IS TRUE")

    @api.depends("date_from")
    def _compute_date_to(self):
        """One day, unless somebody says more; a period that was stored ends no sooner than it begins."""
        for record in self:
            days = filter(None, (record.date_from, record._origin.date_to))
            record.date_to = max(days, default=False)

    @api.depends("cost", "currency_id", "company_id", "date_to")
    def _compute_amount_company(self):
        for record in self:
            if record.currency_id and record.company_id and record.date_to:
                record.amount_company = record.currency_id._convert(
                    record.cost, record.company_id.currency_id, record.company_id, record.date_to
                )
            else:
                record.amount_company = record.cost

    @api.depends("amount_company", "clicks")
    def _compute_cost_per_click(self):
        for record in self:
            record.cost_per_click = record.amount_company / record.clicks if record.clicks else 0.0

    @api.depends("keyword_id", "campaign_id")
    def _compute_level(self):
        for record in self:
            record.level = "keyword" if record.keyword_id else "campaign" if record.campaign_id else "channel"

    @api.depends("keyword_id")
    def _compute_from_keyword(self):
        """What a keyword says of itself; without one, what somebody has chosen stays."""
        for record in self:
            keyword = record.keyword_id
            record.match_type = keyword.match_type if keyword else record.match_type
            record.campaign_id = keyword.campaign_id or record.campaign_id
            record.ad_group = keyword.ad_group or record.ad_group
            record.source_id = keyword.source_id or record.source_id

    @api.depends("keyword_id", "campaign_id", "channel_id", "note", "date_from")
    def _compute_display_name(self):
        for record in self:
            what = record.note or (record.keyword_id or record.campaign_id or record.channel_id).display_name
            record.display_name = what or self.env._("Advertising cost")

    @api.model
    def _is_pointed_to(self, records):
        """Whether any cost points to one of these records, whatever its company."""
        names = [name for name, field in self._fields.items() if field.type == "many2one" and field.store]
        names = [name for name in names if self._fields[name].comodel_name == records._name]
        domain = Domain.OR(Domain(name, "in", records.ids) for name in names)
        return bool(self.sudo().with_context(active_test=False).search_count(domain, limit=1))

    # ------------------------------------------------------------
    # READING
    # ------------------------------------------------------------

    @api.model
    def _get_cost_query(self, company_ids, date_from, date_to):
        """What was spent in a span of days, as a query.

        A row that reaches beyond the span counts by its share of days, and says so: ``prorated``. So does a channel's
        fixed monthly cost, by the days of each month, up to today. It is counted once for each company that uses the
        channel. Rights are the caller's to check.

        :param company_ids: ids of companies; one, or several with the same currency
        :param date date_from: first day of the span
        :param date date_to: last day, included
        :return: a SELECT of ``keyword_id, campaign_id, channel_id, source_id, impressions, clicks, cost, prorated,
            company_id, level``; figures are numeric, the cost in the company's currency
        :rtype: SQL
        """
        # Queries of reports go past the ORM.
        self.flush_model()
        return SQL(
            "%s UNION ALL %s",
            self._get_row_query(company_ids, date_from, date_to),
            self._get_fixed_query(company_ids, date_from, date_to),
        )

    def _get_row_query(self, company_ids, date_from, date_to):
        return SQL(
            """
            SELECT cost.keyword_id, cost.campaign_id, cost.channel_id, cost.source_id,
                   COALESCE(cost.impressions, 0) * part.share AS impressions,
                   COALESCE(cost.clicks, 0) * part.share AS clicks,
                   cost.amount_company * part.share AS cost,
                   part.share < 1 AS prorated,
                   cost.company_id,
                   cost.level
              FROM leadya_ad_cost cost
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN cost.date_from >= %(from)s::date AND cost.date_to <= %(to)s::date THEN 1
                               ELSE (LEAST(cost.date_to, %(to)s::date) - GREATEST(cost.date_from, %(from)s::date) + 1
                                    )::numeric / (cost.date_to - cost.date_from + 1) END AS share
                   ) part
             WHERE cost.company_id = ANY(%(companies)s)
               AND cost.active IS TRUE
               AND cost.date_to >= %(from)s::date
               AND cost.date_from <= %(to)s::date
            """,
            **{"from": date_from, "to": date_to},
            companies=list(company_ids),
        )

    def _get_fixed_query(self, company_ids, date_from, date_to):
        """Channels' monthly costs: of each month the share of its days, none of days to come."""
        self.env["leadya.channel"].flush_model(["monthly_cost", "company_id", "active"])
        return SQL(
            """
            SELECT NULL::int AS keyword_id, NULL::int AS campaign_id, channel.id AS channel_id, NULL::int AS source_id,
                   0::numeric AS impressions, 0::numeric AS clicks,
                   channel.monthly_cost * part.share AS cost,
                   part.share < 1 AS prorated,
                   company.id AS company_id,
                   'channel' AS level
              FROM leadya_channel channel
              JOIN unnest(%(companies)s::int[]) AS company(id)
                ON channel.company_id IS NULL OR channel.company_id = company.id
             CROSS JOIN LATERAL generate_series(
                   date_trunc('month', %(from)s::date), %(to)s::date, INTERVAL '1 month') AS month(first)
             CROSS JOIN LATERAL (
                   SELECT (LEAST((month.first + INTERVAL '1 month')::date - 1, %(to)s::date)
                           - GREATEST(month.first::date, %(from)s::date) + 1)::numeric
                          / ((month.first + INTERVAL '1 month')::date - month.first::date) AS share
                   ) part
             WHERE channel.active IS TRUE AND channel.monthly_cost > 0 AND part.share > 0
            """,
            **{"from": date_from, "to": min(date_to, fields.Date.context_today(self))},
            companies=list(company_ids),
        )


class LeadyaChannel(models.Model):
    _inherit = "leadya.channel"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_costs(self):
        """What was spent on a channel stays known; see `UncheckedMany2one`."""
        if self.env["leadya.ad.cost"]._is_pointed_to(self):
            raise UserError(self.env._("Costs are kept for this channel: archive it instead."))


class LeadyaKeyword(models.Model):
    _inherit = "leadya.keyword"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_costs(self):
        if self.env["leadya.ad.cost"]._is_pointed_to(self):
            raise UserError(self.env._("Costs are kept for this keyword: archive it instead."))


class UtmSource(models.Model):
    _inherit = "utm.source"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_costs(self):
        if self.env["leadya.ad.cost"]._is_pointed_to(self):
            raise UserError(self.env._("Costs are kept for this source: it can't be deleted."))


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_costs(self):
        if self.env["leadya.ad.cost"]._is_pointed_to(self):
            raise UserError(self.env._("Costs are kept for this campaign: archive it instead."))


class ResCurrency(models.Model):
    _inherit = "res.currency"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_costs(self):
        if self.env["leadya.ad.cost"]._is_pointed_to(self):
            raise UserError(self.env._("Advertising was paid in this currency: archive it instead."))


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_costs(self):
        if self.env["leadya.ad.cost"]._is_pointed_to(self):
            raise UserError(self.env._("Advertising costs of this company are kept: it can't be deleted."))
