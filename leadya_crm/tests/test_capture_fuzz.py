"""Issue 7, "Bad input and attack": generated hostile requests over real HTTP, against a server of its own.

``make fuzz`` sends all of them; the suite sends the first part. ``LEADYA_FUZZ=<number>`` sends so many, and
``LEADYA_FUZZ_ONLY=<number>`` the one of that number.
"""

import json
import os
import threading
from collections import Counter
from contextlib import contextmanager

from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

from .common import Transaction
from .fuzz_capture import Attacker, Targets, graph_answer
from .fuzz_corpus import PERSONS
from .graph_common import GraphServer
from .raw_http import RawClient
from .server_common import OwnServer

REQUESTS = 2_000
CLIENTS = 6
BATCH = 500

#: Doors, as ``Targets`` names them.
DOORS = {
    "form": {},
    "json": {"kind": "json"},
    "guarded": {"allowed_origins": "https://www.example.com", "consent_required": True},
    "confirmed": {"double_opt_in": True},
    "google": {"kind": "google_ads", "google_key": "fuzz-google-key"},
    "meta": {"kind": "meta", "meta_app_secret": "s3cret", "meta_verify_token": "fuzz", "meta_access_token": "access"},
    "archived": {"active": False},
}
#: An open lead of a person in whose name the attacks write.
VICTIM = {
    "name": "Victim",
    "contact_name": "Vera",
    "email_from": PERSONS[0][0],
    "phone": PERSONS[0][1],
    "city": "Haifa",
    "description": "<p>Ours</p>",
    "priority": "2",
    "user_id": False,
}
#: What may be made on the way of a lead, besides it.
LEFT_BEHIND = (
    "utm.source", "utm.medium", "utm.campaign", "leadya.keyword", "mail.mail", "mail.message", "ir.cron.trigger",
)  # fmt: skip
#: What a visitor may fill on a lead, by the widest map there is.
FILLABLE = {
    "contact_name", "partner_name", "email_from", "phone", "function", "website", "street", "street2", "city", "zip",
    "state_id", "country_id", "name", "referred", "external_ref", "description", "source_id", "medium_id",
    "campaign_id",
}  # fmt: skip
#: What the corridor makes of it, and what the ORM does.
DERIVED = {
    "channel_id", "keyword_id", "utm_term", "landing_url", "referrer_url", "click_id", "click_id_kind",
    "source_direction", "need_awareness", "readiness", "triage_state", "triage_quality", "triage_rule_id",
    "possible_duplicate_id", "lang_id", "id", "create_date", "write_date", "create_uid", "write_uid",
}  # fmt: skip
#: Computed by stock Odoo, and yet what a visitor must never choose.
GUARDED = {"user_id", "team_id", "stage_id", "company_id", "type", "active", "partner_id", "won_status"}


@tagged("leadya", "leadya_capture", "leadya_fuzz", "post_install", "-at_install")
class TestCaptureFuzz(BaseCase):
    """Hostile requests end in a 4xx or are kept; no lead is lost, none is made twice (L1, L4, C3, S8)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.addClassCleanup(cls._clean, cls._marks())
        cls.graph = GraphServer()
        cls.addClassCleanup(cls.graph.close)
        cls.graph.answers.append(cls._answer_as_graph)
        cls.targets = cls._make_doors()
        cls.server = OwnServer()
        cls.addClassCleanup(cls.server.kill)

    # ------------------------------------------------------------
    # DOORS
    # ------------------------------------------------------------

    @classmethod
    @contextmanager
    def _env(cls):
        with Transaction(cls.registry) as env:
            yield env

    @classmethod
    def _make_doors(cls):
        with cls._env() as env:
            env["ir.config_parameter"].set_param("leadya_crm.meta_graph_url", cls.graph.url)
            team = env["crm.team"].create({"name": "Fuzz", "use_leads": True, "assignment_optout": True})
            common = {"team_id": team.id, "rate_per_form": 0, "rate_per_address": 0}
            doors = {
                name: env["leadya.capture.form"].create({**common, "name": f"Fuzz {name}", "token": token, **values})
                for (name, values), token in zip(DOORS.items(), cls._make_tokens(), strict=True)
            }
            cls.form_ids = [door.id for door in doors.values()]
            cls.team_id = team.id
            cls.victim_id = env["crm.lead"].create({**VICTIM, "team_id": team.id}).id
            return Targets(
                **{name: door.token for name, door in doors.items()},
                google_key=doors["google"].google_key,
                meta_secret=doors["meta"].meta_app_secret,
                meta_verify=doors["meta"].meta_verify_token,
            )

    @classmethod
    def _make_tokens(cls):
        """Always the same ones, so that the requests are always the same."""
        return [f"fuzz-{name}-{number:032x}" for number, name in enumerate(DOORS, 0xF0DD)]

    @classmethod
    def _answer_as_graph(cls, handler):
        leadgen_id = handler.path.split("?")[0].rsplit("/", 1)[-1]
        handler._send(*graph_answer(leadgen_id))

    # ------------------------------------------------------------
    # CLEANING UP
    # ------------------------------------------------------------

    @classmethod
    def _marks(cls):
        """The last record of each model before the test."""
        with cls._env() as env:
            return {
                name: env[name].with_context(active_test=False).search([], order="id desc", limit=1).id or 0
                for name in LEFT_BEHIND
            }

    @classmethod
    def _clean(cls, marks):
        with cls._env() as env:
            env["ir.config_parameter"].set_param("leadya_crm.meta_graph_url", False)
            every = env(context={"active_test": False})
            team = every["crm.team"].search([("name", "=", "Fuzz")])
            forms = every["leadya.capture.form"].search([("team_id", "in", team.ids)])
            every["leadya.submission"].search([("form_id", "in", forms.ids)]).unlink()
            forms.unlink()
            every["crm.lead"].search([("team_id", "in", team.ids)]).unlink()
            team.unlink()
            for name, mark in marks.items():
                every[name].search([("id", ">", mark)]).unlink()

    # ------------------------------------------------------------
    # THE ATTACK
    # ------------------------------------------------------------

    def test_hostile_requests(self):
        """Issue 7: each request is refused or kept; leads are made once, and of nothing but what is allowed."""
        attacker = Attacker(self.targets)
        only = os.environ.get("LEADYA_FUZZ_ONLY")
        numbers = [int(only)] if only else range(int(os.environ.get("LEADYA_FUZZ", REQUESTS)))
        before = self._read_victim()
        answers, honest, faults = Counter(), {}, []
        for start in range(0, len(numbers), BATCH):
            attempts = [attacker.attempt(number) for number in numbers[start : start + BATCH]]
            responses = self._send_all(attempts)
            for attempt, response in zip(attempts, responses, strict=True):
                answers[response.status] += 1
                faults += self._check_response(attempt, response)
                if attempt.honest:
                    honest[attempt.honest] = attempt.number
            self._check_kept(attempts, responses)
        self.assertFalse(faults, "\n".join([f"{len(faults)} faults", *faults[:20], self.server.read_log()[-5000:]]))
        self._process()
        self._process_remote()
        self._check_submissions()
        self._check_honest(honest)
        self._check_leads()
        self.assertEqual(self._read_victim(), before, "Strangers changed a lead")
        self.assertFalse(self.server.alarms())
        self.assertTrue(only or {200, 400, 401, 403, 404, 405, 413, 415} <= answers.keys(), answers)

    def _send_all(self, attempts):
        """By several clients at once, while leads are made of what came before.

        :return: the responses, in the order of the attempts
        """
        responses, numbers, lock = [None] * len(attempts), iter(range(len(attempts))), threading.Lock()

        def send():
            with RawClient(self.server.port) as client:
                while True:
                    with lock:
                        position = next(numbers, None)
                    if position is None:
                        return
                    attempt = attempts[position]
                    responses[position] = client.send(attempt.to_bytes(), attempt.method, hang_up=bool(attempt.framing))

        threads = [threading.Thread(target=send) for _client in range(CLIENTS)]
        # Two at once: only one of them may make leads.
        threads += [threading.Thread(target=self._process) for _worker in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return responses

    def _process(self):
        with self._env() as env:
            env["leadya.submission"]._cron_process()

    def _process_remote(self):
        """As often as the action would come back for more: a server that does not answer ends its run."""
        before = None
        while (waiting := self._count_waiting()) and waiting != before:
            before = waiting
            with self._env() as env:
                env["leadya.submission"]._cron_process_remote()

    def _count_waiting(self):
        with self._env() as env:
            return env["leadya.submission"].search_count(self._get_waiting_domain())

    def _get_waiting_domain(self):
        return [("form_id", "in", self.form_ids), ("state", "=", "received"), ("retry_at", "=", False)]

    # ------------------------------------------------------------
    # WHAT HAS TO HOLD
    # ------------------------------------------------------------

    def _check_response(self, attempt, response):
        is_page = "html" in response.header("Content-Type")
        faults = {
            "no 2xx, 3xx or 4xx": not 200 <= response.status < 500,
            "an honest post was refused": attempt.honest and response.status not in (200, 303),
            "a header of the attacker's": response.header("X-Evil"),
            "a cookie": response.header("Set-Cookie") and attempt.kept,
            "a foreign site may read": "evil" in response.header("Access-Control-Allow-Origin"),
            "leads elsewhere": "evil" in response.header("Location"),
            "a script of the attacker's": is_page and b"<script>alert" in response.body,
            "tells of the inside": b"Traceback" in response.body,
        }
        request = f"{attempt.number}: {attempt.method} {attempt.target[:100]} → {response.status} {response.body[:200]}"
        return [f"{fault}: {request}" for fault, found in faults.items() if found]

    def _check_kept(self, attempts, responses):
        """What was answered with success is committed, at once."""
        succeeded = [
            (attempt, response)
            for attempt, response in zip(attempts, responses, strict=True)
            if attempt.method == "POST" and response.status in (200, 303) and "/thanks/" not in attempt.target
        ]
        with self._env() as env:
            domain = [("form_id", "in", self.form_ids)]
            kept = (
                env["leadya.submission"]
                .with_context(active_test=False)
                .search_fetch(domain, ["reference", "user_agent", "idempotency_key"])
            )
            references, keys = set(kept.mapped("reference")), set(kept.mapped("idempotency_key"))
            agents = {agent.rsplit("-", 1)[0] + "-" for agent in kept.mapped("user_agent") if agent}
        for attempt, response in succeeded:
            if response.body.startswith(b"{") and (reference := json.loads(response.body).get("reference")):
                self.assertIn(reference, references, attempt.number)
            # Whoever happens upon a key that was used gets the answer of the one who used it.
            by_chance = not attempt.key and b"idempotency" in attempt.to_bytes().lower()
            if attempt.kept and not by_chance:
                self.assertTrue(attempt.agent in agents or attempt.key in keys, attempt.number)

    def _check_submissions(self):
        """Each came to an end that can be seen; none failed for a reason that nobody foresaw."""
        with self._env() as env:
            Submission = env["leadya.submission"]
            mine = [("form_id", "in", self.form_ids)]
            waiting = Submission.search(self._get_waiting_domain())
            self.assertFalse(waiting, waiting.mapped("payload"))
            unclear = Submission.search([*mine, ("state", "=", "error"), ("error", "=", False)])
            self.assertFalse(unclear)
            leadless = Submission.search(
                [*mine, ("state", "in", ("done", "merged")), ("lead_id", "=", False), ("is_test", "=", False)]
            )
            self.assertFalse(leadless, leadless.mapped("payload"))

    def _check_honest(self, honest):
        """L1: everybody who wrote in good faith has a lead."""
        with self._env() as env:
            leads = env["crm.lead"].search([("team_id", "=", self.team_id)])
            self.assertFalse(
                {email: number for email, number in honest.items() if email not in leads.mapped("email_normalized")}
            )

    def _check_leads(self):
        """C3: one lead for each person and key. Nothing but what the map allows was ever written."""
        with self._env() as env:
            leads = (
                env["crm.lead"]
                .with_context(active_test=False)
                .search([("team_id", "=", self.team_id), ("id", "!=", self.victim_id)])
            )
            made = env["leadya.submission"].search(
                [("form_id", "in", self.form_ids), ("state", "=", "done"), ("is_test", "=", False)]
            )
            self.assertEqual(leads, made.lead_id & leads)
            self.assertEqual(len(made), len(made.lead_id), "Two submissions made one lead each claims as its own")
            for name in ("email_normalized", "phone_sanitized", "external_ref"):
                twice = [value for value, count in Counter(filter(None, leads.mapped(name))).items() if count > 1]
                self.assertFalse(twice, name)
            names = self._get_written_fields(leads) - FILLABLE - DERIVED
            chosen = {name: values for name in names if len(values := {str(lead[name]) for lead in leads}) > 1}
            self.assertFalse(chosen, "A stranger chose what the map doesn't name")
            self.assertFalse(leads.tag_ids)
            self.assertFalse(leads.user_id)

    def _get_written_fields(self, leads):
        """Columns that follow from no others, and those that a visitor must not choose although they do."""
        return {
            name
            for name, field in leads._fields.items()
            if field.store and field.column_type and (not field.compute or name in GUARDED)
        }

    def _read_victim(self):
        with self._env() as env:
            victim = env["crm.lead"].browse(self.victim_id)
            names = [
                name
                for name, field in victim._fields.items()
                if field.store and not field.compute and field.type not in ("one2many", "many2many")
            ]
            (values,) = victim.read([name for name in names if not name.startswith("write_")])
            return values
