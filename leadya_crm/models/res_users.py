from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _leadya_filter_available(self):
        """Those who can take a lead now: active, not away, not on leave."""
        present = self.filtered(lambda user: user.active and not user.share and not user.is_out_of_office)
        if not present:
            return present
        now = self.env.cr.now()
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id.user_id", "in", present.ids),
                    ("time_type", "=", "leave"),
                    ("date_from", "<=", now),
                    ("date_to", ">=", now),
                ]
            )
        )
        return present - leaves.resource_id.user_id

    def _leadya_is_available(self, company):
        """Whether the user is there, and allowed to see leads of the company."""
        self.ensure_one()
        return bool(self._leadya_filter_available()) and (not company or company in self.company_ids)
