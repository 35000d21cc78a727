from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestMeasures(LeadyaCommon):
    """S6 S9 S12 P10 C9 L9: how fast, how often, how many never; and whether scoring would pay."""

    def setUp(self):
        super().setUp()
        self.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        with self.at(NOW):
            self.leads = self._make_leads([{"user_id": self.rep.id}] * 4 + [{"user_id": self.rep_2.id}])
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id IN %s", [NOW, tuple(self.leads.ids)])
        self.env.invalidate_all()
        for lead, minutes in zip(self.leads, (4, 10, 60), strict=False):
            with self.at(NOW + timedelta(minutes=minutes)):
                lead.with_user(self.rep).action_log_attempt("reached")
        self.env.flush_all()

    def measure(self, user=None, days=30, group_by="user_id"):
        with self.at(NOW + timedelta(days=1)):
            return self.env["leadya.measures"].with_user(user or self.manager).leadya_measure(days, group_by)

    def test_figures(self):
        total = self.measure()["total"]
        self.assertEqual((total["count"], total["answered"]), (5, 3))
        self.assertEqual((total["median"], total["p90"]), (10, 50))
        self.assertEqual(total["working_median"], 10)
        self.assertEqual((total["never"], total["attempts"]), (40, 0.6))

    def test_groups(self):
        groups = {group["name"]: group for group in self.measure()["groups"]}
        self.assertEqual(groups[self.rep.name]["count"], 4)
        self.assertEqual(groups[self.rep_2.name]["never"], 100)
        for group_by, name in (("hour", "10:00"), ("weekday", "Wednesday"), ("team_id", "Test Team")):
            self.assertEqual([group["name"] for group in self.measure(group_by=group_by)["groups"]], [name])

    def test_stages(self):
        """P10: how the leads of each stage were answered."""
        stage = self.env["crm.stage"].create({"name": "Quoted", "sequence": 50})
        self.leads[0].stage_id = stage
        self.env.flush_all()
        groups = {group["name"]: group for group in self.measure(group_by="stage_id")["groups"]}
        self.assertEqual((groups["Quoted"]["count"], groups["Quoted"]["median"]), (1, 4))

    def test_local_hour(self):
        self.manager.tz = "Asia/Jerusalem"
        self.assertEqual(self.measure(group_by="hour")["groups"][0]["name"], "13:00")

    def test_a_rep_measures_own_leads(self):
        self.assertEqual(self.measure(self.rep_2)["total"]["count"], 1)
        stranger = new_test_user(self.env, "leadya_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.measure(stranger)

    def test_nothing(self):
        self.leads.unlink()
        self.assertEqual(self.measure()["total"]["count"], 0)

    def test_bad_input(self):
        for values in ({"group_by": "password"}, {"days": 0}, {"days": "x"}, {"group_by": "user_id; DROP"}):
            with self.assertRaises(UserError):
                self.measure(**values)

    def test_does_scoring_pay(self):
        """S6: a handful of leads for several people: call everyone."""
        scoring = self.measure()["scoring"]
        self.assertEqual(scoring["verdict"], "call_all")
        self.assertEqual((scoring["inflow"], scoring["leads"]), (0.2, 5))
        self.env["crm.team.member"].search([]).action_archive()
        self.assertEqual(self.measure()["scoring"]["verdict"], "too_few_data")
