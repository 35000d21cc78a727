from datetime import timedelta

from odoo.tests import tagged

from .common import NOW
from .test_criterion import CriterionCommon


@tagged("post_install", "-at_install")
class TestCriterionMerge(CriterionCommon):
    """C8 L14 C10: merged leads keep the better-evidenced answer per criterion, and both histories."""

    def setUp(self):
        super().setUp()
        self.head = self.lead
        self.tail = self._make_lead(name="Pumps again", user_id=self.rep.id, email_from="a@b.example")

    def _answer(self, lead, criterion, state, note=None, days=0):
        with self.at(NOW + timedelta(days=days)):
            lead.with_user(self.rep).leadya_answer(criterion.id, state, note=note)

    def _merge(self):
        merge = (self.head | self.tail).with_user(self.rep)._leadya_merge(self.head)
        self.env.flush_all()
        self.env.invalidate_all()
        return merge

    def _counting(self):
        answers = self.head.criterion_answer_ids.filtered("is_current")
        return {answer.criterion_id: (answer.state, answer.note) for answer in answers}

    def test_c8_better_shown_answer_counts(self):
        """C8: an older answer with evidence goes before a later one without; a settled one before an open."""
        self._answer(self.head, self.budget, "confirmed", days=5)
        self._answer(self.tail, self.budget, "failed", note="The mail of their CFO")
        self._answer(self.head, self.need, "open", note="Talks go on")
        self._answer(self.tail, self.need, "confirmed")
        self._answer(self.tail, self.champion, "confirmed", note="Noa")
        self._merge()
        self.assertEqual(
            (self.head.bant_budget, self.head.bant_need, self.head.criterion_states),
            ("failed", "confirmed", {str(self.champion.id): "confirmed"}),
        )
        self.assertEqual(
            self._counting(),
            {
                self.budget: ("failed", "The mail of their CFO"),
                self.need: ("confirmed", False),
                self.champion: ("confirmed", "Noa"),
            },
        )
        self.assertEqual(len(self.head.criterion_answer_ids), 5, "both histories, and no answer that nobody gave")
        self.assertFalse(self.tail.criterion_answer_ids)
        self.assertEqual(self.head.criteria_confirmed_at, NOW)

    def test_c8_a_word_without_an_answer(self):
        """C8: what an old lead says without an answer counts as somebody's word."""
        self.head._leadya_measuring().bant_budget = "confirmed"
        self._answer(self.tail, self.budget, "open", note="Not yet approved")
        self._merge()
        self.assertEqual(self.head.bant_budget, "confirmed")
        self.assertEqual(self._counting(), {})
        self.assertEqual(len(self.head.criterion_answer_ids), 1)

    def test_c8_undone(self):
        """C8: undone, each lead has its own answers again, and each counts."""
        self._answer(self.head, self.budget, "confirmed")
        self._answer(self.tail, self.budget, "failed", note="Their CFO")
        merge = self._merge()
        self.assertEqual(self.head.bant_budget, "failed")
        merge.with_user(self.rep).action_undo()
        self.env.invalidate_all()
        self.assertEqual((self.head.bant_budget, self.tail.bant_budget), ("confirmed", "failed"))
        for lead, state in ((self.head, "confirmed"), (self.tail, "failed")):
            self.assertEqual(lead.criterion_answer_ids.mapped("state"), [state])
            self.assertTrue(lead.criterion_answer_ids.is_current)

    def test_c10_l14_products_and_decision(self):
        """C10 L14: nothing is wanted or required twice; what only one knows both know."""
        line = {"quantity": 3, "unit": "pieces"}
        self.head.write({"wanted_product_ids": [(0, 0, {"name": "Valve", **line})], "decision_forum": "board"})
        self.tail.write(
            {
                "wanted_product_ids": [(0, 0, {"name": " valve", **line}), (0, 0, {"name": "Pump", **line})],
                "decision_threshold_ids": [(0, 0, {"name": "ISO 9001", "met": "yes"})],
                "decision_forum": "one",
                "decision_pricing": "tender",
                "need_statement": "It leaks",
            }
        )
        self._merge()
        self.assertEqual(self.head.wanted_product_ids.mapped("name"), ["Valve", "Pump"])
        self.assertEqual((self.head.decision_forum, self.head.decision_pricing), ("board", "tender"))
        self.assertEqual(self.head.decision_threshold_state, "met")
        self.assertIn("It leaks", self.head.need_statement)
