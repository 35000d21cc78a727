import threading
import uuid

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common import Transaction


@tagged("post_install", "-at_install")
class TestSlaConcurrency(BaseCase):
    """Two workers at the same clocks: each promise is marked late, and told, once (S9)."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.name = f"Race {uuid.uuid4()}"
        with Transaction(self.registry) as env:
            leads = env["crm.lead"].with_context(leadya_skip_intake=True).create([{"name": self.name}] * 20)
            due = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
            env["leadya.sla.clock"].create(
                [{"lead_id": lead.id, "start_at": due, "at_risk_at": due, "deadline": due} for lead in leads]
            )
        self.addCleanup(self._clean)

    def _clean(self):
        with Transaction(self.registry) as env:
            env["crm.lead"].search([("name", "=", self.name)]).unlink()

    def test_s9_late_once(self):
        barrier = threading.Barrier(2)

        def run():
            with Transaction(self.registry) as env:
                barrier.wait(20)
                try:
                    env["leadya.sla.clock"]._cron_update_clocks()
                except SerializationFailure:
                    # The other was faster by a moment: the scheduler would run this one again.
                    env.cr.rollback()

        threads = [threading.Thread(target=run) for _worker in range(2)]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        with Transaction(self.registry) as env:
            leads = env["crm.lead"].search([("name", "=", self.name)])
            self.assertEqual(set(leads.sla_clock_ids.mapped("state")), {"breached"})
            told = leads.decision_log_ids.filtered(lambda log: log.code == "breached")
            self.assertEqual(len(told), len(leads))
            self.assertEqual(told.lead_id, leads)
