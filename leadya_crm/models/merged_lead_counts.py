"""Counters of Odoo's own that take in archived leads: what became part of another lead is not counted twice."""

from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_contact_opportunities_domain(self):
        return [*super()._get_contact_opportunities_domain(), ("merged_into_id", "=", False)]


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    def _compute_crm_lead_count(self):
        result = super()._compute_crm_lead_count()
        merged = self.env["crm.lead"]._leadya_count_merged("campaign_id", self)
        for campaign in self.filtered(lambda campaign: campaign in merged):
            campaign.crm_lead_count -= merged[campaign]
        return result

    def action_redirect_to_leads_opportunities(self):
        action = super().action_redirect_to_leads_opportunities()
        return {**action, "domain": [*action["domain"], ("merged_into_id", "=", False)]}


class CrmLostReason(models.Model):
    _inherit = "crm.lost.reason"

    def _compute_leads_count(self):
        result = super()._compute_leads_count()
        merged = self.env["crm.lead"]._leadya_count_merged("lost_reason_id", self)
        for reason in self.filtered(lambda reason: reason in merged):
            reason.leads_count -= merged[reason]
        return result

    def action_lost_leads(self):
        action = super().action_lost_leads()
        return {**action, "domain": [*action["domain"], ("merged_into_id", "=", False)]}
