from odoo import fields, models


class LeadyaDecisionThreshold(models.Model):
    """A requirement that a supplier has to meet to be considered at all.

    The customer's own ones are met by us or not; one that only we meet, or we meet best, is an advantage worth
    proposing as a threshold, while the customer still writes them.
    """

    _name = "leadya.decision.threshold"
    _inherit = "leadya.lead.line.mixin"
    _description = "Threshold Requirement"
    _order = "kind desc, sequence, id"

    name = fields.Char("Requirement", required=True)
    kind = fields.Selection(
        [("required", "Asked for by the customer"), ("proposed", "Our advantage, to propose")],
        default="required",
        required=True,
    )
    met = fields.Selection(
        [("unknown", "Not known"), ("yes", "Met"), ("no", "Not met")],
        "Do We Meet It",
        default="unknown",
        required=True,
    )
    note = fields.Char()

    def _get_key(self):
        return self.kind, self.name.strip().casefold()
