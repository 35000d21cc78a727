"""What a workbook is packed in: an archive of XML, which may be meant to do harm."""

import io
import zipfile
from xml.parsers import expat

from .errors import MEGABYTE, SpreadsheetError


def check_package(data, limits):
    """Refuse what is no workbook, unpacks to an unreasonable size, or brings its own XML entities."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        members = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise SpreadsheetError("damaged") from error
    with package:
        names = {member.filename for member in members}
        _refuse_other_packages(names)
        if len(members) > limits.members or _unpacked(members) > limits.unpacked_size:
            raise SpreadsheetError("zip_bomb", limit=round(limits.unpacked_size / MEGABYTE))
        if _unpacked(m for m in members if "sharedstrings" in m.filename.lower()) > (limits.shared_strings_size):
            raise SpreadsheetError("zip_bomb", limit=round(limits.shared_strings_size / MEGABYTE))
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                _refuse_entities(package, member)


def _unpacked(members):
    return sum(member.file_size for member in members)


def _refuse_other_packages(names):
    if any(name.startswith("xl/") and name.endswith("workbook.xml") for name in names):
        return
    if "xl/workbook.bin" in names:
        raise SpreadsheetError("xlsb")
    if "content.xml" in names and "mimetype" in names:
        raise SpreadsheetError("ods")
    if "[Content_Types].xml" in names and not any(name.startswith("xl/") for name in names):
        raise SpreadsheetError("document")
    if not any(name.startswith("xl/") for name in names):
        raise SpreadsheetError("archive")


class _RootReached(Exception):
    pass


def _refuse_entities(package, member):
    """A document type stands before the root element, if anywhere: read only that far."""
    parser = expat.ParserCreate()

    def refuse(*_args):
        raise SpreadsheetError("xml_entities", part=member.filename[:80])

    def stop(*_args):
        raise _RootReached

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        with package.open(member) as part:
            while chunk := part.read(8192):
                parser.Parse(chunk)
    except _RootReached:
        return
    except SpreadsheetError:
        raise
    except Exception as error:
        raise SpreadsheetError("damaged") from error
