from odoo import Command
from odoo.tests import tagged

from odoo.addons.leadya_crm.tests.common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestSaleOrder(LeadyaCommon):
    """L15: a quotation or a discount to a lead that is not ripe comes with a warning and its reasons."""

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.lead = self._make_lead(name="Laser", user_id=self.rep.id, buying_stage="interest")
        product = self.env["product.product"].create({"name": "Laser", "list_price": 10})
        self.order = self.env["sale.order"].with_user(self.rep).create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Dana", "email": "dana@ripe.example"}).id,
                "opportunity_id": self.lead.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )  # fmt: skip

    def test_warns(self):
        self.assertIn("the customer does not compare offers yet", self.order.leadya_unripe_reason)
        self.assertFalse(self.order.leadya_has_discount)
        self.order.order_line.discount = 10
        self.assertTrue(self.order.leadya_has_discount)
        self.order.action_quotation_send()
        self.assertIn("A quote before the lead is ripe", self.explanations(self.lead, "gate")[0])

    def test_ripe(self):
        self.lead.write({"buying_stage": "deciding", "bant_need": "confirmed", "bant_timeframe": "open"})
        self.assertFalse(self.order.leadya_unripe_reason)
        self.order.action_quotation_send()
        self.assertFalse(self.explanations(self.lead, "gate"))
