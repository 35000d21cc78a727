from ast import literal_eval

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestDuplicates(LeadyaCommon):
    """C3 (issue 7, "doors"): possible duplicates are shown before work starts, and a person's word is remembered."""

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.first = self._make_lead(name="First", email_from="dana@twice.example", user_id=self.rep.id)
            self.second = self._make_lead(name="Second", email_from="dana@twice.example", user_id=self.rep.id)
        self.as_rep = self.second.with_user(self.rep)

    def search_filter(self, xmlid):
        """What the filter "Possible Duplicates" of a search view finds."""
        arch = etree.fromstring(self.env["crm.lead"].get_view(self.env.ref(xmlid).id, "search")["arch"])
        [domain] = arch.xpath("//filter[@name='leadya_duplicates']/@domain")
        return self.env["crm.lead"].with_user(self.rep).search(literal_eval(domain))

    def test_c3_open(self):
        action = self.as_rep.action_open_duplicates()
        self.assertEqual((action["view_mode"], action["res_id"]), ("form", self.first.id))
        self._make_lead(name="Third", email_from="dana@twice.example", user_id=self.rep.id)
        self.env.invalidate_all()
        action = self.as_rep.action_open_duplicates()
        self.assertIn(self.first.id, action["domain"][0][2])

    def test_c3_filter_shows_both_sides(self):
        for xmlid in ("crm.view_crm_case_opportunities_filter", "crm.view_crm_case_leads_filter"):
            self.assertEqual(self.search_filter(xmlid), self.first | self.second)
        self.second.action_set_lost()
        self.assertEqual(self.search_filter("crm.view_crm_case_opportunities_filter"), self.first)

    def test_c3_not_the_same_is_remembered(self):
        """Neither form, nor list, nor the corridor, proposes the pair again; a newcomer still finds them."""
        self.assertEqual(self.second.possible_duplicate_id, self.first)
        self.assertIn("First", self.as_rep.duplicate_hint)
        self.as_rep.action_dismiss_duplicates()
        self.env.invalidate_all()
        for lead in self.first | self.second:
            self.assertFalse(lead.possible_duplicate_id)
            self.assertFalse(lead.duplicate_hint)
            self.assertFalse(lead.duplicate_lead_count)
        self.assertFalse(self.search_filter("crm.view_crm_case_opportunities_filter"))
        self.second.with_user(self.manager).action_run_intake_steps(["link"])
        self.assertFalse(self.second.possible_duplicate_id)
        newcomer = self._make_lead(name="Third", email_from="dana@twice.example", user_id=self.rep.id)
        self.assertEqual(newcomer.possible_duplicate_id, self.first)
        self.assertEqual(newcomer.duplicate_lead_count, 2)

    def test_c3_the_next_candidate(self):
        """Who is not the same as the oldest lead may be the same as another."""
        third = self._make_lead(name="Third", email_from="dana@twice.example", user_id=self.rep.id)
        third.sudo()._duplicates_set_distinct(self.first)
        self.assertFalse(third.possible_duplicate_id)
        third.with_user(self.manager).action_run_intake_steps(["link"])
        self.assertEqual(third.possible_duplicate_id, self.second)

    def test_c3_of_another_rep(self):
        """A rep may say so of her own lead, though the other is a colleague's; not of a colleague's lead."""
        self.first.user_id = self.rep_2
        with self.assertRaisesRegex(UserError, "ask a manager"):
            self.as_rep.action_merge_duplicates()
        self.as_rep.action_dismiss_duplicates()
        self.assertIn(self.second, self.first.distinct_lead_ids)
        with self.assertRaises(AccessError):
            self.first.with_user(self.rep).action_dismiss_duplicates()

    def test_c3_dialog_says_not_the_same(self):
        action = self.as_rep.action_merge_duplicates()
        wizard = self.env[action["res_model"]].with_user(self.rep).with_context(**action["context"]).create({})
        wizard.action_distinct()
        self.assertEqual(self.second.distinct_lead_ids, self.first)
        self.assertEqual(self.first.distinct_lead_ids, self.second)

    def test_c3_same_domain_only(self):
        """A colleague of the same company may be merged too, where nobody is the same person."""
        self.second.email_from = "boris@twice.example"
        self.second.possible_duplicate_id = False
        self.assertIn("same domain", self.as_rep.duplicate_hint)
        self.assertEqual(self.as_rep._duplicates_get_own(), self.first)

    def test_form_costs_no_query_more(self):
        """What this adds to the form is read with the lead; possible duplicates cost one query more."""
        names = ("nurture_resume_at", "nurture_reason_id", "merged_into_id", "merge_id")
        stock = {"name": {}, "duplicate_lead_count": {}, "duplicate_hint": {}, "possible_duplicate_id": {"fields": {}}}

        def count(lead, specification):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            lead.with_user(self.rep).web_read(specification)
            return self.cr.sql_log_count - before

        alone = self._make_lead(email_from="only@one.example", user_id=self.rep.id)
        count(alone, stock)
        with_ours = stock | {name: {"fields": {"display_name": {}}} if name.endswith("id") else {} for name in names}
        self.assertEqual(count(alone, with_ours), count(alone, stock))
        self.assertLessEqual(count(self.second, with_ours) - count(alone, with_ours), 4)
