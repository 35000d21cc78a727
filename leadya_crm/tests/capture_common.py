import json

from odoo.tests import new_test_user


class CaptureCommon:
    """A door, a team and people of each role; for TransactionCase and HttpCase alike."""

    @classmethod
    def _set_up_door(cls):
        cls.manager = new_test_user(cls.env, "door_manager", "sales_team.group_sale_manager")
        cls.rep = new_test_user(cls.env, "door_rep", "sales_team.group_sale_salesman")
        cls.other_rep = new_test_user(cls.env, "door_other_rep", "sales_team.group_sale_salesman")
        cls.team = cls.env["crm.team"].create({"name": "Door team", "use_leads": True, "use_opportunities": True})
        cls.form = cls.env["leadya.capture.form"].create(
            {"name": "Landing page", "team_id": cls.team.id, "rate_per_address": 0, "rate_per_form": 0}
        )

    def _receive(self, fields=None, form=None, **meta):
        """Hand a JSON post to the door, as the controller does, and do what the scheduled action would do next.

        :return: the answer, and the submission
        """
        body = json.dumps(fields or {}).encode()
        door = (form or self.form).sudo()
        answer = door._receive(body, {"content_type": "application/json", "remote_addr": "192.0.2.1", **meta})
        submission = self.env["leadya.submission"].search([("reference", "=", answer.get("reference"))])
        self._process(submission)
        return answer, submission

    def _process(self, submissions):
        """Make leads of what waits, in this transaction."""
        submissions.filtered(lambda submission: submission.state == "received")._process()

    def _retry(self, submissions):
        """Try again as the CRM's admin does, and do what the scheduled action would do next."""
        submissions.with_user(self.manager).action_retry()
        self._process(submissions)

    def _run_action(self, name="ir_cron_leadya_submission"):
        """Run the scheduled action as the scheduler does."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"leadya_crm.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _lead_of(self, fields, **meta):
        _answer, submission = self._receive(fields, **meta)
        return submission.lead_id
