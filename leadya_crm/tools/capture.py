"""What a stranger posted to a door, read into names and texts.

Plain Python: no database, no Odoo. Every byte is treated as hostile. Whatever
comes in, the outcome is either a :class:`Post` whose texts PostgreSQL can store,
or a :class:`CaptureError` that says what is wrong; never another exception.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timezone
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header
from werkzeug.sansio import multipart

from .urls import CLICK_ID_KINDS, parse_tracking, read_parameters

# The largest body that is read. A form of a website stays far below it, and what a
# visitor can make the server keep in memory stays harmless.
MAX_BODY = 256 * 1024
MAX_FIELDS = 200
MAX_NAME = 128
MAX_DEPTH = 32
MAX_KEY = 200
MAX_TOUCHES = 20

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"
MEDIA_TYPES = (FORM, MULTIPART, JSON)

# Old pages still post in these; any other name could be a codec that is none of text.
_CHARSETS = {
    "utf-8", "utf8", "us-ascii", "iso-8859-1", "iso-8859-8", "iso-8859-8-i",
    "windows-1250", "windows-1251", "windows-1252", "windows-1255", "koi8-r",
}  # fmt: skip

TOUCHES_FIELD = "leadya_touches"
KEY_FIELD = "idempotency_key"

# Names that say where the visitor came from. They are read by what they mean, not by
# the form's map: they never become anything but attribution.
_TRACKING_NAMES = {
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
    *CLICK_ID_KINDS,
    "matchtype", "adgroupid", "campaignid", "creative", "keyword", "device", "gad_campaignid", "utm_id",
}  # fmt: skip
_LANDING_NAMES = ("landing_url", "landing_page", "page_url")
_REFERRER_NAMES = ("referrer_url", "referrer", "referer")

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_SPACES = re.compile(r"\s+")
# "+0000", which Python 3.10 doesn't take.
_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$")
# One address and nothing else: no name, no list, no line break, a domain with a dot.
_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f.]+(?:\.[^\s@<>()\[\],;:\\\"\x00-\x1f.]+)*\.[^\W\d_][\w-]{1,62}"
)

_WEB_ADDRESS = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)


class CaptureError(Exception):
    """The post can't be used as it is.

    :param str code: what is wrong, see ``leadya.capture.form._error_text``
    :param str field: the incoming name that is at fault, "" for the post as a whole
    :param params: figures for the text
    """

    def __init__(self, code, field="", **params):
        super().__init__(code, field, params)
        self.code = code
        self.field = field
        self.params = params


@dataclass
class Post:
    """A post that was read.

    ``fields`` are the incoming names and texts, in the order in which they came, less
    the idempotency key and the touches; ``structured`` names those that were no plain
    text (objects, lists of lists, files).
    """

    fields: dict = field(default_factory=dict)
    structured: set = field(default_factory=set)
    touches: list = field(default_factory=list)
    key: str = ""


def parse_post(body, content_type):
    """Read the body of a post.

    :param bytes body: as it came
    :param str content_type: the header, with its parameters
    :rtype: Post
    :raises CaptureError: with the codes ``media``, ``too_large``, ``encoding``, ``nul``, ``json``,
        ``json_deep``, ``json_object``, ``multipart``, ``many_fields``, ``name_long``, ``key_long``
    """
    media, options = media_type(content_type)
    if media not in MEDIA_TYPES:
        raise CaptureError("media")
    if len(body) > MAX_BODY:
        raise CaptureError("too_large", limit=MAX_BODY)
    reader = {FORM: _read_urlencoded, MULTIPART: _read_multipart, JSON: _read_json}[media]
    pairs = reader(body, options)
    if len(pairs) > MAX_FIELDS:
        raise CaptureError("many_fields", limit=MAX_FIELDS)
    return _post_from(pairs)


def media_type(content_type):
    """The media type, lower case, and its parameters."""
    media, options = parse_options_header(content_type or "")
    return media.strip().lower(), options


def _charset(options):
    charset = options.get("charset", "utf-8").strip().lower()
    return charset if charset in _CHARSETS else "utf-8"


def _decode(data, charset, name=""):
    try:
        return data.decode("iso-8859-8" if charset == "iso-8859-8-i" else charset)
    except UnicodeDecodeError as error:
        raise CaptureError("encoding", name) from error


def _read_urlencoded(body, options):
    charset = _charset(options)
    text = _decode(body, charset)
    try:
        return parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as error:
        raise CaptureError("encoding") from error
    except ValueError as error:
        raise CaptureError("many_fields", limit=MAX_FIELDS) from error


def _read_multipart(body, options):
    boundary = options.get("boundary", "")
    if not boundary or len(boundary) > 200 or not boundary.isascii():
        raise CaptureError("multipart")
    try:
        parts = list(_multipart_parts(body, boundary.encode()))
    # The decoder of Werkzeug meets a broken body with any of these.
    except (HTTPException, ValueError, KeyError, IndexError, AttributeError) as error:
        raise CaptureError("multipart") from error
    pairs = []
    for name, filename, data in parts:
        if filename is None:
            pairs.append((name, _decode(data, "utf-8", name if isinstance(name, str) else "")))
        else:
            pairs.append((name, {"file": filename, "size": len(data)}))
    return pairs


def _multipart_parts(body, boundary):
    """Name, file name or None, and bytes of each part."""
    decoder = multipart.MultipartDecoder(boundary, MAX_BODY + 1)
    decoder.receive_data(body)
    decoder.receive_data(None)
    part = None
    for _count in range(4 * MAX_FIELDS + 4):
        event = decoder.next_event()
        if isinstance(event, multipart.Epilogue):
            return
        if isinstance(event, multipart.NeedData):
            raise ValueError("the body ends in the middle")
        if isinstance(event, (multipart.Field, multipart.File)):
            part = (event.name, getattr(event, "filename", None), bytearray())
        elif isinstance(event, multipart.Data) and part:
            part[2].extend(event.data)
            if not event.more_data:
                yield part[0], part[1], bytes(part[2])
    raise CaptureError("many_fields", limit=MAX_FIELDS)


def _read_json(body, options):
    return list(parse_object(body).items())


def parse_object(body):
    """Read a JSON object; its numbers stay texts, so that an identifier of 64 bits keeps every digit.

    :param bytes body: as it came
    :rtype: dict
    :raises CaptureError: with the codes ``encoding``, ``json``, ``json_deep``, ``json_object``
    """
    text = _decode(body, "utf-8-sig")
    if _depth(text) > MAX_DEPTH:
        raise CaptureError("json_deep", limit=MAX_DEPTH)
    try:
        # No number costs time to convert either.
        data = json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise CaptureError("json") from error
    if not isinstance(data, dict):
        raise CaptureError("json_object")
    return data


def _refuse_constant(name):
    raise ValueError(name)


def _depth(text):
    """How deep brackets are nested outside strings, without recursion."""
    depth = deepest = 0
    for char in _JSON_STRING.sub("", text):
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _post_from(pairs):
    post = Post()
    for name, value in pairs:
        if not isinstance(name, str) or not name:
            # A field of a form without a name: browsers send none, keep it under a made-up one.
            name = f"(unnamed {len(post.fields) + 1})"
        if len(name) > MAX_NAME:
            raise CaptureError("name_long", name[:32], limit=MAX_NAME)
        text = _text(value)
        _check_text(name, "")
        _check_text(text, name)
        if name == KEY_FIELD:
            post.key = check_key(text)
        elif name == TOUCHES_FIELD:
            post.touches = parse_touches(value)
            if not post.touches and text.strip():
                # Not understood: kept and shown among the unknown, no reason to refuse a lead.
                post.fields[name] = text
                post.structured.add(name)
        else:
            if isinstance(value, (dict, list)) and not _is_flat(value):
                post.structured.add(name)
            # Ticked boxes come as one name several times.
            post.fields[name] = f"{post.fields[name]}, {text}" if post.fields.get(name) else text
    return post


def _is_flat(value):
    return isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value)


def as_text(value):
    """Any value of a JSON as a text that PostgreSQL can store: what it can't is replaced, never refused."""
    return _text(value).replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _text(value):
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if _is_flat(value):
        return ", ".join(_text(item) for item in value)
    return json.dumps(value, ensure_ascii=False)


def _check_text(text, name):
    if "\x00" in text:
        raise CaptureError("nul", name)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        # Half of a surrogate pair, as in JSON's "\ud800".
        raise CaptureError("encoding", name if name.isprintable() else "") from error


def is_token(text):
    """Whether the text can be the secret part of a door's address."""
    return bool(_TOKEN.fullmatch(text or ""))


def check_key(key):
    """The idempotency key without surrounding spaces.

    :raises CaptureError: ``key_long`` for more than 200 characters, ``encoding`` for unprintable ones
    """
    key = key.strip()
    if len(key) > MAX_KEY:
        raise CaptureError("key_long", KEY_FIELD, limit=MAX_KEY)
    if not key.isprintable():
        raise CaptureError("encoding", KEY_FIELD)
    return key


def one_line(text):
    """The text on one line: no line break survives that could start a mail header."""
    return _SPACES.sub(" ", _CONTROL.sub(" ", text)).strip()


def many_lines(text):
    """The text with its line breaks, and without other control characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_email(text):
    """Whether the text is one e-mail address and nothing else."""
    return len(text) <= 254 and len(text.split("@")[0]) <= 64 and bool(_EMAIL.fullmatch(text)) and ".." not in text


def is_web_address(text):
    """Whether the text can be the address of a site (no ``javascript:`` and its like)."""
    return bool(_WEB_ADDRESS.fullmatch(text))


def normalise_name(name):
    """The incoming name as names are compared: ``Your-E-mail`` and ``your_email`` are one."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


def is_tracking_name(name):
    """Whether the field tells where the visitor came from."""
    return name in _TRACKING_NAMES or name in _LANDING_NAMES or name in _REFERRER_NAMES


def touch_from_fields(fields):
    """What the form's own fields say about the visit.

    :param dict fields: incoming names and texts
    :return: values as in :func:`parse_touches`, {} when nothing is said
    :rtype: dict
    """
    return _touch(
        {
            **{name: fields[name] for name in _TRACKING_NAMES if fields.get(name)},
            "landing_url": next((fields[name] for name in _LANDING_NAMES if fields.get(name)), ""),
            "referrer_url": next((fields[name] for name in _REFERRER_NAMES if fields.get(name)), ""),
        }
    )


def tells_more(touch, touches):
    """Whether a visit says anything that none of the others says.

    Where others are known, the address of the page with the form alone is no further visit.

    :param dict touch: see :func:`touch_from_fields`
    :param list touches: see :func:`parse_touches`
    """
    if not touches:
        return bool(touch)
    said = {name: value for name, value in touch.items() if name not in ("landing_url", "referrer_url")}
    return bool(said) and not any(said.items() <= other.items() for other in touches)


def parse_touches(value):
    """The visits that the snippet remembered, oldest first.

    :param value: a list of objects, or its JSON text; each object may have ``landing_url``,
        ``referrer_url``, ``at`` (ISO 8601, or milliseconds since 1970), ``stored`` (false: the browser
        could keep nothing, and this is the page with the form) and the tracking parameters
    :return: dicts with ``origin`` (``snippet`` or ``page``), ``landing_url``, ``referrer_url``,
        ``touched_at`` (naive UTC) and what the parameters say (see
        :func:`~odoo.addons.leadya_crm.tools.urls.parse_tracking`); what is no visit is left out.
        At most 20: the first and the latest
    :rtype: list
    """
    if isinstance(value, str):
        try:
            if _depth(value) > MAX_DEPTH:
                return []
            value = json.loads(value, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return []
    if not isinstance(value, list):
        return []
    items = [item for item in value if isinstance(item, dict)]
    if len(items) > MAX_TOUCHES:
        items = [items[0], *items[1 - MAX_TOUCHES :]]
    touches = [{**touch, "origin": _origin(item)} for item in items if (touch := _touch(item))]
    return sorted(touches, key=lambda touch: touch.get("touched_at") or datetime.max)


def _origin(item):
    return "page" if item.get("stored") in (False, "false") else "snippet"


def _touch(item):
    item = {name: _storable(value) for name, value in item.items() if isinstance(name, str) and isinstance(value, str)}
    landing, referrer = item.get("landing_url", ""), item.get("referrer_url", "")
    said = _said(parse_tracking(landing)) | _said(read_parameters(item))
    touch = {name: value for name, value in {"landing_url": landing, "referrer_url": referrer, **said}.items() if value}
    if touch and (at := parse_moment(item.get("at", ""))):
        touch["touched_at"] = at
    return touch


def _storable(text):
    return one_line(text.replace("\x00", "").encode("utf-8", "ignore").decode())[:2048]


def _said(tracking):
    return {name: _storable(value) for name, value in tracking.said().items()}


def parse_moment(text):
    """The time as naive UTC to the second; None when it is none, or lies in the future.

    :param str text: ISO 8601 (without an offset: UTC), or milliseconds since 1970
    """
    try:
        if text.isascii() and text.isdigit():
            moment = datetime.fromtimestamp(int(text[:15]) / 1000, timezone.utc)
        else:
            moment = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", text.strip().replace("Z", "+00:00")))
            moment = moment.replace(tzinfo=moment.tzinfo or timezone.utc).astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
    moment = moment.replace(microsecond=0)
    if not datetime(2000, 1, 1, tzinfo=timezone.utc) < moment <= datetime.now(timezone.utc):
        return None
    return moment.replace(tzinfo=None)
