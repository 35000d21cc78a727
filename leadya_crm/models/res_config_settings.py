from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    leadya_assignment_mode = fields.Selection(related="company_id.leadya_assignment_mode", readonly=False)
    leadya_tell_forgotten = fields.Boolean(related="company_id.leadya_tell_forgotten", readonly=False)
    leadya_link_strength = fields.Integer(related="company_id.leadya_link_strength", readonly=False)
