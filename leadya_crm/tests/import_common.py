import base64
import csv
import io

from odoo.tests import new_test_user

from .common import LeadyaCommon


class ImportCommon(LeadyaCommon):
    """A sales manager, and no more than that, brings in small files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.us")
        cls.importer = new_test_user(
            cls.env,
            "leadya_importer",
            groups="sales_team.group_sale_manager",
            tz="UTC",
            email="importer@leadya.example",
        )

    def make_csv(self, *rows):
        output = io.StringIO()
        csv.writer(output).writerows(rows)
        return output.getvalue().encode()

    def make_import(self, *rows, content=None, filename="leads.csv", user=None, **values):
        """An import whose file has been read."""
        record = (
            self.env["leadya.import"]
            .with_user(user or self.importer)
            .create({"file": base64.b64encode(content or self.make_csv(*rows)), "filename": filename, **values})
        )
        record.action_analyse()
        return record

    def run_import(self, record):
        """Start it, and let the background job do it."""
        record.action_start()
        self.run_cron()
        record.invalidate_recordset()
        return record

    def do_import(self, *rows, **values):
        return self.run_import(self.make_import(*rows, **values))

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_run_imports").method_direct_trigger()

    def leads_of(self, record):
        return (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search([("import_row_ids.import_id", "=", record.id)], order="id")
        )

    def counts(self, record):
        return tuple(record[f"{state}_count"] for state in ("created", "joined", "known", "rejected"))

    def map_value(self, record, text, **values):
        record.value_ids.filtered(lambda line: line.text == text).write(values)

    def map_column(self, record, header, target):
        record.column_ids.filtered(lambda column: column.header == header).target = target
