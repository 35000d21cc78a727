from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LeadyaCommon


@tagged("post_install", "-at_install")
class TestTriage(LeadyaCommon):
    """S2 S4 S5 S7 L10: four components, and a verdict with its reason, by rules an admin edits."""

    def _make_from(self, channel, **values):
        return self._make_lead(
            channel_id=self.env.ref(f"leadya_crm.channel_{channel}").id, **{"email_from": "a@b.example", **values}
        )

    def test_ready_inbound_is_fit_and_high(self):
        lead = self._make_from("paid_search")
        self.assertEqual((lead.source_direction, lead.need_awareness, lead.readiness), ("inbound", "known", "ready"))
        self.assertEqual((lead.triage_state, lead.triage_quality), ("fit", "high"))
        self.assertEqual(lead.triage_reason, "Came by itself, and is ready to buy")
        self.assertIn("Fit: Came by itself, and is ready to buy", self.explanations(lead, "classify"))

    def test_outbound_is_low(self):
        lead = self._make_from("cold_call")
        self.assertEqual((lead.triage_state, lead.triage_quality), ("fit", "low"))

    def test_unreachable_is_incomplete(self):
        lead = self._make_from("paid_search", email_from=False)
        self.assertEqual(lead.triage_state, "incomplete")

    def test_job_application_is_unfit(self):
        lead = self._make_from("paid_search", description="<p>My curriculum vitae is attached</p>")
        self.assertEqual(lead.triage_state, "unfit")

    def test_unknown_source_is_incomplete(self):
        lead = self._make_lead(email_from="a@b.example")
        self.assertEqual(lead.triage_state, "incomplete")
        self.assertEqual(lead.triage_reason, "How the customer came to us is not known")

    def test_component_of_an_earlier_rule_counts_for_later_ones(self):
        """Asking for a price makes an organic visitor ready, and so a fit lead of high quality."""
        lead = self._make_from("organic_search", name="Quotation for three lasers")
        self.assertEqual(lead.readiness, "ready")
        self.assertEqual(lead.triage_quality, "high")

    def test_by_hand(self):
        lead = self._make_from("paid_search", user_id=self.rep.id)
        lead.with_user(self.rep).write({"triage_state": "unfit", "triage_quality": False})
        self.assertEqual(lead.triage_reason, "Set by hand")
        lead.with_user(self.manager).action_run_intake_steps(["classify"])
        self.assertEqual(lead.triage_state, "unfit", "what a person has set stays")

    def test_again_after_a_rule_changed(self):
        lead = self._make_from("paid_search")
        rule = (
            self.env["leadya.triage.rule"]
            .with_user(self.manager)
            .create(
                {
                    "name": "Nobody buys",
                    "sequence": 1,
                    "domain": "[('email_from', 'ilike', 'b.example')]",
                    "triage_state": "unfit",
                }
            )
        )
        lead.with_user(self.manager).action_run_intake_steps(["classify"])
        self.assertEqual(lead.triage_rule_id, rule)
        self.assertEqual((lead.triage_state, lead.triage_quality), ("unfit", False))

    def test_reason_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env.ref("leadya_crm.triage_rule_outbound").with_context(lang="ru_RU").name = "Мы обратились к клиенту"
        lead = self._make_from("cold_call")
        self.assertEqual(lead.with_context(lang="ru_RU").triage_reason, "Мы обратились к клиенту")

    def test_rules_that_cannot_be(self):
        Rule = self.env["leadya.triage.rule"].with_user(self.manager)
        for values, message in (
            ({"domain": "[('no_such_field', '=', 1)]", "triage_state": "unfit"}, "cannot be used"),
            ({"domain": "__import__('os')", "triage_state": "unfit"}, "cannot be used"),
            ({"triage_state": "fit"}, "needs a quality"),
            ({"triage_state": "unfit", "triage_quality": "low"}, "only a fit lead"),
        ):
            with self.assertRaisesRegex(ValidationError, message), self.env.cr.savepoint():
                Rule.create({"name": "Wrong", **values})

    def test_rule_that_says_nothing(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["leadya.triage.rule"].create({"name": "Nothing"})

    def test_rule_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["leadya.triage.rule"].create(
            {"name": "Theirs", "sequence": 1, "company_id": other.id, "triage_state": "unfit"}
        )
        lead = self._make_from("paid_search", company_id=self.company.id, user_id=self.rep.id)
        self.assertEqual(lead.triage_state, "fit")

    def test_rights(self):
        rule = self.env.ref("leadya_crm.triage_rule_outbound")
        with self.assertRaises(AccessError):
            rule.with_user(self.rep).write({"name": "Mine"})
        lead = self._make_from("paid_search", user_id=self.rep.id)
        with self.assertRaises(AccessError):
            lead.with_user(self.rep).action_run_intake_steps(["classify"])
        self.assertTrue(lead.with_user(self.rep).triage_reason)

    def test_merge_keeps_the_verdict(self):
        judged = self._make_from("paid_search")
        todo = self._make_lead(triage_state="incomplete")
        self.env["crm.lead"].browse(todo.id).write({"triage_state": "todo"})
        merged = (judged | todo).merge_opportunity()
        self.assertEqual(merged.triage_state, "fit")


@tagged("post_install", "-at_install")
class TestTriageQuality(LeadyaCommon):
    """S7: more qualities can be added, and rules, leads and filters use them as they use the others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.top = cls.env["leadya.triage.quality"].with_user(cls.manager).create({"name": "Top", "sequence": 40})

    def test_added_quality(self):
        self.env["leadya.triage.rule"].with_user(self.manager).create(
            {
                "name": "A known giant",
                "sequence": 1,
                "domain": "[('name', 'ilike', 'giant')]",
                "triage_state": "fit",
                "triage_quality": self.top.code,
            }
        )
        lead = self._make_lead(name="A giant's tender", user_id=self.rep.id).with_user(self.rep)
        self.assertEqual(lead.triage_quality, self.top.code)
        [field] = lead.fields_get(["triage_quality"], ["selection"]).values()
        self.assertEqual([label for _code, label in field["selection"]], ["Low", "Medium", "High", "Top"])
        found = lead.search([("triage_quality", "=", self.top.code)])
        self.assertEqual(found, lead)

    def test_renamed_quality(self):
        self.env.ref("leadya_crm.triage_quality_high").with_user(self.manager).name = "Best"
        labels = dict(self.env["crm.lead"]._fields["triage_quality"]._description_selection(self.env))
        self.assertEqual(labels["high"], "Best")

    def test_used_quality_stays(self):
        lead = self._make_lead(user_id=self.rep.id)
        lead.write({"triage_state": "fit", "triage_quality": self.top.code})
        with self.assertRaisesRegex(UserError, lead.name):
            self.top.unlink()
        lead.triage_quality = "high"
        self.top.unlink()
        with self.assertRaisesRegex(ValidationError, "quality_0"):
            lead.triage_quality = "quality_0"

    def test_only_managers_add(self):
        with self.assertRaises(AccessError):
            self.env["leadya.triage.quality"].with_user(self.rep).create({"name": "Mine"})


@tagged("post_install", "-at_install")
class TestOrganizationQuality(LeadyaCommon):
    """S4: the organisation is rated, not the person: its open leads share one rating."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.organization = cls.env["res.partner"].create({"name": "Galil Dairy", "is_company": True})
        cls.person = cls.env["res.partner"].create({"name": "Dana", "parent_id": cls.organization.id})

    def make(self, **values):
        return self._make_lead(user_id=self.rep.id, **values)

    def test_rated_on_a_lead(self):
        lead, other = self.make(organization_id=self.organization.id), self.make(partner_id=self.person.id)
        stranger = self.make()
        lead.with_user(self.rep).organization_quality = "high"
        self.assertEqual(self.organization.organization_quality, "high")
        self.assertEqual(other.organization_quality, "high")
        self.assertFalse(stranger.organization_quality)

    def test_rated_on_its_card(self):
        lead, lost = self.make(organization_id=self.organization.id), self.make(organization_id=self.organization.id)
        lost.action_set_lost()
        self.organization.with_user(self.manager).organization_quality = "low"
        self.assertEqual(lead.organization_quality, "low")
        self.assertFalse(lost.organization_quality, "what is over stays as it was")
        self.assertEqual(self.make(organization_id=self.organization.id).organization_quality, "low")

    def test_proposed_by_a_rule(self):
        """A rule speaks of one lead; the organisation is rated by people."""
        self.env["leadya.triage.rule"].create(
            {"name": "x", "sequence": 1, "domain": "[('name', 'ilike', 'tender')]", "organization_quality": "medium"}
        )
        lead = self.make(name="A tender", organization_id=self.organization.id)
        self.assertEqual(lead.organization_quality, "medium")
        self.assertFalse(self.organization.organization_quality)
