"""The background job: started and stopped by buttons, done in batches, and gone on with after a crash."""

import logging
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .leadya_import_plan import ImportSession

_logger = logging.getLogger(__name__)

#: Rows of one transaction: large enough that queries per batch vanish among those per lead, small enough that
#: "Stop" and the progress bar answer within seconds, and that other users' writes are not kept waiting.
BATCH_SIZE = 1000
#: How often a batch is tried again when other transactions are in its way.
CONCURRENCY_RETRIES = 5
CONCURRENCY_ERRORS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)


class Work(NamedTuple):
    """What is done in the background in one state: with which rows, by which method, and what ends it."""

    waiting: list
    method: str
    end: str


WORK = {
    "testing": Work([("state", "=", "todo"), ("planned", "=", False)], "_check_rows", "_end_check"),
    "running": Work([("state", "=", "todo")], "_import_rows", "_end_run"),
    "undoing": Work([("state", "=", "created")], "_undo_rows", "_end_undo"),
}


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    def action_start(self):
        """Import in the background, with the rights of whoever starts it."""
        for record in self:
            record.check_access("write")
            if record.state in WORK:
                continue
            record._check_ready()
            record._set(
                {
                    "state": "running",
                    "user_id": self.env.uid,
                    "started_at": record.started_at or fields.Datetime.now(),
                    "finished_at": False,
                    "error": False,
                }
            )
        self._trigger_cron()
        return True

    def _check_ready(self):
        self._check_columns()
        if self.state not in ("mapped", "tested", "paused", "failed") or not self._get_left_count():
            raise UserError(self.env._("There is nothing to import: read the file first."))

    def _get_left_count(self):
        """How many rows are still to be done."""
        return self.todo_count

    def action_stop(self):
        """Stop after the rows that are being worked on; the rest can be gone on with."""
        self.check_access("write")
        self.filtered(lambda record: record.state == "running")._set({"state": "paused"})
        self.filtered(lambda record: record.state == "testing")._set({"state": "mapped"})
        return True

    def _trigger_cron(self):
        self.env.ref("leadya_crm.ir_cron_leadya_run_imports").sudo()._trigger()

    # ------------------------------------------------------------
    # BACKGROUND JOB
    # ------------------------------------------------------------

    @api.model
    def _cron_run_imports(self):
        """Go on with the imports that are under way; one that fails doesn't keep the others."""
        records = self.sudo().search([("state", "in", tuple(WORK))], order="started_at, id")
        self.env["ir.cron"]._commit_progress(remaining=sum(record._count_remaining() for record in records))
        for record in records:
            try:
                if not record._work():
                    return
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("Import %s failed", record.id)
                record._fail(error)

    def _count_remaining(self):
        """Rows that wait, and one step more: to end the import. With none left the job would not come back for it."""
        return self.env["leadya.import.row"].search_count(self._get_waiting_domain()) + 1

    def _get_waiting_domain(self):
        return [("import_id", "=", self.id), *WORK[self.state].waiting]

    def _get_waiting_rows(self, limit):
        return self.env["leadya.import.row"].search(self._get_waiting_domain(), order="number", limit=limit)

    def _fail(self, error):
        """End the work with what went wrong; what is done stays done, and can be gone on with."""
        known = isinstance(error, (UserError, psycopg2.Error))
        text = str(error) if known else self.env._("An unexpected error: %(error)s", error=error)
        state = "mapped" if self.state == "testing" else "failed"
        self.write({"state": state, "error": text, "finished_at": fields.Datetime.now()})
        self.env["ir.cron"]._commit_progress()

    def _work(self):
        """Do batches until the work ends, is stopped, or time is up.

        :return: whether there is time left for another import
        """
        session, tries = None, 0
        while True:
            # What users see and press is another transaction's: look anew before each batch.
            self.invalidate_recordset(["state", "user_id"])
            if self.state not in WORK:
                return True
            try:
                session = session or ImportSession(self._as_importer(), dry=self.state == "testing")
                rows = self._get_waiting_rows(BATCH_SIZE).try_lock_for_update(allow_referencing=True)
                if not rows:
                    return self._finish()
                getattr(session.record, WORK[self.state].method)(rows, session)
                time_left = self.env["ir.cron"]._commit_progress(len(rows))
                tries = 0
            except CONCURRENCY_ERRORS:
                # Records that the session has made may be gone with the transaction: start it anew.
                self.env.cr.rollback()
                session, tries = None, tries + 1
                if tries > CONCURRENCY_RETRIES:
                    raise
                continue
            self.env.invalidate_all()
            if not time_left:
                return False

    def _as_importer(self):
        """The import as seen by whoever started it, with their rights, language and company."""
        user = self.user_id
        if not user.active:
            raise UserError(self.env._("%(user)s, who started the import, is archived.", user=user.name))
        return (
            self.with_user(user)
            .with_company(self.company_id)
            .with_context(lang=user.lang, tz=user.tz, allowed_company_ids=self.company_id.ids)
        )

    def _finish(self):
        """End the work; rows that another process holds are for the next run."""
        if not self.env["leadya.import.row"].search_count(self._get_waiting_domain(), limit=1):
            getattr(self, WORK[self.state].end)()
            self.env["ir.cron"]._commit_progress(1)
        return True
