"""When to try again: at another time of day than before. Plain Python."""

from collections import Counter
from datetime import datetime, time, timedelta

#: Local hours at which the parts of a day begin: morning, early afternoon, late afternoon.
PART_HOURS = (0, 12, 16)

#: How far a try may be put off for a better time: until the end of the next day.
LATEST = timedelta(days=1)


def part_of(moment):
    """Which part of its day a local moment lies in, as index of ``PART_HOURS``."""
    return sum(moment.hour >= hour for hour in PART_HOURS) - 1


def vary(table, due, tried, zone):
    """A working moment soon after ``due``, in a part of the day that was tried least.

    Among equals on a weekday that was not tried twice, then the earliest. A customer who did not answer in the
    morning is tried in the afternoon, and then on another day.

    :param WorkTime table: working hours from ``due`` on
    :param due: aware datetime, the earliest
    :param list tried: aware datetimes of the tries without an answer
    :param tzinfo zone: of the customer, or of whoever calls
    :return: an aware datetime; ``due`` itself where the table holds nothing better
    """
    tried = [moment.astimezone(zone) for moment in tried]
    parts = Counter(map(part_of, tried))
    weekdays = Counter(moment.weekday() for moment in tried)

    def cost(moment):
        # A second try on the same day is common practice; a third is a nuisance.
        return parts[part_of(moment)], max(0, weekdays[moment.weekday()] - 1), moment

    return min(_candidates(table, due.astimezone(zone)), key=cost, default=due)


def _candidates(table, due):
    """The first working moment of each part of each day, from ``due`` until the end of the next day."""
    midnight = datetime.combine(due.date() + LATEST, time(), due.tzinfo) + timedelta(days=1)
    for start, stop in table.spans(due, midnight):
        start, stop = start.astimezone(due.tzinfo), stop.astimezone(due.tzinfo)
        for hour in PART_HOURS:
            begin = max(start, start.replace(hour=hour, minute=0, second=0, microsecond=0))
            if begin < stop and part_of(begin) == PART_HOURS.index(hour):
                yield begin
