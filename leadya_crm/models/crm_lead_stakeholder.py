"""The people around the deal, on the lead: who is known, who is missing, who was silent too long."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from .leadya_stakeholder import ROLES

#: Who must be known before a deal is one. A private person who asks for herself mostly decides and signs,
#: too; that it is so must be known all the same.
EXPECTED_ROLES = {"organization": ("decision_maker", "user", "signer"), "person": ("decision_maker",)}

#: Outcomes of an attempt in which the customer was heard.
HEARD = ("reached", "call_back", "meeting", "not_now", "not_interested", "replied", "met")

#: So many people of one role a map shows; all of them are in the list.
SHOWN = 12
#: So many contacts of the organisation are offered to be put on the map.
OFFERED = 8


class CrmLead(models.Model):
    _inherit = "crm.lead"

    stakeholder_ids = fields.One2many("leadya.stakeholder", "lead_id", "Stakeholders")

    # ------------------------------------------------------------
    # WHO IS KNOWN, WHO IS MISSING
    # ------------------------------------------------------------

    def _stakeholder_get_roles(self):
        """Which roles somebody is known for, of each lead; one query for all of them.

        :return: sets of values of ``leadya.stakeholder.role``, by the lead's id
        :rtype: dict[int, set]
        """
        groups = self.env["leadya.stakeholder"]._read_group(
            [("lead_id", "in", self.ids), ("role", "!=", False)], ["lead_id"], ["role:array_agg_distinct"]
        )
        found = {lead.id: set(roles) for lead, roles in groups}
        return {lead.id: found.get(lead.id, set()) for lead in self}

    def _stakeholder_get_missing(self):
        """Roles that nobody is known for and somebody must have, of each lead.

        :rtype: dict[int, list]
        """
        known = self._stakeholder_get_roles()
        return {
            lead.id: [role for role in lead._stakeholder_get_expected() if role not in known[lead.id]] for lead in self
        }

    def _stakeholder_get_expected(self):
        """Roles that somebody must have; few where a private person asks for herself.

        :rtype: tuple[str]
        """
        organization = self.organization_id or self.partner_name or self.partner_id.commercial_partner_id.is_company
        return EXPECTED_ROLES["organization" if organization else "person"]

    @api.model
    def _stakeholder_get_questions(self):
        """What to ask, to learn who has a role."""
        return {
            "initiator": self.env._("Whose idea was it?"),
            "user": self.env._("Who will use it?"),
            "influencer": self.env._("Whose advice counts?"),
            "decision_maker": self.env._("Who decides?"),
            "signer": self.env._("Who signs?"),
            "gatekeeper": self.env._("Who lets us through to them?"),
            "opinion_leader": self.env._("Whom does everybody listen to?"),
        }

    # ------------------------------------------------------------
    # MAP
    # ------------------------------------------------------------

    def leadya_stakeholder_map(self):
        """The people around the deal, for the map on the form.

        :return: ``people`` (see ``leadya.stakeholder._describe``; the first ``SHOWN`` of each role), ``total``,
            ``missing`` (``role``, ``question``), ``offered`` (people who are near and not on the map: values of a
            stakeholder), ``silent_days`` and ``may_write``
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        counts = dict(self.env["leadya.stakeholder"]._read_group([("lead_id", "=", self.id)], ["role"], ["__count"]))
        missing = [role for role in self._stakeholder_get_expected() if role not in counts]
        questions = self._stakeholder_get_questions()
        may_write = self.has_access("write")
        return {
            "people": self._stakeholder_get_first(counts)._describe(),
            "total": sum(counts.values()),
            "missing": [{"role": role, "question": questions[role]} for role in missing],
            "offered": self._stakeholder_get_offered() if may_write else [],
            "silent_days": self._stakeholder_get_silent_days(),
            "may_write": may_write,
        }

    def _stakeholder_get_first(self, roles):
        """Those that a map has place for, in the order of roles: however many users there are, who decides is seen.

        :param roles: that somebody is known for, False among them
        """
        found = stakeholders = self.env["leadya.stakeholder"]
        for role in [*(role for role, _label in ROLES), False]:
            if role in roles:
                found |= stakeholders.search([("lead_id", "=", self.id), ("role", "=", role)], limit=SHOWN)
        return found

    def _stakeholder_get_silent_days(self):
        return (self.company_id or self.env.company).sudo().leadya_stakeholder_silent_days

    def _stakeholder_get_offered(self):
        """Who asked, and the organisation's contacts, unless they stand on the map.

        :return: values of ``leadya.stakeholder``
        :rtype: list[dict]
        """
        near = [self._stakeholder_prepare_asker()]
        if organization := self._link_get_organization():
            domain = [("id", "child_of", organization.id), ("is_company", "=", False), ("type", "=", "contact")]
            near += [
                {"partner_id": partner.id, "name": partner.name}
                for partner in self.env["res.partner"].search(domain, limit=2 * OFFERED)
            ]
        people = self.env["leadya.stakeholder"].search_fetch(
            [("lead_id", "=", self.id)], ["partner_id", "name"], limit=10 * SHOWN
        )
        names, known = {person.name.casefold() for person in people}, people.partner_id.ids
        offered = {
            values["name"].casefold(): values
            for values in reversed(near)
            if values and values["name"].casefold() not in names and values["partner_id"] not in known
        }
        return [{"lead_id": self.id, **values} for values in reversed(offered.values())][:OFFERED]

    def _stakeholder_prepare_asker(self):
        """Who asked, as values of a stakeholder; none where no name is known."""
        person = self.partner_id if not self.partner_id.is_company else self.env["res.partner"]
        name = person.name or self.contact_name
        if not name:
            return {}
        return {
            "partner_id": person.id,
            "name": name,
            "email": self.email_from or False,
            "phone": self.phone or False,
            "function": self.function or False,
            "role": "initiator",
        }

    # ------------------------------------------------------------
    # LAST CONTACT
    # ------------------------------------------------------------

    def _cadence_apply(self, attempt):
        result = super()._cadence_apply(attempt)
        if attempt.outcome in HEARD:
            self.sudo()._stakeholder_note_contact(attempt)
        return result

    def _stakeholder_note_contact(self, attempt):
        """Whoever was heard in the attempt was not silent then; with all rights."""
        partners, emails = self._stakeholder_get_heard(attempt)
        of_person = Domain("partner_id", "in", partners.ids) | Domain("email_normalized", "in", list(emails))
        people = self.env["leadya.stakeholder"].search(Domain("lead_id", "=", self.id) & of_person)
        people._note_contact(attempt.attempted_at)

    def _stakeholder_get_heard(self, attempt):
        """Contacts and addresses of those who were heard: by the evidence, else it is the lead's own contact."""
        message, event = attempt.message_id, attempt.event_id
        if message:
            partners, texts = message.author_id, [message.email_from]
        elif event:
            partners, texts = event.partner_ids, event.attendee_ids.mapped("email")
        else:
            partners, texts = self.partner_id, [self.email_from]
        emails = {email_normalize(text) for text in [*texts, *partners.mapped("email")] if text}
        return partners, emails - {False}

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_dependences(self, opportunities):
        """People of the merged leads are around this one; of somebody who stands on both maps, all that is known."""
        result = super()._merge_dependences(opportunities)
        self.sudo()._stakeholder_take_over(opportunities.sudo())
        return result

    def _stakeholder_take_over(self, opportunities):
        known = {identity: person for person in self.stakeholder_ids for identity in person._get_identities()}
        moving = []
        for person in opportunities.stakeholder_ids:
            identities = person._get_identities()
            same = next((known[identity] for identity in identities if identity in known), None)
            if same:
                same._take_over(person)
            else:
                known |= dict.fromkeys(identities, person)
                moving.append(person.id)
        self.env["leadya.stakeholder"].browse(moving).lead_id = self

    # ------------------------------------------------------------
    # SILENCE
    # ------------------------------------------------------------

    def _stakeholder_get_silent_since(self):
        """Whoever was last heard before this moment has been silent too long; None where that is not asked."""
        days = self._stakeholder_get_silent_days()
        return self.env.cr.now() - timedelta(days=days) if days and self.won_status == "pending" else None
