"""Who the lead probably is: contacts and organisations, each with its reasons and how sure they are.

How it works: whole batches are looked up by index, one search a sign: e-mails, phones,
domains, and keys of names (``tools.names``). Partners that met a lead under the key of their name are compared with
it letter by letter; the others are equal to it. Several signs of one partner add up
(``tools.evidence``), but those that follow from one another count once.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.evidence import combine
from ..tools.names import alike, search_keys
from ..tools.urls import host_of

#: A value that so many records share tells nothing of identity: a switchboard's number,
#: a shared mailbox. Odoo's own duplicate search draws the line at the same count.
NOISE_LIMIT = 20

#: How sure a way of recognition is, in percent; compared with the company's setting. Where names
#: are alike and not the same, it is that part of it.
STRENGTHS = {
    "partner_by_email": 95,
    "partner_by_phone": 85,
    "partner_by_colleague": 80,
    "partner_by_name": 45,
    "organization_by_contact": 90,
    "organization_by_domain": 80,
    "organization_by_name": 70,
}
#: Signs that are one: whoever has the address of an organisation's contact has its domain.
SAME_SIGN = {"organization_by_domain": "organization_by_contact", "partner_by_colleague": "partner_by_name"}

#: Names that are less alike than this are different names.
ALIKE_FROM = 0.7
#: So many partners under the keys of one lead's name are compared with it.
COMPARED = 60

#: So many proposals of a kind are shown.
SHOWN = 5

#: What is read of partners: what decides, and what is shown.
PARTNER_FIELDS = ("name", "company_id", "commercial_partner_id", "is_company")


@dataclass
class Proposal:
    """A partner that the lead may be, or be of.

    :param reasons: by code, what both have in common and how sure that is, in percent
    """

    partner: models.BaseModel
    reasons: dict = field(default_factory=dict)

    @property
    def strength(self):
        """How sure all reasons together are, in percent."""
        signs = defaultdict(int)
        for code, (_value, strength) in self.reasons.items():
            sign = SAME_SIGN.get(code, code)
            signs[sign] = max(signs[sign], strength)
        return combine(signs.values())


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _link_get_proposals(self):
        """Contacts and organisations that each lead may belong to, the surest first.

        Partners of another company than the lead's are left out.

        :return: two dicts, of contacts and of organisations, each from a lead's id to a list of :class:`Proposal`
        :rtype: tuple[dict, dict]
        """
        contacts, organizations = defaultdict(dict), defaultdict(dict)
        self._link_find_contacts(contacts)
        self._link_find_organizations(contacts, organizations)
        self._link_find_names(contacts, organizations)
        return self._link_sort(contacts), self._link_sort(organizations)

    def leadya_proposals(self):
        """Who the lead may be, for the form: what the user may link with one click.

        :return: ``contacts`` and ``organizations``, each with ``id``, ``name``, ``strength`` in percent and ``reasons``
            in words, the surest first; none of a kind that is linked already. ``may_create``: whether there is enough
            to make the contact of
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        contacts, organizations = self._link_get_proposals()
        may_write = self.has_access("write")
        return {
            "contacts": self._link_describe(contacts) if not self.partner_id else [],
            "organizations": self._link_describe(organizations) if not self.organization_id else [],
            "may_write": may_write,
            "may_create": bool(may_write and not self.partner_id and self._link_get_new_names()),
            "new_names": self._link_get_new_names(),
        }

    def _link_describe(self, proposals):
        templates = self.env["leadya.decision.log"]._get_reasons()
        return [
            {
                "id": proposal.partner.id,
                "name": proposal.partner.display_name,
                "strength": proposal.strength,
                "reasons": [
                    templates[code] % {"value": value} for code, (value, _strength) in proposal.reasons.items()
                ],
            }
            for proposal in proposals.get(self.id, ())[:SHOWN]
        ]

    def _link_get_new_names(self):
        """Whom it would make: the organisation's name, and the person's; without those that are not known."""
        firm = self.partner_name if not self.organization_id else ""
        return [name for name in (firm, self.contact_name or self.email_from or self.phone) if name]

    def action_link_partner(self, partner_id):
        """Link what was proposed: an organisation as such, anybody else as the contact.

        :raises AccessError: where the user may not write the lead, or read the partner
        :raises UserError: where it is another company's
        """
        self.check_access("write")
        partner = self.env["res.partner"].browse(int(partner_id)).exists()
        partner.check_access("read")
        for lead in self:
            if not partner or not lead._link_may_use(partner):
                raise UserError(self.env._("This contact is of another company, or gone."))
            lead.write(lead._link_prepare_values(partner))
        return True

    def _link_prepare_values(self, partner):
        """Values that link a partner; a contact's organisation comes along."""
        organization = partner.commercial_partner_id
        values = {} if partner.is_company else {"partner_id": partner.id, "suggested_partner_id": False}
        if organization.is_company and (partner.is_company or not self.organization_id):
            values |= {"organization_id": organization.id, "suggested_organization_id": False}
        return values

    def _link_sort(self, found):
        return {
            lead_id: sorted(proposals.values(), key=lambda proposal: (-proposal.strength, proposal.partner.id))
            for lead_id, proposals in found.items()
        }

    def _link_add(self, found, partner, code, value="", part=1.0):
        """Note a reason for a partner, unless the lead's company may not use it.

        :param float part: of the reason's own strength
        """
        if self._link_may_use(partner):
            proposal = found[self.id].setdefault(partner.id, Proposal(partner))
            proposal.reasons[code] = (value, round(part * STRENGTHS[code]))

    def _link_may_use(self, partner):
        """A lead without a company takes partners that all companies share."""
        return partner.company_id.id in (False, self.company_id.id)

    # ------------------------------------------------------------
    # SIGNS
    # ------------------------------------------------------------

    def _link_find_contacts(self, contacts):
        """Contacts of the same e-mail or phone; one search for both."""
        leads = self.filtered(lambda lead: not lead.partner_id)
        signs = {"partner_by_email": "email_normalized", "partner_by_phone": "phone_sanitized"}
        wanted = {name: list({lead[name] for lead in leads if lead[name]}) for name in signs.values()}
        partners = self._link_fetch_partners(
            Domain.OR(Domain(name, "in", values) for name, values in wanted.items() if values), wanted
        )
        for code, name in signs.items():
            by_value = self._link_group_partners(partners, name)
            for lead in leads:
                for partner in by_value.get(lead[name], ()) if lead[name] else ():
                    lead._link_add(contacts, partner, code, lead[name])

    def _link_find_organizations(self, contacts, organizations):
        for lead in self:
            for partner, part in lead._link_get_known(contacts):
                if partner.commercial_partner_id.is_company:
                    lead._link_add(organizations, partner.commercial_partner_id, "organization_by_contact", part=part)
        self._link_find_by_domain(organizations)

    def _link_get_known(self, contacts):
        """The lead's contact, else those that it may be, each with how sure that is: from 0 to 1."""
        if self.partner_id:
            return [(self.partner_id, 1.0)]
        return [
            (proposal.partner, min(proposal.strength / STRENGTHS["partner_by_email"], 1))
            for proposal in contacts[self.id].values()
        ]

    def _link_find_by_domain(self, organizations):
        wanted = {lead: domain for lead in self if (domain := lead._link_get_domain())}
        is_company = Domain("is_company", "=", True)
        by_domain = self._link_search_partners("leadya_domain", set(wanted.values()), is_company)
        for lead, domain in wanted.items():
            for partner in by_domain.get(domain, ()):
                lead._link_add(organizations, partner, "organization_by_domain", domain)

    def _link_get_domain(self):
        """The domain of the lead's organisation: of its site, else of its e-mail."""
        criterion = self.email_domain_criterion or ""
        # The criterion is a whole address where the provider is a public one.
        return host_of(self.website) or (criterion[1:] if criterion.startswith("@") else "")

    def _link_find_names(self, contacts, organizations):
        """Organisations and contacts whose name is alike, in whatever spelling; one search for both."""
        firms = {lead: lead.partner_name for lead in self if lead.partner_name}
        people = {lead: lead.contact_name for lead in self if lead.contact_name and not lead.partner_id}
        found = self._link_search_names(set(firms.values()), set(people.values()))
        for lead, name in firms.items():
            for partner, part in found[name, True]:
                lead._link_add(organizations, partner, "organization_by_name", partner.name, part)
        for lead, name in people.items():
            lead._link_add_namesakes(found[name, False], contacts, organizations)

    def _link_add_namesakes(self, namesakes, contacts, organizations):
        """A namesake at the organisation that it is says much, one anywhere else little."""
        of = {self.organization_id.id, *organizations[self.id]} - {False}
        for partner, part in namesakes:
            self._link_add(contacts, partner, "partner_by_name", partner.name, part)
            if partner.commercial_partner_id.id in of:
                self._link_add(contacts, partner, "partner_by_colleague", part=part)

    # ------------------------------------------------------------
    # LOOKING UP
    # ------------------------------------------------------------

    def _link_search_partners(self, name, values, domain=Domain.TRUE):
        """Partners by the value of one indexed field, without values that are noise."""
        partners = self._link_fetch_partners(domain & Domain(name, "in", list(values)), [name])
        return self._link_group_partners(partners, name)

    def _link_fetch_partners(self, domain, names):
        return self.env["res.partner"].search_fetch(domain, [*names, *PARTNER_FIELDS], order="id")

    def _link_group_partners(self, partners, name):
        """By the value of a field; what more than a few share says nothing."""
        return {value: found for value, found in partners.grouped(name).items() if len(found) <= NOISE_LIMIT}

    def _link_search_names(self, firms, people):
        """Partners by names that are alike.

        :param set firms: names of organisations
        :param set people: names of contacts; the family's may come first
        :return: by name and whether it is an organisation's, see :meth:`_link_compare`
        :rtype: dict[tuple, list]
        """
        keys = {(name, True): search_keys(name) for name in firms}
        keys |= {(name, False): search_keys(name, reorder=True) for name in people}
        wanted = {key for each in keys.values() for key in each}
        partners = self.env["res.partner"]
        if wanted:
            partners = partners.search_fetch(
                [("leadya_name_key", "in", list(wanted))],
                ["leadya_name_key", *PARTNER_FIELDS],
                order="id",
                limit=COMPARED * len(keys),
            )
        by_key = partners.grouped(lambda partner: (partner.leadya_name_key, partner.is_company))
        return {
            (name, is_company): self._link_compare(
                name, [partner for key in each for partner in by_key.get((key, is_company), ())]
            )
            for (name, is_company), each in keys.items()
        }

    def _link_compare(self, name, partners):
        """Those of the partners whose name is alike enough, with how much; none where they are too many.

        :rtype: list[tuple]
        """
        compared = [(partner, alike(name, partner.name)) for partner in partners[:COMPARED]]
        close = [(partner, part) for partner, part in compared if part >= ALIKE_FROM]
        return close if len(close) <= NOISE_LIMIT else []
