"""What advertising costs, and where costs and leads meet (L13, C1)."""

from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from .cost_common import CostCommon


@tagged("post_install", "-at_install", "leadya")
class TestCost(CostCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.env["leadya.channel"].create({"name": "Test Fair", "company_id": cls.company.id})
        cls.campaign = cls.env["utm.campaign"].create({"name": "Cost Campaign"})
        cls.keyword = cls.env["leadya.keyword"].create(
            {"name": "cost word", "match_type": "exact", "campaign_id": cls.campaign.id, "ad_group": "Group"}
        )

    def _read(self, date_from, date_to, company=None):
        query = self.Cost._get_cost_query((company or self.company).ids, date_from, date_to)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT keyword_id, campaign_id, channel_id, impressions, clicks, cost, prorated
                  FROM (%s) cost ORDER BY cost
                """,
                query,
            )
        )
        names = ("keyword", "campaign", "channel", "impressions", "clicks", "cost", "prorated")
        return [dict(zip(names, row, strict=True)) for row in rows]

    # By hand

    def test_c1_by_hand(self):
        """C1: marketing writes the cost of a stand in a form: a day, an amount, a channel."""
        with Form(self.Cost.with_user(self.marketer)) as form:
            form.note = "Stand at the spring fair"
            form.channel_id = self.channel
            form.cost = 1200
            form.date_from = "2026-05-07"
        cost = form.record
        self.assertEqual((str(cost.date_to), cost.level, cost.origin), ("2026-05-07", "channel", "manual"))
        self.assertEqual((cost.amount_company, cost.display_name), (1200.0, "Stand at the spring fair"))
        cost.keyword_id = self.keyword
        self.assertEqual((cost.level, cost.campaign_id, cost.match_type), ("keyword", self.campaign, "exact"))
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.Cost.create({"cost": 1, "date_from": "2026-05-07", "date_to": "2026-05-06"})

    def test_c1_nothing_that_costs_point_to_is_deleted(self):
        self.Cost.create({"cost": 1, "channel_id": self.channel.id, "campaign_id": self.campaign.id})
        for record in (self.channel, self.campaign):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                record.unlink()

    # Reading

    def test_c1_rows_count_by_their_days(self):
        """C1: what reaches beyond the span counts by its share, and says so."""
        self.Cost.create(
            [
                {
                    "date_from": "2026-05-01",
                    "date_to": "2026-05-10",
                    "cost": 100,
                    "clicks": 50,
                    "impressions": 1000,
                    "keyword_id": self.keyword.id,
                },
                {"date_from": "2026-05-09", "cost": 7, "campaign_id": self.campaign.id},
                {"date_from": "2026-04-30", "cost": 70, "campaign_id": self.campaign.id},
            ]
        )
        rows = self._read(date(2026, 5, 9), date(2026, 5, 31))
        self.assertEqual(
            [(row["keyword"], float(row["cost"]), float(row["clicks"]), row["prorated"]) for row in rows],
            [(None, 7.0, 0.0, False), (self.keyword.id, 20.0, 10.0, True)],
        )
        self.assertEqual(float(rows[1]["impressions"]), 200.0)
        self.assertEqual(sum(row["cost"] for row in self._read(date(2026, 4, 1), date(2026, 5, 31))), 177)
        other = self.env["res.company"].sudo().create({"name": "Other Company"})
        self.assertFalse(self._read(date(2026, 5, 1), date(2026, 5, 31), other))

    def test_c1_a_channels_monthly_cost_needs_no_row(self):
        """C1: a fixed cost counts for each month, by days where it is cut, and never for days to come."""
        self.channel.monthly_cost = 310
        own = [("channel", self.channel.id)]

        def cost(*span):
            return [
                (round(float(row["cost"]), 2), row["prorated"])
                for row in self._read(*span)
                if [("channel", row["channel"])] == own
            ]

        with self.at("2026-05-20 12:00:00"):
            self.assertEqual(cost(date(2026, 3, 1), date(2026, 3, 31)), [(310.0, False)])
            self.assertEqual(cost(date(2026, 3, 22), date(2026, 4, 30)), [(100.0, True), (310.0, False)])
            self.assertEqual(cost(date(2026, 5, 1), date(2026, 12, 31)), [(200.0, True)])
            self.assertEqual(cost(date(2026, 6, 1), date(2026, 6, 30)), [])

    # Matching

    def _make_paid_lead(self, **values):
        channel = self.env.ref("leadya_crm.channel_paid_search")
        lead = self.env["crm.lead"].create({"name": "Lead", "company_id": self.company.id, "user_id": False})
        lead.write({"channel_id": channel.id, "create_date": "2026-05-07 10:00:00", **values})
        lead.flush_recordset()
        self.env.cr.execute(SQL("UPDATE crm_lead SET create_date = '2026-05-07 10:00:00' WHERE id = %s", lead.id))
        return lead

    def _match(self, keyword):
        query = self.Cost._get_keyword_match_query(self.company.ids)
        return dict(self.env.execute_query(query)).get(keyword.id)

    def _make_keyword(self, **values):
        return self.env["leadya.keyword"].create({"name": "cost word", "campaign_id": self.campaign.id, **values})

    def test_l13_keywords_meet_by_their_words_within_a_campaign(self):
        """L13: an address without the ad group meets the one keyword of these words; of two it guesses none."""
        self.Cost.create({"date_from": "2026-05-07", "cost": 1, "keyword_id": self.keyword.id})
        plain = self._make_keyword()
        self.assertEqual(self._match(plain), self.keyword.id)
        elsewhere = self._make_keyword(campaign_id=self.env["utm.campaign"].create({"name": "Other"}).id)
        self.assertIsNone(self._match(elsewhere))
        second = self._make_keyword(match_type="broad", ad_group="Other Group")
        self.Cost.create({"date_from": "2026-05-07", "cost": 1, "keyword_id": second.id})
        self.assertIsNone(self._match(plain))
        self.assertEqual(self._match(self._make_keyword(match_type="broad")), second.id)
        self.assertIsNone(self._match(self.keyword), "A keyword with costs of its own meets these.")

    def test_l13_campaigns_meet_by_the_platforms_number(self):
        """L13: an address that gives the campaign's number for its name meets the campaign of that number."""
        self.Cost.create(
            {"date_from": "2026-05-07", "cost": 1, "keyword_id": self.keyword.id, "campaign_ref": "70010022"}
        )
        numbered = self.env["utm.campaign"].create({"name": "70010022"})
        query = self.Cost._get_campaign_match_query(self.company.ids)
        self.assertEqual(dict(self.env.execute_query(query)), {numbered.id: self.campaign.id})
        self.assertEqual(self._match(self._make_keyword(campaign_id=numbered.id)), self.keyword.id)

    def test_l13_what_meets_nothing_is_listed(self):
        """L13, C1: costs that brought no lead, and leads without a cost, with their sums; nothing is spread."""
        paid, social = (self.env.ref(f"leadya_crm.channel_paid_{name}") for name in ("search", "social"))
        day = {"date_from": "2026-05-07"}
        self.Cost.create(
            [
                {**day, "cost": 10, "keyword_id": self.keyword.id, "channel_id": paid.id},
                {**day, "cost": 40, "channel_id": self.channel.id},
                {**day, "cost": 5, "channel_id": self.channel.id, "date_from": "2026-01-01"},
            ]
        )
        self._make_paid_lead(keyword_id=self._make_keyword().id, campaign_id=self.campaign.id)
        self._make_paid_lead(campaign_id=self.campaign.id)
        self._make_paid_lead()
        self._make_paid_lead(channel_id=social.id)
        report = (
            self.env["leadya.cost.match.report"]
            .with_user(self.marketer)
            .with_context(leadya_date_from="2026-05-01", leadya_date_to="2026-05-31")
        )
        lines = [(line.side, line.met_by, line.amount, line.lead_count) for line in report.search([])]
        self.assertEqual(
            sorted(lines),
            sorted(
                [
                    ("cost", "keyword", 10.0, 0),
                    ("cost", "none", 40.0, 0),
                    ("lead", "keyword", 0.0, 1),
                    ("lead", "campaign", 0.0, 1),
                    ("lead", "channel", 0.0, 1),
                    ("lead", "none", 0.0, 1),
                ]
            ),
        )
        self.assertEqual(report._get_unmatched(date(2026, 5, 1), date(2026, 5, 31)), (40.0, 1))
        line = report.search([("side", "=", "lead"), ("met_by", "=", "keyword")])
        action = line.action_open()
        self.assertEqual(self.env["crm.lead"].search_count(action["domain"]), 1)
        action = report.search([("side", "=", "cost"), ("met_by", "=", "none")]).action_open()
        self.assertEqual(self.Cost.search(action["domain"]).mapped("cost"), [40.0])
        views = report.get_views([(False, "list"), (False, "pivot"), (False, "search")])
        self.assertIn(report._name, views["models"])


@tagged("post_install", "-at_install", "leadya")
class TestCostRights(CostCommon):
    """C1: costs are seen by managers and marketing; reps see the keyword, and no money by any route."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        users = cls.rep | cls.leader | cls.manager
        # Who may export may export no money.
        export = cls.env.ref("base.group_allow_export")
        users.write({"company_ids": [Command.link(cls.company.id)], "group_ids": [Command.link(export.id)]})
        cls.keyword = cls.env["leadya.keyword"].create({"name": "secret price"})
        cls.channel = cls.env["leadya.channel"].create({"name": "Secret Fair", "monthly_cost": 999})
        cls.cost = cls.Cost.create({"cost": 777, "keyword_id": cls.keyword.id, "channel_id": cls.channel.id})

    def _refuse(self, function):
        try:
            with self.env.cr.savepoint():
                found = function()
        except (AccessError, ValueError):
            return
        self.fail(f"{found} was given")

    def test_c1_reps_see_no_money(self):
        for user in (self.rep, self.leader):
            cost = self.cost.with_user(user)
            env = cost.env
            for route in (
                lambda cost=cost: cost.read(["cost"]),
                lambda cost=cost: cost.search([]),
                lambda cost=cost: cost.search_count([("cost", ">", 1)]),
                lambda cost=cost: cost.formatted_read_group([], ["keyword_id"], ["amount_company:sum"]),
                lambda cost=cost: cost._read_group([], [], ["cost:sum"]),
                lambda cost=cost: cost.export_data(["cost"]),
                lambda cost=cost: cost.name_search("secret"),
                lambda cost=cost: cost.create({"cost": 1}),
                lambda cost=cost: cost.write({"cost": 1}),
                lambda cost=cost: cost.unlink(),
                lambda env=env: env["leadya.cost.match.report"].search([]),
                lambda env=env: env["leadya.cost.match.report"]._get_unmatched(date(2026, 5, 1), date(2026, 5, 2)),
                lambda env=env: env["leadya.import"].search([]),
                lambda env=env: env["leadya.ad.cost.ledger"].search([]),
                # By way of what reps do see.
                lambda env=env: env["leadya.channel"].search([("monthly_cost", ">", 1)]),
                lambda env=env: env["leadya.channel"].search([], order="monthly_cost"),
                lambda env=env: self.channel.with_env(env).read(["monthly_cost"]),
                lambda env=env: self.channel.with_env(env).export_data(["monthly_cost"]),
                lambda env=env: env["leadya.channel"]._read_group([], [], ["monthly_cost:sum"]),
                lambda env=env: env["crm.lead"].search([("channel_id.monthly_cost", ">", 1)]),
                lambda env=env: env["crm.lead"].formatted_read_group([], ["channel_id.monthly_cost"], ["__count"]),
            ):
                with self.subTest(user=user.login):
                    self._refuse(route)
            self.assertEqual(self.keyword.with_user(user).name, "secret price")
            fields = self.channel.with_user(user).fields_get()
            self.assertNotIn("monthly_cost", fields)
            arch = self.channel.with_user(user).get_view(view_type="form")["arch"]
            self.assertNotIn("monthly_cost", arch)

    def test_c1_no_field_of_what_reps_see_leads_to_costs(self):
        """No model that reps may read has a field on costs that isn't for marketing alone."""
        open_fields = [
            f"{name}.{field.name}"
            for name, model in self.env.registry.items()
            for field in model._fields.values()
            if field.relational
            and field.comodel_name == "leadya.ad.cost"
            and name != "leadya.ad.cost"
            and field.groups != "leadya_crm.group_marketing"
        ]
        self.assertFalse(open_fields)

    def test_c1_marketing_and_managers_see_money(self):
        for user in (self.marketer, self.manager):
            self.assertEqual(self.cost.with_user(user).cost, 777)
            self.assertEqual(self.channel.with_user(user).monthly_cost, 999)
        self.assertFalse(self.marketer.has_group("sales_team.group_sale_salesman"))

    def test_c1_companies_are_apart(self):
        other = self.env["res.company"].sudo().create({"name": "Other Company"})
        cost = self.Cost.sudo().create({"cost": 1, "company_id": other.id, "currency_id": other.currency_id.id})
        self.assertNotIn(cost, self.Cost.with_user(self.marketer).search([]))
        with self.assertRaises(AccessError):
            cost.with_user(self.marketer).read(["cost"])
