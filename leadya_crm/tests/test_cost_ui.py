from odoo import Command
from odoo.tests import HttpCase, tagged

from .cost_common import CostCommon


@tagged("post_install", "-at_install", "leadya", "leadya_ui")
class TestCostUi(CostCommon, HttpCase):
    """What marketing does with costs, on the screen (L13, C1)."""

    def test_l13_marketing_loads_a_report(self):
        """L13: from the file to the costs, with the wrong total told before anything is loaded."""
        self.start_tour(
            "/odoo/action-leadya_crm.leadya_import_action_costs", "leadya_load_costs", login="leadya_marketer"
        )
        record = self.env["leadya.import"].search([("name", "=", "Costs of the tour")])
        self.assertEqual((record.kind, record.state), ("costs", "running"))
        self.run_cron()
        record.invalidate_recordset()
        self.assertEqual(self.figures(self.costs_of(record)), [("tour word", "2026-05-04", 1500, 40, 1100.0)])
        self.start_tour(
            f"/odoo/action-leadya_crm.leadya_import_action_costs/{record.id}",
            "leadya_loaded_costs",
            login="leadya_marketer",
        )

    def test_c1_marketing_writes_a_cost(self):
        """C1: a stand is written by hand."""
        self.start_tour("/odoo/action-leadya_crm.leadya_ad_cost_action", "leadya_write_cost", login="leadya_marketer")
        cost = self.env["leadya.ad.cost"].search([("note", "=", "Stand of the tour")])
        self.assertEqual((cost.cost, cost.level, cost.company_id), (4200, "channel", self.company))

    def test_c1_who_sees_the_menus(self):
        """C1: marketing alone gets to costs by the CRM's menu; reps have no such entries."""
        menus = self.env["ir.ui.menu"]
        names = ("leadya_ad_cost_menu", "leadya_import_menu_costs", "leadya_cost_match_report_menu")
        own = {self.env.ref(f"leadya_crm.{name}").id for name in names}
        root = self.env.ref("crm.crm_menu_root").id
        seen = menus.with_user(self.marketer).load_menus(False)
        self.assertLessEqual(own | {root}, set(seen))
        self.assertFalse(own & set(menus.with_user(self.rep).load_menus(False)))
        self.marketer.group_ids = [Command.clear(), Command.link(self.env.ref("base.group_user").id)]
        self.assertFalse(own & set(menus.with_user(self.marketer).load_menus(False)))
