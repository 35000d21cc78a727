import json
import threading
import time
import uuid
from datetime import timedelta
from urllib.request import Request, urlopen

import psycopg2

from odoo import fields
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common import Transaction
from .server_common import OwnServer

_CRON = "leadya_crm.ir_cron_leadya_submission"


class RaceCommon(BaseCase):
    """Transactions of their own, as in several workers; what they commit is removed at the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.token = f"race-{uuid.uuid4()}"
        with self._env() as env:
            env["leadya.capture.form"].create(
                {"name": "Race", "token": self.token, "rate_per_form": 0, "rate_per_address": 0}
            )
        self.addCleanup(self._clean)

    def _env(self):
        return Transaction(self.registry)

    def _clean(self):
        with self._env() as env:
            form = env["leadya.capture.form"].search([("token", "=", self.token)])
            leads = form.submission_ids.lead_id
            form.submission_ids.unlink()
            form.unlink()
            leads.unlink()
            env["ir.cron.trigger"].search([("cron_id", "=", env.ref(_CRON).id)]).unlink()

    def _run_at_once(self, functions):
        """Call functions in threads that begin at the same moment.

        :return: what they return
        """
        barrier = threading.Barrier(len(functions))
        results = [None] * len(functions)

        def run(position, function):
            barrier.wait(20)
            results[position] = function()

        threads = [threading.Thread(target=run, args=item) for item in enumerate(functions)]
        # The code mutes the refusals that it expects; threads may lift each other's muting.
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return results

    def _post(self, **values):
        with self._env() as env:
            form = env["leadya.capture.form"]._find_by_token(self.token)
            return form._receive(json.dumps(values).encode(), {"content_type": "application/json"})

    def _work(self):
        with self._env() as env:
            env["leadya.submission"]._cron_process()

    def _submissions(self, env):
        return env["leadya.submission"].search([("form_id.token", "=", self.token)], order="id")

    def _calls(self, env):
        return env["ir.cron.trigger"].search([("cron_id", "=", env.ref(_CRON).id)])


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestCaptureConcurrency(RaceCommon):
    """Posts and workers that race (C3, L1; issue 7, "doors")."""

    def _race(self, posts):
        return self._run_at_once([lambda values=values: self._post(**values) for values in posts])

    def test_c3_same_key_at_once_is_one_lead(self):
        """C3: the same key from several transactions at once: one submission, one lead, one answer."""
        answers = self._race([{"email": "race@example.com", "idempotency_key": "one"}] * 4)
        self.assertEqual([answer["status"] for answer in answers], [200] * 4)
        self.assertEqual(len({answer["reference"] for answer in answers}), 1)
        self._work()
        with self._env() as env:
            submissions = self._submissions(env)
            self.assertEqual(len(submissions), 1)
            self.assertEqual(submissions.state, "done")
            self.assertEqual(len(submissions.lead_id), 1)

    def test_l1_many_at_once_are_all_kept(self):
        """L1: posts that meet in one new source are all kept, and all become leads."""
        source = f"Race {uuid.uuid4()}"
        answers = self._race([{"email": f"race{number}@example.com", "utm_source": source} for number in range(4)])
        self.assertEqual([answer["status"] for answer in answers], [200] * 4)
        self._work()
        with self._env() as env:
            submissions = self._submissions(env)
            self.assertEqual(submissions.mapped("state"), ["done"] * 4)
            self.assertEqual(len(submissions.lead_id), 4)
            self.assertEqual(submissions.lead_id.source_id.mapped("name"), [source])

    def test_c3_two_workers_make_no_lead_twice(self):
        """C3: several workers at once: each submission becomes one lead, and each person has one."""
        for number in range(12):
            self._post(email=f"race{number % 6}@example.com", utm_source="race")
        self._run_at_once([self._work] * 3)
        with self._env() as env:
            submissions = self._submissions(env)
            self.assertEqual(set(submissions.mapped("state")), {"done", "merged"})
            self.assertEqual(len(submissions.lead_id), 6)
            self.assertEqual(env["crm.lead"].search_count([("email_normalized", "=like", "race_@example.com")]), 6)

    def test_c3_same_person_at_once_is_one_lead(self):
        """C3: two posts of one person in the same instant, each with a worker that takes it at once: one lead."""
        for _number in range(5):
            person = f"{uuid.uuid4()}@example.com"

            def post_and_work(person=person):
                self._post(email=person)
                self._work()

            self._run_at_once([post_and_work] * 2)
            with self._env() as env:
                mine = self._submissions(env).filtered(lambda one, person=person: person in one.payload)
                self.assertEqual(sorted(mine.mapped("state")), ["done", "merged"])
                self.assertEqual(len(mine.lead_id), 1)

    def test_c3_whoever_has_the_lock_is_waited_for(self):
        """C3: a worker sees what the one before has made, even where it began while that one was at work."""
        self._post(email="race@example.com")
        with self._env() as env, env["leadya.submission"]._making_leads():
            other = threading.Thread(target=self._work)
            other.start()
            self._wait_for_lock(env)
            self._submissions(env)._process()
            env.cr.commit()
        other.join(60)
        with self._env() as env:
            self.assertEqual(self._submissions(env).state, "done")
            self.assertEqual(env["crm.lead"].search_count([("email_normalized", "=", "race@example.com")]), 1)

    def _wait_for_lock(self, env):
        """Until somebody waits for an advisory lock."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            env.cr.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if env.cr.fetchone():
                return
            time.sleep(0.01)
        self.fail("Nobody waited for the lock.")

    def test_l1_a_worker_that_dies_loses_nothing(self):
        """L1: the connection of a worker breaks before it commits: the next one makes each lead once."""
        for number in range(3):
            self._post(email=f"race{number}@example.com")
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error), self._env() as other, self._env() as env:
            pid = env.cr._cnx.get_backend_pid()
            with env["leadya.submission"]._making_leads():
                self._submissions(env)._process()
                env.flush_all()
                other.cr.execute("SELECT pg_terminate_backend(%s)", [pid])
                env.cr.execute("SELECT 1")
        self._work()
        with self._env() as env:
            submissions = self._submissions(env)
            self.assertEqual(submissions.mapped("state"), ["done"] * 3)
            self.assertEqual(env["crm.lead"].search_count([("email_normalized", "=like", "race_@example.com")]), 3)

    # The scheduler is called

    def test_l1_one_call_for_many_posts(self):
        """L1, issue 7: posts that come before the action begins share one call."""
        for number in range(4):
            self._post(email=f"race{number}@example.com")
        with self._env() as env:
            self.assertEqual(len(self._calls(env)), 1)

    def test_l1_a_call_that_nobody_heard_is_made_again(self):
        """L1: a server that was killed right after calling the action keeps no lead waiting."""
        with self._env() as env:
            env["ir.cron.trigger"].create(
                {"cron_id": env.ref(_CRON).id, "call_at": fields.Datetime.now() - timedelta(seconds=10)}
            )
        self._post(email="race@example.com")
        with self._env() as env:
            self.assertEqual(len(self._calls(env)), 2)

    def test_l1_a_post_while_the_action_runs_calls_it_again(self):
        """L1: an action that has begun may not see what comes now, so it is called once more, and once only."""
        self._post(email="race0@example.com")
        with self._env() as env:
            cron = env.ref(_CRON)
            job = {"id": cron.id}
            # As the scheduler does: the calls are deleted first, and that is committed when the action has ended.
            cron._clear_schedule(job)
            self._post(email="race1@example.com")
            self._post(email="race2@example.com")
        with self._env() as env:
            self.assertEqual(len(self._calls(env)), 1)


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestCaptureServer(RaceCommon):
    """A server with its scheduler, killed in the middle (L1, S8; issue 7, "doors")."""

    def setUp(self):
        super().setUp()
        # Of all scheduled actions of the database, only the one that makes leads is to run.
        with self._env() as env:
            others = env["ir.cron"].search([("id", "!=", env.ref(_CRON).id)])
            others.active = False
        self.addCleanup(self._activate, others.ids)

    def _activate(self, ids):
        with self._env() as env:
            env["ir.cron"].browse(ids).active = True

    def _send(self, server, number):
        body = json.dumps({"email": f"race{number}@example.com", "utm_source": "race"}).encode()
        url = f"http://127.0.0.1:{server.port}/leadya/capture/{self.token}"
        request = Request(url, body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as response:
            return json.load(response)["reference"]

    def _wait_for_leads(self, references):
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            with self._env() as env:
                waiting = env["leadya.submission"].search_count(
                    [("reference", "in", references), ("state", "=", "received")]
                )
            if not waiting:
                return
            time.sleep(0.1)
        self.fail(f"{waiting} submissions still wait.")

    def test_l1_killed_in_the_middle(self):
        """L1, S8: the server is killed with -9 while leads are made: what was answered is there once, after all."""
        server = OwnServer(cron_threads=1)
        self.addCleanup(lambda: server.kill())
        references = []

        def send(numbers):
            references.extend(self._send(server, number) for number in numbers)

        self._run_at_once([lambda start=start: send(range(start, 30, 3)) for start in range(3)])
        self.assertEqual(len(references), 30)
        server.kill()
        server = OwnServer(cron_threads=1)
        references.append(self._send(server, 99))
        self._wait_for_leads(references)
        with self._env() as env:
            submissions = self._submissions(env)
            self.assertEqual(set(submissions.mapped("reference")), set(references))
            self.assertEqual(submissions.mapped("state"), ["done"] * 31)
            self.assertEqual(len(submissions.lead_id), 31)
            self.assertEqual(env["crm.lead"].search_count([("email_normalized", "=like", "race%@example.com")]), 31)
        self.assertFalse(server.alarms())
