"""Qualification: budget, authority, need, timeframe."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .leadya_criterion import CRITERION_STATES, MODEL_CRITERIA

#: What a criterion adds to the score, as share of its weight: a talk that has begun is
#: worth something, a confirmation everything.
STATE_WORTH = {"unknown": 0.0, "open": 0.4, "confirmed": 1.0, "failed": 0.0}


class CrmLead(models.Model):
    _inherit = "crm.lead"

    qualification_model = fields.Selection(
        [("bant", "BANT"), ("ntm", "NTM")],
        compute="_compute_qualification_model",
        store=True,
        readonly=False,
        precompute=True,
        help="BANT: budget, authority, need, timeframe. NTM: need, timeframe and money.",
    )
    bant_budget = fields.Selection(CRITERION_STATES, string="Budget", default="unknown", copy=False, tracking=True)
    bant_authority = fields.Selection(
        CRITERION_STATES, string="Authority", default="unknown", copy=False, tracking=True
    )
    bant_need = fields.Selection(CRITERION_STATES, string="Need", default="unknown", copy=False, tracking=True)
    bant_timeframe = fields.Selection(
        CRITERION_STATES, string="Timeframe", default="unknown", copy=False, tracking=True
    )
    budget_amount_min = fields.Monetary("Budget From", currency_field="company_currency", copy=False)
    budget_amount_max = fields.Monetary("Budget To", currency_field="company_currency", copy=False)
    decision_date = fields.Date("Decision Expected", copy=False, help="When the customer will decide.")
    qualification_score = fields.Integer(
        compute="_compute_qualification_score",
        store=True,
        measured=True,
        aggregator="avg",
        help="Percent of the model's criteria that are confirmed, by their weights; one that is open counts 40 % of "
        "its weight.",
    )

    _budget_not_negative = models.Constraint(
        "CHECK(COALESCE(budget_amount_min, 0) >= 0 AND COALESCE(budget_amount_max, 0) >= 0)",
        "A budget cannot be negative.",
    )

    @api.constrains("budget_amount_min", "budget_amount_max")
    def _check_budget_range(self):
        for lead in self:
            if lead.budget_amount_max and lead.budget_amount_min > lead.budget_amount_max:
                raise ValidationError(
                    self.env._(
                        "%(lead)s: the budget goes from %(low)s up to %(high)s; the first must be the smaller.",
                        lead=lead.name,
                        low=lead.budget_amount_min,
                        high=lead.budget_amount_max,
                    )
                )

    @api.depends("team_id")
    def _compute_qualification_model(self):
        for lead in self:
            lead.qualification_model = lead.team_id.qualification_model or "bant"

    @api.depends("qualification_model", "company_id", "criterion_states", *MODEL_CRITERIA["bant"])
    def _compute_qualification_score(self):
        for lead in self:
            lead.qualification_score = lead._qualification_get_score()

    def _qualification_get_score(self):
        """Score of the lead: what its criteria are worth of what they could be, in percent, by their weights."""
        plan = self._criteria_get_plan()
        worth = sum(criterion.weight * STATE_WORTH[self._criteria_get_state(criterion)] for criterion in plan)
        return round(100 * worth / sum(criterion.weight for criterion in plan))

    @api.model
    def _qualification_score_again(self):
        """Score open leads by the criteria as they are now.

        Leads have the same score where their states are the same: each combination is worked out once, and written
        to all its leads by one statement.
        """
        self.env.flush_all()
        names = map(SQL.identifier, ("qualification_model", "company_id", *MODEL_CRITERIA["bant"]))
        combinations = self.env.execute_query(
            SQL(
                """
                SELECT max(id), array_agg(id), qualification_score FROM crm_lead
                 WHERE active IS TRUE AND won_status = 'pending'
              GROUP BY qualification_score, criterion_states::text, %s
                """,
                SQL(", ").join(names),
            )
        )
        for example_id, lead_ids, score in combinations:
            now = self.sudo().browse(example_id)._qualification_get_score()
            if now != score:
                self.env.cr.execute(
                    SQL("UPDATE crm_lead SET qualification_score = %s WHERE id = ANY(%s)", now, lead_ids)
                )
                self.browse(lead_ids).invalidate_recordset(["qualification_score"], flush=False)

    def _qualification_get_criteria(self):
        return MODEL_CRITERIA[self.qualification_model or "bant"]

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "qualification_model", "decision_date"]

    def _merge_get_fields_specific(self):
        """A budget goes along as a whole; for criteria see ``crm_lead_criterion_merge``."""

        def of_same_lead(name, leads):
            stated = leads.filtered(lambda lead: lead.budget_amount_max or lead.budget_amount_min)
            return stated[:1][name]

        return {
            **super()._merge_get_fields_specific(),
            "budget_amount_min": of_same_lead,
            "budget_amount_max": of_same_lead,
        }
