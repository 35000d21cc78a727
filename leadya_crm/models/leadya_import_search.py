"""Spreadsheets of the kind "Search Console queries": which searches led to which pages.

What columns and cells say is understood in ``tools/search_console.py``.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.dates import detect_date_order
from ..tools.search_console import (
    SEARCH_SYNONYMS,
    SearchReportError,
    propose_search_targets,
    read_search_report,
    unpack,
)
from ..tools.spreadsheet import SpreadsheetError, open_spreadsheet
from ..tools.urls import split_page

#: What Search Console shows unless it is asked for other days.
USUAL_DAYS = 90


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    kind = fields.Selection(
        selection_add=[("search_console", "Search Console queries")], ondelete={"search_console": "cascade"}
    )
    search_page = fields.Char(
        "Page",
        copy=False,
        help="The address of the page that all rows are of, where the file has no column of pages. Read from the "
        "export where it was filtered by a page.",
    )
    search_query_ids = fields.One2many(
        "leadya.search.query", "import_id", "Loaded Queries", groups="leadya_crm.group_marketing"
    )
    search_query_count = fields.Integer(
        "Queries", compute="_compute_search_query_count", groups="leadya_crm.group_marketing"
    )

    @api.depends("search_query_ids")
    def _compute_search_query_count(self):
        groups = self.env["leadya.search.query"]._read_group(
            [("import_id", "in", self.ids)], ["import_id"], ["__count"]
        )
        counts = dict(groups)
        for record in self:
            record.search_query_count = counts.get(record._origin, 0)

    @api.model
    def _get_whole_kinds(self):
        return super()._get_whole_kinds() | {"search_console"}

    def get_formview_id(self, access_uid=None):
        """Queries have a form of their own."""
        if self.kind == "search_console":
            return self.env.ref("leadya_crm.leadya_import_view_form_search").id
        return super().get_formview_id(access_uid=access_uid)

    # ------------------------------------------------------------
    # FILE AND COLUMNS
    # ------------------------------------------------------------

    def _read_file(self):
        """Of Search Console's own export, which has several tables, the one of queries."""
        data = super()._read_file()
        if self.kind != "search_console":
            return data
        try:
            table, sheet, page = unpack(data, self._get_limits())
        except SpreadsheetError as error:
            raise UserError(self._describe(error.code, error.params)) from error
        except SearchReportError as error:
            raise UserError(self._describe(error.code, error.params)) from error
        if self.state == "draft":
            self.write({"search_page": page or False, **({"sheet_name": sheet} if sheet else {})})
        return table or data

    def _search_console_propose(self, headers, samples):
        if not (self.period_from and self.period_to):
            self.period_to = fields.Date.context_today(self)
            self.period_from = self.period_to - timedelta(days=USUAL_DAYS)
        targets = propose_search_targets(headers)
        return [(target, detect_date_order(samples[position]) or "dmy") for position, target in enumerate(targets)]

    def _search_console_check_columns(self):
        targets = self.column_ids.mapped("target")
        used = [target for target in targets if target != "ignore"]
        if len(used) != len(set(used)):
            raise UserError(self.env._("Two columns are taken for the same: leave out one of them."))
        for target, message in (
            ("search_query", self.env._("Choose the column of queries.")),
            ("clicks", self.env._("Choose the column of clicks.")),
        ):
            if target not in used:
                raise UserError(message)
        if "page" not in used and not split_page(self.search_page)[0]:
            raise UserError(self._describe("search_no_page", {}))
        if self.period_from and self.period_to and self.period_from > self.period_to:
            raise UserError(self.env._("The period ends before it begins."))

    # ------------------------------------------------------------
    # LOADING
    # ------------------------------------------------------------

    def _search_console_has_loaded(self):
        Query = self.env["leadya.search.query"].sudo()
        return bool(Query.search_count([("import_id", "in", self.ids)], limit=1))

    def _search_console_load(self, dry, progress):
        """Read the report and load it; on a dry run say what that would do.

        :raises UserError: with the row and the column of what can't be read
        """
        Query = self.env["leadya.search.query"]
        Query.check_access("create")
        report = self._search_console_read(progress)
        period = report.period or (self.period_from, self.period_to)
        if not all(period):
            raise UserError(self.env._("Enter the first and the last day that the queries are of."))
        # Rights were checked above; what is replaced may have been loaded by anybody of the company.
        replaced = Query.sudo()._find_replaced(self.company_id, period, {site for _name, site, _page in report.lines})
        findings = self._search_console_find(report, period, replaced)
        if not dry:
            replaced.unlink()
            Query.sudo()._insert_report(report, period, self)
        return findings

    def _search_console_read(self, progress):
        targets = self.column_ids.sorted("position").mapped("target")
        try:
            book = open_spreadsheet(self._read_file(), self._get_limits(), (self.sheet_name or "").strip() or None)
            return read_search_report(book, targets, self.search_page or "", progress)
        except (SpreadsheetError, SearchReportError) as error:
            raise UserError(self._describe(error.code, error.params)) from error

    def _search_console_find(self, report, period, replaced):
        """What there is to say of a report: pairs of a code and its parameters."""
        params = {
            "rows": report.row_count,
            "queries": len({name for name, _site, _page in report.lines}),
            "pages": len({(site, page) for _name, site, page in report.lines}),
            "clicks": sum(line.clicks for line in report.lines.values()),
            "from": str(period[0]),
            "to": str(period[1]),
        }
        findings = [("search_read", params)]
        if replaced:
            findings.append(("search_replaced", {"count": len(replaced)}))
        return findings

    def _search_console_undo(self):
        Query = self.env["leadya.search.query"]
        Query.check_access("unlink")
        own = Query.sudo().search([("import_id", "=", self.id)])
        count = len(own)
        own.unlink()
        return [("search_undone", {"count": count})]

    def action_view_search_queries(self):
        """Open the queries that the import has loaded."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_search_query_action"),
            "domain": [("import_id", "=", self.id)],
            "context": {},
        }

    @api.model
    def _get_templates(self):
        return {
            **super()._get_templates(),
            # What stops a report
            "search_no_queries": self.env._(
                "The archive has no table of queries. In Search Console open Performance ‣ Queries, and export that."
            ),
            "search_no_rows": self.env._("The file has no queries with clicks or impressions."),
            "search_no_page": self.env._(
                "The file doesn't say which pages its queries led to. In Search Console add a filter by one page, and "
                "export that; or use a tool that gives query and page in one table; or enter the page here."
            ),
            "search_bad_count": self.env._("Row %(row)s, column “%(column)s”: “%(value)s” is no whole number."),
            "search_bad_page": self.env._("Row %(row)s, column “%(column)s”: “%(value)s” is no address of a page."),
            "search_bad_day": self.env._("Row %(row)s, column “%(column)s”: “%(value)s” is no date."),
            # What is said of a report
            "search_read": self.env._(
                "%(rows)s rows: %(queries)s queries that led to %(pages)s pages, %(clicks)s clicks, "
                "from %(from)s to %(to)s."
            ),
            "search_replaced": self.env._("Loaded before for some of these days, and replaced: %(count)s rows."),
            "search_undone": self.env._("%(count)s rows were taken back."),
        }


class LeadyaImportColumn(models.Model):
    _inherit = "leadya.import.column"

    def _get_allowed_targets(self):
        if self.import_id.kind == "search_console":
            return [*SEARCH_SYNONYMS, "ignore"]
        return super()._get_allowed_targets()
