from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LeadyaCommon


@tagged("post_install", "-at_install")
class TestNiche(LeadyaCommon):
    """C1: every lead is of a part of the market, by language, country, tags or any other filter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["leadya.niche"].search([]).active = False
        cls.hebrew = cls.env["res.lang"].with_context(active_test=False).search([("code", "=", "he_IL")])
        cls.israel, cls.germany = cls.env.ref("base.il"), cls.env.ref("base.de")
        cls.tag = cls.env["crm.tag"].create({"name": "Clinics"})
        cls.clinics, cls.abroad, cls.home = (
            cls.env["leadya.niche"]
            .with_user(cls.manager)
            .create(
                [
                    {"name": "Clinics", "sequence": 1, "tag_ids": cls.tag.ids},
                    {
                        "name": "Hebrew speakers abroad",
                        "sequence": 2,
                        "lang_ids": cls.hebrew.ids,
                        "domain": [("country_id.code", "!=", "IL")],
                    },
                    {"name": "Israel", "sequence": 3, "country_ids": cls.israel.ids},
                ]
            )
        )

    def test_first_that_takes(self):
        """C1: the first niche that takes a lead is its own; the reason is told."""
        leads = self._make_leads(
            [
                {"country_id": self.israel.id, "tag_ids": [Command.link(self.tag.id)]},
                {"country_id": self.germany.id, "lang_id": self.hebrew.id},
                {"country_id": self.israel.id, "lang_id": self.hebrew.id},
                {"country_id": self.germany.id},
            ]
        )
        self.assertEqual(
            [lead.niche_id for lead in leads], [*(self.clinics, self.abroad, self.home), self.home.browse()]
        )
        self.assertIn("Market niche Israel: the first that takes the lead", self.explanations(leads[2], "attribute"))

    def test_existing_leads(self):
        """C1: leads that are there stay as they are until a manager asks; what a person chose is kept."""
        old, chosen = self._make_leads([{"country_id": self.germany.id}, {"country_id": self.germany.id}])
        chosen.niche_id = self.clinics
        germany = self.env["leadya.niche"].create({"name": "Germany", "country_ids": self.germany.ids})
        self.assertFalse(old.niche_id)
        with self.assertRaises(AccessError):
            (old | chosen).with_user(self.rep).action_recognise_niche()
        (old | chosen).with_user(self.manager).action_recognise_niche()
        self.assertEqual(old.niche_id, germany)
        self.assertEqual(chosen.niche_id, self.clinics)
        self.assertEqual(germany.lead_count, 1)

    def test_batch(self):
        """The number of queries grows neither with the leads nor with the niches."""
        leads = self._make_leads([{"country_id": self.germany.id}] * 200)
        leads.country_id = self.israel
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            leads._leadya_in_corridor()._niche_recognise()
            self.env.flush_all()
        self.assertEqual(leads.niche_id, self.home)

    def test_other_company(self):
        """C1: a niche of another company takes none of ours."""
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["leadya.niche"].create({"name": "Theirs", "sequence": 0, "company_id": other.id})
        mine = self._make_lead(country_id=self.israel.id, company_id=self.company.id)
        self.assertEqual(mine.niche_id, self.home)
        self.assertNotIn(theirs, self.env["leadya.niche"].with_user(self.manager).search([]))

    def test_merge_and_copy(self):
        """C3: merging keeps the niche, a copy has it too."""
        first, second = self._make_leads([{"country_id": self.germany.id}, {"country_id": self.israel.id}])
        self.assertEqual(second.copy().niche_id, self.home)
        merged = (first | second)._leadya_merge(first).lead_id
        self.assertEqual(merged.niche_id, self.home)

    def test_broken_filter_loses_no_lead(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE leadya_niche SET domain = '[(''no_such_field'', ''='', 1)]' WHERE id = %s", [self.clinics.id]
        )
        self.env.invalidate_all()
        with self.assertLogs("odoo.addons.leadya_crm.models.leadya_lead_filter_mixin", "WARNING"):
            lead = self._make_lead(country_id=self.israel.id)
        self.assertEqual(lead.niche_id, self.home)

    def test_reports_are_split(self):
        """C1 C9: promises, activities, response measures and leads are split by market niche."""
        lead = self._make_lead(country_id=self.israel.id, user_id=self.rep.id)
        lead.with_user(self.rep).action_log_attempt("no_answer")
        self.env.flush_all()
        for report, count in (("leadya.sla.report", "id:count"), ("leadya.activity.report", "id:count")):
            rows = (
                self.env[report].with_user(self.manager)._read_group([("lead_id", "=", lead.id)], ["niche_id"], [count])
            )
            self.assertEqual([niche for niche, _count in rows], [self.home], report)
        groups = self.env["leadya.measures"].with_user(self.manager).leadya_measure(30, "niche_id")["groups"]
        self.assertIn("Israel", [group["name"] for group in groups])
