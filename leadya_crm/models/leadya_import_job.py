"""The background job: started and stopped by buttons, done in batches, and gone on with after a crash."""

import logging

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


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    def action_start(self):
        """Import in the background, with the rights of whoever starts it."""
        for record in self:
            record.check_access("write")
            if record.state in ("running", "undoing"):
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
        if self.state not in ("mapped", "tested", "paused", "failed") or not self.todo_count:
            raise UserError(self.env._("There is nothing to import: read the file first."))

    def action_stop(self):
        """Stop after the rows that are being worked on; the rest can be gone on with."""
        self.check_access("write")
        self.filtered(lambda record: record.state == "running")._set({"state": "paused"})
        return True

    def _trigger_cron(self):
        self.env.ref("leadya_crm.ir_cron_leadya_run_imports").sudo()._trigger()

    @api.model
    def _cron_run_imports(self):
        """Go on with the imports that are running or being undone; one that fails doesn't keep the others."""
        records = self.sudo().search([("state", "in", ("running", "undoing"))], order="started_at, id")
        self.env["ir.cron"]._commit_progress(remaining=sum(records.mapped(lambda record: record._count_remaining())))
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
        return [("import_id", "=", self.id), ("state", "=", "created" if self.state == "undoing" else "todo")]

    def _fail(self, error):
        known = isinstance(error, (UserError, psycopg2.Error))
        text = str(error) if known else self.env._("An unexpected error: %(error)s", error=error)
        self.write({"state": "failed", "error": text, "finished_at": fields.Datetime.now()})
        self.env["ir.cron"]._commit_progress()

    def _work(self):
        """Do batches until the import ends, is stopped, or time is up.

        :return: whether there is time left for another import
        """
        session, tries = None, 0
        while True:
            # What users see and press is another transaction's: look anew before each batch.
            self.invalidate_recordset(["state", "user_id"])
            state = self.state
            if state not in ("running", "undoing"):
                return True
            try:
                session = session or ImportSession(self._as_importer())
                rows = self._lock_rows()
                if not rows:
                    return self._finish()
                if state == "undoing":
                    session.record._undo_rows(rows)
                else:
                    session.record._import_rows(rows, session)
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

    def _lock_rows(self):
        rows = self.env["leadya.import.row"].search(self._get_waiting_domain(), order="number", limit=BATCH_SIZE)
        return rows.try_lock_for_update(allow_referencing=True)

    def _finish(self):
        """End the import; rows that another process holds are for the next run."""
        if not self.env["leadya.import.row"].search_count(self._get_waiting_domain(), limit=1):
            state = "cancelled" if self.state == "undoing" else "done"
            self.write({"state": state, "finished_at": fields.Datetime.now()})
            self.env["ir.cron"]._commit_progress(1)
        return True
