from odoo import fields, models


class CrmStage(models.Model):
    _inherit = "crm.stage"

    leadya_requirement_ids = fields.One2many("leadya.stage.requirement", "stage_id", string="Protocol")
