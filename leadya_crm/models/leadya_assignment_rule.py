from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.assignment import Policy
from .leadya_skill import LEVELS

#: An inflow of so many times what the candidates take is told to the responsible (Z7).
FLOOD = 2


class LeadyaAssignmentRule(models.Model):
    """Which leads go to whom, in order.

    How it works: the rules whose filter takes a lead are asked in their order. Each looks
    at its candidates (a team's members, or some of them, or all members of the lead's own
    team), tells who cannot take the lead and why, and gives it by its strategy to one of
    the others. Who finds nobody says so and passes the lead on: to the next rule, to a
    named one, or to the team leader, who also gets what no rule could place.

    What Odoo has is honoured: filters of teams and members, preferences, capacity, pause.
    Nobody archived, away, of another company, or without capacity gets anything.
    """

    _name = "leadya.assignment.rule"
    _description = "Assignment Rule"
    _inherit = ["leadya.lead.filter.mixin", "leadya.automation.mixin", "leadya.alert.mixin"]
    _check_company_auto = True

    mode = fields.Selection(tracking=True)
    domain = fields.Char(tracking=True)
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Leads move to this team. Empty: leads stay in theirs; those without one may go to any.",
    )
    member_ids = fields.Many2many(
        "crm.team.member",
        "leadya_assignment_rule_member_rel",
        "rule_id",
        "member_id",
        string="Only These Members",
        domain="[('crm_team_id', '=?', team_id)]",
        help="Empty: all members of the team.",
    )
    strategy = fields.Selection(
        [
            ("least_loaded", "Least open work against capacity"),
            ("skill", "Best match of skills"),
            ("round_robin", "In turn"),
            ("territory", "By territory"),
            ("sticky", "Only the customer's own rep"),
        ],
        default="least_loaded",
        required=True,
        tracking=True,
    )
    rep_first = fields.Boolean(
        "Customer's Own Rep First",
        default=True,
        help="Who serves the customer, or the customer's organization, already goes before all others.",
    )
    skill_ids = fields.One2many("leadya.assignment.rule.skill", "rule_id", string="Skills", copy=True)
    language = fields.Selection(
        [("wished", "Wished"), ("required", "Required")],
        string="Lead's Language",
        help="Whether the rep should, or must, speak the language of the lead, where that is known.",
    )
    in_hours = fields.Boolean(
        "Only in Working Hours", help="Only to members who work at this moment, by their own calendar and time zone."
    )
    fallback = fields.Selection(
        [
            ("next", "The next rule that takes it"),
            ("rule", "This rule"),
            ("leader", "The team leader"),
        ],
        string="If Nobody Is Found",
        default="next",
        required=True,
    )
    fallback_rule_id = fields.Many2one(
        "leadya.assignment.rule", string="Then by Rule", check_company=True, ondelete="set null", index="btree_not_null"
    )
    reassign_breach = fields.Boolean(
        "Broken Promise", help="A lead whose answer is late is taken from its rep and given to somebody else."
    )
    reassign_absent = fields.Boolean(
        "Owner Away",
        default=True,
        help="When the owner is archived, or goes on leave beyond the promised time, somebody else gets the lead.",
    )
    given_count = fields.Integer(
        "Given in 30 Days", compute="_compute_given_count", help="On trial: what it would have given."
    )
    candidate_ids = fields.Many2many("crm.team.member", compute="_compute_candidate_ids", string="Candidates")
    candidate_summary = fields.Char("Candidates Now", compute="_compute_candidate_ids")

    _fallback_named = models.Constraint(
        "CHECK(fallback_rule_id IS NOT NULL OR fallback != 'rule')", "Name the rule that comes next."
    )

    @api.depends("mode")
    def _compute_given_count(self):
        since = fields.Datetime.subtract(self.env.cr.now(), days=30)
        rows = self.env["leadya.decision.log"]._read_group(
            [
                ("assignment_rule_id", "in", self.ids),
                ("user_id", "!=", False),
                ("create_date", ">=", since),
            ],
            ["assignment_rule_id", "trial"],
            ["__count"],
        )
        counts = {(rule.id, trial): count for rule, trial, count in rows}
        for rule in self:
            rule.given_count = counts.get((rule.id, rule.mode == "trial"), 0)

    @api.depends("team_id", "member_ids")
    def _compute_candidate_ids(self):
        for rule in self:
            members = rule._get_members(rule.company_id)
            free = len(members.filtered(lambda member: not member.leadya_obstacle))
            rule.candidate_ids = members
            rule.candidate_summary = self.env._("%(free)s of %(count)s free", free=free, count=len(members))

    @api.constrains("fallback", "fallback_rule_id")
    def _check_fallback(self):
        if self._has_cycle("fallback_rule_id"):
            raise ValidationError(self.env._("Rules cannot pass leads on to each other in a circle."))

    @api.constrains("team_id", "member_ids")
    def _check_team_of_members(self):
        for rule in self:
            strangers = rule.member_ids.filtered(lambda member, team=rule.team_id: team and member.crm_team_id != team)
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(members)s are not in %(team)s.",
                        members=", ".join(strangers.mapped("name")),
                        team=rule.team_id.name,
                    )
                )

    @api.onchange("team_id")
    def _onchange_team_id(self):
        if self.team_id:
            self.member_ids = self.member_ids.filtered(lambda member: member.crm_team_id == self.team_id)

    def copy_data(self, default=None):
        """A copy starts on trial: it would do what its original does already."""
        return [{**vals, "mode": "trial"} for vals in super().copy_data(default)]

    def action_view_decisions(self):
        """What the rule did or would have done."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_decision_log_action")
        return {**action, "domain": [("assignment_rule_id", "=", self.id)], "context": {}}

    def action_replay(self):
        """Open a replay of the rule over the last 30 days."""
        replay = self.env["leadya.replay"].create({"scope": "rules", "rule_ids": self.ids})
        return replay._get_form_action()

    # ------------------------------------------------------------
    # CANDIDATES
    # ------------------------------------------------------------

    def _get_members(self, company):
        """Who may be given leads by the rule, before anything is known of them."""
        self.ensure_one()
        if self.member_ids:
            return self.member_ids.filtered("active")
        if self.team_id:
            return self.team_id.crm_team_member_ids
        return self._get_all_members(company)

    @api.model
    def _get_all_members(self, company):
        domain = Domain("assignment_optout", "=", False)
        if company:
            domain &= Domain("company_id", "in", [False, company.id])
        teams = self.env["crm.team"].search(domain)
        return teams.crm_team_member_ids

    # ------------------------------------------------------------
    # POLICIES
    # ------------------------------------------------------------

    @api.model
    def _get_acting(self, company):
        """Rules for leads of the company that are on, or on trial."""
        return self.search_fetch([("mode", "!=", "off"), ("company_id", "in", [False, company.id])])

    def _prepare_policies(self, company, leads, members, filters):
        """The rules, ready to choose.

        :param dict members: tools.assignment.Member by id of the member
        :param dict filters: ``gates`` and ``preferred`` of the policies
        :rtype: list[Policy]
        """
        wants = self._search_leads(leads)
        turns, counts = self._get_turns(company)
        off_hours = self._get_off_hours(company) if any(self.mapped("in_hours")) else set()
        for member_id in off_hours & members.keys():
            members[member_id].off_hours = True
        tenures = self._get_tenures(company) if counts else {}
        return [
            Policy(
                **rule._prepare_policy(),
                members=[members[member.id] for member in rule._get_members(company)],
                wants=wants[rule.id],
                **filters,
                turns=turns.get(rule.id, {}),
                counts=counts.get(rule.id),
                tenures=tenures,
            )
            for rule in self
        ]

    def _prepare_policy(self):
        self.ensure_one()
        levels = {
            need: {line.skill_id.id: int(line.level) for line in self.skill_ids if line.need == need}
            for need in ("required", "wished")
        }
        return {
            "key": self.id,
            "strategy": self.strategy,
            "needed": levels["required"],
            "wished": levels["wished"],
            "language": self.language or "",
            "rep_first": self.rep_first,
            "in_hours": self.in_hours,
            "own_team_only": not self.team_id and not self.member_ids and self.strategy != "sticky",
            "team": self.team_id.id,
            "fallback": self.fallback,
            "jump": self.fallback_rule_id.id,
            "trial": self.mode == "trial",
            "seed": self.env.context.get("leadya_seed", 0),
        }

    def _get_off_hours(self, company):
        members = self.env["crm.team.member"]
        for rule in self.filtered("in_hours"):
            members |= rule._get_members(company)
        return members._leadya_find_off_hours()

    def _get_turns(self, company):
        """Whose turn it was last, and how many each has had, where members take turns.

        :return: by rule id and member id: a number that grows with the last turn; and, where
            the company evens turns out, how many there were in 30 days, less the bad leads
        """
        in_turn = self.filtered(lambda rule: rule.strategy == "round_robin")
        if not in_turn:
            return {}, {}
        since = fields.Datetime.subtract(self.env.cr.now(), days=30)
        rows = self.env["leadya.decision.log"]._read_group(
            [
                ("assignment_rule_id", "in", in_turn.ids),
                ("user_id", "!=", False),
                ("trial", "=", False),
                ("create_date", ">=", since),
            ],
            ["assignment_rule_id", "user_id"],
            ["id:max", "__count"],
        )
        found = {(rule.id, user.id): (last, count) for rule, user, last, count in rows}
        even = company.leadya_assignment_catch_up or company.leadya_assignment_bad_credit
        turns, counts = {}, {}
        for rule in in_turn:
            members = rule._get_members(company)
            bad = members._leadya_count_bad() if company.leadya_assignment_bad_credit else {}
            had = {member: found.get((rule.id, member.user_id.id), (0, 0)) for member in members}
            turns[rule.id] = {member.id: last for member, (last, _count) in had.items()}
            if even:
                counts[rule.id] = {
                    member.id: max(0, count - bad.get((member.user_id.id, member.crm_team_id.id), 0))
                    for member, (_last, count) in had.items()
                }
        return turns, counts

    def _get_tenures(self, company):
        members = self.env["crm.team.member"]
        for rule in self.filtered(lambda rule: rule.strategy == "round_robin"):
            members |= rule._get_members(company)
        return members._leadya_get_tenures(without_absence=not company.leadya_assignment_catch_up)

    # ------------------------------------------------------------
    # ALERTS
    # ------------------------------------------------------------

    def _get_alerts(self):
        alerts = self._get_filter_alerts()
        for rule in self:
            found = alerts.setdefault(rule.id, {})
            members = rule._get_members(rule.company_id)
            able = members.filtered(
                lambda member: member.user_id.active and not member.assignment_optout and member.assignment_max > 0
            )
            if not able:
                found["no_candidates"] = self.env._(
                    "No candidate is left: all are archived, paused or without capacity"
                )
            elif (inflow := rule._count_inflow()) > FLOOD * sum(able.mapped("assignment_max")):
                found["flood"] = self.env._(
                    "%(inflow)s leads in 30 days, more than twice what the candidates take (%(capacity)s)",
                    inflow=inflow,
                    capacity=sum(able.mapped("assignment_max")),
                )
            if rule.in_hours and able and not any(able._leadya_has_hours().values()):
                found["no_hours"] = self.env._("No candidate has working hours in the coming weeks")
        return alerts

    def _count_inflow(self):
        """Leads of the last 30 days that the filter takes."""
        self.ensure_one()
        domain = self._get_usable_domain()
        if domain is None:
            return 0
        since = Domain("create_date", ">=", fields.Datetime.now() - timedelta(days=30))
        return self.env["crm.lead"].with_context(active_test=False).search_count(domain & since)

    # ------------------------------------------------------------
    # WHY
    # ------------------------------------------------------------

    @api.model
    def _explain_choice(self, verdict, lead):
        """Why the first came first, as causes of the decision log."""
        first, rule = verdict.standings[0], verdict.policy
        causes = [[name] for name in ("rep", "preferred") if first.factors.get(name)]
        skills = [
            skill
            for skill in dict.fromkeys([*rule.needed, *rule.wished, *([lead.language] if rule.language else [])])
            if skill > 0 and first.member.skills.get(skill)
        ]
        if skills:
            names = self.env["leadya.skill"].browse(skills).mapped("name")
            causes.append(["skills", {"skills": ", ".join(names)}])
        if rule.strategy == "round_robin":
            causes.append(["turn"])
        causes.append(self._explain_load(verdict))
        return causes

    @api.model
    def _explain_load(self, verdict):
        first, *others = verdict.standings
        second = next((standing for standing in others if standing.reason == "behind"), None)
        if not second:
            return ["only"]
        user = self.env["res.users"].browse(second.member.user_id)
        return ["open_against", {"load": first.open_load, "other": second.open_load, "user": user.name}]

    @api.model
    def _explain_failure(self, verdict):
        """What kept the candidates, each kind with its count."""
        counts = Counter(standing.reason for standing in verdict.standings)
        return [[reason, {"count": count}] for reason, count in counts.most_common()] or [["no_members"]]


class LeadyaAssignmentRuleSkill(models.Model):
    """A skill that a rule asks of its candidates."""

    _name = "leadya.assignment.rule.skill"
    _description = "Skill Asked by an Assignment Rule"
    _order = "need, id"
    _rec_name = "skill_id"

    rule_id = fields.Many2one("leadya.assignment.rule", required=True, index=True, ondelete="cascade")
    skill_id = fields.Many2one("leadya.skill", required=True, ondelete="cascade", index=True)
    need = fields.Selection(
        [("required", "Required"), ("wished", "Wished")],
        default="wished",
        required=True,
        help="Required: nobody below the level gets such leads. Wished: it counts for the match.",
    )
    level = fields.Selection(LEVELS, string="At Least", default="1", required=True)

    _once = models.UniqueIndex("(rule_id, skill_id)", "A rule names each skill once.")
