"""The dry run: what would become of each row, with nothing changed."""

from odoo import fields, models
from odoo.tools import SQL

from . import leadya_import_job
from .leadya_import_plan import ImportSession

#: A file of so many rows is checked while the user waits, a larger one in the background: within the second or two
#: that a button may take.
CHECK_AT_ONCE = 2000


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    def action_dry_run(self):
        """Find out, without changing anything, what would become of each row; of a large file in the background."""
        self.ensure_one()
        self.check_access("write")
        self._check_not_started()
        self._check_ready()
        self._forget_plans()
        self._set({"state": "testing", "user_id": self.env.uid, "error": False})
        if self.total_count > CHECK_AT_ONCE:
            self._trigger_cron()
        else:
            self._check_all_rows()
        return True

    def _forget_plans(self):
        """What an earlier dry run has found may not hold for another map."""
        self.env["leadya.import.row"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE leadya_import_row
                   SET planned = NULL, ref = NULL, code = NULL, params = NULL, remark_code = NULL, remarks = NULL
                 WHERE import_id = %s AND state = 'todo' AND planned IS NOT NULL
                """,
                self.id,
            )
        )
        self._rows_changed()

    def _check_all_rows(self):
        session = ImportSession(self._as_importer(), dry=True)
        while rows := self._get_waiting_rows(leadya_import_job.BATCH_SIZE):
            self._check_rows(rows, session)
        self._end_check()

    def _check_rows(self, rows, session):
        """Write on each row of a batch what would become of it."""
        self._store_plans(session.plan(rows), dry=True)

    def _end_check(self):
        self._set({"state": "tested", "tested_at": fields.Datetime.now()})
