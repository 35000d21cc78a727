"""Promises in the customer's day: the working hours of the calendar, by the clock on the customer's wall.

SPECIFICATIONS

* A category says by whose clock its hours are read; unless told, by the calendar's own.
* The zone is chosen when a promise is made, and stays with it: a contact who moves rewrites no promise. Where
  nothing is known of the customer's zone, the calendar's own holds.
* Holidays stay the moments that the calendar says: then it is the team that does not work, wherever the customer is.
"""

from odoo import fields, models

from ..tools.zones import get_customer_zone


class LeadyaSlaCategory(models.Model):
    _inherit = "leadya.sla.category"

    time_zone = fields.Selection(
        [("calendar", "The calendar's own"), ("customer", "The customer's")],
        default="calendar",
        required=True,
        help="By whose clock the working hours are read. The customer's: by the contact's time zone, or else by the "
        "one of the lead's country where all of it shows the same time, or else by the calendar's own.",
    )

    def _get_zone(self, lead):
        """The zone by which the hours of a promise to a lead are read; False for the calendar's own."""
        return self.time_zone == "customer" and lead._sla_get_customer_zone()

    def _get_hours(self, lead):
        """What a promise to a lead is made by, to group leads by.

        Calendars in different zones are equal; the zone beside them tells them apart.

        :return: the calendar, which lays its hours out in the zone, and the zone
        """
        zone = self._get_zone(lead)
        return self._get_calendar(lead.company_id, zone), zone


class LeadyaSlaClock(models.Model):
    _inherit = "leadya.sla.clock"

    time_zone = fields.Char(
        readonly=True, help="By whose clock the working hours are read. Empty: by that of the working hours themselves."
    )

    def _get_hours(self):
        """What the promise was made by, to group promises by; see the category's method of that name."""
        self.ensure_one()
        return self._get_calendar(), self.time_zone

    def _renew_zone(self):
        """Read the hours by the clock that the category says today; a customer's zone that was found stays."""
        for clock in self:
            known = clock.category_id.time_zone == "customer" and clock.time_zone
            zone = known or clock.category_id._get_zone(clock.lead_id)
            if clock.time_zone != zone:
                clock.time_zone = zone


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _sla_get_customer_zone(self):
        """The zone that the customer's day runs in; False where it is not known.

        :rtype: str | bool
        """
        self.ensure_one()
        # Who may work on the lead may not see the contact; the zone is all that is taken of it.
        contact_sudo = self.partner_id.sudo()
        country = self.country_id or contact_sudo.country_id
        return get_customer_zone(contact_sudo.tz, country.code, self.env.cr.now().year) or False
