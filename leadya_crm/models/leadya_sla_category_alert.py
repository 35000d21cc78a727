from odoo import models


class LeadyaSlaCategory(models.Model):
    _name = "leadya.sla.category"
    _inherit = ["leadya.sla.category", "leadya.alert.mixin"]

    def action_replay(self):
        """Open a replay of the category over the last 30 days."""
        replay = self.env["leadya.replay"].create({"scope": "categories", "category_ids": self.ids})
        return replay._get_form_action()

    def _get_alerts(self):
        alerts = self._get_filter_alerts()
        for category in self:
            calendar = category._get_calendar(category.company_id)
            if not calendar._leadya_has_hours():
                alerts[category.id]["no_hours"] = self.env._(
                    "The calendar %(calendar)s has no working hours in the coming weeks: no promise is made",
                    calendar=calendar.name,
                )
        return alerts
