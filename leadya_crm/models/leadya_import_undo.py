"""Taking an import back, but for leads that somebody has worked on since."""

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError

#: Messages of people; what Odoo notes by itself is none.
SPOKEN = ("comment", "email", "email_outgoing", "sms")


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    def action_undo(self):
        """Remove the leads of this import that nobody has touched since, in the background."""
        for record in self:
            record.check_access("write")
            if record.state not in ("done", "paused", "failed"):
                raise UserError(self.env._("Only an import that has ended can be undone."))
            self.env["crm.lead"].check_access("unlink")
            record._set({"state": "undoing", "user_id": self.env.uid, "finished_at": False})
        self._trigger_cron()
        return True

    def _undo_rows(self, rows, _session):
        """Remove the leads of a batch of rows, but for those that somebody has worked on."""
        rows_sudo = rows.sudo()
        touched = self._get_touched(rows_sudo)
        leads = rows_sudo.lead_id.exists() - touched
        leads.with_user(self.env.user).with_context(tracking_disable=True).unlink()
        kept = rows_sudo.filtered(lambda row: row.lead_id in touched)
        kept.write({"state": "kept"})
        (rows_sudo - kept).write({"state": "undone", "lead_id": False})

    def _end_undo(self):
        self.write({"state": "cancelled", "finished_at": fields.Datetime.now()})

    def _get_touched(self, rows_sudo):
        """Leads that are not as the import left them: written to, spoken to, met, linked, or merged."""
        leads = rows_sudo.lead_id
        return self._get_changed(rows_sudo) | self._get_spoken_to(leads) | self._get_involved(leads)

    def _get_changed(self, rows_sudo):
        """Leads that a person has written to since; what the system itself computes anew is no work."""

        def is_changed(row):
            lead = row.lead_id
            return (
                lead.stage_id != row.stage_id
                or lead.partner_id
                or (lead.write_uid.id != SUPERUSER_ID and row.write_date and lead.write_date > row.write_date)
            )

        return rows_sudo.filtered(is_changed).lead_id

    def _get_spoken_to(self, leads):
        messages = self.env["mail.message"].sudo()
        spoken = messages.search_fetch(
            [
                ("model", "=", "crm.lead"),
                ("res_id", "in", leads.ids),
                "|",
                ("message_type", "in", SPOKEN),
                ("mail_activity_type_id", "!=", False),
            ],
            ["res_id"],
        )
        return leads.browse(set(spoken.mapped("res_id")))

    def _get_involved(self, leads):
        """Leads that other records of people's work hang on."""
        attempts = self.env["leadya.contact.attempt"].sudo().search([("lead_id", "in", leads.ids)])
        meetings = self.env["calendar.event"].sudo().search([("opportunity_id", "in", leads.ids)])
        merges = (
            self.env["leadya.merge"]
            .sudo()
            .search(["|", ("lead_id", "in", leads.ids), ("merged_lead_ids", "in", leads.ids)])
        )
        return attempts.lead_id | meetings.opportunity_id | merges.lead_id | merges.merged_lead_ids
