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
        default=101,
        help="How sure the recognition of an organization must be, in percent, for it to be linked by itself. "
        "Same contact: 90. Same domain: 80. Same name: 70, a name that is alike less; several signs add up. "
        "101: nothing is linked by itself.",
    )
    leadya_evidence_days = fields.Integer(
        "Confirmations Stand For",
        default=90,
        help="So many days after a criterion of a deal was confirmed it is asked for again. 0: a confirmation stands "
        "for good.",
    )
    leadya_gate_won_mode = fields.Selection(
        [("off", "Off"), ("trial", "On trial"), ("on", "On")],
        string="Won Without All Criteria",
        default="trial",
        required=True,
        help="A deal that is won although a criterion of its qualification model is not confirmed. Off: nothing "
        "happens. On trial: a warning, and it is logged. On: it is not won, unless a sales manager lets it pass.",
    )
    leadya_stakeholder_silent_days = fields.Integer(
        "Silent after",
        default=21,
        help="After so many days without a word, somebody around an open deal counts as silent. 0: never.",
    )
    leadya_tell_forgotten = fields.Boolean(
        "Daily Notice of Leads Without a Next Action",
        help="Every morning each salesperson is told which open leads have no next action; the team leader is told "
        "of those that have no salesperson.",
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
    _leadya_evidence_days_positive = models.Constraint("CHECK(leadya_evidence_days >= 0)", "Days can't be negative.")
    _leadya_stakeholder_silent_days_positive = models.Constraint(
        "CHECK(leadya_stakeholder_silent_days >= 0)", "Days of silence can't be negative."
    )
    _leadya_link_strength_range = models.Constraint(
        "CHECK(leadya_link_strength BETWEEN 0 AND 101)", "The strength is a percentage; 101 links nothing by itself."
    )
