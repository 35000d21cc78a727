"""The spreadsheet door (L2, C3; foundation, "doors" and "Bad input"): always as a sales manager."""

import base64
import io
from datetime import datetime
from unittest.mock import patch

import openpyxl
import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models import leadya_import_job
from ..models.leadya_import_plan import ImportSession
from .import_common import ImportCommon

HEADER = ["Lead ID", "Name", "Company", "Email", "Phone", "Lead Source", "Status", "Owner", "Created Time", "Industry"]
ROW = [
    "A1",
    "Joe Doe",
    "Acme",
    "joe@acme.example",
    "(202) 555-0123",
    "Trade Show",
    "New",
    "leadya_rep",
    "15 Apr, 2021 00:03:00",
    "Steel",
]


def row(**changes):
    return [changes.get(header.replace(" ", "_").lower(), value) for header, value in zip(HEADER, ROW, strict=True)]


@tagged("post_install", "-at_install", "leadya")
class TestImportLeads(ImportCommon):
    # From file to lead

    def test_whole_way(self):
        """L2: file, columns, dry run, run, leads; L1: every column is kept on the lead."""
        record = self.make_import(HEADER, row())
        self.assertEqual(record.state, "mapped")
        self.assertEqual(record.name, "leads.csv")
        self.assertEqual(
            record.column_ids.mapped("target"),
            [
                "external_ref",
                "contact_name",
                "partner_name",
                "email_from",
                "phone",
                "source_id",
                "stage_id",
                "user_id",
                "create_date",
                "note",
            ],
        )
        before = self.env["crm.lead"].search_count([])
        record.action_dry_run()
        self.assertEqual((record.state, record.planned_created_count), ("tested", 1))
        self.assertEqual(self.env["crm.lead"].search_count([]), before, "A dry run changes nothing")
        self.assertFalse(
            self.env["utm.source"].search([("name", "=", "Trade Show")]) - self.env["utm.source"].search([])
        )
        self.run_import(record)
        self.assertEqual((record.state, self.counts(record), record.progress), ("done", (1, 0, 0, 0), 100.0))
        lead = self.leads_of(record)
        self.assertRecordValues(
            lead,
            [
                {
                    "name": "Acme, Joe Doe",
                    "contact_name": "Joe Doe",
                    "partner_name": "Acme",
                    "external_ref": "A1",
                    "email_normalized": "joe@acme.example",
                    "phone_sanitized": "+12025550123",
                    "user_id": self.rep.id,
                    "create_date": datetime(2021, 4, 15, 0, 3),
                    "date_last_stage_update": datetime(2021, 4, 15, 0, 3),
                    "channel_id": self.env.ref("leadya_crm.channel_trade_show").id,
                    "create_uid": self.importer.id,
                }
            ],
        )
        self.assertEqual(lead.source_id.name, "Trade Show")
        self.assertEqual(lead.touch_ids.touched_at, datetime(2021, 4, 15, 0, 3))
        self.assertEqual(lead.touch_ids.origin, "import")
        self.assertIn("<b>Industry:</b> Steel", lead.description)
        self.assertEqual(lead.import_origin, "leads.csv, row 2")

    def test_old_leads_start_nothing_and_send_nothing(self):
        """Foundation §3: no clocks, no activities, no mails, no notices; the owner follows."""
        mails = self.env["mail.mail"].search_count([])
        notices = self.env["mail.notification"].search_count([])
        record = self.do_import(HEADER, row(), row(lead_id="A2", email="ann@acme.example", phone="", owner=""))
        leads = self.leads_of(record)
        self.assertEqual(len(leads), 2)
        self.assertFalse(leads.sla_clock_ids)
        self.assertFalse(leads.activity_ids)
        self.assertEqual(leads.mapped("user_id"), self.rep)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertEqual(self.env["mail.notification"].search_count([]), notices)
        self.assertEqual(leads[0].message_partner_ids, self.rep.partner_id)
        self.assertTrue(
            leads[0].triage_state != "todo" or leads[0].decision_log_ids, "They are attributed and triaged all the same"
        )

    def test_treated_as_new(self):
        """S8, S9: where the user wants it, they walk the whole corridor."""
        record = self.make_import(HEADER, row(owner="", created_time=""))
        record.as_new = True
        lead = self.leads_of(self.run_import(record))
        self.assertTrue(lead.sla_clock_ids)
        self.assertTrue(lead.user_id)

    def test_several_files_at_once(self):
        first = self.make_import(HEADER, row())
        second = self.make_import(HEADER, row(lead_id="B1", email="b@acme.example", phone=""), filename="b.csv")
        (first + second).action_start()
        self.run_cron()
        (first + second).invalidate_recordset()
        self.assertEqual((first.state, second.state), ("done", "done"))

    # Never twice, never lost

    def test_again_adds_none(self):
        """C3: the same file, by identifier."""
        self.do_import(HEADER, row())
        again = self.make_import(HEADER, row(), filename="again.csv")
        again.action_dry_run()
        self.assertEqual((again.planned_created_count, again.planned_known_count), (0, 1))
        self.run_import(again)
        self.assertEqual(self.counts(again), (0, 0, 1, 0))
        self.assertEqual(again.origin_id.name, "leads.csv")

    def test_again_without_identifiers(self):
        """C3: the same rows, by their whole content; the order of the columns doesn't matter."""
        self.do_import(
            ["Name", "Email"], ["Joe", "joe@acme.example"], ["Ann", "ann@acme.example"], ["Joe", "JOE@acme.example"]
        )
        again = self.do_import(["Email", "Name"], ["joe@acme.example", "Joe"], ["ann@acme.example", "Ann"])
        self.assertEqual(self.counts(again), (0, 0, 2, 0))
        self.assertEqual(self.env["crm.lead"].search_count([("email_normalized", "=", "joe@acme.example")]), 1)

    def test_lost_leads_are_known_again(self):
        record = self.make_import(HEADER, row(status="Lost Lead"))
        self.run_import(record)
        self.assertFalse(self.leads_of(record).active)
        self.assertEqual(self.counts(self.do_import(HEADER, row(status="Contacted"))), (0, 0, 1, 0))

    def test_same_email_in_one_file_is_two_leads(self):
        """C3: rows are not made one in silence; a person is told of the likeness."""
        record = self.do_import(HEADER, row(), row(lead_id="A2", name="Ann Doe"))
        leads = self.leads_of(record)
        self.assertEqual(len(leads), 2)
        self.assertEqual(leads[1].possible_duplicate_id, leads[0])

    def test_same_phone_in_one_file_without_identifiers(self):
        record = self.do_import(
            ["Name", "Email", "Phone"],
            ["Joe", "joe@acme.example", "2025550123"],
            ["Ann", "ann@acme.example", "2025550123"],
        )
        self.assertEqual(self.counts(record), (2, 0, 0, 0))

    def test_person_with_an_open_lead(self):
        """C3: the row completes the lead that is there; nothing of it is lost."""
        lead = self._make_lead(email_from="joe@acme.example", partner_name="Own")
        record = self.do_import(
            ["Name", "Company", "Email", "City", "Lead Source"],
            ["Joe", "Acme", "Joe@acme.example", "Haifa", "Trade Show"],
        )
        self.assertEqual(self.counts(record), (0, 1, 0, 0))
        self.assertEqual((lead.city, lead.partner_name, lead.contact_name), ("Haifa", "Own", "Joe"))
        self.assertIn("<b>Company:</b> Acme", lead.message_ids[0].body)
        self.assertEqual(lead.touch_ids.source_id.name, "Trade Show")
        self.assertEqual(
            self.counts(
                self.do_import(
                    ["Name", "Company", "Email", "City", "Lead Source"],
                    ["Joe", "Acme", "Joe@acme.example", "Haifa", "Trade Show"],
                )
            ),
            (0, 0, 1, 0),
        )

    def test_person_with_an_open_lead_made_anyway(self):
        lead = self._make_lead(email_from="joe@acme.example")
        record = self.do_import(["Name", "Email"], ["Joe", "joe@acme.example"], duplicate_policy="link")
        self.assertEqual(self.counts(record), (1, 0, 0, 0))
        self.assertEqual(self.leads_of(record).possible_duplicate_id, lead)

    def test_joining_takes_the_identifier_once(self):
        lead = self._make_lead(email_from="joe@acme.example")
        record = self.do_import(HEADER, row(), row(lead_id="A2"))
        self.assertEqual(self.counts(record), (1, 1, 0, 0))
        self.assertEqual(lead.external_ref, "A1")

    def test_identifier_of_another_system(self):
        """Numbers of two systems are not mixed up: said, not swallowed; a prefix keeps them apart."""
        self.do_import(HEADER, row())
        other = row(name="Somebody Else", company="Other", email="else@other.example", phone="2025550177")
        record = self.do_import(HEADER, other)
        self.assertEqual(self.counts(record), (0, 0, 0, 1))
        self.assertIn("A1", record.row_ids.reason)
        self.assertEqual(self.counts(self.do_import(HEADER, other, ref_prefix="hub-")), (1, 0, 0, 0))

    def test_other_companies_leads_do_not_count(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        self.env["crm.lead"].create({"name": "x", "external_ref": "A1", "company_id": company.id, "user_id": False})
        self.assertEqual(self.counts(self.do_import(HEADER, row())), (1, 0, 0, 0))

    # Rejected rows

    def test_rejected_rows_are_given_back(self):
        """L2: as a workbook with the reason, to be mended and loaded again."""
        header = ["Name", "Email", "Phone", "Remark"]
        record = self.do_import(
            header, ["Joe", "joe@acme.example", "", ""], ["=Ann", "nobody", "", "+x"], ["Bob", "", "", ""]
        )
        self.assertEqual(self.counts(record), (1, 0, 0, 2))
        self.assertIn("No identifier", record.reason_html)
        action = record.action_download_rejected()
        attachment = self.env["ir.attachment"].browse(int(action["url"].split("/")[3].split("?")[0]))
        sheet = openpyxl.load_workbook(io.BytesIO(attachment.raw)).active
        cells = [[cell.value for cell in line] for line in sheet.iter_rows()]
        self.assertEqual(cells[0], [*header, "Why this row was rejected"])
        self.assertEqual(cells[1][:2], ["'=Ann", "nobody"])
        self.assertIn("No identifier", cells[1][4])
        sheet["C2"], sheet["C3"] = "2025550123", "2025550124"
        output = io.BytesIO()
        sheet.parent.save(output)
        mended = self.run_import(self.make_import(content=output.getvalue()))
        self.assertEqual(self.counts(mended), (2, 0, 0, 0))
        self.assertNotIn("rejected", self.leads_of(mended)[0].description)

    def test_a_row_with_only_an_identifier_is_a_lead(self):
        record = self.do_import(["mql_id", "Lead Source"], ["77", "Cold Call"], ["", "Cold Call"])
        self.assertEqual(self.counts(record), (1, 0, 0, 1))
        self.assertEqual(self.leads_of(record).name, "Cold Call, 77")
        self.assertEqual(self.leads_of(record).source_direction, "outbound")

    @mute_logger("odoo.addons.leadya_crm.models.leadya_import_run")
    def test_one_bad_row_does_not_stop_the_others(self):
        create = type(self.env["crm.lead"]).create

        def fail_for_a3(self, vals_list):
            if any(vals.get("external_ref") == "A3" for vals in vals_list):
                raise ValueError("no such luck")
            return create(self, vals_list)

        rows = [row(lead_id=f"A{number}", email=f"a{number}@acme.example", phone="") for number in range(1, 9)]
        with patch.object(type(self.env["crm.lead"]), "create", fail_for_a3):
            record = self.do_import(HEADER, *rows)
        self.assertEqual((record.state, self.counts(record)), ("done", (7, 0, 0, 1)))
        rejected = record.row_ids.filtered(lambda line: line.state == "rejected")
        self.assertIn("no such luck", rejected.reason)
        self.assertTrue(rejected.values, "What is rejected is kept as it came")
        self.assertFalse((record.row_ids - rejected).mapped("values")[0])

    def test_wrong_values_are_kept_in_the_notes(self):
        """Foundation, "Bad input": wrong dates, unknown users."""
        record = self.do_import(
            HEADER,
            row(created_time="31/02/2021", owner="Nobody Known", email="oops"),
            row(lead_id="A2", email="a2@b.example"),
        )
        lead = self.leads_of(record)[0]
        for text in ("31/02/2021", "Nobody Known", "oops"):
            self.assertIn(text, lead.description)
        self.assertFalse(lead.user_id)
        self.assertEqual(record.remark_count, 1)
        self.assertIn("is no date", record.row_ids[0].remark)
        self.assertEqual(record.value_ids.filtered(lambda line: line.text == "Nobody Known").state, "unknown")

    def test_sql_and_html_in_every_cell(self):
        """Foundation, "Bad input"."""
        nasty = "<script>alert(1)</script>'); DROP TABLE crm_lead; --"
        record = self.do_import([*HEADER, "Notes"], [nasty] * 4 + ["2025550123"] + [nasty] * 6)
        lead = self.leads_of(record)
        self.assertEqual(lead.contact_name, nasty)
        self.assertNotIn("<script>", lead.description)
        self.assertIn("&lt;script&gt;", lead.description)
        self.assertNotIn("<script>", record.reason_html or "")

    def test_cell_of_a_megabyte(self):
        """Foundation, "Bad input": cut, with a remark; the row is not lost."""
        record = self.do_import(["Email", "Notes", "Industry"], ["joe@acme.example", "x" * 1024 * 1024, "Steel"])
        self.assertEqual(self.counts(record), (1, 0, 0, 0))
        self.assertIn("too long", record.row_ids.remark)

    # Files that can't be used

    def test_unusable_files_get_one_clear_error(self):
        """Foundation, "Bad input": one sentence, and the file is still there."""
        for content, words in (
            (b"<html><table></table></html>", "web page"),
            (b"\n\n", "empty"),
            (b"Name,Email\n", "no rows"),
            (b"%PDF-1.4", "PDF"),
            (b"PK\x03\x04xxxx", "damaged"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.make_import(content=content, filename="leads.xls")
        with self.assertRaisesRegex(UserError, "Choose a file"):
            self.env["leadya.import"].with_user(self.importer).create({"name": "x"}).action_analyse()

    def test_60_megabytes(self):
        """Foundation, "Bad input": refused by its size, before it is read."""
        self.env["ir.config_parameter"].set_param("leadya_crm.import_max_megabytes", "0.5")
        with self.assertRaisesRegex(UserError, "at most"):
            self.make_import(content=b"Email\n" + b"x" * 600_000)

    def test_200_columns(self):
        """Foundation, "Bad input": they are kept."""
        header = ["Email", *[f"Question {number}" for number in range(199)]]
        record = self.do_import(header, ["joe@acme.example", *[f"answer {number}" for number in range(199)]])
        self.assertIn("answer 198", self.leads_of(record).description)

    def test_path_in_the_file_name(self):
        record = self.make_import(HEADER, row(), filename="C:\\x\\..\\..\\etc/leads.csv")
        self.assertEqual(record.name, "leads.csv")

    # The map

    def test_map_of_names(self):
        """L2: what is proposed can be changed, and is remembered for the next file of the kind."""
        rows = [
            row(lead_id="A1", email="a1@acme.example", phone="", status="Junk Lead"),
            row(lead_id="A2", email="a2@acme.example", phone="", status="Strange", lead_source="Obscure Place"),
        ]
        record = self.make_import(HEADER, *rows)
        lines = {line.text: line for line in record.value_ids}
        self.assertEqual(
            (lines["Junk Lead"].outcome, lines["Strange"].state, lines["Obscure Place"].state),
            ("unfit", "unknown", "unknown"),
        )
        self.assertEqual(lines["leadya_rep"].user_id, self.rep)
        self.assertEqual(record.unknown_value_count, 2)
        stage = self.env["crm.stage"].search([("is_won", "=", False)])[1]
        lines["Strange"].stage_id = stage
        lines["Obscure Place"].channel_id = self.env.ref("leadya_crm.channel_cold_call")
        junk, strange = self.leads_of(self.run_import(record))
        self.assertEqual(
            (junk.active, junk.triage_state, junk.won_status, junk.lost_reason_id.name),
            (False, "unfit", "lost", "Junk Lead"),
        )
        self.assertEqual((strange.stage_id, strange.source_direction, strange.active), (stage, "outbound", True))
        self.assertEqual(strange.source_id.name, "Obscure Place")
        following = self.make_import(HEADER, row(lead_id="A9", email="a9@acme.example", status="Strange"))
        self.assertEqual(following.origin_id, record)
        self.assertEqual(following.stage_value_ids.stage_id, stage)

    def test_changed_columns_bring_their_names(self):
        record = self.make_import(HEADER, row())
        industry = record.column_ids.filtered(lambda column: column.header == "Industry")
        record.action_dry_run()
        industry.target = "team_id"
        self.assertEqual(record.state, "mapped", "What was checked has changed")
        self.assertEqual(record.team_value_ids.text, "Steel")
        industry.target = "ignore"
        self.assertFalse(record.team_value_ids)

    def test_map_that_can_not_work(self):
        record = self.make_import(HEADER, row())
        record.column_ids.filtered(lambda column: column.header == "Industry").target = "email_from"
        with self.assertRaisesRegex(UserError, "can't both be"):
            record.action_start()
        record = self.make_import(["Name", "City"], ["Joe", "Haifa"])
        with self.assertRaisesRegex(UserError, "without any of them"):
            record.action_dry_run()

    def test_two_users_of_one_name(self):
        self._make_user("leadya_twin_1", "sales_team.group_sale_salesman").name = "Twin"
        self._make_user("leadya_twin_2", "sales_team.group_sale_salesman").name = "twin"
        record = self.make_import(HEADER, row(owner="Twin"))
        self.assertEqual(record.user_value_ids.state, "unknown")

    def test_dates_and_time_zone(self):
        record = self.make_import(
            ["Email", "Date"],
            ["a@acme.example", "3/4/2021"],
            ["b@acme.example", "12/25/2021 10:00"],
            tz="Asia/Jerusalem",
        )
        self.assertEqual(record.column_ids[1].date_order, "mdy")
        self.assertEqual(
            self.leads_of(self.run_import(record)).mapped("create_date"),
            [datetime(2021, 3, 3, 22, 0), datetime(2021, 12, 25, 8, 0)],
        )

    def test_hebrew_workbook(self):
        book = openpyxl.Workbook()
        book.active.append(["שם מלא", "חברה", 'דוא"ל', "נייד", "מקור", "סטטוס", "מדינה", "תאריך יצירה"])
        book.active.append(
            ["יוסי", "אקמי", "yossi@acme.example", "+972 54-223-4567", "כנס", "חדש", "ישראל", datetime(2021, 4, 15)]
        )
        output = io.BytesIO()
        book.save(output)
        lead = self.leads_of(self.run_import(self.make_import(content=output.getvalue(), filename="לידים.csv")))
        self.assertEqual((lead.partner_name, lead.phone_sanitized), ("אקמי", "+972542234567"))
        self.assertEqual((lead.country_id.code, lead.create_date), ("IL", datetime(2021, 4, 15)))

    def test_organisation_is_linked(self):
        """C5: companies known to the database."""
        acme = self.env["res.partner"].create(
            {"name": "Acme Unheard Of", "is_company": True, "website": "https://acme-unheard.example"}
        )
        record = self.do_import([*HEADER, "Website"], [*row(), "acme-unheard.example"])
        self.assertEqual(self.leads_of(record).organization_id, acme)

    def test_attribution_columns(self):
        """L13: keyword, landing page and click identifier come along."""
        record = self.do_import(
            ["Email", "utm_source", "utm_medium", "Keyword", "gclid", "Landing Page"],
            ["joe@acme.example", "google", "cpc", "Red  Shoes", "Abc", "https://shop.example/?x=1"],
        )
        lead = self.leads_of(record)
        self.assertEqual(
            (lead.click_id, lead.click_id_kind, lead.keyword_id.name.casefold()), ("Abc", "gclid", "red shoes")
        )
        self.assertEqual(lead.channel_id, self.env.ref("leadya_crm.channel_paid_search"))

    # Stop, go on, crash

    def test_stop_and_go_on(self):
        rows = [row(lead_id=f"A{number}", email=f"a{number}@acme.example", phone="") for number in range(6)]
        record = self.make_import(HEADER, *rows)
        record.action_start()
        work = type(record)._import_rows

        def stop_after(self, batch, session):
            work(self, batch, session)
            self.action_stop()

        with patch.object(leadya_import_job, "BATCH_SIZE", 2), patch.object(type(record), "_import_rows", stop_after):
            self.run_cron()
        record.invalidate_recordset()
        self.assertEqual((record.state, record.created_count, record.todo_count), ("paused", 2, 4))
        self.run_import(record)
        self.assertEqual((record.state, record.created_count, record.todo_count), ("done", 6, 0))
        self.assertEqual(len(self.leads_of(record)), 6)

    @mute_logger("odoo.addons.base.models.ir_cron", "odoo.addons.leadya_crm.models.leadya_import_job", "odoo.sql_db")
    def test_crash_in_a_batch(self):
        """C3: a row is done in the transaction that makes its lead: what is rolled back is done again, once."""
        rows = [row(lead_id=f"A{number}", email=f"a{number}@acme.example", phone="") for number in range(6)]
        record = self.make_import(HEADER, *rows)
        record.action_start()
        store = type(record)._store_plans
        calls = []

        def fail_once(self, plans, dry=False):
            calls.append(len(plans))
            if len(calls) == 2:
                raise psycopg2.errors.SerializationFailure("somebody was faster")
            return store(self, plans, dry)

        with patch.object(leadya_import_job, "BATCH_SIZE", 2), patch.object(type(record), "_store_plans", fail_once):
            self.run_cron()
        record.invalidate_recordset()
        self.assertEqual((record.state, record.created_count), ("done", 6))
        self.assertEqual(len(self.leads_of(record)), 6)
        self.assertEqual(calls, [2, 2, 2, 2])

    def test_time_that_is_up_after_the_last_batch(self):
        """The job comes back to end the import."""
        record = self.make_import(HEADER, row())
        record.action_start()
        cron = self.env["ir.cron"]
        commit = type(cron)._commit_progress
        with patch.object(
            type(cron), "_commit_progress", lambda self, *args, **kwargs: commit(self, *args, **kwargs) * 0
        ):
            self.run_cron()
        record.invalidate_recordset()
        self.assertEqual((record.state, record.progress), ("done", 100.0))

    # Undo

    def test_undo(self):
        """Leads that somebody has worked on stay, and their number is said."""
        rows = [row(lead_id=f"A{number}", email=f"a{number}@acme.example", phone="") for number in range(5)]
        record = self.do_import(HEADER, *rows)
        leads = self.leads_of(record)
        leads[0].with_user(self.manager).message_post(body="I spoke to them", message_type="comment")
        leads[1].stage_id = self.env["crm.stage"].search(
            [("is_won", "=", False), ("id", "!=", leads[1].stage_id.id)], limit=1
        )
        record.action_undo()
        self.assertEqual(record.state, "undoing")
        self.run_cron()
        record.invalidate_recordset()
        self.assertEqual((record.state, record.undone_count, record.kept_count), ("cancelled", 3, 2))
        self.assertEqual(leads.exists(), leads[:2])
        record.action_analyse()
        self.run_import(record)
        self.assertEqual(self.counts(record), (3, 0, 2, 0))

    # Rights

    def test_rights(self):
        """The rep has no part in it; the manager's own rights hold; nobody lends an import somebody else's."""
        record = self.make_import(HEADER, row())
        for user in (self.rep, self.leader):
            with self.assertRaises(AccessError):
                record.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                self.env["leadya.import"].with_user(user).create({"name": "x"})
        with self.assertRaises(AccessError):
            record.user_id = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            record.state = "running"
        with self.assertRaises(AccessError):
            record.row_ids.write({"state": "todo"})
        record.with_user(self.manager).action_start()
        self.assertEqual(record.user_id, self.manager)
        with self.assertRaises(UserError):
            record.column_ids[0].target = "ignore"
        with self.assertRaises(UserError):
            record.unlink()

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        record = self.make_import(HEADER, row())
        other = self._make_user("leadya_other", "sales_team.group_sale_manager")
        other.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertFalse(self.env["leadya.import"].with_user(other).search([("id", "=", record.id)]))

    @mute_logger("odoo.addons.leadya_crm.models.leadya_import_job")
    def test_importer_who_lost_the_rights(self):
        record = self.make_import(HEADER, row())
        record.action_start()
        self.importer.group_ids = self.env.ref("base.group_user")
        self.run_cron()
        record.sudo().invalidate_recordset()
        self.assertEqual((record.sudo().state, self.leads_of(record)), ("failed", self.env["crm.lead"]))
        self.assertTrue(record.sudo().error)

    # Form and cost

    def test_form(self):
        """The form opens, and a choice in it is kept."""
        with Form(self.env["leadya.import"].with_user(self.importer)) as form:
            form.name = "By hand"
        record = self.make_import(HEADER, row(lead_source="Obscure Place"))
        with Form(record) as form:
            with form.source_value_ids.edit(0) as line:
                line.channel_id = self.env.ref("leadya_crm.channel_partner")
            with form.column_ids.edit(9) as column:
                column.target = "ignore"
        self.assertEqual(record.source_value_ids.state, "chosen")
        self.assertEqual(record.column_ids[9].target, "ignore")

    def test_query_budget(self):
        """Issue 7, "Measured": at most half a query a lead."""
        rows = [
            row(
                lead_id=f"A{number}",
                email=f"a{number}@acme{number}.example",
                phone=f"20255{50000 + number}",
                status="Lost" if number % 5 == 0 else "New",
            )
            for number in range(500)
        ]
        record = self.make_import(HEADER, *rows)
        record.action_start()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        session = ImportSession(record.sudo()._as_importer())
        batch = record.sudo()._get_waiting_rows(500)
        session.record._import_rows(batch, session)
        self.assertEqual(len(batch), 500)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 250)
        self.assertEqual(record.created_count, 500)

    def test_query_budget_of_reading_and_dry_run(self):
        rows = [row(lead_id=f"A{number}", email=f"a{number}@acme.example", phone="") for number in range(500)]
        content = base64.b64encode(self.make_csv(HEADER, *rows))
        record = self.env["leadya.import"].with_user(self.importer).create({"file": content, "filename": "a.csv"})
        before = self.env.cr.sql_log_count
        record.action_analyse()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 120)
        before = self.env.cr.sql_log_count
        record.action_dry_run()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 60)
