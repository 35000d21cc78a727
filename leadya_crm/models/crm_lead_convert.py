"""From lead to deal: organisation, contact, people around and opportunity at once, and no ghost contacts.

A ghost is a contact that stands for nobody: named after the lead's title, or a second one
of somebody who is there already. Odoo's own conversion does the work; it is told which
organisation there is, and what is not enough to make a contact of.
"""

from odoo import models
from odoo.exceptions import UserError

from ..tools.names import alike


class CrmLead(models.Model):
    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # ORGANISATION AND CONTACT
    # ------------------------------------------------------------

    def _link_get_organization(self):
        """The organisation of the lead: linked, or its contact's."""
        commercial = self.partner_id.commercial_partner_id
        return self.organization_id or (commercial if commercial.is_company else self.env["res.partner"])

    def _link_get_sure_contact(self, strength):
        """The suggested contact, where it is at least as sure."""
        sure = self.suggested_partner_strength >= strength
        return self.suggested_partner_id if sure else self.env["res.partner"]

    def _link_get_sure_organization(self, strength):
        """The suggested organisation, where it is at least as sure."""
        sure = self.suggested_organization_strength >= strength
        return self.suggested_organization_id if sure else self.env["res.partner"]

    def action_link_create(self):
        """Make the organisation and the contact of each lead, in place.

        What is there already is linked, not made again: an organisation of the same name, a contact with the same
        e-mail.

        :raises UserError: where nothing is known to make a contact of
        """
        for lead in self:
            lead._link_create()
        return True

    def _link_create(self):
        known = self.partner_id or self._link_find_same_contact()
        organization = self.organization_id or known.commercial_partner_id.filtered("is_company")
        organization = organization or self._link_find_same_organization()
        if not organization and self.partner_name:
            organization = self.env["res.partner"].create(
                self._prepare_customer_values(self.partner_name, is_company=True)
            )
        partner = known or self._create_customer(with_parent=organization)
        if not partner:
            raise UserError(
                self.env._(
                    "%(lead)s: a name, an e-mail or a phone is needed to make a contact of.", lead=self.display_name
                )
            )
        self.write(
            {
                "partner_id": partner.id,
                "organization_id": organization.id,
                "suggested_partner_id": False,
                "suggested_organization_id": False,
            }
        )

    def _link_find_same_organization(self):
        """The one that has the lead's organisation's name, but for legal form and punctuation."""
        if not self.partner_name:
            return self.env["res.partner"]
        _contacts, organizations = self._link_get_proposals()
        same = [
            proposal.partner
            for proposal in organizations.get(self.id, ())
            if alike(self.partner_name, proposal.partner.name) == 1
        ]
        return same[0] if same else self.env["res.partner"]

    def _link_find_same_contact(self):
        """The contact with the lead's e-mail; the native search does not look at the company."""
        partner = self._find_matching_partner()
        return partner if partner and self._link_may_use(partner) else self.env["res.partner"]

    def _create_customer(self, with_parent=None):
        """The contact of the lead, of the organisation that it has; none where nobody is known."""
        organization = with_parent or self.organization_id or self._link_find_same_organization()
        if self.contact_name or self.partner_name or organization:
            return super()._create_customer(with_parent=organization)
        named = self.email_from or self.phone
        if not named:
            return self.env["res.partner"]
        # Odoo would name a contact after the lead's title.
        return super(CrmLead, self.with_context(leadya_contact_name=named))._create_customer()

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        named = self.env.context.get("leadya_contact_name")
        if named and partner_name == self.name:
            partner_name = named
        values = super()._prepare_customer_values(partner_name, is_company=is_company, parent_id=parent_id)
        if is_company and self.contact_name:
            # The address is the person's: of two who have it, the next mail would find either.
            values["email"] = False
        if not self.env["res.users"].browse(values.get("user_id") or []).active:
            # Who has left sells no more.
            values["user_id"] = False
        return values

    # ------------------------------------------------------------
    # CONVERSION
    # ------------------------------------------------------------

    def _convert_opportunity_data(self, customer, team_id=False):
        """The organisation goes along; it is the customer's own where none was linked."""
        values = super()._convert_opportunity_data(customer, team_id)
        commercial = customer.commercial_partner_id if customer else self.env["res.partner"]
        if not self.organization_id and commercial.is_company:
            values["organization_id"] = commercial.id
        return values

    def convert_opportunity(self, partner, user_ids=False, team_id=False):
        result = super().convert_opportunity(partner, user_ids=user_ids, team_id=team_id)
        if not self.env.context.get("leadya_people_later"):
            self._convert_people()
        return result

    def _convert_people(self):
        """People around the leads that are deals now become contacts."""
        deals = self.filtered(lambda lead: lead.active and lead.type == "opportunity")
        people_sudo = deals.sudo().stakeholder_ids.filtered(lambda person: not person.partner_id)
        return people_sudo.sudo(self.env.su)._make_contacts()

    def action_stakeholder_contacts(self):
        """Make contacts of the people around the lead now, before it is converted.

        :return: how many contacts were made
        :rtype: int
        """
        self.check_access("write")
        people = self.env["leadya.stakeholder"].search([("lead_id", "in", self.ids), ("partner_id", "=", False)])
        return len(people._make_contacts())
