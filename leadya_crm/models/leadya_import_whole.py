"""Kinds of files that are loaded whole: all of their rows, in one transaction, or none.

SPECIFICATIONS

* Rows are not kept one by one, as those of leads are: the file itself is kept, and read again for each piece of work.
* Whatever is wrong with a file is said with the row and the column, and nothing of it is loaded.
* Reading is most of the work. While it goes on in the background, progress is committed, and "Stop" is heard.
* What was found is kept in ``findings`` as codes and figures, and put into words when it is looked at.

A kind is taken up by adding it to :meth:`_get_whole_kinds` and giving these methods, ``<kind>`` being its value:

===========================  ======================================================================
``_<kind>_propose``          what columns of these headers and samples are taken for, other options
``_<kind>_check_columns``    raise where the map of columns can't be used
``_<kind>_load``             read and load; on a dry run change nothing; give the findings
``_<kind>_undo``             take back what was loaded; give the findings
``_<kind>_has_loaded``       whether anything that was loaded is there
===========================  ======================================================================
"""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from .leadya_import_file import SAMPLE_SIZE
from .leadya_import_job import CONCURRENCY_ERRORS, CONCURRENCY_RETRIES, WORK

#: Findings that somebody should look at, and those that reassure.
WARNINGS = ("total_differs", "replaced", "total_wider")
CONFIRMATIONS = ("total_equal",)


class WorkStopped(Exception):
    """Somebody has stopped the import that is under way."""


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    preamble = fields.Json(readonly=True, copy=False, help="What stands above the file's columns.")
    findings = fields.Json("Raw Findings", readonly=True, copy=False, help="Pairs of a code and its parameters.")
    findings_html = fields.Html("Findings", compute="_compute_findings_html", sanitize=False)
    has_warnings = fields.Boolean(compute="_compute_findings_html")
    whole_done = fields.Integer("Rows Done", readonly=True, copy=False)

    @api.model
    def _get_whole_kinds(self):
        """Kinds of files that are loaded whole.

        :rtype: set[str]
        """
        return set()

    def _is_whole(self):
        self.ensure_one()
        return self.kind in self._get_whole_kinds()

    def _call_kind(self, name, *args):
        return getattr(self, f"_{self.kind}_{name}")(*args)

    # ------------------------------------------------------------
    # FILE AND COLUMNS
    # ------------------------------------------------------------

    def _stage_rows(self, book):
        if not self._is_whole():
            return super()._stage_rows(book)
        if self._call_kind("has_loaded"):
            raise UserError(
                self.env._("This file has been loaded. To load another one, start a new import, or undo this one.")
            )
        return book.sample(SAMPLE_SIZE)

    def _describe_file(self, book, total):
        result = super()._describe_file(book, total)
        self.write({"preamble": book.preamble, "findings": False, "whole_done": 0})
        return result

    def _propose_columns(self, headers, samples):
        if not self._is_whole():
            return super()._propose_columns(headers, samples)
        self.column_ids.sudo().unlink()
        proposals = self._call_kind("propose", headers, samples)
        self.env["leadya.import.column"].sudo().create(
            [
                {
                    "import_id": self.id,
                    "position": position,
                    "header": header,
                    "sample": self._format_sample(samples[position]),
                    "target": proposals[position][0],
                    "proposal": proposals[position][0],
                    "date_order": proposals[position][1],
                }
                for position, header in enumerate(headers)
            ]
        )
        self.origin_id = self._find_origin()
        self._apply_targets(self.origin_id._get_targets())
        return None

    def _sync_values(self):
        """What names in such a file stand for is found while it is loaded."""
        return None if self._is_whole() else super()._sync_values()

    def _check_columns(self):
        whole = self.filtered(lambda record: record._is_whole())
        for record in whole:
            record._call_kind("check_columns")
        return super(LeadyaImport, self - whole)._check_columns()

    # ------------------------------------------------------------
    # WORK
    # ------------------------------------------------------------

    def _get_left_count(self):
        return self.total_count if self._is_whole() else super()._get_left_count()

    def _get_progress(self):
        if not self._is_whole():
            return super()._get_progress()
        return 100.0 * self.whole_done / self.total_count if self.total_count else 0.0

    def _count_remaining(self):
        return 1 if self._is_whole() else super()._count_remaining()

    def _check_all_rows(self):
        if not self._is_whole():
            return super()._check_all_rows()
        return self._as_importer()._do_whole()

    def _work(self):
        """Do the whole work of an import; where another transaction was in its way, start anew."""
        if not self._is_whole():
            return super()._work()
        tries = 0
        while True:
            self.invalidate_recordset(["state", "user_id"])
            if self.state not in WORK:
                return True
            try:
                self._as_importer()._do_whole(self._report_progress)
                self.env["ir.cron"]._commit_progress(1)
                return True
            except WorkStopped:
                self.env.cr.rollback()
                return True
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()
                tries += 1
                if tries > CONCURRENCY_RETRIES:
                    raise

    def _do_whole(self, progress=None):
        """Check, load or undo, by the state of the import.

        :param progress: called with the number of rows that were read; it may end the transaction
        """
        done = {"testing": "tested", "running": "done", "undoing": "cancelled"}[self.state]
        if self.state == "undoing":
            findings = self._call_kind("undo")
        else:
            findings = self._call_kind("load", self.state == "testing", progress)
        self._end_whole(done, findings)

    def _end_whole(self, state, findings):
        moment = "tested_at" if state == "tested" else "finished_at"
        self._set(
            {
                "state": state,
                "findings": findings,
                "whole_done": 0 if state == "cancelled" else self.total_count,
                moment: fields.Datetime.now(),
            }
        )

    def _report_progress(self, count):
        """Commit how far the reading is, and hear whether somebody has stopped it.

        :raises WorkStopped: where the import is no longer to be worked on
        """
        # What the transaction has seen so far may be old: another that wrote to the import since would be in the way.
        self.env["ir.cron"]._commit_progress()
        self.invalidate_recordset()
        if self.state not in WORK:
            raise WorkStopped()
        self.whole_done = min(count, self.total_count)
        self.env["ir.cron"]._commit_progress()

    def action_start(self):
        """Import in the background, with the rights of whoever starts it."""
        self.filtered(lambda record: record._is_whole() and record.state not in WORK)._set({"whole_done": 0})
        return super().action_start()

    def action_undo(self):
        """Take back what the import has made, in the background."""
        whole = self.filtered(lambda record: record._is_whole())
        for record in whole:
            record.check_access("write")
            if record.state != "done":
                raise UserError(self.env._("Only an import that has ended can be undone."))
            record._set({"state": "undoing", "user_id": self.env.uid, "finished_at": False, "error": False})
        others = self - whole
        if others:
            return super(LeadyaImport, others).action_undo()
        self._trigger_cron()
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_loaded(self):
        if any(record._is_whole() and record._call_kind("has_loaded") for record in self):
            raise UserError(self.env._("Undo the import before you delete it: what it loaded hangs on it."))

    # ------------------------------------------------------------
    # IN WORDS
    # ------------------------------------------------------------

    @api.depends("findings", "state")
    @api.depends_context("lang")
    def _compute_findings_html(self):
        for record in self:
            findings = record.findings or []
            items = Markup().join(record._render_finding(code, params) for code, params in findings)
            record.findings_html = Markup("<ul class='list-unstyled mb-0'>%s</ul>") % items if items else False
            record.has_warnings = any(code == "total_differs" for code, _params in findings)

    def _render_finding(self, code, params):
        """One finding with a sign before it: colours are not for everybody."""
        sign = "fa-exclamation-triangle" if code in WARNINGS else "fa-info-circle"
        sign = "fa-check" if code in CONFIRMATIONS else sign
        text = self._describe(code, self._format_params(params))
        return Markup("<li><i class='fa fa-fw %s me-1' aria-hidden='true'></i>%s</li>") % (sign, text)

    def _format_params(self, params):
        """Figures and days as the reader writes them."""
        return {name: self._format_param(name, value) for name, value in (params or {}).items()}

    def _format_param(self, name, value):
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            return str(value) if name == "row" else formatLang(self.env, value, digits=0)
        if isinstance(value, float):
            return formatLang(self.env, value, digits=2)
        if name in ("from", "to", "own_from", "own_to"):
            return format_date(self.env, value)
        # Words of the file keep their direction within the reader's sentence.
        return f"\u2068{value}\u2069"
