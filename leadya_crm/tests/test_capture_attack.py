import json
import socket
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo.tests import HttpCase, tagged
from odoo.tools import config

from .capture_common import CaptureCommon

FORM = "application/x-www-form-urlencoded"
EVIL = "https://evil.example"
GOOD = "https://www.example.com"


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestCaptureAttack(CaptureCommon, HttpCase):
    """Issue 7, bad input and attack: what reaches a door over real HTTP (L1, L4, C3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_door()

    def _url(self, form=None):
        return f"{self.base_url()}/leadya/capture/{(form or self.form).token}"

    def _post(self, fields=None, form=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        values = {"email": "a@example.com", **(fields or {})}
        return self.opener.post(self._url(form), data=values, headers=headers, timeout=30, allow_redirects=False)

    def _options(self, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.opener.options(self._url(), headers=headers, timeout=30)

    # Floods

    def test_flood(self):
        """Attack: what was answered with success is kept and becomes a lead, all else is told how long to wait."""
        self.form.write({"rate_per_address": 20, "rate_per_form": 300})
        answers = [self._post({"email": f"n{number}@example.com"}) for number in range(100)]
        self.assertEqual({answer.status_code for answer in answers}, {200, 429})
        waits = [answer.headers["Retry-After"] for answer in answers if answer.status_code == 429]
        self.assertTrue(all(1 <= int(wait) <= 60 for wait in waits), waits)
        kept = {answer.json()["reference"] for answer in answers if answer.status_code == 200}
        # A machine so slow that a minute went by lets in more; what counts is that each of them is there.
        self.assertGreaterEqual(len(kept), 20)
        self.assertEqual(set(self.form.submission_ids.mapped("reference")), kept)
        self._run_action()
        self.assertEqual(set(self.form.submission_ids.mapped("state")), {"done"})
        self.assertEqual(self.form.lead_count, len(kept))

    def test_refused_posts_count_too(self):
        """Attack: nonsense is no way around the rate."""
        self.form.rate_per_address = 3
        statuses = [self._post({"email": "nope"}).status_code for _number in range(5)]
        self.assertEqual(statuses, [400, 400, 400, 429, 429])

    def test_forged_address(self):
        """Attack: whoever claims to be forwarded for others is still one sender, where the server has no proxy."""
        self.form.rate_per_address = 2
        for number in range(4):
            response = self._post(
                X_Forwarded_For=f"198.51.100.{number}", X_Real_IP=f"198.51.100.{number}", X_Forwarded_Host="x.example",
                Forwarded=f"for=198.51.100.{number}",
            )  # fmt: skip
            self.assertEqual(response.status_code, 200 if number < 2 else 429, number)
        self.assertEqual(len(set(self.form.submission_ids.mapped("remote_hash"))), 1)

    def test_address_behind_a_proxy(self):
        """Issue 7: behind a proxy it is the address that the proxy adds that counts, not what the sender claims."""
        self.form.rate_per_address = 2
        with patch.dict(config.options, {"proxy_mode": True}):
            for sender in ("198.51.100.1", "198.51.100.2", "2001:db8::1"):
                statuses = [
                    self._post(
                        X_Forwarded_For=f"203.0.113.{number}, {sender}", X_Forwarded_Host="x.example"
                    ).status_code
                    for number in range(3)
                ]
                self.assertEqual(statuses, [200, 200, 429], sender)
        self.assertEqual(len(set(self.form.submission_ids.mapped("remote_hash"))), 3)

    # Foreign sites

    def test_foreign_site(self):
        """Attack: a page of a foreign site gets neither a lead in nor an answer to read, whatever it says it is."""
        self.form.allowed_origins = GOOD
        preflight = self._options(Origin=EVIL, Access_Control_Request_Method="POST")
        self.assertNotIn("Access-Control-Allow-Origin", preflight.headers)
        for origin in (EVIL, "null", "https://www.example.com.evil.example", "http://www.example.com", f"{GOOD}:444",
                       f"{GOOD}, {EVIL}", GOOD.upper() + "/", "file://"):  # fmt: skip
            for accept in ("application/json", "text/html"):
                response = self._post(Origin=origin, Accept=accept)
                self.assertEqual(response.status_code, 403, origin)
                self.assertNotIn("Access-Control-Allow-Origin", response.headers)
        self.assertFalse(self.form.submission_ids)
        response = self._post(Origin=GOOD)
        self.assertEqual((response.status_code, response.headers["Access-Control-Allow-Origin"]), (200, GOOD))

    def test_no_cookie_crosses_over(self):
        """Attack: a foreign page can't use the session of who is logged in: no credentials, and no session made."""
        self.authenticate("door_manager", "door_manager")
        for response in (self._options(Origin=EVIL), self._post(Origin=EVIL)):
            self.assertNotIn("Access-Control-Allow-Credentials", response.headers)
            self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
        lead = self._lead_after(self.form)
        self.assertEqual((lead.create_uid, lead.user_id.id), (self.env.ref("base.user_root"), False))

    def _lead_after(self, form):
        self._run_action()
        return form.submission_ids.lead_id

    def test_other_methods(self):
        for method in ("get", "put", "delete", "patch"):
            self.assertEqual(self.opener.request(method, self._url(), timeout=30).status_code, 405, method)

    # What is not ours

    def test_door_of_another_company(self):
        """Attack: a token opens its own door and nothing else; the other company's people see nothing."""
        company = self.env["res.company"].create({"name": "Other"})
        other = self.env["leadya.capture.form"].create({"name": "Other", "company_id": company.id})
        self._post(
            {"company_id": self.form.company_id.id, "form_id": self.form.id, "team_id": self.team.id}, form=other
        )
        lead = self._lead_after(other)
        self.assertEqual((lead.company_id, lead.team_id), (company, self.env["crm.team"]))
        self.assertFalse(self.form.submission_ids)
        Submission = self.env["leadya.submission"].with_user(self.manager)
        self.assertFalse(Submission.search([("form_id", "=", other.id)]))

    def test_key_of_another_door(self):
        """Attack: an idempotency key that was used at one door tells nothing at another."""
        other = self.form.copy()
        first = self._post(Idempotency_Key="k", form=self.form).json()
        self.assertNotEqual(self._post(Idempotency_Key="k", form=other).json()["reference"], first["reference"])

    # Headers

    def test_header_injection(self):
        """Attack: nothing that was posted comes back as a header, and no cookie is set by it."""
        self.form.thanks_url = "https://www.example.com/thanks"
        attack = "x\r\nSet-Cookie: evil=1\r\n\r\n<script>"
        fields = dict.fromkeys(
            ["name", "subject", "utm_source", "utm_campaign", "landing_url", "message", "other"], attack
        )
        for accept in ("text/html", "application/json"):
            response = self._post({**fields, "email": "b@example.com"}, Accept=accept)
            self.assertIn(response.status_code, (200, 303))
            self.assertNotIn("evil", str(response.headers))
            self.assertNotIn("<script>", response.text)
        lead = self._lead_after(self.form)
        for name in ("name", "contact_name", "landing_url", "email_from"):
            self.assertNotRegex(lead[name] or "", r"[\r\n]", name)

    def test_refusals_show_nothing_that_could_act(self):
        """Attack: what comes back of a hostile post is text."""
        evil = "<img src=x onerror=alert(1)>"
        for fields in ({"email": evil}, {"email": {evil: 1}}, {evil * 10: "x"}):
            response = self.opener.post(
                self._url(), data=json.dumps(fields), headers={"Content-Type": "application/json"}, timeout=30
            )
            self.assertEqual(response.status_code, 400)
            self.assertEqual(response.headers["Content-Type"], "application/json; charset=utf-8")
        page = self.opener.post(
            self._url(), data={evil * 10: "x"}, headers={"Accept": "text/html", "Content-Type": FORM}, timeout=30
        )
        self.assertEqual(page.status_code, 400)
        self.assertNotIn("<img", page.text)
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])

    def test_raw_requests(self):
        """Bad input: requests that no browser would send end in a 4xx."""
        path = urlsplit(self._url()).path
        cases = [
            (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: -5\r\n\r\n", ("4",)),
            (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: x\r\n\r\n", ("4",)),
            (
                f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nAccept-Language: {'x,' * 20000}\r\n\r\n",
                ("4",),
            ),
        ]
        for request, expected in cases:
            answer = self._send_raw(request.encode())
            status = answer.split(b" ")[1][:1].decode() if answer else "4"
            self.assertIn(status, expected, request[:120])

    def _send_raw(self, request):
        address = urlsplit(self.base_url())
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(65536)
