"""Trying a door out."""

import json

from odoo import models

from ..tools import capture


class LeadyaCaptureForm(models.Model):
    _inherit = "leadya.capture.form"

    def action_try_out(self):
        """Open the page on which the form can be tried."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/leadya/try/{self.token}", "target": "new"}

    def action_send_test(self):
        """Send a filled sample through the door, and show what would become of it. No lead is left behind."""
        self.ensure_one()
        self.check_access("write")
        door = self.sudo()._in_company()
        reference = door._keep(door._sample_submission())
        test = self.env["leadya.submission"].search([("reference", "=", reference)])
        return test._follow(opened=True)

    def _sample_submission(self):
        """A submission as one would come through this kind of door, to be tried.

        A kind of door has a ``_sample_submission_<kind>``.

        :return: values of ``leadya.submission``
        :rtype: dict
        """
        self.ensure_one()
        return {"form_id": self.id, "is_test": True, **getattr(self, f"_sample_submission_{self.kind}")()}

    def _sample_submission_form(self):
        sample = {
            **self._sample_object(),
            "landing_url": f"{self.get_base_url()}/?utm_source=google&utm_medium=cpc&utm_term=test&gclid=test",
            "referrer_url": "https://www.google.com/",
        }
        return {"payload": json.dumps(sample, ensure_ascii=False), "content_type": capture.JSON}

    def _sample_submission_json(self):
        return self._sample_submission_form()

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
