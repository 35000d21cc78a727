"""The organisation is rated, not the person (S4): one rating, on the organisation, shared by its open leads.

Whoever rates the organisation on its card or on one of its leads, rates it for all of them. What triage rules
propose for one lead stays on that lead, and so does what a lead has when a rating is taken back.
"""

from odoo import models
from odoo.fields import Domain


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def write(self, vals):
        result = super().write(vals)
        by_hand = not self.env.context.get("leadya_corridor") and not self.env.context.get("leadya_sharing_quality")
        quality = vals.get("organization_quality")
        if quality and by_hand:
            # Who works on the lead rates its organisation, whoever looks after that one's card.
            organizations_sudo = self._get_organizations().sudo()
            organizations_sudo.filtered(lambda partner: partner.organization_quality != quality).write(
                {"organization_quality": quality}
            )
        return result

    def _get_organizations(self):
        """The organisations that the leads are of, where they are known to Odoo."""
        linked = self.organization_id | self.filtered(lambda lead: not lead.organization_id).partner_id
        return linked.commercial_partner_id.filtered("is_company")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("organization_quality"):
            self.filtered("is_company")._share_organization_quality(vals["organization_quality"])
        return result

    def _share_organization_quality(self, quality):
        """Open leads of the organisations take their rating over, whoever they belong to."""
        if not self:
            return
        of_these = Domain("organization_id", "in", self.ids) | (
            Domain("organization_id", "=", False) & Domain("partner_id.commercial_partner_id", "in", self.ids)
        )
        leads_sudo = self.env["crm.lead"].sudo()
        leads_sudo = leads_sudo.search(Domain("won_status", "=", "pending") & of_these)
        differing = leads_sudo.filtered(lambda lead: lead.organization_quality != quality)
        differing.with_context(leadya_sharing_quality=True).write({"organization_quality": quality})
