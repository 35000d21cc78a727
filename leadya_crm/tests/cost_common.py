import base64
import csv
import io

from odoo.tests import new_test_user

from .common import LeadyaCommon

#: A Google Ads keyword report of one week, split by device, with the account's wider sums under it.
GOOGLE_ROWS = [
    ["Search keyword report"],
    ["May 4, 2026 - May 10, 2026"],
    [
        "Device",
        "Keyword status",
        "Keyword",
        "Campaign",
        "Ad group",
        "Currency code",
        "Impr.",
        "Search impr. share",
        "Cost",
        "Clicks",
        "Match type",
    ],
    [
        "Desktop",
        "Enabled",
        '"crm software"',
        "Brand",
        "Tools",
        "USD",
        "1,200",
        "<10%",
        "1,034.50",
        "30",
        "Phrase match",
    ],
    [
        "Mobile",
        "Enabled",
        '"crm software"',
        "Brand",
        "Tools",
        "USD",
        "300",
        " --",
        "65.50",
        "10",
        "Phrase match",
    ],
    ["Desktop", "Enabled", "[lead desk]", "Brand", "Tools", "USD", "90", " --", "0.00", " --", "Exact match"],
    ["Mobile", "Enabled", " +crm +israel", "Generic", "Local", "USD", "10", "12.1%", "7.25", "1", "Broad match"],
    ["", "Total: Filtered keywords", "", "", "", "USD", "1,600", "5%", "1,107.25", "41", ""],
    ["Desktop", "Total: Filtered keywords", "", "", "", "USD", "1,290", "5%", "1,034.50", "30", ""],
    ["", "Total: Account", "", "", "", "USD", "9,600", "5%", "1,207.25", "61", ""],
    ["", "Total: Display", "", "", "", "USD", "8,000", "5%", "100.00", "20", ""],
]


class CostCommon(LeadyaCommon):
    """Marketing, and no more than that, loads reports. The company counts in shekels."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shekel = cls.env.ref("base.ILS")
        cls.dollar = cls.env.ref("base.USD")
        (cls.shekel | cls.dollar).active = True
        cls.company = cls.env["res.company"].create(
            {"name": "Cost Company", "currency_id": cls.shekel.id, "country_id": cls.env.ref("base.il").id}
        )
        # The shekel is the company's own; a dollar is 4 shekels, and 5 from May 8 on.
        cls.env["res.currency.rate"].create(
            [
                {"currency_id": cls.dollar.id, "company_id": cls.company.id, "name": name, "rate": rate}
                for name, rate in (("2020-01-01", 0.25), ("2026-05-08", 0.2))
            ]
        )
        cls.marketer = cls._make_marketer("leadya_marketer")
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.Cost = cls.env["leadya.ad.cost"]

    @classmethod
    def _make_marketer(cls, login):
        return new_test_user(
            cls.env,
            login,
            groups="leadya_crm.group_marketing",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            tz="UTC",
            email=f"{login}@leadya.example",
        )

    def make_csv(self, rows, separator=",", encoding="utf-8"):
        output = io.StringIO()
        csv.writer(output, delimiter=separator).writerows(rows)
        return output.getvalue().encode(encoding)

    def make_report(self, rows=None, content=None, user=None, **values):
        """A report whose file has been read."""
        record = (
            self.env["leadya.import"]
            .with_user(user or self.marketer)
            .with_company(self.company)
            .create(
                {
                    "kind": "costs",
                    "file": base64.b64encode(content or self.make_csv(rows or GOOGLE_ROWS)),
                    "filename": "report.csv",
                }
            )
        )
        record.action_analyse()
        record.write(values)
        return record

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_run_imports").method_direct_trigger()

    def load(self, rows=None, **values):
        """Load a report, and let the background job do it."""
        record = self.make_report(rows, **values)
        record.action_start()
        self.run_cron()
        record.invalidate_recordset()
        return record

    def costs_of(self, record, active_test=True):
        return self.Cost.with_context(active_test=active_test).search([("import_id", "=", record.id)], order="id")

    def figures(self, costs):
        """What costs say, in the order of keyword and day."""
        return sorted(
            (cost.keyword_id.name or "", str(cost.date_from), cost.impressions, cost.clicks, round(cost.cost, 2))
            for cost in costs
        )

    def codes(self, record):
        return [code for code, _params in record.findings]

    def params(self, record, code):
        return next(params for found, params in record.findings if found == code)
