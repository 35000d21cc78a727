"""The webhook of Google Ads lead forms, read.

Plain Python: no database, no Odoo. Source of the format:
https://developers.google.com/google-ads/webhook/docs/implementation (identifiers are
64-bit, ``column_name`` may be empty, unknown keys are to be ignored, the same lead may
come twice, and ``google_key`` in the body is the only secret).
"""

from .capture import CaptureError, as_text, parse_moment, parse_object
from .platform_lead import Answer, PlatformLead, is_true, said

MAX_COLUMNS = 200

# Said of each lead, and shown with it. The key is a secret: it is never shown.
_DETAILS = (
    "lead_id", "form_id", "campaign_id", "adgroup_id", "asset_group_id", "creative_id", "gcl_id",
    "lead_submit_time", "lead_stage", "api_version",
)  # fmt: skip
_KNOWN = {*_DETAILS, "google_key", "is_test", "user_column_data"}


def parse_lead(body):
    """Read what Google posted.

    :param bytes body: as it came
    :rtype: PlatformLead
    :raises CaptureError: with the codes ``encoding``, ``json``, ``json_deep``, ``json_object``, ``many_fields``
    """
    data = parse_object(body)
    details = {name: as_text(data.get(name)).strip() for name in _DETAILS}
    return PlatformLead(
        lead_id=details["lead_id"],
        key=as_text(data.get("google_key")),
        is_test=is_true(data.get("is_test")),
        answers=_read_columns(data.get("user_column_data")),
        visit=_read_visit(details),
        details=said(details),
        unknown={as_text(name): as_text(value) for name, value in data.items() if name not in _KNOWN},
    )


def _read_columns(columns):
    if not isinstance(columns, list):
        return []
    if len(columns) > MAX_COLUMNS:
        raise CaptureError("many_fields", "user_column_data", limit=MAX_COLUMNS)
    return [_read_column(column, position) for position, column in enumerate(columns, 1) if isinstance(column, dict)]


def _read_column(column, position):
    """Any value is taken, since Google may add others beside ``string_value``."""
    others = [value for name, value in column.items() if name not in ("column_id", "column_name", "string_value")]
    text = as_text(column.get("string_value")) or ", ".join(filter(None, map(as_text, others)))
    label = as_text(column.get("column_name")).strip()
    name = as_text(column.get("column_id")).strip() or label or f"({position})"
    return Answer(name, label or name, text)


def _read_visit(details):
    """The click that led to the form, as values of a touch.

    A campaign of Performance Max has no ad groups but asset groups.
    """
    click_id = details["gcl_id"]
    return said(
        {
            "source": "google",
            "medium": "cpc",
            "click_id": click_id,
            "click_id_kind": click_id and "gclid",
            "campaign_ref": details["campaign_id"],
            "ad_group_ref": details["adgroup_id"] or details["asset_group_id"],
            "creative_ref": details["creative_id"],
            "touched_at": parse_moment(details["lead_submit_time"]),
        }
    )
