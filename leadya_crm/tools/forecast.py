"""Which promises will break, if nobody changes anything. Plain Python."""


def forecast(table, now, minutes_each, count):
    """When each of so many pieces of work will be begun, one after the other.

    A promise is kept when the work on it begins in time: what counts is the attempt, not its end.

    :param WorkTime table: the person's working hours from ``now`` on
    :param now: aware datetime
    :param float minutes_each: working minutes that a piece of work takes
    :param int count: pieces of work, in the order in which they are done
    :return: POSIX timestamps; None for what the table does not hold
    :rtype: list[float | None]
    """
    first = table.add(now, 1)
    return [first if index == 0 else table.add(now, index * minutes_each * 60) for index in range(count)]
