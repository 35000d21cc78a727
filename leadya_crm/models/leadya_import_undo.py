"""Taking an import back, but for leads that somebody has worked on since."""

from odoo import models
from odoo.exceptions import UserError


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    def action_undo(self):
        """Remove the leads of this import that nobody has touched since."""
        for record in self:
            record.check_access("write")
            if record.state not in ("done", "paused", "failed"):
                raise UserError(self.env._("Only an import that has ended can be undone."))
            self.env["crm.lead"].check_access("unlink")
            record._set({"state": "undoing", "user_id": self.env.uid, "finished_at": False})
        self._trigger_cron()
        return True

    def _undo_rows(self, rows):
        """Remove the leads of a batch of rows, but for those that somebody has worked on."""
        leads = rows.lead_id.with_user(self.env.user).exists()
        touched = self._get_touched(rows)
        (leads - touched).with_context(tracking_disable=True).unlink()
        rows_sudo = rows.sudo()
        kept = rows_sudo.filtered(lambda row: row.lead_id in touched)
        kept.write({"state": "kept"})
        (rows_sudo - kept).write({"state": "undone", "lead_id": False})

    def _get_touched(self, rows):
        """Leads with a message, an attempt, a meeting, a customer, or in another stage than they were imported in."""
        rows = rows.sudo()
        leads = rows.lead_id
        moved = rows.filtered(lambda row: row.lead_id.stage_id != row.stage_id or row.lead_id.partner_id).lead_id
        lead_ids = leads.ids
        messages = (
            self.env["mail.message"]
            .sudo()
            .search_fetch(
                [
                    ("model", "=", "crm.lead"),
                    ("res_id", "in", lead_ids),
                    "|",
                    ("message_type", "in", ("comment", "email", "email_outgoing", "sms")),
                    ("mail_activity_type_id", "!=", False),
                ],
                ["res_id"],
            )
        )
        attempts = self.env["leadya.contact.attempt"].sudo().search([("lead_id", "in", lead_ids)])
        meetings = self.env["calendar.event"].sudo().search([("opportunity_id", "in", lead_ids)])
        spoken = leads.browse(set(messages.mapped("res_id")))
        return (moved | spoken | attempts.lead_id | meetings.opportunity_id).with_user(self.env.user)
