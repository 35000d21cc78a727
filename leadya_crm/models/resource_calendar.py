from datetime import datetime, time, timedelta, timezone

from pytz import timezone as timezone_of

from odoo import models

from ..tools.moments import naive, utc
from ..tools.work_time import WorkTime
from ..tools.zones import get_zone

#: Days of working intervals that are laid out at once. 110 days hold every usual promise;
#: where they do not (a calendar of few hours, a long holiday), a longer table is made.
HORIZON_DAYS = 110
LONG_HORIZON_DAYS = 800

#: A calendar without hours for so long is not on holiday, it was emptied.
HOPE_DAYS = 28


class ResourceCalendar(models.Model):
    """Working hours for many promises at once.

    Context key ``leadya_tz``: name of the zone by whose clock the hours are read instead of the calendar's own.
    Calendars that differ in it are equal: whoever groups by them has to group by the zone as well.
    """

    _inherit = "resource.calendar"

    def _leadya_get_zone(self):
        """The zone by whose clock the hours are read (pytz)."""
        return get_zone(self.env.context.get("leadya_tz")) or timezone_of(self.tz or "UTC")

    def _leadya_work_time(self, start, end):
        """The calendar's working intervals between two moments, ready for arithmetic.

        Leaves of the whole company count as free time. A calendar of flexible hours has
        no fixed intervals and works around the clock; no calendar at all has no hours.

        :param start: aware datetime
        :param end: aware datetime
        :rtype: WorkTime
        """
        if not self:
            return WorkTime([], end)
        self.ensure_one()
        if self.flexible_hours:
            return WorkTime([(start, end)], end)
        intervals = self._work_intervals_batch(start, end, tz=self._leadya_get_zone())[False]
        return WorkTime([(begin, stop) for begin, stop, _attendances in intervals], end)

    def _leadya_has_hours(self):
        """Whether anybody works by the calendar in the coming weeks."""
        now = utc(self.env.cr.now())
        end = now + timedelta(days=HOPE_DAYS)
        return self.flexible_hours or self._leadya_work_time(now, end).seconds_between(now, end) > 0

    def _leadya_plan(self, starts, minutes):
        """The moments at which so many working minutes will have passed, as a batch.

        Equal to the minute to ``plan_hours(minutes / 60, start, compute_leaves=True)``,
        for one table of intervals instead of one or two queries a call.

        :param list starts: aware datetimes
        :param list minutes: working minutes to add to each start
        :return: POSIX timestamps; None where the calendar does not hold so many minutes
        :rtype: list[float | None]
        """
        if not starts:
            return []
        results = self._leadya_plan_within(starts, minutes, HORIZON_DAYS)
        late = [index for index, result in enumerate(results) if result is None]
        if late:
            again = self._leadya_plan_within(
                [starts[index] for index in late], [minutes[index] for index in late], LONG_HORIZON_DAYS
            )
            for index, result in zip(late, again, strict=True):
                results[index] = result
        return results

    def _leadya_get_opening(self, day):
        """The first working moment of a day, or of the next day that has one.

        :param date day: in the zone by whose clock the hours are read
        :return: datetime in UTC; midnight of the day where no working hours are found
        """
        midnight = self._leadya_get_zone().localize(datetime.combine(day, time.min)).astimezone(timezone.utc)
        minute_later = self._leadya_plan([midnight], [1])[0]
        return naive(midnight.timestamp() if minute_later is None else minute_later - 60)

    def _leadya_plan_within(self, starts, minutes, days):
        first = min(starts).astimezone(timezone.utc)
        table = self._leadya_work_time(first, max(starts).astimezone(timezone.utc) + timedelta(days=days))
        return [table.add(start, amount * 60) for start, amount in zip(starts, minutes, strict=True)]
