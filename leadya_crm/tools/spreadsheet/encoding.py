"""Which characters the bytes of a text are."""

import codecs
import re

from .errors import MEGABYTE, SpreadsheetError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: How much of a file is looked at, in bytes, where all of it would say no more.
SAMPLE_SIZE = 256 * 1024


def encoding_from_bom(data):
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    return None


def detect_encoding(data):
    """Tell the encoding of text.

    :return: a Python codec name
    :raise SpreadsheetError: when the bytes are no text at all
    """
    encoding = encoding_from_bom(data) or _utf16_without_bom(data)
    if encoding:
        return encoding
    if b"\x00" in data:
        raise SpreadsheetError("binary")
    if _decodes(data, "utf-8"):
        return "utf-8"
    return _eight_bit_encoding(data)


def _utf16_without_bom(data):
    """Latin letters and separators leave a zero in every second byte."""
    sample = data[:4096]
    if len(sample) < 4 or b"\x00" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.2 and even <= half * 0.02:
        return "utf-16-le"
    if even > half * 0.2 and odd <= half * 0.02:
        return "utf-16-be"
    return None


def _decodes(data, encoding):
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    try:
        for start in range(0, len(view), MEGABYTE):
            decoder.decode(view[start : start + MEGABYTE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _eight_bit_encoding(data):
    """Choose among the one-byte code pages of our markets by the words they would make.

    Hebrew letters are 0xE0-0xFA in windows-1255, a range that windows-1251 gives to Russian letters too; Russian
    shows itself by capitals (0xC0-0xDF) and by the letters after 0xFA, which are among its commonest. Western
    text has single accented letters inside Latin words.
    """
    accented = native = russian_only = 0
    for word in re.findall(rb"[A-Za-z\x80-\xff]+", data[:SAMPLE_SIZE]):
        if not re.search(rb"[\xc0-\xff]", word):
            continue
        if re.search(rb"[A-Za-z]", word):
            accented += 1
        else:
            native += len(re.findall(rb"[\xe0-\xfa]", word))
            russian_only += len(re.findall(rb"[\xc0-\xdf\xfb-\xff\xa8\xb8]", word))
    if native + russian_only > 2 * accented:
        hebrew = russian_only <= 0.04 * (native + russian_only)
        encoding = "cp1255" if hebrew else "cp1251"
        if _decodes(data, encoding):
            return encoding
    return "cp1252" if _decodes(data, "cp1252") else "latin-1"


def binary_share(data):
    """How much of the file's beginning is control characters that no text has, from 0 to 1."""
    sample = data[:SAMPLE_SIZE]
    return len(re.findall(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]", sample)) / len(sample)
