"""A spreadsheet on its way in.

SPECIFICATIONS

The user gives a file and is led through: columns (a proposal for each) → names in the file and what they
stand for here (sources, statuses, owners, countries) → dry run → import in the background → result.

What it promises:

* The file is read once. Its rows are kept as ``leadya.import.row`` before anything is tried with them, and a
  row changes its state in the transaction that makes its lead: whatever happens to the server, every row is
  done once.
* A row with an identifier, or any way to reach somebody, becomes a lead. All others are given back, with the
  reason. A value that its field can't take is kept on the lead as labelled text.
* The same file again adds nothing. A row is known again by its identifier, else by its whole content.
* Old leads are loaded for the record: nothing is promised, nobody is told, their creation times are kept.
* The rights of whoever started the import hold, at every row.

The work on rows is in ``leadya_import_run.py``; reading files, columns and cells in ``tools/``.
"""

import base64
import json
import logging
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.base.models.res_partner import _tz_get

from ..tools.columns import REPEATABLE, detect_date_order, propose_targets
from ..tools.lead_rows import make_digest
from ..tools.spreadsheet import MEGABYTE, Limits, SpreadsheetError, open_spreadsheet, write_xlsx

_logger = logging.getLogger(__name__)

MAX_MEGABYTES = 50
#: Filled values of a column that are looked at to tell what it holds; taken from the whole length of the file.
SAMPLE_SIZE = 200
#: Rows sent to the database in one statement while a file is read.
STAGE_SIZE = 1000

#: States in which rows are being worked on, or are done.
STARTED = ("running", "paused", "undoing")


class LeadyaImport(models.Model):
    _name = "leadya.import"
    _description = "Spreadsheet Import"
    _order = "id desc"
    _check_company_auto = True

    # Definition
    name = fields.Char(required=True, compute="_compute_name", store=True, readonly=False, precompute=True)
    kind = fields.Selection([("leads", "Leads")], default="leads", required=True)
    state = fields.Selection(
        [
            ("draft", "File"),
            ("mapped", "Columns"),
            ("tested", "Checked"),
            ("running", "Running"),
            ("paused", "Stopped"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("undoing", "Being undone"),
            ("cancelled", "Undone"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    file = fields.Binary(attachment=True, copy=False)
    filename = fields.Char(copy=False)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    user_id = fields.Many2one(
        "res.users",
        "Imported By",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        copy=False,
        help="With whose rights the leads are made: of whoever started the import.",
    )

    # Options
    team_id = fields.Many2one(
        "crm.team", "Sales Team", check_company=True, help="For leads whose row says nothing of a team."
    )
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="In which the file's times are written.",
    )
    ref_prefix = fields.Char(
        "Identifier Prefix",
        help="Put before the file's identifiers, such as “zoho-”. Needed only where two systems use the same numbers.",
    )
    as_new = fields.Boolean(
        "Treat as New Leads",
        help="Assign them, promise an answer and schedule the first call, as for leads that come in now. "
        "Without it they are loaded for the record: nobody is told, nothing is promised.",
    )
    duplicate_mode = fields.Selection(
        [("join", "Complete that lead"), ("create", "Make another, and mark it")],
        "Already an Open Lead",
        default="join",
        required=True,
        help="What to do with a row without a new identifier whose person has an open lead already.",
    )

    # What was read
    sheet_name = fields.Char("Sheet", help="Of the workbook. Empty: the first that holds something.")
    sheet_names = fields.Char("Sheets", readonly=True, copy=False)
    recognised = fields.Char("Recognized As", readonly=True, copy=False)
    signature = fields.Char(
        readonly=True, copy=False, index="btree_not_null", help="The file's headers, to know such a file again."
    )
    headers = fields.Json(readonly=True, copy=False)
    total_count = fields.Integer("Rows", readonly=True, copy=False)
    origin_id = fields.Many2one(
        "leadya.import",
        "Map Taken From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="An earlier import with the same columns, whose map is proposed again.",
    )
    column_ids = fields.One2many("leadya.import.column", "import_id", "Columns")
    value_ids = fields.One2many("leadya.import.value", "import_id", "Names")
    source_value_ids = fields.One2many(
        "leadya.import.value", "import_id", "Sources", domain=[("kind", "=", "source_id")]
    )
    stage_value_ids = fields.One2many(
        "leadya.import.value", "import_id", "Statuses", domain=[("kind", "=", "stage_id")]
    )
    user_value_ids = fields.One2many("leadya.import.value", "import_id", "Owners", domain=[("kind", "=", "user_id")])
    country_value_ids = fields.One2many(
        "leadya.import.value", "import_id", "Countries", domain=[("kind", "=", "country_id")]
    )
    channel_value_ids = fields.One2many(
        "leadya.import.value", "import_id", "Channels", domain=[("kind", "=", "channel_id")]
    )
    team_value_ids = fields.One2many("leadya.import.value", "import_id", "Teams", domain=[("kind", "=", "team_id")])
    unknown_value_count = fields.Integer("Unknown Names", compute="_compute_unknown_value_count")
    row_ids = fields.One2many("leadya.import.row", "import_id", "Rows of the File", readonly=True)

    # Outcome
    todo_count = fields.Integer("Waiting", compute="_compute_counts")
    created_count = fields.Integer("New Leads", compute="_compute_counts")
    joined_count = fields.Integer("Completed Leads", compute="_compute_counts")
    known_count = fields.Integer("Already There", compute="_compute_counts")
    rejected_count = fields.Integer("Rejected", compute="_compute_counts")
    remark_count = fields.Integer("With Remarks", compute="_compute_counts")
    undone_count = fields.Integer("Removed", compute="_compute_counts")
    kept_count = fields.Integer("Kept", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="Percent of the rows that are done.")
    planned_created_count = fields.Integer("Would Be New", compute="_compute_counts")
    planned_joined_count = fields.Integer("Would Complete a Lead", compute="_compute_counts")
    planned_known_count = fields.Integer("Would Be Already There", compute="_compute_counts")
    planned_rejected_count = fields.Integer("Would Be Rejected", compute="_compute_counts")
    reason_html = fields.Html("Reasons", compute="_compute_reason_html", sanitize=False)
    error = fields.Text(readonly=True, copy=False)
    tested_at = fields.Datetime("Checked On", readonly=True, copy=False)
    started_at = fields.Datetime("Started On", readonly=True, copy=False)
    finished_at = fields.Datetime("Finished On", readonly=True, copy=False)
    duration = fields.Float(compute="_compute_duration", help="Seconds from start to end, breaks included.")

    @api.depends("filename")
    def _compute_name(self):
        """The file's name, until somebody gives another."""
        unnamed = self.env._("New import")
        for record in self:
            if record.filename and record.name in (False, unnamed):
                # Some browsers give a path; nothing of it is used but to show a name.
                record.name = record.filename.replace("\\", "/").rsplit("/", 1)[-1][:200]
            record.name = record.name or unnamed

    @api.depends("value_ids.state")
    def _compute_unknown_value_count(self):
        counts = dict(
            self.env["leadya.import.value"]._read_group(
                [("import_id", "in", self.ids), ("state", "=", "unknown")], ["import_id"], ["__count"]
            )
        )
        for record in self:
            record.unknown_value_count = counts.get(record._origin, 0)

    @api.depends("row_ids.state", "row_ids.planned", "total_count")
    def _compute_counts(self):
        """Counted from the rows, so that the import itself isn't written to, and locked, while it runs."""
        Row = self.env["leadya.import.row"]
        states = self._count_rows(Row, "state")
        planned = self._count_rows(Row, "planned")
        remarks = dict(
            Row._read_group([("import_id", "in", self.ids), ("remark_code", "!=", False)], ["import_id"], ["__count"])
        )
        for record in self:
            by_state, by_plan = states.get(record._origin, {}), planned.get(record._origin, {})
            for state in ("todo", "created", "joined", "known", "rejected", "undone", "kept"):
                record[f"{state}_count"] = by_state.get(state, 0)
            for state in ("created", "joined", "known", "rejected"):
                record[f"planned_{state}_count"] = by_plan.get(state, 0)
            record.remark_count = remarks.get(record._origin, 0)
            record.progress = record._get_progress()

    def _count_rows(self, Row, field_name):
        counts = {}
        groups = Row._read_group([("import_id", "in", self.ids)], ["import_id", field_name], ["__count"])
        for record, value, count in groups:
            counts.setdefault(record, {})[value] = count
        return counts

    def _get_progress(self):
        """Percent of the work that is behind; while an import is undone, of the undoing."""
        if self.state == "undoing":
            left, total = self.created_count, self.created_count + self.undone_count + self.kept_count
        else:
            left, total = self.todo_count, self.total_count
        return 100.0 * (total - left) / total if total else 0.0

    @api.depends("started_at", "finished_at")
    def _compute_duration(self):
        for record in self:
            ended = record.finished_at or (record.state in STARTED and fields.Datetime.now())
            record.duration = (ended - record.started_at).total_seconds() if record.started_at and ended else 0.0

    @api.depends("row_ids.state", "row_ids.planned", "row_ids.code", "row_ids.remark_code")
    @api.depends_context("lang")
    def _compute_reason_html(self):
        """Each reason once, with its count and the first row that it stands at."""
        templates = self._get_templates()
        for record in self:
            lines = record._get_reason_lines(templates)
            items = Markup().join(
                Markup("<li><b>%s</b> × %s <span class='text-muted'>(%s)</span></li>")
                % (count, text, self.env._("first: row %(number)s", number=number))
                for count, text, number in lines
            )
            record.reason_html = Markup("<ul class='mb-0'>%s</ul>") % items if items else False

    def _get_reason_lines(self, templates):
        self.ensure_one()
        Row = self.env["leadya.import.row"]
        lines = []
        for name in ("code", "remark_code"):
            groups = Row._read_group(
                [("import_id", "in", self.ids), (name, "!=", False)],
                [name],
                ["__count", "number:min"],
                order="__count DESC",
            )
            for code, count, number in groups:
                lines.append((count, templates.get(f"{code}_summary") or templates.get(code, code), number))
        return lines

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_protected(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected([vals])
        if "file" in vals or "sheet_name" in vals:
            self._check_not_started()
            self._set({"state": "draft"})
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(record.state in ("running", "undoing") for record in self):
            raise UserError(self.env._("Stop the import before you delete it."))

    def _check_protected(self, vals_list):
        """Nobody lends an import the rights of somebody else, nor starts one past its checks.

        :raises AccessError: where the values name another user than oneself, or a state
        """
        if not self.env.su and any(
            "state" in vals or vals.get("user_id", self.env.uid) != self.env.uid for vals in vals_list
        ):
            raise AccessError(
                self.env._(
                    "An import is started, stopped and undone by its buttons, with the rights of whoever presses them."
                )
            )

    def _set(self, values):
        """Write what only the import itself may: its state, and whose rights it uses."""
        self.check_access("write")
        self.sudo().write(values)

    def _check_not_started(self):
        if any(record.state in STARTED for record in self):
            raise UserError(self.env._("The import is under way: stop it, or wait for its end."))

    # ------------------------------------------------------------
    # ACTIONS: FILE
    # ------------------------------------------------------------

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
        # Every column's sample comes from the whole file: the more rows there are, the sparser it is taken.
        step, total, batch = 1, 0, []
        for row in book.rows():
            total += 1
            if total % step == 0:
                step = self._sample_row(samples, row.values, step)
            batch.append([row.number, row.values, row.cut or None, make_digest(book.headers, row.values)])
            if len(batch) >= STAGE_SIZE:
                self._insert_rows(batch)
                batch = []
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
                "signature": make_digest([], sorted(header.casefold() for header in book.headers)),
                "headers": book.headers,
                "total_count": total,
                "error": False,
                "started_at": False,
                "finished_at": False,
                "tested_at": False,
            }
        )

    # ------------------------------------------------------------
    # COLUMNS AND NAMES
    # ------------------------------------------------------------

    def _propose_columns(self, headers, samples):
        """Propose a target for each column: as in the last import of such a file, else by name and values."""
        origin = self.search(
            [
                ("signature", "=", self.signature),
                ("id", "!=", self.id),
                ("state", "in", ("running", "paused", "done")),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )
        earlier = {column.header: column.target for column in origin.column_ids}
        proposals = propose_targets(headers, samples)
        month_first = "%m" in (self.env["res.lang"]._get_data(code=self.env.user.lang).date_format or "")[:3]
        self.column_ids.sudo().unlink()
        self.value_ids.sudo().unlink()
        self.origin_id = origin
        self.env["leadya.import.column"].sudo().create(
            [
                {
                    "import_id": self.id,
                    "position": position,
                    "header": header,
                    "target": earlier.get(header, proposals[position]),
                    "sample": self._format_sample(samples[position]),
                    "date_order": detect_date_order(samples[position]) or ("mdy" if month_first else "dmy"),
                }
                for position, header in enumerate(headers)
            ]
        )

    def _format_sample(self, values):
        shown = [value if len(value) <= 40 else value[:39] + "…" for value in dict.fromkeys(values)]
        return " · ".join(" ".join(value.split()) for value in shown[:3])

    def _sync_values(self):
        """Bring the list of names in line with the columns; what somebody chose stays."""
        self.ensure_one()
        self.env["leadya.import.value"].sudo()._sync(self)

    def _reset_test(self):
        """What was checked has changed."""
        self.filtered(lambda record: record.state == "tested")._set({"state": "mapped"})

    def _get_column(self, target):
        self.ensure_one()
        return self.column_ids.filtered(lambda column: column.target == target)[:1]

    def _check_columns(self):
        """Raise where the map of columns can't be used."""
        for record in self:
            taken = {}
            for column in record.column_ids:
                if column.target in REPEATABLE:
                    continue
                if column.target in taken:
                    raise UserError(
                        self.env._(
                            "Columns “%(first)s” and “%(second)s” can't both be %(field)s.",
                            first=taken[column.target],
                            second=column.header,
                            field=dict(column._fields["target"]._description_selection(self.env))[column.target],
                        )
                    )
                taken[column.target] = column.header
            if not taken.keys() & {"external_ref", "email_from", "phone", "mobile"}:
                raise UserError(
                    self.env._(
                        "Choose the column of the identifier, e-mail or phone: without any of them no row is a lead."
                    )
                )

    # ------------------------------------------------------------
    # ACTIONS: RUN
    # ------------------------------------------------------------

    def action_dry_run(self):
        """Find out, without changing anything, what would become of each row."""
        self.ensure_one()
        self.check_access("write")
        self._check_not_started()
        self._check_ready()
        self._test_rows()
        self._set({"state": "tested", "tested_at": fields.Datetime.now()})
        return True

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

    def action_undo(self):
        """Remove the leads of this import that nobody has touched since."""
        for record in self:
            record.check_access("write")
            if record.state not in ("done", "paused", "failed"):
                raise UserError(self.env._("Only an import that has ended can be undone."))
            self.env["crm.lead"].check_access("unlink")
            record._set({"state": "undoing", "user_id": self.env.uid, "finished_at": False})
        self._trigger_cron()
        return True

    def _trigger_cron(self):
        self.env.ref("leadya_crm.ir_cron_leadya_run_imports").sudo()._trigger()

    # ------------------------------------------------------------
    # ACTIONS: RESULT
    # ------------------------------------------------------------

    def action_view_leads(self):
        """Open the leads that the import made or completed, lost ones among them."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leads of %(name)s", name=self.name),
            "res_model": "crm.lead",
            "view_mode": "list,kanban,form,pivot,graph",
            "domain": [("import_row_ids.import_id", "=", self.id)],
            "context": {"active_test": False},
        }

    def action_view_rows(self):
        """Open the rows of the file with what became, or would become, of each."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_import_row_action"),
            "domain": [("import_id", "=", self.id)],
            "context": {},
        }

    def action_download_rejected(self):
        """Give the rejected rows back as a workbook, each with its reason, to be mended and loaded again."""
        self.ensure_one()
        self.check_access("read")
        rows = self.env["leadya.import.row"].search(
            [("import_id", "=", self.id), ("state", "=", "rejected")], order="number"
        )
        if not rows:
            raise UserError(self.env._("No row was rejected."))
        width = max(len(self.headers), *(len(row.values or []) for row in rows))
        headers = [*self.headers, *[""] * (width - len(self.headers)), self.env._("Why this row was rejected")]
        content = write_xlsx(
            headers, ([*(row.values or []), *[""] * (width - len(row.values or [])), row.reason or ""] for row in rows)
        )
        attachment = self._store_rejected(content)
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=true", "target": "self"}

    def _store_rejected(self, content):
        name = self.env._("Rejected rows of %(name)s.xlsx", name=self.name.rsplit(".", 1)[0])
        domain = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("res_field", "=", False),
            ("name", "=", name),
        ]
        self.env["ir.attachment"].search(domain).unlink()
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "datas": base64.b64encode(content),
                "res_model": self._name,
                "res_id": self.id,
                "mimetype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            }
        )

    def _get_zone(self):
        return ZoneInfo(self.tz or "UTC")

    def _escape_notes(self, notes):
        """Labelled texts as a part of a lead's notes.

        :param notes: list of (label, text)
        """
        lines = [
            Markup("<b>%s:</b> %s") % (label, escape(text).replace("\n", Markup("<br/>"))) for label, text in notes
        ]
        return Markup("<p>%s</p>") % Markup("<br/>").join(lines) if lines else Markup("")
