"""Reading the file: once, its rows kept before anything is tried with them."""

import json

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.columns import compact
from ..tools.lead_rows import Digester
from ..tools.spreadsheet import MEGABYTE, Limits, SpreadsheetError, open_spreadsheet

MAX_MEGABYTES = 50
#: Filled values of a column that are looked at to tell what it holds; taken from the whole length of the file.
SAMPLE_SIZE = 200
#: Rows, and characters of them, that are sent to the database in one statement while a file is read.
STAGE_SIZE = 1000
STAGE_LENGTH = 8 * MEGABYTE


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    def action_analyse(self):
        """Read the file, keep its rows, and propose what its columns and names mean.

        :raises UserError: with one sentence that says why the file can't be used, and what to do
        """
        self.ensure_one()
        self.check_access("write")
        self._check_not_started()
        try:
            book = open_spreadsheet(self._read_file(), self._get_limits(), (self.sheet_name or "").strip() or None)
            samples, total = self._stage_rows(book)
        except SpreadsheetError as error:
            raise UserError(self._describe(error.code, error.params)) from error
        if not total:
            raise UserError(self._describe("header_only", {}))
        self._describe_file(book, total)
        self._propose_columns(book.headers, samples)
        self._sync_values()
        self._set({"state": "mapped"})
        return True

    def _read_file(self):
        attachment_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_field", "=", "file"), ("res_id", "=", self.id)], limit=1)
        )
        if not attachment_sudo:
            raise UserError(self.env._("Choose a file first."))
        limit = self._get_limits().file_size
        if attachment_sudo.file_size > limit:
            # Said before the content is loaded into memory.
            size = round(attachment_sudo.file_size / MEGABYTE, 1)
            raise UserError(self._describe("too_big", {"size": size, "limit": round(limit / MEGABYTE)}))
        return attachment_sudo.raw or b""

    @api.model
    def _get_limits(self):
        parameter = self.env["ir.config_parameter"].sudo().get_param("leadya_crm.import_max_megabytes")
        try:
            megabytes = float(parameter or MAX_MEGABYTES)
        except ValueError:
            megabytes = MAX_MEGABYTES
        return Limits(file_size=int(megabytes * MEGABYTE))

    def _stage_rows(self, book):
        """Keep the file's rows.

        :return: samples of each column, and the number of rows
        """
        # Rows of imports that are done say which leads came from where: they stay, see `_forget_rows`.
        self._forget_rows()
        samples = [[] for _header in book.headers]
        digester = Digester(book.headers, self._get_reason_headers())
        # Every column's sample comes from the whole file: the more rows there are, the sparser it is taken.
        step, total, length, batch = 1, 0, 0, []
        for row in book.rows():
            total += 1
            if total % step == 0:
                step = self._sample_row(samples, row.values, step)
            batch.append([row.number, row.values, row.cut or None, digester.make(row.values)])
            length += sum(map(len, row.values))
            if len(batch) >= STAGE_SIZE or length >= STAGE_LENGTH:
                self._insert_rows(batch)
                length, batch = 0, []
        self._insert_rows(batch)
        self._rows_changed()
        return samples, total

    def _sample_row(self, samples, values, step):
        for column, value in zip(samples, values, strict=False):
            if value:
                column.append(value)
        if any(len(column) >= 2 * SAMPLE_SIZE for column in samples):
            for column in samples:
                del column[1::2]
            step *= 2
        return step

    def _insert_rows(self, batch):
        """One statement for many rows: through the ORM the staging would cost as much as the leads."""
        if not batch:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO leadya_import_row (
                       import_id, number, values, cut, digest, state, create_uid, create_date, write_uid, write_date
                )
                SELECT %(import_id)s, (item->>0)::int, item->1, NULLIF(item->2, 'null'::jsonb), item->>3, 'todo',
                       %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
                  FROM jsonb_array_elements(%(rows)s::jsonb) AS item
                """,
                import_id=self.id,
                uid=self.env.uid,
                rows=json.dumps(batch),
            )
        )

    def _forget_rows(self):
        """Drop what an earlier reading kept; rows that made leads stay, as long as those leads are there."""
        rows_sudo = self.env["leadya.import.row"].sudo()
        made = rows_sudo.search_count(
            [("import_id", "=", self.id), ("lead_id", "!=", False), ("state", "!=", "kept")], limit=1
        )
        if made:
            raise UserError(
                self.env._(
                    "Leads were made of this file. To load another one, start a new import; to take them back, "
                    "undo this one."
                )
            )
        self.env.cr.execute(SQL("DELETE FROM leadya_import_row WHERE import_id = %s AND state != 'kept'", self.id))
        self.env.cr.execute(SQL("DELETE FROM leadya_import_row WHERE import_id = %s AND lead_id IS NULL", self.id))
        self._rows_changed()

    def _rows_changed(self):
        """Rows were written past the ORM: what is known of them, and counted from them, is out of date."""
        self.env["leadya.import.row"].invalidate_model()
        self.env["leadya.import"].invalidate_model()

    def _describe_file(self, book, total):
        labels = {"csv": self.env._("Text"), "xlsx": self.env._("Excel workbook")}
        separators = {",": self.env._("comma"), ";": self.env._("semicolon"), "\t": self.env._("tab"), "|": "|"}
        parts = [labels[book.kind], book.encoding, separators.get(book.separator, book.separator), book.sheet]
        self.write(
            {
                "recognised": ", ".join(part for part in parts if part),
                "sheet_names": ", ".join(book.sheets) if len(book.sheets) > 1 else False,
                "signature": self._make_signature(book.headers),
                "headers": book.headers,
                "total_count": total,
                "error": False,
                "started_at": False,
                "finished_at": False,
                "tested_at": False,
            }
        )

    def _make_signature(self, headers):
        """The columns of a file, whatever their order; our own column of reasons does not count."""
        own = {compact(header) for header in self._get_reason_headers()}
        names = sorted(header.casefold() for header in headers if compact(header) not in own)
        return Digester([""] * len(names)).make(names)

    @api.model
    def _get_reason_headers(self):
        """What the column of reasons in a file of rejected rows is called, in any language that is used here."""
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        return {self.with_context(lang=code).env._("Why this row was rejected") for code in langs}
