"""The invariant: no open lead without a next action that has a time.

Exceptions are listed (filter, manager's menu), marked on the card, and, where a company wants it, told
every morning to whom they concern.
"""

from odoo import api, models
from odoo.fields import Domain


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _get_forgotten_domain(self):
        """Open leads for which nobody has planned anything."""
        return (
            Domain("active", "=", True)
            & Domain("won_status", "=", "pending")
            & Domain("next_action_at", "=", False)
            & Domain("activity_ids", "=", False)
        )

    @api.model
    def _cron_tell_forgotten(self):
        """Tell each owner, and of leads without one the team's leader, which leads have no next action.

        One notice a person and company, with the list; only in companies that have switched it on.
        """
        for company in self.env["res.company"].search([("leadya_tell_forgotten", "=", True)]):
            domain = self._get_forgotten_domain() & Domain("company_id", "in", [company.id, False])
            leads = self.search_fetch(domain, ["user_id", "team_id", "name", "company_id"])
            for user, forgotten in leads.grouped(lambda lead: lead.user_id or lead.team_id.user_id).items():
                if user.active and company in user.company_ids:
                    forgotten._leadya_notify_user(
                        user,
                        "leadya_crm.message_leads_forgotten",
                        lambda env, count: env._("%(count)s leads have no next action", count=count),
                    )
            self.env["ir.cron"]._commit_progress(1)
