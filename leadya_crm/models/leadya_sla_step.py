from odoo import api, fields, models

#: Kind of activity by means of the step; all others are tasks.
ACTIVITY_TYPES = {
    "call": "mail.mail_activity_data_call",
    "email": "mail.mail_activity_data_email",
    "meeting": "mail.mail_activity_data_meeting",
}


class LeadyaSlaStep(models.Model):
    """A step of a category's cadence: what to do after an attempt without an answer."""

    _name = "leadya.sla.step"
    _description = "SLA Cadence Step"
    _order = "sequence, id"

    category_id = fields.Many2one("leadya.sla.category", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    delay_hours = fields.Float(
        "Delay (hours)", default=4.0, required=True, help="Working hours after the attempt before."
    )
    means = fields.Selection("_selection_means", default="call", required=True)
    vary_time = fields.Boolean(
        "Vary the Time of Day",
        default=True,
        help="A customer who did not answer in the morning is tried in the afternoon, and on another day.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        string="Activity",
        compute="_compute_activity_type_id",
        store=True,
        readonly=False,
        domain="[('res_model', 'in', [False, 'crm.lead'])]",
        ondelete="set null",
        help="What is planned for the salesperson. It follows the means unless you choose another.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail to Offer",
        domain="[('model', '=', 'crm.lead')]",
        ondelete="set null",
        help="Offered to the rep with the step's activity; nothing is sent by itself.",
    )
    message = fields.Text(
        "Text to Offer",
        translate=True,
        help="Text of an SMS or a WhatsApp message, which the rep reads before it goes. "
        "{customer}, {salesperson}, {company} and {lead} are filled in.",
    )

    _delay_positive = models.Constraint("CHECK(delay_hours > 0)", "A step comes some time after the one before it.")

    @api.model
    def _selection_means(self):
        """All means; SMS only where Odoo's ``sms`` is installed."""
        has_sms = "sms.composer" in self.env
        labels = self.env["leadya.contact.attempt"]._fields["means"]._description_selection(self.env)
        return [(value, label) for value, label in labels if value != "sms" or has_sms]

    @api.depends("means")
    def _compute_activity_type_id(self):
        for step in self:
            xmlid = ACTIVITY_TYPES.get(step.means, "mail.mail_activity_data_todo")
            step.activity_type_id = self.env.ref(xmlid, raise_if_not_found=False)
