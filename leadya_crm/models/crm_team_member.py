"""Members of teams, as those who can be given leads.

Odoo's own filters, preferences, capacity and pause of a member stay where they are and
count; beside them stand skills, territories, working hours, and capacities for a day and
at once.
"""

from ast import literal_eval
from datetime import timedelta

from pytz import timezone

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.assignment import Member
from ..tools.moments import utc
from ..tools.work_time import WorkTime
from .resource_calendar import HOPE_DAYS

#: Odoo counts a member's capacity over this many days.
WINDOW_DAYS = 30


#: Changes after which a waiting lead may find somebody.
WAKING_FIELDS = {
    "active",
    "assignment_max",
    "assignment_optout",
    "assignment_domain",
    "leadya_day_max",
    "leadya_open_max",
    "leadya_paused_until",
}


class CrmTeamMember(models.Model):
    _inherit = "crm.team.member"

    leadya_day_max = fields.Integer(
        "Leads a Day", default=0, help="The most that the member is given in 24 hours. 0: no limit."
    )
    leadya_open_max = fields.Integer(
        "Leads at Once",
        default=0,
        help="The most open leads that the member can have; beyond it nothing is given. 0: no limit.",
    )
    leadya_paused_until = fields.Datetime(
        "Paused Until", help="Until then the member is given no lead; afterwards the pause is over by itself."
    )
    leadya_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        ondelete="set null",
        help="In the member's own time zone. Empty: those of the user, or else of the company.",
    )
    leadya_skill_ids = fields.One2many("leadya.member.skill", "member_id", string="Skills and Languages")
    leadya_territory_ids = fields.Many2many(
        "leadya.territory", "leadya_member_territory_rel", "member_id", "territory_id", string="Territories"
    )
    leadya_open_count = fields.Integer(
        "Open Leads", compute="_compute_leadya_open_count", help="Open leads of the member in all teams."
    )
    leadya_obstacle = fields.Selection(
        [
            ("archived", "The user is archived"),
            ("paused", "Paused"),
            ("absent", "Away"),
            ("no_capacity", "Without capacity"),
        ],
        string="Takes No Leads",
        compute="_compute_leadya_obstacle",
        help="What keeps the member from any lead at this moment; empty where nothing does.",
    )

    _leadya_capacities = models.Constraint(
        "CHECK(leadya_day_max >= 0 AND leadya_open_max >= 0)", "A capacity cannot be less than nothing."
    )

    @api.depends("user_id")
    def _compute_leadya_open_count(self):
        counts = self._leadya_count_open()
        for member in self:
            member.leadya_open_count = counts.get(member.user_id.id, 0)

    @api.depends("assignment_max", "assignment_optout", "leadya_paused_until", "user_id")
    def _compute_leadya_obstacle(self):
        bars = self._leadya_find_bars()
        for member in self:
            member.leadya_obstacle = bars.get(member.id) or (member.assignment_max <= 0 and "no_capacity")

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        self.env["crm.lead"]._assign_wake()
        return members

    def write(self, vals):
        result = super().write(vals)
        if not WAKING_FIELDS.isdisjoint(vals):
            self.env["crm.lead"]._assign_wake()
        return result

    # ------------------------------------------------------------
    # WHO CAN TAKE LEADS
    # ------------------------------------------------------------

    def _leadya_prepare_members(self, with_rules=True):
        """The members as the assignment compares them, with what they have now.

        :param bool with_rules: with what only rules ask for: open leads, skills, territories
        :rtype: dict[int, Member]
        """
        bars = self._leadya_find_bars()
        recent = self._leadya_count_recent(WINDOW_DAYS)
        today = self._leadya_count_recent(1) if any(self.mapped("leadya_day_max")) else {}
        still_open = self._leadya_count_open() if with_rules or any(self.mapped("leadya_open_max")) else {}
        last = {}
        for (user_id, _team_id), (_count, moment) in recent.items():
            last[user_id] = max(last.get(user_id, 0.0), moment)
        members = {}
        for member in self:
            key = (member.user_id.id, member.crm_team_id.id)
            members[member.id] = Member(
                **member._leadya_prepare_member(with_rules),
                load=recent.get(key, (0,))[0],
                day_load=today.get(key, (0,))[0],
                open_load=still_open.get(member.user_id.id, 0),
                last_at=last.get(member.user_id.id, 0.0),
                barred=bars.get(member.id, ""),
            )
        return members

    def _leadya_prepare_member(self, with_rules=True):
        """What does not depend on the moment."""
        self.ensure_one()
        values = {
            "member_id": self.id,
            "user_id": self.user_id.id,
            "team_id": self.crm_team_id.id,
            "capacity": self.assignment_max,
            "day_capacity": self.leadya_day_max,
            "open_capacity": self.leadya_open_max,
        }
        if with_rules:
            values["skills"] = {line.skill_id.id: int(line.level) for line in self.leadya_skill_ids}
            values["territories"] = tuple(place._prepare() for place in self.leadya_territory_ids)
        return values

    def _leadya_find_bars(self):
        """What keeps members from any lead now.

        :return: a reason by id of those whom something does
        :rtype: dict[int, str]
        """
        now = self.env.cr.now()
        available = self.user_id._leadya_filter_available()
        bars = {}
        for member in self:
            if not member.user_id.active or member.user_id.share:
                bars[member.id] = "archived"
            elif member.assignment_optout or (member.leadya_paused_until and member.leadya_paused_until > now):
                bars[member.id] = "paused"
            elif member.user_id not in available:
                bars[member.id] = "absent"
        return bars

    def _leadya_count_recent(self, days):
        """Leads of the last days, and the moment of the last one, by user and team.

        :rtype: dict[tuple, tuple]
        """
        since = fields.Datetime.subtract(self.env.cr.now(), days=days)
        rows = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group(
                [
                    ("date_open", ">=", since),
                    ("user_id", "in", self.user_id.ids),
                    ("team_id", "in", self.crm_team_id.ids),
                ],
                ["user_id", "team_id"],
                ["__count", "date_open:max"],
            )
        )
        return {(user.id, team.id): (count, moment.timestamp()) for user, team, count, moment in rows}

    def _leadya_count_open(self):
        """Open leads by user: what is closed is no load."""
        rows = self.env["crm.lead"]._read_group(
            [("user_id", "in", self.user_id.ids), ("won_status", "=", "pending"), ("active", "=", True)],
            ["user_id"],
            ["__count"],
        )
        return {user.id: count for user, count in rows}

    # ------------------------------------------------------------
    # WORKING HOURS
    # ------------------------------------------------------------

    def _leadya_find_off_hours(self):
        """Ids of the members who do not work at this moment."""
        now = utc(self.env.cr.now())
        hours = self._leadya_get_hours(now - timedelta(hours=1), now + timedelta(hours=1))
        soon = now + timedelta(seconds=1)
        return {member_id for member_id, table in hours.items() if not table.seconds_between(now, soon)}

    def _leadya_has_hours(self):
        """Whether each works at all in the coming weeks, by id.

        :rtype: dict[int, bool]
        """
        now = utc(self.env.cr.now())
        end = now + timedelta(days=HOPE_DAYS)
        return {
            member_id: table.seconds_between(now, end) > 0
            for member_id, table in self._leadya_get_hours(now, end).items()
        }

    def _leadya_get_hours(self, start, end):
        """Each member's working time, less leave, between two moments.

        :param start: aware datetime
        :rtype: dict[int, WorkTime]
        """
        tables = {}
        for (calendar, resource, zone), members in self.grouped(lambda member: member._leadya_get_clock()).items():
            if not calendar or calendar.flexible_hours:
                table = WorkTime([(start, end)], end)
            else:
                intervals = calendar._work_intervals_batch(
                    start, end, resources=resource or None, tz=timezone(zone) if zone else None
                )[resource.id]
                table = WorkTime([(begin, stop) for begin, stop, _attendances in intervals], end)
            tables.update(dict.fromkeys(members.ids, table))
        return tables

    def _leadya_get_clock(self):
        """What the member's working hours are read from: calendar, resource, time zone."""
        self.ensure_one()
        user = self.user_id
        resource = user.resource_ids[:1]
        calendar = self.leadya_calendar_id or resource.calendar_id or user.company_id.resource_calendar_id
        return calendar, resource, user.tz or resource.tz or calendar.tz

    # ------------------------------------------------------------
    # WHICH LEADS THEY TAKE
    # ------------------------------------------------------------

    def _leadya_prepare_gates(self, leads):
        """What Odoo's own settings let each member take of the leads.

        :return: pairs of a reason and the ids of leads by member id; see ``Policy.gates``
        """
        companies, teams, filters = {}, {}, {}
        foreign = leads.filtered("company_id")
        for team, members in self.grouped("crm_team_id").items():
            taken = team._leadya_filter_leads(leads)
            for member in members:
                if taken != leads:
                    teams[member.id] = set(taken.ids)
                barred = foreign.filtered(lambda lead, user=member.user_id: lead.company_id not in user.company_ids)
                if barred:
                    companies[member.id] = set((leads - barred).ids)
                if not is_empty(member.assignment_domain):
                    filters[member.id] = set(leads._leadya_search_within(member.assignment_domain).ids)
        return (("company", companies), ("team_filter", teams), ("filter", filters))

    def _leadya_prepare_preferences(self, leads):
        """Ids of the leads that each member prefers, by member id."""
        return {
            member.id: set(leads._leadya_search_within(member.assignment_domain_preferred).ids)
            for member in self
            if not is_empty(member.assignment_domain_preferred)
        }

    # ------------------------------------------------------------
    # FAIRNESS
    # ------------------------------------------------------------

    def _leadya_count_bad(self):
        """Leads of the last 30 days that turned out bad, by user and team."""
        since = fields.Datetime.subtract(self.env.cr.now(), days=WINDOW_DAYS)
        rows = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group(
                Domain("date_open", ">=", since)
                & Domain("user_id", "in", self.user_id.ids)
                & Domain("team_id", "in", self.crm_team_id.ids)
                & self._leadya_get_bad_domain(),
                ["user_id", "team_id"],
                ["__count"],
            )
        )
        return {(user.id, team.id): count for user, team, count in rows}

    @api.model
    def _leadya_get_bad_domain(self):
        """Leads that were no chance: unfit, without a working number, or lost for a reason that says so."""
        return (
            Domain("triage_state", "=", "unfit")
            | Domain("last_outcome", "=", "wrong_number")
            | Domain("lost_reason_id.leadya_bad_lead", "=", True)
        )

    def _leadya_get_tenures(self, without_absence):
        """The share of the last 30 days in which each was a member, at least a day's.

        :param bool without_absence: days of leave do not count
        :rtype: dict[int, float]
        """
        now = self.env.cr.now()
        window = timedelta(days=WINDOW_DAYS)
        away = self.user_id._leadya_get_absence(now - window, now) if without_absence else {}
        return {
            member.id: max(
                1 / WINDOW_DAYS,
                (min(window, now - member.create_date) - away.get(member.user_id.id, timedelta())) / window,
            )
            for member in self
        }


def is_empty(filter_text):
    """Whether a stored filter takes everything."""
    return not literal_eval(filter_text or "[]")
