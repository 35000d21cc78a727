from odoo import fields, models


class LeadyaClarification(models.Model):
    """What was learned, or found to be unknowable, about something that was missing on a lead.

    A *gap* is named by a key (see ``crm.lead._missing_get_gaps``); its label is kept as it read then, so that the
    history says what was asked even after the rule that asked for it is gone. Rows are never changed: whoever
    learns more adds one, and the latest of a gap counts.
    """

    _name = "leadya.clarification"
    _description = "Clarification"
    _order = "id desc"
    _rec_name = "label"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="lead_id.company_id")
    gap_key = fields.Char("Gap", required=True, help="Technical name of what was missing.")
    label = fields.Char("Was Missing", required=True)
    kind = fields.Selection(
        [("clarified", "Clarified"), ("unknowable", "Cannot be known"), ("reopened", "Asked again")],
        required=True,
        default="clarified",
    )
    source = fields.Selection(
        [("customer", "The customer"), ("outside", "An outside source"), ("colleague", "A colleague")],
        default="customer",
        required=True,
        help="Who or what told it.",
    )
    note = fields.Text("What Was Learned", help="Of what cannot be known: why.")
    user_id = fields.Many2one("res.users", "By", required=True, index=True, default=lambda self: self.env.user)
