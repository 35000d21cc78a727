"""Who gets which lead, and why. Plain Python.

How to use: a :class:`Member` for each person who may be given leads, a :class:`Policy`
for each rule, a :class:`Line` of the policies in their order. ``line.place(lead)`` gives
what each policy that wanted the lead had to say, the last of them with the person chosen.

How it works: a policy first tells who of its members cannot take the lead, and why. Among
the others the strategy's factors decide one after the other; whoever has waited longest
goes before those who are equal in all of them, and a number drawn from the seed before
those who have waited equally long. How old a record is never decides. The same leads in
the same order under the same seed give the same result.

All members of a line are shared by its policies, so that what one gives counts for the next.
"""

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop

#: Later than any moment or number of a record: what is given now comes after all before.
NOW_OR_LATER = 1e15

#: Levels of a skill go from 1 to this.
TOP_LEVEL = 3

#: Obstacles that pass as soon as a lead is closed or a day is over.
FULL = ("full_month", "full_day", "full_open")

ALL_BITS = 2**64 - 1

DAY = 86_400
MONTH = 30 * DAY


def draw(seed, lead_id, member_id):
    """A number as good as random, always the same for the same three (SplitMix64, Steele et al. 2014)."""
    mixed = (seed * 0x9E3779B97F4A7C15 + lead_id * 0xD1B54A32D192ED03 + member_id * 0x8CB92BA72F3D8DD7) & ALL_BITS
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & ALL_BITS
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & ALL_BITS
    return mixed ^ mixed >> 31


@dataclass(frozen=True)
class Territory:
    """A part of the world; each thing that it names must hold."""

    countries: frozenset = frozenset()
    states: frozenset = frozenset()
    prefixes: tuple = ()

    def match(self, lead):
        """How closely the territory holds the lead's place: 0 for not at all.

        A country weighs less than a state, a state less than a postal code, a short
        prefix less than a long one.
        """
        if self.countries and lead.country not in self.countries:
            return 0
        if self.states and lead.state not in self.states:
            return 0
        longest = max((len(prefix) for prefix in self.prefixes if lead.postcode.startswith(prefix)), default=0)
        if self.prefixes and not longest:
            return 0
        return bool(self.countries) + 10 * bool(self.states) + 100 * longest


@dataclass(slots=True)
class Lead:
    """What of a lead decides who gets it.

    ``language`` is the skill of speaking its language; 0 where the language is not known,
    -1 where it is and nobody can be found by it. ``rep`` is the user who serves the
    customer already, ``owner`` the one who has the lead and is not to get it again.
    """

    lead_id: int
    team: int = 0
    rep: int = 0
    owner: int = 0
    language: int = 0
    country: int = 0
    state: int = 0
    postcode: str = ""


@dataclass(slots=True)
class Member:
    """A person in a team, with what they have already; a capacity of 0 at once or a day is no limit.

    ``load`` counts the leads of 30 days, ``open_load`` the open ones, ``last_at`` grows with
    the time of the last lead. ``barred`` names what keeps the member from any lead.
    """

    member_id: int
    user_id: int
    team_id: int = 0
    capacity: int = 30
    load: int = 0
    day_capacity: int = 0
    day_load: int = 0
    open_capacity: int = 0
    open_load: int = 0
    last_at: float = 0.0
    barred: str = ""
    off_hours: bool = False
    skills: dict = field(default_factory=dict)
    territories: tuple = ()

    @property
    def share(self):
        """Leads of 30 days, as share of what the member takes in that time."""
        return self.load / self.capacity if self.capacity else float("inf")

    @property
    def open_share(self):
        """Open leads, as share of what the member can have at once."""
        most = self.open_capacity or self.capacity
        return self.open_load / most if most else float("inf")

    def find_limit(self):
        """What keeps the member from taking one more lead; "" where nothing does."""
        if self.capacity <= 0:
            return "no_capacity"
        if self.load >= self.capacity:
            return "full_month"
        if self.day_capacity and self.day_load >= self.day_capacity:
            return "full_day"
        if self.open_capacity and self.open_load >= self.open_capacity:
            return "full_open"
        return ""

    def give(self, order):
        """Count one more lead; ``order`` says when, later being larger."""
        self.load += 1
        self.day_load += 1
        self.open_load += 1
        self.last_at = order


class TimedMember(Member):
    """A member through whose month, day and open leads time passes; for replays.

    All moments are POSIX timestamps, and never go back.
    """

    __slots__ = ("_given", "_today", "closings", "now")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = 0.0
        self._given, self._today = deque(), deque()
        self.closings = []

    def move_to(self, now):
        """Forget what has left the windows by then."""
        self.now = now
        for moments, span, name in ((self._given, MONTH, "load"), (self._today, DAY, "day_load")):
            while moments and moments[0] <= now - span:
                moments.popleft()
                setattr(self, name, getattr(self, name) - 1)
        while self.closings and self.closings[0] <= now:
            heappop(self.closings)
            self.open_load -= 1

    def give(self, order):
        Member.give(self, order)
        self._given.append(self.now)
        self._today.append(self.now)


@dataclass(slots=True)
class Standing:
    """One candidate for one lead: what kept them from it ("" for nothing), their factors and load then."""

    member: Member
    reason: str
    factors: dict
    load: int
    open_load: int
    key: tuple = ()


@dataclass(slots=True)
class Verdict:
    """What a policy said of a lead: the member (None for nobody), and how everybody stood, best first.

    ``team`` is the one in which somebody was, or was to be, found; 0 for none.
    """

    policy: "Policy"
    member: Member | None
    standings: list
    team: int = 0


@dataclass
class Policy:
    """A rule, ready to choose.

    ``wants`` has the ids of the leads that the rule takes, None for all. ``gates`` are
    pairs of a reason and, by member id, the ids of the leads that the member may take for
    all that; who is not named may take all. ``preferred`` has ids of leads by member id.
    ``needed`` and ``wished`` have levels by skill. ``turns`` has, by member, a number that
    grows with their last turn; ``counts``, where not None, how many leads they have had in
    their ``tenures`` (between 0 and 1), to be evened out.
    """

    key: int
    strategy: str
    members: list
    wants: set | None = None
    team: int = 0
    gates: tuple = ()
    preferred: dict = field(default_factory=dict)
    needed: dict = field(default_factory=dict)
    wished: dict = field(default_factory=dict)
    language: str = ""
    rep_first: bool = False
    in_hours: bool = False
    own_team_only: bool = False
    fallback: str = "next"
    jump: int = 0
    trial: bool = False
    seed: int = 0
    turns: dict = field(default_factory=dict)
    counts: dict | None = None
    tenures: dict = field(default_factory=dict)
    _by_team: dict | None = None

    def choose(self, lead):
        """Who of the members gets the lead; nothing is counted yet.

        :rtype: Verdict
        """
        standings = [self._judge(member, lead) for member in self._get_candidates(lead)]
        team = self._keep_one_team(standings) if self.strategy == "room" else self.team
        able = [standing for standing in standings if not standing.reason]
        for standing in able:
            standing.key = self._rank(standing, lead)
        able.sort(key=lambda standing: standing.key)
        for standing in able[1:]:
            standing.reason = "behind"
        unable = [standing for standing in standings if not standing.key]
        if not able:
            return Verdict(self, None, unable, lead.team or team)
        return Verdict(self, able[0].member, able + unable, able[0].member.team_id)

    def give(self, member, order):
        """Count a lead for the member, and that it was their turn."""
        member.give(order)
        self.turns[member.member_id] = order
        if self.counts is not None:
            self.counts[member.member_id] = self.counts.get(member.member_id, 0) + 1

    # What keeps a member from a lead

    def _get_candidates(self, lead):
        if not self.own_team_only or not lead.team:
            return self.members
        if self._by_team is None:
            self._by_team = {}
            for member in self.members:
                self._by_team.setdefault(member.team_id, []).append(member)
        return self._by_team.get(lead.team, [])

    def _judge(self, member, lead):
        factors = self._get_factors(member, lead)
        obstacle = self._find_obstacle(member, lead, factors)
        return Standing(member, obstacle, factors, member.load, member.open_load)

    def _get_factors(self, member, lead):
        factors = {}
        if lead.rep and lead.rep == member.user_id:
            factors["rep"] = 1
        if lead.lead_id in self.preferred.get(member.member_id, ()):
            factors["preferred"] = 1
        if self.needed or self.wished or (self.language and lead.language):
            factors["skill"] = self._score_skills(member, lead)
        if self.strategy == "territory":
            factors["territory"] = max((part.match(lead) for part in member.territories), default=0)
        return factors

    def _score_skills(self, member, lead):
        """Between 0 and 1: the mean of the levels over all skills that the rule names."""
        names = {*self.needed, *self.wished}
        if self.language and lead.language:
            names.add(lead.language)
        return sum(member.skills.get(name, 0) for name in names) / (TOP_LEVEL * len(names))

    def _find_obstacle(self, member, lead, factors):
        if member.barred:
            return member.barred
        if lead.owner and lead.owner == member.user_id:
            return "owner"
        for reason, allowed in self.gates:
            ids = allowed.get(member.member_id)
            if ids is not None and lead.lead_id not in ids:
                return reason
        return self._find_misfit(member, lead, factors) or member.find_limit()

    def _find_misfit(self, member, lead, factors):
        if self.in_hours and member.off_hours:
            return "off_hours"
        if any(member.skills.get(skill, 0) < level for skill, level in self.needed.items()):
            return "skill"
        if self.language == "required" and lead.language and not member.skills.get(lead.language):
            return "language"
        if self.strategy == "sticky" and "rep" not in factors:
            return "not_rep"
        if self.strategy == "territory" and not factors["territory"]:
            return "territory"
        return ""

    def _keep_one_team(self, standings):
        """The team with the most room takes the lead; within it preferences count."""
        takers = [standing.member for standing in standings if not standing.reason or standing.reason in FULL]
        if not takers:
            return 0
        team = min(takers, key=lambda member: member.share).team_id
        for standing in standings:
            if not standing.reason and standing.member.team_id != team:
                standing.reason = "other_team"
        return team

    # Who comes first

    def _rank(self, standing, lead):
        member, factors = standing.member, standing.factors
        first = (-factors.get("rep", 0) if self.rep_first else 0, -factors.get("preferred", 0))
        return (
            *first,
            *self._rank_by_strategy(member, factors),
            member.last_at,
            draw(self.seed, lead.lead_id, member.member_id),
        )

    def _rank_by_strategy(self, member, factors):
        if self.strategy == "room":
            return (member.share,)
        if self.strategy == "round_robin":
            return self._rank_turn(member)
        if self.strategy == "territory":
            return (-factors["territory"], -factors.get("skill", 0), member.open_share)
        if self.strategy == "skill":
            return (-factors.get("skill", 0), member.open_share)
        return (member.open_share, -factors.get("skill", 0))

    def _rank_turn(self, member):
        turn = self.turns.get(member.member_id, 0)
        if self.counts is None:
            return (turn,)
        return (self.counts.get(member.member_id, 0) / self.tenures.get(member.member_id, 1.0), turn)


class Line:
    """Policies in a row: what the first cannot place goes to the next, never twice to the same."""

    def __init__(self, policies):
        self.policies = policies
        self._places = {policy.key: place for place, policy in enumerate(policies)}
        self._order = NOW_OR_LATER

    def place(self, lead):
        """Find somebody for the lead, and count it as given.

        :return: what each policy that was asked said, in order; the last one has a member
            where somebody was found. Empty where no policy wants the lead.
        :rtype: list[Verdict]
        """
        verdicts, asked = [], set()
        place = self._find_next(lead, 0, asked)
        while place is not None:
            policy = self.policies[place]
            asked.add(place)
            verdict = policy.choose(lead)
            verdicts.append(verdict)
            if verdict.member:
                self._order += 1
                policy.give(verdict.member, self._order)
                break
            place = self._get_fallback(policy, lead, place, asked)
        return verdicts

    def _get_fallback(self, policy, lead, place, asked):
        if policy.fallback == "leader":
            return None
        if policy.fallback == "rule":
            jump = self._places.get(policy.jump)
            # Rules that send a lead round in a circle end it, and the leader gets it.
            return None if jump in asked else jump
        return self._find_next(lead, place + 1, asked)

    def _find_next(self, lead, start, asked):
        for place in range(start, len(self.policies)):
            wants = self.policies[place].wants
            if place not in asked and (wants is None or lead.lead_id in wants):
                return place
        return None
