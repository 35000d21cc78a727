from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LeadyaCommon

SITE = "https://brand.example/"


@tagged("post_install", "-at_install")
class TestBrandReport(LeadyaCommon):
    """L16: how strong the name is in bringing leads and money, against advertising and search promotion."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["leadya.brand.term"].search([]).unlink()
        cls.term = cls.env["leadya.brand.term"].create({"name": "Leadya", "variants": "לידיה"})
        cls.marketer = cls._make_user("leadya_marketer", "sales_team.group_sale_salesman,leadya_crm.group_marketing")
        visits = {
            "brand_paid": {"landing_url": f"{SITE}?utm_source=google&utm_medium=cpc&utm_term=leadia"},
            "brand_organic": {"landing_url": f"{SITE}?utm_source=google&utm_medium=organic&utm_term=לידיה"},
            "direct": {"landing_url": SITE},
            "generic_paid": {"landing_url": f"{SITE}?utm_source=google&utm_medium=cpc&utm_term=crm"},
            "generic_organic": {"landing_url": SITE, "referrer_url": "https://www.google.com/"},
            "other": {"landing_url": SITE, "referrer_url": "https://blog.example/"},
        }
        cls.leads = dict(zip(visits, cls._make_leads_of(visits.values()), strict=True))
        cls.domain = [("lead_id", "in", [lead.id for lead in cls.leads.values()])]

    @classmethod
    def _make_leads_of(cls, values_list):
        return cls.env["crm.lead"].create(
            [
                {"name": "x", "type": "opportunity", "user_id": cls.rep.id, "company_id": cls.company.id, **values}
                for values in values_list
            ]
        )

    def _read(self, groupby, aggregates, user=None, domain=None, **context):
        self.env.flush_all()
        report = self.env["leadya.brand.report"].with_user(user or self.manager).with_context(**context)
        return dict(report._read_group(self.domain if domain is None else domain, groupby, aggregates))

    def test_what_brought_each(self):
        """L16: brand keywords and direct visits, paid and organic generic ones."""
        self.env.flush_all()
        rows = self.env["leadya.brand.report"].search(self.domain)
        self.assertEqual({row.strength: row.lead_id for row in rows}, self.leads)
        self.assertEqual(set(rows.filtered("is_name").mapped("strength")), {"brand_paid", "brand_organic", "direct"})

    def test_share_over_time(self):
        """L16: the share of the name of all leads, month by month."""
        paid, organic = self.leads["brand_paid"], self.leads["generic_paid"]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id IN %s", ["2026-01-15", (paid | organic)._ids]
        )
        self.env.invalidate_all()
        report = self.env["leadya.brand.report"].with_user(self.manager)
        shares = [share for _month, share in report._read_group(self.domain, ["date:month"], ["brand_share:avg"])]
        self.assertEqual(shares, [50.0, 50.0])
        [(total,)] = report._read_group(self.domain, [], ["brand_share:avg"])
        self.assertEqual(total, 50.0)

    def test_by_the_model_that_the_reader_chooses(self):
        """L16 L13: first and last touch tell another story; a lead's parts sum to 1."""
        lead = self._make_leads_of([{}])
        self.env["leadya.touch"].create(
            [
                {"lead_id": lead.id, "touched_at": f"2026-05-0{day} 10:00:00", "landing_url": url, "origin": "manual"}
                for day, url in enumerate(
                    (self.leads["generic_paid"].landing_url, self.leads["brand_organic"].landing_url), 1
                )
            ]
        )
        domain = [("lead_id", "=", lead.id)]
        read = {
            model: self._read(["strength"], ["leads:sum"], domain=domain, leadya_attribution_model=model)
            for model in ("first", "last", "linear")
        }
        self.assertEqual(read["first"], {"generic_paid": 1.0})
        self.assertEqual(read["last"], {"brand_organic": 1.0})
        self.assertEqual(read["linear"], {"generic_paid": 0.5, "brand_organic": 0.5})

    def test_money(self):
        """L16: what was spent on the name, and what it brought."""
        brand, generic = self.leads["brand_paid"].keyword_id, self.leads["generic_paid"].keyword_id
        self.leads["brand_organic"].expected_revenue = 900
        self.leads["generic_paid"].expected_revenue = 300
        (self.leads["brand_organic"] | self.leads["generic_paid"]).action_set_won()
        self.env["leadya.ad.cost"].search([]).unlink()
        self.env["leadya.ad.cost"].create(
            [
                {"keyword_id": keyword.id, "date_from": date(2031, 5, 1), "date_to": date(2031, 5, 10), "cost": cost}
                for keyword, cost in ((brand, 30), (generic, 90))
            ]
        )
        report = self.env["leadya.brand.report"].with_user(self.manager)
        self.env.flush_all()
        may = [("date", ">=", "2031-05-01"), ("date", "<=", "2031-05-31")]
        costs = dict(report._read_group(may, ["strength"], ["cost:sum"]))
        self.assertEqual({name: round(cost, 2) for name, cost in costs.items()}, {"brand_paid": 30, "generic_paid": 90})
        [(share,)] = report._read_group(may, [], ["brand_cost_share:avg"])
        self.assertAlmostEqual(share, 25)
        [(share,)] = report._read_group(self.domain, [], ["brand_revenue_share:avg"])
        self.assertAlmostEqual(share, 75)

    def test_money_is_for_marketing(self):
        """L16: a rep sees what brought their own leads, and no money; who has the group sees it."""
        self.assertEqual(len(self._read(["strength"], ["leads:sum"], user=self.rep)), 6)
        self.assertEqual(self._read(["strength"], ["leads:sum"], user=self.rep_2), {})
        for measure in ("cost:sum", "revenue:sum", "brand_cost_share:avg", "brand_revenue_share:avg"):
            with self.assertRaises(AccessError):
                self._read(["strength"], [measure], user=self.rep)
            self._read(["strength"], [measure], user=self.marketer)

    def test_brand_of_another_company(self):
        """L16: a keyword that names another company's brand is generic to ours."""
        other = self.env["res.company"].create({"name": "Other"})
        self.term.company_id = other
        self.assertIn("generic_paid", self._read(["strength"], ["leads:sum"]))
        self.assertNotIn("brand_paid", self._read(["strength"], ["leads:sum"]))

    def test_niche(self):
        """C1 L16: the report is split by market niche."""
        niche = self.env["leadya.niche"].create({"name": "Clinics"})
        self.leads["direct"].niche_id = niche
        self.assertEqual(self._read(["niche_id"], ["leads:sum"])[niche.with_user(self.manager)], 1.0)

    def test_empty(self):
        """Without a single brand term all is generic or direct."""
        self.term.unlink()
        self.assertEqual(
            self._read(["strength"], ["leads:sum"]),
            {"direct": 1, "generic_paid": 2, "generic_organic": 2, "other": 1},
        )
