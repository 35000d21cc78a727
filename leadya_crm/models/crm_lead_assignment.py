"""Corridor, step "assign": a lead without an owner gets one at once.

The assignment rules that take a lead are asked in their order. Where none does, and the
company has it so, the least busy member of the team gets the lead. Odoo's own team and
member filters, preferences, capacities and pause count in both. Against stock: no daily
job, no quota that rounds to nothing, no silent conversion or merge, nobody archived or
absent, and the assignee is told.

How it works: the line of policies (``tools.assignment``) is made once a batch and company.
Rules on trial stand in a second line, beside those that are on, with members of its own,
so that what they would have done is known as exactly, and nothing else is changed.
"""

from ast import literal_eval
from collections import defaultdict
from dataclasses import replace
from datetime import datetime

from odoo import fields, models
from odoo.fields import Domain

from ..tools.assignment import Lead, Line, Policy
from .leadya_territory import normalize_postcode

#: What the policy of a company without rules has instead of a rule's id.
NO_RULE = 0


class CrmLead(models.Model):
    _inherit = "crm.lead"

    assign_retry_at = fields.Datetime(
        "Waiting for an Owner Since",
        copy=False,
        readonly=True,
        help="When nobody was found for the lead. It is offered again until somebody is.",
    )

    _assign_retry_index = models.Index("(assign_retry_at, id) WHERE assign_retry_at IS NOT NULL AND user_id IS NULL")
    # What each has, and was given lately, is counted for every lead that arrives.
    _assign_given_index = models.Index("(user_id, date_open)")
    _assign_open_index = models.Index("(user_id) WHERE active IS TRUE AND won_status = 'pending'")

    def write(self, vals):
        if vals.get("user_id"):
            vals = {**vals, "assign_retry_at": False}
        result = super().write(vals)
        if vals.get("user_id") and not self.env.context.get("leadya_corridor"):
            self._assignment_hand_over()
        return result

    def _leadya_assign(self):
        """Give leads without an owner to somebody, or say why not."""
        return self.filtered(lambda lead: not lead.user_id and lead._assign_is_open())._assign_run()

    def _assign_is_open(self):
        self.ensure_one()
        return self.active and self.won_status == "pending"

    def _assign_run(self, **options):
        """Ask rules and companies for an owner.

        :param options: see :meth:`_assign_in_company`
        :return: decisions, as values of leadya.decision.log
        """
        decisions = []
        for company, leads in self.grouped(lambda lead: lead.company_id or self.env.company).items():
            decisions += leads._assign_in_company(company, **options)
        return decisions

    def _assign_in_company(self, company, rules=None, default_mode=None, trial=False):
        """Choose for leads of one company, and write what was chosen.

        :param rules: leadya.assignment.rule to ask; all of the company that act, by default
        :param str default_mode: off, trial or on, for the leads that no rule takes; the
            company's own setting by default
        :param bool trial: whoever is asked only says what they would do
        """
        if rules is None:
            rules = self.env["leadya.assignment.rule"]._get_acting(company)
        default_mode = default_mode or company.leadya_assignment_mode
        if not self or (not rules and default_mode == "off"):
            return []
        acting, shadow = self._assign_prepare_lines(company, rules, default_mode, trial)
        given, decisions = defaultdict(list), []
        for lead, info in self._assign_prepare_leads(with_rules=bool(rules)):
            verdicts = acting.place(info) if acting else []
            user_id = lead._assign_conclude(verdicts, info, decisions)
            if verdicts:
                given[verdicts[-1].team, user_id].append(lead.id)
            if shadow:
                lead._assign_try(shadow.place(info), info, user_id, decisions)
        self._assign_write(given)
        return decisions

    # ------------------------------------------------------------
    # LINES
    # ------------------------------------------------------------

    def _assign_prepare_lines(self, company, rules, default_mode, trial=False):
        """The policies that act; and these with those on trial among them. None for an empty line."""
        default_members = self.env["crm.team.member"]
        if default_mode != "off":
            default_members = self._assign_get_teams(company).crm_team_member_ids
        people = default_members.union(*(rule._get_members(company) for rule in rules))
        members = people._leadya_prepare_members(with_rules=bool(rules))
        filters = {"gates": people._leadya_prepare_gates(self), "preferred": people._leadya_prepare_preferences(self)}

        def prepare(modes, members):
            chosen = rules.filtered(lambda rule: rule.mode in modes)
            policies = chosen._prepare_policies(company, self, members, filters) if chosen else []
            if default_mode in modes:
                own = [members[member.id] for member in default_members]
                policies.append(self._assign_prepare_default(own, default_mode == "trial", filters))
            return Line(policies) if policies else None

        if trial:
            line = prepare(("on", "trial"), members)
            for policy in line.policies if line else ():
                policy.trial = True
            return None, line
        if default_mode != "trial" and "trial" not in rules.mapped("mode"):
            return prepare(("on",), members), None
        # Members of its own: what a trial would give is given to nobody.
        copies = {key: replace(member) for key, member in members.items()}
        return prepare(("on",), members), prepare(("on", "trial"), copies)

    def _assign_prepare_default(self, members, trial, filters):
        """Without a rule: the team with the most room, and in it the least busy."""
        seed = self.env.context.get("leadya_seed", 0)
        return Policy(NO_RULE, "room", members, own_team_only=True, trial=trial, seed=seed, **filters)

    def _assign_get_teams(self, company):
        if all(lead.team_id for lead in self):
            return self.team_id
        teams = self.env["crm.team"].search(
            [("company_id", "in", [False, company.id]), ("assignment_optout", "=", False)]
        )
        return teams | self.team_id

    def _assign_prepare_leads(self, with_rules):
        """The leads as the policies compare them, the most promising first.

        :rtype: Iterator[tuple[CrmLead, Lead]]
        """
        reps = self._assign_get_reps() if with_rules else {}
        languages = self._assign_get_languages() if with_rules else {}
        for lead in self.sorted(lambda lead: (-lead.probability, lead.id)):
            info = Lead(lead.id, team=lead.team_id.id, owner=lead.user_id.id)
            if with_rules:
                info.rep = reps.get(lead.id, 0)
                info.country, info.state = lead.country_id.id, lead.state_id.id
                info.postcode = normalize_postcode(lead.zip)
                info.language = languages.get(lead.lang_id.id, -1) if lead.lang_id else 0
            yield lead, info

    def _assign_get_languages(self):
        """The skill of speaking each language of the leads, by id of the language."""
        skills = self.env["leadya.skill"].search([("lang_id", "in", self.lang_id.ids)])
        return {skill.lang_id.id: skill.id for skill in skills}

    def _assign_get_reps(self):
        """Who serves each lead's customer already: the user's id by the lead's.

        The salesperson of the contact or of the organization; or else who was given the
        last other lead of either.
        """
        reps = {}
        for lead in self:
            partners = lead.partner_id | lead.partner_id.commercial_partner_id | lead.organization_id
            reps[lead.id] = partners.user_id[:1].id
        unknown = self.filtered(lambda lead: not reps[lead.id] and (lead.partner_id or lead.organization_id))
        reps.update(unknown._assign_get_last_owners())
        return reps

    def _assign_get_last_owners(self):
        if not self:
            return {}
        customers = {lead.id: (lead.organization_id or lead.partner_id.commercial_partner_id).id for lead in self}
        rows = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group(
                Domain("user_id", "!=", False)
                & Domain("id", "not in", self.ids)
                & (
                    Domain("partner_id", "child_of", list(customers.values()))
                    | Domain("organization_id", "in", list(customers.values()))
                ),
                ["partner_id", "organization_id", "user_id"],
                ["date_open:max"],
            )
        )
        last = {}
        for partner, organization, user, moment in rows:
            customer = (organization or partner.commercial_partner_id).id
            last[customer] = max(last.get(customer, (datetime.min, 0)), (moment or datetime.min, user.id))
        return {lead_id: last[customer][1] for lead_id, customer in customers.items() if customer in last}

    # ------------------------------------------------------------
    # DECISIONS
    # ------------------------------------------------------------

    def _assign_conclude(self, verdicts, info, decisions):
        """Who gets the lead, of what the acting policies said: the user's id, or False.

        :param list decisions: the decisions are added to it
        """
        self.ensure_one()
        if not verdicts:
            return False
        *passed, last = verdicts
        decisions += [self._assign_describe_failure(verdict) for verdict in passed]
        if last.member:
            decisions.append(self._assign_describe_choice(last, info))
            return last.member.user_id
        return self._assign_give_up(last, decisions)

    def _assign_try(self, verdicts, info, actual_id, decisions):
        """Record what would have become of the lead, where a policy on trial had a say.

        :param actual_id: user's id of who has the lead, or gets it now
        """
        self.ensure_one()
        if not any(verdict.policy.trial for verdict in verdicts):
            return
        trial = []
        *passed, last = verdicts
        trial += [self._assign_describe_failure(verdict) for verdict in passed if verdict.policy.trial]
        if last.member and last.policy.trial:
            trial.append(self._assign_describe_choice(last, info, actual_id or info.owner))
        elif not last.member:
            self._assign_give_up(last, trial)
        decisions += [{**decision, "trial": True} for decision in trial]

    def _assign_describe(self, verdict, **values):
        return {
            "lead_id": self.id,
            "step": "assign",
            "trial": False,
            "assignment_rule_id": verdict.policy.key or False,
            "dossier": self.env["leadya.decision.log"]._prepare_dossier(verdict),
            **values,
        }

    def _assign_describe_choice(self, verdict, info, actual_id=False):
        policy, member = verdict.policy, verdict.member
        user = (
            self.env["res.users"]
            .browse(member.user_id)
            .with_prefetch([candidate.user_id for candidate in policy.members])
        )
        params = {"user": user.name, "team": self.env["crm.team"].browse(member.team_id).name}
        if policy.key == NO_RULE:
            code = "assigned_preferred" if verdict.standings[0].factors.get("preferred") else "assigned"
            params |= {
                "load": verdict.standings[0].load + 1,
                "capacity": member.capacity,
                "candidates": sum(standing.reason in ("", "behind") for standing in verdict.standings),
            }
        else:
            rules = self.env["leadya.assignment.rule"]
            instead = actual_id and actual_id != user.id
            code = "assigned_instead" if instead else "assigned_by_rule"
            params |= {"rule": rules.browse(policy.key).name, "why": rules._explain_choice(verdict, info)}
            if instead:
                params["actual"] = self.env["res.users"].browse(actual_id).name
        return self._assign_describe(verdict, code=code, params=params, user_id=user.id)

    def _assign_describe_failure(self, verdict):
        rules = self.env["leadya.assignment.rule"]
        params = {"rule": rules.browse(verdict.policy.key).name, "why": rules._explain_failure(verdict)}
        return self._assign_describe(verdict, code="rule_nobody", params=params)

    def _assign_give_up(self, verdict, decisions):
        """Nobody was found: the team leader gets the lead, where there is one.

        :return: the leader's id, or False
        """
        team = self.env["crm.team"].browse(verdict.team) or self.team_id
        leader = team.user_id
        if verdict.policy.key != NO_RULE:
            decisions.append(self._assign_describe_failure(verdict))
        if self.user_id:
            params = {"owner": self.user_id.name}
            decisions.append(self._assign_describe(verdict, code="reassigned_nobody", params=params))
            return False
        if not team:
            decisions.append(self._assign_describe(verdict, code="assigned_no_team", params={}))
            return False
        if leader and leader._leadya_is_available(self.company_id):
            params = {"user": leader.name, "team": team.name}
            decisions.append(self._assign_describe(verdict, code="assigned_leader", params=params, user_id=leader.id))
            return leader.id
        decisions.append(self._assign_describe(verdict, code="assigned_nobody", params={"team": team.name}))
        return False

    # ------------------------------------------------------------
    # WHAT IS CHANGED
    # ------------------------------------------------------------

    def _assign_write(self, given):
        """One write a team and member; then tell each member once.

        :param dict given: ids of leads by the ids of team and user; without a user they
            wait in the team to be offered again
        """
        for (team_id, user_id), lead_ids in given.items():
            leads = self.browse(lead_ids).with_prefetch(self._ids)
            to_move = leads.filtered(lambda lead, team_id=team_id: lead.team_id.id != team_id)
            if team_id and to_move and (user_id or not to_move.user_id):
                to_move.write({"team_id": team_id})
            if user_id:
                leads.write({"user_id": user_id})
                leads._assignment_notify(self.env["res.users"].browse(user_id))
            else:
                leads.filtered(lambda lead: not lead.user_id).write({"assign_retry_at": self.env.cr.now()})

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
