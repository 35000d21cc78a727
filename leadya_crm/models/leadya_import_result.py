"""What became of an import: counts, reasons, the leads, and the rejected rows as a workbook."""

import base64

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..tools.columns import compact
from ..tools.spreadsheet import write_xlsx
from .leadya_import import STARTED
from .leadya_import_map import OPTIONS


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    todo_count = fields.Integer("Waiting", compute="_compute_counts")
    created_count = fields.Integer("New Leads", compute="_compute_counts")
    joined_count = fields.Integer("Completed Leads", compute="_compute_counts")
    known_count = fields.Integer("Already There", compute="_compute_counts")
    rejected_count = fields.Integer("Rejected", compute="_compute_counts")
    remark_count = fields.Integer("With Remarks", compute="_compute_counts")
    undone_count = fields.Integer("Removed", compute="_compute_counts")
    kept_count = fields.Integer("Kept", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="Percent of the rows that are done.")
    planned_count = fields.Integer("Checked Rows", compute="_compute_counts")
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
            record.planned_count = sum(count for value, count in by_plan.items() if value)
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
        if self.state == "testing":
            left, total = self.total_count - self.planned_count, self.total_count
        elif self.state == "undoing":
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
                % (formatLang(self.env, count, digits=0), text, self.env._("first: row %(number)s", number=number))
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

    def action_load_mended(self):
        """Begin another import, with the same map and options, for rejected rows that were mended."""
        self.ensure_one()
        options = self._convert_to_write({name: self[name] for name in (*OPTIONS, "map_id", "company_id")})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load Mended Rows"),
            "res_model": self._name,
            "view_mode": "form",
            "context": {f"default_{name}": value for name, value in options.items()},
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
        content = write_xlsx(*self._prepare_rejected(rows))
        attachment = self._store_rejected(content)
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=true", "target": "self"}

    def _prepare_rejected(self, rows):
        """The columns as they came, and the reasons; reasons of an earlier round are left out.

        :return: headers, and an iterator of rows
        """
        width = max(len(self.headers), *(len(row.values or []) for row in rows))
        headers = [*self.headers, *[""] * (width - len(self.headers))]
        ours = {compact(header) for header in self._get_reason_headers()}
        positions = [position for position, header in enumerate(headers) if compact(header) not in ours]
        lines = (
            [*(values[position] if position < len(values) else "" for position in positions), row.reason or ""]
            for row in rows
            for values in [row.values or []]
        )
        return [*(headers[position] for position in positions), self.env._("Why this row was rejected")], lines

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
