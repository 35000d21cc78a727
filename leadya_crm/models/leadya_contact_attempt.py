from odoo import api, fields, models

#: What came of an attempt. The rep says it with one key; see ``crm_lead_contact`` for those that
#: the module finds out by itself (*wrote*, *replied*, *met*).
OUTCOMES = [
    ("reached", "Reached"),
    ("no_answer", "No answer"),
    ("left_message", "Left a message"),
    ("busy", "Busy"),
    ("wrong_number", "Wrong number"),
    ("call_back", "Call me back"),
    ("meeting", "Meeting arranged"),
    ("quote_sent", "Quote sent"),
    ("not_now", "Not now"),
    ("not_interested", "Not interested"),
    ("unfit", "Unfit"),
    ("wrote", "Written to"),
    ("replied", "Customer replied"),
    ("met", "Met"),
]

#: Outcomes after which the customer has still not been spoken to.
UNANSWERED = ("no_answer", "left_message", "busy")
#: Outcomes that end the work on the lead, with a reason.
CLOSING = ("not_interested", "unfit")
#: The customer was spoken to and is not ripe: the lead rests, and comes back by itself.
RESTING = ("not_now",)
#: Outcomes that need a time still to come.
TIMED = ("call_back", "meeting")
#: Outcomes that nobody logs by hand: they come with their evidence.
FOUND = ("wrote", "replied", "met")

MEANS = [
    ("call", "Call"),
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("whatsapp", "WhatsApp"),
    ("message", "Message"),
    ("meeting", "Meeting"),
]


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
    means = fields.Selection(MEANS, default="call", required=True)
    direction = fields.Selection(
        [("outbound", "We to them"), ("inbound", "They to us")], default="outbound", required=True
    )
    outcome = fields.Selection(OUTCOMES, required=True)
    minutes = fields.Integer("Minutes Spent")
    note = fields.Text()
    call_back_at = fields.Datetime(help="When the customer asked to be called back, or the meeting takes place.")
    # The evidence, where the module found the attempt by itself
    message_id = fields.Many2one("mail.message", readonly=True, index="btree_not_null", ondelete="set null")
    event_id = fields.Many2one(
        "calendar.event", string="Meeting", readonly=True, index="btree_not_null", ondelete="set null"
    )
    activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The planned call that was done by it; without one it came in between.",
    )
    client_key = fields.Char(
        readonly=True,
        copy=False,
        help="Technical: what the screen called the attempt. The same one sent again, after a lost connection, "
        "is not logged twice.",
    )

    _client_key_uniq = models.UniqueIndex(
        "(client_key) WHERE client_key IS NOT NULL", "This attempt is logged already."
    )
    _activity_uniq = models.UniqueIndex("(activity_id) WHERE activity_id IS NOT NULL", "This call is logged already.")
    _minutes_not_negative = models.Constraint("CHECK(minutes >= 0)", "An attempt cannot take less than no time.")

    @api.depends("outcome", "attempted_at")
    def _compute_display_name(self):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for attempt in self:
            attempt.display_name = labels.get(attempt.outcome, "")
