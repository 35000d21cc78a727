from odoo import api, fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    submission_ids = fields.One2many("leadya.submission", "lead_id", "Submissions", readonly=True, copy=False)
    # Stored: every opening of a lead asks for it, and few submissions change it.
    submission_count = fields.Integer(
        "Submissions Count", compute="_compute_submission_count", store=True, measured=True
    )

    @api.depends("submission_ids")
    def _compute_submission_count(self):
        counts = dict(
            self.env["leadya.submission"]._read_group([("lead_id", "in", self.ids)], ["lead_id"], ["__count"])
        )
        for lead in self:
            lead.submission_count = counts.get(lead, 0)

    def action_view_submissions(self):
        """Open what the customer wrote, as it came."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_submission_action")
        action = {**action, "domain": [("lead_id", "=", self.id)], "context": {}}
        if self.submission_count == 1:
            action.update(res_id=self.submission_ids.id, views=[(False, "form")], view_mode="form")
        return action

    def _merge_dependences(self, opportunities):
        """The submissions go along: what came in stays with the lead that it made."""
        opportunities.sudo().submission_ids.write({"lead_id": self.id})
        return super()._merge_dependences(opportunities)
