from odoo import fields, models


class LeadyaStageRequirement(models.Model):
    """What a stage's protocol asks for: what the customer must have received by then.

    Reps work, and are measured, to one standard: each point is ticked on the lead when it is done, with who
    did it and when (``leadya.requirement.mark``).
    """

    _name = "leadya.stage.requirement"
    _description = "Stage Protocol Point"
    _order = "stage_id, sequence, id"

    name = fields.Char("What to Do", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    stage_id = fields.Many2one("crm.stage", required=True, index=True, ondelete="cascade")
    team_id = fields.Many2one("crm.team", index="btree_not_null", ondelete="cascade", help="Empty: for every team.")
    kind = fields.Selection(
        [("information", "Information given to the customer"), ("document", "Document")],
        default="information",
        required=True,
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "E-mail to Offer",
        domain="[('model', '=', 'crm.lead')]",
        ondelete="set null",
        help="With which it can be sent; the rep sees it before it goes.",
    )
    note = fields.Text("How", translate=True)


class LeadyaRequirementMark(models.Model):
    """A point of the protocol that is done for a lead: by whom and when."""

    _name = "leadya.requirement.mark"
    _description = "Done Protocol Point"
    _order = "create_date desc, id desc"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    requirement_id = fields.Many2one("leadya.stage.requirement", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", "By", required=True, index=True, default=lambda self: self.env.user)
    company_id = fields.Many2one(related="lead_id.company_id", store=True, index="btree_not_null")

    _once = models.UniqueIndex("(lead_id, requirement_id)", "This point is done already.")
