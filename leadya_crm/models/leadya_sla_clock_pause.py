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
        for calendar, clocks in paused.grouped(lambda clock: clock._get_calendar()).items():
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
        waiting.

        :rtype: dict[LeadyaSlaClock, dict]
        """
        starts, minutes, places = [], [], []
        for clock in self:
            table_start = utc(clock.paused_at)
            for name in MOVING:
                moment = clock[name]
                if moment and moment > clock.paused_at:
                    table = calendar._leadya_work_time(table_start, utc(moment))
                    starts.append(utc(now))
                    minutes.append(table.seconds_between(table_start, utc(moment)) / 60)
                    places.append((clock, name))
        shifted = {(clock, name): clock[name] for clock in self for name in MOVING}
        for place, stamp in zip(places, calendar._leadya_plan(starts, minutes), strict=True):
            if stamp is not None:
                shifted[place] = naive(stamp)
        return {clock: {name: shifted[clock, name] for name in MOVING} for clock in self}
