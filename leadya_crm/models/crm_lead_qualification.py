"""Qualification: budget, authority, need, timeframe."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

CRITERION_STATES = [
    ("unknown", "Unknown"),
    ("open", "Open"),
    ("confirmed", "Confirmed"),
    ("failed", "Failed"),
]

#: Criteria of each model. NTM is the short form for customers who may sign themselves:
#: need, timeframe and money; money is the budget.
MODEL_CRITERIA = {
    "bant": ("bant_budget", "bant_authority", "bant_need", "bant_timeframe"),
    "ntm": ("bant_need", "bant_timeframe", "bant_budget"),
}

#: What a criterion adds to the score, as share of its weight: a talk that has begun is
#: worth something, a confirmation everything. All criteria weigh the same.
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
        help="Percent of the model's criteria that are confirmed; one that is open counts 40 % of its weight.",
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

    @api.depends("qualification_model", *MODEL_CRITERIA["bant"])
    def _compute_qualification_score(self):
        for lead in self:
            criteria = lead._qualification_get_criteria()
            worth = sum(STATE_WORTH[lead[name] or "unknown"] for name in criteria)
            lead.qualification_score = round(100 * worth / len(criteria))

    def _qualification_get_criteria(self):
        return MODEL_CRITERIA[self.qualification_model or "bant"]

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "qualification_model", "decision_date"]

    def _merge_get_fields_specific(self):
        """Per criterion the answer that says most; a budget goes along as a whole."""
        rank = ("confirmed", "failed", "open", "unknown", False)

        def best_known(name, leads):
            return min(leads.mapped(name), key=rank.index)

        def of_same_lead(name, leads):
            stated = leads.filtered(lambda lead: lead.budget_amount_max or lead.budget_amount_min)
            return stated[:1][name]

        return {
            **super()._merge_get_fields_specific(),
            **dict.fromkeys(MODEL_CRITERIA["bant"], best_known),
            "budget_amount_min": of_same_lead,
            "budget_amount_max": of_same_lead,
        }
