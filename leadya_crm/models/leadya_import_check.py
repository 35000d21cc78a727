"""The dry run: what would become of each row, with nothing changed."""

from odoo import fields, models

from .leadya_import_job import BATCH_SIZE
from .leadya_import_plan import ImportSession


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    def action_dry_run(self):
        """Find out, without changing anything, what would become of each row."""
        self.ensure_one()
        self.check_access("write")
        self._check_not_started()
        self._check_ready()
        self._test_rows()
        self._set({"state": "tested", "tested_at": fields.Datetime.now()})
        return True

    def _test_rows(self):
        """Write on each row what would become of it."""
        session = ImportSession(self._as_tester(), dry=True)
        Row = self.env["leadya.import.row"]
        last = -1
        while rows := Row.search(
            [("import_id", "=", self.id), ("state", "=", "todo"), ("number", ">", last)],
            order="number",
            limit=BATCH_SIZE,
        ):
            last = rows[-1].number
            self._store_plans(session.plan(rows), dry=True)

    def _as_tester(self):
        return self.with_company(self.company_id).with_context(allowed_company_ids=self.company_id.ids)
