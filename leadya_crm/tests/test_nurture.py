import threading
import uuid
from datetime import date, datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, Form, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

from odoo.addons.mail.tests.common import MailCase

from .common import NOW, LeadyaCommon, Transaction

_LOGGER = "odoo.addons.leadya_crm.models.crm_lead_nurture"

#: A Thursday, four weeks and a day after NOW.
DAY = date(2026, 6, 11)
OPENING = datetime(2026, 6, 11, 8, 0)


@tagged("post_install", "-at_install")
class TestNurture(LeadyaCommon, MailCase):
    """Z6 P7 L7: a lead that is not ripe rests without being lost, and comes back by itself."""

    def setUp(self):
        super().setUp()
        self.reason = self.env["crm.lost.reason"].create({"name": "No budget this year"})
        with self.at(NOW):
            self.lead = self._make_lead(name="Laser", user_id=self.rep.id)
            self.env.flush_all()

    def rest(self, leads=None, day=DAY):
        with self.at(NOW + timedelta(minutes=5)):
            (leads or self.lead).with_user(self.rep)._leadya_start_nurture(day, self.reason)

    def run_cron(self, moment):
        with self.at(moment), self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_resume_nurture").method_direct_trigger()

    def test_z6_p7_rest(self):
        """The lead stays open and its rep's; nothing is planned or promised; its return is its next action."""
        own = self.lead.activity_schedule("mail.mail_activity_data_todo", user_id=self.rep.id, summary="Send flowers")
        stage = self.lead.stage_id
        self.rest()
        self.assertEqual(self.lead.nurture_resume_at, OPENING)
        self.assertEqual(self.lead.next_action_at, OPENING)
        self.assertEqual(self.lead.nurture_reason_id, self.reason)
        self.assertEqual(self.lead.activity_ids, own, "a person's own plan stays")
        self.assertEqual(self.lead.sla_clock_ids.mapped("state"), ["cancelled"])
        self.assertFalse(self.lead.sla_deadline)
        self.assertEqual((self.lead.won_status, self.lead.active), ("pending", True))
        self.assertEqual((self.lead.stage_id, self.lead.user_id), (stage, self.rep))
        [explanation] = self.explanations(self.lead, "nurture")
        self.assertIn("leadya_rep", explanation)
        self.assertIn("No budget this year", explanation)

    def test_l7_dialog(self):
        """In a month, a quarter, half a year or on a date, with the reason and a note."""
        with self.at(NOW):
            self.flush_tracking()
            action = self.lead.with_user(self.rep).action_nurture()
            dialog = Form(self.env[action["res_model"]].with_user(self.rep).with_context(**action["context"]))
            self.assertEqual(dialog.resume_on, date(2026, 8, 13), "a quarter, unless told otherwise")
            for period, day in (("month", date(2026, 6, 13)), ("half_year", date(2026, 11, 13))):
                dialog.period = period
                self.assertEqual(dialog.resume_on, day)
            dialog.period = "date"
            dialog.resume_on = DAY
            dialog.reason_id = self.reason
            dialog.note = "<p>Asked <b>not</b> to be called before</p>"
            dialog.save().action_confirm()
            self.flush_tracking()
        self.assertEqual(self.lead.nurture_resume_at, OPENING)
        history = "".join(self.lead.message_ids.mapped("body"))
        self.assertIn("Asked <b>not</b> to be called before", history)
        tracked = self.lead.message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertLessEqual({"nurture_resume_at", "nurture_reason_id"}, set(tracked))

    def test_return_on_a_working_day(self):
        """Saturday is nobody's day here: the lead comes back on Monday at eight."""
        self.rest(day=date(2026, 6, 13))
        self.assertEqual(self.lead.nurture_resume_at, datetime(2026, 6, 15, 8, 0))

    def test_z6_p7_l7_comes_back_by_itself(self):
        self.rest()
        self.run_cron(OPENING - timedelta(minutes=1))
        self.assertTrue(self.lead.nurture_resume_at, "not before its day")
        self.run_cron(OPENING)
        self.assertFalse(self.lead.nurture_resume_at)
        [activity] = self.lead.activity_ids
        self.assertEqual(activity.summary, "Back from nurture: call")
        self.assertEqual((activity.user_id, activity.date_deadline), (self.rep, DAY))
        self.assertEqual(self.lead.next_action_at, OPENING)
        self.assertEqual(self.explanations(self.lead, "nurture")[-1], "Back from nurture: its day has come")
        self.assertEqual(self.lead.nurture_reason_id, self.reason, "why it rested is still known")

    def test_p7_reps_without_a_place(self):
        """A lead whose rep has left comes back to the team's leader; one of nobody is assigned."""
        with self.at(NOW):
            unowned = self._make_lead(name="Unowned")
        self.rest(self.lead)
        unowned.write({"user_id": False, "nurture_resume_at": OPENING})
        self.member.active = False
        self.rep.active = False
        self.run_cron(OPENING)
        self.assertEqual(self.lead.activity_ids.user_id, self.leader)
        self.assertEqual(unowned.user_id, self.rep_2)
        self.assertEqual(unowned.activity_ids.user_id, self.rep_2)

    def test_z6_taken_back_by_hand(self):
        self.rest()
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rep_2).action_end_nurture()
        with self.at(NOW + timedelta(days=1)):
            self.lead.with_user(self.rep).action_end_nurture()
        self.assertFalse(self.lead.nurture_resume_at)
        self.assertEqual(self.lead.activity_ids.summary, "Taken back from nurture: call")
        self.assertIn("leadya_rep", self.explanations(self.lead, "nurture")[-1])

    def test_z6_wrote_again(self):
        """What a door calls when somebody in nurture writes again; others are left alone."""
        with self.at(NOW):
            other = self._make_lead(user_id=self.rep.id)
        self.rest()
        with self.at(NOW + timedelta(days=3)):
            ended = (self.lead | other)._leadya_end_nurture("wrote_again")
        self.assertEqual(ended, self.lead)
        self.assertEqual(self.lead.activity_ids.summary, "Wrote again while in nurture: call")
        self.assertEqual(len(other.activity_ids), 1)
        self.assertFalse(self.explanations(other, "nurture"))

    def test_attempts_while_in_nurture(self):
        """No answer leaves the lead at rest; a talk wakes it, with the attempt's own next step."""
        self.rest()
        with self.at(NOW + timedelta(days=1)):
            self.lead.with_user(self.rep).action_log_attempt("no_answer")
        self.assertEqual(self.lead.nurture_resume_at, OPENING)
        self.assertEqual(self.lead.next_action_at, OPENING)
        self.assertFalse(self.lead.activity_ids)
        with self.at(NOW + timedelta(days=2)):
            self.lead.with_user(self.rep).action_log_attempt("reached")
        self.assertFalse(self.lead.nurture_resume_at)
        self.assertEqual(self.lead.activity_ids.mapped("summary"), ["Follow up"])
        self.assertIn("spoke to the customer", self.explanations(self.lead, "nurture")[-1])

    def test_closed_leads(self):
        """A closed lead cannot rest, and one that rests does not once it is closed."""
        self.rest()
        self.lead.with_user(self.rep).action_set_lost()
        self.assertFalse(self.lead.nurture_resume_at)
        self.run_cron(OPENING)
        self.assertFalse(self.lead.activity_ids)
        with self.assertRaisesRegex(UserError, "is closed"):
            self.rest()

    def test_only_a_day_to_come(self):
        with self.assertRaisesRegex(UserError, "a day to come"):
            self.rest(day=NOW.date())

    def test_write_is_enough(self):
        """A mass edit or an automation rule puts to rest as the dialog does, and moves the day."""
        self.lead.nurture_resume_at = OPENING
        self.assertFalse(self.lead.activity_ids)
        self.lead.nurture_resume_at = later = OPENING + timedelta(days=7)
        self.assertEqual(self.lead.next_action_at, later)

    def test_made_in_nurture(self):
        """A door may make a lead that rests at once: nothing is promised to it."""
        with self.at(NOW):
            lead = self._make_lead(nurture_resume_at=OPENING)
        self.assertEqual(lead.next_action_at, OPENING)
        self.assertFalse(lead.sla_clock_ids)
        self.assertFalse(lead.activity_ids)
        self.assertTrue(lead.user_id, "somebody answers for it")

    def test_corridor_promises_nothing(self):
        self.rest()
        self.lead.sla_clock_ids.unlink()
        self.lead.with_user(self.manager).action_run_intake_steps(["assign", "clock", "first_step"])
        self.assertFalse(self.lead.sla_clock_ids)

    def test_does_not_rot(self):
        self.lead.stage_id.rotting_threshold_days = 1
        with self.at(NOW + timedelta(days=10)):
            self.env.invalidate_all()
            self.assertTrue(self.lead.is_rotting)
        self.rest()
        with self.at(NOW + timedelta(days=10)):
            self.env.invalidate_all()
            self.assertFalse(self.lead.is_rotting)

    def test_rights(self):
        with self.at(NOW):
            wizard = self.env["leadya.nurture.wizard"].with_user(self.rep_2)
            with self.assertRaises(AccessError):
                wizard.create({"lead_ids": self.lead.ids}).action_confirm()
        self.assertFalse(self.lead.nurture_resume_at)

    def test_copy_arrives_awake(self):
        self.rest()
        copy = self.lead.with_user(self.rep).copy()
        self.assertFalse(copy.nurture_resume_at or copy.nurture_reason_id or copy.next_action_at)

    def test_merge_rests_only_where_all_do(self):
        with self.at(NOW):
            others = self._make_leads([{"user_id": self.rep.id}] * 2)
        self.rest(self.lead)
        self.rest(others[0], day=date(2026, 7, 9))
        merged = (self.lead | others[0]).merge_opportunity()
        self.assertEqual(merged.nurture_resume_at, OPENING)
        merged = (merged | others[1]).merge_opportunity()
        self.assertFalse(merged.nurture_resume_at)
        self.assertEqual(merged.sla_state, "running")

    def test_uninstalled_reason(self):
        self.rest()
        self.reason.unlink()
        self.assertTrue(self.lead.nurture_resume_at)
        self.run_cron(OPENING)
        self.assertEqual(self.explanations(self.lead, "nurture")[-1], "Back from nurture: its day has come")

    def test_one_failure_keeps_nobody_else(self):
        with self.at(NOW):
            others = self._make_leads([{"user_id": self.rep.id}] * 3)
        self.rest(self.lead | others)
        leads_class = type(self.env["crm.lead"])
        leave, bad = leads_class._nurture_leave, others[1]

        def refuse(leads, reason):
            if bad in leads:
                raise ValueError("Not this one")
            return leave(leads, reason)

        with patch.object(leads_class, "_nurture_leave", refuse), self.assertLogs(_LOGGER, "ERROR") as logs:
            self.run_cron(OPENING)
        self.assertEqual(len(logs.output), 1)
        self.assertEqual((self.lead | others).filtered("nurture_resume_at"), bad)

    def test_query_budget(self):
        """Resting and returning as a batch: what grows is the ORM's own statements."""

        def count(number):
            leads = self._make_leads([{"user_id": self.rep.id}] * number)
            self.env.flush_all()
            before = self.cr.sql_log_count
            leads.with_context(tracking_disable=True)._leadya_start_nurture(date(2027, 1, 4))
            self.env.flush_all()
            rest = self.cr.sql_log_count - before
            before = self.cr.sql_log_count
            leads._leadya_end_nurture("due")
            self.env.flush_all()
            return rest, self.cr.sql_log_count - before

        count(10)
        few, many = count(10), count(200)
        self.assertLessEqual(many[0] - few[0], 20)
        self.assertLessEqual(many[1] - few[1], 20)

    def test_found_by_index(self):
        """What the scheduled action costs grows with what is due, not with what is stored."""
        query = self.env["crm.lead"]._search(
            self.env["crm.lead"]._get_nurture_due_domain(NOW), order="nurture_resume_at, id", limit=200
        )
        # Of few leads the planner would read all, and sort them.
        self.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        plan = "\n".join(row[0] for row in self.env.execute_query(SQL("EXPLAIN %s", query.select())))
        self.assertIn("crm_lead_nurture_resume_idx", plan)


@tagged("post_install", "-at_install")
class TestNurtureConcurrency(BaseCase):
    """Two workers at the same leads: each comes back once (Z6 P7)."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.name = f"Race {uuid.uuid4()}"
        with Transaction(self.registry) as env:
            due = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
            env["crm.lead"].with_context(leadya_skip_intake=True).create(
                [{"name": self.name, "user_id": env.ref("base.user_admin").id, "nurture_resume_at": due}] * 20
            )
        self.addCleanup(self._clean)

    def _clean(self):
        with Transaction(self.registry) as env:
            env["crm.lead"].search([("name", "=", self.name)]).unlink()

    def test_z6_back_once(self):
        barrier = threading.Barrier(2)

        def run():
            with Transaction(self.registry) as env:
                barrier.wait(20)
                try:
                    env["crm.lead"]._cron_resume_nurture()
                except SerializationFailure:
                    # The other was faster by a moment: the scheduler would run this one again.
                    env.cr.rollback()

        threads = [threading.Thread(target=run) for _worker in range(2)]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        with Transaction(self.registry) as env:
            leads = env["crm.lead"].search([("name", "=", self.name)])
            self.assertEqual(len(leads), 20)
            self.assertFalse(leads.filtered("nurture_resume_at"))
            self.assertEqual([len(lead.activity_ids) for lead in leads], [1] * 20)
            told = leads.decision_log_ids.filtered(lambda log: log.code == "nurture_due")
            self.assertEqual(len(told), 20)
