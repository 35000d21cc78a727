from odoo import api, fields, models
from odoo.exceptions import UserError


class LeadyaImportMapWizard(models.TransientModel):
    """Keep the map of an import under a name, or bring one that is kept up to date."""

    _name = "leadya.import.map.wizard"
    _description = "Keep a Spreadsheet Map"
    _check_company_auto = True

    import_id = fields.Many2one("leadya.import", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="import_id.company_id")
    map_id = fields.Many2one(
        "leadya.import.map",
        "Instead Of",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        compute="_compute_map_id",
        store=True,
        readonly=False,
        help="The map that is brought up to date. Empty: a new one is made.",
    )
    name = fields.Char(required=True, compute="_compute_name", store=True, readonly=False)

    @api.depends("import_id")
    def _compute_map_id(self):
        for wizard in self:
            wizard.map_id = wizard.import_id.map_id

    @api.depends("map_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard.map_id.name or wizard.import_id.name

    def action_keep(self):
        """Make the map, or bring it up to date, and let the import use it."""
        self.ensure_one()
        record = self.import_id
        if not record.column_ids:
            raise UserError(self.env._("There is nothing to keep: read the file first."))
        target = self.map_id or self.env["leadya.import.map"].create(
            {"name": self.name, "company_id": record.company_id.id}
        )
        target.name = self.name
        target._keep(record)
        # The import has the map's columns and names already.
        record.with_context(leadya_proposing=True).sudo().map_id = target
        return {"type": "ir.actions.act_window_close"}
