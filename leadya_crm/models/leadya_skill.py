from odoo import api, fields, models

#: How well a skill is mastered; ``tools.assignment.TOP_LEVEL`` is the last of them.
LEVELS = [("1", "Basic"), ("2", "Good"), ("3", "Expert")]


class LeadyaSkill(models.Model):
    """What some salespeople can do and others cannot: a subject, or a language."""

    _name = "leadya.skill"
    _description = "Sales Skill"
    _order = "kind desc, name, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection([("subject", "Subject"), ("language", "Language")], default="subject", required=True)
    lang_id = fields.Many2one(
        "res.lang",
        string="Spoken as",
        context={"active_test": False},
        ondelete="set null",
        help="Leads with this language are matched to who speaks it.",
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)
    member_skill_ids = fields.One2many("leadya.member.skill", "skill_id", string="Who Has It")
    member_count = fields.Integer("People", compute="_compute_member_count")

    _one_a_language = models.UniqueIndex(
        "(lang_id) WHERE lang_id IS NOT NULL AND active IS TRUE", "A language is one skill, with levels."
    )
    _language_has_kind = models.Constraint(
        "CHECK(lang_id IS NULL OR kind = 'language')", "Only a language is spoken as one."
    )

    @api.depends("member_skill_ids")
    def _compute_member_count(self):
        counts = dict(
            self.env["leadya.member.skill"]._read_group([("skill_id", "in", self.ids)], ["skill_id"], ["__count"])
        )
        for skill in self:
            skill.member_count = counts.get(skill, 0)


class LeadyaMemberSkill(models.Model):
    """How well a member of a team masters a skill."""

    _name = "leadya.member.skill"
    _description = "Skill of a Team Member"
    _order = "level desc, id"
    _rec_name = "skill_id"

    member_id = fields.Many2one("crm.team.member", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(related="member_id.user_id", string="Salesperson")
    skill_id = fields.Many2one("leadya.skill", required=True, index=True, ondelete="cascade")
    level = fields.Selection(LEVELS, default="2", required=True)

    _once = models.UniqueIndex("(member_id, skill_id)", "A member has each skill once, with one level.")

    @api.depends("skill_id.name", "level")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["level"]._description_selection(self.env))
        for line in self:
            line.display_name = f"{line.skill_id.name} ({labels.get(line.level, '')})"
