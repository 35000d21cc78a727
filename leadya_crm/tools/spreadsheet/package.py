"""What a workbook is packed in: an archive of XML, which may be meant to do harm."""

import io
import zipfile
from xml.parsers import expat

from .errors import MEGABYTE, SpreadsheetError

#: Beginnings of names of parts that are read piece by piece, or not at all: their size alone does no harm.
_ANY_SIZE = (
    "xl/worksheets/", "xl/media/", "xl/embeddings/", "xl/pivot", "xl/drawings/", "xl/charts/", "xl/comments",
    "xl/externallinks/", "xl/printersettings/", "xl/calcchain", "xl/vbaproject", "customxml/",
)  # fmt: skip
#: Begins each entry of an archive's directory.
_ENTRY = b"PK\x01\x02"


def check_package(data, limits):
    """Refuse what is no workbook, unpacks to an unreasonable size, or brings its own XML entities."""
    # Before the directory is read: of each entry it makes an object.
    if data.count(_ENTRY) > limits.members:
        raise SpreadsheetError("zip_bomb", limit=round(limits.unpacked_size / MEGABYTE))
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        members = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise SpreadsheetError("damaged") from error
    with package:
        _refuse_other_packages({member.filename for member in members})
        _refuse_size(members, limits.unpacked_size)
        for member in members:
            name = member.filename.lower()
            if name.endswith((".xml", ".rels")):
                root = _read_root(package, member)
                if root == "sst" or "sharedstrings" in name:
                    _refuse_size([member], limits.shared_strings_size)
                    _refuse_count(package, member, limits.shared_strings, b"<si", b":si")
                elif not name.startswith(_ANY_SIZE):
                    _refuse_size([member], limits.part_size)
                    _refuse_count(package, member, 2 * limits.part_elements, b"<")


def _refuse_size(members, limit):
    if sum(member.file_size for member in members) > limit:
        raise SpreadsheetError("zip_bomb", limit=round(limit / MEGABYTE))


def _refuse_count(package, member, limit, *signs):
    """Refuse a part in which signs of elements (beginnings of their tags) stand too often."""
    count = 0
    # No element takes less than four bytes.
    if member.file_size > 2 * limit:
        with package.open(member) as part:
            while chunk := part.read(MEGABYTE):
                count += sum(map(chunk.count, signs))
    if count > limit:
        raise SpreadsheetError("zip_bomb", limit=round(member.file_size / MEGABYTE))


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


def _read_root(package, member):
    """The name of the part's root element.

    A document type stands before it, if anywhere: no more is read than that far.

    :raise SpreadsheetError: on a document type, which no spreadsheet program writes
    """
    parser = expat.ParserCreate()

    def refuse(*_args):
        raise SpreadsheetError("xml_entities", part=member.filename[:80])

    def stop(name, _attributes):
        raise _RootReached(name.rsplit(":", 1)[-1])

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        with package.open(member) as part:
            while chunk := part.read(8192):
                parser.Parse(chunk)
    except _RootReached as root:
        return str(root)
    except SpreadsheetError:
        raise
    except Exception as error:
        raise SpreadsheetError("damaged") from error
    return ""
