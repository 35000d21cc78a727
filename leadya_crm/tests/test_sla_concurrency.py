import threading
import uuid

from psycopg2.errors import SerializationFailure

from odoo import Command, fields
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common import Transaction


class RaceCommon(BaseCase):
    """Two workers, or two hosts, at once: transactions of their own, committed, and cleaned away."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.name = f"Race {uuid.uuid4()}"
        self.addCleanup(self._clean)

    def _clean(self):
        with Transaction(self.registry) as env:
            self._clean_up(env)

    def _clean_up(self, env):
        return self._get_leads(env).unlink()

    def _get_leads(self, env):
        return env["crm.lead"].with_context(active_test=False).search([("name", "=", self.name)])

    def race(self, *works):
        """Run works in parallel, each in a transaction; one that lost a race is run again, as Odoo does.

        :param works: functions of an environment
        :return: what they gave back
        """
        barrier = threading.Barrier(len(works))
        answers = [None] * len(works)

        def run(number, work):
            barrier.wait(20)
            for _attempt in range(5):
                try:
                    with Transaction(self.registry) as env:
                        answers[number] = work(env)
                    return
                except SerializationFailure:
                    continue

        threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return answers


@tagged("post_install", "-at_install")
class TestSlaConcurrency(RaceCommon):
    """Two workers at the same clocks: each promise is marked late, escalated, and told, once (S8 S9, issue 6)."""

    def setUp(self):
        super().setUp()
        with Transaction(self.registry) as env:
            category = env["leadya.sla.category"].create(
                {
                    "name": self.name,
                    "mode": "on",
                    "sequence": 9999,
                    "domain": "[('name', '=', 'nothing')]",
                    "escalation_ids": [
                        Command.create({"percent": percent, "action": "leader", "mode": "on"})
                        for percent in (50, 100, 150)
                    ],
                }
            )
            leads = env["crm.lead"].with_context(leadya_skip_intake=True).create([{"name": self.name}] * 20)
            start = fields.Datetime.subtract(fields.Datetime.now(), days=30)
            due = fields.Datetime.add(start, days=1)
            env["leadya.sla.clock"].create(
                [
                    {
                        "lead_id": lead.id,
                        "category_id": category.id,
                        "start_at": start,
                        "at_risk_at": due,
                        "deadline": due,
                    }
                    for lead in leads
                ]
            )

    def _clean_up(self, env):
        result = super()._clean_up(env)
        env["leadya.sla.category"].search([("name", "=", self.name)]).unlink()
        return result

    def test_s9_late_once(self):
        """Each breach, and each step of escalation, once."""
        self.race(*[lambda env: env["leadya.sla.clock"]._cron_update_clocks()] * 2)
        with Transaction(self.registry) as env:
            leads = self._get_leads(env)
            self.assertEqual(set(leads.sla_clock_ids.mapped("state")), {"breached"})
            self.assertEqual(set(leads.sla_clock_ids.mapped("escalated_percent")), {150})
            for code, steps in (("breached", [None]), ("escalated_leader", [50, 100, 150])):
                told = leads.decision_log_ids.filtered(lambda log, code=code: log.code == code)
                self.assertEqual(
                    sorted((log.lead_id.id, (log.params or {}).get("percent")) for log in told),
                    sorted((lead.id, step) for lead in leads for step in steps),
                )


@tagged("post_install", "-at_install")
class TestQueueConcurrency(RaceCommon):
    """P2 L10: reps who ask at the same moment never get the same lead."""

    def setUp(self):
        super().setUp()
        key = uuid.uuid4().hex[:8]
        with Transaction(self.registry) as env:
            reps = [
                new_test_user(env, f"race_{key}_{number}", groups="sales_team.group_sale_salesman")
                for number in range(3)
            ]
            self.rep_ids = [rep.id for rep in reps]
            team = env["crm.team"].create({"name": self.name, "company_id": False, "use_opportunities": True})
            env["crm.team.member"].create([{"crm_team_id": team.id, "user_id": rep.id} for rep in reps])
            env["crm.lead"].with_context(leadya_skip_intake=True).create(
                [{"name": self.name, "team_id": team.id, "user_id": False, "type": "opportunity"}] * 3
            )

    def _clean_up(self, env):
        result = super()._clean_up(env)
        env["crm.team"].search([("name", "=", self.name)]).unlink()
        env["res.users"].browse(self.rep_ids).active = False
        return result

    def ask(self, user_id):
        return lambda env: env["crm.lead"].with_user(user_id).leadya_queue_next()["lead"]["id"]

    def test_never_the_same(self):
        given = self.race(*[self.ask(user_id) for user_id in self.rep_ids])
        self.assertEqual(len(set(given)), 3, given)
        with Transaction(self.registry) as env:
            self.assertEqual(sorted(given), sorted(self._get_leads(env).ids))
        self.assertEqual(self.race(*[self.ask(user_id) for user_id in self.rep_ids]), given, "it stays before them")

    def test_two_outcomes_of_one_lead(self):
        """The lease ran out and a colleague was given the lead: the first outcome makes it one's own."""
        with Transaction(self.registry) as env:
            lead_id = self._get_leads(env)[0].id

        def log(user_id):
            def work(env):
                try:
                    env["crm.lead"].with_user(user_id).browse(lead_id).leadya_queue_log("no_answer", f"k{user_id}")
                except Exception as error:  # pylint: disable=broad-except
                    if isinstance(error, SerializationFailure):
                        raise
                    env.cr.rollback()
                    return type(error).__name__
                return "logged"

            return work

        answers = self.race(*[log(user_id) for user_id in self.rep_ids[:2]])
        self.assertEqual(answers.count("logged"), 1, answers)
        with Transaction(self.registry) as env:
            lead = env["crm.lead"].browse(lead_id)
            self.assertEqual(len(lead.attempt_ids), 1)
            self.assertEqual(lead.user_id, lead.attempt_ids.user_id)
