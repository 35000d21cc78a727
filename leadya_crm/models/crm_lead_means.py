"""By which means to reach the customer: what is written is seen by the rep before it goes."""

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
        still_open = self.sudo().filtered(lambda lead: lead.active and lead.won_status == "pending")
        self.env["leadya.decision.log"]._log(
            [
                {"lead_id": lead.id, "step": "attempt", "code": "bounced", "params": {"address": email}}
                for lead in still_open
            ]
        )
        return result
