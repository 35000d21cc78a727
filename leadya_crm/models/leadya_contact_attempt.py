from odoo import api, fields, models

OUTCOMES = [
    ("reached", "Reached"),
    ("no_answer", "No answer"),
    ("left_message", "Left a message"),
    ("wrong_number", "Wrong number"),
    ("call_back", "Call me back"),
]

#: Outcomes after which the customer has still not been spoken to.
UNANSWERED = ("no_answer", "left_message")


class LeadyaContactAttempt(models.Model):
    """One attempt to reach the customer: who, when, by what means, and what came of it."""

    _name = "leadya.contact.attempt"
    _description = "Contact Attempt"
    _order = "attempted_at desc, id desc"
    _rec_name = "outcome"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="lead_id.company_id", store=True, index="btree_not_null")
    user_id = fields.Many2one("res.users", string="By", required=True, index=True, default=lambda self: self.env.user)
    attempted_at = fields.Datetime("Time", required=True, index=True, default=fields.Datetime.now)
    means = fields.Selection(
        [("call", "Call"), ("email", "E-mail"), ("message", "Message"), ("meeting", "Meeting")],
        default="call",
        required=True,
    )
    direction = fields.Selection(
        [("outbound", "We to them"), ("inbound", "They to us")], default="outbound", required=True
    )
    outcome = fields.Selection(OUTCOMES, required=True)
    minutes = fields.Integer("Minutes Spent")
    note = fields.Text()
    call_back_at = fields.Datetime(help="When the customer asked to be called back.")

    _minutes_not_negative = models.Constraint("CHECK(minutes >= 0)", "An attempt cannot take less than no time.")

    @api.depends("outcome", "attempted_at")
    def _compute_display_name(self):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for attempt in self:
            attempt.display_name = labels.get(attempt.outcome, "")
