"""Two loads of the same report at once (C3, L13): costs are there once, whoever was first."""

import base64
import threading
import uuid

from psycopg2.errors import SerializationFailure

from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common import Transaction

_CRON = "leadya_crm.ir_cron_leadya_run_imports"
#: The administrator, who is a sales manager too.
_ADMIN = 2


@tagged("post_install", "-at_install", "leadya")
class TestCostConcurrency(BaseCase):
    """Transactions of their own; what they commit is removed at the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.mark = f"race-{uuid.uuid4()}"
        self.addCleanup(self._clean)

    def _env(self):
        return Transaction(self.registry)

    def _clean(self):
        with self._env() as env:
            records = env["leadya.import"].search([("name", "=like", f"{self.mark}%")])
            env["leadya.ad.cost"].with_context(active_test=False).search(
                ["|", ("import_id", "in", records.ids), ("replaced_by_id", "in", records.ids)]
            ).unlink()
            records.state = "draft"
            records.unlink()
            env["leadya.keyword"].search([("name", "=like", f"{self.mark}%")]).unlink()
            env["utm.campaign"].search([("name", "=like", f"{self.mark}%")]).unlink()
            env["ir.cron.trigger"].search([("cron_id", "=", env.ref(_CRON).id)]).unlink()

    def _make_import(self, env, number):
        lines = "\n".join(f"2026-05-0{day},{self.mark} {word},{self.mark},1.00" for day in (1, 2) for word in range(20))
        content = f"Day,Keyword,Campaign,Cost\n{lines}".encode()
        record = (
            env["leadya.import"]
            .with_user(_ADMIN)
            .create({"kind": "costs", "file": base64.b64encode(content), "name": f"{self.mark}-{number}"})
        )
        record.action_analyse()
        record.cost_currency_id = env.company.currency_id
        record.action_start()
        return record.id

    def _work_at_once(self, ids):
        barrier = threading.Barrier(len(ids))

        def work(record_id):
            barrier.wait(20)
            with self._env() as env:
                env["leadya.import"].browse(record_id)._work()

        threads = [threading.Thread(target=work, args=[record_id]) for record_id in ids]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)

    def test_c3_two_loads_at_once(self):
        """C3: both are loaded, one after the other; what one has made, the other replaces."""
        with self._env() as env:
            ids = [self._make_import(env, number) for number in range(2)]
        self._work_at_once(ids)
        self._check_once(ids)

    def test_c3_one_load_by_two_workers(self):
        """C3: two workers take up the same load; it is done once."""
        with self._env() as env:
            ids = [self._make_import(env, 0)] * 2
        self._work_at_once(ids)
        self._check_once(ids)

    def test_c3_what_another_has_just_loaded_is_never_missed(self):
        """C3: a load that began to look before another ended may not go on: it would not see what to replace."""
        with self._env() as env:
            ids = [self._make_import(env, number) for number in range(2)]
        with self._env() as env:
            # This transaction looks before the other loads.
            company = env.company
            env.cr.execute("SELECT 1")
            with self._env() as other:
                other["leadya.import"].browse(ids[0])._work()
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                env["leadya.ad.cost.ledger"]._lock(company)
            env.cr.rollback()
        with self._env() as env:
            env["leadya.import"].browse(ids[1])._work()
        self._check_once(ids)

    def _check_once(self, ids):
        with self._env() as env:
            records = env["leadya.import"].browse(ids)
            self.assertEqual(set(records.mapped("state")), {"done"}, records.mapped("error"))
            costs = env["leadya.ad.cost"].search([("import_id", "in", ids)])
            self.assertEqual((len(costs), sum(costs.mapped("cost"))), (40, 40.0))
            self.assertEqual(len(costs.keyword_id), 20)
