from odoo import api, fields, models


class LeadyaLeadProduct(models.Model):
    """What the customer wants, in the customer's words, and how much of it.

    A potential deal has no quotation yet: no product of a catalogue is needed, and no price.
    """

    _name = "leadya.lead.product"
    _inherit = "leadya.lead.line.mixin"
    _description = "Wanted Product"
    _order = "lead_id, sequence, id"

    # For views by rep and stage, in which the lead's own rights hold.
    user_id = fields.Many2one(related="lead_id.user_id", string="Salesperson")
    stage_id = fields.Many2one(related="lead_id.stage_id")
    won_status = fields.Selection(related="lead_id.won_status")
    country_id = fields.Many2one(related="lead_id.country_id")
    currency_id = fields.Many2one(related="lead_id.company_currency")
    name = fields.Char("Product", required=True, index="trigram")
    quantity = fields.Float("Volume", default=1.0, digits=(16, 2))
    unit = fields.Char(help="Pieces, tons, hours a month …")
    price = fields.Monetary("Price a Unit", help="As far as it is known; 0: not known.")
    amount = fields.Monetary(compute="_compute_amount", store=True, precompute=True)

    _quantity_not_negative = models.Constraint("CHECK(quantity >= 0)", "A volume can't be negative.")
    _price_not_negative = models.Constraint("CHECK(price >= 0)", "A price can't be negative.")

    @api.depends("quantity", "price")
    def _compute_amount(self):
        for line in self:
            line.amount = line.quantity * line.price

    def _get_key(self):
        """What tells a line from another: the same product in another volume is another wish."""
        return self.name.strip().casefold(), self.quantity, (self.unit or "").strip().casefold(), self.price
