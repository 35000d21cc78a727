from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import LeadyaCommon

FORM = "crm.crm_lead_view_form"
KANBAN = "crm.crm_case_kanban_view_leads"
LIST = "crm.crm_case_tree_view_oppor"


@tagged("post_install", "-at_install")
class TestCompleteness(LeadyaCommon):
    """Z8: which fields stay empty, by field, rep, source and stage; what nobody fills can be hidden."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        make = cls.env["crm.lead"].create
        common = {"type": "opportunity", "team_id": cls.team.id, "user_id": cls.rep.id}
        cls.full = make({**common, "name": "Full", "city": "Haifa", "expected_revenue": 5, "bant_need": "open"})
        cls.bare = make({**common, "name": "Bare", "city": " ", "user_id": cls.rep_2.id})
        cls.env.flush_all()

    def _percent(self, name, user=None, **domain):
        report = self.env["leadya.completeness.report"].with_user(user or self.manager)
        domain = [("field_name", "=", name), *((key, "=", value) for key, value in domain.items())]
        [(percent, filled, empty)] = report._read_group(domain, [], ["filled_percent:avg", "filled:sum", "empty:sum"])
        return percent, filled, empty

    def test_by_field(self):
        self.assertEqual(self._percent("city"), (50, 1, 1))
        self.assertEqual(self._percent("expected_revenue"), (50, 1, 1))
        self.assertEqual(self._percent("bant_need"), (50, 1, 1))
        self.assertEqual(self._percent("bant_budget"), (0, 0, 2), "unknown is empty")

    def test_says_what_the_lead_says(self):
        """The report's SQL and the gate's Python agree on every field of both leads."""
        rows = self.env["leadya.completeness.report"].search([])
        self.assertGreater(len(rows), 40)
        for row in rows:
            self.assertEqual(bool(row.filled), row.lead_id._completeness_is_filled(row.field_name), row.field_name)

    def test_by_rep_source_and_stage(self):
        self.assertEqual(self._percent("city", user_id=self.rep.id), (100, 1, 0))
        self.assertEqual(self._percent("city", stage_id=self.bare.stage_id.id), (50, 1, 1))
        report = self.env["leadya.completeness.report"].with_user(self.manager)
        groups = report.formatted_read_group([], ["field_name", "user_id", "source_id"], ["filled_percent:avg"])
        self.assertIn("city", {group["field_name"] for group in groups})

    def test_who_sees_it(self):
        self.assertEqual(self._percent("city", self.rep), (100, 1, 0))
        self.assertEqual(self._percent("city", self.leader), (50, 1, 1))
        with self.assertRaises(AccessError):
            self.env["leadya.field.report"].with_user(self.rep).search([])
        with self.assertRaises(AccessError):
            self.env["leadya.hidden.field"].with_user(self.rep).create({"field_name": "city"})

    def test_what_nobody_fills(self):
        rows = self.env["leadya.field.report"].with_user(self.manager).search([])
        by_name = {row.field_name: row for row in rows}
        self.assertEqual((by_name["city"].filled_count, by_name["city"].lead_count), (1, 2))
        self.assertEqual(by_name["zip"].filled_percent, 0)
        action = by_name["zip"].action_hide()
        hidden = self.env["leadya.hidden.field"].with_user(self.manager).with_context(**action["context"]).create({})
        self.assertEqual(hidden.field_name, "zip")
        rows.invalidate_recordset()
        self.assertEqual(by_name["zip"].hidden_group_ids, self.env.ref("sales_team.group_sale_salesman"))
        by_name["zip"].action_show_again()
        self.assertFalse(hidden.exists())

    def _find(self, user, xmlid, view_type, name):
        leads = self.env["crm.lead"].with_user(user)
        arch = etree.fromstring(leads.get_view(self.env.ref(xmlid).id, view_type)["arch"])
        return arch.xpath("//field[@name=$name][not(ancestor::field)]", name=name)

    def _is_hidden(self, user, xmlid=FORM, view_type="form", name="website"):
        modifier = "column_invisible" if view_type == "list" else "invisible"
        nodes = self._find(user, xmlid, view_type, name)
        self.assertTrue(nodes)
        return all(node.get(modifier) in ("1", "True") for node in nodes)

    def _hide(self, *groups, name="website"):
        groups = self.env["res.groups"].concat(*(self.env.ref(f"sales_team.{group}") for group in groups))
        return self.env["leadya.hidden.field"].with_user(self.manager).create(
            {"field_name": name, "group_ids": groups.ids}
        )  # fmt: skip

    def test_hidden_from_reps(self):
        """Z8: hidden from those whose rights go no further, whoever reads the view first; and shown again."""
        self.assertFalse(self._is_hidden(self.rep))
        hidden = self._hide("group_sale_salesman")
        for _round in range(2):
            self.assertTrue(self._is_hidden(self.rep))
            self.assertFalse(self._is_hidden(self.leader))
            self.assertFalse(self._is_hidden(self.manager))
        hidden.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.assertTrue(self._is_hidden(self.leader))
        self.assertFalse(self._is_hidden(self.manager))
        hidden.action_show_again()
        self.assertFalse(self._is_hidden(self.rep))

    def test_hidden_in_lists_and_boards(self):
        self._hide("group_sale_salesman", name="expected_revenue")
        self.assertTrue(self._is_hidden(self.rep, LIST, "list", "expected_revenue"))
        self.assertTrue(self._is_hidden(self.rep, KANBAN, "kanban", "expected_revenue"))
        self.assertFalse(self._is_hidden(self.manager, LIST, "list", "expected_revenue"))

    def test_hidden_field_works_on(self):
        """What is hidden keeps its values, and can be written: it is no lock."""
        self._hide("group_sale_salesman")
        self.full.with_user(self.rep).website = "https://hidden.example"
        self.assertEqual(self.full.website, "https://hidden.example")

    def test_what_stays(self):
        for name in ("phone", "email_from"):
            with self.assertRaises(ValidationError):
                self._hide("group_sale_salesman", name=name)
        with self.assertRaises(ValidationError):
            self._hide()
        with self.assertRaises(ValidationError):
            self.env["leadya.hidden.field"].create(
                {"field_name": "zip", "group_ids": self.env.ref("base.group_user").ids}
            )

    def test_companies(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        self.env["crm.lead"].create({"name": "Abroad", "company_id": abroad.id, "city": "Rome", "user_id": False})
        self.env.flush_all()
        self.assertEqual(self._percent("city"), (50, 1, 1))
        row = self.env["leadya.field.report"].with_user(self.manager).search([("field_name", "=", "city")])
        self.assertEqual(row.lead_count, 2)
