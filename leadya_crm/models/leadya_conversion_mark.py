from odoo import api, fields, models


class LeadyaConversionMark(models.Model):
    """A lead to be looked at: something has changed that advertising platforms may be told of.

    A list that is written at the end and read from the start: it costs an insertion, locks no lead, and what the
    scheduled action does grows with what has changed, not with the leads stored.
    """

    _name = "leadya.conversion.mark"
    _description = "Lead to Look at for Conversions"
    _log_access = False
    _order = "id"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    marked_at = fields.Datetime(required=True, default=fields.Datetime.now, help="When it happened.")

    @api.model
    def _mark(self, leads, moments=None):
        """Put leads on the list; nothing is done where nobody watches.

        :param leads: crm.lead
        :param dict moments: lead → when it happened, where that is not now
        """
        if not leads or not self.env["leadya.conversion.goal"]._is_watching():
            return
        now = fields.Datetime.now()
        self.sudo().create([{"lead_id": lead.id, "marked_at": (moments or {}).get(lead, now)} for lead in leads])
