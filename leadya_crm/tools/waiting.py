"""Who was waited for: the time of a promise, split. Plain Python."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Waiting:
    """Minutes between a promise's start and its end, by who was waited for.

    They add up to the minutes on the wall: ``off_hours`` is what lies outside working
    hours, the others share the working minutes among them.
    """

    assignment: float = 0.0
    rep: float = 0.0
    customer: float = 0.0
    off_hours: float = 0.0

    @property
    def wall(self):
        """Minutes on the wall."""
        return self.assignment + self.rep + self.customer + self.off_hours

    @property
    def used(self):
        """Working minutes that we took: nobody has to answer while the customer is waited for."""
        return self.assignment + self.rep


def split_waiting(table, start, end, assigned_at=None, pauses=()):
    """Split the time of a promise by who was waited for.

    :param WorkTime table: working hours that hold at least from ``start`` to ``end``
    :param start: aware datetime
    :param end: aware datetime; not before ``start``, or nothing was waited
    :param assigned_at: when the lead got its owner; None where it had none until the end
    :param pauses: disjoint ``(from, to)`` pairs of aware datetimes in which the customer was waited for
    :rtype: Waiting
    """
    if end <= start:
        return Waiting()
    inside = [(max(begin, start), min(stop, end)) for begin, stop in pauses if begin < end and stop > start]
    owned = end if assigned_at is None else min(max(assigned_at, start), end)
    working = table.seconds_between(start, end)
    customer = sum(table.seconds_between(begin, stop) for begin, stop in inside)
    before_owner = table.seconds_between(start, owned) - sum(
        table.seconds_between(begin, min(stop, owned)) for begin, stop in inside if begin < owned
    )
    wall = (end - start).total_seconds()
    return Waiting(
        assignment=before_owner / 60,
        rep=(working - customer - before_owner) / 60,
        customer=customer / 60,
        off_hours=(wall - working) / 60,
    )
