from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

CRITERION_STATES = [
    ("unknown", "Unknown"),
    ("open", "Open"),
    ("confirmed", "Confirmed"),
    ("failed", "Failed"),
]

#: The criteria that ship with the module, of each model and in the order in which they are asked. They are columns
#: of the lead, where lists, cards and reports find them. NTM is the short form for customers who may sign
#: themselves: need, timeframe and money; money is the budget.
MODEL_CRITERIA = {
    "bant": ("bant_budget", "bant_authority", "bant_need", "bant_timeframe"),
    "ntm": ("bant_need", "bant_timeframe", "bant_budget"),
}


class Criterion(NamedTuple):
    """What the score and the gate need to know of a criterion."""

    #: of ``leadya.criterion``; False where a shipped one is not there (yet)
    id: int
    #: column of the lead; False for a criterion that an admin has added
    lead_field: str
    weight: int


class LeadyaCriterion(models.Model):
    """What a deal is judged by: budget, authority, need, timeframe, and whatever else an admin adds.

    The shipped ones are bound to columns of the lead (``lead_field``) and stay; their weight, question and words are
    the admin's to choose. An added one, as a champion, or whether the competition is known, belongs to one model of
    qualification or to both.
    """

    _name = "leadya.criterion"
    _description = "Qualification Criterion"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=20)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", ondelete="cascade", help="Empty: for every company."
    )
    question = fields.Char(
        "Question to Ask", translate=True, help="Shown to the rep as long as the criterion is not confirmed."
    )
    description = fields.Text("What Confirms It", translate=True, help="By which evidence it may be called confirmed.")
    weight = fields.Integer(
        default=1, required=True, help="In the score: one of weight 2 counts as much as two of weight 1."
    )
    in_bant = fields.Boolean("In BANT", default=True)
    in_ntm = fields.Boolean("In NTM", default=True)
    lead_field = fields.Selection(
        [(name, name) for name in MODEL_CRITERIA["bant"]],
        "Column of the Lead",
        readonly=True,
        copy=False,
        help="Technical: the criteria that ship with the module are columns of the lead.",
    )

    _lead_field_uniq = models.UniqueIndex(
        "(lead_field) WHERE lead_field IS NOT NULL", "This criterion is there already."
    )
    _weight_range = models.Constraint("CHECK(weight BETWEEN 1 AND 100)", "A weight goes from 1 to 100.")

    @api.constrains("lead_field", "active", "company_id", "in_bant", "in_ntm")
    def _check_shipped(self):
        for criterion in self.filtered("lead_field"):
            placed = (criterion.in_bant, criterion.in_ntm)
            meant = tuple(criterion.lead_field in MODEL_CRITERIA[model] for model in ("bant", "ntm"))
            if not criterion.active or criterion.company_id or placed != meant:
                raise ValidationError(
                    self.env._(
                        "%(criterion)s belongs to the model of qualification, for every company. Choose the other "
                        "model for the team where it is not asked for.",
                        criterion=criterion.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shipped(self):
        for criterion in self.filtered("lead_field"):
            raise UserError(
                self.env._(
                    "%(criterion)s can't be deleted: it is a column of every lead.",
                    criterion=criterion.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        answered = self.env["leadya.criterion.answer"].sudo().search([("criterion_id", "in", self.ids)], limit=1)
        if answered:
            raise UserError(
                self.env._(
                    "%(criterion)s was answered on leads: archive it, and what is known stays.",
                    criterion=answered.criterion_id.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        criteria = super().create(vals_list)
        criteria._on_plan_changed()
        return criteria

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "company_id", "weight", "in_bant", "in_ntm", "sequence", "lead_field"}:
            self._on_plan_changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._on_plan_changed()
        return result

    def _on_plan_changed(self):
        """Judge open leads by the criteria as they are now; closed ones keep the score they were closed with."""
        self.env.registry.clear_cache()
        self.env["crm.lead"]._qualification_score_again()

    @api.model
    @ormcache("model", "company_id")
    def _get_plan(self, model, company_id):
        """Criteria by which a lead is judged, in the order in which they are asked.

        :param str model: "bant" or "ntm"
        :param int company_id: of the lead; False for none
        :rtype: tuple[Criterion]
        """
        domain = [(f"in_{model}", "=", True), ("company_id", "in", [False, company_id])]
        criteria = self.sudo().with_context(active_test=True).search(domain)
        shipped = {criterion.lead_field: criterion for criterion in criteria if criterion.lead_field}
        nothing = self.browse()
        columns = [(shipped.get(name, nothing), name) for name in MODEL_CRITERIA[model]]
        added = [(criterion, False) for criterion in criteria if not criterion.lead_field]
        return tuple(
            Criterion(criterion.id, lead_field, criterion.weight or 1) for criterion, lead_field in columns + added
        )
