from ast import literal_eval

from odoo import models


class CrmTeamMember(models.Model):
    _inherit = "crm.team.member"

    def _leadya_get_last_assignments(self):
        """When each member's user was last given a lead, as a timestamp."""
        rows = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group(
                [("user_id", "in", self.user_id.ids), ("team_id", "in", self.crm_team_id.ids)],
                ["user_id"],
                ["date_open:max"],
            )
        )
        return {user.id: moment.timestamp() for user, moment in rows if moment}

    def _leadya_filter_leads(self, leads):
        """Ids of the leads that the member may take, by filter and company."""
        self.ensure_one()
        foreign = leads.company_id - self.user_id.company_ids
        allowed = leads.filtered(lambda lead: lead.company_id not in foreign) if foreign else leads
        return set(allowed._leadya_search_within(self.assignment_domain).ids)

    def _leadya_filter_preferred(self, leads):
        """Ids of the leads that the member prefers."""
        self.ensure_one()
        if not literal_eval(self.assignment_domain_preferred or "[]"):
            return set()
        return set(leads._leadya_search_within(self.assignment_domain_preferred).ids)
