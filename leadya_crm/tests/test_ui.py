from odoo.tests import HttpCase, no_retry, tagged

from .common import LeadyaCommon


@tagged("leadya", "leadya_ui", "post_install", "-at_install")
class TestUi(LeadyaCommon, HttpCase):
    """What people do on the screen, each as the lowest role that may do it."""

    PIPELINE = "/odoo/action-crm.crm_lead_action_pipeline"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False

    def _make_own_lead(self, **values):
        return self._make_lead(
            name="Asked for a price", user_id=self.rep.id, email_from="buyer@price.example", **values
        )

    def test_s8_s9_l6_rep_logs_no_answer_on_the_card(self):
        """S8 S9 L6 P4: the new lead counts down on its rep's board; one click logs the call and plans the next."""
        lead = self._make_own_lead()
        self.start_tour(self.PIPELINE, "leadya_log_no_answer", login="leadya_rep")
        self.assertEqual(lead.attempt_ids.mapped("outcome"), ["no_answer"])
        self.assertEqual(lead.attempt_ids.user_id, self.rep)
        self.assertEqual(lead.attempt_count, 1)
        self.assertTrue(lead.first_response_at)
        self.assertGreater(lead.next_action_at, lead.last_attempt_at)

    def test_l7_rep_is_asked_to_call_back(self):
        """L7 C7: the customer names a time, and the rep is reminded of it."""
        lead = self._make_own_lead()
        self.start_tour(f"/odoo/crm.lead/{lead.id}", "leadya_log_call_back", login="leadya_rep")
        self.assertEqual(lead.last_outcome, "call_back")
        self.assertEqual(lead.next_action_at, lead.attempt_ids.call_back_at)
        self.assertEqual(lead.attempt_ids.note, "After the holidays")

    def test_c8_l6_rep_qualifies(self):
        """C8 Z11: criteria are set by mouse and keyboard; the score and what is missing follow."""
        lead = self._make_own_lead()
        self.start_tour(f"/odoo/crm.lead/{lead.id}", "leadya_set_bant", login="leadya_rep")
        self.assertEqual(lead.bant_budget, "confirmed")
        self.assertEqual(lead.bant_authority, "open")
        self.assertEqual(lead.qualification_score, 35)

    def test_s7_manager_edits_a_triage_rule(self):
        """S7 L8: an admin changes the rules by which leads are judged."""
        rule = self.env.ref("leadya_crm.triage_rule_inbound")
        rule.name = "Came by itself"
        self.start_tour(
            "/odoo/action-leadya_crm.leadya_triage_rule_action", "leadya_edit_triage_rule", login="leadya_manager"
        )
        self.assertIn("Wrote to us", self.env["leadya.triage.rule"].search([]).mapped("name"))

    def test_p1_manager_adds_the_recommended_pipeline(self):
        """P1: what will be added is shown before; what is there stays as it is."""
        self.manager.group_ids += self.env.ref("base.group_system")
        stages = self.env["crm.stage"].search([])
        before = stages.read(["name", "sequence", "team_ids"])
        self.start_tour("/odoo/settings#crm", "leadya_recommended_pipeline", login="leadya_manager")
        self.assertEqual(stages.read(["name", "sequence", "team_ids"]), before)
        self.assertTrue(self.env["crm.stage"].search([("name", "=", "No answer")]))

    def test_l2_manager_imports_a_spreadsheet(self):
        """L2: from the file to the leads, the rejected row mended, the map kept and used again, and all undone."""
        self.start_tour("/odoo/action-leadya_crm.leadya_import_action", "leadya_import", login="leadya_manager")
        record = self.env["leadya.import"].search([("name", "=", "Leads of the tour")])
        self.assertEqual((record.state, record.map_id.name), ("running", "Export of the tour"))
        self._run_imports()
        self.assertEqual((record.state, record.created_count, record.rejected_count), ("done", 2, 1))
        leads = self.env["crm.lead"].with_context(active_test=False).search([("external_ref", "in", ("T1", "T2"))])
        directions = {lead.external_ref: lead.source_direction for lead in leads}
        self.assertEqual(directions, {"T1": "outbound", "T2": "inbound"})
        self.assertFalse(leads.sla_clock_ids)
        self.start_tour(f"/odoo/leadya.import/{record.id}", "leadya_import_result", login="leadya_manager")
        leads[0].with_user(self.manager).message_post(body="I spoke to them", message_type="comment")
        self.start_tour(f"/odoo/leadya.import/{record.id}", "leadya_import_undo", login="leadya_manager")
        self._run_imports()
        self.start_tour(f"/odoo/leadya.import/{record.id}", "leadya_import_undone", login="leadya_manager")
        self.assertEqual(leads.exists(), leads[0])

    def _run_imports(self):
        with self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_run_imports").method_direct_trigger()


@tagged("leadya", "leadya_ui", "post_install", "-at_install")
class TestWidgets(HttpCase):
    @no_retry
    def test_s9_c8_widgets(self):
        """S9 C8 L6: the countdown's texts, the lights and the attempt menu, with the time mocked."""
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=%2F%5E%40leadya_crm%2F",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
