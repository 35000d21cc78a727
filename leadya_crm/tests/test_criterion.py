from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

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
