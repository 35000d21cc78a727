from datetime import timedelta

from odoo import api, fields, models


class LeadyaCallbackWizard(models.TransientModel):
    """Asks when the customer wants to be called back, and logs the attempt."""

    _name = "leadya.callback.wizard"
    _description = "Call Me Back At"

    lead_ids = fields.Many2many("crm.lead", required=True)
    call_back_at = fields.Datetime(required=True, default=lambda self: self._get_default_time())
    note = fields.Text()

    @api.model
    def _get_default_time(self):
        """The same time tomorrow, at the full quarter of an hour."""
        moment = fields.Datetime.now() + timedelta(days=1)
        return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)

    def action_confirm(self):
        """Log the attempt, with the rep's own rights on the leads."""
        self.ensure_one()
        self.lead_ids.action_log_attempt("call_back", self.call_back_at, self.note)
        return {"type": "ir.actions.act_window_close"}
