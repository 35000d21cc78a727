from datetime import timedelta

from markupsafe import Markup

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestTimeline(LeadyaCommon, MailCase):
    """L6 C11: contact history is one timeline: attempts, mails, meetings, reminders, quotes, changes of the stage."""

    def setUp(self):
        super().setUp()
        self.customer = self.env["res.partner"].create({"name": "Dana", "email": "dana@customer.example"})
        with self.at(NOW):
            self.lead = self._make_lead(name="Laser", user_id=self.rep.id, partner_id=self.customer.id)
            self.env.flush_all()
            self.flush_tracking()
        self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [NOW, self.lead.id])
        self.lead.invalidate_recordset()

    def read_timeline(self, user=None, moment=NOW + timedelta(days=2), limit=20):
        self.env.flush_all()
        with self.at(moment):
            return self.lead.with_user(user or self.rep).leadya_timeline(limit)

    def log(self, outcome, minutes, **values):
        with self.at(NOW + timedelta(minutes=minutes)):
            self.lead.with_user(self.rep).action_log_attempt(outcome, **values)

    def write_mail(self, minutes, body, **values):
        """The rep writes to the customer."""
        with self.at(NOW + timedelta(minutes=minutes)), self.mock_mail_gateway():
            self.lead.with_user(self.rep).message_post(
                body=body,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.customer.ids,
                **values,
            )

    def test_one_order(self):
        self.log("no_answer", 10, note="Voicemail")
        self.write_mail(20, "Our leaflet")
        stage = self.env["crm.stage"].create({"name": "Quotation", "sequence": 50})
        with self.at(NOW + timedelta(minutes=30)):
            self.lead.with_user(self.rep).stage_id = stage
            self.flush_tracking()
        self.log("quote_sent", 40)
        self.log("call_back", 50, call_back_at=NOW + timedelta(days=3), remind_minutes=15)
        entries = self.read_timeline()
        self.assertEqual(
            [(entry["kind"], entry["name"]) for entry in entries],
            [
                ("reminder", ""),
                ("attempt", "call_back"),
                ("attempt", "quote_sent"),
                ("stage", ""),
                ("attempt", "wrote"),
                ("attempt", "no_answer"),
                ("created", ""),
            ],
        )
        self.assertEqual([entry["at"] for entry in entries], sorted((entry["at"] for entry in entries), reverse=True))
        by_name = {entry["name"] or entry["kind"]: entry for entry in entries}
        self.assertEqual((by_name["no_answer"]["text"], by_name["no_answer"]["user"]), ("Voicemail", self.rep.name))
        self.assertEqual(by_name["wrote"]["text"], "Our leaflet")
        self.assertEqual(by_name["stage"]["label"], "Quotation")

    def test_reply_is_the_customers(self):
        self.log("reached", 5)
        with self.at(NOW + timedelta(minutes=20)), self.mock_mail_gateway():
            self.lead.message_post(
                body="Yes, please", author_id=self.customer.id, message_type="email", subtype_xmlid="mail.mt_comment"
            )
        reply = self.read_timeline()[0]
        self.assertEqual((reply["name"], reply["user"], reply["text"]), ("replied", "Dana", "Yes, please"))

    def test_first_message_of_the_customer(self):
        """What a lead came with is no attempt, but it is history."""
        with self.at(NOW + timedelta(minutes=1)), self.mock_mail_gateway():
            self.lead.message_post(
                body="How much is it?",
                author_id=self.customer.id,
                message_type="email",
                subtype_xmlid="mail.mt_comment",
            )
        [mail, created] = self.read_timeline()
        self.assertEqual((mail["kind"], mail["name"], mail["user"]), ("mail", "inbound", "Dana"))
        self.assertEqual(created["kind"], "created")

    def test_meetings(self):
        """A meeting to come is first; a held one is told once, by its attempt."""
        with self.at(NOW):
            make = lambda name, days: self.env["calendar.event"].create(  # noqa: E731
                {
                    "name": name,
                    "start": NOW + timedelta(days=days),
                    "stop": NOW + timedelta(days=days, hours=1),
                    "opportunity_id": self.lead.id,
                    "user_id": self.rep.id,
                    "partner_ids": [Command.set(self.rep.partner_id.ids)],
                }
            )
            held, _coming = make("Visit", 1), make("Fair", 9)
        with self.at(NOW + timedelta(days=1, hours=2)):
            held.with_user(self.rep).action_leadya_held()
        entries = self.read_timeline()
        self.assertEqual(
            [(entry["kind"], entry["name"], entry["text"]) for entry in entries[:2]],
            [("meeting", "", "Fair"), ("attempt", "met", "Visit")],
        )
        self.assertEqual(len(entries), 3)

    def test_what_is_internal_stays_out(self):
        with self.at(NOW + timedelta(minutes=5)):
            self.lead.with_user(self.rep).message_post(body="Between us", subtype_xmlid="mail.mt_note")
            self.lead._message_log(body="By the system")
        self.assertEqual([entry["kind"] for entry in self.read_timeline()], ["created"])

    def test_text_is_plain(self):
        """What a customer writes reaches the screen as text: markup stays markup of a mail, never of the screen."""
        self.log("reached", 5, note="<img src=x onerror=alert(1)>")
        self.write_mail(6, Markup("Hello <script>alert(1)</script> <b>you</b>"))
        [wrote, reached, _created] = self.read_timeline()
        self.assertEqual(reached["text"], "<img src=x onerror=alert(1)>", "the screen escapes it")
        self.assertNotIn("<", wrote["text"])
        self.assertIn("you", wrote["text"])

    def test_limit(self):
        for minute in range(5):
            self.log("no_answer", minute)
        entries = self.read_timeline(limit=3)
        self.assertEqual([entry["at"][-8:] for entry in entries], ["10:04:00", "10:03:00", "10:02:00"])
        for limit in (0, 201, "3; DROP", None):
            with self.assertRaises(UserError):
                self.read_timeline(limit=limit)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.read_timeline(self.rep_2)
        self.assertTrue(self.read_timeline(self.leader))

    def test_query_budget(self):
        """However long the history, as many queries."""
        for minute in range(20):
            self.log("no_answer", minute)
        self.write_mail(30, "Our leaflet")
        lead = self.lead.with_user(self.rep)
        self.read_timeline()
        self.env.invalidate_all()
        with self.at(NOW + timedelta(days=2)), self.assertQueryCount(24):
            lead.leadya_timeline(20)

    def test_my_day_shows_it(self):
        """P2 L6: the rep sees it before the call."""
        self.log("no_answer", 10, note="Voicemail")
        with self.at(self.lead.next_action_at):
            shown = self.env["crm.lead"].with_user(self.rep).leadya_queue_next()["lead"]
        self.assertEqual([entry["label"] for entry in shown["history"]], ["No answer", "Came in"])
