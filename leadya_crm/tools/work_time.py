"""Deadlines in working time, for many leads at once. Plain Python.

How it works: the working intervals of a calendar are laid end to end once, with the
working seconds that passed before each of them. A deadline is then two binary searches:
how much working time has passed at the start, and when will the promised amount more
have passed. Odoo's own ``resource.calendar.plan_hours`` asks the database once or twice
for every call; the results are the same to the minute (see ``test_work_time``).
"""

from bisect import bisect_left, bisect_right
from datetime import datetime, timezone
from itertools import accumulate


class WorkTime:
    """Working intervals of one calendar over a span.

    :param intervals: sorted, disjoint ``(start, stop)`` pairs of aware datetimes
    :param horizon: aware datetime up to which the intervals are complete
    """

    def __init__(self, intervals, horizon):
        pairs = [(start.timestamp(), stop.timestamp()) for start, stop in intervals if stop > start]
        self._starts = [start for start, _stop in pairs]
        self._stops = [stop for _start, stop in pairs]
        lengths = [stop - start for start, stop in pairs]
        # _passed[i]: working seconds before interval i; the last item is the whole span.
        self._passed = [0.0, *accumulate(lengths)]
        self.horizon = horizon

    def seconds_until(self, moment):
        """Working seconds from the start of the span until ``moment``."""
        stamp = moment.timestamp()
        index = bisect_right(self._starts, stamp) - 1
        if index < 0:
            return 0.0
        return self._passed[index] + min(stamp, self._stops[index]) - self._starts[index]

    def seconds_between(self, start, end):
        """Working seconds between two moments; 0 where the end comes first."""
        return max(0.0, self.seconds_until(end) - self.seconds_until(start))

    def spans(self, start, end):
        """Working intervals between two moments, as pairs of aware datetimes in UTC."""
        first, last = start.timestamp(), end.timestamp()
        for begin, stop in zip(self._starts, self._stops, strict=True):
            begin, stop = max(begin, first), min(stop, last)
            if begin < stop:
                yield datetime.fromtimestamp(begin, timezone.utc), datetime.fromtimestamp(stop, timezone.utc)

    def add(self, moment, seconds):
        """The timestamp at which ``seconds`` of working time have passed since ``moment``.

        Zero seconds give the moment itself: nothing was promised, nothing has to pass.

        :return: a POSIX timestamp, or None where the span ends before
        """
        if seconds <= 0:
            return moment.timestamp()
        target = self.seconds_until(moment) + seconds
        # The first interval at whose end the target has been reached.
        index = bisect_left(self._passed, target, lo=1) - 1
        if index >= len(self._starts):
            return None
        return self._starts[index] + target - self._passed[index]
