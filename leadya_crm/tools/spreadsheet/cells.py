"""A cell as clean text, on the way in and on the way out."""

import datetime
import re

# Tab, line feed and carriage return are the control characters that mean something in a cell.
_CONTROL_RE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_EXCEL_TEXT_RE = re.compile(r'="([^"]*)"')
_EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}
#: First signs of a text that may be more than text, or that starts with a space.
_TO_BE_CLEANED = ("'", "=", "#", " ")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell_text(cell):
    """Any cell as clean text: dates in ISO form, whole numbers without a fraction, empty for nothing."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _clean_text(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.replace(microsecond=0).isoformat(sep=" ")
    return str(cell)


def clean_texts(cells):
    """All cells of a row as clean text.

    Nearly every cell is a text with nothing to be cleaned. Seeing that costs a tenth of cleaning it.
    """
    return [
        cell
        if cell.__class__ is str and cell.isprintable() and cell[:1] not in _TO_BE_CLEANED and cell[-1:] != " "
        else cell_text(cell)
        for cell in cells
    ]


def _clean_text(text):
    text = _CONTROL_RE.sub("", text).strip(" \t\r\n\xa0\u200e\u200f\u202a\u202b\u202c")
    if text in _EXCEL_ERRORS:
        return ""
    match = _EXCEL_TEXT_RE.fullmatch(text)
    if match:
        return match.group(1).strip()
    # An apostrophe before a formula sign is a spreadsheet's own mark for "text", ours included.
    if text.startswith("'") and text[1:].startswith(FORMULA_STARTS):
        return text[1:]
    return text


def safe_cell(text):
    """A text that no spreadsheet program takes for a formula, however it is carried further."""
    text = _CONTROL_RE.sub("", text)
    return "'" + text if text.startswith(FORMULA_STARTS) else text
