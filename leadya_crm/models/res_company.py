from odoo import fields, models

from ..tools.credit import ATTRIBUTION_MODELS

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
    leadya_attribution_model = fields.Selection(
        ATTRIBUTION_MODELS,
        string="Credit of a Lead",
        default="last",
        required=True,
        help="Which of the visits that led to a lead earns it, unless the reader of a report chooses another model. "
        "A direct visit earns only where there is no other.",
    )
    leadya_attribution_window = fields.Integer(
        "Attribution Window",
        default=90,
        help="Visits so many days before the lead earn their share; older ones only where there is no other.",
    )
    leadya_half_life = fields.Float(
        "Half-Life",
        default=7,
        help="With time decay a visit earns half of what one earns that came so many days later.",
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
    _leadya_attribution_window_positive = models.Constraint(
        "CHECK(leadya_attribution_window BETWEEN 1 AND 3650)", "The attribution window is from one day to ten years."
    )
    _leadya_half_life_positive = models.Constraint(
        "CHECK(leadya_half_life BETWEEN 0.01 AND 3650)", "The half-life is longer than nothing, and at most ten years."
    )
    _leadya_evidence_days_positive = models.Constraint("CHECK(leadya_evidence_days >= 0)", "Days can't be negative.")
    _leadya_stakeholder_silent_days_positive = models.Constraint(
        "CHECK(leadya_stakeholder_silent_days >= 0)", "Days of silence can't be negative."
    )
    _leadya_link_strength_range = models.Constraint(
        "CHECK(leadya_link_strength BETWEEN 0 AND 101)", "The strength is a percentage; 101 links nothing by itself."
    )
