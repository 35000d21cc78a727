"""Corridor, step "attribute": which part of the market the lead is of (C1)."""

from odoo import fields, models
from odoo.exceptions import AccessError


class CrmLead(models.Model):
    _inherit = "crm.lead"

    niche_id = fields.Many2one(
        "leadya.niche",
        "Market Niche",
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
        help="The part of the market that the lead is of: by language, country, tags or what else the niches say.",
    )

    def action_recognise_niche(self):
        """Look again for the niche of leads that have none.

        :raises AccessError: where the user may not write the leads, or is no manager
        """
        if not self.env.su and not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only a sales manager can run the steps of the corridor again."))
        self.check_access("write")
        decisions = self._leadya_in_corridor()._niche_recognise()
        self.env["leadya.decision.log"]._log(decisions)

    def _niche_recognise(self):
        """Set the first niche that takes each lead without one.

        :return: decisions, as values of ``leadya.decision.log``
        :rtype: list[dict]
        """
        niches = self.env["leadya.niche"]._get_all()
        taken = niches._match_leads(self.filtered(lambda lead: not lead.niche_id)) if niches else {}
        for niche, leads in taken.items():
            leads.niche_id = niche
        return [
            {"lead_id": lead.id, "step": "attribute", "code": "niche", "params": {"niche": niche.name}}
            for niche, leads in taken.items()
            for lead in leads
        ]

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "niche_id"]
