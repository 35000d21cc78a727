from odoo import models


class LeadyaMerge(models.Model):
    _inherit = "leadya.merge"

    def _put_back(self, leads):
        """A correction made since the merge goes back with the touch that it corrects."""
        remarks = super()._put_back(leads)
        for touch in leads.touch_ids.filtered("supersedes_id").sorted("id"):
            if touch.lead_id != touch.supersedes_id.lead_id:
                touch.lead_id = touch.supersedes_id.lead_id
        return remarks
