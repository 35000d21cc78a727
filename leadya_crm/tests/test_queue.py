from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestQueue(LeadyaCommon):
    """P2 L10 Z10: what does the rep do next? New ones first, then what is due by value, then who did not answer."""

    def next(self, user=None, moment=NOW, skip_ids=()):
        with self.at(moment):
            return self.env["crm.lead"].with_user(user or self.rep).leadya_queue_next(skip_ids)

    def order(self, moment=NOW):
        """Names of all leads in the order in which the queue gives them."""
        found, skip_ids = [], []
        while True:
            answer = self.next(moment=moment, skip_ids=skip_ids)
            if not answer["lead"]:
                return found
            found.append((answer["section"], answer["lead"]["name"]))
            skip_ids.append(answer["lead"]["id"])

    def log(self, lead, outcome, minutes=1, **values):
        with self.at(NOW + timedelta(minutes=minutes)):
            lead.with_user(self.rep).action_log_attempt(outcome, **values)

    def test_order_of_the_day(self):
        with self.at(NOW):
            make = lambda name, **values: self._make_lead(name=name, user_id=self.rep.id, **values)  # noqa: E731
            _later, sooner = make("later"), make("sooner")
            small, large = make("small", expected_revenue=100), make("large", expected_revenue=9000)
            silent, resting = make("silent"), make("resting")
        sooner.sla_clock_ids.sudo().deadline = NOW + timedelta(minutes=3)
        for lead in small, large:
            self.log(lead, "call_back", call_back_at=NOW + timedelta(hours=1))
        self.log(silent, "no_answer")
        silent.sudo().next_action_at = NOW + timedelta(hours=1)
        with self.at(NOW):
            resting._leadya_start_nurture((NOW + timedelta(days=30)).date())
        with self.at(NOW + timedelta(hours=1)):
            resting._leadya_end_nurture("due")
        self.assertEqual(
            self.order(NOW + timedelta(hours=2)),
            [
                ("new", "sooner"),
                ("new", "later"),
                ("due", "large"),
                ("due", "small"),
                ("unanswered", "silent"),
                ("nurture", "resting"),
            ],
        )

    def test_nothing_before_its_time(self):
        with self.at(NOW):
            lead = self._make_lead(user_id=self.rep.id)
        self.log(lead, "reached")
        self.assertFalse(self.next(moment=NOW + timedelta(hours=1))["lead"])

    def test_others_leads_stay_theirs(self):
        with self.at(NOW):
            self._make_lead(user_id=self.rep_2.id)
        self.assertFalse(self.next()["lead"])

    def test_old_backlog_does_not_come_up(self):
        """A company that installs this with old leads in its database is not made to call them all."""
        self._make_lead_historic()
        self.assertFalse(self.next()["lead"])

    def _make_lead_historic(self):
        lead = self.env["crm.lead"].with_context(leadya_historic=True).create({"name": "Old", "user_id": self.rep.id})
        self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [NOW - timedelta(days=400), lead.id])
        lead.invalidate_recordset()

    def test_shared_queue(self):
        """Two reps on one team's queue never get the same lead; the first outcome makes it theirs."""
        with self.at(NOW):
            leads = self._make_leads([{"name": "A"}, {"name": "B"}])
            leads.user_id = False
        first, second = self.next(self.rep)["lead"], self.next(self.rep_2)["lead"]
        self.assertNotEqual(first["id"], second["id"])
        self.assertEqual(self.next(self.rep)["lead"]["id"], first["id"], "it stays before her")
        lead = self.env["crm.lead"].browse(first["id"])
        with self.at(NOW + timedelta(minutes=1)):
            with self.assertRaises(UserError):
                lead.with_user(self.rep_2).leadya_queue_log("reached", "k1")
            lead.with_user(self.rep).leadya_queue_log("reached", "k2")
        self.assertEqual(lead.user_id, self.rep)

    def test_lease_ends(self):
        with self.at(NOW):
            self._make_lead().user_id = False
        lead = self.next(self.rep)["lead"]
        self.assertFalse(self.next(self.rep_2)["lead"])
        self.assertEqual(self.next(self.rep_2, NOW + timedelta(minutes=16))["lead"]["id"], lead["id"])

    def test_other_teams_queue(self):
        with self.at(NOW):
            self._make_lead().user_id = False
        stranger = self._make_user("leadya_stranger", "sales_team.group_sale_salesman")
        self.assertFalse(self.next(stranger)["lead"])

    def test_what_is_shown(self):
        with self.at(NOW):
            lead = self._make_lead(
                user_id=self.rep.id, name="Laser", contact_name="Dana", utm_term="laser price", phone="+972525550101"
            )
            self.category.description = "Minutes decide"
        self.log(lead, "no_answer", note="Voicemail")
        shown = self.next(moment=lead.next_action_at)["lead"]
        self.assertEqual((shown["contact_name"], shown["utm_term"]), ("Dana", "laser price"))
        self.assertEqual(shown["history"][0]["text"], "Voicemail")
        self.assertEqual((shown["offer"]["attempt"], shown["offer"]["attempts"]), (2, 3))
        self.assertEqual(shown["advice"], "Minutes decide")
        self.assertIn("Budget", shown["missing_information"])

    def test_progress(self):
        with self.at(NOW):
            lead, _other = self._make_leads([{"user_id": self.rep.id}, {"user_id": self.rep.id}])
        self.log(lead, "reached")
        progress = self.next(moment=NOW + timedelta(minutes=5))["progress"]
        self.assertEqual((progress["done"], progress["left"]["new"]), (1, 1))

    def test_rights(self):
        with self.at(NOW):
            lead = self._make_lead(user_id=self.rep_2.id)
        with self.assertRaises(AccessError):
            lead.with_user(self.rep).leadya_queue_log("reached", "k")
        with self.assertRaises(AccessError):
            self.env["leadya.queue.lease"].with_user(self.rep).create({"lead_id": lead.id})

    def test_found_by_index(self):
        """The next lead is found by index, however many are stored."""
        self.env.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        leads = self.env["crm.lead"].with_user(self.rep).sudo()
        query = leads._search(leads._queue_get_domain("unanswered"), order="next_action_at, id", limit=1)
        self.env.cr.execute("EXPLAIN " + self.env.cr.mogrify(query.select().code, query.select().params).decode())
        self.assertIn("crm_lead_queue_due_idx", str(self.env.cr.fetchall()))

    def test_query_budget(self):
        with self.at(NOW):
            self._make_leads([{"user_id": self.rep.id}] * 5)
            self.env.flush_all()
        self.next()
        self.env.invalidate_all()
        with self.at(NOW), self.assertQueryCount(30):
            self.env["crm.lead"].with_user(self.rep).leadya_queue_next()
