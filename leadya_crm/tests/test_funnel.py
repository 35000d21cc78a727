from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .figures_common import TODAY, FiguresCommon


@tagged("leadya", "post_install", "-at_install")
class TestFunnel(FiguresCommon):
    """L11: the company's own funnel beside 8-4-2-1, per team, rep, source and keyword."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        won = cls.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        leads = [cls._make_touched(cls.boiler, triage_state="fit") for _number in range(6)]
        leads += [cls._make_touched(cls.pipes, triage_state="unfit", user_id=cls.rep_2.id) for _number in range(2)]
        cls._log(leads[0], "met")
        cls._log(leads[1], "meeting")
        cls._log(leads[6], "met")
        cls._log(leads[2], "quote_sent")
        leads[3].write({"stage_id": won.id, "probability": 100})
        cls.env["calendar.event"].create(
            {
                "name": "Visit",
                "opportunity_id": leads[4].id,
                "start": TODAY,
                "stop": TODAY.replace(hour=11),
                "user_id": cls.rep.id,
            }
        )
        cls.env.flush_all()

    @classmethod
    def _log(cls, lead, outcome):
        cls.env["leadya.contact.attempt"].create({"lead_id": lead.id, "user_id": cls.rep.id, "outcome": outcome})

    def funnel(self, user=None, **options):
        with self.at(TODAY):
            return self.env["leadya.funnel"].with_user(user or self.manager).get_funnel(**options)

    def test_l11_steps(self):
        """L11: relevant is fit and met; whoever came further counts, logged or not."""
        result = self.funnel()
        steps = ("leads", "relevant", "quoted", "won")
        self.assertEqual([result["total"][step] for step in steps], [8, 5, 2, 1])
        self.assertEqual([8 * result["benchmark"][step] for step in steps], [8, 4, 2, 1])

    def test_l11_per_team_rep_source_keyword(self):
        """L11: the same, split."""
        for group_by, expected in (
            ("team_id", {"Test Team": 8}),
            ("user_id", {self.rep.name: 6, self.rep_2.name: 2}),
            ("source_id", {"google": 8}),
            ("keyword_id", {"[boiler]": 6, "[pipes]": 2}),
            ("niche_id", {"None": 8}),
        ):
            groups = self.funnel(group_by=group_by)["groups"]
            self.assertEqual({group["name"]: group["leads"] for group in groups}, expected)

    def test_l11_rights(self):
        """L11: a rep's funnel is of own leads; whoever has no business with leads gets none."""
        self.assertEqual(self.funnel(self.rep_2)["total"]["leads"], 2)
        stranger = new_test_user(self.env, "leadya_funnel_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.funnel(stranger)

    def test_bad_input(self):
        for options in ({"group_by": "password"}, {"days": 0}, {"days": True}, {"days": "9"}, {"days": 10**6}):
            with self.assertRaises(UserError):
                self.funnel(**options)

    def test_nothing(self):
        self.env["crm.lead"].search([]).unlink()
        self.assertEqual(self.funnel()["total"]["leads"], 0)
        self.assertEqual(self.funnel()["groups"], [])
