"""Large files (L2, issue 7 "Spreadsheets"): checked in the background, stopped, gone on with; and what it costs."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import leadya_import_check, leadya_import_job
from ..models.leadya_import_plan import ImportSession
from .import_common import ImportCommon

HEADER = [
    "Lead ID",
    "Name",
    "Company",
    "Email",
    "Phone",
    "City",
    "Country",
    "Source",
    "utm_medium",
    "Status",
    "Owner",
    "Notes",
]


def make_rows(count, start=0):
    return [
        [
            f"B{number}",
            f"Person {number}",
            f"Firm {number // 2}",
            f"person{number}@firm{number}.example",
            f"+1 202 55{number % 90000 + 10000:05d}",
            "Boston",
            "United States",
            ("Trade Show", "google", "Somewhere")[number % 3],
            ("", "cpc", "")[number % 3],
            ("New", "Contacted", "Lost Lead")[number % 3],
            "leadya_rep",
            "Wants a boiler.",
        ]
        for number in range(start, start + count)
    ]


class BackgroundCommon(ImportCommon):
    def setUp(self):
        super().setUp()
        # Small files stand for large ones.
        self._patch(leadya_import_check, CHECK_AT_ONCE=2)
        self._patch(leadya_import_job, BATCH_SIZE=4)

    def _patch(self, module, **values):
        for name, value in values.items():
            patcher = patch.object(module, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def stop_after(self, record, batches, method):
        """Press "Stop" while the job does its n-th batch."""
        work = getattr(type(record), method)
        done = []

        def work_and_stop(self, rows, session):
            work(self, rows, session)
            done.append(rows)
            if len(done) == batches:
                self.action_stop()

        with patch.object(type(record), method, work_and_stop):
            self.run_cron()
        record.invalidate_recordset()


@tagged("post_install", "-at_install", "leadya")
class TestImportBackground(BackgroundCommon):
    # Dry run

    def test_l2_dry_run_in_the_background(self):
        """What would become of each row is what becomes of it, whatever batch it stands in."""
        self._make_lead(email_from="known@acme.example")
        rows = make_rows(10)
        rows.append([*rows[0][:1], "", *rows[0][2:]])  # a lead again, by its identifier
        rows.append(rows[5])  # and by its whole content
        rows.append(["B0", "Somebody", "Else", "else@else.example", "+1 202 5559999", *rows[0][5:]])
        rows.append(["", "Nobody", "", "", "", *rows[0][5:]])
        rows.append(["B77", "Known", "", "known@acme.example", "", *rows[0][5:]])
        record = self.make_import(HEADER, *rows)
        before = self.env["crm.lead"].search_count([])
        record.action_dry_run()
        self.assertEqual((record.state, record.progress, record.user_id), ("testing", 0, self.importer))
        self.run_cron()
        record.invalidate_recordset()
        self.assertEqual((record.state, record.planned_count), ("tested", 15))
        planned = [record[f"planned_{state}_count"] for state in ("created", "joined", "known", "rejected")]
        self.assertEqual(planned, [10, 1, 2, 2])
        self.assertEqual(self.env["crm.lead"].search_count([]), before)
        self.assertIn("No identifier", record.reason_html)
        foreseen = record.row_ids.sorted("number").mapped("planned")
        self.run_import(record)
        self.assertEqual(record.row_ids.sorted("number").mapped("state"), foreseen)
        self.assertEqual(self.counts(record), tuple(planned))

    def test_l2_dry_run_is_stopped(self):
        record = self.make_import(HEADER, *make_rows(10))
        record.action_dry_run()
        with self.assertRaises(UserError):
            self.map_column(record, "Notes", "ignore")
        self.stop_after(record, 1, "_check_rows")
        self.assertEqual((record.state, record.planned_count, record.todo_count), ("mapped", 4, 10))
        self.map_column(record, "Lead ID", "note")
        record.action_dry_run()
        self.assertEqual(record.planned_count, 0, "What was checked by another map does not count")
        self.run_cron()
        record.invalidate_recordset()
        self.assertEqual((record.state, record.planned_created_count), ("tested", 10))

    @mute_logger("odoo.addons.leadya_crm.models.leadya_import_job")
    def test_l2_dry_run_that_fails(self):
        """The file and its map are still there, and the reason is said."""
        record = self.make_import(HEADER, *make_rows(10))
        record.action_dry_run()
        with patch.object(type(record), "_check_rows", side_effect=ValueError("no such luck")):
            self.run_cron()
        record.invalidate_recordset()
        self.assertEqual(record.state, "mapped")
        self.assertIn("no such luck", record.error)
        record.action_dry_run()
        self.run_cron()
        record.invalidate_recordset()
        self.assertEqual((record.state, record.error), ("tested", False))

    def test_progress_of_everything(self):
        record = self.make_import(HEADER, *make_rows(8))
        for action, method in (("action_dry_run", "_check_rows"), ("action_start", "_import_rows")):
            getattr(record, action)()
            self.stop_after(record, 1, method)
            if action == "action_dry_run":
                record.action_dry_run()
                self.run_cron()
            else:
                self.assertEqual(record.progress, 50.0)
                self.run_import(record)
        record.action_undo()
        self.assertEqual(record.progress, 0.0)
        self.run_cron()
        record.invalidate_recordset()
        self.assertEqual((record.state, record.undone_count), ("cancelled", 8))

    # Undo

    def test_undo_keeps_what_somebody_changed(self):
        """C3: a field written by hand, a meeting, a merge: such leads stay. What the system computes is no work."""
        record = self.make_import(HEADER, *make_rows(6))
        self.run_import(record)
        leads = self.leads_of(record)
        with self.at(self.env.cr.now().replace(year=2030)):
            leads[0].with_user(self.rep).phone = "+1 202 555 0000"
            leads[0].flush_recordset()
            leads[1].sudo().city = "Computed"
            leads[1].flush_recordset()
        self.env["calendar.event"].create({"name": "Meet", "opportunity_id": leads[2].id})
        other = self._make_lead(name="Not of the file", email_from=leads[3].email_from)
        merged = (other | leads[3]).with_user(self.manager).merge_opportunity()
        record.action_undo()
        self.run_cron()
        self.assertFalse(leads[4:].exists())
        self.assertEqual((leads[0] | leads[2] | merged).exists(), leads[0] | leads[2] | merged)
        self.assertFalse(leads[1].exists())

    # Rights

    def test_c3_rep_has_no_part_in_it(self):
        """Nobody comes to leads beyond their rights by an import: only managers import, with their own rights."""
        record = self.make_import(HEADER, *make_rows(2))
        for action in ("action_analyse", "action_dry_run", "action_start", "action_stop", "action_undo"):
            with self.assertRaises(AccessError):
                getattr(record.with_user(self.rep), action)()
        with self.assertRaises(AccessError):
            record.with_user(self.rep).action_download_rejected()

    def test_c3_leads_of_another_companys_people(self):
        """A salesperson, and a team, of another company is not known here; the name is kept on the lead."""
        company = self.env["res.company"].create({"name": "Other Company"})
        stranger = self._make_user("leadya_stranger", "sales_team.group_sale_salesman")
        stranger.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        row = make_rows(1)[0]
        row[10] = "leadya_stranger"
        record = self.make_import(HEADER, row)
        self.assertEqual(record.user_value_ids.state, "unknown")
        lead = self.leads_of(self.run_import(record))
        self.assertFalse(lead.user_id)
        self.assertIn("leadya_stranger", lead.description)

    def test_c3_no_time_is_brought_from_outside(self):
        """The context by which an import keeps creation times can't be sent: it is no object of this process."""
        for value in (True, {"defaults": {}}, "x"):
            lead = (
                self.env["crm.lead"]
                .with_user(self.rep)
                .with_context(leadya_import_batch=value)
                .create({"name": "x", "create_date": "2001-01-01 00:00:00"})
            )
            self.assertGreater(lead.create_date.year, 2020)

    # Duplicate policies

    def test_c3_policies(self):
        """A person with an open lead: complete it, make another and link it, or make another."""
        lead = self._make_lead(email_from="joe@acme.example")
        for policy, counts, original in (
            ("make", (1, 0, 0, 0), False),
            ("link", (1, 0, 0, 0), lead),
            ("join", (0, 1, 0, 0), None),
        ):
            record = self.do_import(["Name", "Email"], [f"Joe {policy}", "joe@acme.example"], duplicate_policy=policy)
            self.assertEqual(self.counts(record), counts, policy)
            if policy == "join":
                self.assertEqual(record.row_ids.lead_id, lead)
            else:
                self.assertEqual(self.leads_of(record).possible_duplicate_id, original or self.env["crm.lead"])

    def test_c3_default_policy_is_the_companys(self):
        self.company.leadya_duplicate_policy = "link"
        self.assertEqual(self.env["leadya.import"].with_user(self.importer).new().duplicate_policy, "link")

    def test_c3_likeness_across_batches(self):
        """People of one mailbox in one file: marked, with the reason, in the same batch and in another."""
        rows = make_rows(6)
        for row in rows:
            row[3] = "office@acme.example"
        leads = self.leads_of(self.do_import(HEADER, *rows))
        self.assertEqual(len(leads), 6)
        self.assertEqual(leads[1:].possible_duplicate_id, leads[0])
        self.assertIn("office@acme.example", " ".join(self.explanations(leads[5], "link")))


@tagged("post_install", "-at_install", "leadya")
class TestImportCost(ImportCommon):
    """Queries repeat exactly; seconds and memory are measured by bench/bench_import.py."""

    def count_queries(self, method, *arguments):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        method(*arguments)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def run_counted(self, rows, **values):
        """Queries of the run alone."""
        record = self.make_import(HEADER, *rows, **values)
        record.action_start()
        queries = self.count_queries(self.work, record)
        record.invalidate_recordset()
        self.assertEqual(record.todo_count, 0)
        return record, queries

    def work(self, record):
        """What the job does, but for its commits."""
        record = record.sudo()
        session = ImportSession(record._as_importer())
        while rows := record._get_waiting_rows(leadya_import_job.BATCH_SIZE):
            getattr(session.record, leadya_import_job.WORK[record.state].method)(rows, session)

    def test_run(self):
        """1,000 leads take at most 200 queries (required: 500), each 1,000 more at most 100: 5,000 for 50,000."""
        first, thousand = self.run_counted(make_rows(1000))
        self.assertEqual(first.created_count, 1000)
        self.assertLessEqual(thousand, 200)
        _second, more = self.run_counted(make_rows(3000, start=5000))
        self.assertLessEqual(more - thousand, 2 * 100)
        leads = self.leads_of(first)
        self.assertEqual(len(leads.touch_ids), 1000)
        self.assertNotIn("todo", leads.mapped("triage_state"))
        self.assertEqual(len(set(leads.mapped("phone_sanitized"))), 1000)

    def test_joining(self):
        """Completing 100 leads: at most five queries each, whatever is found in them."""
        rows = make_rows(100)
        self.run_counted(rows)
        again = [["", *row[1:]] for row in rows]
        for row in again:
            row[5] = "Chicago"
        record, queries = self.run_counted(again)
        self.assertEqual(record.joined_count + record.created_count, 100)
        self.assertLessEqual(queries, 500)

    def test_reading_and_dry_run(self):
        record = self.make_import(HEADER, *make_rows(1000))
        self.assertLessEqual(self.count_queries(record.action_analyse), 150)
        self.assertLessEqual(self.count_queries(record.action_dry_run), 80)

    def test_undo(self):
        record, _queries = self.run_counted(make_rows(200))
        record.sudo().state = "done"
        record.action_undo()
        self.assertLessEqual(self.count_queries(self.work, record), 200)
        self.assertEqual(record.undone_count, 200)
