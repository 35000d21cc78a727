from odoo import api, fields, models
from odoo.exceptions import ValidationError

DECISIONS = [("drop", "Drop"), ("nurture", "Nurture"), ("proceed", "Proceed")]


class LeadyaDecisionReason(models.Model):
    """Why leads are dropped, nurtured or gone on with: the list that an admin keeps."""

    _name = "leadya.decision.reason"
    _description = "Reason of a Decision"
    _order = "decision, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for every company.")
    decision = fields.Selection(DECISIONS, required=True, default="drop")
    lost_reason_id = fields.Many2one(
        "crm.lost.reason",
        ondelete="set null",
        help="As which a lead that is dropped, or rests, is told in Odoo's own reports.",
    )
    rest_months = fields.Integer("Rests For (Months)", default=3, help="Of leads that are nurtured: as is proposed.")

    _rest_range = models.Constraint("CHECK(rest_months BETWEEN 1 AND 120)", "A lead rests from 1 to 120 months.")

    @api.constrains("decision", "lost_reason_id")
    def _check_lost_reason(self):
        for reason in self:
            if reason.decision == "drop" and not reason.lost_reason_id:
                raise ValidationError(
                    self.env._("%(reason)s: say as which lost reason a dropped lead is told.", reason=reason.name)
                )
