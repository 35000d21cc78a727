"""Human contacts that nobody needs to log: messages from the lead, the customer's replies, meetings held.

Only what a person did counts. Automatic mail, internal notes, system messages and imports
never keep a promise, whatever they are sent by; nor does a customer's automatic reply end the
chase (context key ``leadya_auto_reply``, see ``mail_thread``). Each contact that is found becomes a
``leadya.contact.attempt`` with its evidence, so that there is one history and one way to
keep a promise (see ``crm_lead_cadence``).
"""

from odoo import models

#: Kinds of message that a person writes; all others are the system's.
HUMAN_MESSAGES = ("comment", "email")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        outcome = self._contact_recognise(message, msg_vals)
        if outcome:
            self._contact_log(
                {
                    "outcome": outcome,
                    "direction": "inbound" if outcome == "replied" else "outbound",
                    "means": "sms" if message.message_type == "sms" else "email",
                    "message_id": message.id,
                    "user_id": message.author_id.user_ids[:1].id if outcome == "wrote" else self.user_id.id,
                }
            )
        return result

    def _contact_recognise(self, message, msg_vals):
        """What contact a new message is: *wrote*, *replied*, or "" for none."""
        if message.message_type == "sms":
            # Automations send SMS too; this one was written in the composer that the step's button opened.
            return "wrote" if self.env.context.get("leadya_step_sms") else ""
        if message.message_type not in HUMAN_MESSAGES or self.env.context.get("leadya_auto_reply"):
            return ""
        if not message.subtype_id or message.subtype_id.internal or message.is_internal:
            return ""
        author_sudo = message.author_id.sudo()
        if author_sudo and not author_sudo.partner_share:
            by_person = author_sudo != self.env.ref("base.partner_root")
            return "wrote" if by_person and self._contact_reaches_customer(message, msg_vals) else ""
        # The message that a lead is made of is no answer to us: nobody has written yet.
        return "replied" if self.first_response_at else ""

    def _contact_reaches_customer(self, message, msg_vals):
        """Whether somebody outside gets the message."""
        outside = (message.partner_ids | self.message_partner_ids).sudo().filtered("partner_share")
        return bool(outside or msg_vals.get("outgoing_email_to"))

    def _contact_take_meeting(self, event):
        """A meeting is booked: nobody is chased, the meeting is the next action."""
        lead_sudo = self.sudo()
        if lead_sudo.active and lead_sudo.won_status == "pending" and event.start > self.env.cr.now():
            lead_sudo._cadence_get_activities().filtered(lambda planned: planned.calendar_event_id != event).unlink()
            lead_sudo.next_action_at = event.start

    def _contact_log(self, values):
        """Log a contact that was found, with its evidence.

        With all rights: whoever writes from the lead, or replies to it, need not be the rep whose promise it keeps.

        :param dict values: of leadya.contact.attempt, without the lead
        """
        for lead_sudo in self.sudo():
            attempt = lead_sudo.env["leadya.contact.attempt"].create(
                {**values, "lead_id": lead_sudo.id, "user_id": values.get("user_id") or self.env.uid}
            )
            lead_sudo._cadence_apply(attempt)
