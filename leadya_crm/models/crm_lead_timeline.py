"""All that happened between us and the customer, in one order.

How to use: ``leadya_timeline`` is what the screens show. Other modules add what they know of
(quotations, orders, tickets) by extending ``_timeline_get_sources``.

How it works: each source gives at most as many entries as are asked for, the latest first; they are then
put in order and cut. So the timeline costs one search a source, however long the history is.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .crm_lead_contact import HUMAN_MESSAGES

#: Most entries that can be asked for at once.
MAX_ENTRIES = 200


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def leadya_timeline(self, limit=20):
        """What happened with the lead, the latest (or what is still to come) first.

        :param int limit: 1 to 200
        :return: dicts with ``id``, ``kind`` (attempt, mail, meeting, reminder, stage, created), ``name`` (the outcome
            of an attempt, the direction of a mail, or ""), ``at`` (text, UTC), ``label``, ``text`` (plain) and
            ``user``
        :rtype: list[dict]
        :raises AccessError: where the user may not read the lead
        :raises UserError: for another limit
        """
        self.ensure_one()
        self.check_access("read")
        if not isinstance(limit, int) or not 1 <= limit <= MAX_ENTRIES:
            raise UserError(self.env._("Ask for 1 to %(count)s entries.", count=MAX_ENTRIES))
        entries = [entry for source in self._timeline_get_sources() for entry in source(limit)]
        entries.sort(key=lambda entry: (entry["at"], entry["id"]), reverse=True)
        return [{**entry, "at": fields.Datetime.to_string(entry["at"])} for entry in entries[:limit]]

    def _timeline_get_sources(self):
        """Methods that each take a limit and give the latest entries of one kind."""
        return [
            self._timeline_get_attempts,
            self._timeline_get_messages,
            self._timeline_get_events,
            self._timeline_get_stages,
            self._timeline_get_creation,
        ]

    @api.model
    def _timeline_prepare(self, record, kind, at, label, text="", user="", name=""):
        return {
            "id": f"{kind}-{record.id}",
            "kind": kind,
            "name": name,
            "at": at,
            "label": label,
            "text": text or "",
            "user": user or "",
        }

    def _timeline_get_attempts(self, limit):
        """Attempts; those that were found carry what was written or met."""
        attempts = self.env["leadya.contact.attempt"].search([("lead_id", "=", self.id)], limit=limit)
        labels = dict(attempts._fields["outcome"]._description_selection(self.env))
        return [
            self._timeline_prepare(
                attempt,
                "attempt",
                attempt.attempted_at,
                labels[attempt.outcome],
                attempt.note or attempt.message_id.preview or attempt.event_id.name,
                # Who answered is the customer, not the rep whose lead it is.
                attempt.user_id.name if attempt.direction == "outbound" else attempt.message_id.author_id.sudo().name,
                attempt.outcome,
            )
            for attempt in attempts
        ]

    def _timeline_get_messages_domain(self):
        """What people wrote for others than colleagues."""
        return (
            Domain("model", "=", self._name)
            & Domain("res_id", "=", self.id)
            & Domain("message_type", "in", HUMAN_MESSAGES)
            & Domain("is_internal", "=", False)
            & Domain("subtype_id.internal", "=", False)
        )

    def _timeline_get_messages(self, limit):
        """Messages; those that are the evidence of an attempt are told by it."""
        domain = self._timeline_get_messages_domain()
        messages = self.env["mail.message"].search(domain, order="date desc, id desc", limit=limit)
        messages -= self.env["leadya.contact.attempt"].search([("message_id", "in", messages.ids)]).message_id
        return [
            self._timeline_prepare(
                message,
                "mail",
                message.date,
                message.subject or self.env._("Message"),
                message.preview,
                message.author_id.sudo().name or message.email_from,
                "outbound" if message.author_id and not message.author_id.sudo().partner_share else "inbound",
            )
            for message in messages
        ]

    def _timeline_get_events(self, limit):
        """Meetings and reminders; a meeting that was held is told by its attempt."""
        domain = [("opportunity_id", "=", self.id), ("leadya_attempt_ids", "=", False)]
        events = self.env["calendar.event"].search(domain, order="start desc", limit=limit)
        return [
            self._timeline_prepare(
                event,
                "reminder" if event.leadya_reminder else "meeting",
                event.start,
                self.env._("Reminder") if event.leadya_reminder else self.env._("Meeting"),
                event.display_name,
                event.user_id.name,
            )
            for event in events
        ]

    def _timeline_get_stages(self, limit):
        """Changes of the stage; tracked values are for administrators, those of a lead one may read are not."""
        values_sudo = (
            self.env["mail.tracking.value"]
            .sudo()
            .search(
                [
                    ("field_id", "=", self.env["ir.model.fields"]._get(self._name, "stage_id").id),
                    ("mail_message_id.model", "=", self._name),
                    ("mail_message_id.res_id", "=", self.id),
                ],
                order="id desc",
                limit=limit,
            )
        )
        return [
            self._timeline_prepare(
                value,
                "stage",
                value.mail_message_id.date,
                value.new_value_char or "",
                self.env._("before: %(stage)s", stage=value.old_value_char) if value.old_value_char else "",
                value.mail_message_id.author_id.name,
            )
            for value in values_sudo
        ]

    def _timeline_get_creation(self, limit):
        source = self.channel_id.display_name or self.source_id.display_name
        return [self._timeline_prepare(self, "created", self.create_date, self.env._("Came in"), source)]
