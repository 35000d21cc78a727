from math import sqrt

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_criterion import CriterionCommon

KEYS = [
    "asker",
    "forum",
    "presentation",
    "pricing",
    "spec",
    "suppliers",
    "capability",
    "date",
    "thresholds",
    "advantages",
]


@tagged("post_install", "-at_install")
class TestDecision(CriterionCommon):
    """L14: how the customer decides, asked one question at a time, and what goes with winning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.champion.active = False
        cls.lead.write({"partner_name": "Orchard Ltd", "bant_need": "confirmed"})

    def _open(self):
        return [
            gap["key"].split(":")[1]
            for gap in self.own._missing_get_open()[self.own.id]
            if gap["key"][:9] == "decision:"
        ]

    def test_l14_gaps_in_order(self):
        """L14 Z11: what is not known of the decision process is asked for, in order, after the criteria."""
        self.assertEqual(self._open(), KEYS)
        self.own.write(dict.fromkeys(("bant_budget", "bant_authority", "bant_timeframe"), "confirmed"))
        self.assertEqual(self.own.next_question, "What is your part in this decision?")
        self.own.leadya_decision_answer("asker", "user")
        self.assertEqual(self._open(), KEYS[1:])
        self.assertEqual(self.own.next_question, "Who decides on this in the end?")

    def test_l14_z1_not_asked_of_everybody(self):
        """L14 Z1: a person who buys for herself has no decision process, nor has one without a need."""
        self.lead.bant_need = "unknown"
        self.assertFalse(self._open())
        self.lead.write({"bant_need": "open", "partner_name": False})
        self.assertFalse(self._open())
        self.lead.write({"partner_name": "Orchard Ltd", "qualification_model": "ntm"})
        self.assertFalse(self._open())

    def test_l14_guided_to_the_end(self):
        """L14: every question has an answer, and each answer leads to the next question."""
        answers = {
            "asker": "influencer",
            "forum": "committee",
            "presentation": "yes",
            "pricing": "tender",
            "spec": "rfp",
            "suppliers": 4,
            "capability": "no",
            "date": "2027-01-31",
        }
        guide = self.own.leadya_decision_guide()
        for key, value in answers.items():
            self.assertEqual(guide["next"], key)
            guide = self.own.leadya_decision_answer(key, value)
        guide = self.own.leadya_decision_add_threshold("ISO 9001", "required")
        self.assertEqual(guide["next"], "advantages")
        guide = self.own.leadya_decision_add_threshold("Service within 4 hours", "proposed")
        self.assertFalse(guide["next"])
        self.assertEqual(self.own.decision_threshold_state, "unknown")
        required = next(line for line in guide["thresholds"] if line["kind"] == "required")
        self.own.leadya_decision_set_threshold(required["id"], "yes")
        self.assertEqual(self.own.decision_threshold_state, "met")
        self.own.leadya_decision_set_threshold(required["id"], "no")
        self.assertEqual(self.own.decision_threshold_state, "unmet")
        self.own.leadya_decision_set_threshold(required["id"], None)
        self.assertEqual(self.own.decision_threshold_ids.mapped("kind"), ["proposed"])

    def test_l14_document(self):
        """L14: the RFP itself is kept with the answer; a document of another record is not."""
        document, foreign = (
            self.env["ir.attachment"]
            .with_user(self.rep)
            .create(
                [
                    {"name": "rfp.pdf", "raw": b"%PDF", "res_model": "crm.lead", "res_id": self.lead.id},
                    {
                        "name": "secret.pdf",
                        "raw": b"%PDF",
                        "res_model": "res.partner",
                        "res_id": self.rep.partner_id.id,
                    },
                ]
            )
        )
        guide = self.own.leadya_decision_add_documents(document.ids)
        self.assertEqual([row["name"] for row in guide["documents"]], ["rfp.pdf"])
        with self.assertRaisesRegex(UserError, "one of the lead's own"):
            self.own.leadya_decision_add_documents(foreign.ids)

    def test_l14_bad_answers(self):
        """L14: what is no answer is refused in words, whatever is sent."""
        for key, value in (
            ("asker", "<b>boss</b>"),
            ("suppliers", "many"),
            ("date", "soon"),
            ("advantages", "x"),
            ("", 1),
        ):
            with self.subTest(key=key), self.assertRaises(UserError):
                self.own.leadya_decision_answer(key, value)
        with self.assertRaisesRegex(UserError, "gone"):
            self.own.leadya_decision_set_threshold(0, "yes")
        with self.assertRaises(UserError):
            self.own.leadya_decision_add_threshold("  ", "required")

    def test_l14_others_leads(self):
        """L14: a rep neither reads nor answers for a colleague's lead."""
        foreign = self.lead.with_user(self.rep_2)
        for call in (
            lambda: foreign.leadya_decision_guide(),
            lambda: foreign.leadya_decision_answer("asker", "user"),
            lambda: foreign.leadya_decision_add_threshold("ISO", "required"),
            lambda: foreign.leadya_qualification(),
        ):
            with self.assertRaises(AccessError):
                call()
        line = self.env["leadya.decision.threshold"].with_user(self.rep_2)
        mine = self._make_lead(user_id=self.rep_2.id)
        with self.assertRaises(AccessError):
            line.create({"lead_id": self.lead.id, "name": "ISO"})
        with self.assertRaises(AccessError):
            line.create({"lead_id": mine.id, "name": "ISO"}).lead_id = self.lead


@tagged("post_install", "-at_install")
class TestDecisionReport(CriterionCommon):
    """L14 S4: which answers go with winning, with the numbers of cases and an interval."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stage = cls.env["crm.stage"].create({"name": "Is won", "is_won": True, "sequence": 99})
        values = {"type": "opportunity", "team_id": cls.team.id, "user_id": cls.rep.id}
        won = cls.env["crm.lead"].create(
            [{**values, "name": f"Won {n}", "decision_presentation": "yes"} for n in range(7)]
        )
        lost = cls.env["crm.lead"].create(
            [
                {**values, "name": f"Lost {n}", "decision_presentation": "yes" if n < 3 else "no"}
                for n in range(8)
            ]
        )  # fmt: skip
        lost[0].decision_supplier_count = 5
        won.sudo().write({"stage_id": stage.id})
        lost.action_set_lost()
        cls.report = cls.env["leadya.decision.report"].with_user(cls.rep)
        cls.env.flush_all()

    def test_l14_shares_and_interval(self):
        """L14: 7 of 10 deals with a presentation were won; the interval says how sure that is."""
        groups = self.report._read_group(
            [("question", "=", "presentation"), ("team_id", "=", self.team.id)],
            ["answer"],
            ["__count", "won:sum", "win_rate:avg", "win_low:avg", "win_high:avg"],
        )
        found = {answer: values for answer, *values in groups}
        self.assertEqual(found["presentation:yes"][:3], [10, 7, 70])
        self.assertEqual(found["presentation:no"][:3], [5, 0, 0])
        share, cases, z = 0.7, 10, 1.959964
        middle = (share + z**2 / (2 * cases)) / (1 + z**2 / cases)
        half = z * sqrt(share * (1 - share) / cases + z**2 / (4 * cases**2)) / (1 + z**2 / cases)
        self.assertAlmostEqual(found["presentation:yes"][3], 100 * (middle - half), 4)
        self.assertAlmostEqual(found["presentation:yes"][4], 100 * (middle + half), 4)
        self.assertAlmostEqual(found["presentation:no"][3], 0, 4)
        self.assertGreater(found["presentation:no"][4], 40, "five cases are few")

    def test_l14_web_asks_for_it(self):
        """L14: the pivot gets labels and shares in one question to the server."""
        groups = self.report.formatted_read_group(
            [("team_id", "=", self.team.id)], ["question", "answer"], ["__count", "win_rate:avg", "win_low:avg"]
        )
        suppliers = [group for group in groups if group["question"] == "suppliers"]
        self.assertEqual([group["answer"] for group in suppliers], ["suppliers:several"])
        labels = dict(self.report.fields_get(["answer"])["answer"]["selection"])
        self.assertEqual(labels["suppliers:several"], "4 to 6")

    def test_l14_rep_sees_own(self):
        """L14: a rep learns from her own deals, a leader from all; an open deal says nothing yet."""
        domain = [("question", "=", "presentation"), ("team_id", "=", self.team.id)]
        self.assertEqual(self.report.with_user(self.rep_2).search_count(domain), 0)
        self.assertEqual(self.report.with_user(self.leader).search_count(domain), 15)
        self.lead.decision_presentation = "yes"
        self.env.flush_all()
        self.assertEqual(self.report.search_count(domain), 15)
