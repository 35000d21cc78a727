from odoo import fields, models


class LeadyaImportColumn(models.Model):
    """One column of a file, and the field of the lead that it is meant for."""

    _name = "leadya.import.column"
    _description = "Import Column"
    _inherit = ["leadya.import.column.mixin"]
    _order = "import_id, position"

    import_id = fields.Many2one("leadya.import", required=True, readonly=True, index=True, ondelete="cascade")
    position = fields.Integer(readonly=True)
    header = fields.Char(readonly=True)
    sample = fields.Char("For Instance", readonly=True)
    proposal = fields.Char(readonly=True, help="What the column is taken for by its name and values alone.")

    def write(self, vals):
        imports = self.import_id
        changed = {"target", "date_order"} & vals.keys() and any(
            column[name] != vals[name] for column in self for name in ("target", "date_order") if name in vals
        )
        if changed:
            imports._check_not_started()
        result = super().write(vals)
        if changed and not self.env.context.get("leadya_proposing"):
            for record in imports:
                record._sync_values()
            imports._reset_test()
        return result

    def _says_something(self):
        """Whether anything was to be chosen: an empty column is left out by itself, and may be filled next time."""
        self.ensure_one()
        return bool(self.sample) or self.target != "ignore"
