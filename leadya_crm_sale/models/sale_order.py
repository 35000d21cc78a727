from odoo import api, fields, models


class SaleOrder(models.Model):
    """Quotations of leads that are not ripe: their seller is warned, and may go on (L15)."""

    _inherit = "sale.order"

    leadya_unripe_reason = fields.Char(
        "Why Early",
        compute="_compute_leadya_unripe_reason",
        help="Why a quote, or a discount, comes early; empty: it does not.",
    )
    leadya_has_discount = fields.Boolean("Discount Given", compute="_compute_leadya_has_discount")

    @api.depends("opportunity_id.ripeness_warning", "state")
    def _compute_leadya_unripe_reason(self):
        for order in self:
            # Whoever sells to a colleague's lead is warned as well.
            lead_sudo = order.opportunity_id.sudo()
            is_open = order.state in ("draft", "sent") and lead_sudo.won_status == "pending"
            order.leadya_unripe_reason = lead_sudo.ripeness_warning if is_open else False

    @api.depends("order_line.discount")
    def _compute_leadya_has_discount(self):
        for order in self:
            order.leadya_has_discount = any(order.order_line.mapped("discount"))

    def action_quotation_send(self):
        """Sending is what counts as quoting: it is told, and kept in the lead's decisions."""
        self.opportunity_id.filtered(lambda lead: lead.won_status == "pending")._ripeness_warn()
        return super().action_quotation_send()
