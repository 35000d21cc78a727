from odoo import api, models

from ..tools.auto_reply import is_automatic


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Mail that no person wrote is kept, and told as such to whom it matters (see ``crm_lead_contact``)."""
        thread = self.with_context(leadya_auto_reply=True) if is_automatic(message) else self
        return super(MailThread, thread)._message_route_process(message, message_dict, routes)
