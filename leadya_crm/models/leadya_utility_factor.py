from odoo import api, fields, models


class LeadyaUtilityFactor(models.Model):
    """What makes a deal worth more than its money: an opinion leader, a strategic or a reference customer.

    The admin chooses the factors and what each adds, in percent of the expected value; see ``crm_lead_worth``.
    """

    _name = "leadya.utility.factor"
    _description = "Worth Beyond Money"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for every company.")
    weight = fields.Integer(
        "Adds (%)",
        default=20,
        required=True,
        help="To the expected value of a deal, in the order of work. 20: a deal of 1,000 comes where 1,200 does.",
    )

    _weight_range = models.Constraint("CHECK(weight BETWEEN 0 AND 1000)", "A weight goes from 0 to 1,000 %.")
    _name_uniq = models.UniqueIndex("(name, company_id)", "This factor is there already.")

    @api.depends("name", "weight")
    @api.depends_context("leadya_with_weight")
    def _compute_display_name(self):
        """Where it is chosen, it says what it adds."""
        for factor in self:
            factor.display_name = (
                self.env._("%(factor)s +%(weight)s%%", factor=factor.name, weight=factor.weight)
                if self.env.context.get("leadya_with_weight")
                else factor.name
            )
