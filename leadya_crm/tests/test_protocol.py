from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LeadyaCommon


@tagged("post_install", "-at_install")
class TestProtocol(LeadyaCommon):
    """L5 L8: a stage's protocol says what the customer must have received; it is ticked off on the lead."""

    def setUp(self):
        super().setUp()
        self.stage, self.other = self.env["crm.stage"].search([("team_ids", "=", False)], limit=2)
        make = self.env["leadya.stage.requirement"].create
        self.datasheet = make({"name": "Data sheet sent", "stage_id": self.stage.id})
        self.foreign = make({"name": "Contract", "stage_id": self.other.id, "kind": "document"})
        self.lead = self._make_lead(user_id=self.rep.id, stage_id=self.stage.id).with_user(self.rep)

    def test_tick(self):
        [point] = self.lead.leadya_protocol()
        self.assertEqual((point["name"], point["done"]), ("Data sheet sent", False))
        [point] = self.lead.leadya_protocol_tick(self.datasheet.id, True)
        self.assertEqual(point["done"], self.rep.name)
        self.lead.leadya_protocol_tick(self.datasheet.id, True)
        self.assertEqual(len(self.lead.requirement_mark_ids), 1)
        [point] = self.lead.leadya_protocol_tick(self.datasheet.id, False)
        self.assertFalse(point["done"])

    def test_of_other_stages_and_teams(self):
        with self.assertRaises(UserError):
            self.lead.leadya_protocol_tick(self.foreign.id, True)
        self.datasheet.team_id = self.env["crm.team"].create({"name": "Elsewhere"})
        self.assertFalse(self.lead.leadya_protocol())

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rep_2).leadya_protocol_tick(self.datasheet.id, True)
        with self.assertRaises(AccessError):
            self.datasheet.with_user(self.rep).name = "Nothing"
        self.lead.leadya_protocol_tick(self.datasheet.id, True)
        with self.assertRaises(AccessError):
            self.lead.requirement_mark_ids.with_user(self.rep_2).read(["user_id"])

    def test_merge(self):
        other = self._make_lead(user_id=self.rep.id, stage_id=self.stage.id).with_user(self.rep)
        for lead in self.lead, other:
            lead.leadya_protocol_tick(self.datasheet.id, True)
        merged = (self.lead | other).merge_opportunity()
        self.assertEqual(len(merged.requirement_mark_ids), 1)
