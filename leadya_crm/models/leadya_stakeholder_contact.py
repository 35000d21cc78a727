"""Stakeholders become contacts when their lead becomes a deal: nobody twice, and no ghosts.

A ghost is a contact that neither can be reached nor belongs to an organisation. Such a
person stays a name on the deal.
"""

from collections import defaultdict

from odoo import models

from ..tools.names import alike, name_key

#: Two people of one organisation whose names are as alike as this are one.
SAME_PERSON_FROM = 0.85


class LeadyaStakeholder(models.Model):
    _inherit = "leadya.stakeholder"

    def _make_contacts(self):
        """Link each person to the contact that they are, or make one; as a batch.

        :return: the contacts that were made
        """
        people = self.filtered(lambda person: not person.partner_id)
        people._link_existing()
        return people.filtered(lambda person: not person.partner_id)._create_contacts()

    # ------------------------------------------------------------
    # EXISTING CONTACTS
    # ------------------------------------------------------------

    def _link_existing(self):
        """The lead's own contact, one with the same e-mail, or a namesake of the same organisation."""
        by_email, by_organization = self._search_by_email(), self._search_by_organization()
        taken = self._get_taken()
        for person in self:
            near = person.lead_id.partner_id | by_organization[person._get_organization(), name_key(person.name)]
            partner = person._pick_by_email(by_email) or person._pick_by_name(near)
            identity = (person.lead_id, partner, person.role)
            # Whoever stands on the map twice in one role stays there; the contact is linked once.
            if partner and identity not in taken:
                taken.add(identity)
                person.partner_id = partner

    def _get_taken(self):
        people = self.search([("lead_id", "in", self.lead_id.ids), ("partner_id", "!=", False)])
        return {(person.lead_id, person.partner_id, person.role) for person in people}

    def _search_by_email(self):
        emails = {email for email in self.mapped("email_normalized") if email}
        partners = self.env["res.partner"]
        if emails:
            partners = partners.search([("email_normalized", "in", list(emails)), ("is_company", "=", False)])
        return partners.grouped("email_normalized")

    def _search_by_organization(self):
        """Contacts by organisation and the key of their name."""
        found = defaultdict(lambda: self.env["res.partner"])
        organizations = {person._get_organization() for person in self} - {self.env["res.partner"]}
        domain = [
            ("commercial_partner_id", "in", [organization.id for organization in organizations]),
            ("leadya_name_key", "in", list({name_key(person.name) for person in self})),
            ("is_company", "=", False),
        ]
        for partner in self.env["res.partner"].search(domain) if organizations else ():
            found[partner.commercial_partner_id, partner.leadya_name_key] |= partner
        return found

    def _pick_by_email(self, by_email):
        partners = by_email.get(self.email_normalized, self.env["res.partner"])
        return partners.filtered(self.lead_id._link_may_use)[:1]

    def _pick_by_name(self, partners):
        return partners.filtered(lambda partner: alike(self.name, partner.name) >= SAME_PERSON_FROM)[:1]

    def _get_organization(self):
        """Whose the person is; nobody's where they stand outside."""
        return self.lead_id._link_get_organization() if self.side == "inside" else self.env["res.partner"]

    # ------------------------------------------------------------
    # NEW CONTACTS
    # ------------------------------------------------------------

    def _create_contacts(self):
        """One contact for all rows of a person; none for a ghost."""
        rows = self.filtered(lambda person: person.email or person.phone or person._get_organization())
        groups = rows.grouped(lambda person: (person._get_organization() or person.lead_id, person._get_person_key()))
        # The salesperson knows: it is her deal.
        creator = self.env["res.partner"].with_context(
            mail_create_nosubscribe=True, mail_auto_subscribe_no_notify=True, mail_create_nolog=True
        )
        partners = creator.create([people._prepare_contact() for people in groups.values()]).with_env(self.env)
        for people, partner in zip(groups.values(), partners, strict=True):
            # Of two rows with the same role, one is the contact's.
            for same_role in people.grouped(lambda person: (person.lead_id, person.role)).values():
                same_role[0].partner_id = partner
        return partners

    def _prepare_contact(self):
        """Values of the contact of a person, from all their rows."""
        first = self[0]
        known = {
            name: next((value for value in self.mapped(name) if value), False)
            for name in ("function", "email", "phone")
        }
        return {
            **known,
            "name": first.name,
            "type": "contact",
            "parent_id": first._get_organization().id,
            "company_id": first.company_id.id if first._get_organization().company_id else False,
            # Who has left sells no more.
            "user_id": first.lead_id.user_id.filtered("active").id,
            "lang": first.lead_id.lang_id.filtered("active").code or False,
        }
