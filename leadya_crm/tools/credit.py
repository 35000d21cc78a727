"""Which touch earns how much of a lead. Plain Python.

Sources of the models: Google Analytics 4 ("Attribution models", last click, first click,
linear, position-based 40/20/40, time decay with a half-life of seven days) and HubSpot
("Attribution report models"). As in Google Analytics a direct visit takes credit only
where there is nothing else: who comes back by heart was brought by what came before.

``leadya.touch._get_credit_query`` says the same in SQL, for reports over many leads.
"""

from datetime import timedelta
from typing import NamedTuple

ATTRIBUTION_MODELS = [
    ("last", "Last touch"),
    ("first", "First touch"),
    ("last_paid", "Last paid touch"),
    ("linear", "Linear"),
    ("position", "Position-based (40/20/40)"),
    ("time_decay", "Time decay"),
]

#: What the first and the last touch earn each in the position-based model.
END_SHARE = 0.4

#: Beyond so many half-lives a touch earns nothing that could be told: 2 ** -1000 is still a
#: number, in Python and in PostgreSQL; a little further the latter raises an error.
MAX_HALF_LIVES = 1000

SECONDS_A_DAY = 86400


class Touch(NamedTuple):
    """What the credit of a touch depends on."""

    at: object
    """When; a datetime."""
    tells: bool = True
    """Its channel is known, and is not "direct"."""
    is_paid: bool = False


def credits(touches, model, half_life_days):
    """The share of a lead that each of its touches earns.

    :param touches: of one lead, oldest first; see :class:`Touch`
    :param str model: a key of ``ATTRIBUTION_MODELS``
    :param half_life_days: for time decay: after so many days a touch earns half
    :return: a share for each touch, in the same order; they sum to 1 where there is any touch
    :rtype: list[float]
    :raises KeyError: for a model that does not exist
    """
    share = _SHARES[model]
    chosen = _choose(touches, prefer_paid=model == "last_paid")
    shares = iter(share([touches[index] for index in chosen], half_life_days) if chosen else ())
    return [next(shares) if index in chosen else 0.0 for index in range(len(touches))]


def in_window(touches, created_at, window_days):
    """Indexes of the touches that count by their age: older ones count only if nothing else does.

    :param datetime created_at: of the lead
    :param int window_days: how long before that a touch may have been
    :rtype: list[int]
    """
    since = created_at - timedelta(days=window_days)
    recent = [index for index, touch in enumerate(touches) if touch.at >= since]
    return recent or list(range(len(touches)))


def _choose(touches, prefer_paid):
    """Indexes of the touches among which the lead is shared out."""

    def rank(touch):
        return (prefer_paid and touch.is_paid, touch.tells)

    best = max(map(rank, touches), default=None)
    return [index for index, touch in enumerate(touches) if rank(touch) == best]


def _first(touches, _half_life):
    return [1.0] + [0.0] * (len(touches) - 1)


def _last(touches, _half_life):
    return [0.0] * (len(touches) - 1) + [1.0]


def _linear(touches, _half_life):
    return [1.0 / len(touches)] * len(touches)


def _position(touches, half_life):
    if len(touches) < 3:
        return _linear(touches, half_life)
    between = (1.0 - 2 * END_SHARE) / (len(touches) - 2)
    return [END_SHARE] + [between] * (len(touches) - 2) + [END_SHARE]


def _time_decay(touches, half_life):
    """Exponential: the share of a touch halves with every half-life before the last one."""
    ages = [(touches[-1].at - touch.at).total_seconds() / SECONDS_A_DAY for touch in touches]
    parts = [2.0 ** -min(age / half_life, MAX_HALF_LIVES) for age in ages]
    return [part / sum(parts) for part in parts]


_SHARES = {
    "first": _first,
    "last": _last,
    "last_paid": _last,
    "linear": _linear,
    "position": _position,
    "time_decay": _time_decay,
}
