"""Leads and the spreadsheets that they came from."""

from odoo import api, fields, models


class ImportBatch:
    """In the context under ``leadya_import_batch`` while the leads of a batch of rows are created.

    An object of this process, so that nobody can send one from outside.
    """

    def __init__(self):
        #: Default values by the names of the fields that are given, and the team.
        self.defaults = {}


class CrmLead(models.Model):
    _inherit = "crm.lead"

    import_row_ids = fields.One2many("leadya.import.row", "lead_id", "Rows of Spreadsheets", readonly=True, copy=False)
    # A text, and not a note in the chatter: fifty thousand notes cost as much as the leads.
    import_origin = fields.Char("Imported From", readonly=True, copy=False, help="Spreadsheet and row.")

    # ------------------------------------------------------------
    # CREATION
    # ------------------------------------------------------------

    def _prepare_create_values(self, vals_list):
        """An imported lead keeps the creation time that the file tells; the ORM itself takes none from anybody."""
        completed = super()._prepare_create_values(vals_list)
        if self._get_import_batch():
            for vals, given in zip(completed, vals_list, strict=True):
                vals["create_date"] = given.get("create_date") or vals["create_date"]
        return completed

    @api.model
    def _add_missing_default_values(self, values):
        """The ORM asks for the defaults of each lead; those of a batch are the same wherever the same is missing."""
        batch = self._get_import_batch()
        if not batch:
            return super()._add_missing_default_values(values)
        # Properties are completed by those of the team.
        key = (frozenset(values), values.get("team_id"))
        if key not in batch.defaults:
            completed = super()._add_missing_default_values(dict(values))
            batch.defaults[key] = {
                name: value
                for name, value in completed.items()
                if name not in values or self._fields[name].type == "properties"
            }
        return {**values, **batch.defaults[key]}

    def _get_import_batch(self):
        batch = self.env.context.get("leadya_import_batch")
        return batch if isinstance(batch, ImportBatch) else None

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "import_origin"]

    def _merge_dependences(self, opportunities):
        """The lead that is left answers for the rows of the others, so that their file adds none of them again.

        It is more than what the file made: undoing the import leaves it alone.
        """
        rows_sudo = (self | opportunities).sudo().import_row_ids
        rows_sudo.filtered(lambda row: row.state == "created").write({"state": "kept"})
        opportunities.sudo().import_row_ids.write({"lead_id": self.id})
        return super()._merge_dependences(opportunities)
