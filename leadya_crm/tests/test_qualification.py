from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LeadyaCommon


@tagged("post_install", "-at_install")
class TestQualification(LeadyaCommon):
    """C8 Z8 Z11: BANT or its short form, with a score, and what is still missing."""

    def test_score(self):
        lead = self._make_lead(email_from="a@b.example")
        self.assertEqual(lead.qualification_score, 0)
        lead.bant_need = "confirmed"
        self.assertEqual(lead.qualification_score, 25)
        lead.bant_budget = "open"
        self.assertEqual(lead.qualification_score, 35)
        lead.bant_authority = "failed"
        self.assertEqual(lead.qualification_score, 35)
        lead.write(dict.fromkeys(("bant_budget", "bant_authority", "bant_need", "bant_timeframe"), "confirmed"))
        self.assertEqual(lead.qualification_score, 100)
        self.assertFalse(lead.missing_information)

    def test_missing(self):
        lead = self._make_lead(bant_need="confirmed", bant_budget="open", bant_authority="failed")
        self.assertEqual(lead.missing_information, "a way to reach the customer, Budget, Timeframe")

    def test_short_model_of_the_team(self):
        self.team.qualification_model = "ntm"
        lead = self._make_lead(email_from="a@b.example", bant_need="confirmed")
        self.assertEqual(lead.qualification_model, "ntm")
        self.assertEqual(lead.qualification_score, 33)
        self.assertEqual(lead.missing_information, "Timeframe, Budget")

    def test_rep_sets_it_and_it_is_tracked(self):
        lead = self._make_lead(user_id=self.rep.id)
        self.flush_tracking()
        lead.with_user(self.rep).bant_budget = "confirmed"
        self.flush_tracking()
        self.assertIn("bant_budget", lead.message_ids.tracking_value_ids.field_id.mapped("name"))

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_budget(self):
        lead = self._make_lead()
        lead.write({"budget_amount_min": 100, "budget_amount_max": 200})
        with self.assertRaisesRegex(ValidationError, "the first must be the smaller"):
            lead.budget_amount_min = 300
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            lead.write({"budget_amount_min": -1})
            self.env.flush_all()

    def test_merge_keeps_what_says_most(self):
        leads = self._make_leads(
            [
                {"bant_need": "open", "bant_budget": "unknown"},
                {
                    "bant_need": "confirmed",
                    "bant_authority": "failed",
                    "budget_amount_min": 10,
                    "budget_amount_max": 20,
                },
            ]
        )
        merged = leads.merge_opportunity()
        self.assertEqual(
            (merged.bant_need, merged.bant_authority, merged.bant_budget), ("confirmed", "failed", "unknown")
        )
        self.assertEqual((merged.budget_amount_min, merged.budget_amount_max), (10, 20))
