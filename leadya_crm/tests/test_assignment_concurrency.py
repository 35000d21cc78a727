import threading
import uuid

from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common import Transaction

REPS = 3


@tagged("post_install", "-at_install")
class TestAssignmentConcurrency(BaseCase):
    """Two workers at the same leads: each lead has one owner, and its owner one notice (Z9)."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.name = f"Race {uuid.uuid4()}"
        with Transaction(self.registry) as env:
            users = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": f"{self.name} {number}",
                            "login": f"{self.name} {number}",
                            "email": f"race{number}@leadya.example",
                            "notification_type": "inbox",
                            "group_ids": [Command.link(env.ref("sales_team.group_sale_salesman").id)],
                        }
                        for number in range(REPS)
                    ]
                )
            )
            team = env["crm.team"].create(
                {
                    "name": self.name,
                    "company_id": False,
                    "crm_team_member_ids": [
                        Command.create({"user_id": user.id, "assignment_max": 100}) for user in users
                    ],
                }
            )
            self.rule = (
                env["leadya.assignment.rule"]
                .create(
                    {"name": self.name, "mode": "on", "team_id": team.id, "domain": f"[('name', '=', '{self.name}')]"}
                )
                .id
            )
            leads = (
                env["crm.lead"]
                .with_context(leadya_skip_intake=True)
                .create([{"name": self.name, "user_id": False, "team_id": team.id}] * 12)
            )
            leads.assign_retry_at = "2020-01-01 00:00:00"
        self.addCleanup(self._clean)

    def _clean(self):
        with Transaction(self.registry) as env:
            env["crm.lead"].with_context(active_test=False).search([("name", "=", self.name)]).unlink()
            env["leadya.assignment.rule"].browse(self.rule).unlink()
            team = env["crm.team"].search([("name", "=", self.name)])
            users = team.crm_team_member_ids.user_id
            partners = users.partner_id
            team.unlink()
            env["mail.message"].search([("partner_ids", "in", partners.ids)]).unlink()
            users.unlink()
            partners.unlink()

    def test_one_owner_one_notice(self):
        """Z9: the scheduled action on two workers, and a manager's click, at the same moment."""
        barrier = threading.Barrier(3)

        def offer(env):
            env["crm.lead"]._cron_assign()

        def click(env):
            env["crm.lead"].search([("name", "=", self.name)]).action_run_intake_steps(["assign"])

        def run(work):
            with Transaction(self.registry) as env:
                barrier.wait(20)
                try:
                    work(env)
                except SerializationFailure:
                    # Another was faster by a moment: Odoo would run this one again.
                    env.cr.rollback()

        threads = [threading.Thread(target=run, args=[work]) for work in (offer, offer, click)]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        with Transaction(self.registry) as env:
            leads = env["crm.lead"].search([("name", "=", self.name)])
            self.assertEqual(len(leads), 12)
            self.assertTrue(all(lead.user_id for lead in leads))
            given = leads.decision_log_ids.filtered(lambda log: log.code == "assigned_by_rule")
            self.assertEqual(len(given), len(leads))
            self.assertEqual({log.lead_id.user_id == log.user_id for log in given}, {True})
            for user in leads.user_id:
                notices = env["mail.message"].search(
                    [("message_type", "=", "user_notification"), ("partner_ids", "in", user.partner_id.ids)]
                )
                told = "".join(notices.mapped("body"))
                for lead in leads.filtered(lambda lead, user=user: lead.user_id == user):
                    links = told.count(f'/odoo/crm.lead/{lead.id}"') + len(
                        notices.filtered(lambda notice, lead=lead: notice.res_id == lead.id)
                    )
                    self.assertEqual(links, 1)
