"""A website that is not Odoo's, and a visitor's browser, for tests of the tracking snippet."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser, ChromeBrowserException

from .capture_common import CaptureCommon

# Pages run under a policy that allows no script of their own: the snippet must do without.
_POLICY = "default-src 'none'; img-src data:; script-src {odoo} 'self'; connect-src {odoo} 'self'; form-action {odoo}"
_WATCH_POLICY = """
    window.policyBreaches = [];
    document.addEventListener("securitypolicyviolation", (ev) => {
        window.policyBreaches.push(`${ev.violatedDirective} ${ev.blockedURI}`);
    });
"""


class Site:
    """A web server on loopback; what it was asked for is in ``requests`` (method, path, body).

    :param str policy: the Content-Security-Policy of its pages
    """

    def __init__(self, policy):
        self.pages = {}
        self.requests = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer("")

            def do_POST(self):
                self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

            def _answer(self, body):
                path = urlsplit(self.path).path
                site.requests.append((self.command, self.path, body))
                self.send_response(200 if path in site.pages else 404)
                self.send_header(
                    "Content-Type", "text/javascript" if path.endswith(".js") else "text/html; charset=utf-8"
                )
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(site.pages.get(path, "").encode())

            def log_message(self, *_args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.origin = f"http://localhost:{self.port}"
        # The same server under another name is another site.
        self.other_origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class Visitor(ChromeBrowser):
    """The browser of somebody who walks from page to page; ``asked`` has the address of every request."""

    def __init__(self, test_case, refuses_storage=False):
        self.refuses_storage = refuses_storage
        self.asked = []
        self.loses_answers = False
        super().__init__(test_case)
        self._websocket_request("Page.addScriptToEvaluateOnNewDocument", params={"source": _WATCH_POLICY})
        patterns = [{"requestStage": "Request"}, {"requestStage": "Response", "urlPattern": "*/leadya/capture/*"}]
        self._websocket_request("Fetch.enable", params={"patterns": patterns})

    def _chrome_start(self, user_data_dir, **options):
        if self.refuses_storage:
            # As "Block all cookies" in the browser's settings: pages get no storage of any kind.
            preferences = {"profile": {"default_content_setting_values": {"cookies": 2}}}
            profile = Path(user_data_dir, "Default")
            profile.mkdir(parents=True)
            (profile / "Preferences").write_text(json.dumps(preferences), encoding="utf-8")
        return super()._chrome_start(user_data_dir=user_data_dir, **options)

    def _handle_request_paused(self, requestId, request, **params):
        """Let every request go its way: there are only servers on loopback."""
        if "responseStatusCode" not in params:
            self.asked.append((request["method"], request["url"]))
        elif self.loses_answers:
            self._websocket_send("Fetch.failRequest", params={"requestId": requestId, "errorReason": "ConnectionReset"})
            return
        self._websocket_send("Fetch.continueRequest", params={"requestId": requestId})

    def visit(self, url, referrer=""):
        """Open an address, as from a bookmark or, with a referrer, by a link on that page."""
        self._websocket_request("Page.navigate", params={"url": url, **({"referrer": referrer} if referrer else {})})
        self.arrive(url)

    def arrive(self, url):
        """Wait until a page at this address is there."""
        assert self._wait_ready(f"location.href.startsWith({json.dumps(url)}) && document.readyState === 'complete'"), (
            f"{url} did not come: {self.run('location.href')}"
        )

    def run(self, code):
        """The value of a JavaScript expression on the page."""
        answer = self._websocket_request(
            "Runtime.evaluate", params={"expression": code, "awaitPromise": True, "returnByValue": True}, timeout=30
        )
        if "exceptionDetails" in answer:
            raise ChromeBrowserException(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait_for(self, code):
        """Wait until the expression is true."""
        assert self._wait_ready(code, timeout=20), f"never true: {code}"

    def press(self, selector="button"):
        """Click as with a mouse, without waiting for what comes of it."""
        self.run(f"setTimeout(() => document.querySelector({json.dumps(selector)}).click()) && null")

    def kept(self):
        """What the page's site keeps of the visitor."""
        return json.loads(self.run("localStorage.getItem('leadya')") or "null")

    def age(self, hours):
        """Let time pass: what is kept becomes so much older."""
        self.run(
            f"""{{
                const kept = JSON.parse(localStorage.getItem("leadya"));
                const shift = {hours} * 60 * 60 * 1000;
                kept.seen -= shift;
                kept.touches.forEach((touch) => (touch.at -= shift));
                localStorage.setItem("leadya", JSON.stringify(kept));
            }}"""
        )

    def carried(self, selector="[name=leadya_touches]"):
        """The visits that a form would tell of."""
        return json.loads(self.run(f"document.querySelector({json.dumps(selector)}).value") or "[]")


class VisitorCase(HttpCase):
    """Somebody who visits pages, those of Odoo or others, and is known to none."""

    @contextmanager
    def _visitor(self, **options):
        visitor = Visitor(self, **options)
        try:
            with self.allow_requests(browser=visitor, all_requests=True):
                self.cr.flush()
                self.cr.clear()
                try:
                    yield visitor
                finally:
                    visitor.stop()
                    self._wait_remaining_requests()
        finally:
            self.http_request_allow_all = False


class SnippetCase(CaptureCommon, VisitorCase):
    """Odoo on one origin, a website on another, a browser between them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_door()
        # A person may be as quick as a test.
        cls.form.min_fill_seconds = 0
        cls.site = Site(_POLICY.format(odoo=cls.base_url()))
        cls.addClassCleanup(cls.site.stop)

    def setUp(self):
        super().setUp()
        self.site.requests.clear()
        self.site.pages = {"/": self._page(), "/contact": self._page(self._form_html()), "/elsewhere": ""}

    def _page(self, body="", script="", **attributes):
        """A page with the snippet.

        :param str script: another address of the snippet, None for a page without it
        :param attributes: of the script, less "data-"
        """
        options = "".join(f' data-{name}="{value}"' for name, value in attributes.items())
        source = script or f"{self.base_url()}/leadya/static/leadya.js"
        tag = f'<script src="{source}" defer{options}></script>'
        head = '<meta charset="utf-8"><link rel="icon" href="data:,">' + ("" if script is None else tag)
        return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"

    def _form_html(self, attributes="data-leadya", fields=""):
        return (
            f'<form action="{self.base_url()}/leadya/capture/{self.form.token}" method="post" {attributes}>'
            f'<input name="name" value="Dana Levi"><input name="email" value="dana@customer.example">{fields}'
            '<button type="submit">Send</button></form>'
        )

    def _make_leads(self):
        """The leads of the door's submissions, which a scheduled action makes."""
        self.env.flush_all()
        self.env.ref("leadya_crm.ir_cron_leadya_submission").method_direct_trigger()
        self.env.invalidate_all()
        return self.form.submission_ids.sorted("id").lead_id

    def _assert_nothing_sent(self, visitor):
        """The visitor asked for pages and for the snippet, and told nobody anything."""
        snippet = ("GET", f"{self.base_url()}/leadya/static/leadya.js")
        self.assertIn(snippet, visitor.asked)
        sites = (f"{self.site.origin}/", f"{self.site.other_origin}/")
        others = [one for one in visitor.asked if one != snippet and not (one[0] == "GET" and one[1].startswith(sites))]
        self.assertEqual(others, [])
        self.assertEqual({method for method, _path, _body in self.site.requests}, {"GET"})
