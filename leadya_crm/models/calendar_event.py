"""Meetings with customers: a booked one ends the chase, a held one is a contact."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    leadya_reminder = fields.Boolean(
        readonly=True, copy=False, help="Technical: a rep's own reminder of a call, not a meeting with the customer."
    )
    leadya_attempt_ids = fields.One2many("leadya.contact.attempt", "event_id", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        for event in events.filtered(lambda event: event.opportunity_id and not event.leadya_reminder):
            event.opportunity_id._contact_take_meeting(event)
        return events

    def action_leadya_held(self):
        """The meeting took place: it is logged as a contact, once.

        :raises UserError: where it is still to come
        """
        now = fields.Datetime.now()
        for event in self.filtered("opportunity_id"):
            if event.start > now:
                raise UserError(self.env._("%(meeting)s is still to come.", meeting=event.name))
            if not event.leadya_attempt_ids:
                event.opportunity_id.check_access("write")
                event.opportunity_id._contact_log(
                    {
                        "outcome": "met",
                        "means": "meeting",
                        "event_id": event.id,
                        "attempted_at": min(event.stop, now),
                        "minutes": round(event.duration * 60),
                        "user_id": self.env.uid,
                    }
                )
