"""One go of a replay: past leads before the rules of today. Reads, and writes nothing."""

from collections import Counter
from datetime import timedelta
from heapq import heappush
from zoneinfo import ZoneInfo

from ..tools.assignment import Line, TimedMember
from ..tools.moments import utc

#: So many leads are shown in full.
SAMPLES = 20

WEEK = 7 * 24


class ReplayRun:
    """The state of a replay from batch to batch.

    :param replay: leadya.replay
    """

    def __init__(self, replay):
        # As the corridor does: beyond what the manager who asks may see of other teams.
        self.replay = replay.sudo().with_context(active_test=True)
        self.env = self.replay.env
        self.company = replay.company_id
        self.rules = self._get_rules()
        self.categories = self._get_categories()
        self.start, self.end = utc(replay.date_from), utc(replay.date_to)
        self._prepare_people()
        self.line = None
        self.count = self.nobody = self.unwanted = 0
        self.same = self.other = self.new = 0
        self.taken, self.given, self.people = Counter(), Counter(), Counter()
        self.hours = Counter()
        self.promises = {category.id: Counter() for category in self.categories}
        self.samples = []

    def _get_rules(self):
        rules = self.env["leadya.assignment.rule"]
        if self.replay.scope == "rules":
            return self.replay.rule_ids.sorted()
        if self.replay.scope == "categories":
            return rules
        return rules.search([("company_id", "in", [False, self.company.id])])

    def _get_categories(self):
        categories = self.env["leadya.sla.category"]
        if self.replay.scope == "categories":
            return self.replay.category_ids.sorted()
        domain = [("company_id", "in", [False, self.company.id])]
        return categories.search(domain if self.replay.scope == "all" else [*domain, ("mode", "!=", "off")])

    def _prepare_people(self):
        people = self.env["crm.team.member"]
        self.people_of_rules = people.union(*(rule._get_members(self.company) for rule in self.rules))
        self.members = {member.id: TimedMember(**member._leadya_prepare_member()) for member in self.people_of_rules}
        bars = {member.id for member in self.people_of_rules if not member.user_id.active or member.user_id.share}
        self.paused = {member.id for member in self.people_of_rules if member.assignment_optout}
        self.archived = bars
        self.tables = self.people_of_rules._leadya_get_hours(self.start, self.end + timedelta(days=7))
        self.leaves = self.people_of_rules.user_id._leadya_get_leaves(self.replay.date_from, self.replay.date_to)

    # ------------------------------------------------------------
    # LEADS
    # ------------------------------------------------------------

    def search_lead_ids(self):
        """The leads of the span, in the order in which they came."""
        domain = [
            ("create_date", ">=", self.replay.date_from),
            ("create_date", "<=", self.replay.date_to),
            ("company_id", "in", [False, self.company.id]),
        ]
        return list(self.env["crm.lead"].with_context(active_test=False)._search(domain, order="create_date, id"))

    def play(self, lead_ids):
        """Let a batch of leads come by."""
        leads = self.env["crm.lead"].with_context(active_test=False).browse(lead_ids).exists()
        self._play_promises(leads)
        self._play_rules(leads)
        self.count += len(leads)
        # Tens of thousands of leads need not all stay in memory.
        self.env.invalidate_all()

    def _play_rules(self, leads):
        zone = ZoneInfo(self.env.user.tz or "UTC")
        for lead in leads:
            self.hours[utc(lead.create_date).astimezone(zone).hour] += 1
        if not self.rules:
            return
        self._prepare_line(leads)
        infos = {lead.id: info for lead, info in leads._assign_prepare_leads(with_rules=True)}
        for lead in leads:
            moment = lead.create_date
            self._move_to(moment)
            info = infos[lead.id]
            # The owner of today does not keep the lead from anybody then.
            info.owner = 0
            self._count(lead, info, self.line.place(info))

    def _prepare_line(self, leads):
        """The policies for this batch, with the turns and counts of those before."""
        filters = {
            "gates": self.people_of_rules._leadya_prepare_gates(leads),
            "preferred": self.people_of_rules._leadya_prepare_preferences(leads),
        }
        if self.line is None:
            policies = self.rules._prepare_policies(self.company, leads, self.members, filters)
            for policy in policies:
                # Whose turn it is today says nothing of then.
                policy.turns, policy.tenures = {}, {}
                policy.counts = None if policy.counts is None else {}
            self.line = Line(policies)
            return
        wants = self.rules._search_leads(leads)
        for policy in self.line.policies:
            policy.wants = wants[policy.key]
            policy.gates, policy.preferred = filters["gates"], filters["preferred"]

    def _move_to(self, moment):
        """Who could take a lead at the moment."""
        aware, stamp = utc(moment), utc(moment).timestamp()
        soon = aware + timedelta(seconds=1)
        for member_id, member in self.members.items():
            member.move_to(stamp)
            member.off_hours = not self.tables[member_id].seconds_between(aware, soon)
            away = any(begin <= moment <= stop for begin, stop in self.leaves.get(member.user_id, ()))
            member.barred = (
                "archived"
                if member_id in self.archived
                else "paused"
                if member_id in self.paused
                else "absent"
                if away
                else ""
            )

    def _count(self, lead, info, verdicts):
        for verdict in verdicts:
            self.taken[verdict.policy.key] += 1
        if not verdicts:
            self.unwanted += 1
            return
        last = verdicts[-1]
        if not last.member:
            self.nobody += 1
        else:
            self._count_given(lead, last)
        if self._is_sampled(len(self.samples)):
            self.samples.append(self._prepare_sample(lead, info, last))

    def _count_given(self, lead, verdict):
        member, owner = verdict.member, lead.user_id
        self.given[verdict.policy.key] += 1
        self.people[member.member_id] += 1
        if lead.date_closed and lead.date_closed > lead.create_date:
            heappush(member.closings, utc(lead.date_closed).timestamp())
        if not owner:
            self.new += 1
        elif owner.id == member.user_id:
            self.same += 1
        else:
            self.other += 1

    @staticmethod
    def _is_sampled(count):
        return count < SAMPLES

    def _prepare_sample(self, lead, info, verdict):
        rules = self.env["leadya.assignment.rule"]
        causes = rules._explain_choice(verdict, info) if verdict.member else rules._explain_failure(verdict)
        return {
            "id": lead.id,
            "name": lead.name,
            "rule": rules.browse(verdict.policy.key).name,
            "user": self.env["res.users"].browse(verdict.member.user_id).name if verdict.member else "",
            "actual": lead.user_id.name or "",
            "why": causes,
        }

    # ------------------------------------------------------------
    # PROMISES
    # ------------------------------------------------------------

    def _play_promises(self, leads):
        """What would have been promised, and whether the answer came in time."""
        for category, taken in self.categories._match_leads(leads).items():
            counts = self.promises[category.id]
            counts["taken"] += len(taken)
            counts["moved"] += len(taken.filtered(lambda lead, category=category: lead.sla_category_id != category))
            for (calendar, _zone), alike in taken.grouped(category._get_hours).items():
                deadlines = calendar._leadya_plan(
                    [utc(lead.create_date) for lead in alike], [category.response_minutes] * len(alike)
                )
                for lead, deadline in zip(alike, deadlines, strict=True):
                    counts[self._judge(lead, deadline)] += 1

    def _judge(self, lead, deadline):
        """kept, broken, or open (closed before, still running, or without working hours)."""
        if deadline is None:
            return "open"
        if lead.first_response_at:
            return "kept" if utc(lead.first_response_at).timestamp() <= deadline + 1 else "broken"
        now = utc(self.env.cr.now()).timestamp()
        over = min(now, utc(lead.date_closed).timestamp()) if lead.date_closed else now
        return "broken" if over > deadline else "open"

    # ------------------------------------------------------------
    # RESULT
    # ------------------------------------------------------------

    def summarize(self):
        """The result, as it is stored."""
        days = max(1 / 24, (self.end - self.start).total_seconds() / 86_400)
        return {
            "leads": self.count,
            "nobody": self.nobody,
            "unwanted": self.unwanted if self.rules else 0,
            "same": self.same,
            "other": self.other,
            "new": self.new,
            "days": round(days),
            "rules": [
                {"id": rule.id, "name": rule.name, "taken": self.taken[rule.id], "given": self.given[rule.id]}
                for rule in self.rules
            ],
            "people": [self._summarize_person(member, days) for member in self.people_of_rules],
            "hours": self._summarize_hours(),
            "categories": [
                {"id": category.id, "name": category.name, "minutes": category.response_minutes}
                | {name: self.promises[category.id][name] for name in ("taken", "moved", "kept", "broken", "open")}
                for category in self.categories
            ],
            "samples": self.samples,
        }

    def _summarize_person(self, member, days):
        return {
            "name": member.user_id.name,
            "team": member.crm_team_id.name,
            "count": self.people[member.id],
            "capacity": round(member.assignment_max * days / 30),
        }

    def _summarize_hours(self):
        """Leads that came in each hour of the day, and how many people work then, on average of a week."""
        zone = ZoneInfo(self.env.user.tz or "UTC")
        working = Counter()
        begin = self.end.replace(minute=0, second=0, microsecond=0)
        for table in self.tables.values():
            for hour in range(WEEK):
                moment = begin + timedelta(hours=hour)
                if table.seconds_between(moment, moment + timedelta(hours=1)) >= 1800:
                    working[moment.astimezone(zone).hour] += 1
        return [[self.hours[hour], round(working[hour] / 7, 1)] for hour in range(24)]
