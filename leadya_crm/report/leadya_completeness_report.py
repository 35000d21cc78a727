from odoo import fields, models
from odoo.tools import SQL

from ..models.crm_lead_completeness import EMPTY_CHOICES

#: Text of these is read only to see whether there is any; a note with markup would have to be parsed for that.
NOT_COUNTED_TYPES = ("html",)


class LeadyaCompletenessReport(models.Model):
    """Which fields of leads are filled: one row a lead and field (Z8).

    Fields are those that somebody can be asked to fill (``crm.lead._completeness_get_fields``), a company's own too.
    Merged leads are no leads of their own; lost and archived ones count, as what was not known may be why.
    """

    _name = "leadya.completeness.report"
    _description = "Completeness of Leads"
    _auto = False
    _order = "id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one("crm.lead", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    channel_id = fields.Many2one("leadya.channel", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    sla_category_id = fields.Many2one("leadya.sla.category", readonly=True)
    won_status = fields.Selection([("won", "Won"), ("lost", "Lost"), ("pending", "Pending")], readonly=True)
    create_date = fields.Datetime("Arrived", readonly=True)
    field_name = fields.Selection(selection="_get_field_names", string="Field", readonly=True)
    filled = fields.Integer(readonly=True)
    empty = fields.Integer(readonly=True)
    filled_percent = fields.Float("Filled (%)", aggregator="avg", readonly=True)

    def _get_field_names(self):
        return list(self.env["crm.lead"]._completeness_get_fields().items())

    @property
    def _table_query(self):
        names = self._get_counted_names()
        return SQL(
            """
            SELECT lead.id::bigint * %(count)s + told.number AS id, lead.id AS lead_id, lead.company_id, lead.user_id,
                   lead.team_id, lead.stage_id, lead.channel_id, lead.source_id, lead.sla_category_id,
                   lead.won_status, lead.create_date, told.field_name,
                   told.is_filled::int AS filled, (NOT told.is_filled)::int AS empty,
                   CASE WHEN told.is_filled THEN 100.0 ELSE 0.0 END AS filled_percent
              FROM crm_lead AS lead
CROSS JOIN LATERAL (VALUES %(values)s) AS told (number, field_name, is_filled)
             WHERE lead.merged_into_id IS NULL
            """,
            count=len(names),
            values=SQL(", ").join(
                SQL("(%s, %s, %s)", number, name, self._get_filled_sql(name)) for number, name in enumerate(names)
            ),
        )

    def _get_counted_names(self):
        leads = self.env["crm.lead"]
        names = leads._completeness_get_fields()
        return sorted(name for name in names if leads._fields[name].type not in NOT_COUNTED_TYPES)

    def _get_filled_sql(self, name):
        """Whether a column says anything; as ``crm.lead._completeness_is_filled``."""
        field = self.env["crm.lead"]._fields[name]
        column = SQL.identifier("lead", name)
        if field.translate:
            return SQL("%s IS NOT NULL", column)
        if field.type in ("char", "text", "selection"):
            return SQL("COALESCE(btrim(%s), '') NOT IN %s", column, ("", *EMPTY_CHOICES))
        if field.type in ("integer", "float", "monetary"):
            return SQL("COALESCE(%s, 0) != 0", column)
        return SQL("%s IS NOT NULL", column)


class LeadyaFieldReport(models.Model):
    """How often each field is filled: one row a field, over the leads of the user's companies (Z8)."""

    _name = "leadya.field.report"
    _description = "Use of Fields"
    _auto = False
    _order = "filled_percent, field_name"
    _rec_name = "field_name"

    field_name = fields.Selection(selection="_get_field_names", string="Field", readonly=True)
    lead_count = fields.Integer("Leads", readonly=True)
    filled_count = fields.Integer("Filled", readonly=True)
    filled_percent = fields.Float("Filled (%)", aggregator="avg", readonly=True)
    hidden_group_ids = fields.Many2many("res.groups", string="Hidden From", compute="_compute_hidden_group_ids")

    def _get_field_names(self):
        return self.env["leadya.completeness.report"]._get_field_names()

    @property
    def _table_query(self):
        report = self.env["leadya.completeness.report"]
        names = report._get_counted_names()
        return SQL(
            """
            SELECT told.number AS id, told.field_name, counted.leads AS lead_count, told.filled AS filled_count,
                   CASE WHEN counted.leads = 0 THEN 0.0 ELSE 100.0 * told.filled / counted.leads END AS filled_percent
              FROM (SELECT COUNT(*) AS leads, %(counts)s
                      FROM crm_lead AS lead
                     WHERE lead.merged_into_id IS NULL
                       AND (lead.company_id IS NULL OR lead.company_id IN %(companies)s)) AS counted
CROSS JOIN LATERAL (VALUES %(values)s) AS told (number, field_name, filled)
            """,
            counts=SQL(", ").join(
                SQL("COUNT(*) FILTER (WHERE %s) AS %s", report._get_filled_sql(name), SQL.identifier(f"n{number}"))
                for number, name in enumerate(names, 1)
            ),
            companies=tuple(self.env.companies.ids),
            values=SQL(", ").join(
                SQL("(%s, %s, %s)", number, name, SQL.identifier("counted", f"n{number}"))
                for number, name in enumerate(names, 1)
            ),
        )

    def _compute_hidden_group_ids(self):
        groups = {hidden.field_name: hidden.group_ids for hidden in self.env["leadya.hidden.field"].sudo().search([])}
        for row in self:
            row.hidden_group_ids = groups.get(row.field_name, self.env["res.groups"])

    def action_hide(self):
        """Ask from whom the field is to be hidden, or change it."""
        self.ensure_one()
        hidden = self.env["leadya.hidden.field"].search([("field_name", "=", self.field_name)])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hide a Field"),
            "res_model": "leadya.hidden.field",
            "res_id": hidden.id,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_field_name": self.field_name,
                "default_group_ids": hidden._get_groups()[:1].ids,
                "dialog_size": "medium",
            },
        }

    def action_show_again(self):
        """Show the field to everybody again."""
        return self.env["leadya.hidden.field"].search(
            [("field_name", "in", self.mapped("field_name"))]
        ).action_show_again()  # fmt: skip
