from datetime import datetime, timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import NOW, LeadyaCommon


class CriterionCommon(LeadyaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.budget, cls.authority, cls.need, cls.timeframe = (
            cls.env.ref(f"leadya_crm.criterion_{name}") for name in ("budget", "authority", "need", "timeframe")
        )
        cls.champion = cls.env["leadya.criterion"].create({"name": "Champion", "question": "Who fights for us?"})
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Pumps",
                "type": "opportunity",
                "user_id": cls.rep.id,
                "team_id": cls.team.id,
                "email_from": "a@b.example",
            }
        )
        cls.own = cls.lead.with_user(cls.rep)

    def _answers(self, lead=None, criterion=None):
        answers = (lead or self.lead).criterion_answer_ids.sorted("id")
        return answers.filtered(lambda answer: not criterion or answer.criterion_id == criterion)


@tagged("post_install", "-at_install")
class TestCriterion(CriterionCommon):
    """C8 Z11 Z13: each criterion with its evidence, by whom and when, and its history."""

    def test_c8_a_column_written_is_an_answer(self):
        """C8: whoever sets a light has said so, with name and time."""
        with self.at(NOW):
            self.own.bant_budget = "confirmed"
        answer = self._answers()
        self.assertEqual((answer.criterion_id, answer.state), (self.budget, "confirmed"))
        self.assertEqual((answer.user_id, answer.answered_at), (self.rep, NOW))
        self.assertEqual(self.lead.criteria_confirmed_at, NOW)
        self.own.bant_budget = "confirmed"
        self.assertEqual(len(self._answers()), 1, "nothing new was said")

    def test_c8_an_answer_sets_the_column(self):
        """C8 Z13: with a note; the earlier answer stays as history."""
        self.own.bant_need = "open"
        self.own.leadya_answer(self.need.id, "confirmed", note="They lose two hours a day")
        self.assertEqual(self.lead.bant_need, "confirmed")
        self.assertEqual(self._answers().mapped("state"), ["open", "confirmed"])
        self.assertEqual(self._answers().mapped("is_current"), [False, True])

    def test_c8_an_added_criterion_counts(self):
        """C8: an admin's own criterion is answered, scored and told like those that ship."""
        self.own.leadya_answer(self.champion.id, "confirmed")
        self.assertEqual(self.lead.criterion_states, {str(self.champion.id): "confirmed"})
        self.assertEqual(self.lead.qualification_score, 20)
        self.assertEqual(self.lead._criteria_get_states()[self.lead.id][self.champion.id], "confirmed")
        self.own.criterion_states = {str(self.champion.id): "failed"}
        self.assertEqual(self._answers(criterion=self.champion).mapped("state"), ["confirmed", "failed"])
        self.assertEqual(self.lead.qualification_score, 0)

    def test_c8_weights(self):
        """C8: the score goes by weights, and open leads are scored again when these change; closed ones are not."""
        self.own.bant_budget = "confirmed"
        lost = self._make_lead(bant_budget="confirmed")
        lost.action_set_lost()
        self.assertEqual((self.lead.qualification_score, lost.qualification_score), (20, 20))
        self.budget.weight = 4
        self.assertEqual((self.lead.qualification_score, lost.qualification_score), (50, 20))
        self.champion.unlink()
        self.assertEqual(self.lead.qualification_score, 57)

    def test_c8_model_of_the_team(self):
        """C8: the short model asks need, timeframe and money, and what an admin added to it."""
        self.champion.in_ntm = False
        self.team.qualification_model = "ntm"
        lead = self._make_lead()
        states = lead._criteria_get_states()[lead.id]
        self.assertEqual(list(states), [self.need.id, self.timeframe.id, self.budget.id])

    def test_c8_states_of_many_leads_cost_nothing(self):
        """C8: the gate asks for the states of a batch: one read of the leads, whatever their number."""
        leads = self._make_leads([{"bant_need": "open"} for _number in range(20)])
        self.env.invalidate_all()
        self.env["leadya.criterion"]._get_plan("bant", False)
        with self.assertQueryCount(1):
            states = leads._criteria_get_states()
        self.assertEqual({state[self.need.id] for state in states.values()}, {"open"})

    def test_c8_many_answers_at_once(self):
        """C8: a list view sets a criterion of many leads: the queries do not grow with their number."""
        leads = self._make_leads([{"user_id": self.rep.id} for _number in range(40)]).with_user(self.rep)
        few, many = leads[:10], leads[10:]
        counts = []
        for batch in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch.with_context(tracking_disable=True).write({"bant_need": "confirmed"})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 3, counts)

    def test_c8_created_leads_are_answered_for(self):
        """C8: what a lead comes with has an answer too; what is unknown has none."""
        lead = self._make_lead(bant_need="open", criterion_states={str(self.champion.id): "confirmed"})
        self.assertEqual(
            {answer.criterion_id: answer.state for answer in self._answers(lead)},
            {self.need: "open", self.champion: "confirmed"},
        )
        self.assertFalse(self._make_lead()._origin.criterion_answer_ids)


@tagged("post_install", "-at_install")
class TestCriterionAge(CriterionCommon):
    """C8: a confirmation ages, and asks to be renewed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.leadya_evidence_days = 30

    def test_c8_aged_and_renewed(self):
        """C8: after so many days it is to be confirmed again; the same answer renews it."""
        with self.at(NOW):
            self.own.bant_budget = "confirmed"
            self.assertFalse(self.lead.criteria_aged)
        with self.at(NOW + timedelta(days=31)):
            self.env.invalidate_all()
            self.assertTrue(self.lead.criteria_aged)
            self.assertIn(self.lead, self.env["crm.lead"].search([("criteria_aged", "=", True)]))
            described = {row["name"]: row["aged"] for row in self.own.leadya_qualification()["criteria"]}
            self.assertTrue(described["Budget"])
            self.assertFalse(described["Need"])
            self.own.leadya_answer(self.budget.id, "confirmed", note="Asked again")
            self.assertFalse(self.lead.criteria_aged)
            self.assertNotIn(self.lead, self.env["crm.lead"].search([("criteria_aged", "=", True)]))
        self.assertEqual(len(self._answers()), 2)

    def test_c8_nothing_ages_where_the_company_says_so(self):
        self.company.leadya_evidence_days = 0
        with self.at(NOW):
            self.own.bant_budget = "confirmed"
        with self.at(NOW + timedelta(days=3000)):
            self.env.invalidate_all()
            self.assertFalse(self.lead.criteria_aged)
            self.assertFalse(self.env["crm.lead"].search([("criteria_aged", "=", True)]))

    def test_c8_what_was_withdrawn_does_not_age(self):
        with self.at(NOW):
            self.own.bant_budget = "confirmed"
            self.own.bant_budget = "failed"
        self.assertFalse(self.lead.criteria_confirmed_at)


@tagged("post_install", "-at_install")
class TestCriterionSecurity(CriterionCommon):
    """C8: an answer says truly who gave it, is never changed, and belongs to whoever may the lead."""

    def _create(self, **values):
        return self.own.env["leadya.criterion.answer"].create(
            {"lead_id": self.lead.id, "criterion_id": self.budget.id, "state": "confirmed", **values}
        )

    def test_c8_nobody_speaks_for_another(self):
        """C8: by whom and when is the module's to say, whatever is sent."""
        with self.at(NOW):
            answer = self._create(user_id=self.manager.id, answered_at="2020-01-01", is_current=False)
        self.assertEqual((answer.user_id, answer.answered_at, answer.is_current), (self.rep, NOW, True))
        self.assertEqual(self.lead.bant_budget, "confirmed")

    def test_c8_history_stays(self):
        """C8: nobody changes or deletes an answer; an answered criterion is archived, not deleted."""
        answer = self._create()
        for user in (self.rep, self.manager):
            with self.assertRaises(AccessError):
                answer.with_user(user).note = "It was never said"
            with self.assertRaises(AccessError):
                answer.with_user(user).unlink()
        self._create(criterion_id=self.champion.id)
        with self.assertRaisesRegex(UserError, "archive it"):
            self.champion.with_user(self.manager).unlink()

    def test_c8_no_key_of_the_context_keeps_an_answer_from_the_history(self):
        """C8: a request can't say that it carries values over."""
        self.own.with_context(leadya_measuring=True, tracking_disable=True).bant_need = "confirmed"
        self.assertEqual(len(self._answers()), 1)

    def test_c8_others_leads(self):
        """C8: a rep can't answer for a colleague's lead, nor read its answers."""
        answer = self._create()
        stranger = self.lead.with_user(self.rep_2)
        with self.assertRaises(AccessError):
            stranger.leadya_answer(self.budget.id, "failed")
        with self.assertRaises(AccessError):
            answer.with_user(self.rep_2).create(
                {"lead_id": self.lead.id, "criterion_id": self.need.id, "state": "failed"}
            )
        self.assertFalse(answer.with_user(self.rep_2).search([("lead_id", "=", self.lead.id)]))
        self.assertTrue(answer.with_user(self.leader).search([("lead_id", "=", self.lead.id)]))

    def test_c8_evidence_is_the_leads_own(self):
        """C8 Z13: a message or a document of another record shows nothing, and gives nothing away."""
        other = self._make_lead(user_id=self.rep.id).with_user(self.rep)
        message = other.message_post(body="We have the money")
        with self.assertRaisesRegex(ValidationError, "lead's own"):
            self._create(message_id=message.id)
        values = {"name": "salaries.xls", "raw": b"x", "res_model": "res.partner", "res_id": self.rep.partner_id.id}
        foreign = self.env["ir.attachment"].with_user(self.rep).create(values)
        with self.assertRaisesRegex(UserError, "lead's own"):
            self._create(attachment_ids=[Command.set(foreign.ids)])
        own_message = self.own.message_post(body="We <b>have</b> the money")
        uploaded = self.env["ir.attachment"].with_user(self.rep).create({"name": "mail.txt", "raw": b"x"})
        answer = self._create(message_id=own_message.id, attachment_ids=[Command.set(uploaded.ids)])
        self.assertEqual((uploaded.res_model, uploaded.res_id), ("crm.lead", self.lead.id))
        self.assertEqual(answer.evidence, 2)

    def test_c8_bad_input(self):
        """C8: what is no criterion, no state, or a criterion of another company is refused in words."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["leadya.criterion"].create({"name": "Theirs", "company_id": elsewhere.id})
        for states in ({"0": "open"}, {str(self.champion.id): "maybe"}, {str(self.budget.id): "open"}, ["open"]):
            with self.subTest(states=states), self.assertRaises(ValidationError):
                self.own.criterion_states = states
        with self.assertRaises(ValidationError):
            self.own.criterion_states = {str(foreign.id): "open"}
        for criterion, state in ((foreign.id, "open"), (0, "open"), (self.budget.id, "maybe"), ("x", "open")):
            with self.subTest(criterion=criterion), self.assertRaises(UserError):
                self.own.leadya_answer(criterion, state)
        with self.assertRaisesRegex(UserError, "one answer"):
            self.own.env["leadya.criterion.answer"].create({"state": "open"})

    def test_c8_shipped_criteria_stay(self):
        """C8: an admin may weigh and word them, not take them away."""
        budget = self.budget.with_user(self.manager)
        budget.write({"weight": 3, "question": "How much?"})
        for values in ({"active": False}, {"in_bant": False}, {"company_id": self.company.id}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                budget.write(values)
        with self.assertRaisesRegex(UserError, "can't be deleted"):
            budget.unlink()
        with self.assertRaises(AccessError):
            self.budget.with_user(self.rep).weight = 2


@tagged("post_install", "-at_install")
class TestContradiction(CriterionCommon):
    """C8 C10: what does not go together is told in a sentence, found in lists, and refused nowhere."""

    def _found(self):
        self.env.flush_all()
        return self.env["crm.lead"].search([("contradiction", "!=", False), ("id", "=", self.lead.id)])

    def test_c8_budget_below_the_quote(self):
        """C8: a budget that is confirmed below what the deal is to bring."""
        self.own.write({"budget_amount_max": 900, "expected_revenue": 1000, "bant_budget": "open"})
        self.assertFalse(self.own.contradiction)
        self.own.bant_budget = "confirmed"
        self.assertIn("below", self.own.contradiction)
        self.assertTrue(self._found())
        self.own.expected_revenue = 900
        self.assertFalse(self.own.contradiction)
        self.assertFalse(self._found())

    def test_c8_decision_date_passed(self):
        """C8: the decision was due, and nobody has asked what became of it; of a closed lead nobody need."""
        with self.at(datetime(2026, 5, 13, 10)):
            self.own.decision_date = "2026-05-12"
            self.assertIn("has passed", self.own.contradiction)
            self.assertTrue(self._found())
            self.own.action_set_lost()
            self.assertFalse(self.own.contradiction)
            self.assertFalse(self._found())

    def test_c8_authority_without_a_decider(self):
        """C8 S4: authority stands by a person who decides or signs."""
        self.own.bant_authority = "confirmed"
        self.assertIn("nobody who decides", self.own.contradiction)
        self.assertTrue(self._found())
        self.env["leadya.stakeholder"].create({"lead_id": self.lead.id, "name": "Boss", "role": "signer"})
        self.env.invalidate_all()
        self.assertFalse(self.own.contradiction)
        self.assertFalse(self._found())

    def test_c8_score_explained(self):
        """C8: the parts of the score add up to it, each with its evidence; a contradiction stands beside."""
        self.own.leadya_answer(self.budget.id, "confirmed", note="Approved")
        self.own.write({"bant_need": "open", "decision_date": "2020-01-01"})
        told = self.own.leadya_qualification()
        self.assertEqual(told["score"], round(sum(row["points"] for row in told["criteria"])))
        self.assertEqual(sum(row["most"] for row in told["criteria"]), 100)
        budget = told["criteria"][0]
        self.assertEqual((budget["name"], budget["points"], budget["answers"][0]["note"]), ("Budget", 20, "Approved"))
        self.assertEqual(len(told["contradictions"]), 1)

    def test_c10_wanted_products(self):
        """C10: products with volumes, without a catalogue; what they come to can be expected of the deal."""
        self.own.wanted_product_ids = [
            Command.create({"name": "Pump", "quantity": 10, "unit": "pieces", "price": 120}),
            Command.create({"name": "<script>alert(1)</script>", "quantity": 2}),
        ]
        self.assertEqual(self.own.wanted_amount, 1200)
        self.own.action_expect_wanted()
        self.assertEqual(self.own.expected_revenue, 1200)
        self.assertIn(self.lead, self.own.search([("wanted_product_ids", "ilike", "pump")]))
        line = self.own.wanted_product_ids[:1]
        for values in ({"quantity": -1}, {"price": -1}):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                line.write(values)
                self.env.flush_all()
        self.assertFalse(line.with_user(self.rep_2).search([("lead_id", "=", self.lead.id)]))

    def test_c8_renewal_is_asked_for(self):
        """C8 Z11: an aged confirmation is missing information, until it is given again."""
        self.company.leadya_evidence_days = 30
        with self.at(NOW):
            self.own.write(dict.fromkeys(("bant_budget", "bant_authority", "bant_need", "bant_timeframe"), "confirmed"))
            self.own.leadya_answer(self.champion.id, "confirmed")
            self.assertFalse(self.own.next_question)
        with self.at(NOW + timedelta(days=31)):
            self.env.invalidate_all()
            self.assertEqual(self.own.next_question, self.budget.question)
            self.assertIn("Budget (to be confirmed again)", self.own.missing_information)
