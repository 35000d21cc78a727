import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.conversions import render
from .leadya_conversion import KINDS
from .leadya_conversion_goal import PLATFORM_NAMES


class LeadyaConversionFile(models.Model):
    """A file for a platform, as it was made: what is in it counts as sent, and it can be downloaded again."""

    _name = "leadya.conversion.file"
    _description = "File of Conversions"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    platform = fields.Selection(PLATFORM_NAMES, required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    content = fields.Binary("File", attachment=True, readonly=True)
    conversion_ids = fields.One2many("leadya.conversion", "file_id", readonly=True)
    conversion_count = fields.Integer("Rows", readonly=True)

    @api.model
    def _make(self, platform, kind, company):
        """Make a file of all that waits, and mark it as sent.

        :return: the file
        :raises UserError: there is nothing to send, or somebody is making the same file
        """
        Ledger = self.env["leadya.conversion"].sudo()
        rows = Ledger.search(Ledger._get_ready_domain(platform, kind, company), order="id").try_lock_for_update()
        rows = rows.filtered(lambda row: row.state == "todo")
        if not rows:
            raise UserError(self.env._("Nothing waits to be sent, or somebody else is making the file."))
        now = fields.Datetime.now()
        record = self.sudo().create(
            {
                "name": f"{platform}-{kind}s-{now:%Y%m%d-%H%M%S}.csv",
                "platform": platform,
                "kind": kind,
                "company_id": company.id,
                "conversion_count": len(rows),
            }
        )
        record.content = record._encode(render(platform, kind, rows._prepare_rows()))
        rows.write({"state": "sent", "file_id": record.id, "sent_at": now})
        return record.with_env(self.env)

    @api.model
    def _encode(self, content):
        return base64.b64encode(content)

    def action_download(self):
        """Download the file, the same bytes whenever."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/content/{self.name}?download=true",
            "target": "self",
        }

    def action_view_conversions(self):
        """Open what is in the file."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_conversion_action")
        return {**action, "domain": [("file_id", "=", self.id)], "context": {}}
