"""Trying a door out."""

from odoo import models


class LeadyaCaptureForm(models.Model):
    _inherit = "leadya.capture.form"

    def action_try_out(self):
        """Open the page on which the form can be tried."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/leadya/try/{self.token}", "target": "new"}

    def _try_result(self, reference):
        """What became of a submission, for the page on which the form is tried.

        :param str reference: as the sender was given it
        :rtype: dict
        """
        self.ensure_one()
        submission = self.env["leadya.submission"].search([("form_id", "=", self.id), ("reference", "=", reference)])
        if not submission:
            return {}
        # This record has all rights; the user is told no more of the lead than its own rights give.
        lead = submission.lead_id.with_env(self.env(su=False))
        lead = lead if lead.exists() and lead.has_access("read") else lead.browse()
        return {
            "state": submission.state,
            "state_name": dict(submission._fields["state"]._description_selection(self.env))[submission.state],
            "error": submission.error or "",
            "lead": lead.display_name or "",
            "url": f"/odoo/crm/{lead.id}" if lead else "",
            "understood": submission.understood or [],
            "unknown": submission.unknown_fields or [],
        }
