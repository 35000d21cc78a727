from odoo import fields, models


class CrmLostReason(models.Model):
    _inherit = "crm.lost.reason"

    leadya_bad_lead = fields.Boolean(
        "The Lead Was Bad",
        help="The fault was not the salesperson's: the fairness report counts such a lead as bad, and where the "
        "company gives credit for bad leads, its owner gets another one.",
    )
