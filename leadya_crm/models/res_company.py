from odoo import fields, models

DUPLICATE_POLICIES = [
    ("join", "Join the open lead"),
    ("link", "Make another lead, linked to it"),
    ("make", "Make another lead"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    leadya_assignment_mode = fields.Selection(
        [("off", "Off"), ("trial", "On trial"), ("on", "On")],
        string="Assign New Leads at Once",
        default="trial",
        required=True,
    )
    leadya_assignment_catch_up = fields.Boolean(
        "Catch Up after Absence",
        help="Where members take turns: who comes back from leave gets the turns that were missed. "
        "Otherwise it goes on where it stands.",
    )
    leadya_assignment_bad_credit = fields.Boolean(
        "Credit for Bad Leads",
        help="Where members take turns: a lead that turned out bad does not count as one.",
    )
    leadya_link_strength = fields.Integer(
        "Link Organizations from",
        default=80,
        help="How sure the recognition of an organization must be, in percent, for it to be linked by itself. "
        "Same contact: 90. Same domain: 80. Same name: 70.",
    )
    leadya_duplicate_policy = fields.Selection(
        DUPLICATE_POLICIES,
        string="Same Person Again",
        default="join",
        required=True,
        help="What a form does when somebody who has an open lead (same e-mail or phone) writes again.",
    )
    leadya_erase_after_days = fields.Integer(
        "Erase Submissions After",
        help="So many days after it came, the personal data that a submission holds are erased; the count stays. "
        "0: never.",
    )

    _leadya_erase_after_days_positive = models.Constraint(
        "CHECK(leadya_erase_after_days >= 0)", "Days can't be negative."
    )
    _leadya_link_strength_range = models.Constraint(
        "CHECK(leadya_link_strength BETWEEN 0 AND 101)", "The strength is a percentage; 101 links nothing by itself."
    )
