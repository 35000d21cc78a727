import json
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, Form, tagged
from odoo.tests.common import get_db_name

from .common import NOW, Transaction
from .merge_common import MergeCommon

#: What merging and undoing may leave behind: the notes of it, and who is told of them.
HISTORY = frozenset({"mail_message", "mail_notification", "mail_message_res_partner_rel", "mail_tracking_value"})


@tagged("post_install", "-at_install")
class TestMerge(MergeCommon):
    """C3 L6 (issue 7, "doors"; field.md 13): leads are merged without loss, and the merge can be undone."""

    def assert_as_before(self, before, allowed=HISTORY):
        """The whole database is as it was, but for new rows of history."""
        after = self.read_database(whole="ir_model" in before)
        for table, rows in before.items():
            self.assertFalse(set(rows) - set(after[table]), table)
            if table not in allowed:
                self.assertEqual(after[table], rows, table)

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def test_c3_all_goes_along(self):
        """One lead is left, with all that both had; the other is archived and says where it went."""
        merge = self.merge()
        head, tail = self.head, self.tail
        self.assertEqual((merge.lead_id, merge.merged_lead_ids), (head, tail))
        self.assertEqual((merge.user_id, merge.merged_at), (self.rep, NOW + timedelta(minutes=30)))
        self.assertTrue(tail.exists())
        self.assertFalse(tail.active)
        self.assertEqual((tail.merged_into_id, tail.merge_id, head.merge_id), (head, merge, merge))
        for name in ("attempt_ids", "submission_ids", "import_row_ids", "calendar_event_ids"):
            self.assertEqual((len(head[name]), len(tail[name])), (2, 0), name)
        self.assertEqual((sorted(head.touch_ids.mapped("term")), len(tail.touch_ids)), (["First", "Second"], 0))
        self.assertEqual(head.attempt_count, 2)
        self.assertEqual(head.submission_count, 2)
        self.assertEqual((head.phone, head.partner_name), ("+972525550101", "Acme"))
        self.assertEqual(head.tag_ids, self.tags)
        self.assertIn("Second", "".join(head.message_ids.mapped("body")))
        self.assertIn("Send Second", head.activity_ids.mapped("summary"))
        self.assertIn("Merged into", tail.message_ids[0].body)

    def test_c3_counts_once(self):
        """What became part of another lead is neither lost nor won, and counts nowhere as a lead."""
        self.tail.probability = 0
        reason = self.env["crm.lost.reason"].create({"name": "No budget"})
        campaign = self.env["utm.campaign"].create({"name": "Twice"})
        (self.head | self.tail).write(
            {"partner_id": self.partner.id, "campaign_id": campaign.id, "lost_reason_id": reason.id}
        )
        load = self.member._get_lead_from_date(NOW)[self.rep.id, self.team.id]
        frequencies = self.env["crm.lead.scoring.frequency"].search_count([])
        self.merge()
        self.assertEqual(self.tail.won_status, "pending")
        self.assertEqual(self.env["crm.lead.scoring.frequency"].search_count([]), frequencies)
        self.assertFalse(self.head.duplicate_lead_count)
        self.assertFalse(self.head.duplicate_hint)
        [found] = self.env["crm.lead"]._leadya_find_duplicates([{"email_normalized": "dana@merge.example"}])
        self.assertEqual(found, self.head)
        self.assertEqual(self.category.lead_count, 1)
        self.assertEqual(self.partner.with_user(self.rep).opportunity_count, 1)
        self.assertEqual(self.partner.action_view_opportunity()["domain"][-1], ("merged_into_id", "=", False))
        self.assertEqual((campaign.crm_lead_count, reason.leads_count), (1, 1))
        for action in (campaign.action_redirect_to_leads_opportunities(), reason.action_lost_leads()):
            leads = self.env["crm.lead"].with_context(active_test=False).search(action["domain"])
            self.assertEqual(leads, self.head)
        self.assertEqual(self.member._get_lead_from_date(NOW)[self.rep.id, self.team.id], load - 1)
        rows = self.env["leadya.sla.report"].search([("lead_id", "in", (self.head | self.tail).ids)])
        self.assertEqual(rows.lead_id, self.head)
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.crm_lead_source_action")
        domain = [
            *json.loads(
                action["domain"].replace("'", '"').replace("(", "[").replace(")", "]").replace("False", "false")
            )
        ]
        leads = self.env["crm.lead"].with_context(active_test=False).search(domain)
        self.assertIn(self.head, leads)
        self.assertNotIn(self.tail, leads)

    def test_s9_earliest_promise_stays(self):
        """Of two open promises of a kind the one that falls due first stays."""
        with self.at(NOW):
            first, second = self._make_leads([{"user_id": self.rep.id}] * 2)
        with self.at(NOW + timedelta(minutes=2)):
            third = self._make_lead(user_id=self.rep.id)
        due = first.sla_deadline
        merge = self.merge(first | second | third, minutes=5)
        self.assertEqual(merge.lead_id.sla_deadline, due)
        self.assertEqual(sorted(merge.lead_id.sla_clock_ids.mapped("state")), ["cancelled", "cancelled", "running"])
        self.undo(merge, minutes=6)
        self.assertEqual((first | second | third).mapped("sla_state"), ["running"] * 3)

    def test_head_can_be_chosen(self):
        self.assertEqual(self.merge(head=self.tail).lead_id, self.tail)
        self.assertFalse(self.head.active)

    def test_pointers_follow(self):
        """What was marked as a duplicate of a merged lead is one of the lead that is left."""
        third = self._make_lead(name="Third", user_id=self.rep.id)
        third.possible_duplicate_id = self.tail
        self.assertEqual(self.tail.possible_duplicate_id, self.head)
        merge = self.merge()
        self.assertEqual(third.possible_duplicate_id, self.head)
        self.assertFalse(self.head.possible_duplicate_id | self.tail.possible_duplicate_id)
        self.undo(merge)
        self.assertEqual(third.possible_duplicate_id, self.tail)
        self.assertEqual(self.tail.possible_duplicate_id, self.head)

    def test_what_is_not_merged(self):
        won, lost = self._make_leads([{"user_id": self.rep.id}] * 2)
        won.action_set_won()
        lost.action_set_lost()
        with self.assertRaisesRegex(UserError, "is won"):
            self.merge(self.head | won)
        with self.assertRaisesRegex(UserError, "is closed"):
            self.merge(self.head | lost, head=lost)
        self.merge()
        with self.assertRaisesRegex(UserError, "is part of First already"):
            self.merge(self._make_lead(user_id=self.rep.id) | self.tail)
        with self.assertRaises(UserError):
            self.merge(self.head)

    def test_companies_are_kept_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids += other
        self.tail.write({"user_id": False, "team_id": False})
        self.tail.company_id, self.head.company_id = other, self.company
        leads = (self.head | self.tail).with_context(allowed_company_ids=(self.company | other).ids)
        with self.assertRaisesRegex(UserError, "different companies"):
            self.merge(leads, user=self.manager)

    # ------------------------------------------------------------
    # UNDO
    # ------------------------------------------------------------

    def test_c3_undo_gives_back_every_row(self):
        """After the undo the whole database is what it was before the merge, but for the notes of both."""
        before = self.read_database(whole=True)
        merge = self.merge()
        self.assertNotEqual(self.read_database()["leadya_touch"], before["leadya_touch"])
        self.undo(merge)
        self.assert_as_before(before)
        self.assertEqual((merge.state, merge.undone_by_id, merge.remark), ("undone", self.rep, False))
        self.assertIn("was undone", self.tail.message_ids[0].body)

    def test_c3_undo_of_three(self):
        """Three leads, one of them lost and one in nurture, with other leads that point to them."""
        with self.at(NOW):
            third = self._make_full("Third", expected_revenue=12.5)
        third.action_set_lost()
        self.tail.nurture_resume_at = NOW + timedelta(days=30)
        pointing = self._make_lead(name="Pointing")
        pointing.possible_duplicate_id = third
        (self.tail | pointing).mapped("name")
        self.tail.sudo()._duplicates_set_distinct(pointing)
        before = self.read_database()
        merge = self.merge(self.head | self.tail | third)
        distinct = pointing.with_context(active_test=False).distinct_lead_ids
        self.assertEqual(distinct, self.tail | self.head)
        self.undo(merge)
        self.assert_as_before(before)

    def test_c3_undo_as_manager_of_what_a_rep_cannot_see(self):
        """What the user may not see is moved, and put back, all the same."""
        self.tail.activity_schedule("mail.mail_activity_data_todo", user_id=self.rep_2.id, summary="Private")
        self.env["calendar.event"].create(
            {
                "name": "Private",
                "start": NOW,
                "stop": NOW + timedelta(hours=1),
                "opportunity_id": self.tail.id,
                "user_id": self.rep_2.id,
                "privacy": "private",
            }
        )
        before = self.read_database()
        self.undo(self.merge(), user=self.manager)
        self.assert_as_before(before)

    def test_later_changes_are_kept_and_told(self):
        """What somebody changed since stays; so does what came since; the rest goes back."""
        merge = self.merge()
        with self.at(NOW + timedelta(minutes=40)):
            self.head.with_user(self.rep).write({"partner_name": "Acme Ltd", "email_from": "new@merge.example"})
            self.head.with_user(self.rep).action_log_attempt("reached")
            self.head.with_user(self.rep).message_post(body="After the merge")
            self.head.activity_ids.filtered(lambda activity: activity.summary == "Send Second").unlink()
        result = self.undo(merge)
        self.assertEqual(self.head.partner_name, "Acme Ltd")
        self.assertEqual(self.head.email_from, "new@merge.example")
        self.assertEqual(self.tail.partner_name, "Acme")
        self.assertIn("First: changed since", merge.remark)
        self.assertIn("Company Name", merge.remark)
        self.assertIn("Activity: 1 done or deleted since", merge.remark)
        self.assertIn("Company Name", result["params"]["message"])
        self.assertIn("Company Name", self.head.message_ids[0].body)
        self.assertEqual(self.head.phone, "+972525550101")
        self.assertEqual(self.head.tag_ids, self.tags[:1])
        self.assertEqual((self.head.attempt_count, self.tail.attempt_count), (2, 1))
        self.assertEqual((len(self.head.attempt_ids), len(self.tail.attempt_ids)), (2, 1))
        self.assertIn("After the merge", "".join(self.head.message_ids.mapped("body")))
        self.assertEqual(self.head.last_outcome, "reached")

    def test_promises_after_an_undo(self):
        """The customer who was contacted after the merge is owed no answer by either lead's old promise."""
        with self.at(NOW):
            first, second = self._make_leads([{"user_id": self.rep.id}] * 2)
        merge = self.merge(first | second, minutes=5)
        with self.at(NOW + timedelta(minutes=10)):
            merge.lead_id.with_user(self.rep).action_log_attempt("reached")
        self.undo(merge, minutes=15)
        clocks = (first | second).sla_clock_ids.filtered(lambda clock: clock.kind == "first_response")
        kept = clocks.filtered(lambda clock: clock.lead_id == merge.lead_id)
        self.assertEqual(kept.state, "met")
        other = (first | second) - merge.lead_id
        self.assertTrue(other.next_action_at)
        self.assertTrue(other.activity_ids, "nobody is left without a next step")

    def test_a_promise_of_its_kind_was_made_since(self):
        """Two open promises of a kind cannot be: the later one stays, the old one stays closed, and that is told."""
        # The promise of the second lead falls due later: it is the one that is cancelled.
        merge = self.merge(head=self.tail)
        with self.at(NOW + timedelta(minutes=40)):
            self.tail.with_user(self.rep).action_log_attempt("reached")
        self.undo(merge)
        for lead in self.head | self.tail:
            still_open = lead.sla_clock_ids.filtered(lambda clock: clock.state in ("running", "at_risk", "breached"))
            self.assertEqual(len(still_open), lead == self.tail)
        self.assertIn("SLA Clock: ", merge.remark)

    def test_deleted_lead_cannot_come_back(self):
        merge = self.merge()
        self.tail.sudo().unlink()
        self.assertFalse(merge.sudo().changes, "nothing of it is kept")
        with self.assertRaisesRegex(UserError, "was deleted since"):
            self.undo(merge)

    def test_undo_once(self):
        merge = self.merge()
        self.undo(merge)
        with self.assertRaisesRegex(UserError, "undone already"):
            self.undo(merge)

    def test_merged_on(self):
        """A lead that itself became part of another: the last merge is undone first."""
        third = self._make_lead(name="Third", user_id=self.rep.id)
        before = self.read_database()
        first = self.merge()
        second = self.merge(self.head | third, head=third)
        self.assertEqual(self.tail.merged_into_id, third)
        with self.assertRaisesRegex(UserError, "was merged into Third since"):
            self.undo(first)
        self.undo(second)
        self.assertEqual(self.tail.merged_into_id, self.head)
        self.assertEqual(self.head.merge_id, first)
        self.undo(first)
        self.assert_as_before(before)

    def test_undo_of_the_earlier_of_two(self):
        """Two leads became part of one, one after the other: either can be taken out again."""
        with self.at(NOW):
            third = self._make_full("Third", website="https://third.example")
        first = self.merge()
        second = self.merge(self.head | third, minutes=32)
        self.undo(first)
        self.assertEqual((self.head.attempt_count, self.tail.attempt_count), (2, 1))
        self.assertFalse(self.head.partner_name)
        self.assertEqual(self.head.website, "https://third.example")
        self.undo(second)
        self.assertEqual((self.head.attempt_count, third.attempt_count), (1, 1))
        self.assertFalse(self.head.website)
        self.assertEqual(len((self.head | self.tail | third).filtered("active")), 3)

    def test_restored_by_hand(self):
        """Who restores a merged lead without undoing has a lead of its own."""
        merge = self.merge()
        self.tail.with_user(self.rep).action_unarchive()
        self.assertFalse(self.tail.merged_into_id)
        self.assertEqual(self.tail.won_status, "pending")
        self.undo(merge)
        self.assertEqual(len(self.tail.attempt_ids), 1)
        self.assertTrue(self.tail.active)

    def test_kept_for_some_time(self):
        """After 180 days, or what the setting says, the merge is for good and its data is gone."""
        merge = self.merge()
        self.env["ir.config_parameter"].set_param("leadya_crm.merge_keep_days", 10)
        with self.at(NOW + timedelta(days=9)):
            self.env["leadya.merge"]._gc_old_merges()
        self.assertEqual(merge.state, "done")
        with self.at(NOW + timedelta(days=11)):
            self.env["leadya.merge"]._gc_old_merges()
        self.assertEqual((merge.state, merge.sudo().changes), ("final", False))
        with self.assertRaisesRegex(UserError, "too old"):
            self.undo(merge)
        self.assertFalse(self.tail.active)

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_rights_to_merge(self):
        """A rep merges own leads; a lead of somebody else only who may write it."""
        self.tail.user_id = self.rep_2
        with self.assertRaises(AccessError):
            self.merge()
        with self.assertRaises(AccessError):
            self.env["leadya.merge.wizard"].with_user(self.rep).create(
                {"lead_ids": (self.head | self.tail).ids, "head_id": self.head.id}
            ).action_merge()
        self.assertTrue(self.tail.active)
        self.assertTrue(self.merge(user=self.leader))

    def test_rights_to_undo(self):
        merge = self.merge()
        with self.assertRaises(AccessError):
            self.undo(merge, user=self.rep_2)
        self.tail.user_id = self.rep_2
        with self.assertRaises(AccessError):
            self.undo(merge)
        self.undo(merge, user=self.leader)

    def test_rights_to_the_record(self):
        """A merge is read by who sees the lead, written by nobody, and its data are not for reps."""
        merge = self.merge().with_user(self.rep)
        self.assertEqual(merge.read(["summary"])[0]["summary"], merge.summary)
        with self.assertRaises(AccessError):
            merge.read(["changes"])
        for forbidden in (
            lambda: merge.write({"state": "done"}),
            lambda: merge.unlink(),
            lambda: merge.create({"lead_id": self.head.id}),
            lambda: merge.with_user(self.manager).write({"changes": {}}),
            lambda: merge.with_user(self.rep_2).read(["state"]),
            lambda: self.tail.with_user(self.rep).write({"merged_into_id": False}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                forbidden()

    def test_merge_of_another_company(self):
        """Of another company's leads the merges are seen by nobody."""
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids += other
        (self.head | self.tail).company_id = self.company
        merge = self.merge().with_user(self.manager)
        self.assertEqual(merge.read(["state"])[0]["state"], "done")
        elsewhere = merge.with_context(allowed_company_ids=other.ids)
        for forbidden in (lambda: elsewhere.read(["state"]), elsewhere.action_undo):
            with self.assertRaises(AccessError):
                forbidden()

    # ------------------------------------------------------------
    # DIALOG
    # ------------------------------------------------------------

    def open_dialog(self, leads, user=None):
        action = leads.with_user(user or self.rep).action_merge_duplicates()
        return Form(self.env[action["res_model"]].with_user(user or self.rep).with_context(**action["context"]))

    def test_dialog_shows_what_would_be(self):
        """Side by side, and exactly what the merge then makes of them; the head can be changed."""
        dialog = self.open_dialog(self.head | self.tail)
        self.assertEqual(dialog.head_id, self.head)
        self.assertFalse(dialog.problem)
        for text in ("First", "Second", "Acme", "Hot, Laser", "Will Be"):
            self.assertIn(text, dialog.comparison)
        dialog.head_id = self.tail
        self.assertLess(dialog.comparison.index("Second"), dialog.comparison.index("First"))
        action = dialog.save().action_merge()
        self.assertEqual(action["res_id"], self.tail.id)
        self.assertEqual(self.head.merged_into_id, self.tail)

    def test_dialog_escapes(self):
        self.tail.write({"name": "<script>alert(1)</script>", "partner_name": "<img src=x>"})
        comparison = self.open_dialog(self.head | self.tail).comparison
        self.assertNotIn("<script>", comparison)
        self.assertNotIn("<img", comparison)

    def test_dialog_says_why_not(self):
        dialog = self.open_dialog(self.head | self.tail)
        dialog.lead_ids.remove(id=self.tail.id)
        self.assertIn("at least two", dialog.problem)
        self.tail.action_set_won()
        self.assertIn("is won", self.open_dialog(self.head | self.tail).problem)

    def test_dialog_of_one_lead(self):
        """From the banner: the lead with its duplicates that are the rep's."""
        with self.at(NOW):
            stranger = self._make_lead(name="Of another", email_from="dana@merge.example", user_id=self.rep_2.id)
        dialog = self.open_dialog(self.tail)
        self.assertEqual(dialog.lead_ids[:], self.head | self.tail)
        with self.assertRaisesRegex(UserError, "ask a manager"):
            (self.head | self.tail).user_id = self.rep_2
            stranger.user_id = self.rep
            stranger.with_user(self.rep).action_merge_duplicates()

    def test_copy_is_no_merged_lead(self):
        self.merge()
        copy = self.head.with_user(self.rep).copy()
        self.assertFalse(copy.merge_id or copy.merged_into_id or copy.distinct_lead_ids)


@tagged("post_install", "-at_install")
class TestNativeMerge(MergeCommon):
    """C3 L6: Odoo's own merge, which deletes, loses nothing of the module's either."""

    def get_referring(self):
        """Fields of the module's models that refer to a lead."""
        referring = self.env["leadya.merge"]._get_referring_models()
        return {model: names for model, names in referring.items() if model.startswith("leadya.")}

    def test_c3_every_model_of_ours(self):
        """Rows of every model of ours that refer to a merged lead refer to the one that is left."""
        referring = self.get_referring()
        self.assertLessEqual(
            {
                "leadya.touch",
                "leadya.sla.clock",
                "leadya.contact.attempt",
                "leadya.decision.log",
                "leadya.submission",
                "leadya.import.row",
            },
            set(referring),
        )
        # One who is around both deals is around the one that is left once.
        self.tail.stakeholder_ids.filtered(lambda person: person.name == "Boss").unlink()
        tail_id = self.tail.id
        expected = {}
        for model, names in referring.items():
            for name in names:
                rows = self.env[model].search([(name, "=", tail_id)])
                self.assertTrue(rows, f"the test's lead has no {model}")
                expected[model, name] = rows
        wizard = self.env["crm.merge.opportunity"].with_user(self.rep)
        wizard.create({"opportunity_ids": (self.head | self.tail).ids}).action_merge()
        self.assertFalse(self.tail.exists())
        for (model, name), rows in expected.items():
            self.assertEqual(rows.exists(), rows, model)
            self.assertEqual(rows[name], self.head, model)

    def test_l2_import_undone_after_a_merge(self):
        """Undoing an import removes leads that it made, but none that became more than that."""
        rows = (self.head | self.tail).import_row_ids
        self.assertEqual(set(rows.mapped("state")), {"created"})
        other = self._make_lead(name="Not of the file", user_id=self.rep.id)
        merged = (other | self.tail).merge_opportunity()
        self.assertEqual(merged.import_row_ids.state, "kept")
        merge = self.merge(merged | self.head)
        self.assertEqual(set(merge.sudo().lead_id.import_row_ids.mapped("state")), {"kept"})
        self.undo(merge)
        self.assertEqual(self.head.import_row_ids.state, "created")

    def test_merge_of_a_lead_that_others_became_part_of(self):
        """The archived leads follow; their own merge cannot be undone any more."""
        third = self._make_lead(name="Third", user_id=self.rep.id)
        self.merge(head=self.tail)
        self.tail.stage_id = self.env["crm.stage"].search([], order="sequence", limit=1)
        third.stage_id = self.env["crm.stage"].create({"name": "Late", "sequence": 90})
        (self.tail | third).merge_opportunity()
        self.assertFalse(self.tail.exists())
        self.assertEqual(self.head.merged_into_id, third)
        with self.assertRaisesRegex(UserError, "not merged"):
            self.head.action_undo_merge()


@tagged("post_install", "-at_install")
class TestMergeOtherModules(MergeCommon):
    """What a module does that nobody here knows of is undone as well: rows are found by the registry."""

    def test_relations_are_found(self):
        merges = self.env["leadya.merge"]
        relations = merges._get_relations()
        self.assertIn("crm_tag_rel", relations)
        self.assertEqual(relations["crm_tag_rel"], (["lead_id", "tag_id"], ["lead_id"]))
        self.assertIn("crm_lead_distinct_rel", relations)
        referring = merges._get_referring_models()
        for model in ("mail.message", "mail.activity", "mail.followers", "ir.attachment", "calendar.event"):
            self.assertIn(model, referring)
        self.assertEqual(sorted(referring["calendar.event"]), ["opportunity_id", "res_id"])
        self.assertLessEqual({"id", "possible_duplicate_id", "merged_into_id"}, set(referring["crm.lead"]))

    def test_rows_that_the_merge_deletes_or_adds(self):
        """A hook that deletes and adds rows: the deleted come back under their old ids, the added go."""
        leads_class = type(self.env["crm.lead"])
        dependences = leads_class._merge_dependences

        def hook(lead, others):
            result = dependences(lead, others)
            lead.activity_ids.filtered(lambda activity: activity.summary == "Send Second").unlink()
            self.env["ir.attachment"].create({"name": "Summary", "res_model": "crm.lead", "res_id": lead.id})
            lead.sudo().tag_ids = [Command.create({"name": "Merged"})]
            return result

        before = self.read_database()
        self.patch(leads_class, "_merge_dependences", hook)
        merge = self.merge()
        self.assertIn("Summary", self.env["ir.attachment"].search([("res_id", "=", self.head.id)]).mapped("name"))
        self.undo(merge)
        after = self.read_database()
        for table in ("mail_activity", "ir_attachment", "crm_tag_rel", "crm_lead"):
            self.assertEqual(after[table], before[table], table)


@tagged("post_install", "-at_install")
class TestMergeConcurrency(BaseCase):
    """Two people merge the same leads at once: one does, the other is told (C3)."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with Transaction(self.registry) as env:
            leads = env["crm.lead"].with_context(leadya_skip_intake=True).create([{"name": "Race"}] * 2)
            self.ids = leads.ids
        self.addCleanup(self._clean)

    def _clean(self):
        with Transaction(self.registry) as env:
            env["crm.lead"].browse(self.ids).exists().unlink()

    def test_c3_merged_once(self):
        with Transaction(self.registry) as first:
            merge_id = first["crm.lead"].browse(self.ids)._leadya_merge().id
            with Transaction(self.registry) as second, self.assertRaisesRegex(UserError, "right now"):
                second["crm.lead"].browse(self.ids)._leadya_merge()
        with Transaction(self.registry) as env, self.assertRaisesRegex(UserError, "part of Race already"):
            env["crm.lead"].browse(self.ids)._leadya_merge()
        with Transaction(self.registry) as first:
            first["leadya.merge"].browse(merge_id).action_undo()
            with Transaction(self.registry) as second, self.assertRaisesRegex(UserError, "right now"):
                second["leadya.merge"].browse(merge_id).action_undo()
        with Transaction(self.registry) as env:
            self.assertEqual(env["crm.lead"].browse(self.ids).mapped("active"), [True, True])
            env["leadya.merge"].browse(merge_id).unlink()
