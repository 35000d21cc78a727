import xmlrpc.client
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from .common import NOW, LeadyaCommon

#: What a rep would like to be measured by.
FORGED = {
    "first_response_at": "2020-01-01 00:00:00",
    "first_response_minutes": 1,
    "attempt_count": 99,
    "last_attempt_at": "2020-01-01 00:00:00",
    "last_outcome": "reached",
    "sla_deadline": "2099-01-01 00:00:00",
    "sla_state": "met",
    "submission_count": 7,
    "qualification_score": 100,
}


@tagged("post_install", "-at_install")
class TestMeasured(LeadyaCommon, HttpCase):
    """L8 S9 S12 C3: all reps are measured to one standard; what is measured is set by nobody's hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.env["crm.lead"].create({"name": "Mine", "user_id": cls.rep.id, "team_id": cls.team.id})

    def call(self, method, *args, **kwargs):
        """As the rep, by the external API: what a script with her password can do."""
        return self.xmlrpc_object.execute_kw(
            self.env.cr.dbname, self.rep.id, "leadya_rep", "crm.lead", method, args, kwargs
        )

    def assert_refused(self, method, *args, **kwargs):
        with mute_logger("odoo.http"), self.assertRaises(xmlrpc.client.Fault) as caught:
            self.call(method, *args, **kwargs)
        self.assertIn("You do not have enough rights to access the field", caught.exception.faultString)

    def test_l8_s9_every_measured_field(self):
        measured = {name for name, field in self.lead._fields.items() if getattr(field, "measured", False)}
        self.assertLessEqual(set(FORGED), measured)

    def test_l8_s9_write_by_rpc(self):
        for name, value in FORGED.items():
            with self.subTest(name):
                before = self.lead[name]
                self.assert_refused("write", self.lead.ids, {name: value})
                self.lead.invalidate_recordset()
                self.assertEqual(self.lead[name], before)
        self.call("write", self.lead.ids, {"phone": "+972525550000"})
        self.assertEqual(self.lead.phone, "+972525550000")

    def test_l8_s9_web_save(self):
        for name, value in FORGED.items():
            with self.subTest(name):
                self.assert_refused("web_save", self.lead.ids, {name: value}, {"name": {}})
                self.assert_refused("web_save", [], {"name": "New", name: value}, {"name": {}})

    def test_l8_s9_create(self):
        """Neither by values, nor by a default in the context, nor by copying."""
        for name, value in FORGED.items():
            with self.subTest(name):
                self.assert_refused("create", [{"name": "New", name: value}])
                self.assert_refused("create", [{"name": "New"}], context={f"default_{name}": value})
                self.assert_refused("copy", self.lead.ids, {name: value})

    def test_l8_s9_key_from_outside(self):
        """The key is an object of this process: nothing that a request carries is it."""
        for key in (True, 1, "leadya_measuring", {}, []):
            self.assert_refused("write", self.lead.ids, {"attempt_count": 9}, context={"leadya_measuring": key})

    def test_l8_s9_import(self):
        """Odoo's own import of a spreadsheet refuses the row."""
        result = self.call("load", ["name", "attempt_count"], [["Imported", "50"]])
        self.assertFalse(result["ids"])
        self.assertIn("not have enough rights", result["messages"][0]["message"])
        self.assertTrue(self.call("fields_get", ["attempt_count"])["attempt_count"]["readonly"])

    def test_l8_s9_through_another_record(self):
        """A contact's form writes its opportunities: with the rep's rights, and no more."""
        partner = self.env["res.partner"].create({"name": "Customer"})
        self.lead.partner_id = partner
        with self.assertRaises(AccessError):
            partner.with_user(self.rep).write({"opportunity_ids": [(1, self.lead.id, {"attempt_count": 9})]})

    def test_l8_s12_attempts_are_evidence(self):
        """A rep makes attempts by logging them now; not back-dated, not in another's name."""
        values = {"lead_id": self.lead.id, "outcome": "reached", "attempted_at": "2020-01-01 00:00:00"}
        with self.assertRaises(AccessError):
            self.env["leadya.contact.attempt"].with_user(self.rep).create(values)
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rep).write({"attempt_ids": [(0, 0, {"outcome": "reached"})]})
        for command in ((1, self.lead.sla_clock_ids.id, {"state": "met"}), (2, self.lead.sla_clock_ids.id, 0)):
            with self.assertRaises(AccessError):
                self.lead.with_user(self.rep).write({"sla_clock_ids": [command]})

    def test_s9_module_measures(self):
        """The corridor, logging an attempt, the form and a merge by the rep work as ever."""
        with self.at(NOW):
            first, second = self._make_leads([{"user_id": self.rep.id}] * 2)
        with self.at(NOW + timedelta(minutes=10)):
            first.with_user(self.rep).action_log_attempt("no_answer")
            second.with_user(self.rep).action_log_attempt("reached")
        self.assertEqual(first.attempt_ids.user_id, self.rep)
        form = Form(first.with_user(self.rep), "crm.crm_lead_view_form")
        form.name = "Renamed"
        form.save()
        merged = (first | second).with_user(self.rep).merge_opportunity()
        self.assertEqual((merged.attempt_count, merged.first_response_minutes), (2, 10))
        self.assertNotIn("leadya_measuring", merged.env.context)
        with self.assertRaises(AccessError):
            merged.write({"attempt_count": 9})
        with self.assertRaises(AccessError):
            merged.with_user(self.manager).write({"first_response_minutes": 1})
