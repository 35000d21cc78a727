from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .figures_common import TODAY, FiguresCommon


@tagged("leadya", "post_install", "-at_install")
class TestFigures(FiguresCommon):
    """L12 L13 C1: what each keyword, campaign, channel, page, site and niche brought and cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads, cls.late = cls._make_leads_of_keywords()

    def test_l13_keywords(self):
        """L13: counts, costs of each, return, median response and money at risk, per keyword."""
        rows = self.by_name(dimension="keyword")
        boiler = rows["[boiler]"]
        self.assertEqual([boiler[name] for name in ("impressions", "clicks", "cost")], [1000, 50, 100])
        counts = ("leads", "judged", "fit", "qualified", "meetings", "quotes", "won")
        self.assertEqual([boiler[name] for name in counts], [4, 4, 2, 1, 0, 0, 1])
        self.assertEqual([boiler[name] for name in ("revenue", "return", "median")], [1000, 10, 20])
        self.assertEqual([boiler[f"cost_per_{name}"] for name in ("click", "lead", "fit", "won")], [2, 25, 50, 100])
        pipes = rows["[pipes]"]
        self.assertEqual([pipes[name] for name in ("leads", "fit", "late", "money_at_risk")], [2, 0, 1, 30])
        self.assertIsNone(pipes["cost_per_fit"])
        self.assertEqual(self.figures()["total"]["money_at_risk"], 30, "the sum of what is at risk in each")
        self.assertEqual(pipes["detail"], "google · Heating · Home")

    def test_l13_total_is_what_was_paid(self):
        """L13: whatever it is split by, money and leads sum up to the same; what met no lead is named."""
        self._make_costs({self.env["leadya.keyword"]: 7.0}, channel_id=False, campaign_id=self._make_campaign().id)
        for dimension in ("keyword", "campaign", "channel", "source", "niche", "landing", "site"):
            result = self.figures(dimension=dimension)
            for name, value in (("cost", 167), ("leads", 6), ("won", 1), ("revenue", 1000)):
                self.assertAlmostEqual(result["total"][name], value, msg=(dimension, name))
                self.assertAlmostEqual(sum(row[name] for row in result["rows"]), value, msg=(dimension, name))
        names = [row["name"] for row in result["rows"]]
        self.assertEqual(sorted(names), ["Met no lead", "heat.example"])

    def _make_campaign(self):
        return self.env["utm.campaign"].create({"name": "Nobody came"})

    def test_c1_landing_pages_share_costs(self):
        """C1: a page bears the costs of the leads that came to it, and says that they were shared."""
        result = self.figures(dimension="landing")
        self.assertTrue(result["shared"])
        rows = {row["name"]: row for row in result["rows"]}
        self.assertEqual({name: row["cost"] for name, row in rows.items()}, {"/boiler": 100, "/pipes": 60})

    def test_c1_niche(self):
        """C1: any report split by, and narrowed to, a market niche; costs follow the leads."""
        niche = self.env["leadya.niche"].create({"name": "Hotels"})
        self.leads[0].niche_id = niche
        row = self.by_name(dimension="niche")["Hotels"]
        self.assertEqual([row[name] for name in ("leads", "won", "cost")], [1, 1, 25])
        narrowed = self.figures(dimension="keyword", niche_id=niche.id)
        self.assertEqual([(row["name"], row["leads"], row["cost"]) for row in narrowed["rows"]], [("[boiler]", 1, 25)])
        self.assertTrue(narrowed["shared"])

    def test_l13_models(self):
        """L13: the model is chosen when the report is read; in parts or whole, a lead counts once."""
        self._make_touched(self.pipes, self.boiler, self.boiler)
        for model, shares in (
            ("first", (4, 3)),
            ("last", (5, 2)),
            ("last_paid", (5, 2)),
            ("linear", (4 + 2 / 3, 2 + 1 / 3)),
            ("position", (4.6, 2.4)),
        ):
            rows = self.by_name(model=model)
            for name, leads in zip(("[boiler]", "[pipes]"), shares, strict=True):
                self.assertAlmostEqual(rows[name]["leads"], leads, 5, msg=model)
        result = self.figures(model="time_decay")
        self.assertAlmostEqual(sum(row["leads"] for row in result["rows"]), 7, 5)

    def test_l13_drill_down(self):
        """L13: behind a figure are exactly its leads, by the reader's own rights."""
        figures = self.env["leadya.attribution.figures"]
        for user, expected in ((self.marketer, 4), (self.rep, 4), (self.rep_2, 0)):
            with self.at(TODAY):
                action = figures.with_user(user).action_view_leads({"dimension": "keyword"}, self.boiler.id)
                found = self.env["crm.lead"].with_user(user).with_context(active_test=False).search(action["domain"])
            self.assertEqual(len(found), expected, user.login)
        with self.at(TODAY):
            action = figures.with_user(self.marketer).action_view_leads({"dimension": "landing"}, "/pipes")
            self.assertEqual(self.env["crm.lead"].search_count(action["domain"]), 2)
        self.assertEqual(action["name"], "/pipes")

    def test_l12_period_sort_search_page(self):
        """L12: a span of days, sorted by any figure, searched by name, page by page."""
        self.assertFalse(self.figures(date_from="2026-05-07")["rows"])
        ascending = self.figures(order="cost", descending=False)
        self.assertEqual([row["cost"] for row in ascending["rows"]], [60, 100])
        self.assertEqual([row["name"] for row in self.figures(order="name")["rows"]], ["[pipes]", "[boiler]"])
        page = self.figures(limit=1, offset=1)
        self.assertEqual((len(page["rows"]), page["count"], page["total"]["leads"]), (1, 2, 6))
        self.assertEqual([row["name"] for row in self.figures(search="BOIL")["rows"]], ["[boiler]"])
        self.assertFalse(self.figures(search="100%")["rows"])
        self.assertEqual(len(self.figures(dimension="landing", search="pipe")["rows"]), 1)

    def test_l12_weeks(self):
        """L12: leads week by week."""
        row = self.by_name(date_from="2026-04-29", date_to="2026-05-13")["[boiler]"]
        self.assertEqual(row["spark"], [0, 4, 0])

    def test_c9_rep_sees_no_money(self):
        """C9 L12: a rep sees the keywords of own leads; money is not even sent, nor sorted by."""
        result = self.figures(user=self.rep)
        self.assertFalse(result["has_money"])
        row = next(row for row in result["rows"] if row["name"] == "[boiler]")
        self.assertEqual((row["leads"], row["fit"]), (4, 2))
        money = {"cost", "impressions", "clicks", "revenue", "return", "money_at_risk", "cost_per_lead"}
        self.assertFalse(money & (set(row) | set(result["total"])))
        self.assertFalse(row["reason"])
        self.assertFalse(self.figures(user=self.rep_2)["rows"])
        with self.assertRaises(UserError):
            self.figures(user=self.rep, order="cost")
        stranger = new_test_user(self.env, "leadya_figures_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.figures(user=stranger)
        with self.assertRaises(AccessError):
            self.env["leadya.attribution.figures"].with_user(stranger).get_choices()

    def test_c1_companies(self):
        """C1: money and leads of another company stay there; its currency is turned into the reader's."""
        other = self.env["res.company"].create({"name": "Other", "currency_id": self.env.ref("base.GBP").id})
        other.currency_id.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": other.currency_id.id, "name": "2026-01-01", "rate": 0.5, "company_id": self.company.id}
        )
        self._make_costs({self.pipes: 10.0}, company_id=other.id, currency_id=other.currency_id.id)
        self.assertEqual(self.figures()["total"]["cost"], 160)
        self.marketer.company_ids = [Command.link(other.id)]
        both = self.env["leadya.attribution.figures"].with_user(self.marketer)
        both = both.with_context(allowed_company_ids=[self.company.id, other.id])
        with self.at(TODAY):
            self.assertEqual(both.get_figures({})["total"]["cost"], 180)
            self.assertEqual(both.get_figures({"company": other.id})["total"]["cost"], 20)
            with self.assertRaises(UserError):
                both.get_figures({"company": 10**6})

    def test_bad_input(self):
        """L13: whatever a client sends is checked, and named where it is wrong."""
        for options in (
            {"dimension": "password"},
            {"model": "x'; DROP TABLE crm_lead"},
            {"order": "id; --"},
            {"date_from": "yesterday"},
            {"date_from": 5},
            {"date_from": "2026-05-13", "date_to": "2026-05-01"},
            {"date_from": "1900-01-01"},
            {"limit": -1},
            {"offset": "x"},
            {"niche_id": [1]},
        ):
            with self.assertRaises(UserError, msg=options):
                self.figures(**options)
        figures = self.env["leadya.attribution.figures"].with_user(self.marketer)
        for key in ("1", None, True, [1]):
            with self.assertRaises(UserError):
                figures.action_view_leads({}, key)
        for text in ("", "{}", "[]", "5", '{"key": 1, "dimension": "x"}'):
            with self.assertRaises(UserError):
                self.env["crm.lead"].search([("credited_to", "=", text)])

    def test_query_budget(self):
        """L13: one statement for the figures; queries grow with neither leads nor keywords."""
        self.figures()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            self.figures()
        for _number in range(5):
            self._make_touched(self.boiler)
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            self.figures()

    # ------------------------------------------------------------
    # PIVOT, GRAPH, EXPORT
    # ------------------------------------------------------------

    def report(self, user, domain=(), groupby=("keyword_id",), measures=("leads:sum",), **context):
        model = self.env["leadya.attribution.report"].with_user(user).with_context(**context)
        with self.at(TODAY):
            return model._read_group(list(domain), list(groupby), list(measures))

    def test_l13_report(self):
        """L13: the same figures as rows; ratios of a group are those of its sums."""
        measures = ("leads:sum", "cost:sum", "cost_per_lead:avg", "return_on_cost:avg", "fit_share:avg")
        rows = {keyword: figures for keyword, *figures in self.report(self.marketer, measures=measures)}
        self.assertEqual(rows[self.boiler], [4, 100, 25, 10, 0.5])
        span = [("date", ">=", "2026-05-02"), ("date", "<=", "2026-05-06")]
        rows = {keyword: figures for keyword, *figures in self.report(self.marketer, span, measures=measures[:2])}
        self.assertEqual(rows[self.boiler], [4, 0])

    def test_l13_report_spreads_costs_over_their_days(self):
        self._make_costs({self.boiler: 30.0}, day=date(2026, 4, 1), date_to=date(2026, 4, 30))
        span = [("date", ">=", "2026-04-01"), ("date", "<", "2026-04-11")]
        [(_keyword, cost)] = self.report(self.marketer, span, measures=["cost:sum"])
        self.assertAlmostEqual(cost, 10)
        model = self.env["leadya.attribution.report"].with_user(self.marketer)
        self.assertEqual(len(model.search(span)), 10)
        self.assertEqual(len(set(model.search([]).ids)), len(model.search([])))

    def test_l13_report_by_another_model(self):
        self._make_touched(self.pipes, self.boiler)
        rows = dict(self.report(self.marketer, leadya_attribution_model="first"))
        self.assertEqual((rows[self.boiler], rows[self.pipes]), (4, 3))

    def test_c9_report_rights(self):
        """C9: a rep's report has own leads and no money at all."""
        self.assertEqual(sum(leads for _key, leads in self.report(self.rep)), 6)
        self.assertFalse(self.report(self.rep_2))
        with self.assertRaises(AccessError):
            self.report(self.rep, measures=["cost:sum"])
        with self.assertRaises(AccessError):
            self.report(self.rep, measures=["cost_per_lead:avg"])
        self.assertNotIn("cost", self.env["leadya.attribution.report"].with_user(self.rep).fields_get())
        self.assertFalse(self.report(self.rep, [("side", "=", "cost")]))

    def test_c1_report_companies(self):
        """C1: another company's rows are not there."""
        other = self.env["res.company"].create({"name": "Other"})
        self._make_costs({self.pipes: 10.0}, company_id=other.id)
        self.assertEqual(sum(cost for _key, cost in self.report(self.marketer, measures=["cost:sum"])), 160)
