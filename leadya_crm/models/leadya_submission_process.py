"""From submissions to leads: in the background, a batch at a time.

How it works: what waits (state *received*) is taken in the order in which it came. A batch is
read, compared with the open leads, and made into leads by one ``create`` for each company, so that
its cost hardly grows with its size; then it is committed. A batch that fails is halved until what
is at fault stands alone.

Only one worker at a time makes leads of submissions: two posts of one person in the same instant
would else not see each other, and become two leads.
"""

import base64
import binascii
import logging
import random
import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..tools.capture import CaptureError
from .leadya_submission import SubmissionNotReady

_logger = logging.getLogger(__name__)

#: Leads of one transaction: enough that queries per batch vanish among those per lead, few enough that the first
#: of them need not wait long for the last.
BATCH_SIZE = 300
#: The same where another system is asked for each.
REMOTE_BATCH_SIZE = 20
#: Seconds for which more is awaited after a batch: a batch costs as much as dozens of leads, so few large ones are
#: made of a stream. What comes alone is taken at once, and so is what is there already.
GATHER_SECONDS = 0.5
#: How often in a row a batch is tried anew when other transactions are in its way.
MAX_CONFLICTS = 5
#: Another transaction was in the way. Among them: it made the same source or keyword, and this one can't see it yet.
CONCURRENCY_ERRORS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError, psycopg2.errors.UniqueViolation)
#: What is not ready is tried again after 1, 2, 4 … minutes, at last every 6 hours, in all for about 3 days.
MAX_TRIES = 20
MAX_DELAY = timedelta(hours=6)
#: The advisory lock of the database that whoever makes leads of submissions holds.
_LOCK_KEY = 0x1EAD7A
#: After so long a call that was not answered is made again: the server may have been killed before it was heard.
CALL_LASTS = timedelta(seconds=3)
#: Whether a scheduled action was called just now and has not begun. It begins with deleting its calls, which are still
#: seen until it ends; xmax is the transaction that deletes a row.
_SELECT_CALL = "SELECT id FROM ir_cron_trigger WHERE cron_id = %s AND call_at BETWEEN %s AND %s AND xmax = 0 LIMIT 1"


class LeadyaSubmission(models.Model):
    _inherit = "leadya.submission"

    # ------------------------------------------------------------
    # SCHEDULED
    # ------------------------------------------------------------

    @api.model
    def _cron_process(self):
        """Make leads of what waits."""
        self._run_batches(remote=False)

    @api.model
    def _cron_process_remote(self):
        """Make leads of what waits where another system is asked first, so that nobody else waits for its answers."""
        self._run_batches(remote=True)

    @api.model
    def _run_batches(self, remote):
        """Take batch after batch until nothing waits or time is up; then the action is called again."""
        self.env["ir.cron"]._commit_progress()
        time_left, conflicts = None, 0
        while time_left is None or time_left > 0:
            self.env.invalidate_all()
            try:
                time_left = self._run_batch(remote, patient=conflicts < MAX_CONFLICTS)
                conflicts = 0
            except CONCURRENCY_ERRORS as error:
                # Another transaction was in the way; a new one sees what that one did.
                self.env.cr.rollback()
                conflicts += 1
                _logger.info("Submissions wait for another transaction: %s", type(error).__name__)
        if self.search_count(self._get_waiting_domain(remote), limit=1):
            self._wake_up_now(self._get_cron_id(remote))

    @api.model
    def _run_batch(self, remote, patient):
        """Make leads of one batch, and commit.

        :param bool remote: whether another system is asked first
        :param bool patient: see :meth:`_process`
        :return: seconds that are left for more; 0 when nothing waits that could be taken
        """
        domain = self._get_waiting_domain(remote)
        limit = REMOTE_BATCH_SIZE if remote else BATCH_SIZE
        batch = self.search(domain, order="received_at, id", limit=limit)
        # Asked before anybody is kept waiting by the lock.
        reads = batch._read_ahead() if remote else None
        if not batch:
            return 0
        with self._making_leads():
            # Taken anew: what was found before the lock may have changed.
            batch = batch.try_lock_for_update().filtered_domain(domain)
            tests = batch.filtered("is_test")
            (batch - tests)._process(reads, patient)
            # Nothing is said to remain: Odoo would then call the action again without waking the scheduler.
            time_left = self.env["ir.cron"]._commit_progress(len(batch - tests), remaining=0)
            tests._rehearse(reads)
        if 1 < len(batch) < limit:
            time.sleep(min(GATHER_SECONDS, time_left))
        return time_left if batch else 0

    @api.model
    def _get_waiting_domain(self, remote):
        kinds = self.env["leadya.capture.form"]._get_remote_kinds()
        return (
            Domain("state", "=", "received")
            & (Domain("retry_at", "=", False) | Domain("retry_at", "<=", fields.Datetime.now()))
            & Domain("form_id.kind", "in" if remote else "not in", kinds)
        )

    @contextmanager
    def _making_leads(self):
        """Be the only one to make leads of submissions, and see what whoever was before has made.

        The lock belongs to the session: one of the transaction would be taken after its snapshot, which
        would not show the leads of the worker that had the lock before.
        """
        cr = self.env.cr
        cr.execute(SQL("SELECT pg_advisory_lock(%s)", _LOCK_KEY))
        try:
            self.env["ir.cron"]._commit_progress()
            self.env.invalidate_all()
            yield
        except BaseException:
            # A transaction that has failed could not unlock.
            cr.rollback()
            raise
        finally:
            cr.execute(SQL("SELECT pg_advisory_unlock(%s)", _LOCK_KEY))

    def _wake_up(self):
        """Have the leads made as soon as what was stored is committed, and not only at the next full minute."""
        kinds = self.env["leadya.capture.form"]._get_remote_kinds()
        for remote in {form.kind in kinds for form in self.form_id}:
            self._wake_up_after_commit(self._get_cron_id(remote))

    @api.model
    def _get_cron_id(self, remote):
        name = "ir_cron_leadya_submission_remote" if remote else "ir_cron_leadya_submission"
        return self.env["ir.model.data"]._xmlid_to_res_id(f"leadya_crm.{name}")

    @api.model
    def _wake_up_after_commit(self, cron_id):
        hooks = self.env.cr.postcommit
        called = hooks.data.setdefault("leadya_crm.wake_up", set())
        if cron_id not in called:
            called.add(cron_id)
            hooks.add(partial(self._wake_up_now, cron_id))

    @api.model
    def _wake_up_now(self, cron_id):
        """Call the scheduled action, unless it was called already and has not begun yet.

        It is asked after the submission was committed: an action that begins from now on sees it.
        """
        try:
            now = fields.Datetime.now()
            self.env.cr.execute(_SELECT_CALL, [cron_id, now - CALL_LASTS, now])
            if not self.env.cr.rowcount:
                with self.env.registry.cursor() as cr:
                    self.env(cr=cr)["ir.cron"].sudo().browse(cron_id)._trigger()
        except psycopg2.Error as error:
            # What was stored stays stored; the action runs every minute without being called.
            _logger.info("The action for submissions was not called: %s", error)

    # ------------------------------------------------------------
    # ONE BATCH
    # ------------------------------------------------------------

    def _process(self, reads=None, patient=False):
        """Make each submission a lead, or note why it could not be; one failure is one failure.

        :param dict reads: what they say, by submission, where it was read already; what is not in it is left out
        :param bool patient: give up, for the caller to try again, where another transaction is in the way
        :raises: one of CONCURRENCY_ERRORS, when patient
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._make_leads(self._read_all() if reads is None else reads)
        except Exception as error:
            conflict = isinstance(error, CONCURRENCY_ERRORS)
            if conflict and patient:
                raise
            if len(self) > 1:
                half = len(self) // 2
                self[:half]._process(reads)
                self[half:]._process(reads)
            elif conflict:
                self._postpone(self.env._("Another change was in the way."))
            else:
                self._fail(error)

    def _read_ahead(self):
        """As :meth:`_read_all`, where what can't even be read is set apart."""
        try:
            with self.env.cr.savepoint():
                return self._read_all()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            if len(self) > 1:
                half = len(self) // 2
                return self[:half]._read_ahead() | self[half:]._read_ahead()
            self._fail(error)
            return {}

    def _read_all(self):
        """What each submission says; those that can't be read are marked so.

        :return: see ``leadya.capture.form._read_fields``, by submission
        :rtype: dict
        """
        reads, unready = {}, {}
        doors = {form: form._in_company() for form in self.form_id}
        for submission in self:
            form = doors[submission.form_id]
            try:
                if form in unready:
                    # The other system did not answer: it would not answer for the next one either.
                    raise unready[form]
                reads[submission] = form._read_submission(submission)
            except CaptureError as error:
                submission._note_error(form._error_note(error.code, error.field, **error.params))
            except SubmissionNotReady as error:
                if not error.alone:
                    unready[form] = error
                submission._postpone(str(error))
        return reads

    def _fail(self, error):
        """Keep it with the reason, for the admin to see and to try again."""
        _logger.warning(
            "Submission %s made no lead: %s", self.reference, error, exc_info=_logger.isEnabledFor(logging.DEBUG)
        )
        self._note_error(f"{type(error).__name__}: {error}"[:1000])

    def _note_error(self, text):
        self.write({"state": "error", "error": text, "retry_at": False})

    def _postpone(self, reason):
        """Try again later, less and less often; after days without success it is an error like any other."""
        self.ensure_one()
        tries = self.tries + 1
        if tries >= MAX_TRIES:
            self._note_error(reason)
            return
        # Up to half as long again by chance: what failed together is not to come back together.
        delay = min(timedelta(minutes=2 ** (tries - 1)), MAX_DELAY) * random.uniform(1, 1.5)
        retry_at = (fields.Datetime.now() + delay).replace(microsecond=0)
        self.write({"tries": tries, "retry_at": retry_at, "error": reason})

    def _body(self):
        body = self.payload or ""
        try:
            return base64.b64decode(body) if self.payload_encoding == "base64" else body.encode()
        except binascii.Error:
            return b""
