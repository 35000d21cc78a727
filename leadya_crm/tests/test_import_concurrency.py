"""Every row once (L2, C3; issue 7 "Spreadsheets"): killed in the middle, started twice, done by two workers."""

import base64
import threading
import time
import uuid
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ..models import leadya_import_job
from .common import Transaction
from .server_common import OwnServer

_CRON = "leadya_crm.ir_cron_leadya_run_imports"
#: The administrator, who is a sales manager too.
_ADMIN = 2


class ImportRaceCommon(BaseCase):
    """Transactions of their own; what they commit is removed at the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.mark = f"race-{uuid.uuid4()}"
        self.addCleanup(self._clean)

    def _env(self):
        return Transaction(self.registry)

    def _make_import(self, env, count):
        lines = "\n".join(f"{self.mark}-{number},p{number}@{self.mark}.example" for number in range(count))
        record = (
            env["leadya.import"]
            .with_user(_ADMIN)
            .create({"file": base64.b64encode(f"Lead ID,Email\n{lines}".encode()), "filename": f"{self.mark}.csv"})
        )
        record.action_analyse()
        return record.id

    def _clean(self):
        with self._env() as env:
            env["crm.lead"].with_context(active_test=False).search(
                [("external_ref", "=like", f"{self.mark}-%")]
            ).unlink()
            records = env["leadya.import"].search([("name", "=", f"{self.mark}.csv")])
            records.state = "paused"
            records.unlink()
            env["ir.cron.trigger"].search([("cron_id", "=", env.ref(_CRON).id)]).unlink()

    def _check_each_once(self, record_id, count):
        with self._env() as env:
            record = env["leadya.import"].browse(record_id)
            self.assertEqual((record.state, record.created_count), ("done", count))
            refs = env["crm.lead"].search([("external_ref", "=like", f"{self.mark}-%")]).mapped("external_ref")
            self.assertEqual((len(refs), len(set(refs))), (count, count))
            self.assertEqual(len(record.row_ids.lead_id), count)


@tagged("post_install", "-at_install", "leadya")
class TestImportConcurrency(ImportRaceCommon):
    def _run_at_once(self, *functions):
        barrier = threading.Barrier(len(functions))

        def run(function):
            barrier.wait(20)
            function()

        threads = [threading.Thread(target=run, args=[function]) for function in functions]
        with mute_logger("odoo.sql_db", "odoo.addons.leadya_crm.models.leadya_import_job"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)

    def test_c3_started_twice_and_done_by_two_workers(self):
        """Two people press "Start" at the same moment, and two workers take the import up: each row makes one lead."""
        with self._env() as env:
            record_id = self._make_import(env, 40)

        def start():
            try:
                with self._env() as env:
                    env["leadya.import"].with_user(_ADMIN).browse(record_id).action_start()
            except SerializationFailure:
                # As the web server does: the request is run again.
                start()

        def work():
            with self._env() as env:
                env["leadya.import"]._cron_run_imports()

        self._run_at_once(start, start)
        with patch.object(leadya_import_job, "BATCH_SIZE", 5):
            self._run_at_once(work, work)
            # What one of them held while the other looked is left for the next run of the job.
            work()
        self._check_each_once(record_id, 40)


@tagged("post_install", "-at_install", "leadya")
class TestImportServer(ImportRaceCommon):
    """A server with its scheduler, killed with -9 in the middle of an import."""

    ROWS = 1500

    def setUp(self):
        super().setUp()
        # Of all scheduled actions of the database, only the import is to run.
        with self._env() as env:
            others = env["ir.cron"].search([("id", "!=", env.ref(_CRON).id)])
            others.active = False
        self.addCleanup(self._activate, others.ids)

    def _activate(self, ids):
        with self._env() as env:
            env["ir.cron"].browse(ids).active = True

    def _wait_until(self, record_id, condition):
        """:return: what the condition gave, which looks at the import in a transaction of its own"""
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            with self._env() as env:
                if found := condition(env["leadya.import"].browse(record_id)):
                    return found
            time.sleep(0.1)
        return self.fail("The import does not go on.")

    def test_c3_killed_in_the_middle(self):
        """L2, C3: kill -9 after the first batch, start again: the import ends with every row once."""
        server = OwnServer(cron_threads=1)
        self.addCleanup(lambda: server.kill())
        with self._env() as env:
            record_id = self._make_import(env, self.ROWS)
            env["leadya.import"].with_user(_ADMIN).browse(record_id).action_start()
        done = self._wait_until(record_id, lambda record: record.created_count)
        server.kill()
        self.assertLess(done, self.ROWS)
        server = OwnServer(cron_threads=1)
        self._wait_until(record_id, lambda record: record.state != "running")
        self._check_each_once(record_id, self.ROWS)
        self.assertFalse(server.alarms())
