from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import LeadyaCommon


@tagged("post_install", "-at_install")
class TestPipelineWizard(LeadyaCommon):
    """P1: the recommended stages are added; an existing pipeline is never overwritten."""

    def test_shows_then_adds(self):
        before = {stage: (stage.name, stage.sequence, stage.is_won) for stage in self.env["crm.stage"].search([])}
        lead = self._make_lead()
        stage = lead.stage_id
        wizard = Form(self.env["leadya.pipeline.wizard"].with_user(self.manager)).save()
        announced = wizard.line_ids.filtered(lambda line: line.action == "create").mapped("name")
        kept = wizard.line_ids.filtered(lambda line: line.action == "keep").mapped("name")
        self.assertEqual(wizard.new_count, len(announced))
        self.assertFalse(self.env["crm.stage"].search_count([("id", "not in", [s.id for s in before])]))
        wizard.action_apply()
        added = self.env["crm.stage"].search([("id", "not in", [s.id for s in before])])
        self.assertEqual(sorted(added.mapped("name")), sorted(announced))
        self.assertIn("Won", kept, "the stage for won deals is there already")
        self.assertTrue(added.filtered(lambda s: s.name == "Not interested").fold)
        for old, values in before.items():
            self.assertEqual((old.name, old.sequence, old.is_won), values)
        self.assertEqual(lead.stage_id, stage)
        won = self.env["crm.stage"].search([("is_won", "=", True)])
        self.assertGreater(min(won.mapped("sequence")), max(added.mapped("sequence")))

    def test_added_stages_ask_on_trial(self):
        """L5: the stages that are added ask for something sensible, and keep nobody out until it is switched on."""
        before = self.env["leadya.stage.requirement"].search([])
        stages = self.env["crm.stage"].search([])
        self.env["leadya.pipeline.wizard"].with_user(self.manager).create({}).action_apply()
        points = self.env["leadya.stage.requirement"].search([]) - before
        self.assertEqual(set(points.mapped("mode")), {"trial"})
        self.assertFalse(points.stage_id & stages, "a stage that was there is asked for nothing new")
        in_process = points.filtered(lambda point: point.stage_id.name == "In process")
        self.assertEqual(set(in_process.mapped("kind")), {"criterion", "field", "information"})

    def test_twice_adds_nothing(self):
        self.env["leadya.pipeline.wizard"].create({}).action_apply()
        again = self.env["leadya.pipeline.wizard"].create({})
        self.assertEqual((again.new_count, again.limit_note), (0, False))

    def test_no_lead_stays_new_over_a_day(self):
        """P3: shown first, then a limit of 8 hours in each category that has none; those that have one keep it."""
        new = self.env["crm.stage"].search([("name", "=", "New"), ("team_ids", "=", False)], limit=1)
        limited = self.category.copy({"name": "Hot", "stage_limit_ids": [(0, 0, {"stage_id": new.id, "hours": 1})]})
        lead = self._make_lead(stage_id=new.id)
        before = lead.sla_clock_ids
        wizard = Form(self.env["leadya.pipeline.wizard"].with_user(self.manager)).save()
        self.assertIn("first stage: 1.", wizard.limit_note)
        self.assertFalse(self.category.stage_limit_ids, "nothing happens before it is applied")
        wizard.action_apply()
        [limit] = self.category.stage_limit_ids
        self.assertEqual((limit.stage_id, limit.hours), (new, 8))
        self.assertEqual(limited.stage_limit_ids.mapped("hours"), [1])
        self.assertEqual(lead.sla_clock_ids, before, "a lead that is there already is promised nothing")
        self.assertIn("stage", self._make_lead(stage_id=new.id).sla_clock_ids.mapped("kind"))

    def test_limits_of_a_stage_that_is_added(self):
        """P3: where the stage itself is added, every category gets a limit for it; none of another company."""
        stages = self.env["crm.stage"].search([("name", "=ilike", "new")])
        for number, stage in enumerate(stages):
            stage.name = f"Fresh {number}"
        other = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.category.copy({"name": "Foreign", "company_id": other.id})
        wizard = self.env["leadya.pipeline.wizard"].with_user(self.manager).create({})
        self.assertIn("first stage: 1.", wizard.limit_note)
        wizard.action_apply()
        self.assertEqual(self.category.stage_limit_ids.stage_id.name, "New")
        self.assertFalse(foreign.stage_limit_ids)

    def test_for_one_team(self):
        wizard = self.env["leadya.pipeline.wizard"].create({"team_ids": self.team.ids})
        count = wizard.new_count
        wizard.action_apply()
        added = self.env["crm.stage"].search([("team_ids", "in", self.team.ids)])
        self.assertEqual(len(added), count)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.env["leadya.pipeline.wizard"].with_user(self.rep).create({})
