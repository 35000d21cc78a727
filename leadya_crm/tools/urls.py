"""What the address of a visit says about where the visitor came from.

Plain Python: no database, no Odoo. Everything that comes in is a visitor's
input, so nothing here raises on a malformed address.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

# Click identifiers that the platforms append to a landing page, most telling first:
# an address may carry several (an app link of Google carries gbraid beside gclid).
# Those that are paid for come first: Google, Microsoft, Yandex, TikTok, LinkedIn, X, VK, Taboola, Outbrain,
# Google's display network; then those of any click: Yandex's search, Google's free product listings, Meta.
# Source: the platforms' own help pages, see field.md, "Formats".
CLICK_ID_KINDS = (
    *("gclid", "gbraid", "wbraid", "msclkid", "yclid"),
    *("ttclid", "li_fat_id", "twclid", "rb_clickid", "tblci", "dicbo", "dclid"),
    *("ysclid", "srsltid", "fbclid"),
)

# ValueTrack and its like leave the name of the parameter to the advertiser; these are
# the names in use in Google's and others' own examples.
_PARAMETERS = {
    "source": ("utm_source",),
    "medium": ("utm_medium",),
    "campaign": ("utm_campaign", "campaignid", "campaign_id"),
    "term": ("utm_term", "keyword", "kw"),
    "content": ("utm_content", "creative"),
    "match_type": ("matchtype", "match_type"),
    "ad_group": ("adgroupid", "adgroup", "ad_group"),
    "network": ("network",),
    "device": ("device",),
    # Google adds gad_campaignid by itself; utm_id is where Meta's own template puts the campaign.
    "campaign_ref": ("campaignid", "campaign_id", "gad_campaignid", "utm_id"),
    "ad_group_ref": ("adgroupid",),
    "creative_ref": ("creative",),
}

_MATCH_TYPES = {"e": "exact", "p": "phrase", "b": "broad", "exact": "exact", "phrase": "phrase", "broad": "broad"}
_DEVICES = {"c": "desktop", "m": "mobile", "t": "tablet", "desktop": "desktop", "mobile": "mobile", "tablet": "tablet"}

# An address longer than this is no address of a page; browsers stop near it as well.
MAX_URL_LENGTH = 2048
MAX_VALUE_LENGTH = 255
# TikTok's are longer than others, and a part of one is worth nothing.
MAX_CLICK_ID_LENGTH = 512


@dataclass(frozen=True)
class Tracking:
    """What was found in one address; an empty string stands for "not said"."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    match_type: str = ""
    ad_group: str = ""
    network: str = ""
    device: str = ""
    campaign_ref: str = ""
    ad_group_ref: str = ""
    creative_ref: str = ""
    click_id: str = ""
    click_id_kind: str = ""
    host: str = ""
    parameters: dict = field(default_factory=dict, compare=False)

    def said(self):
        """What the address says of the visit, by the names of a touch's values.

        :rtype: dict[str, str]
        """
        names = (*_PARAMETERS, "click_id", "click_id_kind")
        return {name: value for name in names if (value := getattr(self, name))}


def parse_tracking(url):
    """Read the tracking parameters of an address.

    :param str url: the landing page, with its query
    :rtype: Tracking
    """
    host, pairs = _split(url)
    return _read(pairs, host)


def read_parameters(parameters):
    """Read tracking parameters that came without an address.

    :param dict parameters: names and texts
    :rtype: Tracking
    """
    return _read(parameters.items())


def _read(pairs, host=""):
    parameters = _clean(pairs)
    values = {
        name: next((parameters[alias] for alias in aliases if parameters.get(alias)), "")
        for name, aliases in _PARAMETERS.items()
    }
    values["match_type"] = _MATCH_TYPES.get(values["match_type"].lower(), "")
    values["device"] = _DEVICES.get(values["device"].lower(), "")
    kind = next((kind for kind in CLICK_ID_KINDS if parameters.get(kind)), "")
    return Tracking(
        **values,
        click_id=parameters.get(kind, ""),
        click_id_kind=kind,
        host=host,
        parameters=parameters,
    )


def host_of(url):
    """The host name of an address, lower case and without ``www.``; "" if there is none."""
    return _split(url)[0]


def split_page(url):
    """The site and the page of an address: its host, and its path as people read it.

    What differs from visit to visit is left out, so that one page is one page: the query, the
    fragment, a closing slash, and the way in which Hebrew or Russian letters were encoded.

    >>> split_page("https://www.Site.example/%D7%9E%D7%97%D7%99%D7%A8/?gclid=x")
    ('site.example', '/מחיר')

    :return: "" for both where this is no address
    :rtype: tuple[str, str]
    """
    text = _complete(url)
    host = _split(text)[0]
    if not host or " " in host:
        return "", ""
    path = unquote(urlsplit(text).path, errors="replace").replace("\x00", "")
    return host, (path.rstrip("/") or "/")[:MAX_VALUE_LENGTH]


def _complete(url):
    """The address with the two slashes by which its host is told from a path."""
    text = (url or "").strip()[:MAX_URL_LENGTH]
    return "//" + text if text and "//" not in text.split("?")[0] else text


def _split(url):
    text = _complete(url)
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").removeprefix("www.")
        pairs = parse_qsl(parts.query, max_num_fields=100)
    except ValueError:
        return "", []
    return host, pairs


def _clean(pairs):
    """Parameters by lower-case name, each with the first value, which is the one that the advertiser wrote."""
    parameters = {}
    for name, value in pairs:
        name = name.lower()
        limit = MAX_CLICK_ID_LENGTH if name in CLICK_ID_KINDS else MAX_VALUE_LENGTH
        value = value.replace("\x00", "").strip()[:limit]
        # An unfilled ValueTrack placeholder ("{keyword}") says nothing.
        if value and not (value.startswith("{") and value.endswith("}")):
            parameters.setdefault(name, value)
    return parameters
