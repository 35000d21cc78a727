from odoo import Command
from odoo.tests import tagged

from .assignment_common import AssignmentCommon

REPS = 10


@tagged("post_install", "-at_install")
class TestAssignmentPerformance(AssignmentCommon):
    """Query budgets of the assignment (Z9, issue 5); times are measured in ``bench/bench_assign.py``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.members.unlink()
        users = [cls._make_user(f"leadya_assign_{number}", "sales_team.group_sale_salesman") for number in range(REPS)]
        members = cls.env["crm.team.member"].create(
            [{"crm_team_id": cls.team.id, "user_id": user.id, "assignment_max": 10_000} for user in users]
        )
        for member in members[:5]:
            cls._teach(member, cls.lasers)
        lines = [Command.create({"skill_id": cls.lasers.id})]
        cls._make_rule(strategy="sticky", rep_first=True, sequence=1)
        cls._make_rule(domain="[('name', 'ilike', '3')]", strategy="skill", skill_ids=lines, sequence=2)
        cls._make_rule(domain="[('name', 'ilike', '4')]", strategy="round_robin", sequence=3)
        cls._make_rule(mode="trial", language="wished", sequence=4)
        cls._make_rule(sequence=5)

    def _count(self, count):
        leads = (
            self.env["crm.lead"]
            .with_context(leadya_skip_intake=True, tracking_disable=True)
            .create([{"name": f"Lead {number}", "user_id": False, "team_id": self.team.id} for number in range(count)])
            .with_env(self.env)
        )
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        leads.action_run_intake_steps(["assign"])
        self.env.cr.flush()
        self.assertTrue(all(lead.user_id for lead in leads))
        self.assertTrue(all(log.dossier for log in leads.decision_log_ids))
        return self.env.cr.sql_log_count - before

    def test_batch(self):
        """Z9: 1,000 leads, five rules, one on trial: less than a third of a query a lead (required: 4)."""
        self._count(10)
        hundred, thousand = self._count(100), self._count(1000)
        self.assertLessEqual(thousand, 300)
        self.assertLessEqual(thousand - hundred, 60)
