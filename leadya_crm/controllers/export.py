"""Exports in which nothing that a stranger wrote is calculated.

What comes in by a door is shown in lists and pivots, and leaves Odoo in workbooks that somebody opens: a name such
as ``=HYPERLINK(…)`` must stay a text there. Odoo sees to it in most of its CSV; here it is seen to in all of it, and in
workbooks too.
"""

import json

from werkzeug.datastructures import FileStorage

from odoo import http

from odoo.addons.web.controllers.export import CSVExport, ExcelExport, ExportXlsxWriter, GroupExportXlsxWriter
from odoo.addons.web.controllers.pivot import TableExporter

#: Texts that the library takes for formulas.
_FORMULAS = ("=", "{=")
#: Beginnings beside =, + and -, which Odoo sees to.
_MORE_CSV_FORMULAS = ("@", "\t", "\r")


class TextWriterMixin:
    """Writes every text as a text."""

    def write(self, row, column, cell_value, style=None):
        if isinstance(cell_value, str) and cell_value.startswith(_FORMULAS):
            return self.worksheet.write_string(row, column, cell_value, style)
        return super().write(row, column, cell_value, style)


class TextXlsxWriter(TextWriterMixin, ExportXlsxWriter):
    pass


class GroupTextXlsxWriter(TextWriterMixin, GroupExportXlsxWriter):
    pass


class LeadyaExcelExport(ExcelExport):
    def from_data(self, fields, columns_headers, rows):
        with TextXlsxWriter(fields, columns_headers, len(rows)) as writer:
            for row_number, row in enumerate(rows, 1):
                for column, value in enumerate(row):
                    writer.write_cell(row_number, column, value)
        return writer.value

    def from_group_data(self, fields, columns_headers, groups):
        with GroupTextXlsxWriter(fields, columns_headers, groups.count) as writer:
            row, column = 1, 0
            for name, group in groups.children.items():
                row, column = writer.write_group(row, column, name, group)
        return writer.value


class LeadyaCsvExport(CSVExport):
    def from_data(self, fields, columns_headers, rows):
        return super().from_data(fields, columns_headers, [list(map(_as_csv_text, row)) for row in rows])


class LeadyaTableExporter(TableExporter):
    @http.route()
    def export_xlsx(self, data, **kw):
        table = json.load(data) if isinstance(data, FileStorage) else json.loads(data)
        for title in _find_titles(table or {}):
            # Only a text in front of it makes the library take it for one.
            title["title"] = f"'{title['title']}"
        return super().export_xlsx(json.dumps(table), **kw)


def _as_csv_text(value):
    return f"'{value}" if isinstance(value, str) and value.startswith(_MORE_CSV_FORMULAS) else value


def _find_titles(table):
    """The headers and rows of a pivot whose title would be a formula."""
    headers = [header for row in table.get("col_group_headers") or () for header in row]
    headers += [*(table.get("measure_headers") or ()), *(table.get("rows") or ())]
    return [header for header in headers if str(header.get("title") or "").startswith(_FORMULAS)]
