"""Files of offline conversions, byte for byte as advertising platforms take them. Plain Python.

What each platform asks for, and where it says so:

* Google Ads, conversions: support.google.com/google-ads/answer/7014069. The first line is a parameter, the second has
  the names; *Order ID* names a conversion, so that it can be adjusted later; *Ad User Data* and *Ad Personalization*
  are ``Granted``, ``Denied`` or empty.
* Google Ads, adjustments: support.google.com/google-ads/answer/7686280. A file of their own; a conversion that was sent
  with an order id is named by it alone; the type is ``RETRACT`` and its values stay empty.
* Microsoft Advertising, conversions: the import's own template, which has the same first line.
* Microsoft Advertising, retractions: the record *Offline Conversion* of a bulk file
  (learn.microsoft.com/advertising/bulk-service/offline-conversion), with the original's name, time and click.
* Yandex Metrica: yandex.com/support/metrica/en/data/offline-conversion-data. Moments are Unix seconds; nothing that was
  sent is taken back.

All moments are UTC, which is what is written in the first line.
"""

import csv
import io
import re
from datetime import datetime, timezone
from typing import NamedTuple

#: What identifiers of clicks are made of (base64url, hexadecimal, digits). Nothing else goes into a file: no sign that
#: a spreadsheet program takes for a formula or a separator, no line break.
_CLICK_ID = re.compile(r"[A-Za-z0-9_-]{4,512}")
#: Google allows names of up to 100 characters.
MAX_NAME_LENGTH = 100
_FORMULA_SIGNS = ("=", "+", "-", "@")


class Platform(NamedTuple):
    """What a platform takes."""

    #: The kind of click identifier that its file names a click by.
    click_kind: str
    #: After so many days it has forgotten a click.
    window_days: int
    #: Whether what was sent can be taken back by a file.
    retracts: bool
    #: So many hours a conversion has to rest before it can be taken back (Google: "wait 24 hours").
    settle_hours: int = 0


PLATFORMS = {
    "google": Platform("gclid", 90, True, 24),
    "microsoft": Platform("msclkid", 90, True),
    "yandex": Platform("yclid", 21, False),
}


class Row(NamedTuple):
    """One conversion, or one that is taken back. Moments are naive, in UTC."""

    click_id: str
    name: str
    at: datetime
    #: As it is written, with a point; "" for none.
    value: str = ""
    currency: str = ""
    #: By which the conversion can be named later on.
    reference: str = ""
    #: "granted", "denied" or "" where nothing is known.
    consent: str = ""
    taken_back_at: datetime | None = None


def is_click_id(text):
    """Whether a text can stand in a file as the identifier of a click.

    >>> is_click_id("Cj0KCQiA-x_7"), is_click_id("=cmd|' /C calc'!A0"), is_click_id("abc\\ndef")
    (True, False, False)
    """
    return bool(_CLICK_ID.fullmatch(text or ""))


def is_conversion_name(text):
    """Whether a text can be the name of a conversion: one line, not too long, nothing that begins a formula."""
    return bool(
        text
        and text == text.strip()
        and len(text) <= MAX_NAME_LENGTH
        and text.isprintable()
        and not text.startswith(_FORMULA_SIGNS)
    )


def render(platform, kind, rows):
    """The file's content.

    :param str platform: a key of ``PLATFORMS``
    :param str kind: "conversion" or "retraction"
    :param list[Row] rows: in the order of the file
    :rtype: bytes
    :raises KeyError: the platform knows no such file
    """
    head, header, line = _FORMATS[platform, kind]
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\n")
    writer.writerows(head)
    writer.writerow(header)
    if (platform, kind) == ("microsoft", "retraction"):
        writer.writerow(_BULK_VERSION)
    writer.writerows(line(row) for row in rows)
    return output.getvalue().encode()


# ------------------------------------------------------------
# LINES
# ------------------------------------------------------------

_UTC_LINE = ["Parameters:TimeZone=+0000"]
_GOOGLE = [
    "Google Click ID",
    "Conversion Name",
    "Conversion Time",
    "Conversion Value",
    "Conversion Currency",
    "Order ID",
    "Ad User Data",
    "Ad Personalization",
]
_GOOGLE_ADJUSTMENTS = [
    "Order ID",
    "Conversion Name",
    "Adjustment Time",
    "Adjustment Type",
    "Adjusted Value",
    "Adjusted Value Currency",
]
_MICROSOFT = ["Microsoft Click Id", "Conversion Name", "Conversion Time", "Conversion Value", "Conversion Currency"]
_MICROSOFT_BULK = [
    "Type",
    "Status",
    "Id",
    "Parent Id",
    "Client Id",
    "Name",
    "Adjustment Time",
    "Adjustment Type",
    "Conversion Name",
    "Conversion Time",
    "Microsoft Click Id",
]
#: The version of the bulk format stands in the column "Name".
_BULK_VERSION = ["Format Version", "", "", "", "", "6.0", "", "", "", "", ""]
_YANDEX = ["yclid", "Target", "DateTime", "Price", "Currency"]

_CONSENT = {"granted": "Granted", "denied": "Denied", "": ""}


def _google(row):
    consent = _CONSENT[row.consent]
    return [row.click_id, row.name, _iso(row.at), row.value, row.currency, row.reference, consent, consent]


def _google_adjustment(row):
    return [row.reference, row.name, _iso(row.taken_back_at), "RETRACT", "", ""]


def _microsoft(row):
    return [row.click_id, row.name, _iso(row.at), row.value, row.currency]


def _microsoft_retraction(row):
    told = [_american(row.taken_back_at), "Retract", row.name, _american(row.at), row.click_id]
    return ["Offline Conversion", "", "", "", row.reference, "", *told]


def _yandex(row):
    return [row.click_id, row.name, int(row.at.replace(tzinfo=timezone.utc).timestamp()), row.value, row.currency]


_FORMATS = {
    ("google", "conversion"): ([_UTC_LINE], _GOOGLE, _google),
    ("google", "retraction"): ([_UTC_LINE], _GOOGLE_ADJUSTMENTS, _google_adjustment),
    ("microsoft", "conversion"): ([_UTC_LINE], _MICROSOFT, _microsoft),
    ("microsoft", "retraction"): ([], _MICROSOFT_BULK, _microsoft_retraction),
    ("yandex", "conversion"): ([], _YANDEX, _yandex),
}


def _iso(moment):
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _american(moment):
    """As Microsoft's bulk files write a moment: 4/1/2020 6:50:54 PM."""
    hour = moment.hour % 12 or 12
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment:%M:%S} {'PM' if moment.hour >= 12 else 'AM'}"
