"""What is wanted: products with volumes, and the need in the customer's own words."""

from odoo import api, fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    need_statement = fields.Text(
        "Need in the Customer's Words", copy=False, help="As the customer said it, not as we would."
    )
    wanted_product_ids = fields.One2many("leadya.lead.product", "lead_id", "Wanted Products")
    wanted_amount = fields.Monetary(
        "Wanted in All",
        currency_field="company_currency",
        compute="_compute_wanted_amount",
        help="Volumes of the wanted products at their prices, as far as these are known.",
    )

    @api.depends("wanted_product_ids.amount")
    def _compute_wanted_amount(self):
        for lead in self:
            lead.wanted_amount = sum(lead.wanted_product_ids.mapped("amount"))

    def action_expect_wanted(self):
        """Expect from the deal what the wanted products come to."""
        for lead in self.filtered("wanted_amount"):
            lead.expected_revenue = lead.wanted_amount

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "need_statement"]

    def _merge_dependences(self, opportunities):
        """What was wanted in a merged lead is wanted in this one; the very same line is not wanted twice."""
        result = super()._merge_dependences(opportunities)
        known = {product._get_key() for product in self.sudo().wanted_product_ids}
        for product in opportunities.sudo().wanted_product_ids:
            if product._get_key() not in known:
                known.add(product._get_key())
                product.lead_id = self
        return result
