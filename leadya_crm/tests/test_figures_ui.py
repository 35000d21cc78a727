from datetime import date, datetime, timedelta

from odoo.tests import HttpCase, tagged

from .figures_common import FiguresCommon


@tagged("leadya", "leadya_ui", "post_install", "-at_install")
class TestFiguresUi(FiguresCommon, HttpCase):
    """L11 L12 L13 C9: the screens of figures as a marketer and as a rep."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The browser's clock is not frozen.
        arrived = datetime.now().replace(microsecond=0) - timedelta(hours=2)
        for state in ["fit"] * 6 + ["unfit"] * 2:
            cls._make_touched(cls.boiler, at=arrived, triage_state=state)
        for _number in range(9):
            cls._make_touched(cls.pipes, at=arrived, triage_state="unfit")
        cls.costs[1].cost = 214
        cls.costs.write({"date_from": date.today(), "date_to": date.today()})
        cls.env["leadya.verdict.rule"]._judge_company(cls.company)
        cls.env.flush_all()

    def test_l13_marketer_reads_keywords(self):
        """L13: verdict with its reason, bubbles, and the leads behind a figure."""
        self.start_tour(
            "/odoo/action-leadya_crm.leadya_keywords_screen_action",
            "leadya_marketer_keywords",
            login="leadya_marketer",
        )

    def test_c9_rep_sees_no_money(self):
        """C9: the rep's screen has no column of money."""
        self.start_tour(
            "/odoo/action-leadya_crm.leadya_keywords_screen_action", "leadya_rep_keywords", login="leadya_rep"
        )

    def test_l12_marketer_compares_sources(self):
        """L12 C1: channels, and landing pages that bear the costs of their leads."""
        self.start_tour(
            "/odoo/action-leadya_crm.leadya_sources_screen_action",
            "leadya_marketer_sources",
            login="leadya_marketer",
        )

    def test_l11_manager_reads_the_funnel(self):
        """L11: the own funnel beside 8-4-2-1."""
        self.start_tour("/odoo/action-leadya_crm.leadya_funnel_action", "leadya_funnel", login="leadya_manager")
