"""Worth: what a lead may bring, money and more, and what it has cost so far.

The potential is the expected value, raised by the weights of what else speaks for the customer:

    potential_score = expected_revenue × probability / 100 × (1 + utility_score / 100)

``utility_score`` is the sum of the percents of the lead's factors (``leadya.utility.factor``), which an admin sets. By
the potential the work queue, boards and lists put leads in order; of two without a revenue the one of more utility
comes first. Beside it stands the effort so far: attempts, minutes and days.
"""

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column


class CrmLead(models.Model):
    _inherit = "crm.lead"

    utility_factor_ids = fields.Many2many(
        "leadya.utility.factor",
        "crm_lead_utility_factor_rel",
        "lead_id",
        "factor_id",
        "Worth Beyond Money",
        domain="['|', ('company_id', '=', False), ('company_id', '=?', company_id)]",
        help="What speaks for the customer besides the money; each adds its percent to the potential.",
    )
    utility_score = fields.Integer(
        "Utility (%)",
        compute="_compute_utility_score",
        store=True,
        precompute=True,
        measured=True,
        aggregator="avg",
        help="Sum of what the chosen factors add.",
    )
    potential_score = fields.Monetary(
        "Potential",
        compute="_compute_potential_score",
        store=True,
        measured=True,
        currency_field="company_currency",
        help="Expected revenue × probability × (1 + utility): by it leads are put in order.",
    )
    effort_minutes = fields.Integer(
        "Minutes So Far", compute="_compute_effort_minutes", help="Spent on attempts to reach the customer."
    )
    effort_days = fields.Integer(
        "Days So Far", compute="_compute_effort_days", help="From the lead's arrival to today, or its end."
    )

    # The board's order, row by row as far as it is shown.
    _worth_order_idx = models.Index("(priority DESC, potential_score DESC, id DESC) WHERE active IS TRUE")

    def _auto_init(self):
        """Leads that are there get their potential by one statement: without factors it is the prorated revenue."""
        is_new = not column_exists(self.env.cr, "crm_lead", "potential_score")
        if is_new:
            create_column(self.env.cr, "crm_lead", "potential_score", "numeric")
            create_column(self.env.cr, "crm_lead", "utility_score", "int4")
            self.env.cr.execute(
                "UPDATE crm_lead SET utility_score = 0, potential_score = COALESCE(prorated_revenue, 0)"
            )
        return super()._auto_init()

    @api.depends("utility_factor_ids.weight")
    def _compute_utility_score(self):
        for lead in self:
            lead.utility_score = sum(lead.utility_factor_ids.mapped("weight"))

    @api.depends("expected_revenue", "probability", "utility_score")
    def _compute_potential_score(self):
        for lead in self:
            expected = (lead.expected_revenue or 0.0) * (lead.probability or 0.0) / 100
            lead.potential_score = round(expected * (1 + lead.utility_score / 100), 2)

    @api.depends("attempt_ids.minutes")
    def _compute_effort_minutes(self):
        attempts_sudo = self.env["leadya.contact.attempt"].sudo()
        minutes = dict(attempts_sudo._read_group([("lead_id", "in", self._origin.ids)], ["lead_id"], ["minutes:sum"]))
        for lead in self:
            lead.effort_minutes = minutes.get(lead._origin, 0)

    @api.depends("create_date", "date_closed")
    def _compute_effort_days(self):
        now = fields.Datetime.now()
        for lead in self:
            start, end = lead.create_date or now, lead.date_closed or now
            lead.effort_days = max(0, (end - start).days)

    def _update_automated_probabilities(self):
        """Stock writes probabilities by SQL, and so passes by what is computed from them."""
        result = super()._update_automated_probabilities()
        self._worth_settle()
        return result

    @api.model
    def _worth_settle(self):
        """Reckon the potential of open leads whose probability was written beside the ORM."""
        self.flush_model(["expected_revenue", "probability", "utility_score", "potential_score", "won_status"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead AS lead
                   SET potential_score = fresh.score
                  FROM (SELECT id, ROUND((COALESCE(expected_revenue, 0) * COALESCE(probability, 0) / 100
                                         * (1 + COALESCE(utility_score, 0) / 100.0))::numeric, 2) AS score
                          FROM crm_lead
                         WHERE won_status = 'pending' AND expected_revenue > 0) AS fresh
                 WHERE fresh.id = lead.id AND lead.potential_score IS DISTINCT FROM fresh.score
                """
            )
        )
        self.invalidate_model(["potential_score"])

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields_specific(self):
        """What speaks for the customer in one lead speaks for the merged one."""
        return {
            **super()._merge_get_fields_specific(),
            "utility_factor_ids": lambda name, leads: [fields.Command.set(leads[name].ids)],
        }
