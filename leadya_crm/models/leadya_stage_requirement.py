from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

#: Kinds that somebody ticks when they are done; all others are seen on the lead itself.
TICKED = ("information", "document")


class LeadyaStageRequirement(models.Model):
    """What a stage asks for: information given to the customer, a document, a confirmed criterion, a filled field.

    Each point stands in the stage's protocol, so that reps work, and are measured, to one standard: information and
    documents are ticked on the lead when they are done, with who did it and when (``leadya.requirement.mark``).

    A point whose mode is on is also a gate: what it asks for must be true to enter the stage. On trial the move is
    made, and what would have been refused is told and logged; see ``crm_lead_gate``.
    """

    _name = "leadya.stage.requirement"
    _description = "Stage Protocol Point"
    _inherit = ["leadya.automation.mixin", "leadya.definition.mixin"]
    _order = "stage_id, sequence, id"

    name = fields.Char("What to Do", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    stage_id = fields.Many2one("crm.stage", required=True, index=True, ondelete="cascade")
    team_id = fields.Many2one("crm.team", index="btree_not_null", ondelete="cascade", help="Empty: for every team.")
    # A protocol that a company has written stays the list that it is until somebody makes a gate of it.
    mode = fields.Selection(
        string="At the Gate",
        default="off",
        help="Off: a point of the list, no more. On trial: a lead that enters the stage without it is let in, "
        "with a warning, and it is logged. On: it is not let in.",
    )
    kind = fields.Selection(
        [
            ("information", "Information given to the customer"),
            ("document", "Document"),
            ("criterion", "Criterion confirmed"),
            ("field", "Field filled"),
        ],
        default="information",
        required=True,
    )
    criterion_id = fields.Many2one(
        "leadya.criterion",
        index="btree_not_null",
        ondelete="cascade",
        help="To be confirmed, where the lead's model asks for it. Empty: all criteria of the lead's model.",
    )
    field_name = fields.Selection(selection="_get_field_names", string="Field")
    mail_template_id = fields.Many2one(
        "mail.template",
        "E-mail to Offer",
        domain="[('model', '=', 'crm.lead')]",
        ondelete="set null",
        help="With which it can be sent; the rep sees it before it goes.",
    )
    note = fields.Text("How", translate=True)

    @api.model
    def _get_field_names(self):
        return list(self.env["crm.lead"]._completeness_get_fields().items())

    @api.onchange("field_name")
    def _onchange_field_name(self):
        """Of a field its own name, unless somebody wrote another."""
        if self.field_name and not self.name:
            self.name = dict(self._get_field_names())[self.field_name]

    @api.constrains("kind", "field_name")
    def _check_field_name(self):
        for point in self:
            if point.kind == "field" and not point.field_name:
                raise ValidationError(self.env._("%(point)s: choose which field is to be filled.", point=point.name))

    # ------------------------------------------------------------
    # WHICH POINTS HOLD
    # ------------------------------------------------------------

    @api.model
    def _get_points(self, stage, team):
        """The points of a stage for the leads of a team, in order, whatever their mode."""
        ids = self._get_point_ids(stage.id)
        points = self.sudo().browse([point_id for point_id, team_id in ids if team_id in (False, team.id)])
        return points.with_prefetch([point_id for point_id, _team_id in ids])

    @api.model
    @tools.ormcache("stage_id")
    def _get_point_ids(self, stage_id):
        """Asked for with every move and every lead that is opened; changed a few times a year."""
        points = self.sudo().search_fetch([("stage_id", "=", stage_id)], ["team_id"])
        return tuple((point.id, point.team_id.id) for point in points)

    # ------------------------------------------------------------
    # WHAT IS NOT TRUE YET
    # ------------------------------------------------------------

    def _find_unmet(self, leads):
        """For which leads each point is not true; by some queries a kind, whatever the number of leads and points.

        :return: the points that each lead misses, in their order; leads that miss none are left out
        :rtype: dict
        """
        unmet = {}
        for kind, points in self.grouped("kind").items():
            for lead, point in getattr(points, f"_find_unmet_{kind}")(leads):
                unmet[lead] = unmet.get(lead, self.browse()) | point
        return {lead: points.sorted(lambda point: (point.sequence, point.id)) for lead, points in unmet.items()}

    def _find_unmet_information(self, leads):
        marks = self.env["leadya.requirement.mark"].sudo()
        rows = marks._read_group(
            [("lead_id", "in", leads.ids), ("requirement_id", "in", self.ids)], ["lead_id", "requirement_id"]
        )
        done = {(lead.id, point.id) for lead, point in rows}
        return [(lead, point) for lead in leads for point in self if (lead.id, point.id) not in done]

    def _find_unmet_document(self, leads):
        return self._find_unmet_information(leads)

    def _find_unmet_field(self, leads):
        names = leads._completeness_get_fields()
        # A field that went with another module asks for nothing.
        known = self.filtered(lambda point: point.field_name in names)
        return [
            (lead, point) for lead in leads for point in known if not lead._completeness_is_filled(point.field_name)
        ]

    def _find_unmet_criterion(self, leads):
        unconfirmed = leads._criteria_get_unconfirmed()
        return [
            (lead, point)
            for lead in leads
            for point in self
            if point.criterion_id.id in unconfirmed[lead.id] or (unconfirmed[lead.id] and not point.criterion_id)
        ]


class LeadyaRequirementMark(models.Model):
    """A point of the protocol that is done for a lead: by whom and when."""

    _name = "leadya.requirement.mark"
    _description = "Done Protocol Point"
    _order = "create_date desc, id desc"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    requirement_id = fields.Many2one("leadya.stage.requirement", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", "By", required=True, index=True, default=lambda self: self.env.user)
    attachment_id = fields.Many2one("ir.attachment", "Document", index="btree_not_null", ondelete="set null")
    company_id = fields.Many2one(related="lead_id.company_id")

    _once = models.UniqueIndex("(lead_id, requirement_id)", "This point is done already.")
