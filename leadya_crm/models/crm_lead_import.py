from odoo import fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    import_row_ids = fields.One2many("leadya.import.row", "lead_id", "Imported From", readonly=True, copy=False)

    def _merge_dependences(self, opportunities):
        """The lead that is left answers for the rows of the others, so that their file adds none of them again.

        It is more than what the file made: undoing the import leaves it alone.
        """
        rows_sudo = (self | opportunities).sudo().import_row_ids
        rows_sudo.filtered(lambda row: row.state == "created").write({"state": "kept"})
        opportunities.sudo().import_row_ids.write({"lead_id": self.id})
        return super()._merge_dependences(opportunities)
