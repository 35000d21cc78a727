"""What does not go together in a qualification, told in a sentence each.

To add one, extend ``_qualification_get_contradictions`` (and ``_contradiction_get_domains``, so that it is found in
lists too). Every one of them is a question to the customer, not an error: nothing is refused.
"""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, format_date

#: Roles of stakeholders by which a confirmed authority stands.
DECIDING = ("decision_maker", "signer")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    contradiction = fields.Text(
        "Contradictions",
        compute="_compute_contradiction",
        search="_search_contradiction",
        help="What was said of the deal and does not go together.",
    )

    @api.depends(
        "bant_budget",
        "bant_authority",
        "budget_amount_max",
        "expected_revenue",
        "decision_date",
        "won_status",
        "stakeholder_ids.role",
    )
    @api.depends_context("lang")
    def _compute_contradiction(self):
        found = self._qualification_get_contradictions()
        for lead in self:
            lead.contradiction = "\n".join(found[lead.id]) or False

    @api.model
    def _search_contradiction(self, operator, value):
        if operator not in ("in", "not in") or set(value) != {False}:
            return NotImplemented
        domain = Domain("won_status", "=", "pending") & Domain.OR(self._contradiction_get_domains())
        return ~domain if operator == "in" else domain

    @api.model
    def _contradiction_get_domains(self):
        """Leads of each contradiction, as :meth:`_qualification_get_contradictions` tells them.

        :rtype: list[Domain]
        """

        def is_less(leads, alias, query):
            return SQL(
                "%s < %s",
                leads._field_to_sql(alias, "budget_amount_max", query),
                leads._field_to_sql(alias, "expected_revenue", query),
            )

        below = Domain.custom(to_sql=is_less, predicate=lambda lead: lead.budget_amount_max < lead.expected_revenue)
        return [
            Domain("bant_budget", "=", "confirmed") & Domain("budget_amount_max", ">", 0) & below,
            Domain("decision_date", "<", fields.Date.context_today(self)),
            Domain("qualification_model", "!=", "ntm")
            & Domain("bant_authority", "=", "confirmed")
            & Domain("stakeholder_ids", "not any", [("role", "in", DECIDING)]),
        ]

    def _qualification_get_contradictions(self):
        """What does not go together on each lead that is still open, in sentences.

        :rtype: dict[int, list[str]]
        """
        found = {lead.id: [] for lead in self}
        pending = self.filtered(lambda lead: lead.won_status == "pending")
        for lead in pending:
            found[lead.id] += lead._contradiction_find_budget() + lead._contradiction_find_date()
        for lead in pending._contradiction_filter_without_decider():
            found[lead.id].append(
                self.env._(
                    "Authority is confirmed, yet nobody who decides or signs is among the people around the deal."
                )
            )
        return found

    def _contradiction_find_budget(self):
        if self.bant_budget != "confirmed" or not 0 < self.budget_amount_max < self.expected_revenue:
            return []
        currency = self.company_currency
        return [
            self.env._(
                "The budget is confirmed up to %(budget)s, which is below the %(revenue)s that the deal is to bring.",
                budget=format_amount(self.env, self.budget_amount_max, currency),
                revenue=format_amount(self.env, self.expected_revenue, currency),
            )
        ]

    def _contradiction_find_date(self):
        if not self.decision_date or self.decision_date >= fields.Date.context_today(self):
            return []
        return [
            self.env._(
                "The decision was expected on %(date)s, which has passed: what was decided?",
                date=format_date(self.env, self.decision_date),
            )
        ]

    def _contradiction_filter_without_decider(self):
        """Leads whose authority is confirmed, though none of their stakeholders decides or signs."""
        confirmed = self.filtered(lambda lead: lead.bant_authority == "confirmed" and lead.qualification_model != "ntm")
        if not confirmed:
            return confirmed
        # Searched for, not read from the leads: around one of them there may be thousands.
        domain = [("lead_id", "in", confirmed._origin.ids), ("role", "in", DECIDING)]
        decided = {lead.id for [lead] in self.env["leadya.stakeholder"].sudo()._read_group(domain, ["lead_id"])}
        return confirmed.filtered(lambda lead: lead._origin.id not in decided)
