"""Maps kept under a name (L2, issue 7 "Spreadsheets"): proposed, chosen, edited, archived."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..tools.columns import overlap
from .import_common import ImportCommon

HEADER = ["Lead ID", "Name", "Email", "Status", "Owner", "Segment"]


def row(**changes):
    values = dict(zip(HEADER, ["A1", "Joe Doe", "joe@acme.example", "Warm", "J. Rep", "Steel"], strict=True))
    return list({**values, **changes}.values())


@tagged("post_install", "-at_install", "leadya")
class TestImportMap(ImportCommon):
    def keep_map(self, record, name="Old CRM", target=None):
        """Press "Keep Map" and answer its dialog."""
        form = Form(
            self.env["leadya.import.map.wizard"].with_user(self.importer).with_context(default_import_id=record.id)
        )
        if target is not None:
            form.map_id = target
        form.name = name
        form.save().action_keep()
        return record.map_id

    def make_kept(self):
        """A map whose user has chosen what the proposals could not know."""
        record = self.make_import(HEADER, row(), tz="Asia/Jerusalem", ref_prefix="old-", duplicate_policy="link")
        self.map_column(record, "Segment", "tag_ids")
        self.map_value(record, "Warm", stage_id=self.stage.id)
        self.map_value(record, "J. Rep", user_id=self.rep.id)
        return self.keep_map(record)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage = cls.env["crm.stage"].search([("is_won", "=", False)])[-1]

    def targets(self, record):
        return {column.header: column.target for column in record.column_ids}

    def test_l2_map_is_kept_and_proposed(self):
        """Columns, names and options come again with the next file of the kind, in any order of its columns."""
        kept = self.make_kept()
        self.assertEqual(kept.name, "Old CRM")
        self.assertEqual(kept.company_id, self.company)
        record = self.make_import(HEADER[::-1], row(**{"Lead ID": "A2", "Email": "ann@acme.example"})[::-1])
        self.assertEqual(record.map_id, kept)
        self.assertEqual(record.map_hint, "All 6 columns")
        self.assertEqual(self.targets(record)["Segment"], "tag_ids")
        self.assertEqual((record.tz, record.ref_prefix, record.duplicate_policy), ("Asia/Jerusalem", "old-", "link"))
        self.assertEqual(record.stage_value_ids.stage_id, self.stage)
        self.assertEqual(record.value_ids.mapped("state"), ["kept", "kept"])
        lead = self.leads_of(self.run_import(record))
        self.assertEqual(
            (lead.external_ref, lead.stage_id, lead.user_id, lead.tag_ids.name),
            ("old-A2", self.stage, self.rep, "Steel"),
        )

    def test_l2_file_with_fewer_and_more_columns(self):
        """Some columns are gone, some are new: what the map doesn't know is proposed as ever, and said."""
        kept = self.make_kept()
        header = ["Lead ID", "Email", "Status", "Segment", "Mobile", "E-Mail 2"]
        record = self.make_import(header, ["A2", "a@acme.example", "Warm", "Steel", "052-1234567", "b@acme.example"])
        self.assertEqual(record.map_id, kept)
        self.assertEqual(record.map_hint, "4 of 6 columns; new are Mobile, E-Mail 2")
        self.assertEqual(
            self.targets(record),
            {
                "Lead ID": "external_ref",
                "Email": "email_from",
                "Status": "stage_id",
                "Segment": "tag_ids",
                "Mobile": "mobile",
                "E-Mail 2": "note",
            },
        )

    def test_l2_best_of_several_maps(self):
        small = self.make_kept()
        record = self.make_import([*HEADER, "Phone"], [*row(), "2025550123"])
        self.assertEqual(record.map_id, small)
        large = self.keep_map(record, "With phones", target=self.env["leadya.import.map"])
        self.assertNotEqual(large, small)
        self.assertEqual(self.make_import([*HEADER, "Phone"], [*row(), "2025550123"]).map_id, large)
        self.assertEqual(self.make_import(HEADER, row()).map_id, small)
        self.assertFalse(self.make_import(["Nom", "Courriel"], ["Joe", "joe@acme.example"]).map_id)

    def test_l2_choose_another_or_none(self):
        kept = self.make_kept()
        record = self.make_import(HEADER, row())
        with Form(record) as form:
            form.map_id = self.env["leadya.import.map"]
        self.assertEqual(self.targets(record)["Segment"], "note", "As by names and values alone")
        self.assertEqual(record.stage_value_ids.state, "unknown")
        record.action_dry_run()
        with Form(record) as form:
            form.map_id = kept
        self.assertEqual((record.state, self.targets(record)["Segment"]), ("mapped", "tag_ids"))
        self.assertEqual(record.stage_value_ids.stage_id, self.stage)

    def test_l2_own_choice_beats_the_map(self):
        self.make_kept()
        record = self.make_import(HEADER, row())
        self.map_column(record, "Segment", "ignore")
        other = self.env["crm.stage"].search([("is_won", "=", False)])[0]
        self.map_value(record, "Warm", stage_id=other.id)
        self.assertEqual(record.stage_value_ids.state, "chosen")
        lead = self.leads_of(self.run_import(record))
        self.assertEqual((lead.stage_id, lead.tag_ids), (other, self.env["crm.tag"]))

    def test_l2_map_is_brought_up_to_date(self):
        """Kept again under the same name: it learns, and forgets nothing that this file does not have."""
        kept = self.make_kept()
        record = self.make_import(["Lead ID", "Email", "Owner", "Budget"], ["A2", "b@acme.example", "New Rep", "5"])
        self.map_value(record, "New Rep", user_id=self.rep_2.id)
        self.assertEqual(self.keep_map(record, "Renamed"), kept)
        self.assertEqual(kept.name, "Renamed")
        self.assertEqual(
            {column.header: column.target for column in kept.column_ids},
            {
                "Lead ID": "external_ref",
                "Name": "contact_name",
                "Email": "email_from",
                "Status": "stage_id",
                "Owner": "user_id",
                "Segment": "tag_ids",
                "Budget": "expected_revenue",
            },
        )
        self.assertEqual(
            {line.text: line._get_record() for line in kept.value_ids},
            {"Warm": self.stage, "J. Rep": self.rep, "New Rep": self.rep_2},
        )

    def test_l2_edited_and_archived(self):
        kept = self.make_kept()
        with Form(kept.with_user(self.importer)) as form:
            with form.value_ids.new() as line:
                line.kind, line.text, line.user_id = "user_id", "Second", self.rep_2
            with form.column_ids.edit(5) as column:
                column.target = "ignore"
        record = self.make_import(HEADER, row(Owner="Second"))
        self.assertEqual(record.user_value_ids.user_id, self.rep_2)
        self.assertEqual(self.targets(record)["Segment"], "ignore")
        self.assertEqual(kept.import_count, 2)
        kept.active = False
        self.assertFalse(self.make_import(HEADER, row()).map_id)

    def test_l2_what_is_gone_is_proposed_anew(self):
        """A salesperson of the map was archived: the name is unknown again, and nobody is given leads in silence."""
        self.make_kept()
        self.rep.active = False
        record = self.make_import(HEADER, row())
        self.assertEqual((record.user_value_ids.state, record.unknown_value_count), ("unknown", 1))

    def test_l2_sources_go_on_by_the_rules_of_channels(self):
        """L12: a source that its channel's rules recognise looks at more than its name, and is not frozen by a map."""
        header = ["Email", "Lead Source", "utm_medium"]
        record = self.make_import(header, ["a@acme.example", "google", "cpc"], ["b@acme.example", "Somewhere", ""])
        self.map_value(record, "Somewhere", channel_id=self.env.ref("leadya_crm.channel_partner").id)
        kept = self.keep_map(record)
        self.assertEqual(kept.value_ids.mapped("text"), ["Somewhere"])

    def test_c3_other_companys_maps(self):
        kept = self.make_kept()
        company = self.env["res.company"].create({"name": "Other Company"})
        kept.company_id = company
        self.importer.company_ids += company
        self.assertFalse(self.make_import(HEADER, row()).map_id)
        with self.assertRaises(UserError):
            self.make_import(HEADER, row()).map_id = kept

    def test_rights(self):
        """The rep has no part in imports, and so not in their maps."""
        kept = self.make_kept()
        for user in (self.rep, self.leader):
            with self.assertRaises(AccessError):
                kept.with_user(user).read(["name"])
        kept.with_user(self.manager).name = "Of the manager"

    def test_other_companys_people_are_no_meaning(self):
        """Whoever does not work for the company can't be given its leads by a map."""
        company = self.env["res.company"].create({"name": "Other Company"})
        stranger = self._make_user("leadya_stranger", "sales_team.group_sale_salesman")
        stranger.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        team = self.env["crm.team"].create({"name": "Theirs", "company_id": company.id})
        record = self.make_import([*HEADER, "Team"], [*row(), "Ours"])
        for text, values in (("J. Rep", {"user_id": stranger.id}), ("Ours", {"team_id": team.id})):
            with self.assertRaises(UserError):
                self.map_value(record, text, **values)

    def test_overlap(self):
        self.assertEqual(overlap(["A", "b"], ["B ", "a"]), 1.0)
        self.assertEqual(overlap(["a", "b", "c", "d"], ["a", "b"]), 0.5)
        self.assertEqual(overlap(["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "x", "y"]), 4 / 7)
        self.assertEqual(overlap(["a", "b", "c", "d"], ["a", "b", "x", "y"]), 0)
        self.assertEqual(overlap([], ["a"]), 0)
