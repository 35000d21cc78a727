from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    leadya_assignment_mode = fields.Selection(related="company_id.leadya_assignment_mode", readonly=False)
    leadya_assignment_catch_up = fields.Boolean(related="company_id.leadya_assignment_catch_up", readonly=False)
    leadya_assignment_bad_credit = fields.Boolean(related="company_id.leadya_assignment_bad_credit", readonly=False)
    leadya_link_strength = fields.Integer(related="company_id.leadya_link_strength", readonly=False)
