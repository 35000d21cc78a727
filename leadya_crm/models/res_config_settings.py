from odoo import fields, models

from .leadya_merge import KEEP_DAYS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    leadya_assignment_mode = fields.Selection(related="company_id.leadya_assignment_mode", readonly=False)
    leadya_gate_won_mode = fields.Selection(related="company_id.leadya_gate_won_mode", readonly=False)
    leadya_tell_forgotten = fields.Boolean(related="company_id.leadya_tell_forgotten", readonly=False)
    leadya_assignment_catch_up = fields.Boolean(related="company_id.leadya_assignment_catch_up", readonly=False)
    leadya_assignment_bad_credit = fields.Boolean(related="company_id.leadya_assignment_bad_credit", readonly=False)
    leadya_stakeholder_silent_days = fields.Integer(related="company_id.leadya_stakeholder_silent_days", readonly=False)
    leadya_link_strength = fields.Integer(related="company_id.leadya_link_strength", readonly=False)
    leadya_attribution_model = fields.Selection(related="company_id.leadya_attribution_model", readonly=False)
    leadya_attribution_window = fields.Integer(related="company_id.leadya_attribution_window", readonly=False)
    leadya_half_life = fields.Float(related="company_id.leadya_half_life", readonly=False)
    leadya_evidence_days = fields.Integer(related="company_id.leadya_evidence_days", readonly=False)
    leadya_duplicate_policy = fields.Selection(related="company_id.leadya_duplicate_policy", readonly=False)
    leadya_erase_after_days = fields.Integer(related="company_id.leadya_erase_after_days", readonly=False)
    leadya_merge_keep_days = fields.Integer(
        "Merges Can Be Undone For", config_parameter="leadya_crm.merge_keep_days", default=KEEP_DAYS
    )
