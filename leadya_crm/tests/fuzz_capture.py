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

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

#: Persons who write again and again, by every door. One lead each is all there may be.
PERSONS = [(f"person{number}@fuzz.example", f"+1 212 555 {4000 + number}") for number in range(25)]

TEXTS = [
    "", " ", "0", "-1", "null", "undefined", "NaN", "true", "[]", "{}", "\\", "'", '"', "`", "%", "%s%s%s%n",
    "%(name)s", "' OR 1=1 --", "1; DROP TABLE crm_lead; --", "x') UNION SELECT login, password FROM res_users --",
    "$$; SELECT 1 $$", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)",
    "data:text/html,<script>1</script>", "<t t-out=\"env\"/>", "{{7*7}}", "${7*7}", "#{7*7}", "{0.__class__.__mro__}",
    "<%= 7*7 %>", "{% import os %}", "=1+1", "+cmd|'/C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1",
    "../../../../etc/passwd", "..\\..\\windows\\win.ini", "file:///etc/passwd", "http://169.254.169.254/",
    "//evil.example/", "a\r\nSet-Cookie: evil=1", "a\nBcc: x@evil.example", "a\r\n\r\n<html>", "\x00", "a\x00b",
    "\x1b[31m", "\x7f\x80\x9f", "\u202etxt.exe", "\u200b\u200e\u200f\ufeff", "\ufffe\uffff", "\u2028\u2029",
    "e\u0301" * 40, "Z\u0337\u0322" * 60, "𝕬𝖇𝖈", "👩‍👩‍👧‍👦" * 10, "שלום", "Привет", "مرحبا", "日本語", "ﷺ" * 30, "İıſK",
    "1" * 400, "9" * 5000, "x" * 20_001, "x" * 70_000, "a@b", "@" * 200, "a@example.com,b@example.com",
    "<a@example.com>", "a@example.com\r\nBcc: b@example.com", "a" * 70 + "@example.com", "+" + "1" * 60,
    "tel:+12125554001;ext=9", "1e999", "-1e-999", "0x41", "١٢٣", "2026-13-45T99:99", "__proto__", "constructor",
]  # fmt: skip
NAMES = [
    "email", "name", "phone", "company", "message", "external_ref", "country", "state", "website", "subject", "job",
    "user_id", "team_id", "company_id", "stage_id", "partner_id", "probability", "expected_revenue", "active",
    "priority", "tag_ids", "id", "create_uid", "create_date", "token", "state_id/id", "user_id.login", "lead_id",
    "form_id", "type", "consent", "fax_number", "leadya_touches", "leadya_elapsed", "idempotency_key",
    "leadya_captcha", "landing_url", "referrer_url", "utm_source", "utm_medium", "utm_campaign", "utm_term", "gclid",
    "csrf_token", "session_id", "db", "model", "method", "args", "context", "_method", "E-Mail", "YOUR_EMAIL",
    "e‑mail", "naïve", "имя", "שם", "__proto__", "toString", "", " ", ".", "[]", "a[b][c]", "a" * 127, "a" * 129,
    "a" * 3000, "a\nb", "a\x00b", "\ud83d", "%00", "\u202e", "<b>", "'",
]  # fmt: skip
MEDIA = [
    "", "text/plain", "text/xml", "text/html", "application/xml", "application/octet-stream", "application/x-yaml",
    "application/json; charset=utf-16", "application/json;charset=utf-7", "APPLICATION/JSON",
    "application/json, text/html", "application/jsonp", "application/json\x00",
    "application/x-www-form-urlencoded; charset=idna", "*/*", "multipart/mixed; boundary=b",
    "application/x-www-form-urlencoded; charset=base64", "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=windows-1255", "application/x-www-form-urlencoded; charset=\xff",
    "multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="',
    "multipart/form-data; boundary=" + "b" * 300, "multipart/form-data; boundary=é",
    "multipart/form-data; boundary*=utf-8''x", "application/json" + ";a=b" * 500, "/", ";", "a" * 2000,
]  # fmt: skip
METHODS = ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "FOO", "post", "P" * 200]
BODIES = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"--b\r\n",
    b"{",
    b"[",
    b"]",
    b"null",
    b"0",
    b'"x"',
    b"\x80" * 100,
    bytes(range(256)),
]
JSON_BODIES = [
    "[" * 1000 + "]" * 1000, '{"a":' * 1000 + "1" + "}" * 1000, "[" * 100_000,
    '{"email":"a@example.com","email":"b@example.com"}', '{"email":"\\ud800@example.com"}',
    '{"name":"\\udfff\\ud800","email":"a@example.com"}', '{"email":NaN}', '{"email":Infinity}', '{"email":-Infinity}',
    '{"email":1e999}', '{"email":' + "9" * 10_000 + "}", "{'email':'a@example.com'}", '{"email":"a@example.com",}',
    '{"email":"a@example.com"}{}', '{"email":"a@example.com"} // x', '{"email":"a\tb@example.com"}',
    '{"email":"\\u0000a@example.com"}', '{"email":["a@example.com","b@example.com"]}', '{"email":{"$ne":null}}',
    '{"email":[[["a@example.com"]]]}', '{"__proto__":{"email":"a"}}', '{"":1}', '{"email":"\\x41"}', '{"email":true}',
    '{"email":null}', "{" + ",".join(f'"k{n}":1' for n in range(5000)) + "}", "nul", "truefalse",
    '{"email":"a@example.com","leadya_touches":"' + "[" * 2000 + '"}',
    '{"email":"a@example.com","leadya_touches":[1,null,{"at":{}}]}',
    '{"email":"a@example.com","leadya_touches":' + "[" * 31 + "]" * 31 + "}",
    '{"email":"a@example.com","message":"' + "\\u0041" * 30_000 + '"}',
]  # fmt: skip
ORIGINS = [
    "null", "https://evil.example", "https://www.example.com.evil.example", "http://www.example.com",
    "https://www.example.com\t", "https://www.example.com", "file://", "a" * 3000, "https://user@www.example.com",
    "https://www.example.com:443", "\xff",
]  # fmt: skip
HEADERS = [
    "Accept-Language", "Cookie", "Referer", "Origin", "Idempotency-Key", "X-Forwarded-For", "X-HTTP-Method-Override",
    "X-Odoo-Database", "Authorization", "If-None-Match", "If-Modified-Since", "Range", "Accept", "Accept-Encoding",
    "Content-Encoding", "X-Hub-Signature-256", "Content-Disposition", "Expect-CT", "Forwarded", "X-Original-URL",
    "X-Rewrite-URL", "Via", "TE", "Max-Forwards", "Sec-Fetch-Site",
]  # fmt: skip
HEADER_TEXTS = [
    "", "x", "0", "*", "../../x", "session_id=../../../../etc/passwd", "session_id=" + "a" * 84, "a=b; " * 50,
    "q=0;" * 100, "he,en;q=x,ru;q=99", "Bearer x", "Basic !!!!", "Basic OjphZG1pbg==", "bytes=0-18446744073709551615",
    "bytes=-1,-2,-3", "Thu, 99 Foo 9999 99:99:99 GMT", "gzip", "127.0.0.1", "::1, 10.0.0.1", "for=\"[::1\"", "sha256=",
    "sha256=" + "0" * 64, "sha256=" + "Z" * 64, "sha1=abc", "W/\"", "\xe9\xff", "\t \t", "x" * 7000, "' OR 1=1 --",
    "<script>", "%0d%0aSet-Cookie:%20evil=1", "postgres", "text/html", "application/json;q=0", "=?utf-8?q?x?=",
]  # fmt: skip
PATHS = [
    "..%2f..%2fetc%2fpasswd", "%00", "%ff", "%c0%ae%c0%ae", "%2e%2e/", "./", "//", "\\", "?", "#", ";a=b", "%252e",
    "%0d%0aX-Evil:%201", "a" * 4000, "*", "'+OR+1=1", "{{7*7}}", "%F0%9F%98%80", "~", "%", "%zz", "token", "null", "0",
]  # fmt: skip
QUERIES = [
    "", "?email=q@example.com", "?user_id=1&team_id=1", "?utm_source=evil&gclid=x", "?db=postgres", "?debug=assets",
    "?lang=xx", "?redirect=//evil.example", "?" + "a=b&" * 300, "?%00=%ff", "?hub.mode=subscribe", "?session_id=x",
    "?_=\xff", "?token=x&token=y", "?reference=x",
]  # fmt: skip


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
    ``pause``: the client sends less than it announced, and then ends.
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
        makers = [
            (self._honest, 16), (self._form, 14), (self._multipart, 11), (self._json, 14), (self._media, 6),
            (self._method, 5), (self._path, 6), (self._google, 10), (self._meta, 10), (self._pages, 5),
            (self._framing, 7), (self._headers, 6),
        ]  # fmt: skip
        (maker,) = rng.choices([maker for maker, _weight in makers], [weight for _maker, weight in makers])
        attempt = Attempt(number)
        maker(rng, attempt)
        self._decorate(rng, attempt)
        return attempt

    def _decorate(self, rng, attempt):
        """What any request may have besides; honest ones stay as they are."""
        if attempt.honest:
            return
        for _count in range(rng.choice([0, 0, 0, 0, 1, 1, 2, 5])):
            name = rng.choice(HEADERS)
            # The database is the server's own business, and its only one here.
            text = rng.choice(HEADER_TEXTS)
            attempt.headers.append((name, text.replace("\r", "").replace("\n", "")))
        if rng.random() < 0.15:
            attempt.headers.append(("Origin", rng.choice(ORIGINS)))
        if rng.random() < 0.2:
            attempt.headers.append(("Accept", "text/html"))
        if rng.random() < 0.1:
            attempt.target += _one_line(rng.choice(QUERIES))

    # ------------------------------------------------------------
    # HONEST POSTS
    # ------------------------------------------------------------

    def _honest(self, rng, attempt):
        """A customer: now and then the same one again, now and then the same post again."""
        email, phone = rng.choice(PERSONS) if rng.random() < 0.3 else (f"new{attempt.number}@fuzz.example", "")
        attempt.honest, attempt.kept = email, True
        fields = {
            "email": email,
            "name": rng.choice(["Dana", "Zoë", "שרה", "Илья", "O'Hara <b>"]),
            "message": rng.choice(TEXTS[:12]),
        }
        if phone:
            fields["phone"] = phone
        if rng.random() < 0.3:
            attempt.key = f"key-{rng.randrange(40)}-{email}"
            fields["idempotency_key"] = attempt.key
        if rng.random() < 0.3:
            fields["utm_source"] = rng.choice(["google", "Google", "news " + str(rng.randrange(9))])
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

    def _door(self, rng):
        targets = self.targets
        return rng.choice([targets.form, targets.form, targets.json, targets.guarded, targets.confirmed])

    def _capture(self, rng, attempt):
        attempt.target, attempt.kept = f"/leadya/capture/{self._door(rng)}", True

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
        charset = rng.choice(
            [
                "",
                "",
                "",
                "; charset=utf-8",
                "; charset=windows-1251",
                "; charset=utf-7",
                "; charset=rot13",
                "; charset=" + "x" * 900,
            ]
        )
        attempt.headers = [("Content-Type", FORM + charset)]
        quoting = rng.choice([quote_plus, quote, _no_quoting])
        attempt.body = b"&".join(_wire(quoting, name) + b"=" + _wire(quoting, text) for name, text in self._pairs(rng))
        if rng.random() < 0.25:
            attempt.body = _mutate(rng, attempt.body)

    def _json(self, rng, attempt):
        self._capture(rng, attempt)
        attempt.headers = [
            ("Content-Type", rng.choice([JSON, JSON, JSON + "; charset=utf-8", JSON + "; charset=latin-1"]))
        ]
        if rng.random() < 0.35:
            text = rng.choice(JSON_BODIES)
        else:
            text = json.dumps(
                {name: self._json_value(rng, value) for name, value in self._pairs(rng)},
                ensure_ascii=rng.random() < 0.5,
            )
        attempt.body = text.encode(
            rng.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32"]), "surrogatepass"
        )
        if rng.random() < 0.2:
            attempt.body = _mutate(rng, attempt.body)

    def _json_value(self, rng, value, depth=0):
        if depth < 3 and rng.random() < 0.12:
            return [self._json_value(rng, value, depth + 1) for _count in range(rng.randrange(4))]
        if depth < 3 and rng.random() < 0.08:
            return {rng.choice(NAMES): self._json_value(rng, value, depth + 1)}
        return value if rng.random() < 0.85 else rng.choice([0, -1, 1.5, 1e300, True, False, None, 10**400, [], {}])

    def _multipart(self, rng, attempt):
        self._capture(rng, attempt)
        boundary = rng.choice(["b", "----WebKitFormBoundary7MA4YWxk", "'()+_,-./:=?", "x" * 70])
        attempt.headers = [
            (
                "Content-Type",
                rng.choice(
                    [f"multipart/form-data; boundary={boundary}", f'multipart/form-data; boundary="{boundary}"']
                ),
            )
        ]
        parts = [self._part(rng, name, text) for name, text in self._pairs(rng)[:40]]
        mark = f"--{boundary}".encode()
        attempt.body = (
            b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
            + mark
            + b"--"
            + rng.choice([b"\r\n", b"", b"\r\nepilogue"])
        )
        if rng.random() < 0.4:
            attempt.body = _mutate(rng, attempt.body)

    def _part(self, rng, name, text):
        disposition = rng.choice([
            'form-data; name="{}"', 'form-data; name="{}"', 'form-data; name="{}"', "form-data; name={}",
            "form-data; name*=utf-8''{}", "form-data", "attachment; name=\"{}\"",
            'form-data; name="{}"; filename="../../etc/passwd"', 'form-data; name="{}"; filename=""',
            "form-data; name=\"{}\"; filename*=utf-8''%ff%00.exe", 'form-data; name="{}"; name="other"',
            "form-data;" + "x" * 9000, 'form-data; name="{}', "",
        ])  # fmt: skip
        headers = ["Content-Disposition: " + disposition.replace("{}", _one_line(name))]
        headers += rng.choice(
            [
                [],
                [],
                ["Content-Type: text/plain; charset=utf-7"],
                ["Content-Type: multipart/mixed; boundary=c"],
                ["Content-Transfer-Encoding: base64"],
                [""],
                ["no colon"],
            ]
        )
        return (
            "\r\n".join(headers).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + text.encode("utf-8", "surrogatepass")
        )

    def _media(self, rng, attempt):
        self._capture(rng, attempt)
        attempt.headers = [("Content-Type", _one_line(rng.choice(MEDIA)))]
        attempt.body = rng.choice(
            [*BODIES, b"email=a@example.com", b'{"email":"a@example.com"}', "email=שרה@example.com".encode("utf-16")]
        )

    # ------------------------------------------------------------
    # METHODS, PATHS, PAGES, HEADERS, FRAMING
    # ------------------------------------------------------------

    def _any_route(self, rng):
        route = rng.choice(["capture", "google-ads", "meta", "thanks", "confirm", "static", "try", "nowhere", ""])
        return f"/leadya/{route}/{rng.choice([*self.targets.doors(), 'leadya.js'])}"

    def _method(self, rng, attempt):
        attempt.method, attempt.target = rng.choice(METHODS), self._any_route(rng)
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
            last = rng.choice(
                [
                    *PATHS,
                    token.upper(),
                    token[:-1],
                    token + "=",
                    token + "%20",
                    token + rng.choice(PATHS),
                    token[::-1],
                    token * 3,
                ]
            )
        attempt.target = f"/leadya/{route}/{last}"
        attempt.headers, attempt.body = [("Content-Type", FORM)], b"email=path@example.com"

    def _pages(self, rng, attempt):
        attempt.method = rng.choice(["GET", "GET", "HEAD", "POST"])
        page = rng.choice(["thanks", "confirm", "confirm", "static"])
        proof = rng.choice(
            [
                self.targets.form,
                "".join(rng.choices("0123456789abcdef", k=96)),
                "f" * 95,
                "g" * 96,
                "A" * 96,
                self.targets.confirmed,
            ]
        )
        attempt.target = f"/leadya/{page}/{'leadya.js' if page == 'static' else proof}{_one_line(rng.choice(QUERIES))}"
        attempt.headers = [
            ("Content-Type", rng.choice([FORM, JSON, "multipart/form-data; boundary=b"])),
            ("Accept", "text/html"),
        ]
        attempt.body = rng.choice(BODIES) if attempt.method == "POST" else b""

    def _headers(self, rng, attempt):
        """Many and odd ones. Past 100, or 64 kB, Python's HTTP server hangs up: no request comes of it."""
        self._capture(rng, attempt)
        attempt.headers = [("Content-Type", FORM)] + [
            (rng.choice(HEADERS), _one_line(rng.choice(HEADER_TEXTS))) for _count in range(rng.choice([5, 20, 60, 80]))
        ]
        attempt.headers += rng.choice(
            [
                [],
                [("X-Big", "y" * 60_000)],
                [("Bad Name", "x")],
                [("", "x")],
                [("X\x00", "x")],
                [("X-É", "é")],
                [("Idempotency-Key", "k" * 300)],
            ]
        )
        attempt.body = urlencode({"email": rng.choice(PERSONS)[0]}).encode()
        # Which of several keys counts is the server's choice.
        attempt.kept = False

    def _framing(self, rng, attempt):
        """Lengths and chunks that are not what they say; whoever sends too little hangs up."""
        self._capture(rng, attempt)
        attempt.headers = [("Content-Type", FORM)]
        body = urlencode({"email": rng.choice(PERSONS)[0], "message": "x" * rng.choice([1, 100, 9000])}).encode()
        size = len(body)
        chunks = b"%x\r\n%s\r\n" % (size, body)
        attempt.framing, attempt.body = rng.choice([
            ([("Content-Length", str(size + 50))], body), ([("Content-Length", str(size - 1))], body),
            ([("Content-Length", "-1")], body), ([("Content-Length", "x")], body), ([("Content-Length", "1e3")], body),
            ([("Content-Length", "9" * 40)], body), ([("Content-Length", "")], body),
            ([("Content-Length", "0")], body),
            ([("Content-Length", str(size)), ("Content-Length", str(size + 1))], body),
            ([("Content-Length", f"+{size}")], body), ([("Transfer-Encoding", "chunked")], chunks + b"0\r\n\r\n"),
            ([("Transfer-Encoding", "chunked")], chunks), ([("Transfer-Encoding", "chunked")], b"zz\r\n" + body),
            ([("Transfer-Encoding", "chunked")], b"-5\r\n" + body),
            ([("Transfer-Encoding", "chunked")], b"ffffffffffffffff\r\n" + body),
            ([("Transfer-Encoding", "chunked")], b"1\r\n" * 50 + b"0\r\n\r\n"),
            ([("Transfer-Encoding", "chunked"), ("Content-Length", str(size))], chunks + b"0\r\n\r\n"),
            ([("Transfer-Encoding", "chunked")], (b"400\r\n" + b"x" * 1024 + b"\r\n") * 300 + b"0\r\n\r\n"),
            ([("Transfer-Encoding", "gzip, chunked")], chunks + b"0\r\n\r\n"),
            ([("Content-Length", str(size)), ("Expect", "100-continue")], body),
            ([("Transfer-Encoding", "identity"), ("Content-Length", str(size))], body),
            ([("Content-Length", "262145")], b"x" * 262_145), ([("Content-Length", "3000000")], b"x" * 3_000_000),
            ([("Content-Length", "99999999999")], b"email="),
        ])  # fmt: skip
        attempt.version = rng.choice(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"])
        attempt.kept = False

    # ------------------------------------------------------------
    # PLATFORMS
    # ------------------------------------------------------------

    def _google(self, rng, attempt):
        targets = self.targets
        attempt.target = f"/leadya/google-ads/{rng.choice([targets.google] * 6 + targets.doors())}"
        attempt.headers = [("Content-Type", rng.choice([JSON, JSON, JSON, JSON, FORM, "text/plain"]))]
        lead_id = rng.choice(
            [str(rng.randrange(60)), "x" * 150, "é", "", None, 12345678901234567890, ["1"], {"a": 1}, "\x00", "\ud800"]
        )
        body = {
            "lead_id": lead_id,
            "google_key": rng.choice(
                [targets.google_key] * 7
                + ["", None, targets.google_key[:-1], targets.google_key.upper(), [targets.google_key], 1, True, "é"]
            ),
            "user_column_data": rng.choice(
                [[self._column(rng) for _count in range(rng.choice([0, 1, 3, 8, 250]))]] * 6
                + [None, {}, "x", [None], [[]], [1]]
            ),
            "is_test": rng.choice([False] * 5 + [True, "true", "false", 1, None, []]),
            "form_id": rng.choice([1, "1", None, 2**70]),
            "campaign_id": rng.choice([1, 2**63, "x" * 500, None, -1]),
            "gcl_id": rng.choice(["", "EAIaIQ", *TEXTS[:40]]),
            "lead_submit_time": rng.choice(["2026-01-01T00:00:00Z", "9999-99-99", "", 1e30, None]),
            rng.choice(NAMES): rng.choice(TEXTS),
        }
        for name in rng.sample(list(body), rng.choice([0, 0, 0, 1, 3])):
            del body[name]
        attempt.body = json.dumps(body, ensure_ascii=rng.random() < 0.6).encode("utf-8", "surrogatepass")
        if rng.random() < 0.15:
            attempt.body = _mutate(rng, attempt.body)
        elif isinstance(lead_id, str) and lead_id.isdigit():
            attempt.key, attempt.kept = f"google:{lead_id}", True
        else:
            attempt.kept = False

    def _column(self, rng):
        name = rng.choice(
            ["EMAIL", "FULL_NAME", "PHONE_NUMBER", "CITY", "COUNTRY", "POSTAL_CODE", "user_id", "x", "", None]
        )
        email, phone = rng.choice(PERSONS)
        good = {"EMAIL": email, "PHONE_NUMBER": phone}.get(name, "Haifa")
        column = {
            "column_id": name,
            "column_name": rng.choice(["", "E-mail", None, *TEXTS[:20]]),
            "string_value": good if rng.random() < 0.6 else rng.choice([*TEXTS, None, 5, [], {}]),
        }
        return column if rng.random() < 0.95 else rng.choice([None, 1, "x", []])

    def _meta(self, rng, attempt):
        targets = self.targets
        attempt.target = f"/leadya/meta/{rng.choice([targets.meta] * 6 + targets.doors())}"
        if rng.random() < 0.2:
            attempt.method = rng.choice(["GET", "HEAD"])
            token = rng.choice([targets.meta_verify, "", "x", targets.meta_verify[:-1]])
            query = {
                "hub.mode": rng.choice(["subscribe", "unsubscribe", ""]),
                "hub.verify_token": token,
                "hub.challenge": rng.choice(["1158201444", "<script>alert(1)</script>", *TEXTS])[:1500],
            }
            attempt.target += "?" + urlencode({name: text.encode("utf-8", "ignore") for name, text in query.items()})
            return
        attempt.body = json.dumps(self._notification(rng), ensure_ascii=rng.random() < 0.6).encode(
            "utf-8", "surrogatepass"
        )
        if rng.random() < 0.15:
            attempt.body = _mutate(rng, attempt.body)
        signed = hmac.new(targets.meta_secret.encode(), attempt.body, hashlib.sha256).hexdigest()
        signature = rng.choice(
            [f"sha256={signed}"] * 7
            + [
                signed,
                f"sha256={signed.upper()}",
                f"sha1={signed}",
                f"sha256={signed[:-1]}",
                f"sha256={'0' * 64}",
                "",
                "\xe9",
                f"sha256={signed},sha256={signed}",
            ]
        )
        attempt.headers = [("Content-Type", rng.choice([JSON] * 5 + [FORM])), ("X-Hub-Signature-256", signature)]

    def _notification(self, rng):
        def change():
            leadgen_id = rng.choice(
                [
                    str(1000 + rng.randrange(60)),
                    1000 + rng.randrange(60),
                    "444444444444",
                    "",
                    None,
                    "../me",
                    "1?fields=x",
                    "1" * 200,
                    [],
                    {},
                    -1,
                ]
            )
            value = {
                "leadgen_id": leadgen_id,
                "form_id": rng.choice(["1", None, []]),
                "created_time": rng.choice([1760000000, "x", 1e40, -1, None]),
                rng.choice(NAMES): rng.choice(TEXTS),
            }
            return {
                "field": rng.choice(["leadgen"] * 6 + ["feed", None, []]),
                "value": value if rng.random() < 0.9 else rng.choice([None, "x", 1, []]),
            }

        entry = [
            {"id": "1", "time": 1, "changes": [change() for _count in range(rng.choice([0, 1, 1, 2, 8]))]}
            for _count in range(rng.choice([0, 1, 1, 1, 3]))
        ]
        return {
            "object": rng.choice(["page"] * 8 + ["user", None]),
            "entry": entry if rng.random() < 0.9 else rng.choice([None, {}, "x", [None]]),
        }


# ------------------------------------------------------------
# HELPERS
# ------------------------------------------------------------


def graph_answer(leadgen_id):
    """What Meta's stand-in says of a lead: status and body, always the same for the same lead.

    :param str leadgen_id: as it was asked for
    """
    rng = random.Random(f"graph-{leadgen_id}")
    email, phone = rng.choice(PERSONS)
    pairs = [
        ("email", email),
        ("phone_number", phone),
        ("full_name", rng.choice(TEXTS)),
        (rng.choice(NAMES), rng.choice(TEXTS)),
    ]
    good = {
        "id": leadgen_id,
        "created_time": "2026-05-01T10:00:00+0000",
        "field_data": [{"name": name, "values": [text]} for name, text in pairs],
    }
    return rng.choice([
        (200, good), (200, good), (200, good),
        (200, {**good, "field_data": [{"name": "email", "values": [email, email]}, {"name": None}, 1, {"name": "x", "values": {}}]}),
        (200, {}), (200, []), (200, b"<html>"), (200, b"\xff"), (200, b"[" * 5000),
        (200, {**good, "platform": ["fb"], "ad_id": {}, "created_time": "x"}),
        (400, {"error": {"message": "no", "code": 100, "error_subcode": 33}}), (400, {"error": {"code": 190}}),
        (403, {"error": {"code": 200}}), (400, {"error": "x"}), (500, b""), (503, b"busy"), (204, b""),
    ])  # fmt: skip


def _one_line(text):
    """Without what would end the line or split the request."""
    return "".join("?" if char in "\r\n" else char for char in text)


def _no_quoting(text):
    return text.replace("&", "").replace("=", "")


def _wire(quoting, text):
    data = text.encode("utf-8", "surrogatepass")
    return quoting(data).encode() if quoting is not _no_quoting else _no_quoting(text).encode("utf-8", "surrogatepass")


def _mutate(rng, data):
    """The bytes with some of them changed, lost, doubled, or cut off."""
    data = bytearray(data)
    for _count in range(rng.randrange(1, 6)):
        if not data:
            break
        at = rng.randrange(len(data))
        how = rng.randrange(5)
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
