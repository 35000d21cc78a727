"""One customer, many deals, one memory: what is known of the lead's customer from all deals with them."""

from odoo import fields, models
from odoo.fields import Domain

#: So much of each kind a panel shows.
SHOWN = 20


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def leadya_memory(self):
        """The customer's other deals, the people met, the documents, and the leads that became part of this one.

        Of deals that the user may not see, only the number is told.

        :return: ``deals``, ``hidden_deals`` (a number), ``people``, ``documents`` and ``merged``
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        deals = self.with_context(active_test=False).search(
            self._memory_get_domain(), order="create_date desc, id desc", limit=SHOWN
        )
        return {
            "customer": self._link_get_organization().display_name or self.partner_id.display_name or "",
            "deals": [deal._memory_describe() for deal in deals],
            "hidden_deals": self._memory_count_hidden(),
            "people": self._memory_get_people(deals),
            "documents": self._memory_get_documents(self | deals),
            "merged": [lead._memory_describe() for lead in self._memory_get_merged()],
        }

    def _memory_get_domain(self):
        """Other leads and deals of the same customer: of the organisation, else of the person."""
        others = Domain("id", "!=", self.id) & Domain("merged_into_id", "=", False)
        if self.company_id:
            others &= Domain("company_id", "in", [False, self.company_id.id])
        if organization := self._link_get_organization():
            same = Domain("organization_id", "=", organization.id) | Domain(
                "partner_id.commercial_partner_id", "=", organization.id
            )
        elif self.partner_id or self.email_normalized:
            same = Domain.OR(
                Domain(name, "=", value)
                for name, value in (("partner_id", self.partner_id.id), ("email_normalized", self.email_normalized))
                if value
            )
        else:
            return Domain.FALSE
        return same & others

    def _memory_count_hidden(self):
        every = self.with_context(active_test=False)
        domain = self._memory_get_domain()
        return every.sudo().search_count(domain) - every.search_count(domain)

    def _memory_get_merged(self):
        domain = [("merged_into_id", "=", self.id)]
        return self.with_context(active_test=False).search(domain, order="id desc", limit=SHOWN)

    def _memory_describe(self):
        """A deal in a line; its outcome in words, since colours alone say nothing to some."""
        outcome = dict(self._fields["won_status"]._description_selection(self.env)).get(self.won_status, "")
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "stage": self.stage_id.name or "",
            "outcome": outcome if self.won_status != "pending" else "",
            "won_status": self.won_status,
            "revenue": self.expected_revenue,
            "currency_id": self.company_currency.id,
            "user": self.user_id.name or "",
            "date": fields.Datetime.to_string(self.create_date),
        }

    def _memory_get_people(self, leads):
        """People around any of the other deals, each once, whoever was heard last first; this one has its map."""
        people = self.env["leadya.stakeholder"].search(
            [("lead_id", "in", leads.ids)], order="last_contact_at desc nulls last, id desc", limit=10 * SHOWN
        )
        groups = people.grouped(lambda person: person.partner_id.id or person._get_person_key())
        return [same._memory_describe() for same in list(groups.values())[:SHOWN]]

    def _memory_get_documents(self, leads):
        attachments = self.env["ir.attachment"].search_fetch(
            [("res_model", "=", self._name), ("res_id", "in", leads.ids), ("res_field", "=", False)],
            ["name", "res_id", "create_date"],
            order="id desc",
            limit=SHOWN,
        )
        names = {lead.id: lead.name for lead in leads}
        return [
            {
                "id": attachment.id,
                "name": attachment.name,
                "deal": names[attachment.res_id] if attachment.res_id != self.id else "",
                "date": fields.Datetime.to_string(attachment.create_date),
            }
            for attachment in attachments
        ]


class LeadyaStakeholder(models.Model):
    _inherit = "leadya.stakeholder"

    def _memory_describe(self):
        """One person, from all deals that they were around."""
        labels = dict(self._fields["role"]._description_selection(self.env))
        roles = dict.fromkeys(labels[person.role] for person in self if person.role)
        return {
            "id": self[0].id,
            "partner_id": self.partner_id[:1].id,
            "name": self[0].name,
            "function": next((person.function for person in self if person.function), ""),
            "roles": list(roles),
            "deals": len(self.lead_id),
            "last_contact_at": fields.Datetime.to_string(self[0].last_contact_at),
        }
