from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.tests import HttpCase, tagged

from .test_capture_process import ProcessCommon


@tagged("leadya", "leadya_ui", "leadya_capture", "post_install", "-at_install")
class TestSubmissionUi(ProcessCommon, HttpCase):
    """What the CRM's admin does with submissions, on the screen (L1, L4, C3; issue 7, "doors")."""

    LIST = "/odoo/action-leadya_crm.leadya_submission_action"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Submission.search([]).unlink()

    def _scheduler(self):
        """No scheduler runs during a test: the action does its work when the client asks how far it is."""
        Submission = self.env.registry["leadya.submission"]
        get_progress = Submission.get_progress

        def work(submissions):
            submissions.with_user(SUPERUSER_ID)._cron_process()
            return get_progress(submissions)

        # Asking how far it is only reads, the scheduler's work does not.
        work._readonly = False
        return patch.object(Submission, "get_progress", work)

    def _start_tour(self, url, name, **options):
        with self._scheduler():
            self.start_tour(url, name, login="door_manager", **options)
        self.env.invalidate_all()

    def test_l1_admin_tries_again_from_the_list(self):
        """L1: what could not be used is selected, tried again, and the progress is told."""
        submissions = self._post_many(3)
        submissions.write({"state": "error", "error": "ValueError: broken"})
        self._start_tour(self.LIST, "leadya_retry_submissions")
        self.assertEqual(submissions.mapped("state"), ["done"] * 3)

    def test_l1_admin_takes_a_verdict_back(self):
        """L1, issue 7: a spam verdict is undone in the form."""
        spam = self._post(name="I am no robot", email="dana@example.com", message="Please call me back", fax_number="1")
        self.assertEqual(spam.state, "spam")
        self._start_tour(f"/odoo/leadya.submission/{spam.id}", "leadya_undo_spam")
        self.assertEqual((spam.state, spam.lead_id.contact_name), ("done", "I am no robot"))

    def test_l4_admin_sends_a_test_lead(self):
        """L4, issue 7: the form's button sends a test lead and shows what became of it."""
        leads = self.env["crm.lead"].search_count([])
        self._start_tour(f"/odoo/leadya.capture.form/{self.form.id}", "leadya_send_test_lead")
        self.assertEqual(self.form.submission_ids.mapped("is_test"), [True])
        self.assertEqual(self.env["crm.lead"].search_count([]), leads)

    def test_l1_admin_helps_out_where_no_scheduler_runs(self):
        """L1: what waits too long is told with what to do."""
        submission = self._post(email="dana@example.com")
        submission.received_at -= timedelta(minutes=10)
        self._start_tour(f"/odoo/leadya.capture.form/{self.form.id}", "leadya_make_leads_now")
        self.assertEqual(submission.state, "done")

    def test_c3_admin_chooses_what_happens_with_duplicates(self):
        """C3: company-wide settings of duplicates and of personal data."""
        self.env["res.users"].search([("login", "=", "door_manager")]).group_ids += self.env.ref("base.group_system")
        self._start_tour("/odoo/settings#crm", "leadya_duplicate_policy")
        self.assertEqual((self.company.leadya_duplicate_policy, self.company.leadya_erase_after_days), ("link", 90))
