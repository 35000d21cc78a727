"""What the hostile requests of ``fuzz_capture.py`` are made of: texts, names, headers, lengths."""

#: Persons who write again and again, by every door. One lead each is all there may be.
PERSONS = [(f"person{number}@fuzz.example", f"+1 212 555 {4000 + number}") for number in range(25)]

TEXTS = [
    "", " ", "0", "-1", "null", "undefined", "NaN", "true", "[]", "{}", "\\", "'", '"', "`", "%", "%s%s%s%n",
    "%(name)s",
    # Databases
    "' OR 1=1 --", "1; DROP TABLE crm_lead; --", "x') UNION SELECT login, password FROM res_users --",
    "$$; SELECT 1 $$",
    # Pages and templates
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)",
    "data:text/html,<script>1</script>",
    '<t t-out="env"/>', "{{7*7}}", "${7*7}", "#{7*7}", "{0.__class__.__mro__}", "<%= 7*7 %>", "{% import os %}",
    # Spreadsheets
    "=1+1", "+cmd|'/C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1",
    # Paths and addresses
    "../../../../etc/passwd", "..\\..\\windows\\win.ini", "file:///etc/passwd", "http://169.254.169.254/",
    "//evil.example/",
    # Lines that a header or a mail would take for its own
    "a\r\nSet-Cookie: evil=1", "a\nBcc: x@evil.example", "a\r\n\r\n<html>",
    # Characters
    "\x00", "a\x00b", "\x1b[31m", "\x7f\x80\x9f", "\u202etxt.exe", "\u200b\u200e\u200f\ufeff", "\ufffe\uffff",
    "\u2028\u2029",
    "e\u0301" * 40, "Z\u0337\u0322" * 60, "𝕬𝖇𝖈", "👩‍👩‍👧‍👦" * 10, "שלום", "Привет", "مرحبا", "日本語", "ﷺ" * 30, "İıſK",
    # Lengths
    "1" * 400, "9" * 5000, "x" * 20_001, "x" * 70_000,
    # Addresses, numbers, dates, names of programs
    "a@b", "@" * 200, "a@example.com,b@example.com", "<a@example.com>", "a@example.com\r\nBcc: b@example.com",
    "a" * 70 + "@example.com", "+" + "1" * 60, "tel:+12125554001;ext=9", "1e999", "-1e-999", "0x41", "١٢٣",
    "2026-13-45T99:99", "__proto__", "constructor",
]  # fmt: skip
NAMES = [
    "email", "name", "phone", "company", "message", "external_ref", "country", "state", "website", "subject", "job",
    # What a visitor has no business with
    "user_id", "team_id", "company_id", "stage_id", "partner_id", "probability", "expected_revenue", "active",
    "priority",
    "tag_ids", "id", "create_uid", "create_date", "token", "state_id/id", "user_id.login", "lead_id", "form_id", "type",
    "csrf_token", "session_id", "db", "model", "method", "args", "context", "_method",
    # What has a meaning of its own
    "consent", "fax_number", "leadya_touches", "leadya_elapsed", "idempotency_key", "leadya_captcha", "landing_url",
    "referrer_url", "utm_source", "utm_medium", "utm_campaign", "utm_term", "gclid",
    # Spellings
    "E-Mail", "YOUR_EMAIL", "e‑mail", "naïve", "имя", "שם", "__proto__", "toString", "", " ", ".", "[]", "a[b][c]",
    "a" * 127, "a" * 129, "a" * 3000, "a\nb", "a\x00b", "\ud83d", "%00", "\u202e", "<b>", "'",
]  # fmt: skip
CHARSETS = [
    "", "", "", "; charset=utf-8", "; charset=windows-1251", "; charset=utf-7", "; charset=rot13",
    "; charset=" + "x" * 900,
]  # fmt: skip
MEDIA = [
    "", "text/plain", "text/xml", "text/html", "application/xml", "application/octet-stream", "application/x-yaml",
    "application/json; charset=utf-16", "application/json;charset=utf-7", "APPLICATION/JSON", "application/jsonp",
    "application/json, text/html", "application/json\x00", "application/json" + ";a=b" * 500, "*/*", "/", ";",
    "a" * 2000,
    "application/x-www-form-urlencoded; charset=idna", "application/x-www-form-urlencoded; charset=base64",
    "application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form-urlencoded; charset=windows-1255",
    "application/x-www-form-urlencoded; charset=\xff", "multipart/mixed; boundary=b", "multipart/form-data",
    "multipart/form-data; boundary=", 'multipart/form-data; boundary="', "multipart/form-data; boundary=é",
    "multipart/form-data; boundary=" + "b" * 300, "multipart/form-data; boundary*=utf-8''x",
]  # fmt: skip
DISPOSITIONS = [
    "form-data; name={}", "form-data; name*=utf-8''{}", "form-data", 'attachment; name="{}"', 'form-data; name="{}', "",
    'form-data; name="{}"; filename="../../etc/passwd"', 'form-data; name="{}"; filename=""', "form-data;" + "x" * 9000,
    "form-data; name=\"{}\"; filename*=utf-8''%ff%00.exe", 'form-data; name="{}"; name="other"',
]  # fmt: skip
#: Of a part of a multipart form, beside its name.
ODD_HEADERS = [
    [], [], ["Content-Type: text/plain; charset=utf-7"], ["Content-Type: multipart/mixed; boundary=c"],
    ["Content-Transfer-Encoding: base64"], [""], ["no colon"],
]  # fmt: skip
METHODS = ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "FOO", "post", "P" * 200]
BODIES = [
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"--b\r\n", b"{", b"[", b"]", b"null", b"0", b'"x"', b"\x80" * 100,
    bytes(range(256)), "email=שרה@example.com".encode("utf-16"),
]  # fmt: skip
JSON_BODIES = [
    # Depth, size
    "[" * 1000 + "]" * 1000, '{"a":' * 1000 + "1" + "}" * 1000, "[" * 100_000, '{"email":' + "9" * 10_000 + "}",
    "{" + ",".join(f'"k{number}":1' for number in range(5000)) + "}",
    '{"email":"a@example.com","message":"' + "\\u0041" * 30_000 + '"}',
    # Twice the same name
    '{"email":"a@example.com","email":"b@example.com"}',
    # Half characters, controls, numbers that are none
    '{"email":"\\ud800@example.com"}', '{"name":"\\udfff\\ud800","email":"a@example.com"}',
    '{"email":"a\tb@example.com"}',
    '{"email":"\\u0000a@example.com"}', '{"email":NaN}', '{"email":Infinity}', '{"email":-Infinity}', '{"email":1e999}',
    # Almost JSON
    "{'email':'a@example.com'}", '{"email":"a@example.com",}', '{"email":"a@example.com"}{}', '{"email":"\\x41"}',
    '{"email":"a@example.com"} // x', "nul", "truefalse",
    # Not the kind that is asked for
    '{"email":["a@example.com","b@example.com"]}', '{"email":{"$ne":null}}', '{"email":[[["a@example.com"]]]}',
    '{"__proto__":{"email":"a"}}', '{"":1}', '{"email":true}', '{"email":null}',
    '{"email":"a@example.com","leadya_touches":"' + "[" * 2000 + '"}',
    '{"email":"a@example.com","leadya_touches":[1,null,{"at":{}}]}',
    '{"email":"a@example.com","leadya_touches":' + "[" * 31 + "]" * 31 + "}",
]  # fmt: skip
ORIGINS = [
    "null", "https://evil.example", "https://www.example.com.evil.example", "http://www.example.com", "file://", "\xff",
    "https://www.example.com\t", "https://www.example.com", "https://user@www.example.com",
    "https://www.example.com:443",
    "a" * 3000,
]  # fmt: skip
HEADERS = [
    "Accept-Language", "Cookie", "Referer", "Origin", "Idempotency-Key", "X-Forwarded-For", "X-HTTP-Method-Override",
    "X-Odoo-Database", "Authorization", "If-None-Match", "If-Modified-Since", "Range", "Accept", "Accept-Encoding",
    "Content-Encoding", "X-Hub-Signature-256", "Content-Disposition", "Expect-CT", "Forwarded", "X-Original-URL",
    "X-Rewrite-URL", "Via", "TE", "Max-Forwards", "Sec-Fetch-Site",
]  # fmt: skip
HEADER_TEXTS = [
    "", "x", "0", "*", "../../x", "session_id=../../../../etc/passwd", "session_id=" + "a" * 84, "a=b; " * 50,
    "q=0;" * 100,
    "he,en;q=x,ru;q=99", "Bearer x", "Basic !!!!", "Basic OjphZG1pbg==", "bytes=0-18446744073709551615",
    "bytes=-1,-2,-3",
    "Thu, 99 Foo 9999 99:99:99 GMT", "gzip", "127.0.0.1", "::1, 10.0.0.1", 'for="[::1"', "sha256=",
    "sha256=" + "0" * 64,
    "sha256=" + "Z" * 64, "sha1=abc", 'W/"', "\xe9\xff", "\t \t", "x" * 7000, "' OR 1=1 --", "<script>", "postgres",
    "%0d%0aSet-Cookie:%20evil=1", "text/html", "application/json;q=0", "=?utf-8?q?x?=",
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


def make_framings(body):
    """Ways to tell the length of a body, few of them true.

    :return: list of headers and what is sent
    """
    size = len(body)
    chunk = b"%x\r\n%s\r\n" % (size, body)
    lengths = [size + 50, size - 1, -1, "x", "1e3", "9" * 40, "", 0, f"+{size}", 99_999_999_999]
    chunked = [
        chunk + b"0\r\n\r\n", chunk, b"zz\r\n" + body, b"-5\r\n" + body, b"ffffffffffffffff\r\n" + body,
        b"1\r\n" * 50 + b"0\r\n\r\n", (b"400\r\n" + b"x" * 1024 + b"\r\n") * 300 + b"0\r\n\r\n",
    ]  # fmt: skip
    length, coding = ("Content-Length", str(size)), ("Transfer-Encoding", "chunked")
    return [
        *(([("Content-Length", str(told))], body) for told in lengths),
        *(([coding], chunks) for chunks in chunked),
        ([length, ("Content-Length", str(size + 1))], body),
        ([length, coding], chunk + b"0\r\n\r\n"),
        ([length, ("Expect", "100-continue")], body),
        ([length, ("Transfer-Encoding", "identity")], body),
        ([("Transfer-Encoding", "gzip, chunked")], chunk + b"0\r\n\r\n"),
        ([("Content-Length", "262145")], b"x" * 262_145),
        ([("Content-Length", "3000000")], b"x" * 3_000_000),
    ]
