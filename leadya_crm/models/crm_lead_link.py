"""Corridor, step "link": whose lead is it, and do we have it already?

Everything is looked up for the whole batch at once: one search for e-mails and phones
among the partners, one for domains and names among the organisations, one for open
leads of the same person. Odoo's own computation, lead by lead, stays in place on the
form; this one runs before work starts.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.urls import host_of

#: A value that so many records share tells nothing of identity: a switchboard's number,
#: a shared mailbox. Odoo's own duplicate search draws the line at the same count.
NOISE_LIMIT = 20

#: How sure a way of recognition is, in percent; compared with the company's setting.
STRENGTHS = {
    "partner_by_email": 95,
    "partner_by_phone": 85,
    "organization_by_contact": 90,
    "organization_by_domain": 80,
    "organization_by_name": 70,
}


class CrmLead(models.Model):
    _inherit = "crm.lead"

    organization_id = fields.Many2one(
        "res.partner",
        domain="[('is_company', '=', True)]",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
        help="The organization that the person asks for. Linked by itself where it was recognized surely enough.",
    )
    suggested_partner_id = fields.Many2one(
        "res.partner",
        string="Suggested Contact",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="The contact that the person probably is; not linked until somebody says so.",
    )
    suggested_organization_id = fields.Many2one(
        "res.partner",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="The organization that it probably is; not surely enough to be linked by itself.",
    )
    link_reason = fields.Char(
        compute="_compute_link_reason", help="By what the contact or the organization was recognized."
    )
    possible_duplicate_id = fields.Many2one(
        "crm.lead",
        string="Possible Duplicate Of",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="An older open lead with the same e-mail or phone.",
    )
    duplicate_hint = fields.Char(compute="_compute_duplicate_hint", compute_sudo=True)

    # Equality on the trigram index that crm has costs some 80 times a btree's (performance.md, "Traps").
    _email_normalized_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")

    @api.depends("suggested_partner_id", "suggested_organization_id", "decision_log_ids.code")
    @api.depends_context("lang")
    def _compute_link_reason(self):
        suggested = self.filtered(lambda lead: lead.suggested_partner_id or lead.suggested_organization_id)
        # Only a suggestion shows its reason; the decisions of all other leads need not be read.
        (self - suggested).link_reason = False
        for lead in suggested:
            decisions = lead.decision_log_ids.filtered(lambda log: log.code in STRENGTHS)
            lead.link_reason = "; ".join(decisions.sorted("id").mapped("explanation"))

    @api.depends("email_normalized", "phone_sanitized", "email_domain_criterion", "duplicate_lead_ids")
    @api.depends_context("lang")
    def _compute_duplicate_hint(self):
        """Other leads that may be the same customer, each with what they share."""
        for lead in self:
            lead.duplicate_hint = lead._get_duplicate_hint()

    def _get_duplicate_hint(self):
        self.ensure_one()
        others = self.duplicate_lead_ids - self._origin
        # Without this, all columns of up to twenty leads would be read for a line of text.
        others.fetch(self._duplicates_get_compared())
        others = others.filtered("active")
        hints = []
        for label, name in (
            (self.env._("same e-mail"), "email_normalized"),
            (self.env._("same phone"), "phone_sanitized"),
            (self.env._("same domain"), "email_domain_criterion"),
        ):
            value = self[name]
            same = others.filtered(lambda other, name=name, value=value: value and other[name] == value)
            if same:
                names = ", ".join(same[:3].mapped("display_name"))
                more = self.env._(" and %(count)s more", count=len(same) - 3) if len(same) > 3 else ""
                hints.append(f"{label}: {names}{more}")
                others -= same
        return "; ".join(hints)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_link_suggestion(self):
        """Accept the suggested contact and organisation."""
        for lead in self:
            values = {}
            if lead.suggested_partner_id and not lead.partner_id:
                values["partner_id"] = lead.suggested_partner_id.id
            if lead.suggested_organization_id and not lead.organization_id:
                values["organization_id"] = lead.suggested_organization_id.id
            lead.write({**values, "suggested_partner_id": False, "suggested_organization_id": False})

    def action_dismiss_suggestion(self):
        """It is somebody else: suggest it no more."""
        self.write({"suggested_partner_id": False, "suggested_organization_id": False})

    # ------------------------------------------------------------
    # CORRIDOR
    # ------------------------------------------------------------

    def _leadya_link(self):
        """Recognise contact and organisation, and mark leads of the same person."""
        values, decisions = defaultdict(dict), []
        contacts = self._link_find_contacts()
        organizations = self._link_find_organizations(contacts)
        for lead in self:
            lead._link_propose_contact(contacts.get(lead.id), values[lead.id], decisions)
            lead._link_propose_organization(organizations.get(lead.id), values[lead.id], decisions)
        self._link_mark_duplicates(values, decisions)
        self._leadya_write_each(values)
        return decisions

    def _link_propose_contact(self, found, values, decisions):
        if not found or self.partner_id:
            return
        partner, code, value = found
        values["suggested_partner_id"] = partner.id
        decisions.append(self._link_prepare_decision(code, partner, value))

    def _link_propose_organization(self, found, values, decisions):
        if not found or self.organization_id:
            return
        partner, code, value = found
        sure = STRENGTHS[code] >= (self.company_id or self.env.company).leadya_link_strength
        values["organization_id" if sure else "suggested_organization_id"] = partner.id
        decisions.append(self._link_prepare_decision(code, partner, value))

    def _link_prepare_decision(self, code, partner, value):
        params = {"partner": partner.display_name, "value": value or ""}
        return {"lead_id": self.id, "step": "link", "code": code, "params": params}

    def _link_find_contacts(self):
        """The contact of each lead, by e-mail or else by phone.

        :rtype: dict[int, tuple]
        """
        criteria = {"partner_by_email": "email_normalized", "partner_by_phone": "phone_sanitized"}
        found = {}
        for code, name in criteria.items():
            wanted = {lead.id: value for lead in self if lead.id not in found and (value := lead[name])}
            partners = self._link_search_partners(name, set(wanted.values()))
            for lead in self.browse(lead_id for lead_id, value in wanted.items() if value in partners):
                partner = lead._link_pick(partners[wanted[lead.id]])
                if partner:
                    found[lead.id] = (partner, code, wanted[lead.id])
        return found

    def _link_find_organizations(self, contacts):
        """The organisation of each lead: the contact's, or by domain, or by name.

        :param dict contacts: see :meth:`_link_find_contacts`
        :rtype: dict[int, tuple]
        """
        found = {}
        for lead in self:
            partner = lead.partner_id or (contacts[lead.id][0] if lead.id in contacts else lead.partner_id)
            if partner.commercial_partner_id.is_company:
                found[lead.id] = (partner.commercial_partner_id, "organization_by_contact", "")
        for code, name, key in (
            ("organization_by_domain", "leadya_domain", lambda lead: lead._link_get_domain()),
            ("organization_by_name", "name", lambda lead: (lead.partner_name or "").strip()),
        ):
            wanted = {lead.id: value for lead in self if lead.id not in found and (value := key(lead))}
            partners = self._link_search_partners(name, set(wanted.values()), Domain("is_company", "=", True))
            for lead in self.browse(lead_id for lead_id, value in wanted.items() if value in partners):
                partner = lead._link_pick(partners[wanted[lead.id]])
                if partner:
                    found[lead.id] = (partner, code, wanted[lead.id])
        return found

    def _link_get_domain(self):
        """The domain of the lead's organisation: of its site, else of its e-mail."""
        criterion = self.email_domain_criterion or ""
        # The criterion is a whole address where the provider is a public one.
        return host_of(self.website) or (criterion[1:] if criterion.startswith("@") else "")

    def _link_search_partners(self, name, values, domain=Domain.TRUE):
        """Partners by the value of one indexed field, without values that are noise."""
        if not values:
            return {}
        partners = self.env["res.partner"].search_fetch(
            domain & Domain(name, "in", list(values)), [name, "company_id", "commercial_partner_id"], order="id"
        )
        return {value: found for value, found in partners.grouped(name).items() if len(found) <= NOISE_LIMIT}

    def _link_pick(self, partners):
        """The first of the partners that the lead's company may use."""
        for partner in partners:
            if not partner.company_id or not self.company_id or partner.company_id == self.company_id:
                return partner
        return None

    # ------------------------------------------------------------
    # DUPLICATES
    # ------------------------------------------------------------

    def _link_mark_duplicates(self, values, decisions):
        """Link each lead to the open lead of the same person; not with ``leadya_skip_duplicates`` in the context."""
        if self.env.context.get("leadya_skip_duplicates"):
            return
        keys = [
            {
                "email_normalized": lead.email_normalized,
                "phone_sanitized": lead.phone_sanitized,
                "company_id": lead.company_id.id,
                "before_id": lead.id,
                "lead": lead,
            }
            for lead in self
        ]
        for lead, key, original in zip(self, keys, self._leadya_find_duplicates(keys), strict=True):
            if original and original != lead.possible_duplicate_id:
                values[lead.id]["possible_duplicate_id"] = original.id
                decisions.append(original._link_explain_duplicate(lead.id, key))

    def _link_explain_duplicate(self, lead_id, key):
        """Why a lead is marked as a possible duplicate of this one, as values of ``leadya.decision.log``.

        :param dict key: see :meth:`_leadya_find_duplicates`
        """
        email = key["email_normalized"]
        by_email = email and self.email_normalized == email
        return {
            "lead_id": lead_id,
            "step": "link",
            "code": "duplicate_by_email" if by_email else "duplicate_by_phone",
            "params": {"lead": self.display_name, "value": email if by_email else key["phone_sanitized"]},
        }

    @api.model
    def _leadya_find_duplicates(self, keys):
        """The oldest open lead of the same person, for each of many persons at once.

        Set-based: one query a criterion and batch, by index. A value that more leads
        than ``NOISE_LIMIT`` share is noise and identifies nobody. Runs with all rights,
        since the lead may be another rep's; the caller shows no more than it may.

        :param list[dict] keys: any of ``external_ref``, ``email_normalized`` and
            ``phone_sanitized`` (strongest first), ``company_id`` (leads of other
            companies do not count), ``before_id`` (only leads older than this one) and
            ``lead`` (itself, to leave out those that somebody called not the same)
        :return: a crm.lead per key, in the same order; empty where there is none
        """
        results = [self.browse()] * len(keys)
        for name in ("external_ref", "email_normalized", "phone_sanitized"):
            wanted = {key[name] for key, result in zip(keys, results, strict=True) if key.get(name) and not result}
            by_value = self._leadya_search_open(name, wanted)
            for index, key in enumerate(keys):
                if not results[index] and key.get(name) in by_value:
                    results[index] = self._leadya_pick_duplicate(by_value[key[name]], key)
        return results

    def _leadya_search_open(self, name, values):
        if not values:
            return {}
        leads = self.sudo().search_fetch(
            [(name, "in", list(values)), ("won_status", "=", "pending")],
            [name, "company_id", "name", "email_normalized"],
            order="id",
        )
        return {value: found for value, found in leads.grouped(name).items() if len(found) <= NOISE_LIMIT}

    def _leadya_pick_duplicate(self, candidates, key):
        companies = (False, None, key.get("company_id"))
        for candidate in candidates:
            older = not key.get("before_id") or candidate.id < key["before_id"]
            if not older or (key.get("company_id") and candidate.company_id.id not in companies):
                continue
            # Read only where there is a candidate: few leads have one.
            if not key.get("lead") or candidate not in key["lead"].distinct_lead_ids:
                return self.browse(candidate.id)
        return self.browse()

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "organization_id"]
