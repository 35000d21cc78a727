import json
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import leadya_submission_process
from ..models.leadya_submission import SubmissionNotReady
from ..models.leadya_submission_process import MAX_CONFLICTS, MAX_TRIES
from .capture_common import CaptureCommon
from .common import NOW, LeadyaCommon

_LOGGER = "odoo.addons.leadya_crm.models.leadya_submission_process"
JSON = "application/json"


class ProcessCommon(CaptureCommon, LeadyaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_door()
        cls.rep, cls.team = cls.member.user_id, cls.member.crm_team_id
        cls.form.team_id = cls.team
        cls.Submission = cls.env["leadya.submission"]

    def _post(self, form=None, **values):
        """Post to the door, and leave what follows to the scheduled action."""
        door = (form or self.form).sudo()
        answer = door._receive(json.dumps(values).encode(), {"content_type": JSON, "remote_addr": "192.0.2.1"})
        self.assertEqual(answer["status"], 200, answer)
        return self.Submission.search([("reference", "=", answer["reference"])])

    def _post_many(self, count, start=0):
        posts = [
            self._post(
                name=f"Visitor {number}",
                email=f"visitor{number}@home{number}.example",
                phone=f"+97235550{number:03d}",
                landing_url=f"https://x.example/?utm_source=google&utm_medium=cpc&utm_term=crm&gclid=G{number}",
                country="Israel",
            )
            for number in range(start, start + count)
        ]
        return self.Submission.union(*posts)

    def _count_queries(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.cr.sql_log_count - start


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestCaptureProcess(ProcessCommon):
    """Raw first, then the corridor in batches (L1, L4, S8, C3; issue 7, "doors")."""

    # What it costs

    def test_l1_query_budget_of_an_answer(self):
        """L1, issue 7: an answer costs two queries, with the rates of the door one more; with a key two more."""
        door = self.form.sudo()

        def post(**values):
            values = {"email": "budget@example.com", "landing_url": "https://x.example/?utm_source=a", **values}
            found = self.env["leadya.capture.form"]._find_by_token(door.token)
            found._receive(json.dumps(values).encode(), {"content_type": JSON, "remote_addr": "192.0.2.1"})

        post()
        self.assertLessEqual(self._count_queries(post), 2)
        door.write({"rate_per_address": 100, "rate_per_form": 1000})
        post()
        self.assertLessEqual(self._count_queries(post), 3)
        post(idempotency_key="first")
        # One to look for the key, and two of the savepoint in which its insertion may fail.
        self.assertLessEqual(self._count_queries(lambda: post(idempotency_key="second")), 6)

    def test_s8_query_budget_of_the_corridor(self):
        """S8, issue 7: 100 leads walk the corridor with at most 20 queries more than 10."""
        self._post_many(5)._process()
        few, many = self._post_many(10, 100), self._post_many(100, 200)
        cost = {len(batch): self._count_queries(batch._process) for batch in (few, many)}
        self.assertEqual(set((few | many).mapped("state")), {"done"})
        self.assertEqual(len((few | many).lead_id), 110)
        self.assertEqual((few | many).lead_id.user_id, self.rep | self.rep_2, "the whole corridor was walked")
        self.assertTrue(all(lead.sla_deadline and lead.keyword_id and lead.channel_id for lead in many.lead_id))
        self.assertLessEqual(cost[100] - cost[10], 20, cost)
        self.assertLessEqual(cost[100], 330, cost)

    def test_c3_query_budget_of_joining(self):
        """C3: a hundred who write again cost at most 20 queries more than ten."""
        self._post_many(110)._process()
        few, many = self._post_many(10), self._post_many(100, 10)
        cost = {len(batch): self._count_queries(batch._process) for batch in (few, many)}
        self.assertEqual(set((few | many).mapped("state")), {"merged"})
        self.assertLessEqual(cost[100] - cost[10], 20, cost)

    # The scheduled action

    def test_l1_answer_comes_first(self):
        """L1, S8: nothing but the submission is there when the sender is answered; the action makes the lead."""
        before = self.env["crm.lead"].search_count([])
        submission = self._post(email="first@example.com")
        self.assertEqual((submission.state, submission.sender), ("received", "first@example.com"))
        self.assertEqual(self.env["crm.lead"].search_count([]), before)
        self._run_action()
        self.assertEqual(submission.state, "done")
        self.assertIn(submission.lead_id.user_id, self.rep | self.rep_2)
        self.assertTrue(submission.lead_id.sla_clock_ids and submission.lead_id.activity_ids)

    def test_l1_action_goes_on_until_nothing_waits(self):
        """L1: more than one batch."""
        submissions = self._post_many(5)
        with (
            patch.object(leadya_submission_process, "BATCH_SIZE", 2),
            patch.object(leadya_submission_process, "GATHER_SECONDS", 0),
        ):
            self._run_action()
        self.assertEqual(submissions.mapped("state"), ["done"] * 5)

    def test_l1_action_is_called_again_when_its_time_is_up(self):
        """L1: nothing waits for the next minute because the action had no time left."""
        submissions = self._post_many(3)
        cron = self.env.ref("leadya_crm.ir_cron_leadya_submission")
        calls = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        with (
            patch.object(leadya_submission_process, "BATCH_SIZE", 2),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0),
        ):
            self._run_action()
        self.assertEqual(submissions.mapped("state"), ["done", "done", "received"])
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - calls)

    def test_l1_one_failure_is_one_failure(self):
        """L1, issue 7: what fails is set apart, with the reason; all others become leads."""
        submissions = self._post_many(9)
        create = self.env.registry["crm.lead"].create

        def create_none_for_five(model, vals_list):
            if any(values.get("contact_name") == "Visitor 5" for values in vals_list):
                raise ValueError("broken")
            return create(model, vals_list)

        with (
            patch.object(self.env.registry["crm.lead"], "create", create_none_for_five),
            self.assertLogs(_LOGGER, "WARNING") as logs,
        ):
            self._run_action()
        failed = submissions.filtered(lambda one: one.state == "error")
        self.assertEqual((failed.sender, failed.error), ("Visitor 5 · visitor5@home5.example", "ValueError: broken"))
        self.assertEqual(len(logs.records), 1)
        self.assertEqual(len((submissions - failed).lead_id), 8)
        self._retry(failed)
        self.assertEqual(failed.state, "done")

    @mute_logger("odoo.sql_db")
    def test_c3_conflicts_are_tried_anew(self):
        """C3: two that make the same new source at once lose nothing: the second does it again."""
        submissions = self._post_many(3)
        create = self.env.registry["crm.lead"].create
        failures = [SerializationFailure(), UniqueViolation()]

        def create_later(model, vals_list):
            if failures:
                raise failures.pop()
            return create(model, vals_list)

        with patch.object(self.env.registry["crm.lead"], "create", create_later):
            self._run_action()
        self.assertEqual(submissions.mapped("state"), ["done"] * 3)

    def test_c3_lasting_conflicts_are_put_off(self):
        """C3: what is always in another's way waits a while, and keeps nobody else."""
        submissions = self._post_many(3)
        create = self.env.registry["crm.lead"].create
        tries = []

        def create_none_for_one(model, vals_list):
            if any(values.get("contact_name") == "Visitor 1" for values in vals_list):
                tries.append(len(vals_list))
                raise SerializationFailure
            return create(model, vals_list)

        with patch.object(self.env.registry["crm.lead"], "create", create_none_for_one):
            self._run_action()
        self.assertEqual(submissions.mapped("state"), ["done", "received", "done"])
        self.assertEqual(tries[:MAX_CONFLICTS], [3] * MAX_CONFLICTS)
        self.assertGreater(submissions[1].retry_at, fields.Datetime.now())

    def test_waiting_too_long_is_told(self):
        """L1: where the scheduler does not run, form and submission say so, and a manager can do its work."""
        submission = self._post(email="stuck@example.com")
        form = self.form.with_user(self.manager)
        self.assertFalse(form.stuck_count or submission.is_stuck)
        submission.received_at -= timedelta(minutes=6)
        self.env.invalidate_all()
        self.assertEqual((form.stuck_count, submission.is_stuck), (1, True))
        with self.assertRaises(AccessError):
            self.form.with_user(self.rep).action_process_now()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            form.action_process_now()
        self.env.invalidate_all()
        self.assertEqual((submission.state, form.stuck_count), ("done", 0))

    # Not ready

    def _read_not_ready(self, **params):
        def read(form, submission):
            asked.append(submission)
            raise SubmissionNotReady("No answer.", **params)

        asked = []
        return patch.object(self.env.registry["leadya.capture.form"], "_read_submission", read), asked

    def test_l4_not_ready_waits_less_and_less_often(self):
        """L4: where another system does not answer, it is asked again after 1, 2, 4 … minutes, and not for ever."""
        submission = self._post(email="later@example.com")
        patched, asked = self._read_not_ready()
        delays = []
        with patched, self.at(NOW):
            for _number in range(MAX_TRIES):
                submission._process()
                if submission.retry_at:
                    delays.append((submission.retry_at - NOW) / timedelta(minutes=1))
        self.assertEqual((submission.state, submission.error), ("error", "No answer."))
        self.assertEqual(len(asked), MAX_TRIES)
        for number, delay in enumerate(delays):
            least = min(2**number, 360)
            self.assertTrue(least <= delay <= 1.5 * least, delays)
        # It is kept, and can be tried again by hand.
        self._retry(submission)
        self.assertEqual((submission.state, submission.tries, submission.retry_at), ("done", 0, False))

    def test_l4_what_waits_is_not_asked_before_its_time(self):
        submission = self._post(email="later@example.com")
        patched, asked = self._read_not_ready()
        with patched:
            self._run_action()
            self._run_action()
        self.assertEqual((submission.state, submission.tries, len(asked)), ("received", 1, 1))
        submission.retry_at = fields.Datetime.now()
        self._run_action()
        self.assertEqual((submission.state, submission.error), ("done", False))

    def test_l4_system_that_is_out_of_reach_is_asked_once(self):
        """L4: one time-out for a batch, not one for each submission; a fault of one submission keeps no other."""
        submissions = self._post_many(4)
        patched, asked = self._read_not_ready()
        with patched:
            submissions._process()
        self.assertEqual((len(asked), submissions.mapped("tries")), (1, [1] * 4))
        patched, asked = self._read_not_ready(alone=True)
        with patched:
            submissions._process()
        self.assertEqual((len(asked), submissions.mapped("tries")), (4, [2] * 4))

    def test_l4_what_cannot_even_be_read_keeps_no_other(self):
        """L4: a fault in reading what another system answered is that submission's alone."""
        form = self.env["leadya.capture.form"].create({"name": "Ads", "kind": "meta", "team_id": self.team.id})
        values = {"form_id": form.id, "content_type": JSON}
        submissions = self.Submission.create([{**values, "payload": f"{number}"} for number in range(3)])
        read = {
            "values": {"name": "Ad", "type": "lead"},
            "understood": {},
            "unknown": {},
            "touches": [],
            "consent": False,
        }

        def read_submission(form, submission):
            if submission.payload == "1":
                raise ValueError("broken")
            return {**read, "values": {**read["values"], "external_ref": submission.payload}}

        with (
            patch.object(self.env.registry["leadya.capture.form"], "_read_submission", read_submission),
            self.assertLogs(_LOGGER, "WARNING"),
        ):
            self._run_action("ir_cron_leadya_submission_remote")
        self.assertEqual(submissions.mapped("state"), ["done", "error", "done"])

    # The same person again

    def test_c3_twice_in_one_batch_is_one_lead(self):
        """C3: two posts of one person that are processed together: the second joins the lead of the first."""
        first = self._post(email="dana@example.com", name="Dana")
        second = self._post(email="DANA@example.com", utm_source="bing", message="<b>Again</b>")
        by_phone = self._post(email="other@example.com", phone="+97235550100")
        same_phone = self._post(email="third@example.com", phone="03-555-0100", country="IL")
        (first | second | by_phone | same_phone)._process()
        self.assertEqual((first | second | by_phone | same_phone).mapped("state"), ["done", "merged", "done", "merged"])
        self.assertEqual(first.lead_id, second.lead_id)
        self.assertEqual(by_phone.lead_id, same_phone.lead_id)
        lead = first.lead_id
        self.assertIn("bing", lead.touch_ids.source_id.mapped("name"))
        self.assertIn("&lt;b&gt;Again", lead.message_ids[0].body)
        self.assertFalse(
            lead.activity_ids.filtered(lambda activity: activity.leadya_step == "wrote_again"),
            "the lead is new for its rep anyway",
        )

    def test_c3_policies(self):
        """C3, issue 7: join; make and link; make. The company says, a form may say otherwise."""
        first = self._lead_of({"email": "dana@example.com"})
        self.assertEqual(self._lead_of({"email": "dana@example.com"}), first)
        self.company.leadya_duplicate_policy = "link"
        linked = self._lead_of({"email": "dana@example.com"})
        self.assertNotEqual(linked, first)
        self.assertEqual(linked.possible_duplicate_id, first)
        self.form.duplicate_policy = "make"
        alone = self._lead_of({"email": "dana@example.com"})
        self.assertNotIn(alone, first | linked)
        self.assertFalse(alone.possible_duplicate_id)
        self.form.duplicate_policy = "join"
        self.assertEqual(self._lead_of({"email": "dana@example.com"}), first, "the oldest")

    def test_c3_policies_within_one_batch(self):
        """C3: forms of either policy in one batch, each by its own."""
        other = self.form.copy({"duplicate_policy": "link"})
        submissions = (
            self._post(email="dana@example.com")
            | self._post(other, email="dana@example.com")
            | self._post(email="dana@example.com")
        )
        submissions._process()
        self.assertEqual(submissions.mapped("state"), ["done", "done", "merged"])
        first, second, third = (submission.lead_id for submission in submissions)
        self.assertEqual((second.possible_duplicate_id, third), (first, first))

    def test_c3_who_rests_is_taken_back_into_work(self):
        """C3, Z6, issue 7: a lead in nurture: joined, nurture ended, its owner has a call to make; and is told once."""
        lead = self._lead_of({"email": "dana@example.com"})
        lead._leadya_start_nurture(fields.Date.today() + timedelta(days=60))
        self.assertTrue(lead.nurture_resume_at)
        _answer, submission = self._receive({"email": "dana@example.com", "message": "Now I am ready"})
        self.assertEqual((submission.state, submission.lead_id), ("merged", lead))
        self.assertFalse(lead.nurture_resume_at)
        self.assertEqual(lead.activity_ids.mapped("leadya_step"), ["nurture_wrote_again"])
        self.assertIn("Now I am ready", lead.message_ids.mapped("body")[0])

    def test_c3_rep_is_told_once_and_in_the_own_language(self):
        """C3, S8: one open reminder, however often somebody writes; an attempt to reach the person answers it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        lead = self._lead_of({"email": "dana@example.com"})
        lead.activity_ids.unlink()
        lead.user_id = self.rep
        batch = self._post(email="dana@example.com") | self._post(email="dana@example.com")
        batch._process()
        self._receive({"email": "dana@example.com"})
        told = lead.activity_ids.filtered(lambda activity: activity.leadya_step == "wrote_again")
        self.assertEqual((len(told), told.user_id, told.summary), (1, self.rep, "Wrote again"))
        self.assertEqual(lead.submission_count, 4)
        lead.with_user(self.rep).action_log_attempt("reached")
        self.assertFalse(told.exists().active)

    # Spam

    def test_spam_can_be_undone(self):
        """Issue 7: a verdict can be undone, and everything is as before."""
        maker, joiner = self._post(email="dana@example.com"), self._post(email="dana@example.com")
        (maker | joiner)._process()
        lead = maker.lead_id
        maker.with_user(self.manager).action_mark_spam()
        self.assertTrue(lead.active, "somebody who is no spammer wrote there as well")
        joiner.with_user(self.manager).action_mark_spam()
        self.assertTrue(lead.active, "a lead that was there before is not closed by what joined it")
        (maker | joiner).with_user(self.manager).action_not_spam()
        self.assertEqual((maker | joiner).mapped("state"), ["done", "merged"])
        (maker | joiner).with_user(self.manager).action_mark_spam()
        self.assertFalse(lead.active)
        (maker | joiner).with_user(self.manager).action_not_spam()
        self.assertEqual(((maker | joiner).mapped("state"), lead.active), (["done", "merged"], True))

    def test_spam_is_not_tried_again_by_mistake(self):
        """Trying all of a list again does not take back verdicts."""
        spam = self._post(email="robot@example.com", fax_number="1")
        error = self._post(email="dana@example.com")
        error.state = "error"
        action = (spam | error).with_user(self.manager).action_retry()
        self.assertEqual(action["params"]["ids"], error.ids)
        self.assertEqual((spam.state, error.state), ("spam", "received"))
        self.assertEqual(
            (spam | error).with_user(self.manager).get_progress(), {"waiting": 1, "failed": 0, "put_off": 0}
        )
        self._run_action()
        self.assertEqual(error.with_user(self.manager).get_progress(), {"waiting": 0, "failed": 0, "put_off": 0})

    # Privacy

    def test_personal_data_are_erased_by_company_and_form(self):
        """Issue 7: erased after the time that the company sets, or the form; counts stay; what waits is not touched."""
        own = self.form.copy({"erase_mode": "days", "erase_after_days": 10})
        never = self.form.copy({"erase_mode": "never"})
        submissions = {form: self._receive({"email": "dana@example.com"}, form)[1] for form in (self.form, own, never)}
        waiting = self._post(own, email="dana@example.com")
        for submission in [*submissions.values(), waiting]:
            submission.received_at = fields.Datetime.now() - timedelta(days=20)

        def erased():
            self.Submission._gc_personal_data()
            return [bool(submission.erased_at) for submission in submissions.values()]

        self.assertEqual(erased(), [False, True, False])
        self.company.leadya_erase_after_days = 15
        self.assertEqual(erased(), [True, True, False])
        self.assertTrue(waiting.payload)
        self.assertEqual((self.form.submission_count, self.form.lead_count), (1, 1))
        texts = submissions[self.form].read(self.Submission._get_personal_fields())[0]
        self.assertFalse(any(value for name, value in texts.items() if name != "id"))

    # Definition in memory

    def test_a_changed_door_is_another_door_at_once(self):
        """What is kept in memory of a door is forgotten when the door, its map or its company's language changes."""
        Form = self.env["leadya.capture.form"]
        token = self.form.token
        self.assertEqual(Form._find_by_token(token).allowed_origins, False)
        self.form.allowed_origins = "https://www.example.com"
        self.assertEqual(Form._find_by_token(token).allowed_origins, "https://www.example.com")
        line = self.form.field_ids.filtered(lambda line: line.target == "phone")
        self.assertNotIn("hotline", Form._find_by_token(token)._lines_by_name())
        line.synonyms = "hotline"
        self.assertIn("hotline", Form._find_by_token(token)._lines_by_name())
        line.unlink()
        self.assertNotIn("hotline", Form._find_by_token(token)._lines_by_name())
        self.env["res.lang"]._activate_lang("fr_FR")
        self.assertEqual(Form._find_by_token(token)._get_lang(), self.company.partner_id.lang)
        self.company.partner_id.lang = "fr_FR"
        self.assertEqual(Form._find_by_token(token)._get_lang(), "fr_FR")
        self.form.consent_text = "I agree."
        Form._find_by_token(token)._in_language("fr_FR")
        self.form.update_field_translations("consent_text", {"fr_FR": "Je suis d'accord."})
        self.assertEqual(Form._find_by_token(token)._in_language("fr_FR").consent_text, "Je suis d'accord.")
        self.form.active = False
        self.assertFalse(Form._find_by_token(token))

    def test_strangers_guesses_are_not_kept(self):
        """Bad input: whoever tries one address after another can't fill the memory."""
        Form = self.env["leadya.capture.form"]
        Form._find_by_token("x" * 43)
        self.assertEqual(self._count_queries(lambda: Form._find_by_token("x" * 43)), 1)
        token = self.form.token
        Form._find_by_token(token)
        self.assertEqual(self._count_queries(lambda: Form._find_by_token(token)), 0)

    # Companies

    def test_companies_are_kept_apart(self):
        """L4, issue 7: forms and submissions of another company are seen, tried again and judged by nobody else."""
        company = self.env["res.company"].create({"name": "Other"})
        other = self.env["leadya.capture.form"].create(
            {"name": "Other", "company_id": company.id, "rate_per_form": 0, "rate_per_address": 0}
        )
        mine, theirs = self._post(email="dana@example.com"), self._post(other, email="dana@example.com")
        (mine | theirs)._process()
        self.assertEqual((mine.state, theirs.state), ("done", "done"), "another company's lead is not joined")
        self.assertEqual(theirs.lead_id.company_id, company)
        mine.lead_id.user_id = self.rep
        for user in (self.rep, self.leader, self.manager):
            found = self.Submission.with_user(user).search([("form_id", "in", (self.form | other).ids)])
            self.assertEqual(found, mine, user.login)
            for method in ("read", "action_retry", "action_mark_spam", "action_not_spam", "get_progress"):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(theirs.with_user(user), method)()
        with self.assertRaises(AccessError):
            other.with_user(self.manager).action_send_test()

    def test_a_rep_only_reads(self):
        """L1: a rep sees what became of the own leads and the free ones, and changes nothing."""
        submission = self._post(email="dana@example.com")
        submission._process()
        submission.lead_id.user_id = self.rep
        self.assertTrue(submission.with_user(self.rep).payload)
        for method in ("action_retry", "action_mark_spam", "action_not_spam", "action_process_now"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(submission.with_user(self.rep), method)()
        with self.assertRaises(AccessError):
            self.form.with_user(self.rep).action_send_test()
        with self.assertRaises(AccessError):
            submission.with_user(self.rep_2).read(["payload"])


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestCaptureRehearsal(ProcessCommon):
    """The test lead: the whole corridor, and nothing left of it (issue 7, "doors"; L4)."""

    def _count_rows(self):
        """Rows of each table, less those of the scheduler's own books."""
        self.env.flush_all()
        self.cr.execute(
            """SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                  AND relname NOT IN ('ir_cron_progress', 'ir_cron_trigger')"""
        )
        tables = [name for (name,) in self.cr.fetchall()]
        counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables)
        self.cr.execute(counts)
        return dict(self.cr.fetchall())

    def _send_test(self, form=None):
        action = (form or self.form).with_user(self.manager).action_send_test()
        self.assertEqual(action["tag"], "leadya_follow_submissions")
        self._run_action()
        return self.Submission.browse(action["params"]["ids"])

    def test_l4_test_lead_leaves_nothing_behind(self):
        """L4: the database is the same afterwards, but for the test itself."""
        self.company.leadya_assignment_mode = "on"
        before = self._count_rows()
        test = self._send_test()
        self.assertEqual((test.state, test.is_test, test.lead_id.id), ("done", True, False), test.error)
        after = self._count_rows()
        self.assertEqual(
            {name: after[name] - before[name] for name in after if after[name] != before[name]},
            {"leadya_submission": 1},
        )
        self.assertEqual(self.form.submission_count, 0)
        self.assertEqual(self.form.lead_count, 0)

    def test_l4_test_lead_shows_what_would_become_of_it(self):
        """L4: channel, keyword, triage, category and deadline, owner, and each decision, in the reader's language."""
        test = self._send_test()
        html = test.with_user(self.manager).outcome_html
        for text in ("Paid Search", "test", "Everybody", "Test Team", self.rep.name.split()[0], "Given to"):
            self.assertIn(text, html)
        self.assertIn("Sales Team", html)
        self.env["res.lang"]._activate_lang("he_IL")
        self.env["ir.module.module"]._load_module_terms(["leadya_crm"], ["he_IL"])
        self.manager.lang = "he_IL"
        self.assertNotIn("Given to", test.with_user(self.manager).with_context(lang="he_IL").outcome_html)

    def test_l4_test_lead_shows_whom_it_would_join(self):
        lead = self._lead_of({"email": f"dana.{self.form.id}@example.com", "name": "Dana"})
        messages = len(lead.message_ids)
        test = self._send_test()
        self.assertEqual((test.state, test.lead_id.id), ("merged", False))
        self.assertIn(f"It would join the lead “{lead.display_name}”", test.outcome_html)
        self.assertEqual((len(lead.message_ids), lead.submission_count), (messages, 1))

    def test_l4_test_lead_shows_what_is_wrong(self):
        """L4: what fails, fails with its reason, and is no error of the form's."""
        with (
            patch.object(self.env.registry["crm.lead"], "create", side_effect=ValueError("broken")),
            self.assertLogs(_LOGGER, "WARNING"),
        ):
            test = self._send_test()
        self.assertEqual((test.state, test.error, test.outcome), ("error", "ValueError: broken", False))
        self.assertEqual(self.form.error_week_count, 0)
        self._retry(test)

    def test_l4_test_among_others(self):
        """L4: what is processed with a test is not taken back with it."""
        action = self.form.with_user(self.manager).action_send_test()
        test = self.Submission.browse(action["params"]["ids"])
        real = self._post(email="real@example.com")
        self._run_action()
        self.assertEqual((test.state, bool(test.lead_id)), ("done", False))
        self.assertEqual((real.state, bool(real.lead_id)), ("done", True))

    def test_l4_consent_is_part_of_the_sample(self):
        """L4: the sample fills what must be filled."""
        line = {"name": "friend", "target": "referred", "required": True}
        self.form.write({"consent_required": True, "field_ids": [Command.create(line)]})
        test = self._send_test()
        self.assertEqual((test.state, test.error), ("done", False))

    def test_l4_each_kind_of_door_can_be_tested(self):
        """L4: Google's and Meta's doors as well."""
        for kind in ("json", "google_ads", "meta"):
            with self.subTest(kind=kind):
                form = self.env["leadya.capture.form"].create({"name": kind, "kind": kind, "team_id": self.team.id})
                action = form.with_user(self.manager).action_send_test()
                self._run_action()
                self._run_action("ir_cron_leadya_submission_remote")
                test = self.Submission.browse(action["params"]["ids"])
                self.assertEqual((test.state, test.lead_id.id), ("done", False), test.error)
                self.assertIn("Everybody", test.outcome_html)
