"""Corridor, step "link": whose lead is it, and do we have it already?

Everything is looked up for the whole batch at once: who it probably is (see
``crm_lead_proposal``), and open leads of the same person. Odoo's own computation, lead by
lead, stays in place on the form; this one runs before work starts.
"""

from collections import defaultdict

from odoo import api, fields, models

from .crm_lead_proposal import NOISE_LIMIT, STRENGTHS

#: Less sure than this, in percent, nobody is suggested on arrival; who asks sees all that are proposed.
SUGGEST_FROM = 50


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
    suggested_partner_strength = fields.Integer(
        "Contact's Likelihood", copy=False, aggregator=None, help="How sure the suggested contact is, in percent."
    )
    suggested_organization_strength = fields.Integer(
        "Organization's Likelihood",
        copy=False,
        aggregator=None,
        help="How sure the suggested organization is, in percent.",
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
            # Run again, the step gives the same reasons again.
            lead.link_reason = "; ".join(dict.fromkeys(decisions.sorted("id").mapped("explanation")))

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
        contacts, organizations = self._link_get_proposals()
        for lead in self:
            lead._link_propose_contact(contacts.get(lead.id), values[lead.id], decisions)
            lead._link_propose_organization(organizations.get(lead.id), values[lead.id], decisions)
        self._link_mark_duplicates(values, decisions)
        self._leadya_write_each(values)
        return decisions

    def _link_propose_contact(self, proposals, values, decisions):
        best = proposals and proposals[0]
        if not best or self.partner_id or best.strength < SUGGEST_FROM:
            return
        values["suggested_partner_id"] = best.partner.id
        values["suggested_partner_strength"] = best.strength
        decisions += self._link_prepare_decisions(best)

    def _link_propose_organization(self, proposals, values, decisions):
        best = proposals and proposals[0]
        if not best or self.organization_id or best.strength < SUGGEST_FROM:
            return
        if best.strength >= (self.company_id or self.env.company).leadya_link_strength:
            values["organization_id"] = best.partner.id
        else:
            values["suggested_organization_id"] = best.partner.id
            values["suggested_organization_strength"] = best.strength
        decisions += self._link_prepare_decisions(best)

    def _link_prepare_decisions(self, proposal):
        """What the proposal rests on, as values of ``leadya.decision.log``."""
        return [
            {
                "lead_id": self.id,
                "step": "link",
                "code": code,
                "params": {
                    "partner": proposal.partner.display_name,
                    "value": value or "",
                    "strength": proposal.strength,
                },
            }
            for code, (value, _strength) in proposal.reasons.items()
        ]

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
