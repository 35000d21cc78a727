from odoo import fields, models


class LeadyaLeadCountMixin(models.AbstractModel):
    """A setting that leads refer to: how many they are, and which.

    An inheriting model names the lead's field that refers to it in ``_lead_field``.
    """

    _name = "leadya.lead.count.mixin"
    _description = "Counter of Leads"

    _lead_field = None

    lead_count = fields.Integer(compute="_compute_lead_count", help="Leads of any state, lost and archived ones too.")

    def _compute_lead_count(self):
        name = self._lead_field
        leads = self.env["crm.lead"].with_context(active_test=False)
        domain = [(name, "in", self.ids), ("merged_into_id", "=", False)]
        counts = dict(leads._read_group(domain, [name], ["__count"]))
        for record in self:
            record.lead_count = counts.get(record, 0)

    def action_view_leads(self):
        """Open the leads of this record, lost and archived ones too."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "crm.lead",
            "view_mode": "list,kanban,form,pivot,graph",
            "domain": [(self._lead_field, "=", self.id), ("merged_into_id", "=", False)],
            "context": {"active_test": False},
        }
