from odoo import api, fields, models


class LeadyaOverrideWizard(models.TransientModel):
    """Shows a manager what leads lack to enter a stage, and asks why they are to pass all the same."""

    _name = "leadya.override.wizard"
    _description = "Let Leads Pass"

    lead_ids = fields.Many2many("crm.lead", required=True)
    stage_id = fields.Many2one("crm.stage", "Into", required=True, default=lambda self: self._get_default_stage())
    missing = fields.Text(compute="_compute_missing")
    reason = fields.Text(required=True)

    @api.model
    def _get_default_stage(self):
        """The stage of won deals: what managers are asked for most."""
        return self.env["crm.stage"].search([("is_won", "=", True)], limit=1)

    @api.depends("lead_ids", "stage_id")
    def _compute_missing(self):
        for wizard in self:
            leads = wizard.lead_ids._origin
            misses = leads._gate_find_misses(wizard.stage_id) if wizard.stage_id else {}
            wizard.missing = leads._gate_describe_refusal(wizard.stage_id, misses)

    def action_confirm(self):
        """Let the leads pass.

        :raises AccessError: where the user is no sales manager
        """
        self.ensure_one()
        self.lead_ids.action_gate_override(self.stage_id.id, self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
