from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import Command, fields
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tests import tagged

from .common import Transaction
from .test_sla_concurrency import RaceCommon


@tagged("post_install", "-at_install")
class TestConversionConcurrency(RaceCommon):
    """Two workers at the same leads: each event is in the ledger once, and in one file (L13, issue 3)."""

    def setUp(self):
        super().setUp()
        with Transaction(self.registry) as env:
            now = fields.Datetime.now()
            env["leadya.conversion.goal"].create(
                {"platform": "google", "event": "won", "conversion_name": self.name, "mode": "on"}
            )
            click = {"origin": "form", "click_id_kind": "gclid", "touched_at": now - timedelta(hours=1)}
            leads = env["crm.lead"].create(
                [
                    {
                        "name": self.name,
                        "type": "opportunity",
                        "touch_ids": [Command.create({**click, "click_id": f"race{number}"})],
                    }
                    for number in range(10)
                ]
            )
            leads.action_set_won()
            # A second worker finds a mark of its own for every lead.
            env["leadya.conversion.mark"].create([{"lead_id": lead.id} for lead in leads])

    def _clean_up(self, env):
        goals = (
            env["leadya.conversion.goal"].with_context(active_test=False).search([("conversion_name", "=", self.name)])
        )
        rows = goals.conversion_ids
        files = rows.file_id
        # The ledger refuses to be rewritten, from the ORM.
        env.cr.execute("DELETE FROM leadya_conversion WHERE goal_id = ANY(%s)", (goals.ids,))
        env.invalidate_all()
        files.unlink()
        goals.unlink()
        return super()._clean_up(env)

    def test_l13_once_with_two_workers(self):
        def collect(env):
            # What the scheduled action does with a batch, less its commits: each worker has marks of its own.
            leads = self._get_leads(env)
            moments = dict.fromkeys(leads.ids, fields.Datetime.now())
            try:
                env["leadya.conversion"]._collect(leads, moments)
            except ConcurrencyError as error:
                # Which the scheduled action, too, answers by beginning anew.
                raise SerializationFailure(str(error)) from error

        self.race(collect, collect)
        with Transaction(self.registry) as env:
            rows = self._get_leads(env).conversion_ids
            self.assertEqual(len(rows), 10)
            self.assertEqual(set(rows.mapped("number")), {1})

        def make(env):
            try:
                return env["leadya.conversion.file"]._make("google", "conversion", env.company).conversion_count
            except UserError:
                return 0

        self.assertEqual(sorted(self.race(make, make)), [0, 10])
