"""Corridor, step "assign": a lead without an owner gets one at once.

Odoo's own team and member filters, preferences, capacities and pause decide who may
take a lead; among these the least busy does. Against stock: no daily job, no quota that
rounds to nothing, no silent conversion or merge, nobody archived or absent, and the
assignee is told.
"""

import heapq
from ast import literal_eval
from collections import defaultdict

from odoo import models
from odoo.fields import Domain


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("user_id") and not self.env.context.get("leadya_corridor"):
            self._assignment_hand_over()
        return result

    def _leadya_assign(self):
        """Give leads without an owner to somebody, or say why not."""
        unowned = self.filtered(lambda lead: not lead.user_id and lead.active and lead.won_status == "pending")
        decisions = []
        for company, leads in unowned.grouped(lambda lead: lead.company_id or self.env.company).items():
            if company.leadya_assignment_mode != "off":
                decisions += leads._assign_in_company(company)
        return decisions

    def _assign_in_company(self, company):
        trial = company.leadya_assignment_mode == "trial"
        teams = self._assign_get_teams(company)
        candidates = teams._leadya_get_candidates(self)
        given, decisions = defaultdict(list), []
        for order, lead in enumerate(self.sorted(lambda lead: (-lead.probability, lead.id))):
            team = lead.team_id or lead._assign_choose_team(teams, candidates)
            user_id, decision = lead._assign_choose(team, candidates.get(team, []), order)
            decisions.append({**decision, "lead_id": lead.id, "step": "assign", "trial": trial})
            if user_id or team != lead.team_id:
                given[team.id, user_id].append(lead.id)
        if not trial:
            self._assign_write(given)
        return decisions

    def _assign_get_teams(self, company):
        if all(lead.team_id for lead in self):
            return self.team_id
        teams = self.env["crm.team"].search(
            [("company_id", "in", [False, company.id]), ("assignment_optout", "=", False)]
        )
        return teams | self.team_id

    def _assign_choose_team(self, teams, candidates):
        """The team with the most room among those that take such leads."""
        self.ensure_one()
        usable = teams.filtered("use_leads" if self.type == "lead" else "use_opportunities")
        open_teams = [
            (min(candidate.share for candidate in free), index, team)
            for index, team in enumerate(usable)
            if (free := [candidate for candidate in candidates[team] if self.id in candidate.taken])
        ]
        return min(open_teams)[2] if open_teams else self.env["crm.team"]

    def _assign_choose(self, team, candidates, order):
        """Who of a team takes the lead: a user's id (or False), and the decision."""
        able = [
            candidate for candidate in candidates if self.id in candidate.taken and candidate.load < candidate.capacity
        ]
        preferring = [candidate for candidate in able if self.id in candidate.preferred]
        if able:
            chosen = heapq.nsmallest(1, preferring or able)[0]
            user_ids = [candidate.user_id for candidate in candidates]
            params = {
                "user": self.env["res.users"].browse(chosen.user_id).with_prefetch(user_ids).name,
                "team": team.name,
                "load": chosen.load + 1,
                "capacity": chosen.capacity,
                "candidates": len(able),
            }
            chosen.give(order + 1e12)
            return chosen.user_id, {"code": "assigned_preferred" if preferring else "assigned", "params": params}
        if not team:
            return False, {"code": "assigned_no_team", "params": {}}
        leader = team.user_id
        if leader and leader._leadya_is_available(self.company_id):
            return leader.id, {"code": "assigned_leader", "params": {"user": leader.name, "team": team.name}}
        return False, {"code": "assigned_nobody", "params": {"team": team.name}}

    def _assign_write(self, given):
        """One write a team and member; then tell each member once."""
        for (team_id, user_id), lead_ids in given.items():
            leads = self.browse(lead_ids).with_prefetch(self._ids)
            to_move = leads.filtered(lambda lead, team_id=team_id: lead.team_id.id != team_id)
            if team_id and to_move:
                to_move.write({"team_id": team_id})
            if user_id:
                leads.write({"user_id": user_id})
                leads._assignment_notify(self.env["res.users"].browse(user_id))

    def _assignment_notify(self, user):
        """One lead, one notice; a batch, one notice with the list."""
        if user == self.env.user or self.env.context.get("leadya_historic"):
            return
        if len(self) == 1:
            self.with_context(mail_auto_subscribe_no_notify=False, lang=user.lang)._message_auto_subscribe_notify(
                user.partner_id.ids, "mail.message_user_assigned"
            )
            return
        self._leadya_notify_user(
            user,
            "leadya_crm.message_leads_assigned",
            lambda env, count: env._("%(count)s leads have been assigned to you", count=count),
        )

    def _leadya_notify_user(self, user, template, get_subject):
        """Send one notice about a list of leads, in the user's language.

        :param str template: XML id of a QWeb template that gets ``leads``, the first
            of them, and ``count``, how many there are
        :param get_subject: makes the subject from an environment and the count
        """
        leads = self.with_context(lang=user.lang, tz=user.tz)
        count = len(leads)
        body = (
            self.env["ir.qweb"]
            .with_context(lang=user.lang)
            ._render(template, {"leads": leads[:50], "count": count, "more": max(0, count - 50)}, minimal_qcontext=True)
        )
        self.env["mail.thread"].with_context(lang=user.lang).message_notify(
            subject=get_subject(leads.env, count),
            body=body,
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_layout",
        )

    def _leadya_search_within(self, filter_text):
        """Those of the leads that a stored filter takes; all of them where it is empty.

        :param str filter_text: a domain, as Odoo's filter editor stores it
        """
        conditions = literal_eval(filter_text or "[]")
        if not conditions or not self:
            return self
        found = self.with_context(active_test=False).search(Domain(conditions) & Domain("id", "in", self.ids))
        return self.browse(found.ids).with_prefetch(self._ids)

    def _assignment_hand_over(self):
        """Next steps that the module scheduled go along to the lead's new owner."""
        promised = self.filtered(lambda lead: lead.user_id and lead.next_action_at)
        if not promised:
            return
        activities = promised.sudo()._cadence_get_activities()
        for lead in promised:
            of_lead = activities.filtered(lambda activity, lead=lead: activity.res_id == lead.id)
            others = of_lead.filtered(lambda activity, lead=lead: activity.user_id != lead.user_id)
            # The assignee is told of the lead itself; a second notice would say the same.
            others.with_context(mail_activity_quick_update=True).write({"user_id": lead.user_id.id})
        without = promised.filtered(lambda lead: lead.id not in set(activities.mapped("res_id")))
        self.env["leadya.decision.log"]._log(without.sudo()._leadya_schedule_first_step())
