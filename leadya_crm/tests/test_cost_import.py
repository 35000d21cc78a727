"""Costs from the platforms' downloads (L13 C1): the way of a report through the module."""

from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_path, mute_logger

from ..models import leadya_import_check
from .cost_common import GOOGLE_ROWS, CostCommon

#: A report of Google Ads as it was downloaded, where the workplace has it.
SHARED = Path(file_path("leadya_crm")).parents[1] / "shared" / "data" / "google_ads_search_keyword_report.csv"


@tagged("post_install", "-at_install", "leadya")
class TestCostImport(CostCommon):
    def test_l13_google_report(self):
        """L13, C1: rows by device are one cost, by keyword; its sums are held against; nothing else is loaded."""
        record = self.load()
        self.assertEqual(record.state, "done", record.error)
        self.assertEqual(
            self.figures(self.costs_of(record)),
            [
                ("crm israel", "2026-05-04", 10, 1, 7.25),
                ("crm software", "2026-05-04", 1500, 40, 1100.0),
                ("lead desk", "2026-05-04", 90, 0, 0.0),
            ],
        )
        cost = self.costs_of(record).filtered(lambda cost: cost.keyword_id.name == "crm software")
        self.assertEqual(
            (cost.level, cost.match_type, cost.campaign_id.name, cost.ad_group, cost.source_id.name, cost.origin),
            ("keyword", "phrase", "Brand", "Tools", record.cost_source_id.name, "google"),
        )
        self.assertEqual(cost.keyword_id.match_type, "phrase")
        self.assertEqual(cost.channel_id, self.env.ref("leadya_crm.channel_paid_search"))
        self.assertEqual((str(cost.date_from), str(cost.date_to)), ("2026-05-04", "2026-05-10"))
        self.assertEqual(
            self.codes(record),
            ["costs_read", "costs_sum", "costs_keywords", "total_equal", "total_equal", "total_wider"],
        )
        self.assertEqual(self.params(record, "total_wider")["more"], 100.0)

    def test_l13_currency_by_the_rate_of_the_day(self):
        """C1: the last day of a period says the rate; a row of one day has its own."""
        record = self.load()
        cost = self.costs_of(record).filtered(lambda cost: cost.keyword_id.name == "crm software")
        self.assertEqual((cost.currency_id, cost.cost, cost.amount_company), (self.dollar, 1100.0, 5500.0))
        rows = [
            ["Day", "Keyword", "Campaign", "Currency code", "Clicks", "Cost"],
            ["2026-05-07", "crm", "Daily", "USD", "1", "10.00"],
            ["2026-05-08", "crm", "Daily", "USD", "1", "10.00"],
        ]
        daily = self.costs_of(self.load(rows)).sorted("date_from")
        self.assertEqual(daily.mapped("amount_company"), [40.0, 50.0])
        by_hand = self.Cost.create({"cost": 10, "currency_id": self.dollar.id, "date_from": "2026-05-07"})
        self.assertEqual(by_hand.amount_company, 40.0)

    def test_l13_no_rate_is_said(self):
        """C1: a currency without any rate is no shekel."""
        rows = [["Day", "Campaign", "Currency code", "Cost"], ["2026-05-07", "Brand", "CHF", "10.00"]]
        with self.assertRaisesRegex(UserError, "no rate of CHF"):
            self.make_report(rows).action_dry_run()

    def test_l13_both_encodings(self):
        """L13: as comma-separated UTF-8, and as tab-separated UTF-16 with its mark."""
        plain = self.make_report()
        plain.action_dry_run()
        excel = self.make_report(content=self.make_csv(GOOGLE_ROWS, "\t", "utf-16"))
        excel.action_dry_run()
        self.assertIn("utf-16", excel.recognised)
        self.assertEqual(excel.findings, plain.findings)

    def test_l13_shared_report(self):
        """L13, C1: 675 rows by device become 135 keywords, at the cost that the report's own sum says."""
        if not SHARED.exists():
            self.skipTest("The report is not here.")
        record = self.load(content=SHARED.read_bytes())
        costs = self.costs_of(record)
        self.assertEqual((self.params(record, "costs_read")["rows"], len(costs)), (675, 135))
        self.assertEqual(len(costs.keyword_id), 135)
        self.assertEqual(round(sum(costs.mapped("cost")), 2), 18950.07)
        self.assertEqual((sum(costs.mapped("impressions")), sum(costs.mapped("clicks"))), (43665, 1643))
        self.assertEqual(set(costs.currency_id.mapped("name")), {"USD"})
        self.assertEqual(str(costs[0].date_to), "2020-08-14")
        self.assertIn(("total_equal", 18950.07), [(code, params.get("cost")) for code, params in record.findings])
        self.assertNotIn("total_differs", self.codes(record))

    def test_l13_wrong_total_is_told(self):
        """L13: a report whose rows don't make its own sum is loaded, and the user told by how much."""
        rows = [row[:] for row in GOOGLE_ROWS]
        rows[7][8] = "1,117.25"
        record = self.make_report(rows)
        record.action_dry_run()
        self.assertTrue(record.has_warnings)
        self.assertIn("1,117.25", record.findings_html)
        self.assertIn("1,107.25", record.findings_html)
        self.assertIn("Row 8", record.findings_html)

    def test_c3_loading_again_replaces(self):
        """C3: the same days again, in whatever detail, never double."""
        first = self.load()
        second = self.load()
        self.assertFalse(self.costs_of(first))
        self.assertEqual(len(self.costs_of(first, active_test=False)), 3)
        self.assertEqual(len(self.costs_of(second)), 3)
        self.assertEqual(self.params(second, "replaced"), {"count": 3, "amount": 5536.25, "currency": "ILS"})
        rows = [
            ["Campaign report"],
            ["May 4, 2026 - May 10, 2026"],
            ["Campaign", "Currency code", "Cost", "Clicks"],
            ["Brand", "USD", "1100.00", "40"],
        ]
        third = self.load(rows)
        self.assertEqual(self.costs_of(third).mapped("level"), ["campaign"])
        # The other campaign is not in the report, and stays.
        self.assertEqual(self.costs_of(second).keyword_id.mapped("name"), ["crm israel"])

    def test_c3_other_days_stay(self):
        """C3: a day that is loaded again leaves the days beside it."""
        header = ["Day", "Keyword", "Campaign", "Currency code", "Cost"]
        week = [[f"2026-05-{day:02d}", "crm", "Brand", "USD", "10.00"] for day in range(4, 11)]
        self.load([header, *week])
        row = ["crm", "Brand", "USD"]
        self.load([header, ["2026-05-10", *row, "12.00"], ["2026-05-11", *row, "9.00"]])
        costs = self.Cost.search([("company_id", "=", self.company.id)], order="date_from")
        self.assertEqual(costs.mapped("cost"), [10.0] * 6 + [12.0, 9.0])

    def test_c3_longer_periods_are_not_cut_in_silence(self):
        """C3: a week within a month that is loaded is refused, unless the month is to go."""
        month = [row[:] for row in GOOGLE_ROWS]
        month[1] = ["May 1, 2026 - May 31, 2026"]
        self.load(month)
        record = self.make_report()
        with self.assertRaisesRegex(UserError, "longer periods"), self.env.cr.savepoint():
            record.action_dry_run()
        record.replace_overlap = True
        record.action_start()
        self.run_cron()
        self.assertEqual(record.state, "done")
        self.assertEqual(self.Cost.search([("company_id", "=", self.company.id)]).import_id, record)

    def test_c3_two_accounts(self):
        """C3: accounts with campaigns of one name don't replace each other."""
        rows = [["Day", "Account name", "Campaign", "Currency code", "Cost"]]
        first = self.load([*rows, ["2026-05-07", "North", "Brand", "USD", "10.00"]])
        self.load([*rows, ["2026-05-07", "South", "Brand", "USD", "20.00"]])
        self.assertEqual(self.costs_of(first).account, "North")

    def test_c3_undo(self):
        """C3: a load is taken back, and what it replaced counts again; a later load keeps its place."""
        first, second, third = self.load(), self.load(), self.load()
        self._undo(second)
        self.assertFalse(self.costs_of(second, active_test=False))
        self.assertEqual((len(self.costs_of(first)), len(self.costs_of(third))), (0, 3))
        self._undo(third)
        self.assertEqual((len(self.costs_of(first)), third.state), (3, "cancelled"))
        self.assertEqual(self.params(third, "costs_undone"), {"removed": 3, "restored": 3})
        with self.assertRaisesRegex(UserError, "Undo the import"):
            first.unlink()
        self._undo(first)
        first.unlink()

    def test_c3_what_was_replaced_is_forgotten_in_time(self):
        """C3: replaced costs are kept as long as a load is likely to be undone."""
        first, second = self.load(), self.load()
        self.Cost._gc_replaced()
        self.assertEqual(len(self.costs_of(first, active_test=False)), 3)
        with self.at("2027-12-01 10:00:00"):
            self.Cost._gc_replaced()
        self.assertFalse(self.costs_of(first, active_test=False))
        self.assertEqual(len(self.costs_of(second)), 3)

    def _undo(self, record):
        record.action_undo()
        self.run_cron()
        record.invalidate_recordset()

    def test_c3_dry_run_changes_nothing(self):
        """Z7: what a report would do is said, with nothing made."""
        before = self.env["leadya.keyword"].search_count([]), self.env["utm.campaign"].search_count([])
        record = self.make_report()
        record.action_dry_run()
        self.assertEqual(record.state, "tested")
        self.assertEqual(self.params(record, "costs_keywords"), {"count": 3, "new": 3})
        self.assertFalse(record.cost_ids)
        after = self.env["leadya.keyword"].search_count([]), self.env["utm.campaign"].search_count([])
        self.assertEqual(after, before)

    def test_l13_in_the_background(self):
        """L13: a large report is checked by the background job, which tells how far it is; it can be stopped."""
        with patch.object(leadya_import_check, "CHECK_AT_ONCE", 1):
            record = self.make_report()
            record.action_dry_run()
            self.assertEqual(record.state, "testing")
            self.run_cron()
            record.invalidate_recordset()
            self.assertEqual((record.state, record.progress), ("tested", 100.0))
        record.action_start()
        record.action_stop()
        self.run_cron()
        self.assertEqual(record.state, "paused")
        self.assertFalse(self.costs_of(record))

    def test_l13_stopped_while_it_is_read(self):
        """L13: "Stop" is heard in the middle, and nothing is loaded."""
        record = self.make_report()
        record.action_start()
        Import = type(record)
        report_progress = Import._report_progress

        def stop_and_report(this, count):
            this.action_stop()
            report_progress(this, count)

        with patch.object(Import, "_report_progress", stop_and_report):
            self.run_cron()
        record.invalidate_recordset()
        self.assertEqual(record.state, "paused")
        self.assertFalse(self.costs_of(record))

    def test_l13_nothing_half_loaded(self):
        """L13: the first cell that can't be read is named with row and column, and all else stays as it was."""
        first = self.load()
        rows = [row[:] for row in GOOGLE_ROWS]
        rows[6][8] = "seven"
        record = self.make_report(rows)
        record.action_start()
        with mute_logger("odoo.addons.leadya_crm.models.leadya_import_job"):
            self.run_cron()
        record.invalidate_recordset()
        self.assertEqual(record.state, "failed")
        self.assertEqual(record.error, "Row 7, column “Cost”: “seven” is no amount of money.")
        self.assertEqual(len(self.costs_of(first)), 3)

    def test_l13_any_name_is_kept_as_it_is(self):
        """L13: names with the signs that files and databases use for themselves come through."""
        names = ['A "b", {c}', "back\\slash", "NULL", "'; DROP TABLE x --", "%s %(x)s", "שלום, мир"]
        rows = [["Day", "Campaign", "Ad group", "Cost"], *(["2026-05-07", name, name, "1"] for name in names)]
        costs = self.costs_of(self.load(rows, cost_currency_id=self.shekel.id))
        self.assertEqual(costs.mapped("ad_group"), names)
        self.assertEqual(costs.campaign_id.mapped("name"), names)

    def test_l13_foreign_files(self):
        """L13: a file of leads, or of all time, is refused with what to do."""
        leads = self.make_report([["Name", "Email"], ["Ann", "ann@leadya.example"]])
        with self.assertRaisesRegex(UserError, "No column holds the cost"):
            leads.action_dry_run()
        rows = [row[:] for row in GOOGLE_ROWS]
        rows[1] = ["All time"]
        record = self.make_report(rows)
        with self.assertRaisesRegex(UserError, "All time"):
            record.action_dry_run()
        record.write({"period_from": "2026-01-01", "period_to": "2026-05-10"})
        record.action_dry_run()
        self.assertEqual(self.params(record, "costs_read")["from"], "2026-01-01")

    def test_l13_columns_of_the_users_choice(self):
        """L13: what a column is taken for is chosen once, and remembered for the next such report."""
        rows = [["When", "Words", "Paid"], ["2026-05-07", "crm", "10.00"]]
        record = self.make_report(rows, cost_currency_id=self.shekel.id)
        targets = dict(zip(("When", "Words", "Paid"), ("day", "keyword", "cost"), strict=True))
        for column in record.column_ids:
            self.assertIn("cost", column.allowed_targets)
            self.assertNotIn("email_from", column.allowed_targets)
            column.target = targets[column.header]
        record.action_start()
        self.run_cron()
        self.assertEqual(self.figures(self.costs_of(record)), [("crm", "2026-05-07", 0, 0, 10.0)])
        again = self.make_report(rows)
        self.assertEqual(again.column_ids.mapped("target"), ["day", "keyword", "cost"])

    def test_rights(self):
        """C1: marketing loads costs, and sees no imports of leads; reps see none of either."""
        self.manager.company_ids |= self.company
        leads = self.env["leadya.import"].with_user(self.manager).create({"kind": "leads"})
        record = self.make_report()
        with self.assertRaises(AccessError):
            leads.with_user(self.marketer).read(["name"])
        self.assertTrue(record.with_user(self.manager).name)
        with self.assertRaises(AccessError):
            record.with_user(self.rep).read(["name"])
        self.assertEqual(record.get_formview_id(), self.env.ref("leadya_crm.leadya_import_view_form_costs").id)
