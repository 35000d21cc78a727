import json
import threading
import uuid

from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common import Transaction


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestCaptureConcurrency(BaseCase):
    """Posts that race, each in a transaction of its own, as in several workers (C3)."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.token = f"race-{uuid.uuid4()}"
        with self._env() as env:
            env["leadya.capture.form"].create(
                {"name": "Race", "token": self.token, "rate_per_form": 0, "rate_per_address": 0}
            )
        self.addCleanup(self._clean)

    def _env(self):
        return Transaction(self.registry)

    def _clean(self):
        with self._env() as env:
            form = env["leadya.capture.form"].search([("token", "=", self.token)])
            leads = form.submission_ids.lead_id
            form.submission_ids.unlink()
            form.unlink()
            leads.unlink()

    def _race(self, posts):
        """Take in posts at once.

        :return: their answers
        """
        barrier = threading.Barrier(len(posts))
        answers = [None] * len(posts)

        def run(position, values):
            with self._env() as env:
                form = env["leadya.capture.form"]._find_by_token(self.token)
                barrier.wait(20)
                answers[position] = form._receive(json.dumps(values).encode(), {"content_type": "application/json"})

        threads = [threading.Thread(target=run, args=item) for item in enumerate(posts)]
        # The code mutes the refusals that it expects; threads may lift each other's muting.
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return answers

    def test_c3_same_key_at_once_is_one_lead(self):
        """C3: the same key from several transactions at once: one submission, one lead, one answer."""
        answers = self._race([{"email": "race@example.com", "idempotency_key": "one"}] * 4)
        self.assertEqual([answer["status"] for answer in answers], [200] * 4)
        self.assertEqual(len({answer["reference"] for answer in answers}), 1)
        with self._env() as env:
            submissions = env["leadya.submission"].search([("form_id.token", "=", self.token)])
            self.assertEqual(len(submissions), 1)
            self.assertEqual(submissions.state, "done")
            self.assertEqual(len(submissions.lead_id), 1)

    def test_l1_many_at_once_are_all_kept(self):
        """L1: posts that meet in one new source are all kept, and all become leads in the end."""
        source = f"Race {uuid.uuid4()}"
        answers = self._race([{"email": f"race{number}@example.com", "utm_source": source} for number in range(4)])
        self.assertEqual([answer["status"] for answer in answers], [200] * 4)
        with self._env() as env:
            submissions = env["leadya.submission"].search([("form_id.token", "=", self.token)])
            self.assertEqual(len(submissions), 4)
            submissions.filtered(lambda one: one.state == "received")._process()
            self.assertEqual(set(submissions.mapped("state")), {"done"})
            self.assertEqual(len(submissions.lead_id), 4)
