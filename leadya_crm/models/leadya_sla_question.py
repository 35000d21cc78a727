from odoo import api, fields, models


class LeadyaSlaQuestion(models.Model):
    """What is to be known of a lead of a category: a field, and how to ask for it."""

    _name = "leadya.sla.question"
    _description = "Information to Ask For"
    _order = "category_id, sequence, id"
    _rec_name = "field_name"

    category_id = fields.Many2one("leadya.sla.category", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    field_name = fields.Selection(selection="_get_field_names", string="Field", required=True)
    question = fields.Char("How to Ask", translate=True)

    _once = models.UniqueIndex("(category_id, field_name)", "A category asks for a field once.")

    @api.model
    def _get_field_names(self):
        return list(self.env["crm.lead"]._completeness_get_fields().items())


class LeadyaSlaCategory(models.Model):
    _inherit = "leadya.sla.category"

    question_ids = fields.One2many("leadya.sla.question", "category_id", "Information to Ask For", copy=True)
