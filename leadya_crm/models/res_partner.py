from odoo import api, fields, models

from odoo.addons.iap.tools import iap_tools

from ..tools.urls import host_of


class ResPartner(models.Model):
    _inherit = "res.partner"

    organization_quality = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")],
        string="Organization's Quality",
        tracking=True,
        help="How good a customer the organization is, or could be. All its open leads share it.",
    )
    leadya_domain = fields.Char(
        "Internet Domain",
        compute="_compute_leadya_domain",
        store=True,
        index="btree_not_null",
        help="Domain of the site or else of the e-mail; none for addresses of public providers.",
    )

    # Leads are matched by equality on it; stock Odoo has no index here.
    _phone_sanitized_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")

    @api.depends("website", "email_normalized")
    def _compute_leadya_domain(self):
        for partner in self:
            criterion = iap_tools.mail_prepare_for_domain_search(partner.email_normalized) or ""
            partner.leadya_domain = host_of(partner.website) or (criterion[1:] if criterion.startswith("@") else False)

    def write(self, vals):
        result = super().write(vals)
        if "lang" in vals and self.env["res.company"].sudo().search_count([("partner_id", "in", self.ids)], limit=1):
            # Doors speak the language of their company.
            self.env["leadya.capture.form"]._forget_definitions()
        return result
