"""What ends the chase of a customer who does not answer: mail that came back, and who wants no more contact.

A reply, a booked meeting and the end of the lead are told by what they are (see ``crm_lead_cadence`` and
``crm_lead_contact``). Here the cadence stops as well, and somebody gets a task to decide how to go on, so that the
lead is not left without a next action; the next attempt that is logged takes the cadence up again. A call that the
customer asked for is no chase, and stays.
"""

from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain

from .crm_lead_cadence import TODO
from .leadya_contact_attempt import UNANSWERED


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _get_chased_domain(self):
        """Open leads whose customer is tried again and again."""
        return (
            Domain("active", "=", True)
            & Domain("won_status", "=", "pending")
            & Domain("last_outcome", "in", UNANSWERED)
            & Domain("activity_ids.leadya_step", "=like", "retry%")
        )

    def _cadence_stop_chase(self, reason):
        """End the planned tries and their promises; whoever made them decides how to go on.

        :param str reason: ``bounced`` or ``opted_out``, the kind of the task
        :return: the leads that were chased
        """
        # Whoever unsubscribes is nobody in Odoo, and cannot be given a task.
        leads = self.with_user(SUPERUSER_ID)
        chased = leads.search(self._get_chased_domain() & Domain("id", "in", self.ids)) if self else leads
        tries = chased._cadence_get_activities().filtered(lambda planned: planned.leadya_step.startswith("retry"))
        tries.unlink()
        chased.sla_clock_ids.filtered(lambda clock: clock.kind == "follow_up")._cancel()
        now = self.env.cr.now().replace(microsecond=0)
        chased._cadence_schedule([(lead, TODO, now, reason) for lead in chased])
        return chased

    @api.model
    def _cadence_opt_out(self, domain):
        """The customers of these leads want no more contact.

        :param Domain domain: of their address or number
        """
        leads = self.sudo().search(self._get_chased_domain() & domain)._cadence_stop_chase("opted_out")
        self.env["leadya.decision.log"].sudo()._log(
            [{"lead_id": lead.id, "step": "attempt", "code": "opted_out"} for lead in leads]
        )


class LeadyaOptOutMixin(models.AbstractModel):
    """For lists of those who want no more contact: whoever is added is not chased any more."""

    _name = "leadya.opt.out.mixin"
    _description = "List of Opt-Outs"

    _address_field = None
    """Of the list, with the normalised address or number."""
    _lead_address_field = None
    """The same of the lead."""

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._leadya_stop_chases()
        return entries

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active"):
            self._leadya_stop_chases()
        return result

    def _leadya_stop_chases(self):
        addresses = self.filtered("active").mapped(self._address_field)
        self.env["crm.lead"]._cadence_opt_out(Domain(self._lead_address_field, "in", addresses))


class MailBlacklist(models.Model):
    _name = "mail.blacklist"
    _inherit = ["mail.blacklist", "leadya.opt.out.mixin"]

    _address_field = "email"
    _lead_address_field = "email_normalized"


class PhoneBlacklist(models.Model):
    _name = "phone.blacklist"
    _inherit = ["phone.blacklist", "leadya.opt.out.mixin"]

    _address_field = "number"
    _lead_address_field = "phone_sanitized"
