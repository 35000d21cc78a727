"""Hostile requests against the doors, generated from a seed.

Plain Python, no database. ``Attacker(targets).attempt(number)`` is always the same request for the same number and
targets, so that one that does harm can be sent again alone. Each is bytes for a socket: much of what is wrong
with a request can't be said by an HTTP library.

Every sixth request or so is an honest one: among all the noise, each of them has to become a lead.
"""

import hashlib
import hmac
import json
import random
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, urlencode

from .fuzz_corpus import (
    BODIES,
    CHARSETS,
    DISPOSITIONS,
    HEADER_TEXTS,
    HEADERS,
    JSON_BODIES,
    MEDIA,
    METHODS,
    NAMES,
    ODD_HEADERS,
    ORIGINS,
    PATHS,
    PERSONS,
    QUERIES,
    TEXTS,
    make_framings,
)

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass
class Targets:
    """Tokens and secrets of the doors that are attacked."""

    form: str
    json: str
    guarded: str
    confirmed: str
    google: str
    google_key: str
    meta: str
    meta_secret: str
    meta_verify: str
    archived: str

    def doors(self):
        return [self.form, self.json, self.guarded, self.confirmed, self.google, self.meta, self.archived]


@dataclass
class Attempt:
    """One request.

    ``honest``: who posted it in good faith (e-mail); it must be answered with success and become a lead.
    ``key``: by which it is known again; its submission may be that of another attempt.
    ``kept``: an answer of success must have left a submission.
    ``framing``: the headers that tell the length, where they don't tell the truth; the sender hangs up afterwards.
    """

    number: int
    method: str = "POST"
    target: str = "/"
    headers: list = field(default_factory=list)
    body: bytes = b""
    honest: str = ""
    key: str = ""
    kept: bool = False
    version: str = "HTTP/1.1"
    framing: tuple = ()

    @property
    def agent(self):
        return f"fuzz-{self.number}-"

    def to_bytes(self):
        """The request as it goes over the wire."""
        headers = [("Host", "127.0.0.1"), ("User-Agent", self.agent), ("Connection", "keep-alive"), *self.headers]
        headers += self.framing or [("Content-Length", str(len(self.body)))]
        lines = [f"{self.method} {self.target} {self.version}", *(f"{name}: {text}" for name, text in headers)]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + self.body


class Attacker:
    """Makes requests, each of its own number alone."""

    def __init__(self, targets, seed=20261122):
        self.targets, self.seed = targets, seed

    def attempt(self, number):
        rng = random.Random(f"{self.seed}-{number}")
        makers = {
            self._honest: 16, self._form: 14, self._multipart: 11, self._json: 14, self._media: 6, self._method: 5,
            self._path: 6, self._google: 10, self._meta: 10, self._page: 5, self._framing: 7, self._headers: 6,
        }  # fmt: skip
        (maker,) = rng.choices(list(makers), makers.values())
        attempt = Attempt(number)
        maker(rng, attempt)
        if not attempt.honest:
            self._decorate(rng, attempt)
        return attempt

    def _decorate(self, rng, attempt):
        """What any request may have besides."""
        for _count in range(rng.choice([0, 0, 0, 0, 1, 1, 2, 5])):
            attempt.headers.append((rng.choice(HEADERS), rng.choice(HEADER_TEXTS)))
        if rng.random() < 0.15:
            attempt.headers.append(("Origin", rng.choice(ORIGINS)))
        if rng.random() < 0.2:
            attempt.headers.append(("Accept", "text/html"))
        if rng.random() < 0.1:
            attempt.target += rng.choice(QUERIES)

    # ------------------------------------------------------------
    # HONEST POSTS
    # ------------------------------------------------------------

    def _honest(self, rng, attempt):
        """A customer: now and then the same one again, now and then the same post again."""
        known = rng.random() < 0.3
        email, phone = rng.choice(PERSONS) if known else (f"new{attempt.number}@fuzz.example", "")
        attempt.honest, attempt.kept = email, True
        name = rng.choice(["Dana", "Zoë", "שרה", "Илья", "O'Hara <b>"])
        fields = {"email": email, "name": name, "phone": phone, "message": rng.choice(TEXTS[:12])}
        if rng.random() < 0.3:
            fields["idempotency_key"] = attempt.key = f"key-{rng.randrange(40)}-{email}"
        if rng.random() < 0.3:
            fields["utm_source"] = rng.choice(["google", "Google", f"news {rng.randrange(9)}"])
        token = rng.choice([self.targets.form, self.targets.json])
        attempt.target = f"/leadya/capture/{token}"
        if token == self.targets.json or rng.random() < 0.5:
            attempt.headers, attempt.body = [("Content-Type", JSON)], json.dumps(fields).encode()
        else:
            attempt.headers, attempt.body = [("Content-Type", FORM)], urlencode(fields).encode()
            if rng.random() < 0.3:
                attempt.headers.append(("Accept", "text/html"))

    # ------------------------------------------------------------
    # BODIES
    # ------------------------------------------------------------

    def _capture(self, rng, attempt):
        targets = self.targets
        token = rng.choice([targets.form, targets.form, targets.json, targets.guarded, targets.confirmed])
        attempt.target, attempt.kept = f"/leadya/capture/{token}", True

    def _pairs(self, rng):
        """Names and texts; mostly with an address, so that what is wrong with the rest is met at all."""
        pairs = [(rng.choice(NAMES), rng.choice(TEXTS)) for _count in range(rng.choice([0, 1, 2, 3, 6, 12, 250]))]
        if rng.random() < 0.8:
            email, phone = rng.choice(PERSONS)
            pairs.append((rng.choice(["email", "E-mail", "e_mail"]), rng.choice([email, email.upper(), f" {email} "])))
            pairs += [("phone", phone)] if rng.random() < 0.4 else []
        rng.shuffle(pairs)
        return pairs

    def _form(self, rng, attempt):
        self._capture(rng, attempt)
        attempt.headers = [("Content-Type", FORM + rng.choice(CHARSETS))]
        write = rng.choice([_write_quoted_plus, _write_quoted, _write_plainly])
        attempt.body = b"&".join(write(name) + b"=" + write(text) for name, text in self._pairs(rng))
        if rng.random() < 0.25:
            attempt.body = mutate(rng, attempt.body)

    def _json(self, rng, attempt):
        self._capture(rng, attempt)
        attempt.headers = [("Content-Type", JSON + rng.choice(["", "", "; charset=utf-8", "; charset=latin-1"]))]
        fields = {name: self._json_value(rng, value) for name, value in self._pairs(rng)}
        text = json.dumps(fields, ensure_ascii=rng.random() < 0.5)
        if rng.random() < 0.35:
            text = rng.choice(JSON_BODIES)
        encoding = rng.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32"])
        attempt.body = text.encode(encoding, "surrogatepass")
        if rng.random() < 0.2:
            attempt.body = mutate(rng, attempt.body)

    def _json_value(self, rng, value, depth=0):
        if depth < 3 and rng.random() < 0.12:
            return [self._json_value(rng, value, depth + 1) for _count in range(rng.randrange(4))]
        if depth < 3 and rng.random() < 0.08:
            return {rng.choice(NAMES): self._json_value(rng, value, depth + 1)}
        return value if rng.random() < 0.85 else rng.choice([0, -1, 1.5, 1e300, True, False, None, 10**400, [], {}])

    def _multipart(self, rng, attempt):
        self._capture(rng, attempt)
        boundary = rng.choice(["b", "----WebKitFormBoundary7MA4YWxk", "'()+_,-./:=?", "x" * 70])
        told = rng.choice([boundary, f'"{boundary}"'])
        attempt.headers = [("Content-Type", f"multipart/form-data; boundary={told}")]
        parts = [self._part(rng, name, text) for name, text in self._pairs(rng)[:40]]
        mark, end = f"--{boundary}".encode(), rng.choice([b"\r\n", b"", b"\r\nepilogue"])
        attempt.body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--" + end
        if rng.random() < 0.4:
            attempt.body = mutate(rng, attempt.body)

    def _part(self, rng, name, text):
        name = name.replace("\r", "?").replace("\n", "?")
        disposition = 'form-data; name="{}"' if rng.random() < 0.5 else rng.choice(DISPOSITIONS)
        headers = ["Content-Disposition: " + disposition.replace("{}", name), *rng.choice(ODD_HEADERS)]
        return ("\r\n".join(headers) + "\r\n\r\n" + text).encode("utf-8", "surrogatepass")

    def _media(self, rng, attempt):
        self._capture(rng, attempt)
        attempt.headers = [("Content-Type", rng.choice(MEDIA))]
        attempt.body = rng.choice([*BODIES, b"email=a@example.com", b'{"email":"a@example.com"}'])

    # ------------------------------------------------------------
    # METHODS, PATHS, PAGES, HEADERS, FRAMING
    # ------------------------------------------------------------

    def _method(self, rng, attempt):
        route = rng.choice(["capture", "google-ads", "meta", "thanks", "confirm", "static", "try", "nowhere", ""])
        attempt.method = rng.choice(METHODS)
        attempt.target = f"/leadya/{route}/{rng.choice([*self.targets.doors(), 'leadya.js'])}"
        attempt.headers = [("Content-Type", rng.choice([FORM, JSON]))]
        attempt.body = rng.choice([b"", b"email=a@example.com"])

    def _path(self, rng, attempt):
        """Addresses that are almost a door's.

        Beside the doors, Odoo's own search for a page fails on a NUL, and its redirect on an end of line: those
        stand where a token should, and nowhere else.
        """
        attempt.method = rng.choice(["GET", "POST", "POST", "OPTIONS"])
        token = rng.choice(self.targets.doors())
        if rng.random() < 0.3:
            route = rng.choice(
                ["Capture", "capture%2f", "capture/..", "", "static", f"capture/{token}", f"meta/{token}"]
            )
            last = rng.choice([path for path in PATHS if "%00" not in path and "%0d" not in path])
        else:
            route = rng.choice(["capture", "google-ads", "meta", "thanks", "confirm"])
            almost = [token.upper(), token[:-1], f"{token}=", f"{token}%20", token[::-1], token * 3]
            last = rng.choice([*PATHS, *almost, token + rng.choice(PATHS)])
        attempt.target = f"/leadya/{route}/{last}"
        attempt.headers, attempt.body = [("Content-Type", FORM)], b"email=path@example.com"

    def _page(self, rng, attempt):
        attempt.method = rng.choice(["GET", "GET", "HEAD", "POST"])
        page = rng.choice(["thanks", "confirm", "confirm", "static"])
        seal = "".join(rng.choices("0123456789abcdef", k=96))
        proofs = [self.targets.form, self.targets.confirmed, seal, seal[1:], seal.upper(), "g" * 96]
        attempt.target = (
            f"/leadya/{page}/{'leadya.js' if page == 'static' else rng.choice(proofs)}{rng.choice(QUERIES)}"
        )
        media = rng.choice([FORM, JSON, "multipart/form-data; boundary=b"])
        attempt.headers = [("Content-Type", media), ("Accept", "text/html")]
        attempt.body = rng.choice(BODIES) if attempt.method == "POST" else b""

    def _headers(self, rng, attempt):
        """Many and odd ones. Past 100, or 64 kB, Python's HTTP server hangs up: no request comes of it."""
        self._capture(rng, attempt)
        many = [(rng.choice(HEADERS), rng.choice(HEADER_TEXTS)) for _count in range(rng.choice([5, 20, 60, 80]))]
        odd = [("X-Big", "y" * 60_000), ("Bad Name", "x"), ("", "x"), ("X\x00", "x"), ("X-É", "é")]
        attempt.headers = [("Content-Type", FORM), *many, rng.choice([*odd, ("Idempotency-Key", "k" * 300)])]
        attempt.body = urlencode({"email": rng.choice(PERSONS)[0]}).encode()
        # Which of several keys counts is the server's choice.
        attempt.kept = False

    def _framing(self, rng, attempt):
        """Lengths and chunks that are not what they say; whoever sends too little hangs up."""
        self._capture(rng, attempt)
        attempt.headers, attempt.kept = [("Content-Type", FORM)], False
        body = urlencode({"email": rng.choice(PERSONS)[0], "message": "x" * rng.choice([1, 100, 9000])}).encode()
        attempt.framing, attempt.body = rng.choice(make_framings(body))
        attempt.version = rng.choice(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"])

    # ------------------------------------------------------------
    # PLATFORMS
    # ------------------------------------------------------------

    def _google(self, rng, attempt):
        targets = self.targets
        attempt.target = f"/leadya/google-ads/{rng.choice([*[targets.google] * 6, *targets.doors()])}"
        attempt.headers = [("Content-Type", rng.choice([JSON, JSON, JSON, JSON, FORM, "text/plain"]))]
        body = self._google_lead(rng)
        lead_id = body["lead_id"]
        for name in rng.sample(list(body), rng.choice([0, 0, 0, 1, 3])):
            del body[name]
        attempt.body = json.dumps(body, ensure_ascii=rng.random() < 0.6).encode("utf-8", "surrogatepass")
        if rng.random() < 0.15:
            attempt.body = mutate(rng, attempt.body)
        elif isinstance(lead_id, str) and lead_id.isdecimal():
            attempt.key, attempt.kept = f"google:{lead_id}", True

    def _google_lead(self, rng):
        key = self.targets.google_key
        columns = [self._column(rng) for _count in range(rng.choice([0, 1, 3, 8, 250]))]
        odd_ids = ["x" * 150, "é", "", None, 12345678901234567890, ["1"], {"a": 1}, "\x00", "\ud800"]
        return {
            "lead_id": str(rng.randrange(60)) if rng.random() < 0.5 else rng.choice(odd_ids),
            "google_key": rng.choice([*[key] * 7, "", None, key[:-1], key.upper(), [key], 1, True, "é"]),
            "user_column_data": rng.choice([*[columns] * 6, None, {}, "x", [None], [[]], [1]]),
            "is_test": rng.choice([*[False] * 5, True, "true", "false", 1, None, []]),
            "form_id": rng.choice([1, "1", None, 2**70]),
            "campaign_id": rng.choice([1, 2**63, "x" * 500, None, -1]),
            "gcl_id": rng.choice(["", "EAIaIQ", *TEXTS[:40]]),
            "lead_submit_time": rng.choice(["2026-01-01T00:00:00Z", "9999-99-99", "", 1e30, None]),
            rng.choice(NAMES): rng.choice(TEXTS),
        }

    def _column(self, rng):
        name = rng.choice(["EMAIL", "FULL_NAME", "PHONE_NUMBER", "CITY", "COUNTRY", "user_id", "x", "", None])
        email, phone = rng.choice(PERSONS)
        good = {"EMAIL": email, "PHONE_NUMBER": phone}.get(name, "Haifa")
        text = good if rng.random() < 0.6 else rng.choice([*TEXTS, None, 5, [], {}])
        column = {"column_id": name, "column_name": rng.choice(["", "E-mail", None, *TEXTS[:20]]), "string_value": text}
        return column if rng.random() < 0.95 else rng.choice([None, 1, "x", []])

    def _meta(self, rng, attempt):
        targets = self.targets
        attempt.target = f"/leadya/meta/{rng.choice([*[targets.meta] * 6, *targets.doors()])}"
        if rng.random() < 0.2:
            self._challenge(rng, attempt)
            return
        attempt.body = json.dumps(self._notification(rng)).encode()
        if rng.random() < 0.15:
            attempt.body = mutate(rng, attempt.body)
        seal = hmac.new(targets.meta_secret.encode(), attempt.body, hashlib.sha256).hexdigest()
        forged = [seal, f"sha256={seal.upper()}", f"sha1={seal}", f"sha256={seal[:-1]}", f"sha256={'0' * 64}", "", "é"]
        signature = rng.choice([*[f"sha256={seal}"] * 7, *forged, f"sha256={seal},sha256={seal}"])
        attempt.headers = [("Content-Type", rng.choice([*[JSON] * 5, FORM])), ("X-Hub-Signature-256", signature)]

    def _challenge(self, rng, attempt):
        attempt.method = rng.choice(["GET", "HEAD"])
        token = self.targets.meta_verify
        query = {
            "hub.mode": rng.choice(["subscribe", "unsubscribe", ""]),
            "hub.verify_token": rng.choice([token, "", "x", token[:-1]]),
            "hub.challenge": rng.choice(["1158201444", "<script>alert(1)</script>", *TEXTS])[:1500],
        }
        attempt.target += "?" + urlencode({name: text.encode("utf-8", "ignore") for name, text in query.items()})

    def _notification(self, rng):
        changes = [self._change(rng) for _count in range(rng.choice([0, 1, 1, 2, 8]))]
        entry = [{"id": "1", "time": 1, "changes": changes}] * rng.choice([0, 1, 1, 1, 2])
        odd = rng.choice([None, {}, "x", [None]])
        return {"object": rng.choice([*["page"] * 8, "user", None]), "entry": entry if rng.random() < 0.9 else odd}

    def _change(self, rng):
        number = 1000 + rng.randrange(60)
        odd = ["444444444444", "", None, "../me", "1?fields=x", "1" * 200, [], {}, -1]
        value = {
            "leadgen_id": rng.choice([str(number), number, rng.choice(odd)]),
            "form_id": rng.choice(["1", None, []]),
            "created_time": rng.choice([1760000000, "x", 1e40, -1, None]),
            rng.choice(NAMES): rng.choice(TEXTS),
        }
        kind = rng.choice([*["leadgen"] * 6, "feed", None, []])
        return {"field": kind, "value": value if rng.random() < 0.9 else rng.choice([None, "x", 1, []])}


def graph_answer(leadgen_id):
    """What Meta's stand-in says of a lead: status and body, always the same for the same lead.

    :param str leadgen_id: as it was asked for
    """
    rng = random.Random(f"graph-{leadgen_id}")
    email, phone = rng.choice(PERSONS)
    pairs = [("email", email), ("phone_number", phone), ("full_name", rng.choice(TEXTS))]
    pairs.append((rng.choice(NAMES), rng.choice(TEXTS)))
    data = [{"name": name, "values": [text]} for name, text in pairs]
    good = {"id": leadgen_id, "created_time": "2026-05-01T10:00:00+0000", "field_data": data}
    odd = [{"name": "email", "values": [email, email]}, {"name": None}, 1, {"name": "x", "values": {}}]
    return rng.choice([
        (200, good), (200, good), (200, good), (200, {**good, "field_data": odd}), (200, {}), (200, []),
        (200, b"<html>"),
        (200, b"\xff"), (200, b"[" * 5000), (200, {**good, "platform": ["fb"], "ad_id": {}, "created_time": "x"}),
        (400, {"error": {"message": "no", "code": 100, "error_subcode": 33}}), (400, {"error": {"code": 190}}),
        (403, {"error": {"code": 200}}), (400, {"error": "x"}), (500, b""), (503, b"busy"), (204, b""),
    ])  # fmt: skip


# ------------------------------------------------------------
# HELPERS
# ------------------------------------------------------------


def _write_quoted_plus(text):
    return quote_plus(text.encode("utf-8", "surrogatepass")).encode()


def _write_quoted(text):
    return quote(text.encode("utf-8", "surrogatepass")).encode()


def _write_plainly(text):
    """As it is: no escape, no plus."""
    return text.replace("&", "").replace("=", "").encode("utf-8", "surrogatepass")


def mutate(rng, data):
    """The bytes with some of them changed, lost, doubled, or cut off."""
    data = bytearray(data)
    for _count in range(rng.randrange(1, 6)):
        if not data:
            break
        at, how = rng.randrange(len(data)), rng.randrange(5)
        if how == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            del data[at : at + rng.randrange(1, 20)]
        elif how == 2:
            data[at:at] = rng.choice(BODIES)
        elif how == 3:
            data[at:at] = data[at : at + 40]
        else:
            del data[at:]
    return bytes(data)
