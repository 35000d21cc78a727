from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestWorth(LeadyaCommon):
    """L10 Z10 Z12 Z2: potential = value × probability, raised by what else speaks for the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.factors = cls.env["leadya.utility.factor"].create(
            [{"name": "Leads opinion", "weight": 50}, {"name": "Known name", "weight": 25}]
        )

    def _make(self, **values):
        return self._make_lead(user_id=self.rep.id, **values).with_user(self.rep)

    def test_formula(self):
        """Z10 Z12: expected revenue × probability × (1 + utility)."""
        lead = self._make(expected_revenue=1000, probability=40)
        self.assertEqual((lead.utility_score, lead.potential_score), (0, 400))
        lead.utility_factor_ids = self.factors
        self.assertEqual((lead.utility_score, lead.potential_score), (75, 700))
        self.factors[0].weight = 0
        self.assertEqual((lead.utility_score, lead.potential_score), (25, 500))

    def test_nobody_sets_it(self):
        lead = self._make()
        for name in ("utility_score", "potential_score"):
            with self.assertRaises(AccessError):
                lead.write({name: 99})
        with self.assertRaises(AccessError):
            self.factors.with_user(self.rep).weight = 900

    def test_after_stock_has_written_probabilities(self):
        """Stock's scheduled action goes by SQL."""
        lead = self._make(expected_revenue=1000, probability=40, utility_factor_ids=self.factors.ids)
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET probability = 10 WHERE id = %s", [lead.id])
        lead.invalidate_recordset()
        self.env["crm.lead"]._worth_settle()
        self.assertEqual(lead.potential_score, 175)

    def test_queue_goes_by_it(self):
        """L10 Z10 Z12: of two with the same money the opinion leader comes first, before a larger one too."""
        with self.at(NOW):
            plain = self._make(name="Plain", expected_revenue=1000, probability=50)
            leader = self._make(
                name="Leader", expected_revenue=1000, probability=50, utility_factor_ids=self.factors.ids
            )
            larger = self._make(name="Larger", expected_revenue=1100, probability=50)
            for lead in plain, leader, larger:
                lead.action_log_attempt("call_back", call_back_at=NOW + timedelta(hours=1))
        order, skip_ids = [], []
        with self.at(NOW + timedelta(hours=2)):
            while (answer := self.env["crm.lead"].with_user(self.rep).leadya_queue_next(skip_ids))["lead"]:
                order.append(answer["lead"]["name"])
                skip_ids.append(answer["lead"]["id"])
        self.assertEqual(order, ["Leader", "Larger", "Plain"])
        self.assertIn("effort_days", self.env["crm.lead"].browse(skip_ids[0])._queue_describe())

    def test_effort(self):
        """Z10: attempts, minutes and days stand beside the potential."""
        with self.at(NOW):
            lead = self._make()
        self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [NOW, lead.id])
        with self.at(NOW + timedelta(days=5)):
            lead.action_log_attempt("no_answer", minutes=7)
            lead.action_log_attempt("reached", minutes=20)
            lead.invalidate_recordset()
            self.assertEqual((lead.effort_minutes, lead.effort_days, lead.attempt_count), (27, 5, 2))

    def test_merge_and_copy(self):
        leads = self._make(utility_factor_ids=self.factors[0].ids) | self._make(utility_factor_ids=self.factors[1].ids)
        self.assertEqual(leads.merge_opportunity().utility_score, 75)

    def test_segments(self):
        """Z2 Z16: leads are seen by what they are worth, and by the decision on them."""
        lead = self._make(utility_factor_ids=self.factors[0].ids)
        groups = self.env["crm.lead"].with_user(self.rep)._read_group([("id", "=", lead.id)], ["utility_factor_ids"])
        self.assertEqual(groups, [(self.factors[0].with_user(self.rep),)])


@tagged("post_install", "-at_install")
class TestDecision(LeadyaCommon):
    """Z14: drop, nurture or proceed, with a reason from the admin's list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lost = cls.env["crm.lost.reason"].create({"name": "Nothing to sell"})
        make = cls.env["leadya.decision.reason"].create
        cls.drop = make({"name": "Wrong number of rooms", "decision": "drop", "lost_reason_id": lost.id})
        cls.rest = make({"name": "Next spring", "decision": "nurture", "rest_months": 4})
        cls.go = make({"name": "Ripe", "decision": "proceed"})

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.lead = self._make_lead(user_id=self.rep.id).with_user(self.rep)

    def test_drop(self):
        self.lead.action_decide("drop", self.drop.id, "<b>No rooms</b>")
        self.assertEqual((self.lead.active, self.lead.won_status), (False, "lost"))
        self.assertEqual(self.lead.lost_reason_id, self.drop.lost_reason_id)
        self.assertEqual((self.lead.verdict, self.lead.verdict_reason_id), ("drop", self.drop))
        self.assertEqual(
            self.explanations(self.lead, "decision"),
            [f"{self.rep.name} drops it: Wrong number of rooms. <b>No rooms</b>"],
        )

    def test_nurture(self):
        with self.at(NOW):
            self.lead.action_decide("nurture", self.rest.id)
            self.assertEqual(self.lead.nurture_resume_at.date().month, 9)
            self.lead.action_end_nurture()
            self.lead.action_decide("nurture", self.rest.id, rest_months=1)
            self.assertEqual(self.lead.nurture_resume_at.date().month, 6)
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.lead.action_decide("nurture", self.rest.id, rest_months=-3)

    def test_proceed_ends_a_rest(self):
        with self.at(NOW):
            self.lead.action_decide("nurture", self.rest.id)
            self.lead.action_decide("proceed", self.go.id)
        self.assertFalse(self.lead.nurture_resume_at)
        self.assertEqual(self.lead.verdict, "proceed")
        self.assertEqual(len(self.explanations(self.lead, "decision")), 2)

    def test_batch(self):
        with self.at(NOW):
            leads = self._make_leads([{"user_id": self.rep.id}] * 3).with_user(self.rep)
            leads.action_decide("drop", self.drop.id)
        self.assertEqual(set(leads.mapped("verdict")), {"drop"})
        self.assertFalse(any(leads.mapped("active")))

    def test_refused(self):
        for decision, reason_id in (("drop", self.go.id), ("drop", 0), ("proceed", None), ("destroy", self.drop.id)):
            with self.assertRaises(UserError):
                self.lead.action_decide(decision, reason_id)
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rep_2).action_decide("drop", self.drop.id)
        with self.assertRaises(AccessError):
            self.lead.write({"verdict": "proceed"})
        with self.assertRaises(AccessError):
            self.drop.with_user(self.rep).name = "Mine"
        self.lead.action_decide("drop", self.drop.id)
        with self.assertRaisesRegex(UserError, "is closed"):
            self.lead.action_decide("drop", self.drop.id)
        with self.assertRaises(ValidationError):
            self.env["leadya.decision.reason"].create({"name": "Bare", "decision": "drop"})

    def test_reasons_of_the_company(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        self.drop.company_id = abroad
        reasons = self.env["crm.lead"].with_user(self.rep).leadya_decision_reasons()
        self.assertNotIn(self.drop.id, [reason["id"] for reason in reasons["drop"]])
        self.assertIn(self.go.id, [reason["id"] for reason in reasons["proceed"]])
        with self.assertRaises(UserError):
            self.lead.action_decide("drop", self.drop.id)


@tagged("post_install", "-at_install")
class TestRipeness(LeadyaCommon):
    """L15: not every lead is ripe; a quote to one that is not gives a warning with its reasons."""

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.lead = self._make_lead(name="Laser", user_id=self.rep.id).with_user(self.rep)

    def _quote(self):
        with patch.object(type(self.env["res.users"]), "_bus_send", autospec=True) as sent, self.at(NOW):
            self.lead.action_log_attempt("quote_sent")
        return [call.args[2]["message"] for call in sent.call_args_list if call.args[1] == "simple_notification"]

    def test_early(self):
        self.lead.write({"buying_stage": "interest", "bant_need": "open", "wished_date": "2026-09-01"})
        [message] = self._quote()
        self.assertEqual(
            message, "Laser is not ripe: the timeframe is not known, the customer does not compare offers yet"
        )
        self.assertEqual(self.lead.last_outcome, "quote_sent", "it is a warning")
        self.assertIn("A quote before the lead is ripe: the timeframe", self.explanations(self.lead, "gate")[0])

    def test_ripe(self):
        self.lead.write({"buying_stage": "comparing", "bant_need": "confirmed", "bant_timeframe": "open"})
        self.assertFalse(self.lead.ripeness_warning)
        self.assertFalse(self._quote())
