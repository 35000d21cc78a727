from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import LeadyaCommon


@tagged("post_install", "-at_install")
class TestConversion(LeadyaCommon):
    """Z4 Z5 C5 C11 C6: one conversion makes organisation, contact, people and deal; one customer is one memory."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.organization = cls.env["res.partner"].create(
            {"name": "Oren Packing Ltd.", "is_company": True, "website": "https://oren.example"}
        )

    def make(self, **values):
        return self._make_lead(**{"name": "Asked for a line", "type": "lead", "user_id": self.rep.id, **values})

    def convert(self, lead, user=None, **values):
        wizard = (
            self.env["crm.lead2opportunity.partner"]
            .with_user(user or self.rep)
            .with_context(active_model="crm.lead", active_id=lead.id, active_ids=lead.ids)
            .create({"name": "convert", **values})
        )
        wizard.action_apply()
        return wizard

    def add_people(self, lead, *people):
        return self.env["leadya.stakeholder"].create([{"lead_id": lead.id, **values} for values in people])

    # ------------------------------------------------------------
    # CONVERSION
    # ------------------------------------------------------------

    def test_z4_all_at_once(self):
        """Z4: organisation, contact, people around and opportunity; the lead's state is carried over."""
        lead = self.make(
            partner_name="Sharon Lasers Ltd", contact_name="Noa Sharon", email_from="noa@sharon-lasers.example"
        )
        lead.write({"bant_need": "confirmed", "triage_state": "fit"})
        signer, guru = self.add_people(
            lead,
            {"name": "Gil Sharon", "role": "signer", "email": "gil@sharon-lasers.example"},
            {"name": "Prof. Adam", "role": "opinion_leader", "side": "outside", "phone": "+972 50 000 0000"},
        )
        self.convert(lead, action="create")
        self.assertEqual(lead.type, "opportunity")
        self.assertEqual((lead.bant_need, lead.triage_state), ("confirmed", "fit"))
        self.assertEqual(lead.partner_id.name, "Noa Sharon")
        self.assertEqual(lead.organization_id, lead.partner_id.parent_id)
        self.assertEqual(lead.organization_id.name, "Sharon Lasers Ltd")
        self.assertEqual(signer.partner_id.parent_id, lead.organization_id)
        self.assertFalse(guru.partner_id.parent_id, "who stands outside is no employee (Z3)")

    def test_no_second_organization(self):
        """The organisation that there is already, in another spelling of its legal form, is taken."""
        lead = self.make(partner_name="OREN PACKING", contact_name="Yael")
        self.convert(lead, action="create")
        self.assertEqual(lead.partner_id.parent_id, self.organization)
        self.assertEqual(
            self.env["res.partner"].search_count([("name", "ilike", "oren packing"), ("is_company", "=", True)]), 1
        )

    def test_no_ghost_contact(self):
        """Nothing is known but a title: no contact is named after it."""
        ghost = self.make(name="Call me")
        self.convert(ghost, action="create")
        self.assertFalse(ghost.partner_id)
        self.assertEqual(ghost.type, "opportunity")
        reachable = self.make(name="Call me", phone="+972 52-555-0100")
        self.convert(reachable, action="create")
        self.assertEqual(reachable.partner_id.name, "+972 52-555-0100")

    def test_no_ghosts_of_people(self):
        """Who cannot be reached and belongs nowhere stays a name on the deal; nobody is made twice."""
        known = self.env["res.partner"].create(
            {"name": "Ruth Oren", "parent_id": self.organization.id, "email": "ruth@oren.example"}
        )
        lead = self.make(contact_name="Yael", email_from="yael@oren.example", organization_id=self.organization.id)
        by_mail, by_name, twice, again, ghost, asker = self.add_people(
            lead,
            {"name": "R. Oren", "email": "Ruth@oren.example", "role": "signer"},
            {"name": "רות אורן", "role": "user"},
            {"name": "Boss", "role": "decision_maker"},
            {"name": "Boss", "role": "gatekeeper"},
            {"name": "Somebody's uncle", "side": "outside"},
            {"name": "Yael", "role": "initiator"},
        )
        self.convert(lead, action="create")
        self.assertEqual(by_mail.partner_id, known)
        self.assertEqual(by_name.partner_id, known)
        self.assertTrue(twice.partner_id)
        self.assertEqual(twice.partner_id, again.partner_id)
        self.assertFalse(ghost.partner_id)
        self.assertEqual(asker.partner_id, lead.partner_id)

    def test_z1_private_person(self):
        """Z1: a private person becomes a contact without an organisation; so do the people around her."""
        lead = self.make(contact_name="Tami", email_from="tami@gmail.com")
        mother, nobody = self.add_people(lead, {"name": "Her mother", "phone": "052"}, {"name": "A friend"})
        self.convert(lead, action="create")
        self.assertFalse(lead.organization_id or lead.partner_id.parent_id)
        self.assertTrue(mother.partner_id)
        self.assertFalse(nobody.partner_id)

    def test_archived_salesperson(self):
        """Who has left is nobody's salesperson."""
        lead = self.make(contact_name="Yael", email_from="yael@oren.example")
        [boss] = self.add_people(lead, {"name": "Boss", "email": "boss@oren.example"})
        self.rep.active = False
        self.convert(lead, user=self.manager, action="create", user_id=self.rep.id)
        self.assertTrue(lead.partner_id and boss.partner_id)
        self.assertFalse(lead.partner_id.user_id or boss.partner_id.user_id)

    def test_another_companys_contact_is_not_taken(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.env["res.partner"].create(
            {"name": "Boss", "email": "boss@oren.example", "company_id": other.id}
        )
        lead = self.make(contact_name="Yael", email_from="yael@oren.example", company_id=self.company.id)
        [boss] = self.add_people(lead, {"name": "Boss", "email": "boss@oren.example"})
        self.convert(lead, action="create")
        self.assertTrue(boss.partner_id)
        self.assertNotEqual(boss.partner_id, stranger)

    def test_wizard_says_what_it_makes(self):
        lead = self.make(partner_name="Sharon Lasers", contact_name="Noa", email_from="noa@sharon.example")
        self.add_people(lead, {"name": "Boss"})
        wizard = Form(
            self.env["crm.lead2opportunity.partner"]
            .with_user(self.rep)
            .with_context(active_model="crm.lead", active_id=lead.id, active_ids=lead.ids)
        )
        self.assertEqual(wizard.action, "create")
        self.assertEqual(
            wizard.leadya_plan.splitlines(),
            [
                "Organization: Sharon Lasers, new",
                "Contact: Noa, new",
                "People around the deal who become contacts: up to 1",
            ],
        )
        wizard.commercial_partner_id = self.organization
        self.assertIn("Organization: Oren Packing Ltd., there already", wizard.leadya_plan)

    def test_wizard_takes_the_suggestion(self):
        contact = self.env["res.partner"].create({"name": "Yael Oren", "phone": "+972525550111"})
        lead = self.make(contact_name="Yael", phone="+972 52-555-0111")
        self.assertEqual(lead.suggested_partner_id, contact)
        wizard = self.convert(lead)
        self.assertEqual(wizard.action, "exist")
        self.assertEqual(lead.partner_id, contact)

    def test_many_people_as_a_batch(self):
        """Ten thousand people cost no more searches than ten; contacts are made in one go."""
        lead = self.make(organization_id=self.organization.id)
        few = self.add_people(lead, *({"name": f"P {number}"} for number in range(10)))
        more = self.add_people(lead, *({"name": f"Q {number}"} for number in range(300)))
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        few._make_contacts()
        self.env.flush_all()
        base = self.cr.sql_log_count - start
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        more._make_contacts()
        self.env.flush_all()
        self.assertTrue(all(person.partner_id for person in more))
        self.assertLessEqual(self.cr.sql_log_count - start, base + 300 * 3)

    # ------------------------------------------------------------
    # IN PLACE
    # ------------------------------------------------------------

    def test_c5_made_in_place(self):
        """C5: one click makes organisation and person, as the rep; a second click makes nobody twice."""
        lead = self.make(partner_name="Sharon Lasers", contact_name="Noa", email_from="noa@sharon.example")
        lead.with_user(self.rep).action_link_create()
        self.assertEqual(lead.partner_id.parent_id, lead.organization_id)
        again = self.make(partner_name="Sharon Lasers Ltd.", contact_name="Noa", email_from="noa@sharon.example")
        again.with_user(self.rep).action_link_create()
        self.assertEqual(again.partner_id, lead.partner_id)
        self.assertEqual(again.organization_id, lead.organization_id)
        with self.assertRaises(UserError):
            self.make(name="Call me").with_user(self.rep).action_link_create()

    def test_c5_linked_by_one_click(self):
        lead = self.make(partner_name="אורן פאקינג", email_from="yael@gmail.com")
        found = lead.with_user(self.rep).leadya_proposals()
        [proposal] = found["organizations"]
        self.assertEqual(proposal["id"], self.organization.id)
        self.assertIn("name alike", proposal["reasons"])
        self.assertTrue(50 <= proposal["strength"] <= 70)
        lead.with_user(self.rep).action_link_partner(proposal["id"])
        self.assertEqual(lead.organization_id, self.organization)
        with self.assertRaises(AccessError):
            lead.with_user(self.rep_2).action_link_partner(self.organization.id)
        with self.assertRaises(UserError):
            lead.with_user(self.rep).action_link_partner(2**31 - 1)

    # ------------------------------------------------------------
    # MEMORY
    # ------------------------------------------------------------

    def test_z5_c11_one_memory(self):
        """Z5 C11: the customer's deals, lost and won too, the people, the documents, the leads behind it."""
        yael = self.env["res.partner"].create({"name": "Yael", "parent_id": self.organization.id})
        lead, older, lost = (self.make(name=name, partner_id=yael.id) for name in ("New", "Older", "Lost"))
        by_organization = self.make(name="By another", organization_id=self.organization.id)
        theirs = self.make(name="Colleague's", organization_id=self.organization.id, user_id=self.rep_2.id)
        lost.action_set_lost()
        self.add_people(older, {"name": "Boss", "role": "signer", "email": "boss@oren.example"})
        self.add_people(lost, {"name": "The boss", "role": "decision_maker", "email": "boss@oren.example"})
        self.env["ir.attachment"].create({"name": "spec.pdf", "res_model": "crm.lead", "res_id": older.id, "raw": b"x"})
        twin = self.make(name="Twin", partner_id=yael.id)
        (lead | twin).with_user(self.rep)._leadya_merge(lead)
        memory = lead.with_user(self.rep).leadya_memory()
        self.assertEqual({deal["name"] for deal in memory["deals"]}, {"Older", "Lost", by_organization.name})
        self.assertEqual(memory["hidden_deals"], 1, theirs.name)
        [boss] = memory["people"]
        self.assertEqual((set(boss["roles"]), boss["deals"]), ({"Signer", "Decision Maker"}, 2))
        self.assertEqual([document["name"] for document in memory["documents"]], ["spec.pdf"])
        self.assertEqual([deal["name"] for deal in memory["merged"]], ["Twin"])
        with self.assertRaises(AccessError):
            lead.with_user(self.rep_2).leadya_memory()

    def test_z1_memory_of_a_private_person(self):
        first, second = (self.make(name=name, email_from="tami@gmail.com") for name in ("First", "Second"))
        [deal] = second.with_user(self.rep).leadya_memory()["deals"]
        self.assertEqual(deal["id"], first.id)
        self.assertFalse(self.make(name="Nobody").with_user(self.rep).leadya_memory()["deals"])

    def test_c6_card_of_a_contact(self):
        """C6 Z3: the card says in how many deals somebody has a part, and how large the organisation is."""
        yael = self.env["res.partner"].create({"name": "Yael", "parent_id": self.organization.id})
        self.add_people(self.make(), {"partner_id": yael.id, "role": "user"}, {"partner_id": yael.id, "role": "signer"})
        self.organization.leadya_headcount = 40
        for partner in (yael, self.organization):
            partner = partner.with_user(self.rep)
            self.assertEqual(partner.leadya_stakeholder_count, 1)
            action = partner.action_view_leadya_stakeholders()
            self.assertEqual(self.env["leadya.stakeholder"].search_count(action["domain"]), 2)
