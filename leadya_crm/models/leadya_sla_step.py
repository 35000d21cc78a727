from odoo import fields, models

from .leadya_contact_attempt import MEANS


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
    means = fields.Selection(MEANS, default="call", required=True)
    vary_time = fields.Boolean(
        "Vary the Time of Day",
        default=True,
        help="A customer who did not answer in the morning is tried in the afternoon, and on another day.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        string="Activity",
        default=lambda self: self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False),
        domain="[('res_model', 'in', [False, 'crm.lead'])]",
        ondelete="set null",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail to Offer",
        domain="[('model', '=', 'crm.lead')]",
        ondelete="set null",
        help="Offered to the rep with the step's activity; nothing is sent by itself.",
    )

    _delay_positive = models.Constraint("CHECK(delay_hours > 0)", "A step comes some time after the one before it.")
