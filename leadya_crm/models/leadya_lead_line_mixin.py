from odoo import fields, models


class LeadyaLeadLineMixin(models.AbstractModel):
    """A line of a lead, seen and changed by whoever may the lead.

    Record rules look at the lead that a line had; the one that it is moved to is looked at here.
    """

    _name = "leadya.lead.line.mixin"
    _description = "Line of a Lead"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="lead_id.company_id")
    sequence = fields.Integer(default=10)

    def write(self, vals):
        if "lead_id" in vals:
            self.env["crm.lead"].browse(vals["lead_id"]).check_access("write")
        return super().write(vals)
