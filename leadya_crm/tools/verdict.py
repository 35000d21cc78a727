"""Is a keyword worth its money? Statistics that respect small numbers. Plain Python.

A bare rate lies where numbers are small: of two leads none fit is no reason to stop a keyword. What is compared with
the account's rate is therefore an interval: the score interval of E. B. Wilson, *Probable inference, the law of
succession, and statistical inference*, JASA 22 (1927) 209-212, which holds for few trials and for rates near 0 and 1
(L. D. Brown, T. T. Cai, A. DasGupta, *Interval estimation for a binomial proportion*, Statistical Science 16 (2001)
101-133). It takes parts of leads too, as attribution models give them.

Money without any lead is judged by the rule of three (J. A. Hanley, A. Lippman-Hand, *If nothing goes wrong, is
everything all right?*, JAMA 249 (1983) 1743-1745): where the same money brings the account m leads, none at all has
the probability exp(-m).
"""

import math
from statistics import NormalDist
from typing import NamedTuple

#: Less than this part of a lead is none.
TINY = 1e-6

VERDICTS = ("scale", "keep", "watch", "stop", "not_enough_data")


class Figures(NamedTuple):
    """Of a keyword, or of the whole account, in the days that are looked at."""

    spent: float
    leads: float
    trials: float
    """Leads of which is known whether they are good."""
    good: float

    @property
    def rate(self):
        return self.good / self.trials if self.trials else None

    @property
    def cost_per_lead(self):
        return self.spent / self.leads if self.leads else None

    @property
    def cost_per_good(self):
        return self.spent / self.good if self.good else None


class Limits(NamedTuple):
    """What an admin sets."""

    confidence: float = 0.9
    """Both ends of the interval together, between 0 and 1."""
    min_trials: float = 5
    """With fewer leads only money can be judged."""
    stop_ratio: float = 2.0
    """A keyword is stopped only after it cost so many times what the account pays for a good lead."""
    dear_ratio: float = 1.5
    """A good lead that costs so many times the account's is to be watched."""
    scale_ratio: float = 1.0
    """A keyword gets more money only where a good lead costs at most so many times the account's."""
    target_rate: float | None = None
    """Compared with in place of the account's rate; between 0 and 1."""
    target_cost: float | None = None
    """Compared with in place of what the account pays for a good lead."""


class Verdict(NamedTuple):
    verdict: str
    code: str
    """Which sentence tells the reason: no_lead, none, rate, dear, few, nothing."""
    low: float | None = None
    high: float | None = None
    rate: float | None = None
    """What was compared with."""
    cost: float | None = None


def wilson_interval(good, trials, confidence):
    """The rate's interval by Wilson's score.

    :param float good: at most ``trials``
    :param float confidence: for instance 0.9: in nine of ten cases the true rate is inside
    :return: low and high, from 0 to 1; everything is possible where there were no trials
    :rtype: tuple[float, float]
    """
    if trials < TINY:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = min(max(good / trials, 0.0), 1.0)
    center = rate + z * z / (2 * trials)
    spread = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (center - spread) / scale), min(1.0, (center + spread) / scale)


def judge(keyword, account, limits):
    """What to do with a keyword.

    :param Figures keyword: and ``account``, all keywords that it is compared with
    :param Limits limits: what an admin set
    :rtype: Verdict
    """
    if not keyword.leads:
        return _judge_silence(keyword, account, limits)
    rate = account.rate if limits.target_rate is None else limits.target_rate
    cost = account.cost_per_good if limits.target_cost is None else limits.target_cost
    low, high = wilson_interval(keyword.good, keyword.trials, limits.confidence)
    verdict, code = _compare(keyword, (low, high), rate, cost, limits)
    return Verdict(verdict, code, low, high, rate, cost)


def _judge_silence(keyword, account, limits):
    """Money, and no lead: enough to stop it once that is no accident any more."""
    cost = account.cost_per_lead
    if not keyword.spent:
        return Verdict("not_enough_data", "nothing")
    if not cost:
        return Verdict("not_enough_data", "no_lead", cost=cost)
    is_accident = math.exp(-keyword.spent / cost) > 1 - limits.confidence
    return Verdict("not_enough_data" if is_accident else "stop", "no_lead", cost=cost)


def _compare(keyword, interval, rate, cost, limits):
    low, high = interval
    told = "rate" if keyword.good else "none"
    if rate is None or not keyword.trials:
        return "not_enough_data", "few"
    if high < rate:
        is_expensive = keyword.spent > 0 and (cost is None or keyword.spent >= limits.stop_ratio * cost)
        return ("stop" if is_expensive else "watch"), told
    if keyword.trials < limits.min_trials:
        return "not_enough_data", "few"
    price = keyword.cost_per_good
    if low > rate and (not price or cost is None or price <= limits.scale_ratio * cost):
        return "scale", "rate"
    if price and cost is not None and price > limits.dear_ratio * cost:
        return "watch", "dear"
    if not keyword.good and cost is not None and keyword.spent >= limits.stop_ratio * cost:
        return "watch", "none"
    return "keep", told
