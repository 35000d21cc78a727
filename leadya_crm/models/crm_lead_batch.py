"""What stock Odoo looks up lead by lead, looked up once for a batch."""

from odoo import api, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.depends("team_id", "type")
    def _compute_stage_id(self):
        """Stock's own choice, made once for all leads of a team and type that have no stage.

        One lead of each group is left to stock, so that every override of ``_stage_find``
        by team or type has its say.
        """
        without = self.filtered(lambda lead: not lead.stage_id)
        super(CrmLead, self - without)._compute_stage_id()
        for leads in without.grouped(lambda lead: (lead.team_id, lead.type)).values():
            first, others = leads[:1], leads[1:]
            super(CrmLead, first)._compute_stage_id()
            others.stage_id = first.stage_id
