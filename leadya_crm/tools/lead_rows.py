"""Turn the cells of a row into the values of a lead, as far as no database is needed.

Plain Python, no ORM. How to use::

    reader = RowReader([Column(0, "E-mail", "email_from"), ...], zone=ZoneInfo("Asia/Jerusalem"), now=now)
    lead = reader.parse(["joe@acme.example", ...])
    lead.values       # {"email_from": "joe@acme.example", ...}, ready to be written
    lead.names        # {"source_id": "Trade Show", ...}, to be resolved to records
    lead.notes        # [("Industry", "Education"), ...], to be kept on the lead as labelled text
    lead.remarks      # [("bad_date", {...}), ...], what could not be taken as it came

No value is dropped: what a field can't take goes to the notes under its column's name, with a remark.
"""

import hashlib
from dataclasses import dataclass, field

from .cell_values import is_rounded_number, looks_like_email, looks_like_phone, parse_amount
from .columns import CLICK_ID_HEADERS, compact, target_by_header
from .dates import parse_datetime

# Targets that are names of records, for the caller to resolve.
NAME_TARGETS = (
    "source_id",
    "medium_id",
    "campaign_id",
    "channel_id",
    "stage_id",
    "user_id",
    "team_id",
    "country_id",
    "state_id",
    "lang_id",
    "tag_ids",
)
# Longest texts that fit where they go; what is longer is cut and kept whole in the notes.
_LENGTHS = {
    "external_ref": 128,
    "name": 250,
    "contact_name": 128,
    "first_name": 63,
    "last_name": 64,
    "partner_name": 128,
    "email_from": 254,
    "phone": 64,
    "mobile": 64,
    "website": 255,
    "street": 128,
    "street2": 128,
    "city": 128,
    "zip": 32,
    "function": 128,
    "referred": 128,
    "utm_term": 255,
    "landing_url": 2048,
    "referrer_url": 2048,
    "click_id": 512,
}


@dataclass(frozen=True)
class Column:
    """One column: its position, its header, the target it is meant for, and the order of its dates."""

    position: int
    header: str
    target: str
    date_order: str = "dmy"


@dataclass
class LeadRow:
    values: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    remarks: list = field(default_factory=list)

    @property
    def is_lead(self):
        """A row with an identifier or any way to reach someone is a lead."""
        return bool(self.values.get("external_ref") or self.is_reachable)

    @property
    def is_reachable(self):
        values = self.values
        return looks_like_email(values.get("email_from", "")) or looks_like_phone(values.get("phone", ""))


class RowReader:
    """Reads rows by a column map.

    :param columns: list of `Column`
    :param zone: tzinfo of the file's clock
    :param now: naive UTC; a lead can't have been created after it
    :param str ref_prefix: put before identifiers, so that those of two systems are not mixed up
    """

    def __init__(self, columns, zone, now, ref_prefix=""):
        self.columns = [column for column in columns if column.target != "ignore"]
        self.zone = zone
        self.now = now
        self.ref_prefix = ref_prefix
        self.width = max((column.position for column in columns), default=-1) + 1
        self._readers = {
            "email_from": self._read_email,
            "phone": self._read_phone,
            "mobile": self._read_phone,
            "create_date": self._read_date,
            "expected_revenue": self._read_amount,
            "external_ref": self._read_reference,
            "click_id": self._read_click_id,
        }

    def parse(self, cells, cut=()):
        """Read one row.

        :param list[str] cells: texts, as the spreadsheet core gives them
        :param cut: positions of cells that had to be cut already
        :rtype: LeadRow
        """
        lead = LeadRow()
        for column in self.columns:
            text = cells[column.position] if column.position < len(cells) else ""
            if not text:
                continue
            if column.position in cut:
                lead.remarks.append(("cell_cut", {"column": column.header}))
            self._read_cell(lead, column, text)
        for position in range(self.width, len(cells)):
            if cells[position]:
                lead.notes.append((f"#{position + 1}", cells[position]))
        if any(cells[self.width :]):
            lead.remarks.append(("extra_cells", {}))
        self._join_names(lead)
        self._choose_phone(lead)
        return lead

    def _read_cell(self, lead, column, text):
        target = column.target
        if target == "note":
            lead.notes.append((column.header, text))
        elif target == "description":
            lead.values["description"] = text
        elif target in NAME_TARGETS:
            lead.names[target] = " ".join(text.split())[:250]
        elif target in self._readers:
            self._readers[target](lead, column, text)
        else:
            self._put_text(lead, column, text)

    def _put_text(self, lead, column, text):
        line = " ".join(text.split())
        limit = _LENGTHS.get(column.target, 250)
        if len(line) > limit:
            lead.remarks.append(("text_cut", {"column": column.header, "limit": limit}))
            lead.notes.append((column.header, text))
            line = line[:limit].rstrip()
        lead.values[column.target] = line

    def _refuse(self, lead, column, text, code):
        """Keep a value that its field can't take as a note, and say so."""
        lead.notes.append((column.header, text))
        lead.remarks.append((code, {"column": column.header, "value": text[:80]}))

    def _read_reference(self, lead, column, text):
        self._put_text(lead, column, self.ref_prefix + text)

    def _read_email(self, lead, column, text):
        # The mail program's own way of writing an address: "Joe <joe@acme.example>".
        bare = text.removeprefix("mailto:").strip()
        if bare.endswith(">") and "<" in bare:
            bare = bare[bare.rindex("<") + 1 : -1].strip()
        if looks_like_email(bare) and len(bare) <= _LENGTHS["email_from"]:
            lead.values["email_from"] = bare
            return
        # Several addresses in one cell: the first can be used, all are kept.
        first = next(
            (part for part in bare.replace(";", " ").replace(",", " ").split() if looks_like_email(part)), None
        )
        if first and len(first) <= _LENGTHS["email_from"]:
            lead.values["email_from"] = first
            lead.notes.append((column.header, text))
            lead.remarks.append(("several_emails", {"column": column.header}))
        else:
            self._refuse(lead, column, text, "bad_email")

    def _read_phone(self, lead, column, text):
        if is_rounded_number(text):
            self._refuse(lead, column, text, "rounded_phone")
        elif not looks_like_phone(text):
            self._refuse(lead, column, text, "bad_phone")
        else:
            self._put_text(lead, column, text)

    def _read_date(self, lead, column, text):
        moment = parse_datetime(text, column.date_order, self.zone)
        if moment is None:
            self._refuse(lead, column, text, "bad_date")
        elif moment > self.now:
            self._refuse(lead, column, text, "future_date")
        else:
            lead.values["create_date"] = moment

    def _read_amount(self, lead, column, text):
        amount = parse_amount(text)
        if amount is None or amount < 0:
            self._refuse(lead, column, text, "bad_amount")
        else:
            lead.values["expected_revenue"] = amount

    def _read_click_id(self, lead, column, text):
        self._put_text(lead, column, text)
        lead.values["click_id_kind"] = CLICK_ID_HEADERS.get(compact(column.header), "gclid")

    def _join_names(self, lead):
        """First and last name make the contact's, unless a column of its own gives it."""
        parts = {name: lead.values.pop(name, "") for name in ("first_name", "last_name")}
        if "contact_name" in lead.values:
            lead.notes.extend((self._header_of(name), text) for name, text in parts.items() if text)
        elif any(parts.values()):
            lead.values["contact_name"] = " ".join(text for text in parts.values() if text)

    def _choose_phone(self, lead):
        """A lead has one number: the mobile where there is no other, else it is kept as a note."""
        mobile = lead.values.pop("mobile", None)
        if mobile and "phone" in lead.values:
            if mobile != lead.values["phone"]:
                lead.notes.append((self._header_of("mobile"), mobile))
        elif mobile:
            lead.values["phone"] = mobile

    def _header_of(self, target):
        return next(column.header for column in self.columns if column.target == target)


class Digester:
    """Makes fingerprints of whole rows, by which they are known again in another file with the same columns.

    The order of the columns, empty cells, letter case and what our own file of rejected rows adds don't count.

    :param list[str] headers: column names
    :param ignored: names of columns that are none of the file's own
    """

    def __init__(self, headers, ignored=()):
        ignored = {compact(header) for header in ignored}
        keys = [compact(header) for header in headers]
        self.keys = [
            None if key in ignored or target_by_header(header) == "ignore" else key
            for key, header in zip(keys, headers, strict=True)
        ]

    def make(self, cells):
        """:param list[str] cells: of one row; those beyond the headers count as well"""
        keys = self.keys + [""] * (len(cells) - len(self.keys))
        parts = sorted(
            f"{key}\x1f{' '.join(cell.split()).casefold()}"
            for key, cell in zip(keys, cells, strict=False)
            if cell and key is not None
        )
        return hashlib.sha1("\x1e".join(parts).encode(errors="replace"), usedforsecurity=False).hexdigest()


def make_digest(headers, cells):
    """The fingerprint of one row, see :class:`Digester`."""
    return Digester(headers).make(cells)
