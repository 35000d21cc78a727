from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .assignment_common import AssignmentCommon


@tagged("leadya", "leadya_ui", "post_install", "-at_install")
class TestAssignmentUi(AssignmentCommon, HttpCase):
    """What people do on the screens of assignment, each as the lowest role that may do it."""

    def test_rep_reads_the_dossier(self):
        """Z9: the rep sees on the lead why it came to them, and why not to others."""
        self.member_3.assignment_optout = True
        self.member_2.assignment_max = 0
        self._make_rule()
        lead = self._make_lead()
        self.assertEqual(lead.user_id, self.rep)
        self.start_tour(f"/odoo/crm.lead/{lead.id}", "leadya_read_dossier", login="leadya_rep")

    def test_manager_makes_a_rule_and_replays_it(self):
        """Z7 Z9: a rule starts on trial; a replay shows what it would have done."""
        self._make_leads([{}] * 3)
        self.start_tour(
            "/odoo/action-leadya_crm.leadya_assignment_rule_action",
            "leadya_make_assignment_rule",
            login="leadya_manager",
        )
        rule = self.env["leadya.assignment.rule"].search([("name", "=", "Export leads")])
        self.assertEqual((rule.mode, rule.strategy, rule.user_id), ("trial", "round_robin", self.manager))
        replay = self.env["leadya.replay"].search([("rule_ids", "in", rule.ids)])
        self.assertEqual(replay.state, "running")
        replay.date_to = fields.Datetime.now() + timedelta(hours=1)
        with self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_replay").method_direct_trigger()
        self.assertEqual(replay.state, "done")
        self.start_tour(f"/odoo/leadya.replay/{replay.id}", "leadya_read_replay", login="leadya_manager")
