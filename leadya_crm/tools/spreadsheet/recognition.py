"""What a file is, by its content."""

import re

from .delimited import CsvSpreadsheet
from .encoding import encoding_from_bom
from .errors import DEFAULT_LIMITS, MEGABYTE, SpreadsheetError
from .workbook import XlsxSpreadsheet

_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"{\\rtf", "document"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def open_spreadsheet(data, limits=DEFAULT_LIMITS, sheet=None):
    """Recognise a file and find its header.

    :param bytes data: the whole file
    :param Limits limits: bounds to hold it to
    :param str sheet: name of the workbook's sheet to read; the first that holds something when not given
    :return: a `CsvSpreadsheet` or `XlsxSpreadsheet`
    :raise SpreadsheetError: when the file is not usable, with the reason
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise SpreadsheetError("empty")
    if len(data) > limits.file_size:
        raise SpreadsheetError(
            "too_big",
            size=round(len(data) / MEGABYTE, 1),
            limit=round(limits.file_size / MEGABYTE),
        )
    _refuse_other_formats(data)
    if data.startswith(_ZIP):
        return XlsxSpreadsheet(data, limits, sheet)
    return CsvSpreadsheet(data, limits)


def _refuse_other_formats(data):
    """Raise for everything that is recognised and cannot be read."""
    for signature, code in _SIGNATURES:
        if data.startswith(signature):
            raise SpreadsheetError(code)
    if data.startswith(_OLE):
        # A workbook locked with a password is wrapped in the same container as the old format.
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise SpreadsheetError("locked" if locked else "old_xls")
    head = _head_text(data).lstrip("\ufeff \t\r\n").lower()
    if not head.startswith("<"):
        return
    if "urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise SpreadsheetError("xml")
    if re.search(r"<(!doctype\s+html|html|head|body|table|meta|div|style)\b", head):
        raise SpreadsheetError("html")
    if head.startswith("<?xml"):
        raise SpreadsheetError("xml")


def _head_text(data):
    """The beginning of the file as text, good enough to look for markup in."""
    encoding = encoding_from_bom(data) or "latin-1"
    return data[:4096].decode(encoding, errors="ignore")
