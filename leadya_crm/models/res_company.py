from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    leadya_assignment_mode = fields.Selection(
        [("off", "Off"), ("trial", "On trial"), ("on", "On")],
        string="Assign New Leads at Once",
        default="trial",
        required=True,
    )
    leadya_link_strength = fields.Integer(
        "Link Organizations from",
        default=80,
        help="How sure the recognition of an organization must be, in percent, for it to be linked by itself. "
        "Same contact: 90. Same domain: 80. Same name: 70.",
    )
    leadya_tell_forgotten = fields.Boolean(
        "Daily Notice of Leads Without a Next Action",
        help="Every morning each salesperson is told which open leads have no next action; the team leader is told "
        "of those that have no salesperson.",
    )

    _leadya_link_strength_range = models.Constraint(
        "CHECK(leadya_link_strength BETWEEN 0 AND 101)", "The strength is a percentage; 101 links nothing by itself."
    )
