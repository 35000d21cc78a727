"""A promise stands still while the customer is waited for."""

from odoo import fields, models

from ..tools.moments import naive, utc
from .leadya_sla_clock import OPEN_STATES

#: Moments that a pause moves.
MOVING = ("deadline", "at_risk_at", "escalation_at")


class LeadyaSlaClock(models.Model):
    _inherit = "leadya.sla.clock"

    paused_at = fields.Datetime(help="Since when the customer is waited for.")
    paused_until = fields.Datetime(help="When the promise goes on by itself.")
    pause_reason = fields.Char("Waiting For")
    pauses = fields.Json(help="Technical: pairs of moments (UTC) between which the promise stood still.")

    # A partial index serves Odoo's queries only where its condition is the query's own.
    _paused_index = models.Index("(paused_until, id) WHERE state = 'paused'")

    def _get_pauses(self):
        """Spans in which the customer was waited for, as pairs of aware datetimes."""
        self.ensure_one()
        return [tuple(utc(fields.Datetime.to_datetime(text)) for text in pause) for pause in self.pauses or ()]

    def _pause(self, now, until, reason=None):
        """Let the promises stand still until the customer is to have answered.

        :param datetime now: from when (UTC)
        :param datetime until: when they go on by themselves (UTC)
        :param str reason: what is waited for, as the rep put it
        """
        to_pause = self.filtered(lambda clock: clock.state in OPEN_STATES)
        to_pause.write({"state": "paused", "paused_at": now, "paused_until": until, "pause_reason": reason})
        waiting = self.filtered(lambda clock: clock.state == "paused") - to_pause
        waiting.write({"paused_until": until, "pause_reason": reason})

    def _resume(self, now):
        """Let paused promises go on: what was left of their working time is left still.

        :param datetime now: from when (UTC)
        """
        paused = self.filtered(lambda clock: clock.state == "paused")
        for (calendar, _zone), clocks in paused.grouped(lambda clock: clock._get_hours()).items():
            moments = clocks._shift_moments(calendar, now)
            for clock, shifted in moments.items():
                clock.write(clock._prepare_resumption(now, shifted))

    def _prepare_resumption(self, now, shifted):
        self.ensure_one()
        pause = [fields.Datetime.to_string(self.paused_at), fields.Datetime.to_string(now)]
        at_risk = shifted["at_risk_at"] and shifted["at_risk_at"] <= now
        return {
            "state": "breached" if shifted["deadline"] <= now else "at_risk" if at_risk else "running",
            **shifted,
            "pauses": [*(self.pauses or ()), pause],
            "paused_at": False,
            "paused_until": False,
        }

    def _shift_moments(self, calendar, now):
        """Deadline, time of risk and next escalation, each later by as much working time as the pause took.

        What had passed before the pause stays where it was: a broken promise is not mended by
        waiting. Where the calendar has lost its hours meanwhile, what was left on the wall is left.

        :rtype: dict[LeadyaSlaClock, dict]
        """
        shifted = {clock: {name: clock[name] for name in MOVING} for clock in self}
        moving = [(clock, name) for clock in self for name in MOVING if clock[name] and clock[name] > clock.paused_at]
        if not moving:
            return shifted
        first = utc(min(clock.paused_at for clock, _name in moving))
        table = calendar._leadya_work_time(first, utc(max(clock[name] for clock, name in moving)))
        left = [table.seconds_between(utc(clock.paused_at), utc(clock[name])) / 60 for clock, name in moving]
        stamps = calendar._leadya_plan([utc(now)] * len(moving), left)
        for (clock, name), minutes, stamp in zip(moving, left, stamps, strict=True):
            on_the_wall = now.replace(microsecond=0) + (clock[name] - clock.paused_at)
            shifted[clock][name] = naive(stamp) if minutes and stamp is not None else on_the_wall
        return shifted

    # ------------------------------------------------------------
    # PROMISED TIME, WITHOUT PAUSES
    # ------------------------------------------------------------

    def _lay_out(self, calendar):
        """The calendar's working time from the first start to whatever the promises know of."""
        ends = [moment for clock in self for moment in (clock.deadline, clock.paused_at) if moment]
        resumed = [utc(ends[0]), *(stop for clock in self for _begin, stop in clock._get_pauses())]
        first = utc(min(self.mapped("start_at")))
        return calendar._leadya_work_time(first, max(*resumed, *map(utc, ends), first))

    def _get_promised_minutes(self, table):
        """Working minutes from start to deadline in which the customer was not waited for."""
        self.ensure_one()
        start, end = utc(self.start_at), utc(self.deadline)
        waited = sum(table.seconds_between(begin, min(stop, end)) for begin, stop in self._get_pauses() if begin < end)
        return (table.seconds_between(start, end) - waited) / 60

    def _get_leg(self, table, minutes):
        """Whence to count so that, pauses left out, so many working minutes have been used.

        :param float minutes: working minutes from the start
        :return: an aware datetime, and the working minutes to count from there
        """
        self.ensure_one()
        begin = utc(self.start_at)
        for pause, resumption in self._get_pauses():
            used = table.seconds_between(begin, pause) / 60
            if minutes <= used:
                break
            begin, minutes = resumption, minutes - used
        return begin, minutes
