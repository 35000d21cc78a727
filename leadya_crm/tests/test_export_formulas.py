import csv
import io
import json

import openpyxl

from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged

FORMULAS = ["=1+1", "{=1+1}", '=HYPERLINK("https://evil.example","x")', "@SUM(A1)", "+1", "-1", "\t=1"]


@tagged("leadya", "post_install", "-at_install")
class TestExportFormulas(HttpCase):
    """Issue 7, bad input: what strangers wrote is never calculated in an exported file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(
            cls.env,
            "export_manager",
            "sales_team.group_sale_manager,base.group_allow_export",
            password="export_manager",
        )
        source = cls.env["utm.source"].create({"name": "=2+2"})
        cls.leads = cls.env["crm.lead"].create(
            [{"name": formula, "contact_name": formula, "source_id": source.id} for formula in FORMULAS]
        )

    def setUp(self):
        super().setUp()
        self.authenticate("export_manager", "export_manager")

    def _export(self, route, **params):
        data = {
            "model": "crm.lead",
            "fields": [{"name": name, "label": name, "type": "char"} for name in ("name", "contact_name")],
            "ids": self.leads.ids,
            "domain": [],
            "import_compat": False,
            "context": {},
            **params,
        }
        values = {"data": json.dumps(data), "csrf_token": Request.csrf_token(self)}
        response = self.url_open(route, data=values)
        self.assertEqual(response.status_code, 200, response.text[:500])
        return response.content

    def _cells(self, content):
        """:return: texts of a workbook in which no cell is a formula"""
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
        self.assertNotIn("f", {cell.data_type for cell in cells})
        return [cell.value for cell in cells]

    def test_workbook_of_a_list(self):
        texts = self._cells(self._export("/web/export/xlsx"))
        self.assertTrue(set(FORMULAS) <= set(texts), texts)

    def test_workbook_of_groups(self):
        texts = self._cells(self._export("/web/export/xlsx", groupby=["source_id"]))
        self.assertTrue(any("=2+2" in str(text) for text in texts), texts)

    def test_text_file(self):
        rows = list(csv.reader(io.StringIO(self._export("/web/export/csv").decode())))
        self.assertEqual(
            [row[0] for row in rows[1:]], [f"'{formula}" if formula[0] != "{" else formula for formula in FORMULAS]
        )

    def test_workbook_of_a_pivot(self):
        header = {"title": "=1+1", "width": 1, "height": 1, "is_bold": False}
        table = {
            "title": "Pipeline",
            "model": "crm.lead",
            "measure_count": 1,
            "col_group_headers": [[header]],
            "measure_headers": [header],
            "rows": [{"title": formula, "indent": 0, "values": [{"value": 1}]} for formula in FORMULAS],
        }
        values = {"data": json.dumps(table), "csrf_token": Request.csrf_token(self)}
        response = self.url_open("/web/pivot/export_xlsx", data=values)
        texts = self._cells(response.content)
        self.assertIn("'=1+1", texts)
