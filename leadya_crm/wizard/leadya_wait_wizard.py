from datetime import timedelta

from odoo import fields, models


class LeadyaWaitWizard(models.TransientModel):
    """Asks until when to wait for the customer, and lets the leads' promises stand still until then."""

    _name = "leadya.wait.wizard"
    _description = "Wait for the Customer"

    lead_ids = fields.Many2many("crm.lead", required=True)
    until = fields.Datetime(required=True, default=lambda self: fields.Datetime.now() + timedelta(days=2))
    reason = fields.Char("Waiting For", help="What the customer is to send or to decide.")

    def action_confirm(self):
        """Wait, with the rep's own rights on the leads.

        :raises UserError: see ``crm.lead.action_wait_for_customer``
        """
        self.ensure_one()
        self.lead_ids.action_wait_for_customer(self.until, self.reason)
        return {"type": "ir.actions.act_window_close"}
