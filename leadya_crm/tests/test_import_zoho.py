"""The foundation on real data: what a Zoho CRM gave out (L2, L12, C3)."""

import unittest
from datetime import datetime
from pathlib import Path

from odoo.tests import tagged

from .import_common import ImportCommon

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "zoho_leads_export.csv"
OWNERS = ("Jasmine Frank", "Thomas Mondrake", "Harold Pawlan")


@unittest.skipUnless(FILE.exists(), f"The real file is not here: {FILE}")
@tagged("post_install", "-at_install", "leadya", "leadya_real_data")
class TestImportZoho(ImportCommon):
    def test_3900_leads_none_lost_none_twice(self):
        """L2, C3: 3,900 leads; channels with the right direction (S3); statuses, owners, times; again adds none."""
        for name in OWNERS:
            self._make_user(name.replace(" ", "_").lower(), "sales_team.group_sale_salesman").name = name
        mails = self.env["mail.mail"].search_count([])
        record = self.make_import(content=FILE.read_bytes(), filename=FILE.name)
        self.assertEqual(record.total_count, 3900)
        self.assertEqual(sum(1 for line in record.user_value_ids if line.state == "unknown"), 8)
        self.assertFalse(record.source_value_ids.filtered(lambda line: not line.channel_id))
        # So large a file is checked in the background.
        record.action_dry_run()
        self.run_cron()
        self.assertEqual((record.state, record.planned_created_count), ("tested", 3900))
        self.run_import(record)
        self.assertEqual((record.state, self.counts(record)), ("done", (3900, 0, 0, 0)))
        leads = self.leads_of(record)
        self.assertEqual(len(set(leads.mapped("external_ref"))), 3900)
        self._check_values(leads)
        self.assertFalse(leads.sla_clock_ids)
        self.assertFalse(leads.activity_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

        again = self.run_import(self.make_import(content=FILE.read_bytes(), filename="again.csv"))
        self.assertEqual(self.counts(again), (0, 0, 3900, 0))

    def _check_values(self, leads):
        directions = {lead.source_id.name: lead.source_direction for lead in leads}
        self.assertEqual(len(directions), 10)
        self.assertEqual((directions["Cold Call"], directions["Advertisement"]), ("outbound", "inbound"))
        self.assertFalse(leads.filtered(lambda lead: not lead.channel_id))
        self.assertEqual(sum(1 for lead in leads if lead.won_status == "lost"), 392 + 388)
        self.assertEqual(sum(1 for lead in leads if lead.triage_state == "unfit" and not lead.active), 388)
        self.assertEqual(sum(1 for lead in leads if lead.user_id.name in OWNERS), 403 + 383 + 374)
        first = leads.filtered(lambda lead: lead.external_ref == "4563")
        self.assertEqual(first.create_date, datetime(2021, 4, 15, 0, 3))
        self.assertEqual(first.phone_sanitized, "+16604850224")
        self.assertFalse(leads.filtered(lambda lead: not lead.email_normalized))
