"""Maps that are kept under a name, for files that come again.

SPECIFICATIONS

A map says what columns are taken for, what names in them stand for, and how a file is imported. It is proposed for a
file when one of the two has most columns of the other: a file may have lost or gained some. Of several maps the one
with most columns in common, and fewest others, is proposed. Columns that the map doesn't know are proposed as ever, by
their names and values.
"""

from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get

from ..tools.columns import REPEATABLE, compact, overlap
from .leadya_import import DUPLICATE_POLICIES

#: Options of an import that a map keeps.
OPTIONS = ("team_id", "tz", "ref_prefix", "as_new", "duplicate_policy")


class LeadyaImportMap(models.Model):
    _name = "leadya.import.map"
    _description = "Spreadsheet Map"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    column_ids = fields.One2many("leadya.import.map.column", "map_id", "Columns", copy=True)
    value_ids = fields.One2many("leadya.import.map.value", "map_id", "Names", copy=True)
    import_ids = fields.One2many("leadya.import", "map_id", "Imports", readonly=True)
    import_count = fields.Integer("Imports Count", compute="_compute_import_count")
    column_count = fields.Integer(compute="_compute_column_count")

    # Options
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True)
    tz = fields.Selection(_tz_get, "Time Zone", default=lambda self: self.env.user.tz or "UTC", required=True)
    ref_prefix = fields.Char("Identifier Prefix")
    as_new = fields.Boolean("Treat as New Leads")
    duplicate_policy = fields.Selection(
        DUPLICATE_POLICIES,
        "Already an Open Lead",
        default=lambda self: self.env.company.leadya_duplicate_policy,
        required=True,
    )

    @api.depends("import_ids")
    def _compute_import_count(self):
        counts = dict(self.env["leadya.import"]._read_group([("map_id", "in", self.ids)], ["map_id"], ["__count"]))
        for record in self:
            record.import_count = counts.get(record, 0)

    @api.depends("column_ids")
    def _compute_column_count(self):
        for record in self:
            record.column_count = len(record.column_ids)

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=record.name)}
            for record, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # ------------------------------------------------------------
    # PROPOSAL
    # ------------------------------------------------------------

    @api.model
    def _find_best(self, headers, company):
        """The map that fits a file best; empty where none does.

        :param list[str] headers: names of the file's columns
        :param company: whose maps count
        """
        maps = self.search([("company_id", "=", company.id)])
        shares = {record: overlap(record._get_headers(), headers) for record in maps}
        best = max(shares, key=lambda record: (shares[record], record.id), default=self)
        return best if shares.get(best) else self.browse()

    def _get_headers(self):
        """Names of the columns that become something of the lead: by the others no file is known again."""
        return [column.header for column in self.column_ids if column.target not in REPEATABLE]

    def _get_targets(self):
        """What each column is taken for, by its name as it is compared.

        :rtype: dict[str, tuple]
        """
        return {compact(column.header): (column.target, column.date_order) for column in self.column_ids}

    # ------------------------------------------------------------
    # KEEPING
    # ------------------------------------------------------------

    def _keep(self, record):
        """Take over the map that an import uses; columns and names that its file does not have stay as they are.

        :param record: a leadya.import
        """
        self.ensure_one()
        self.write(record._convert_to_write({name: record[name] for name in OPTIONS}))
        self._keep_columns(record)
        self._keep_values(record)

    def _keep_columns(self, record):
        own = {compact(column.header): column for column in self.column_ids}
        new = []
        for column in record.column_ids.filtered(lambda column: column._says_something()):
            values = {"target": column.target, "date_order": column.date_order}
            if compact(column.header) in own:
                own[compact(column.header)].write(values)
            else:
                new.append({"map_id": self.id, "header": column.header, **values})
        self.env["leadya.import.map.column"].create(new)

    def _keep_values(self, record):
        own = {(line.kind, line.text): line for line in self.value_ids}
        new = []
        for line in record.value_ids.filtered(lambda line: line._is_worth_keeping()):
            if (line.kind, line.text) in own:
                own[line.kind, line.text].write(line._get_meaning())
            else:
                new.append({"map_id": self.id, "kind": line.kind, "text": line.text, **line._get_meaning()})
        self.env["leadya.import.map.value"].create(new)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_view_imports(self):
        """Open the imports that used the map."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_import_action"),
            "domain": [("map_id", "=", self.id)],
            "context": {"default_map_id": self.id},
        }


class LeadyaImportMapColumn(models.Model):
    _name = "leadya.import.map.column"
    _description = "Column of a Spreadsheet Map"
    _inherit = ["leadya.import.column.mixin"]
    _order = "map_id, id"

    map_id = fields.Many2one("leadya.import.map", required=True, index=True, ondelete="cascade")

    _header_uniq = models.UniqueIndex("(map_id, lower(header))", "Each column stands in a map once.")


class LeadyaImportMapValue(models.Model):
    _name = "leadya.import.map.value"
    _description = "Name in a Spreadsheet Map"
    _inherit = ["leadya.import.value.mixin"]
    _order = "map_id, kind, text, id"

    map_id = fields.Many2one("leadya.import.map", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="map_id.company_id")

    _text_uniq = models.UniqueIndex("(map_id, kind, text)", "Each name stands in a map once.")
