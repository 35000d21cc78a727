"""By which means to reach the customer: what is written is seen by the rep before it goes.

E-mail goes by the step's template; SMS, where Odoo's ``sms`` is installed, and WhatsApp by the step's own text.
"""

import re

from odoo import models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def action_compose_step_mail(self):
        """Write to the customer, with the template of the cadence's step; nothing goes by itself.

        :raises UserError: where there is no address, it does not exist, or its owner wants no mail
        """
        self.ensure_one()
        self._check_can_write()
        template = self._cadence_get_step().sudo().mail_template_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to %(customer)s", customer=self.contact_name or self.name),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id,
                # A template knows to whom it goes; without one nobody would.
                **({} if template else {"default_partner_ids": self._get_mail_partners().ids}),
                "default_email_layout_xmlid": "mail.mail_notification_light",
            },
        }

    def action_compose_step_sms(self):
        """Write an SMS to the customer, with the text of the cadence's step; nothing goes by itself.

        :raises UserError: where Odoo cannot send one, there is no number, or its owner wants none
        """
        self.ensure_one()
        if not self._can_get_sms():
            raise UserError(self.env._("No SMS can be sent to %(lead)s.", lead=self.display_name))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to %(customer)s", customer=self.contact_name or self.name),
            "res_model": "sms.composer",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_composition_mode": "comment",
                "default_res_model": self._name,
                "default_res_id": self.id,
                "default_body": self._cadence_get_message(),
                # Tells what a person writes here from what an automation sends.
                "leadya_step_sms": True,
            },
        }

    def _cadence_get_message(self):
        """The step's text for SMS and WhatsApp, in the customer's language, with its blanks filled in."""
        self.ensure_one()
        lang = self.lang_id.code or self.partner_id.lang or self.env.lang
        message = self._cadence_get_step().sudo().with_context(lang=lang).message or ""
        blanks = {
            "{customer}": self.contact_name or self.partner_name or "",
            "{salesperson}": (self.user_id or self.env.user).name,
            "{company}": (self.company_id or self.env.company).name,
            "{lead}": self.name,
        }
        # What a visitor typed as the lead's name is text, and no blank to be filled in turn.
        return re.sub("|".join(map(re.escape, blanks)), lambda found: blanks[found[0]], message)

    def _cadence_get_means(self, step):
        """The step's means, or a call where the customer cannot be reached by it."""
        self.ensure_one()
        possible = {"email": self._can_be_written_to, "sms": self._can_get_sms, "whatsapp": lambda: bool(self.phone)}
        return step.means if step.means and possible.get(step.means, lambda: True)() else "call"

    def _can_get_sms(self):
        """Whether an SMS may be offered: Odoo can send it, there is a number, and its owner wants it."""
        return "sms.composer" in self.env and bool(self.phone) and not self.phone_blacklisted

    def _get_mail_partners(self):
        """The customer as a contact, who is made where there is none, as Odoo's own composer does."""
        return self._partner_find_from_emails_single([self.email_from])

    def _check_can_write(self):
        if not self.email_normalized:
            raise UserError(self.env._("%(lead)s has no e-mail address.", lead=self.display_name))
        if self.is_blacklisted:
            raise UserError(self.env._("%(address)s wants no more mail.", address=self.email_normalized))
        if self.message_bounce:
            raise UserError(
                self.env._("Mail to %(address)s came back. Correct the address first.", address=self.email_normalized)
            )

    def _can_be_written_to(self):
        """Whether mail may be offered: there is an address, which exists, and whose owner wants mail."""
        return bool(self.email_normalized and not self.message_bounce and not self.is_blacklisted)

    def _message_receive_bounce(self, email, partner):
        """The address does not exist: open leads say so, and are chased by other means."""
        result = super()._message_receive_bounce(email, partner)
        self._cadence_stop_chase("bounced")
        still_open = self.sudo().filtered(lambda lead: lead.active and lead.won_status == "pending")
        self.env["leadya.decision.log"]._log(
            [
                {"lead_id": lead.id, "step": "attempt", "code": "bounced", "params": {"address": email}}
                for lead in still_open
            ]
        )
        return result
