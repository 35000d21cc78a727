from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .gate_common import BANT, GateCommon


@tagged("post_install", "-at_install")
class TestMissing(GateCommon):
    """Z8 Z11 Z13: what is missing, the question to ask next, and what was learned about it."""

    def _keys(self, lead=None):
        lead = lead or self.lead
        return [gap["key"] for gap in lead._missing_get_open()[lead.id]]

    def test_what_is_asked_for(self):
        """Z11: by the model of the lead, its category, its stage and the one that comes next; in that order."""
        self.lead.email_from = "dana@missing.example"
        self._qualify(self.lead)
        self.assertFalse(self.lead.missing_information)
        self.lead.invalidate_recordset(["missing_information"])
        self.category.question_ids = [
            (0, 0, {"field_name": "city", "question": "Where is it to stand?"}),
            (0, 0, {"field_name": "email_from"}),
        ]
        self.lead.sudo().sla_category_id = self.category
        self._require(name="Amount", kind="field", field_name="expected_revenue")
        self._require(name="Far off", kind="field", field_name="website", stage_id=self.won.id)
        self.assertEqual(self._keys(), ["field:city", "field:expected_revenue"])
        gaps = self.lead.leadya_missing()["gaps"]
        self.assertEqual(gaps[0]["question"], "Where is it to stand?")
        self.assertEqual(self.lead.missing_information, "City, Expected Revenue")
        self.lead.write({"city": "Haifa", "expected_revenue": 5})
        self.lead.invalidate_recordset(["missing_information"])
        self.assertFalse(self.lead.missing_information)

    def test_nothing_is_known_of_a_consumer(self):
        """Z1 Z11: a private customer without an organization is asked for nothing of the kind."""
        self.assertEqual(self._keys()[0], "contact")
        self.assertEqual(len(self._keys()), 1 + len(BANT))

    def test_form_follows(self):
        with Form(self.lead) as form:
            form.email_from = "dana@missing.example"
            self.assertNotIn("reach", form.missing_information)

    def test_clarified(self):
        """Z13: what was learned, from whom, is recorded against what was missing, and stays when the gap is closed."""
        key = f"criterion:{self.env['leadya.criterion'].search([('lead_field', '=', 'bant_budget')]).id}"
        result = self.lead.leadya_missing_clarify(key, "clarified", "About <b>10,000</b>", "outside")
        row = self.lead.clarification_ids
        self.assertEqual((row.label, row.source, row.user_id, row.kind), ("Budget", "outside", self.rep, "clarified"))
        self.assertEqual(row.note, "About <b>10,000</b>")
        self.assertIn(key, self._keys(), "it is asked for until it is confirmed")
        self.assertEqual(result["history"][0]["note"], row.note)
        self.lead.bant_budget = "confirmed"
        self.assertEqual(self.lead.leadya_missing()["history"][0]["label"], "Budget")

    def test_cannot_be_known(self):
        """Z11: with the reason; it is asked for no more, and can be asked for again."""
        self.lead.leadya_missing_clarify("contact", "unknowable", "A tender without a name")
        self.assertNotIn("contact", self._keys())
        self.assertNotIn("reach", self.lead.missing_information)
        [gap] = [gap for gap in self.lead.leadya_missing()["gaps"] if gap["key"] == "contact"]
        self.assertTrue(gap["unknowable"])
        self.lead.leadya_missing_clarify("contact", "reopened", "")
        self.assertIn("contact", self._keys())

    def test_bad_input_and_rights(self):
        for arguments in (
            ("nothing", "clarified", "x"),
            ("contact", "clarified", "  "),
            ("contact", "unknowable", None),
        ):
            with self.assertRaises(UserError):
                self.lead.leadya_missing_clarify(*arguments)
        for arguments in (("contact", "other", "x"), ("contact", "clarified", "x", "elsewhere")):
            with self.assertRaises(ValueError):
                self.lead.leadya_missing_clarify(*arguments)
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rep_2).leadya_missing_clarify("contact", "clarified", "x")
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rep_2).leadya_missing()
        values = {"lead_id": self.lead.id, "gap_key": "contact", "label": "x", "user_id": self.rep_2.id}
        with self.assertRaises(AccessError):
            self.env["leadya.clarification"].with_user(self.rep).create(values)

    def test_merge(self):
        """Both histories stay."""
        other = self._make_gated(name="Other")
        for lead in self.lead, other:
            lead.leadya_missing_clarify("contact", "clarified", lead.name)
        merged = (self.lead | other).merge_opportunity()
        self.assertEqual(sorted(merged.clarification_ids.mapped("note")), ["Laser", "Other"])

    def test_batch(self):
        """The gaps of 80 leads cost the queries of 8."""
        self._require(name="Amount", kind="field", field_name="expected_revenue")
        leads = self.env["crm.lead"].concat(*(self._make_gated(name=f"L{number}") for number in range(80)))
        few, many = self._count(leads[:8]), self._count(leads)
        self.assertEqual(few, many)
        self.assertLessEqual(many, 10)

    def _count(self, leads):
        leads._missing_get_open()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        leads.mapped("missing_information")
        return self.env.cr.sql_log_count - before
