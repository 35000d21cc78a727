from odoo.tests import tagged

from .common import LeadyaCommon


@tagged("post_install", "-at_install")
class TestLink(LeadyaCommon):
    """C3 C5: whose lead it is, and whether we have it already, is shown before work starts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.organization = cls.env["res.partner"].create(
            {
                "name": "Acme Lasers",
                "is_company": True,
                "website": "https://www.acme-lasers.example",
                "organization_quality": "high",
            }
        )
        cls.contact = cls.env["res.partner"].create(
            {
                "name": "Dana Contact",
                "parent_id": cls.organization.id,
                "email": "Dana@Acme-Lasers.example",
                "phone": "+972525550123",
            }
        )

    def test_contact_by_email(self):
        lead = self._make_lead(email_from="dana@acme-lasers.example")
        self.assertEqual(lead.suggested_partner_id, self.contact)
        self.assertFalse(lead.partner_id, "suggested, not linked")
        self.assertEqual(lead.organization_id, self.organization)
        self.assertIn("same e-mail dana@acme-lasers.example", lead.link_reason)
        self.assertIn("it is the contact's", lead.link_reason)

    def test_contact_by_phone(self):
        lead = self._make_lead(phone="+972 52-555-0123")
        self.assertEqual(lead.suggested_partner_id, self.contact)

    def test_organization_by_domain(self):
        by_mail, by_site = self._make_leads(
            [{"email_from": "new@acme-lasers.example"}, {"website": "http://acme-lasers.example/shop"}]
        )
        self.assertEqual((by_mail | by_site).organization_id, self.organization)
        self.assertEqual(by_mail.organization_quality, "high", "the organization is rated, not the person (S4)")

    def test_name_alone_is_only_suggested(self):
        lead = self._make_lead(partner_name="Acme Lasers")
        self.assertFalse(lead.organization_id)
        self.assertEqual(lead.suggested_organization_id, self.organization)
        self.company.leadya_link_strength = 60
        sure = self._make_lead(partner_name="Acme Lasers")
        self.assertEqual(sure.organization_id, self.organization)

    def test_c5_nothing_is_linked_by_itself_unless_told_to(self):
        """C5: a new company links nothing by itself, however sure; it is suggested with the strength."""
        self.company.leadya_link_strength = self.env["res.company"].new({}).leadya_link_strength
        lead = self._make_lead(email_from="new@acme-lasers.example", partner_name="ACME Lasers Inc.")
        self.assertFalse(lead.organization_id)
        self.assertEqual(lead.suggested_organization_id, self.organization)
        self.assertEqual(lead.suggested_organization_strength, 94, "80 % by domain and 70 % by name")

    def test_c5_old_contacts_get_their_keys(self):
        """C5: what was there before the module is keyed in the background, and looks as untouched as it is."""
        self.env.flush_all()
        self.cr.execute(
            "UPDATE res_partner SET leadya_name_key = NULL, write_date = '2020-01-01' WHERE id = %s",
            [self.organization.id],
        )
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_fill_name_keys").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.organization.leadya_name_key, "KMLSRS")
        self.assertEqual(self.organization.write_date.year, 2020)

    def test_public_provider_is_nobodys_domain(self):
        self.env["res.partner"].create({"name": "G Org", "is_company": True, "email": "org@gmail.com"})
        lead = self._make_lead(email_from="somebody@gmail.com")
        self.assertFalse(lead.organization_id)

    def test_accept_and_dismiss(self):
        accepted, dismissed = self._make_leads(
            [
                {"email_from": "dana@acme-lasers.example", "user_id": self.rep.id},
                {"partner_name": "Acme Lasers", "user_id": self.rep.id},
            ]
        )
        accepted.with_user(self.rep).action_link_suggestion()
        self.assertEqual(accepted.partner_id, self.contact)
        self.assertFalse(accepted.suggested_partner_id)
        dismissed.with_user(self.rep).action_dismiss_suggestion()
        self.assertFalse(dismissed.suggested_organization_id)
        self.assertFalse(dismissed.organization_id)

    def test_partner_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.organization.company_id = other
        self.contact.company_id = other
        lead = self._make_lead(email_from="dana@acme-lasers.example", company_id=self.company.id, user_id=self.rep.id)
        self.assertEqual(lead.company_id, self.company)
        self.assertFalse(lead.suggested_partner_id)
        self.assertFalse(lead.organization_id)

    def test_duplicates_are_marked(self):
        first = self._make_lead(email_from="Same@person.example", phone="+972525551111")
        by_mail, by_phone, other = self._make_leads(
            [
                {"email_from": "same@person.example"},
                {"phone": "052-555-1111", "country_id": self.env.ref("base.il").id},
                {"email_from": "o@o.example"},
            ]
        )
        self.assertEqual(by_mail.possible_duplicate_id, first)
        self.assertEqual(by_phone.possible_duplicate_id, first)
        self.assertFalse(other.possible_duplicate_id)
        self.assertIn("same e-mail: " + first.name, by_mail.duplicate_hint)
        self.assertIn("same phone: " + first.name, by_phone.duplicate_hint)

    def test_closed_leads_are_no_duplicates(self):
        first = self._make_lead(email_from="same@person.example")
        first.action_set_lost()
        self.assertFalse(self._make_lead(email_from="same@person.example").possible_duplicate_id)

    def test_noise_identifies_nobody(self):
        """A switchboard's number that more than twenty leads share is no sign of the same person."""
        leads = self._make_leads([{"phone": "+972525551111"}] * 22)
        self.assertFalse(leads[-1].possible_duplicate_id)

    def test_find_duplicates_as_a_batch(self):
        leads = self._make_leads(
            [{"email_from": f"p{number}@x.example", "external_ref": f"R{number}"} for number in range(50)]
        )
        keys = [{"email_normalized": lead.email_normalized} for lead in leads] + [{"external_ref": "R7"}, {}]
        self.env.flush_all()
        with self.assertQueryCount(2):
            found = self.env["crm.lead"]._leadya_find_duplicates(keys)
        self.assertEqual(found[:50], list(leads))
        self.assertEqual(found[50], leads[7])
        self.assertFalse(found[51])

    def test_rep_does_not_see_anothers_duplicate(self):
        """The corridor looks everywhere, the rep only where she may."""
        first = self._make_lead(email_from="same@person.example", user_id=self.rep_2.id)
        second = self.env["crm.lead"].with_user(self.rep).create({"name": "x", "email_from": "same@person.example"})
        self.assertEqual(second.sudo().possible_duplicate_id, first)
        second.with_user(self.rep).web_read(
            {"possible_duplicate_id": {"fields": {"display_name": {}}}, "duplicate_hint": {}}
        )
