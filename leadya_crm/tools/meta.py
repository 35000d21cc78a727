"""Meta's lead ads: the webhook's notification, and the answer to the call that follows it.

Plain Python: no database, no Odoo. Sources of the formats:
https://developers.facebook.com/docs/graph-api/webhooks/getting-started (challenge, signature),
https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving (notification,
``field_data``), https://developers.facebook.com/docs/graph-api/guides/error-handling.

Meta notifies without the answers: ``GET /{leadgen_id}?fields=…`` gets them.
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field

from .capture import CaptureError, as_text, parse_moment, parse_object
from .platform_lead import Answer, PlatformLead, is_true, said

#: What the second call asks for.
FIELDS = (
    "created_time", "ad_id", "ad_name", "adset_id", "campaign_id", "campaign_name", "form_id",
    "is_organic", "platform", "field_data",
)  # fmt: skip
MAX_ANSWERS = 200

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_CHALLENGE = re.compile(r"[A-Za-z0-9_.~-]{1,256}")
_LEADGEN_ID = re.compile(r"[0-9]{1,32}")
# The button "Test" of the app's dashboard sends this identifier; no lead can be got by it.
_DASHBOARD_ID = re.compile(r"4{8,}")
# What the testing tool of lead ads fills in.
_DUMMY = "<test lead:"

_SOURCES = {"fb": "facebook", "facebook": "facebook", "ig": "instagram", "instagram": "instagram"}
# Codes of Graph's errors that somebody has to mend: a token that has run out, a right that is missing.
_TOKEN_CODES = {"102", "190"}
_RIGHT_CODES = {"3", "10", *map(str, range(200, 300))}
# Meta is not well, or was asked too often: it will answer later.
_BUSY_CODES = {"1", "2", "4", "17", "32", "341", "613", *map(str, range(80000, 80015))}


@dataclass
class Notice:
    """One lead of a notification; ``payload`` is a notification of that lead alone."""

    leadgen_id: str
    payload: str
    values: dict = field(default_factory=dict)

    @property
    def is_dashboard_test(self):
        return bool(_DASHBOARD_ID.fullmatch(self.leadgen_id))


class GraphError(Exception):
    """The answer can't be used.

    :param str code: ``token``, ``right``, ``address``, ``redirect`` or ``huge`` (somebody has to mend the settings);
        ``server`` or ``broken`` (no answer, for this lead or any other); ``refused`` (anything else that is said
        of this lead)
    :param str message: Meta's own words, on one line
    """

    def __init__(self, code, message=""):
        super().__init__(code, message)
        self.code = code
        self.message = " ".join(message.split())[:300]

    @property
    def is_transient(self):
        """Calling again can help."""
        return self.code in ("server", "broken", "refused")


def is_signed(body, signature, secret):
    """Whether the header ``X-Hub-Signature-256`` is the one of this body, to the byte.

    :param bytes body: as it came
    :param str signature: the header
    :param str secret: the app's; without one nothing is signed
    """
    found = _SIGNATURE.fullmatch((signature or "").strip())
    if not found or not secret:
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(found[1], expected)


def read_challenge(params, verify_token):
    """What to echo when Meta asks whether the address is ours; "" where it is not to be told.

    :param dict params: of the query, with ``hub.mode``, ``hub.verify_token``, ``hub.challenge``
    :param str verify_token: as it was pasted into the app's settings
    """
    sent, challenge = (str(params.get(f"hub.{name}") or "") for name in ("verify_token", "challenge"))
    if params.get("hub.mode") != "subscribe" or not verify_token or not _CHALLENGE.fullmatch(challenge):
        return ""
    is_ours = hmac.compare_digest(sent.encode("utf-8", "replace"), verify_token.encode())
    return challenge if is_ours else ""


def parse_notification(body):
    """The leads that a notification tells of; objects and fields of other kinds are left out.

    :param bytes body: as it came
    :rtype: list[Notice]
    :raises CaptureError: with the codes ``encoding``, ``json``, ``json_deep``, ``json_object``
    """
    data = parse_object(body)
    pairs = [
        (entry, change)
        for entry in _objects(data.get("entry"))
        for change in _objects(entry.get("changes"))
        if data.get("object") == "page" and change.get("field") == "leadgen"
    ]
    whole = as_text(body.decode("utf-8-sig"))
    return [_notice(entry, change, whole if len(pairs) == 1 else "") for entry, change in pairs]


def _objects(items):
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _notice(entry, change, whole):
    value = change.get("value")
    values = {as_text(name): as_text(text) for name, text in value.items()} if isinstance(value, dict) else {}
    leadgen_id = values.get("leadgen_id", "").strip()
    alone = {"object": "page", "entry": [{**entry, "changes": [change]}]}
    return Notice(
        leadgen_id if _LEADGEN_ID.fullmatch(leadgen_id) else "",
        whole or as_text(json.dumps(alone, ensure_ascii=False)),
        values,
    )


def read_answer(status, body):
    """The lead's data, from the answer of the second call.

    :param int status: of HTTP
    :param bytes body: as it came; None when it was too large to be read
    :return: the JSON object, numbers as texts
    :rtype: dict
    :raises GraphError: for anything but a lead
    """
    if 300 <= status < 400:
        raise GraphError("redirect")
    if body is None:
        raise GraphError("huge")
    try:
        data = parse_object(body)
    except CaptureError as error:
        raise GraphError("server" if status >= 500 else "broken", f"HTTP {status}") from error
    if status != 200 or "error" in data:
        raise _graph_error(status, data.get("error"))
    if not isinstance(data.get("field_data"), list):
        raise GraphError("broken", "no field_data")
    return data


def _graph_error(status, error):
    error = error if isinstance(error, dict) else {}
    number, message = as_text(error.get("code")), as_text(error.get("message")) or f"HTTP {status}"
    if is_true(error.get("is_transient")) or status >= 500 or number in _BUSY_CODES:
        return GraphError("server", message)
    if number in _TOKEN_CODES:
        return GraphError("token", message)
    return GraphError("right" if number in _RIGHT_CODES else "refused", message)


def parse_lead(data, notice):
    """Read the lead's data.

    :param dict data: see :func:`read_answer`
    :param Notice notice: the notification that told of it
    :rtype: PlatformLead
    :raises CaptureError: ``many_fields``
    """
    fields = _objects(data.get("field_data"))
    if len(fields) > MAX_ANSWERS:
        raise CaptureError("many_fields", "field_data", limit=MAX_ANSWERS)
    answers = [_read_field(item, position) for position, item in enumerate(fields, 1)]
    details = {**notice.values, **{name: as_text(data.get(name)).strip() for name in FIELDS if data.get(name)}}
    details.pop("field_data", None)
    return PlatformLead(
        lead_id=notice.leadgen_id,
        is_test=any(answer.text.startswith(_DUMMY) for answer in answers),
        answers=answers,
        visit=_read_visit(details),
        details=said(details),
        unknown={as_text(name): as_text(value) for name, value in data.items() if name not in {*FIELDS, "id"}},
    )


def _read_field(item, position):
    name = as_text(item.get("name")).strip() or f"({position})"
    values = item.get("values", item.get("value"))
    return Answer(name, name.replace("_", " "), as_text(values))


def _read_visit(details):
    """The advertisement that led to the form, as values of a touch.

    A lead of a page's own post costs nothing: it came by no ad.
    """
    is_organic = is_true(details["is_organic"]) if details.get("is_organic") else not details.get("ad_id")
    platform = details.get("platform", "").lower()
    created = details.get("created_time", "")
    return said(
        {
            "source": _SOURCES.get(platform, platform) or "facebook",
            "medium": "social" if is_organic else "paid-social",
            "campaign": details.get("campaign_name", ""),
            "content": details.get("ad_name", ""),
            "campaign_ref": details.get("campaign_id", ""),
            "ad_group_ref": details.get("adset_id", ""),
            "creative_ref": details.get("ad_id", ""),
            # The notification has seconds since 1970.
            "touched_at": parse_moment(f"{created}000" if created.isdigit() else created),
        }
    )
