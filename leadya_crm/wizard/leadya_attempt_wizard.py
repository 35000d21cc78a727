from datetime import timedelta

from odoo import api, fields, models

from ..models.leadya_contact_attempt import CLOSING, MEANS, OUTCOMES, RESTING, TIMED

REMINDERS = [
    ("none", "No alarm"),
    ("0", "At that time"),
    ("5", "5 minutes before"),
    ("15", "15 minutes before"),
    ("30", "30 minutes before"),
    ("60", "1 hour before"),
]

REST_MONTHS = [("1", "In a month"), ("3", "In three months"), ("6", "In half a year")]


class LeadyaAttemptWizard(models.TransientModel):
    """Asks what an outcome needs (when to call back, why the work ends), and logs the attempt."""

    _name = "leadya.attempt.wizard"
    _description = "Log an Attempt"

    lead_ids = fields.Many2many("crm.lead", required=True)
    outcome = fields.Selection(OUTCOMES, required=True, default="call_back")
    asks_time = fields.Boolean(compute="_compute_asks")
    asks_reason = fields.Boolean(compute="_compute_asks")
    asks_rest = fields.Boolean(compute="_compute_asks")
    means = fields.Selection(MEANS, required=True, default="call")
    minutes = fields.Integer("Minutes Spent")
    call_back_at = fields.Datetime("When", default=lambda self: self._get_default_time())
    reminder = fields.Selection(REMINDERS, "Alarm", required=True, default="15")
    lost_reason_id = fields.Many2one("crm.lost.reason", "Reason")
    rest_months = fields.Selection(REST_MONTHS, "Call Again", required=True, default="3")
    note = fields.Text()

    @api.depends("outcome")
    def _compute_asks(self):
        for wizard in self:
            wizard.asks_time = wizard.outcome in TIMED
            wizard.asks_reason = wizard.outcome in CLOSING
            wizard.asks_rest = wizard.outcome in RESTING

    @api.model
    def _get_default_time(self):
        """The same time tomorrow, at the full quarter of an hour."""
        moment = fields.Datetime.now() + timedelta(days=1)
        return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)

    def action_confirm(self):
        """Log the attempt, with the rep's own rights on the leads.

        :raises UserError: see ``crm.lead.action_log_attempt``
        """
        self.ensure_one()
        remind = int(self.reminder) if self.asks_time and self.reminder != "none" else None
        self.lead_ids.action_log_attempt(
            self.outcome,
            self.call_back_at if self.asks_time else None,
            self.note,
            means=self.means,
            minutes=self.minutes,
            lost_reason_id=self.lost_reason_id.id,
            remind_minutes=remind,
            rest_months=int(self.rest_months) if self.asks_rest else None,
        )
        return {"type": "ir.actions.act_window_close"}
