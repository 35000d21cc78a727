"""Workbooks of our own."""

import io

import openpyxl

from .cells import safe_cell


def write_xlsx(headers, rows, title="Sheet1"):
    """Make a workbook of texts.

    :param headers: column names
    :param rows: iterable of lists of str; consumed once, row by row
    :return: bytes of an XLSX file in which no cell starts a formula
    """
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append([safe_cell(header) for header in headers])
    for row in rows:
        sheet.append([safe_cell(value) for value in row])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()
