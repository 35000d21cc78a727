import json
import threading
import uuid

from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common import Transaction


@tagged("leadya", "leadya_capture", "leadya_platform", "post_install", "-at_install")
class TestPlatformConcurrency(BaseCase):
    """The same lead from a platform or by the API several times at once, as in several workers (C3, issue 7)."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.name = f"Race {uuid.uuid4()}"
        self.addCleanup(self._clean)

    def _make_door(self, **values):
        """A door that others see, and its user for the API."""
        with Transaction(self.registry) as env:
            form = env["leadya.capture.form"].create({"name": self.name, **values})
            if form.kind == "json":
                form._create_api_user()
            return form.id, form.sudo().api_user_ids.id

    def _clean(self):
        with Transaction(self.registry) as env:
            form = env["leadya.capture.form"].search([("name", "=", self.name)])
            form.submission_ids.unlink()
            users = form.api_user_ids
            form.unlink()
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def _race(self, call, count=4):
        """Call at once, each in a transaction of its own that Odoo runs again where it has to.

        :param call: takes an environment
        :return: what the calls gave
        """
        barrier, answers = threading.Barrier(count), [None] * count

        def run(position):
            with Transaction(self.registry) as env:
                # Every snapshot is older than what the others store.
                env.cr.execute("SELECT 1")
                barrier.wait(20)
                answers[position] = retrying(lambda: call(env), env)

        threads = [threading.Thread(target=run, args=[position]) for position in range(count)]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return answers

    def _count(self):
        with Transaction(self.registry) as env:
            return env["leadya.submission"].search_count([("form_id.name", "=", self.name)])

    def test_c3_google(self):
        form_id, _user = self._make_door(kind="google_ads")

        def post(env):
            form = env["leadya.capture.form"].browse(form_id)
            body = json.dumps({"lead_id": "one", "google_key": form.google_key}).encode()
            return form._receive_google_ads(body, {"content_type": "application/json"})

        answers = self._race(post)
        self.assertEqual([answer["status"] for answer in answers], [200] * 4)
        self.assertEqual(len({answer["reference"] for answer in answers}), 1)
        self.assertEqual(self._count(), 1)

    def test_c3_api(self):
        """C3: calls that overlap in one row are answered alike, and keep their other rows."""
        form_id, user_id = self._make_door(kind="json")

        # A call that is run again hands in another one of its own: what it stored before was taken back.
        numbers = iter(range(100))

        def hand_in(env):
            own = {"email": "own@example.com", "external_ref": f"own {next(numbers)}"}
            rows = [{"email": "race@example.com", "external_ref": "shared"}, own]
            return env["leadya.intake"].with_user(user_id).create_leads(rows, form_id=form_id)

        answers = self._race(hand_in, 2)
        self.assertEqual(len({answer[0]["reference"] for answer in answers}), 1)
        self.assertEqual(len({answer[1]["reference"] for answer in answers}), 2)
        self.assertEqual(self._count(), 3)
