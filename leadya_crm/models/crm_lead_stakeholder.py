"""The people around the deal, on the lead."""

from odoo import fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    stakeholder_ids = fields.One2many("leadya.stakeholder", "lead_id", "Stakeholders")

    def _stakeholder_get_roles(self):
        """Which roles somebody is known for, of each lead; one query for all of them.

        :return: sets of values of ``leadya.stakeholder.role``, by the lead's id
        :rtype: dict[int, set]
        """
        groups = self.env["leadya.stakeholder"]._read_group(
            [("lead_id", "in", self.ids), ("role", "!=", False)], ["lead_id"], ["role:array_agg_distinct"]
        )
        found = {lead.id: set(roles) for lead, roles in groups}
        return {lead.id: found.get(lead.id, set()) for lead in self}
