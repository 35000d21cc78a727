from odoo.tests import HttpCase, tagged

from .common import LeadyaCommon


@tagged("leadya", "leadya_ui", "post_install", "-at_install")
class TestPeopleUi(LeadyaCommon, HttpCase):
    """What a rep does on the page People of a lead."""

    def test_c5_z3_rep_links_and_maps(self):
        """C5 Z3: a proposed organisation is linked by one click; who is around the deal is put on the map."""
        organization = self.env["res.partner"].create({"name": "Galil Pumps Ltd.", "is_company": True})
        lead = self._make_lead(
            name="Pumps",
            user_id=self.rep.id,
            partner_name='גליל פאמפס בע"מ',
            contact_name="Dan",
            email_from="d@gmail.com",
        )
        self.start_tour(f"/odoo/crm.lead/{lead.id}", "leadya_people", login="leadya_rep")
        self.assertEqual(lead.organization_id, organization)
        self.assertEqual(
            lead.stakeholder_ids.mapped(lambda person: (person.name, person.role)),
            [("Dan", "initiator"), ("<b>Ruth</b>", "decision_maker")],
        )
        self.assertTrue(lead.stakeholder_ids[0].last_contact_at)
