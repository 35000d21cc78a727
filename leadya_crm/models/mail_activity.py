from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    leadya_step = fields.Char(
        "Lead Step",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Technical: which next step of a lead the module scheduled; empty for everybody else's activities.",
    )
    leadya_alert = fields.Char(
        "Alert",
        readonly=True,
        copy=False,
        help="Technical: what was found wrong with a rule; empty for everybody else's activities.",
    )
