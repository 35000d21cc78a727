"""Reminders: a next step with a time becomes a calendar event with an alarm.

So Odoo's own calendar shows it, its alarm pops up in the web client (and can be snoozed), and its Outlook
and Google synchronisation carries it to the rep's phone. The activity and the event are linked: whichever
is dealt with, the other follows.
"""

from datetime import timedelta

from odoo import models

#: Minutes that a reminder's event blocks in the calendar.
EVENT_MINUTES = 15


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _reminder_create(self, at, minutes_before):
        """Put the lead's planned step into its user's calendar, with an alarm.

        :param datetime at: when the step is due (UTC)
        :param int minutes_before: when the alarm rings
        :return: calendar.event
        """
        self.ensure_one()
        activity = (
            self.sudo()._cadence_get_activities().filtered(lambda planned: planned.leadya_step != "escalated")[:1]
        )
        user = activity.user_id or self.env.user
        # The rep makes a note to herself: nobody is invited, so nobody is written to.
        Event = self.env["calendar.event"].sudo().with_context(dont_notify=True, skip_contact_description=True)
        return Event.create(
            {
                "name": f"{activity.summary or self.env._('Call back')}: {self.name}",
                "start": at,
                "stop": at + timedelta(minutes=EVENT_MINUTES),
                "user_id": user.id,
                "partner_ids": user.partner_id.ids,
                "opportunity_id": self.id,
                "activity_ids": [(6, 0, activity.ids)],
                "alarm_ids": [(6, 0, self._reminder_get_alarm(minutes_before).ids)],
                "leadya_reminder": True,
                "privacy": "private",
                "show_as": "free",
            }
        )

    def _reminder_get_alarm(self, minutes):
        """The alarm that pops up so many minutes before; made where nobody has made it yet."""
        Alarm = self.env["calendar.alarm"].sudo()
        domain = [("alarm_type", "=", "notification"), ("duration_minutes", "=", minutes)]
        return Alarm.search(domain, limit=1) or Alarm.create(
            {
                "name": self.env._("Notification - %(minutes)s Minutes", minutes=minutes),
                "alarm_type": "notification",
                "interval": "minutes",
                "duration": minutes,
            }
        )

    def _cadence_close_activities(self, attempt):
        """What is dealt with needs no alarm any more."""
        events = self._cadence_get_activities().calendar_event_id.filtered("leadya_reminder")
        result = super()._cadence_close_activities(attempt)
        events.sudo().with_context(dont_notify=True).unlink()
        return result
